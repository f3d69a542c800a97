"""The regular step that times keep: even, or the same pattern in every day, week, month or year.

>>> months = np.array(["2019-01-31", "2019-02-28", "2019-03-31"], dtype="datetime64[s]")
>>> monthly = infer_frequency(months, np.array([0, 3]))
>>> monthly.adjective, monthly.month_end, monthly.default_season
('monthly', True, 12)
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from forecast.data import pattern
from forecast.data.frequency import (
    FIRST_YEAR,
    LAST_YEAR,
    MONTHS,
    SECONDS,
    Dates,
    Form,
    Frequency,
    Integers,
    Times,
    Unit,
    is_month_end,
)
from forecast.data.pattern import DAY, Offsets
from forecast.errors import DataError

MONTHLY_SHARE = 0.9
"""Share of rows on one day of the month from which the step is monthly: the others are then errors."""
PATTERN_SHARE = 0.75
"""Share of rows that follow the row before them in a pattern from which it is one."""
PATTERN_GAIN = 0.05
"""How much larger that share must be than for even steps, where all rows are on these."""
NEAR_UNIT = 0.2
"""Largest log ratio of the median step of irregular times to the unit that they are about apart."""
MANY_GAPS = 0.1
"""Share of even steps without a row from which a pattern need only explain half of the gaps."""
PRESENT_SHARE = 0.5
"""Share of days or weeks in which each clock time of a pattern has a row."""

Flags = NDArray[np.bool_]


def infer_frequency(
    times: Times, bounds: Integers, *, form: Form = "date", offset_seconds: int | None = None
) -> Frequency:
    """The most common step of sorted series; a `DataError` where no series has two rows.

    `form` is how the times are written in the data; integers are always of form "integer".
    """
    within = _follows(times, bounds)
    if not within.any():
        raise DataError("one row per series shows no step of time", hint="give two rows of a series or more")
    if times.dtype.kind in "iu":
        step = _most_common(_differences(times)[within])
        years = times.min() >= FIRST_YEAR and times.max() <= LAST_YEAR
        return Frequency("year" if years else "step", step, "integer")
    even = _even(times, within, form=form, offset_seconds=offset_seconds)
    local = even.local(times)
    step = _most_common(_differences(times)[within])
    patterns = [
        replace(even, unit=period, count=1, offsets=offsets) for period, offsets in _patterns(local, step)
    ]
    if not patterns or even.unit in ("weekday", *MONTHS):
        return even
    share = _share_on_next(even, times, within)
    least = 0.0
    if is_on_steps(even, times, bounds).all():
        has_many_gaps = _empty_share(even, times, bounds) >= MANY_GAPS
        least = share + min(PATTERN_GAIN, (1 - share) / 2 if has_many_gaps else 1.0)
    shares = [_share_on_next(each, times, within) for each in patterns]
    best = int(np.argmax(shares))
    return patterns[best] if shares[best] >= max(PATTERN_SHARE, least) else even


def _empty_share(frequency: Frequency, times: Times, bounds: Integers) -> float:
    """Share of the steps, from the first row of each series to its last, that have no row."""
    present = np.flatnonzero(np.diff(bounds))
    first, last = times[bounds[:-1][present]], times[bounds[1:][present] - 1]
    steps = frequency.steps_between(first, last) + 1
    return 1 - len(times) / max(int(steps.sum()), 1)


def evenness(times: Times) -> float:
    """Share of distinct times that are one step after the one before, in the step that most keep."""
    ordered: Times = np.unique(times)  # type: ignore[assignment]
    bounds = np.array([0, len(ordered)])
    if len(ordered) < 3:
        return 0.0
    return _share_on_next(infer_frequency(ordered, bounds), ordered, _follows(ordered, bounds))


def calendar_unit(times: Times) -> Unit | None:
    """The unit of the calendar that sorted times are about apart, such as month, if any; none of integers."""
    if times.dtype.kind in "iu" or len(times) < 3:
        return None
    month = 365.2425 / 12 * DAY
    lengths = SECONDS | {unit: count * month for unit, count in MONTHS.items()}
    step = max(float(np.median(_differences(times))), 1.0)
    nearest = min(lengths, key=lambda unit: abs(np.log(lengths[unit] / step)))
    return nearest if abs(np.log(lengths[nearest] / step)) < NEAR_UNIT else None


def is_on_steps(frequency: Frequency, times: Times, bounds: Integers) -> Flags:
    """(rows,) whether each time of sorted series is a whole number of steps after the first of its series."""
    first = times[np.repeat(bounds[:-1], np.diff(bounds))]
    return np.asarray(frequency.shift(first, frequency.steps_between(first, times)) == times)


def _follows(times: Times, bounds: Integers) -> Flags:
    """(rows - 1,) whether a row has the series of the row before it."""
    within = np.ones(max(len(times) - 1, 0), dtype=bool)
    inner = bounds[1:-1]
    within[inner[(inner > 0) & (inner < len(times))] - 1] = False
    return within


def _share_on_next(frequency: Frequency, times: Times, within: Flags) -> float:
    """Share of rows that are one step after the row before them."""
    following = frequency.shift(times[:-1], np.ones(len(times) - 1, dtype=np.int64)) == times[1:]
    return float(following[within].mean())


def _even(times: Times, within: Flags, *, form: Form, offset_seconds: int | None) -> Frequency:
    """The most common step of dates: months, seconds or working days."""
    local = Frequency("day", offset_seconds=offset_seconds).local(times)
    step = _most_common(_differences(local)[within])
    if step >= 28 * DAY:
        monthly = _by_months(local, within, form=form, offset_seconds=offset_seconds)
        if monthly is not None:
            return monthly
    if step == DAY and _skips_weekends(local, within):
        return Frequency("weekday", 1, form, offset_seconds=offset_seconds)
    unit: Unit = next(unit for unit, length in SECONDS.items() if step % length == 0)
    return Frequency(unit, step // SECONDS[unit], form, offset_seconds=offset_seconds)


def _by_months(local: Dates, within: Flags, *, form: Form, offset_seconds: int | None) -> Frequency | None:
    """A step of whole months, where nearly all rows are on one day of the month or on its last."""
    days = local.astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    day_of_month = days.astype(np.int64) - months.astype("datetime64[D]").astype(np.int64) + 1
    common_day = _most_common(day_of_month)
    month_end = bool(is_month_end(local, 0).mean() >= MONTHLY_SHARE)
    if not month_end and (common_day > 28 or (day_of_month == common_day).mean() < MONTHLY_SHARE):
        return None
    step = _most_common(_differences(months)[within])
    unit: Unit = "year" if step % 12 == 0 else "quarter" if step == 3 else "month"
    return Frequency(unit, step // MONTHS[unit], form, month_end, offset_seconds)


def _skips_weekends(local: Dates, within: Flags) -> bool:
    """Whether no row is on a weekend, though some step spans one."""
    days = local.astype("datetime64[D]")
    spans = _differences(days)[within] == 3
    return bool(np.is_busday(days).all() and spans.any())


def _patterns(local: Dates, step: int) -> Iterator[tuple[Unit, Offsets]]:
    """The patterns that all rows are on: periods and offsets; `step` is the most common one, in seconds."""
    clock = local.astype("datetime64[s]").astype(np.int64) % DAY
    if (clock == clock[0]).all():
        yield from _patterns_of_days(local, int(clock[0]))
    elif step < DAY and (clock % step == clock[0] % step).all():
        yield from _patterns_of_hours(local)


def _patterns_of_days(local: Dates, clock: int) -> Iterator[tuple[Unit, Offsets]]:
    """Weekdays that each have two rows or more; two to four days of a month; every n-th day of a year."""
    week, within_week = pattern.split("week", local)
    weekdays, counts = np.unique(within_week, return_counts=True)
    if 2 <= len(weekdays) <= 6 and counts.min() >= 2 and np.ptp(week) >= 2:
        yield "week", tuple(weekdays.tolist())

    month, within_month = pattern.split("month", local)
    with_last = np.where(is_month_end(local, None), 30 * DAY + clock, within_month)
    if np.ptp(month) >= 2:
        days = min(np.unique(within_month), np.unique(with_last), key=len)
        if 2 <= len(days) <= 4:
            yield "month", tuple(days.tolist())

    year, within_year = pattern.split("year", local)
    step = _most_common(_differences(np.unique(local))) // DAY
    if np.ptp(year) >= 1 and 5 <= step <= 31 and (within_year // DAY % step == 0).all():
        last = max(364, int(within_year.max()) // DAY)
        yield "year", tuple(day * DAY + clock for day in range(0, last + 1, step))


def _patterns_of_hours(local: Dates) -> Iterator[tuple[Unit, Offsets]]:
    """The same clock times on all days, or on the same days of all weeks; each present in half of them."""
    periods: tuple[tuple[Unit, int], ...] = (("day", 3), ("week", 2))
    distinct: Dates = np.unique(local)  # times of several series count once
    for period, least in periods:
        number, within = pattern.split(period, distinct)
        occurrences = len(np.unique(number))
        offsets, present = np.unique(within, return_counts=True)
        is_small = 2 <= len(offsets) <= pattern.MAX_OFFSETS
        if occurrences >= least and is_small and present.min() >= PRESENT_SHARE * occurrences:
            yield period, tuple(offsets.tolist())


def _differences(times: Times) -> Integers:
    """Between neighbouring rows, in the unit of the times."""
    numbers: Integers = times.astype(np.int64)
    return numbers[1:] - numbers[:-1]


def _most_common(numbers: Integers) -> int:
    """The most frequent number above zero, the smallest of equally frequent ones; 1 without any."""
    values, counts = np.unique(numbers[numbers > 0], return_counts=True)
    return int(values[counts.argmax()]) if len(values) else 1
