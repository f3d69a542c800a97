"""Several rows become one: rows of one time, or all rows within one step of a clock."""

from dataclasses import replace
from typing import Literal

import numpy as np

from forecast.data.arrays import LARGEST, first_true
from forecast.data.frequency import Frequency, Times
from forecast.errors import DataError
from forecast.phrases import counted
from forecast.reading.rows import Flags, Floats, Integers, Rows
from forecast.spec.reading import Resample
from forecast.tables.table import Table

Way = Literal["first", "last", "sum", "mean", "min", "max"]

USUAL_SPACING = 0.9
"""Share of the steps between rows that are no longer than the usual one: Friday to Monday is."""

FINER = 0.9
"""Share of a period that the usual step stays under, where a period can be incomplete."""


def one_row_a_time(rows: Rows, way: Way, table: Table) -> tuple[Rows, tuple[str, ...]]:
    """Rows with each time once a series, and a sentence where some had to be merged."""
    again = rows.repeats
    if not again.any():
        return rows, ()
    starts = np.flatnonzero(~again)
    first = int(again.argmax())
    told = (
        f"{counted(int(again.sum()), 'duplicate')} merged by {way} "
        f"(first: {_place(rows, first - 1, table)} and {table.place(int(rows.origin[first]))})"
    )
    return _merged(rows, starts, way, table), (told,)


def calendar(frequency: Frequency) -> Frequency:
    """The same step with times that stand on the starts of its periods: 2019-03-01 for March."""
    whole_days = frequency.unit not in ("hour", "minute", "second") and frequency.offset_seconds is None
    form = "date" if frequency.form == "datetime" and whole_days else frequency.form
    return replace(frequency, month_end=False, form=form)


def resampled(rows: Rows, frequency: Frequency, way: Resample, table: Table) -> tuple[Rows, tuple[str, ...]]:
    """One row for each step of the clock that holds rows, named by its start, and what was done.

    A first or last period that the rows enter or leave part way is dropped: its sum, its
    extremes and often its mean would look like a fall that never happened.
    """
    periods = frequency.floor(rows.times)
    starts = np.flatnonzero(~replace(rows, times=periods).repeats)
    sizes = np.diff(np.append(starts, len(rows.times)))
    whole = replace(_merged(rows, starts, way, table), times=periods[starts])
    cut = _incomplete(rows, whole, frequency)
    made = counted(len(starts), f"{frequency.adjective} row")
    told = [
        f"{counted(len(rows.times), 'row')} resampled to {made} by {way}: "
        f"{sizes.min():,} to {sizes.max():,} in each"
    ]
    if again := int(rows.repeats.sum()):
        told.append(f"{counted(again, 'row')} of them at the same time as another")
    if cut.any():
        row = int(cut.argmax())
        text = frequency.text(whole.times[row : row + 1])[0]
        told.append(
            f"{counted(int(cut.sum()), 'incomplete period')} dropped at the ends "
            f"(first: {text} with {counted(int(sizes[row]), 'row')})"
        )
    return whole.kept(~cut), tuple(told)


def _place(rows: Rows, row: int, table: Table) -> str:
    return table.place(int(rows.origin[row]))


def _merged(rows: Rows, starts: Integers, way: Way, table: Table) -> Rows:
    """One row for each run of rows; `starts` holds the first row of each."""
    if len(starts) == len(rows.times):
        return rows
    values = _aggregated(rows.values, starts, way)
    if (index := first_true(np.abs(values) > LARGEST)) is not None:
        raise DataError(
            "the rows here add up to more than numbers go",
            where=f"{table.source}, {_place(rows, int(starts[index]), table)}",
            hint="numbers go up to 1e308",
        )
    bounds = np.searchsorted(starts, rows.bounds)
    return Rows(rows.ids, rows.times[starts], values, rows.origin[starts], bounds, rows.seasons)


def _aggregated(values: Floats, starts: Integers, way: Way) -> Floats:
    """(runs,) the numbers of each run as one; rows without a number do not count, NaN where none has one."""
    known = ~np.isnan(values)
    match way:
        case "min":
            return np.asarray(np.fmin.reduceat(values, starts))
        case "max":
            return np.asarray(np.fmax.reduceat(values, starts))
        case "first" | "last":
            return _outermost(values, known, starts, way)
    counts = np.add.reduceat(known.astype(np.int64), starts)
    # Added by size: the order of rows in the file must not show in the last digit.
    run = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(values))))
    ordered = np.where(known, values, 0.0)[np.lexsort((values, run))]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        total = np.add.reduceat(ordered, starts)
        if way == "mean":
            shares = np.add.reduceat(ordered / np.maximum(counts, 1)[run], starts)
            total = np.where(np.isfinite(total), total / np.maximum(counts, 1), shares)
    return np.where(counts > 0, total, np.nan)


def _outermost(values: Floats, known: Flags, starts: Integers, way: Literal["first", "last"]) -> Floats:
    """The first or the last number of each run."""
    rows = np.arange(len(values))
    if way == "first":
        chosen = np.minimum.reduceat(np.where(known, rows, len(values)), starts)
        return np.append(values, np.nan)[chosen]
    return np.append(values, np.nan)[np.maximum.reduceat(np.where(known, rows, -1), starts)]


def _incomplete(rows: Rows, whole: Rows, frequency: Frequency) -> Flags:
    """(periods,) which first and last periods have room for a usual step before or behind their rows.

    Where the usual step is nearly a period, there is no telling, and every period counts as complete.
    """
    cut = np.zeros(len(whole.times), dtype=bool)
    spacing = _usual_spacing(rows)
    there = np.diff(whole.bounds) > 0
    if spacing is None:
        return cut
    first, last = whole.bounds[:-1][there], whole.bounds[1:][there] - 1
    end = _numbers(frequency.shift(whole.times[last], np.ones(len(last), dtype=np.int64)))
    before = _numbers(rows.times[rows.bounds[:-1][there]]) - _numbers(whole.times[first])
    behind = end - _numbers(rows.times[rows.bounds[1:][there] - 1])
    finer = spacing < FINER * (end - _numbers(whole.times[last]))
    cut[first] |= finer & (before >= spacing)
    cut[last] |= finer & (behind > spacing)
    return cut


def _usual_spacing(rows: Rows) -> float | None:
    """Seconds or integers from a row to the next of its series, that nine in ten stay within."""
    times = _numbers(rows.times)
    within = np.diff(rows.series) == 0
    apart = (times[1:] - times[:-1])[within]
    apart = apart[apart > 0]
    return float(np.quantile(apart, USUAL_SPACING)) if len(apart) else None


def _numbers(times: Times) -> Integers:
    """Times as integers: seconds since 1970, or the integers they are."""
    return times.astype(np.int64)
