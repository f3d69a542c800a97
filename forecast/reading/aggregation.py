"""Several rows are aggregated to one: rows of equal time, or all rows within one step."""

from dataclasses import replace
from typing import Literal

import numpy as np

from forecast.data.arrays import LARGEST, Flags, Floats, Integers, Times, first_true
from forecast.data.frequency import Frequency
from forecast.data.pattern import DAY
from forecast.errors import DataError
from forecast.phrases import counted
from forecast.reading.rows import Rows
from forecast.spec.reading import Resample

Aggregation = Literal["first", "last", "sum", "mean", "min", "max"]

TYPICAL_SPACING_QUANTILE = 0.9
"""Quantile of the distances between rows that is their typical spacing, so that weekends do not count."""

FINER = 0.9
"""A period can be incomplete where the typical spacing is under this share of its length."""


def merge_duplicates(rows: Rows, method: Aggregation) -> tuple[Rows, tuple[str, ...]]:
    """One row for each series and time, and a sentence if there were several."""
    repeats = rows.repeats
    if not repeats.any():
        return rows, ()
    first = int(repeats.argmax())
    message = (
        f"{counted(int(repeats.sum()), 'duplicate')} merged by {method} "
        f"(first: {rows.line(first - 1)} and {rows.line(first)})"
    )
    return _aggregate(rows, np.flatnonzero(~repeats), method), (message,)


def period_start_frequency(frequency: Frequency) -> Frequency:
    """The same step with times at the start of its periods, as resampled rows have: 2019-03-01 for March."""
    is_clocked = frequency.unit in ("hour", "minute", "second") or any(o % DAY for o in frequency.offsets)
    whole_days = not is_clocked and frequency.offset_seconds is None
    form = "date" if frequency.form == "datetime" and whole_days else frequency.form
    return replace(frequency, month_end=False, form=form)


def resample(
    rows: Rows, frequency: Frequency, method: Resample, *, of_events: bool = False
) -> tuple[Rows, tuple[str, ...]]:
    """One row, at its start, for each period that has rows, and sentences about what was done.

    A first or last period of a series is dropped where the series starts or ends within it:
    its sum, its extremes and often its mean would show a fall that never happened. Rows `of_events` end
    together, with the newest row of any series.
    """
    periods = frequency.floor(rows.times)
    starts = np.flatnonzero(~replace(rows, times=periods).repeats)
    sizes = np.diff(np.append(starts, len(rows.times)))
    resampled = replace(_aggregate(rows, starts, method), times=periods[starts])
    incomplete = _incomplete_periods(rows, resampled, frequency, of_events=of_events)
    count = counted(len(starts), f"{frequency.adjective} row")
    messages = [
        f"{counted(len(rows.times), 'row')} resampled to {count} by {method}: "
        f"{sizes.min():,} to {sizes.max():,} in each"
    ]
    if repeats := int(rows.repeats.sum()):
        messages.append(f"{counted(repeats, 'row')} at the same time as another row")
    if incomplete.any():
        row = int(incomplete.argmax())
        text = frequency.text(resampled.times[row : row + 1])[0]
        messages.append(
            f"{counted(int(incomplete.sum()), 'incomplete period')} dropped at the ends "
            f"(first: {text} with {counted(int(sizes[row]), 'row')})"
        )
    return resampled.select(~incomplete), tuple(messages)


def _aggregate(rows: Rows, starts: Integers, method: Aggregation) -> Rows:
    """One row for each run of rows; `starts` holds the first row of each run."""
    if len(starts) == len(rows.times):
        return rows
    values = _aggregate_values(rows.values, starts, method)
    if (run := first_true(np.abs(values) > LARGEST)) is not None:
        raise DataError(
            f"the {method} of these rows is too large",
            where=rows.where(int(starts[run])),
            hint="the largest number is 1e308",
        )
    return replace(
        rows,
        times=rows.times[starts],
        values=values,
        origin=rows.origin[starts],
        bounds=np.searchsorted(starts, rows.bounds),
    )


def _aggregate_values(values: Floats, starts: Integers, method: Aggregation) -> Floats:
    """(runs,) one number for each run; missing ones do not count, NaN where all are missing."""
    present = ~np.isnan(values)
    match method:
        case "min":
            return np.asarray(np.fmin.reduceat(values, starts))
        case "max":
            return np.asarray(np.fmax.reduceat(values, starts))
        case "first" | "last":
            return _first_or_last(values, present, starts, method)
    counts = np.add.reduceat(present.astype(np.int64), starts)
    # Added in order of size, so that the last digit does not depend on the order of rows in the file.
    run = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(values))))
    ordered = np.where(present, values, 0.0)[np.lexsort((values, run))]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        result = np.add.reduceat(ordered, starts)
        if method == "mean":
            # Where the sum overflows, the mean is the sum of each number divided by their count.
            divided_first = np.add.reduceat(ordered / np.maximum(counts, 1)[run], starts)
            result = np.where(np.isfinite(result), result / np.maximum(counts, 1), divided_first)
    return np.where(counts > 0, result, np.nan)


def _first_or_last(
    values: Floats, present: Flags, starts: Integers, method: Literal["first", "last"]
) -> Floats:
    """(runs,) the first or the last number of each run; NaN where all are missing."""
    rows = np.arange(len(values))
    # The index of a NaN that is appended stands for "none": len(values), or -1.
    if method == "first":
        chosen = np.minimum.reduceat(np.where(present, rows, len(values)), starts)
    else:
        chosen = np.maximum.reduceat(np.where(present, rows, -1), starts)
    return np.append(values, np.nan)[chosen]


def _incomplete_periods(rows: Rows, resampled: Rows, frequency: Frequency, *, of_events: bool) -> Flags:
    """(periods,) which first and last periods of a series have room for another row at the outer end.

    There is room where the distance from a period's end to the outermost row is the typical
    spacing or more. Where that spacing is nearly a period, every period counts as complete.
    """
    incomplete = np.zeros(len(resampled.times), dtype=bool)
    spacing = _typical_spacing(rows)
    if spacing is None:
        return incomplete
    has_rows = np.diff(resampled.bounds) > 0
    first, last = resampled.bounds[:-1][has_rows], resampled.bounds[1:][has_rows] - 1
    last_start = _as_integers(resampled.times[last])
    last_end = _as_integers(frequency.shift(resampled.times[last], np.ones(len(last), dtype=np.int64)))
    before = _as_integers(rows.times[rows.bounds[:-1][has_rows]]) - _as_integers(resampled.times[first])
    newest = _as_integers(rows.times[rows.bounds[1:][has_rows] - 1])
    after, spacing_after = last_end - newest, spacing
    if of_events:
        distances = np.diff(np.unique(_as_integers(rows.times)))
        spacing_after = float(np.quantile(distances, TYPICAL_SPACING_QUANTILE))
        after = last_end - newest.max()
    length = last_end - last_start
    incomplete[first] |= (spacing < FINER * length) & (before >= spacing)
    incomplete[last] |= (spacing_after < FINER * length) & (after > spacing_after)
    return incomplete


def _typical_spacing(rows: Rows) -> float | None:
    """The quantile of the distances between rows of a series, in seconds or integers; None without any."""
    times = _as_integers(rows.times)
    distances = (times[1:] - times[:-1])[np.diff(rows.series) == 0]
    distances = distances[distances > 0]
    return float(np.quantile(distances, TYPICAL_SPACING_QUANTILE)) if len(distances) else None


def _as_integers(times: Times) -> Integers:
    """Times as seconds since 1970, or the integers that they are."""
    return times.astype(np.int64)
