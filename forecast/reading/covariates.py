"""The columns beside the target, put on its steps: covariates, and what is known ahead of it.

What is missing in a row is what stood in the row before; what no row before tells is
left open, and read as an average number or an unknown text. Of several rows in a step
numbers are averaged, and the last text counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers, Times
from forecast.data.covariates import Covariates, Texts, align, as_columns, recode
from forecast.data.panel import Panel, history
from forecast.errors import DataError, UsageError
from forecast.phrases import counted
from forecast.reading.roles import READABLE_SHARE
from forecast.reading.rows import Rows
from forecast.spec.limits import MAX_HORIZON
from forecast.spec.reading import Notation, Role
from forecast.tables import numbers
from forecast.tables.columns import CellError, Column
from forecast.tables.table import Table


@dataclass(frozen=True, slots=True)
class CovariateRows:
    """The columns beside the target, as rows of a table tell them."""

    rows: Rows
    """The rows they stand in, sorted; their values are of no interest here."""
    columns: tuple[Column, ...]
    values: tuple[Floats, ...]
    """(rows,) of each column: numbers, NaN where missing, or places in its vocabulary."""
    vocabularies: tuple[tuple[str, ...], ...]
    """The texts of each column, sorted; () for a column of numbers."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Names of the columns that are texts."""
        pairs = zip(self.columns, self.vocabularies, strict=True)
        return tuple(column.name for column, vocabulary in pairs if vocabulary)


def texts_among(columns: Sequence[Column], named: Sequence[str]) -> tuple[str, ...]:
    """Those that are to be read as texts: the named ones, and those that hold few numbers."""
    there = [column.name for column in columns]
    for name in named:
        if name not in there:
            raise UsageError(
                f"--categorical {name}: no covariate has this name",
                hint=f"name it with --past, --known or --static {name} too",
            )
    return tuple(
        column.name
        for column in columns
        if column.name in named or numbers.readable_share(column.texts) < READABLE_SHARE
    )


def parsed(
    table: Table, columns: Sequence[Column], rows: Rows, *, texts: Sequence[str], notation: Notation
) -> CovariateRows:
    """The columns, those of `texts` as texts and the others as numbers; a `DataError` where they are none."""
    values, vocabularies = [], []
    for column in columns:
        if column.name in texts:
            vocabulary = tuple(sorted(text for text in column.texts if text.strip()))
            places = {text: place for place, text in enumerate(vocabulary)}
            told = np.array([places.get(text, np.nan) for text in column.texts])
        else:
            vocabulary, told = (), _numbers(table, column, notation)
        values.append(told[column.codes[rows.origin]])
        vocabularies.append(vocabulary)
    return CovariateRows(rows, tuple(columns), tuple(values), tuple(vocabularies))


def _numbers(table: Table, column: Column, notation: Notation) -> Floats:
    try:
        return numbers.parse(column.texts, notation, delimiter=table.delimiter).values
    except CellError as bad:
        raise table.refusal(column, bad) from None


def covariates_of(beside: CovariateRows, panel: Panel, table: Table) -> tuple[Covariates, tuple[str, ...]]:
    """The columns on the steps of a panel, those known ahead beyond its end, and what was filled."""
    grid = _Grid.of(panel, beside, goes_on=bool(panel.columns.known))
    grid.refuse_astray(panel, beside.rows, table)
    inside = _among_first(panel.lengths, grid.bounds)
    found: dict[Role, list[Floats]] = {"past": [], "known": [], "static": []}
    told: list[str] = []
    for column, values, vocabulary, role in zip(
        beside.columns, beside.values, beside.vocabularies, panel.columns.roles, strict=True
    ):
        if role == "static":
            found[role].append(_constant(panel, beside.rows, column, values, table))
            continue
        placed = grid.placed(values, vocabulary)
        found[role].append(_held(placed, grid.bounds, until=panel.lengths))
        told += _told(column.name, placed, found[role][-1], inside=inside)
    return Covariates(
        past=as_columns(found["past"], len(grid))[history(panel, grid.bounds)],
        known=as_columns(found["known"], len(grid)),
        known_bounds=grid.bounds,
        static=as_columns(found["static"], len(panel)),
        vocabularies=beside.vocabularies,
    ), tuple(told)


@dataclass(frozen=True, slots=True)
class _Grid:
    """The steps of each series of a panel, and on which of them rows of a table stand."""

    bounds: Integers
    """(series + 1,) first step of each series, and the number of steps."""
    rows: Integers
    """Rows of the table that stand on a step, in their order."""
    steps: Integers
    """The step of each of them, counted over all series."""

    def __len__(self) -> int:
        return int(self.bounds[-1])

    @classmethod
    def of(cls, panel: Panel, beside: CovariateRows, *, goes_on: bool) -> "_Grid":
        places = {id: place for place, id in enumerate(panel.ids)}
        rows = beside.rows
        series = np.array([places.get(id, -1) for id in rows.ids], dtype=np.int64)[rows.series]
        (kept,) = np.nonzero(series >= 0)
        series = series[kept]
        starts: Times = panel.times[panel.bounds[:-1][series]]
        steps = panel.frequency.steps_between(starts, rows.times[kept])
        inside = (steps >= 0) & (goes_on | (steps < panel.lengths[series]))
        kept, series, steps = kept[inside], series[inside], steps[inside]
        lengths = panel.lengths.copy()
        np.maximum.at(lengths, series, steps + 1)
        bounds = np.concatenate(([0], np.cumsum(lengths)))
        return cls(bounds, kept, bounds[:-1][series] + steps)

    def refuse_astray(self, panel: Panel, rows: Rows, table: Table) -> None:
        """Refuse rows behind the end of the target that keep no step, or stand too far behind it."""
        series = np.searchsorted(self.bounds, self.steps, side="right") - 1
        step = self.steps - self.bounds[:-1][series]
        starts: Times = panel.times[panel.bounds[:-1][series]]
        behind = step - panel.lengths[series] + 1
        astray = panel.frequency.shift(starts, step) != rows.times[self.rows]
        wrong = ((behind > 0) & astray) | (behind > MAX_HORIZON)
        for place in np.flatnonzero(wrong)[:1].tolist():
            row = int(self.rows[place])
            far = f"stands {behind[place]:,} steps behind the end of the target"
            off = f"does not keep the {panel.frequency.adjective} step"
            raise DataError(
                f"{panel.frequency.text(rows.times[row : row + 1])[0]} {off if astray[place] else far}",
                where=table.where(int(rows.origin[row])),
                hint="forecast future writes the rows to fill in",
            )

    def placed(self, values: Floats, vocabulary: tuple[str, ...]) -> Floats:
        """(steps,) the mean of the numbers on each step, or the last text; NaN where there is none."""
        there = ~np.isnan(values[self.rows])
        steps, told = self.steps[there], values[self.rows][there]
        found = np.full(len(self), np.nan)
        if vocabulary:
            found[steps] = told
            return found
        counts = np.bincount(steps, minlength=len(self))
        shares = np.bincount(steps, told / counts[steps], minlength=len(self))
        return np.where(counts > 0, shares, found)


def _told(name: str, placed: Floats, filled: Floats, *, inside: Flags) -> Iterator[str]:
    """What was missing in a column, and what stands there now."""
    held = int((np.isnan(placed) & ~np.isnan(filled)).sum())
    if held:
        yield f'{counted(held, "missing value")} of "{name}" filled with the last one'
    still = int(np.isnan(filled[inside]).sum())
    if still:
        yield f'{counted(still, "value")} of "{name}" before its first one taken as unknown'


def _held(values: Floats, bounds: Integers, *, until: Integers) -> Floats:
    """The values with a missing one among the first `until[i]` of each series replaced by the last before."""
    steps = np.arange(len(values))
    starts = np.repeat(bounds[:-1], np.diff(bounds))
    newest = np.maximum.accumulate(np.where(np.isnan(values), starts, steps))
    return np.where(_among_first(until, bounds), values[newest], values)


def _constant(panel: Panel, rows: Rows, column: Column, values: Floats, table: Table) -> Floats:
    """(series,) the one value of each series; NaN where it has none."""
    told = ~np.isnan(values)
    places = {id: place for place, id in enumerate(rows.ids)}
    found = np.full(len(panel), np.nan)
    for series, id in enumerate(panel.ids):
        part = slice(rows.bounds[places[id]], rows.bounds[places[id] + 1])
        here = values[part][told[part]]
        if not len(here):
            continue
        (other,) = np.nonzero(told[part] & (values[part] != here[0]))
        if len(other):
            row = int(rows.origin[part][other[0]])
            raise DataError(
                f'"{column.texts[column.codes[row]]}" is not what stood before in series "{id}": '
                "a static covariate stays the same",
                where=table.where(row, column),
                hint=f"--known {column.name} if it is known ahead, else --past {column.name}",
            )
        found[series] = here[0]
    return found


def with_future(panel: Panel, future: CovariateRows, table: Table) -> Panel:
    """The panel with what rows of the future tell of its known covariates; other rows tell nothing."""
    there = panel.covariates
    if there is None:
        return panel
    grid = _Grid.of(panel, future, goes_on=True)
    grid.refuse_astray(panel, future.rows, table)
    lengths = np.maximum(np.diff(there.known_bounds), np.diff(grid.bounds))
    bounds = np.concatenate(([0], np.cumsum(lengths)))
    known = align(there.known, there.known_bounds, bounds)
    ahead = ~_among_first(panel.lengths, bounds)
    vocabularies = list(there.vocabularies)
    first = len(panel.columns.past)
    for place, (values, texts) in enumerate(zip(future.values, future.vocabularies, strict=True), first):
        vocabularies[place], values = _joined(vocabularies[place], texts, values)
        placed = align(grid.placed(values, texts)[:, None], grid.bounds, bounds)[:, 0]
        told = ahead & ~np.isnan(placed)
        known[told, place - first] = placed[told]
    covariates = replace(there, known=known, known_bounds=bounds, vocabularies=tuple(vocabularies))
    return replace(panel, covariates=covariates)


def _joined(texts: Texts, others: Texts, places: Floats) -> tuple[Texts, Floats]:
    """The texts with the new ones of `others` behind them, and `places` among others as places among all."""
    if not others:
        return texts, places
    joined = tuple(dict.fromkeys((*texts, *others)))
    return joined, recode(places, others, {text: place for place, text in enumerate(joined)})


def _among_first(counts: Integers, bounds: Integers) -> Flags:
    """(rows,) whether a row cut at `bounds` is one of the first `counts[i]` of its series."""
    position = np.arange(bounds[-1]) - np.repeat(bounds[:-1], np.diff(bounds))
    return np.asarray(position < np.repeat(counts, np.diff(bounds)))
