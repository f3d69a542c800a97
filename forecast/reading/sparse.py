"""Why a series has no row, or no number, on most of its steps, and what to do about it."""

import numpy as np

from forecast.data.arrays import Flags, Integers
from forecast.data.frequency import Frequency
from forecast.data.inference import infer_frequency, is_on_steps
from forecast.data.pattern import DAY
from forecast.errors import DataError
from forecast.phrases import counted
from forecast.reading.rows import Rows

MAX_FILLED_SHARE = 0.4
"""Share of a series' rows that may be fills, of which zeros are none."""
NIGHT_SHARE = 0.9
"""Share of days without a row at a clock time from which this is never one of rows."""

LEAST_ROWS_AFTER = 5
"""Rows after a long gap from which a series may start there."""
LEAST_DAYS = 5
"""Days with rows that show which hours have none."""


def sparse_error(rows: Rows, frequency: Frequency, *, missing: int, steps: int) -> DataError:
    """The error for the rows of one series with a number on too few of its steps.

    In this order: rows of a longer step than `frequency`, which is that of a model or was requested;
    hours of the day without rows; rows whose number is missing; the longest gap.
    """
    share = f"{missing:,} of {steps:,} steps have no number"
    own = _own_frequency(rows)
    if own is not None and _is_longer(own, frequency):
        return DataError(
            f"the rows are {own.adjective}, not {frequency.adjective}: {share}",
            where=rows.table.source,
            hint=f"train a model on {own.adjective} rows, or leave out --freq",
        )
    if night := _hours_without_rows(rows, frequency):
        return DataError(
            f"no rows at night, {night}: {share}",
            where=rows.table.source,
            hint="--gaps zero reads them as 0; --resample sum --freq day makes days of the rows",
        )
    empty = int(np.isnan(rows.values).sum())
    if empty > missing / 2:
        first = int(np.isnan(rows.values).argmax())
        return DataError(
            f"{counted(empty, 'row')} without a number, the first on {rows.line(first)}: {share}",
            where=rows.table.source,
            hint="--missing zero reads them as 0; or start the series where fewer are missing",
        )
    gaps = frequency.steps_between(rows.times[:-1], rows.times[1:]) - 1
    longest = int(gaps.argmax())
    typo = _typo(rows, gaps, longest)
    if typo is not None:
        return typo
    return DataError(
        f"{share}, {int(gaps[longest]):,} of them before {rows.line(longest + 1)}; "
        f"most rows are {frequency.adjective}",
        where=rows.table.source,
        hint="--gaps zero where no row means zero; --resample sum --freq month for rows of events; "
        "else start the series after the gap",
    )


def _typo(rows: Rows, gaps: Integers, longest: int) -> DataError | None:
    """The error where one or two rows at an end are further away than all others together; else None."""
    before, after = longest + 1, len(rows.times) - longest - 1
    others = int(gaps.sum() - gaps[longest]) + len(rows.times)
    if min(before, after) > 2 or max(before, after) < LEAST_ROWS_AFTER or gaps[longest] < 3 * others:
        return None
    row = longest + 1 if after <= 2 else longest
    return DataError(
        f"this time is {int(gaps[longest]) + 1:,} steps away from the other rows",
        where=rows.where(row),
        hint="correct it if it is a typo; else leave the row out",
    )


def start_after_gaps(rows: Rows, frequency: Frequency) -> tuple[Rows, tuple[str, ...]]:
    """The rows without those before a gap that is most of a series, and a sentence about them.

    A series starts after its longest gap where it has enough rows there, and few steps without one.
    """
    keep = np.ones(len(rows.times), dtype=bool)
    numbered = np.flatnonzero(~np.isnan(rows.values))
    bounds = np.searchsorted(numbered, rows.bounds)
    series = np.flatnonzero(np.diff(bounds) > LEAST_ROWS_AFTER)
    ends = rows.times[numbered[bounds[series]]], rows.times[numbered[bounds[series + 1] - 1]]
    series = series[~_are_dense(frequency.steps_between(*ends) + 1, np.diff(bounds)[series])]
    gaps: list[tuple[int, int]] = []
    for index in series.tolist():
        first, known = rows.bounds[index], numbered[bounds[index] : bounds[index + 1]]
        if not is_on_steps(frequency, rows.times[known], np.array([0, len(known)])).all():
            continue
        steps = frequency.steps_between(rows.times[known[:1]], rows.times[known])
        longest = int(np.diff(steps).argmax()) + 1
        gap = int(steps[longest] - steps[longest - 1])
        after = steps[-1] - steps[longest] + 1
        is_most = 2 * gap > int(steps[-1]) + 1 - len(steps)
        if is_most and len(known) - longest >= LEAST_ROWS_AFTER and _are_dense(after, len(known) - longest):
            keep[first : known[longest]] = False
            gaps.append((int(known[longest]), int(steps[longest] - steps[longest - 1] - 1)))
    if not gaps:
        return rows, ()
    row, steps_without = gaps[0]
    message = (
        f"{counted(int((~keep).sum()), 'row')} before a long gap left out "
        f"(first: {counted(steps_without, 'step')} without a row before {rows.line(row)})"
    )
    return rows.select(keep), (message,)


def _are_dense(steps: Integers, known: Integers | int) -> Flags:
    """Whether so many `known` rows are enough of all `steps`, of each series or of one."""
    return np.asarray(steps - known <= MAX_FILLED_SHARE * steps)


def _own_frequency(rows: Rows) -> Frequency | None:
    """The step of these rows; None for one row."""
    try:
        return infer_frequency(rows.times, rows.bounds)
    except DataError:
        return None


def _is_longer(own: Frequency, frequency: Frequency) -> bool:
    """Whether two steps of `own` are more than two of `frequency`."""
    start = np.array([0]) if own.form == "integer" else np.array(["2001-01-01"], dtype="datetime64[s]")
    if own.offsets:
        return False
    try:
        return bool(frequency.steps_between(start, own.shift(start, np.array([2])))[0] > 3)
    except (TypeError, ValueError):
        return False


def _hours_without_rows(rows: Rows, frequency: Frequency) -> str:
    """Hours that hardly ever have rows, such as "from 18:00 to 05:00"; "" for none."""
    if frequency.form == "integer" or frequency.unit not in ("hour", "minute"):
        return ""
    seconds = frequency.local(rows.times).astype("datetime64[s]").astype(np.int64)
    hours = np.unique(np.stack([seconds // DAY, seconds % DAY // 3600]), axis=1)
    days = len(np.unique(hours[0]))
    present = np.bincount(hours[1], minlength=24) / days
    quiet = present < 1 - NIGHT_SHARE
    if days < LEAST_DAYS or quiet.sum() < 4 or quiet.all():
        return ""
    last = next(hour for hour in range(24) if quiet[hour] and not quiet[hour - 1])
    end = next(hour for hour in range(last, last + 25) if not quiet[hour % 24])
    return f"from {last:02d}:00 to {end % 24:02d}:00"
