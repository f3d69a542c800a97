"""A profile of data before training: columns, step, gaps, missing values, duplicates, outliers.

All classes here are frozen and hold plain values, so that they can be written as JSON. Of what
occurs many times, the first five places are named and the five series with the most.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from forecast.data.arrays import Floats, Integers, series_at
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.diagnostics.outliers import distances
from forecast.phrases import JOINER
from forecast.reading.across import find_times_across
from forecast.reading.reader import PartialRead
from forecast.reading.regular import find_holes
from forecast.reading.roles import Roles
from forecast.reading.rows import Rows
from forecast.reading.series_column import READABLE_SHARE
from forecast.spec.reading import Columns
from forecast.tables import dates, numbers
from forecast.tables.columns import Column

MAX_NAMED = 5
"""How many places and series are named."""

FAR = 8.0
"""Distance, in robust standard deviations, from which a value is an outlier; normal noise never is."""

ColumnKind = Literal["dates", "numbers", "text", "empty"]


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """A column of the data and its role."""

    name: str
    kind: ColumnKind
    different: int
    """The number of distinct texts."""
    part: str
    """"time", "id", "target", "label", "season", "past", "known", "static", or "" for an unused column."""
    at_least: bool = False
    """Whether there may be more distinct texts: of many files it is the number in one of them."""


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the data, or a step of a series."""

    line: str
    """"line 19"; "row 19" of a frame."""
    series: str | None
    """None for a single series."""
    time: str
    value: float | None = None
    far: float | None = None
    """For an outlier, its distance from the values around it in robust standard deviations."""


@dataclass(frozen=True, slots=True)
class SeriesCount:
    """How often something occurs in a series."""

    id: str
    count: int


@dataclass(frozen=True, slots=True)
class Occurrences:
    """How often and where something occurs."""

    count: int
    places: tuple[Place, ...] = ()
    """The first five."""
    in_series: int = 0
    """The number of series in which it occurs."""
    worst: tuple[SeriesCount, ...] = ()
    """Up to five series with the most occurrences; () for a single series."""


@dataclass(frozen=True, slots=True)
class StepProfile:
    """The step of the times, and how many rows keep it."""

    adjective: str
    kept: int
    """Rows that are one step after the row before."""
    of: int
    """Rows that have a row before them in their series."""
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class ValueSummary:
    """Statistics of a target of numbers."""

    least: float
    most: float
    mean: float
    whole: bool
    """Whether all are whole numbers."""
    count: int
    """Values that are not missing."""
    zeros: int
    negative: int
    constant: int
    """Series that never change."""


@dataclass(frozen=True, slots=True)
class ClassCount:
    """A class, and how many rows or labelled series have it."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class DataProfile:
    """What is known about the data; None is what reading did not reach."""

    source: str
    rows: int
    columns: tuple[ColumnProfile, ...]
    series: int | None = None
    step: StepProfile | None = None
    duplicates: Occurrences | None = None
    missing: Occurrences | None = None
    gaps: Occurrences | None = None
    absent: int | None = None
    """The number of steps without a row in all gaps."""
    outliers: Occurrences | None = None
    values: ValueSummary | None = None
    """Of a target of numbers."""
    classes: tuple[ClassCount, ...] | None = None
    """Of a target of classes, and of labels; the most common first."""


def examine(partial: PartialRead) -> DataProfile:
    """The profile of data, as far as they were read."""
    table, rows, frequency, result = partial.table, partial.rows, partial.frequency, partial.reading
    profile = DataProfile(table.source, partial.file.rows, _columns(partial))
    if result is not None and result.panel.target.kind == "label":
        panel = result.panel
        return replace(
            profile, series=len(panel), classes=_count_classes(panel.last_values, panel.target.classes)
        )
    if rows is None or not len(rows.times):
        return profile
    names = () if partial.target is None else partial.target.classes
    if names:
        profile = replace(profile, classes=_count_classes(rows.values, names))
    locator = _Locator(rows, frequency, are_numbers=not names)
    profile = replace(
        profile,
        series=len(rows.ids),
        duplicates=locator.occurrences(np.flatnonzero(rows.repeats)),
        missing=locator.occurrences(np.flatnonzero(np.isnan(rows.values))),
        values=None if names else _summarize(rows),
    )
    if frequency is not None:
        single = rows.select(~rows.repeats)
        holes = find_holes(single, frequency)
        profile = replace(
            profile,
            step=_profile_step(single, frequency),
            gaps=replace(locator, rows=single).occurrences(holes.after_gap),
            absent=int(holes.gap_lengths.sum()),
        )
    if result is not None and not names:
        profile = replace(profile, outliers=_find_outliers(result.panel, locator))
    return profile


def _columns(partial: PartialRead) -> tuple[ColumnProfile, ...]:
    roles = _role_of_columns(partial)
    return tuple(
        ColumnProfile(column.name, _kind(column), len(column.texts), roles.get(column.name, ""))
        for column in partial.file.columns
    )


def _role_of_columns(partial: PartialRead) -> dict[str, str]:
    """The role of each column that has one; a column of ids that is a covariate too is the id."""
    roles, columns = partial.roles, partial.columns or Columns()
    if roles is None:
        return {}
    requested = partial.read.target
    target = "label" if requested is not None and requested.kind == "label" else "target"
    role_of = dict.fromkeys(_target_names(partial, roles), target)
    if columns.season is not None:
        role_of[columns.season] = "season"
    for role, names in (("past", columns.past), ("known", columns.known), ("static", columns.static)):
        role_of |= dict.fromkeys(names, role)
    for column, role in ((roles.series, "id"), (roles.time, "time")):
        parts = [] if column is None else column.name.split(JOINER)
        role_of |= {name: role for name in parts if name in partial.file.names}
    return role_of


def _target_names(partial: PartialRead, roles: Roles) -> list[str]:
    """The columns of numbers: one, those of a wide file, or those whose names are times."""
    if not roles.wide:
        return [roles.target.name]
    if roles.series is not None and all(name in partial.file.names for name in roles.series.texts):
        return roles.series.texts
    across = find_times_across(partial.file, with_parts=True)
    return [] if across is None else [column.name for column in across.columns]


def _kind(column: Column) -> ColumnKind:
    """What a column holds, by its first texts."""
    if dates.kind_of(column.texts) == "dates":
        return "dates"
    if numbers.readable_share(column.texts) >= READABLE_SHARE:
        return "numbers"
    is_empty = all(text.strip().lower() in numbers.MISSING for text in column.texts)
    return "empty" if is_empty else "text"


@dataclass(frozen=True, slots=True)
class _Locator:
    """Sorted rows, with what describes places in them."""

    rows: Rows
    frequency: Frequency | None
    are_numbers: bool

    def occurrences(self, found: Integers) -> Occurrences:
        """What was found at these rows, sorted by series and time."""
        places = tuple(self.place(int(row)) for row in found[:MAX_NAMED])
        return _count(self.rows.ids, self.rows.series[found], places)

    def place(self, row: int) -> Place:
        """The place of one row."""
        rows = self.rows
        time, value = rows.times[row : row + 1], float(rows.values[row])
        return Place(
            line=rows.line(row),
            series=rows.ids[int(series_at(rows.bounds, row))] if len(rows.ids) > 1 else None,
            time=str(time[0]) if self.frequency is None else self.frequency.text(time)[0],
            value=value if self.are_numbers and not np.isnan(value) else None,
        )

    def place_of_step(self, panel: Panel, row: int) -> Place:
        """The place of a row of the panel: that of the last row of the data at this time or before it."""
        series = int(series_at(panel.bounds, row))
        index = self.rows.ids.index(panel.ids[series])
        first, end = self.rows.bounds[index], self.rows.bounds[index + 1]
        last = np.searchsorted(self.rows.times[first:end], panel.times[row], side="right") - 1
        return replace(
            self.place(int(first + max(last, 0))),
            time=panel.frequency.text(panel.times[row : row + 1])[0],
            value=float(panel.values[row]),
        )


def _count(ids: tuple[str, ...], series: Integers, places: tuple[Place, ...]) -> Occurrences:
    """Occurrences, given the series of each one and the first places."""
    counts = np.bincount(series, minlength=len(ids))
    most = np.argsort(-counts, kind="stable")[:MAX_NAMED].tolist() if len(ids) > 1 else []
    return Occurrences(
        count=len(series),
        places=places,
        in_series=int((counts > 0).sum()),
        worst=tuple(SeriesCount(ids[index], int(counts[index])) for index in most if counts[index]),
    )


def _profile_step(rows: Rows, frequency: Frequency) -> StepProfile:
    kept = rows.on_next_step(frequency)
    first, last = frequency.text(np.array([rows.times.min(), rows.times.max()]))
    return StepProfile(frequency.adjective, int(kept.sum()), len(kept), first, last)


def _summarize(rows: Rows) -> ValueSummary | None:
    """Statistics of the values; None where all are missing."""
    present = rows.select(~np.isnan(rows.values))
    values = present.values
    if not len(values):
        return None
    starts = present.bounds[:-1][np.diff(present.bounds) > 0]
    constant = np.minimum.reduceat(values, starts) == np.maximum.reduceat(values, starts)
    size = np.abs(values).max() or 1.0
    return ValueSummary(
        least=float(values.min()),
        most=float(values.max()),
        mean=float(size * (values / size).mean()),  # a sum of large values may overflow
        whole=bool((values == np.rint(values)).all()),
        count=len(values),
        zeros=int((values == 0).sum()),
        negative=int((values < 0).sum()),
        constant=int(constant.sum()),
    )


def _count_classes(values: Floats, names: tuple[str, ...]) -> tuple[ClassCount, ...]:
    """How often each class occurs, the most common first; `values` are indices, NaN where missing."""
    counts = np.bincount(values[~np.isnan(values)].astype(np.int64), minlength=len(names))
    return tuple(ClassCount(names[index], int(counts[index])) for index in np.argsort(-counts, kind="stable"))


def _find_outliers(panel: Panel, locator: _Locator) -> Occurrences:
    """The values far from those around them, the farthest first."""
    distance = distances(panel)
    far = np.flatnonzero(distance > FAR)
    farthest = far[np.argsort(-distance[far], kind="stable")[:MAX_NAMED]].tolist()
    places = tuple(replace(locator.place_of_step(panel, row), far=float(distance[row])) for row in farthest)
    return _count(panel.ids, series_at(panel.bounds, far), places)
