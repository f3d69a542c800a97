"""What is to be known about data before anything is trained: columns, step, holes, repeats, values far off.

Everything here is plain and frozen, so that it can be told in words or as JSON. Of
what is found many times the first five places are named, and the five worst series.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from forecast.data.arrays import series_at
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.diagnostics.outliers import distances
from forecast.reading.reader import PartialRead
from forecast.reading.regular import holes
from forecast.reading.roles import READABLE_SHARE
from forecast.reading.rows import Floats, Integers, Rows
from forecast.spec.reading import Columns
from forecast.tables import dates, numbers
from forecast.tables.columns import Column

NAMED = 5
"""Places and series that are named of however many."""

FAR = 8.0
"""Robust standard deviations from its neighbours at which a value is far off: normal noise never is."""


Kind = Literal["dates", "numbers", "text", "empty"]


@dataclass(frozen=True, slots=True)
class ColumnFound:
    """A column of the data and what it is taken for."""

    name: str
    kind: Kind
    different: int
    """Distinct texts."""
    part: str
    """"time", "id", "target", "label", "past", "known", "static", or "" for one that is not used."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands."""

    line: str
    """"line 19"; "row 19" of a frame."""
    series: str | None
    time: str
    value: float | None = None
    far: float | None = None
    """Robust standard deviations from the values around it."""


@dataclass(frozen=True, slots=True)
class InSeries:
    """How often something was found in a series."""

    id: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """Something that was found so many times."""

    count: int
    places: tuple[Place, ...] = ()
    """The first five."""
    in_series: int = 0
    """Series it was found in."""
    worst: tuple[InSeries, ...] = ()
    """Up to five series with the most, of several."""


@dataclass(frozen=True, slots=True)
class StepFound:
    """The step of the times, and how many rows keep it."""

    adjective: str
    kept: int
    of: int
    """Rows that have one before them in their series."""
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class ValuesFound:
    """What the numbers are like."""

    least: float
    most: float
    mean: float
    whole: bool
    count: int
    """Numbers that are there."""
    zeros: int
    negative: int
    constant: int
    """Series that never change."""


@dataclass(frozen=True, slots=True)
class ClassFound:
    """A class, and how many rows or whole series are of it."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class DataProfile:
    """All of it; None is what reading did not come to."""

    source: str
    rows: int
    columns: tuple[ColumnFound, ...]
    series: int | None = None
    step: StepFound | None = None
    duplicates: Found | None = None
    missing: Found | None = None
    gaps: Found | None = None
    absent: int | None = None
    """Rows missing in all gaps together."""
    outliers: Found | None = None
    values: ValuesFound | None = None
    """Of a target of numbers."""
    classes: tuple[ClassFound, ...] | None = None
    """Of a target of classes, and of labels; the most common first."""


def examine(draft: PartialRead) -> DataProfile:
    """What a draft shows, as far as it goes."""
    table, rows, frequency = draft.table, draft.rows, draft.frequency
    found = DataProfile(table.source, draft.file.rows, _columns(draft))
    if draft.reading is not None and draft.reading.panel.target.kind == "label":
        panel = draft.reading.panel
        labels = panel.last_values
        return replace(found, series=len(panel), classes=_classes(labels, panel.target.classes))
    if rows is None or not len(rows.times):
        return found
    names = () if draft.target is None else draft.target.classes
    if names:
        found = replace(found, classes=_classes(rows.values, names))
    look = _Look(rows, frequency, table.place, are_numbers=not names)
    found = replace(
        found,
        series=len(rows.ids),
        duplicates=look.at(np.flatnonzero(rows.repeats)),
        missing=look.at(np.flatnonzero(np.isnan(rows.values))),
        values=None if names else _values(rows),
    )
    if frequency is not None:
        single = rows.kept(~rows.repeats)
        step = holes(single, frequency.steps_between(single.starts, single.times))
        gaps = replace(look, rows=single).at(step.behind)
        found = replace(found, step=_step(single, frequency), gaps=gaps, absent=int(step.absent.sum()))
    if draft.reading is not None and not names:
        found = replace(found, outliers=_outliers(draft.reading.panel, look))
    return found


def _columns(draft: PartialRead) -> tuple[ColumnFound, ...]:
    parts = _parts(draft)
    return tuple(
        ColumnFound(column.name, _kind(column), len(column.texts), parts.get(column.name, ""))
        for column in draft.file.columns
    )


def _parts(draft: PartialRead) -> dict[str, str]:
    """Name of a column -> the part it plays."""
    roles, columns = draft.roles, draft.columns or Columns()
    if roles is None:
        return {}
    series = roles.series.texts if roles.series and roles.wide else []
    told = "label" if draft.target is not None and draft.target.kind == "label" else "target"
    parts = dict.fromkeys(series if roles.wide else [roles.target.name], told)
    if columns.season is not None:
        parts[columns.season] = "season"
    for part, names in (("past", columns.past), ("known", columns.known), ("static", columns.static)):
        parts |= dict.fromkeys(names, part)
    ids = {roles.series.name: "id"} if roles.series and not roles.wide else {}
    return parts | ids | ({roles.time.name: "time"} if roles.time else {})


def _kind(column: Column) -> Kind:
    """What a column holds, judged by its first texts."""
    if dates.kind_of(column.texts) == "dates":
        return "dates"
    if numbers.readable_share(column.texts) >= READABLE_SHARE:
        return "numbers"
    missing = all(text.strip().lower() in numbers.MISSING for text in column.texts)
    return "empty" if missing else "text"


@dataclass(frozen=True, slots=True)
class _Look:
    """Sorted rows, and how places in them are told."""

    rows: Rows
    frequency: Frequency | None
    place: Callable[[int], str]
    are_numbers: bool = True

    def at(self, found: Integers) -> Found:
        """What was found at these rows; places in the order of the series, then of time."""
        places = tuple(self.named(int(row)) for row in found[:NAMED])
        return _tallied(self.rows.ids, self.rows.series[found], places)

    def named(self, row: int, *, far: float | None = None) -> Place:
        """The place of one row."""
        rows = self.rows
        time, value = rows.times[row : row + 1], float(rows.values[row])
        id = rows.ids[int(series_at(rows.bounds, row))]
        return Place(
            line=self.place(int(rows.origin[row])),
            series=id if len(rows.ids) > 1 else None,
            time=str(time[0]) if self.frequency is None else self.frequency.text(time)[0],
            value=value if self.are_numbers and not np.isnan(value) else None,
            far=far,
        )


def _tallied(ids: tuple[str, ...], series: Integers, places: tuple[Place, ...]) -> Found:
    """What was found, by the series of each time it was."""
    counts = np.bincount(series, minlength=len(ids))
    most = np.argsort(-counts, kind="stable")[:NAMED].tolist() if len(ids) > 1 else []
    return Found(
        count=len(series),
        places=places,
        in_series=int((counts > 0).sum()),
        worst=tuple(InSeries(ids[each], int(counts[each])) for each in most if counts[each]),
    )


def _step(rows: Rows, frequency: Frequency) -> StepFound:
    kept = rows.keeps(frequency)
    first, last = frequency.text(np.array([rows.times.min(), rows.times.max()]))
    return StepFound(frequency.adjective, int(kept.sum()), len(kept), first, last)


def _values(rows: Rows) -> ValuesFound | None:
    known = ~np.isnan(rows.values)
    values = rows.values[known]
    if not len(values):
        return None
    rest = rows.kept(known)
    filled = np.flatnonzero(np.diff(rest.bounds) > 0)
    starts = rest.bounds[:-1][filled]
    constant = np.minimum.reduceat(values, starts) == np.maximum.reduceat(values, starts)
    size = np.abs(values).max() or 1.0
    return ValuesFound(
        least=float(values.min()),
        most=float(values.max()),
        mean=float(size * (values / size).mean()),
        whole=bool((values == np.rint(values)).all()),
        count=len(values),
        zeros=int((values == 0).sum()),
        negative=int((values < 0).sum()),
        constant=int(constant.sum()),
    )


def _classes(values: Floats, names: tuple[str, ...]) -> tuple[ClassFound, ...]:
    """How often each class came; `values` are their places, NaN where none is known."""
    counts = np.bincount(values[~np.isnan(values)].astype(np.int64), minlength=len(names))
    return tuple(ClassFound(names[place], int(counts[place])) for place in np.argsort(-counts, kind="stable"))


def _outliers(panel: Panel, look: _Look) -> Found:
    """Values far from those around them, the farthest first."""
    distance = distances(panel)
    far = np.flatnonzero(distance > FAR)
    farthest = far[np.argsort(-distance[far], kind="stable")[:NAMED]]
    places = tuple(_place_of(panel, int(row), look, float(distance[row])) for row in farthest)
    return _tallied(panel.ids, series_at(panel.bounds, far), places)


def _place_of(panel: Panel, row: int, look: _Look, far: float) -> Place:
    """The place of a panel's row in the data: the last one there that is no later."""
    series = int(series_at(panel.bounds, row))
    position = look.rows.ids.index(panel.ids[series])
    first, last = look.rows.bounds[position], look.rows.bounds[position + 1]
    here = np.searchsorted(look.rows.times[first:last], panel.times[row], side="right") - 1
    place = look.named(int(first + max(here, 0)), far=far)
    return replace(
        place, time=panel.frequency.text(panel.times[row : row + 1])[0], value=float(panel.values[row])
    )
