"""Covariates on the steps of a panel, with those known ahead beyond its end.

A missing value is the last one before it in its series; without one it stays NaN, which a
network reads as an average number or an unknown category. Where several rows are within one
step, numbers are averaged and the last category counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import (
    Flags,
    Floats,
    Integers,
    Times,
    bounds_of,
    first_true,
    row_positions,
)
from forecast.data.covariates import Covariates, Vocabulary, align, as_columns, recode
from forecast.data.panel import Panel, rows_within
from forecast.errors import DataError, UsageError
from forecast.phrases import counted
from forecast.reading.marks import refuse_marks
from forecast.reading.rows import Rows
from forecast.reading.series_column import READABLE_SHARE
from forecast.spec.limits import MAX_HORIZON
from forecast.spec.reading import Notation, Role
from forecast.tables import numbers
from forecast.tables.columns import Column


@dataclass(frozen=True, slots=True)
class CovariateRows:
    """The covariates in the rows of a table."""

    rows: Rows
    """The rows of the covariates; the values in it are not used."""
    columns: tuple[Column, ...]
    values: tuple[Floats, ...]
    """(rows,) of each column: numbers, or indices into its vocabulary; NaN where missing."""
    vocabularies: tuple[Vocabulary, ...]
    """Of each column, sorted."""
    notes: tuple[str, ...] = ()
    """Sentences about units that were read away."""

    @property
    def categorical(self) -> tuple[str, ...]:
        """The names of the columns that hold categories."""
        pairs = zip(self.columns, self.vocabularies, strict=True)
        return tuple(column.name for column, vocabulary in pairs if vocabulary)


def find_categorical(columns: Sequence[Column], requested: Sequence[str]) -> tuple[str, ...]:
    """The names of the categorical columns: the requested ones, and those with few numbers."""
    names = [column.name for column in columns]
    for name in requested:
        if name not in names:
            raise UsageError(
                f"--categorical {name}: no covariate has this name",
                hint=f"add it as a covariate with --past, --known or --static {name}",
            )
    return tuple(
        column.name
        for column in columns
        if column.name in requested or numbers.readable_share(column.texts) < READABLE_SHARE
    )


def parse_covariates(
    columns: Sequence[Column], rows: Rows, *, categorical: Sequence[str], notation: Notation
) -> CovariateRows:
    """The covariates in some rows; a `DataError` for a text in a column that is not categorical."""
    values: list[Floats] = []
    vocabularies: list[Vocabulary] = []
    notes: list[str] = []
    for column in columns:
        vocabulary: Vocabulary = ()
        if column.name in categorical:
            marks = notation.missing_marks
            vocabulary = tuple(sorted(text for text in column.texts if text.strip() and text not in marks))
            indices = {text: index for index, text in enumerate(vocabulary)}
            parsed = np.array([indices.get(text, np.nan) for text in column.texts])
        else:
            found = rows.table.numbers(column, notation)
            refuse_marks(rows.table, column, found, notation)
            notes += found.note(column.name)
            parsed = found.values
        values.append(rows.of_texts(column, parsed))
        vocabularies.append(vocabulary)
    return CovariateRows(rows, tuple(columns), tuple(values), tuple(vocabularies), tuple(notes))


def align_covariates(covariates: CovariateRows, panel: Panel) -> tuple[Covariates, tuple[str, ...]]:
    """The covariates on the steps of a panel, and sentences about missing values.

    A `DataError` for a static covariate that changes, or a row after the end of the target that
    is between two steps or too far ahead.
    """
    grid = _Grid.of(panel, covariates.rows, beyond_end=bool(panel.columns.known))
    in_history = _is_among_first(panel.lengths, grid.bounds)
    by_role: dict[Role, list[Floats]] = {"past": [], "known": [], "static": []}
    messages: list[str] = []
    for column, values, vocabulary, role in zip(
        covariates.columns, covariates.values, covariates.vocabularies, panel.columns.roles, strict=True
    ):
        if role == "static":
            by_role[role].append(_static_values(panel, covariates.rows, column, values))
            continue
        aligned = grid.align(values, is_categorical=bool(vocabulary))
        filled = _hold_last(aligned, grid.bounds, until=panel.lengths)
        by_role[role].append(filled)
        messages += _describe_missing(column.name, aligned, filled, in_history)
    return Covariates(
        past=as_columns(by_role["past"], len(grid))[rows_within(panel, grid.bounds)],
        known=as_columns(by_role["known"], len(grid)),
        known_bounds=grid.bounds,
        static=as_columns(by_role["static"], len(panel)),
        vocabularies=covariates.vocabularies,
    ), tuple(messages)


@dataclass(frozen=True, slots=True)
class _Grid:
    """The steps of each series of a panel and beyond its end, and the rows on them."""

    bounds: Integers
    """(series + 1,) first step of each series, and the number of steps."""
    rows: Integers
    """(rows on a step,) rows of series and times that the panel has, in their order."""
    steps: Integers
    """(rows on a step,) the step of each of them, counted over all series."""

    def __len__(self) -> int:
        return int(self.bounds[-1])

    @classmethod
    def of(cls, panel: Panel, rows: Rows, *, beyond_end: bool) -> "_Grid":
        """The steps of a panel, extended as far as there are rows if `beyond_end`.

        A `DataError` for a row after the end of the target that is between two steps or more
        than `MAX_HORIZON` steps after it.
        """
        indices = {id: index for index, id in enumerate(panel.ids)}
        series = np.array([indices.get(id, -1) for id in rows.ids], dtype=np.int64)[rows.series]
        (selected,) = np.nonzero(series >= 0)
        series = series[selected]
        first_times: Times = panel.times[panel.bounds[:-1][series]]
        steps = panel.frequency.steps_between(first_times, rows.times[selected])
        inside = (steps >= 0) & (beyond_end | (steps < panel.lengths[series]))
        selected, series, steps = selected[inside], series[inside], steps[inside]
        _refuse_off_step(panel, rows, selected, series, steps)
        lengths = panel.lengths.copy()
        np.maximum.at(lengths, series, steps + 1)
        bounds = bounds_of(lengths)
        return cls(bounds, selected, bounds[:-1][series] + steps)

    def align(self, values: Floats, *, is_categorical: bool) -> Floats:
        """(steps,) the mean of the numbers on each step, or the last category; NaN where there is none."""
        present = ~np.isnan(values[self.rows])
        steps, values = self.steps[present], values[self.rows][present]
        aligned = np.full(len(self), np.nan)
        if is_categorical:
            aligned[steps] = values  # of several rows on a step the last one stays
            return aligned
        counts = np.bincount(steps, minlength=len(self))
        means = np.bincount(steps, values / counts[steps], minlength=len(self))
        return np.where(counts > 0, means, aligned)


def _refuse_off_step(panel: Panel, rows: Rows, selected: Integers, series: Integers, steps: Integers) -> None:
    """Refuse rows after the end of the target that are between two steps or too far ahead.

    `selected` are indices of rows, `series` and `steps` their series in the panel and their
    steps since its start.
    """
    first_times: Times = panel.times[panel.bounds[:-1][series]]
    ahead = steps - panel.lengths[series] + 1
    between_steps = panel.frequency.shift(first_times, steps) != rows.times[selected]
    wrong = ((ahead > 0) & between_steps) | (ahead > MAX_HORIZON)
    if (index := first_true(wrong)) is not None:
        row = int(selected[index])
        (time,) = panel.frequency.text(rows.times[row : row + 1])
        off_step = f"does not keep the {panel.frequency.adjective} step"
        too_far = f"is {ahead[index]:,} steps after the end of the target"
        raise DataError(
            f"{time} {off_step if between_steps[index] else too_far}",
            where=rows.where(row),
            hint="forecast future writes the rows to fill in",
        )


def _describe_missing(name: str, aligned: Floats, filled: Floats, in_history: Flags) -> Iterator[str]:
    """Sentences about the missing values of a covariate: those filled, and those that remain."""
    fills = int((np.isnan(aligned) & ~np.isnan(filled)).sum())
    if fills:
        yield f'{counted(fills, "missing value")} of "{name}" filled with the last value'
    remaining = int(np.isnan(filled[in_history]).sum())
    if remaining:
        yield f'{counted(remaining, "missing value")} of "{name}" before its first value left unknown'


def _hold_last(values: Floats, bounds: Integers, *, until: Integers) -> Floats:
    """The values, with each NaN among the first `until[i]` of a series replaced by the last value before."""
    steps = np.arange(len(values))
    starts = np.repeat(bounds[:-1], np.diff(bounds))
    newest = np.maximum.accumulate(np.where(np.isnan(values), starts, steps))
    return np.where(_is_among_first(until, bounds), values[newest], values)


def _static_values(panel: Panel, rows: Rows, column: Column, values: Floats) -> Floats:
    """(series,) the one value of each series, NaN where it has none; a `DataError` where it has two."""
    present = ~np.isnan(values)
    indices = {id: index for index, id in enumerate(rows.ids)}
    static = np.full(len(panel), np.nan)
    for series, id in enumerate(panel.ids):
        first_row, end = rows.bounds[indices[id]], rows.bounds[indices[id] + 1]
        part = slice(first_row, end)
        own = values[part][present[part]]
        if not len(own):
            continue
        if (other := first_true(present[part] & (values[part] != own[0]))) is not None:
            row = int(first_row) + other
            text = column.texts[column.codes[rows.origin[row]]]
            raise DataError(
                f'"{text}" differs from the value before it in series "{id}": a static covariate is constant',
                where=rows.where(row, column),
                hint=f"--known {column.name} if it is known ahead, else --past {column.name}",
            )
        static[series] = own[0]
    return static


def with_future(panel: Panel, future: CovariateRows) -> Panel:
    """The panel with the known covariates after its end from rows of the future; other rows are ignored."""
    covariates = panel.covariates
    if covariates is None:
        return panel
    grid = _Grid.of(panel, future.rows, beyond_end=True)
    lengths = np.maximum(np.diff(covariates.known_bounds), np.diff(grid.bounds))
    bounds = bounds_of(lengths)
    known = align(covariates.known, covariates.known_bounds, bounds)
    after_end = ~_is_among_first(panel.lengths, bounds)
    vocabularies = list(covariates.vocabularies)
    first = len(panel.columns.past)  # the vocabularies of the known columns come after those of the past
    for index, (values, vocabulary) in enumerate(zip(future.values, future.vocabularies, strict=True)):
        old = vocabularies[first + index]
        if vocabulary:
            # New categories go to the end, so that the indices of the old ones stay.
            merged = tuple(dict.fromkeys((*old, *vocabulary)))
            vocabularies[first + index] = merged
            values = recode(values, vocabulary, {text: code for code, text in enumerate(merged)})
        column = grid.align(values, is_categorical=bool(vocabulary))
        column = align(column[:, None], grid.bounds, bounds)[:, 0]
        given = after_end & ~np.isnan(column)
        known[given, index] = column[given]
    covariates = replace(covariates, known=known, known_bounds=bounds, vocabularies=tuple(vocabularies))
    return replace(panel, covariates=covariates)


def _is_among_first(counts: Integers, bounds: Integers) -> Flags:
    """(rows,) whether a row is one of the first `counts[i]` of its series, cut at `bounds`."""
    return np.asarray(row_positions(bounds) < np.repeat(counts, np.diff(bounds)))
