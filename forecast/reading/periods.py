"""One row in each period, on changing days: the last working day of a month, a reading a day at any hour.

Such rows keep no step, but their periods do: each is read as the start of its period.
"""

from dataclasses import replace

import numpy as np

from forecast.data.frequency import MONTHS, SECONDS, Form, Frequency, Unit
from forecast.data.inference import is_on_steps
from forecast.data.pattern import DAY
from forecast.phrases import counted
from forecast.reading.rows import Rows

REGULAR_SHARE = 0.9
"""Share of rows on a step from which the others are errors, not a sign of another step."""
FOLLOWING_SHARE = 0.8
"""Share of rows in the period after that of the row before them from which periods are the step."""
SPACING = (0.5, 1.5)
"""Typical distance of two rows, in lengths of a period, from which this is the period."""

_PERIODS: tuple[Unit, ...] = ("year", "quarter", "month", "week", "day", "hour", "minute")


def read_as_periods(
    rows: Rows, frequency: Frequency, *, is_model: bool, is_requested: bool
) -> tuple[Rows, Frequency, str]:
    """The rows with times and step of their periods, and a sentence; unchanged where they keep a step.

    `frequency` is that of a model, or was requested, or inferred.
    Periods with two rows are never merged.
    """
    if frequency.form == "integer" or not len(rows.times) or frequency.offsets:
        return rows, frequency, ""
    on_steps = is_on_steps(frequency, rows.times, rows.bounds)
    if on_steps.all() or (on_steps.mean() >= REGULAR_SHARE and not is_model):
        return rows, frequency, ""
    for period in [frequency] if is_model or is_requested else _likely_periods(rows, frequency):
        moved = replace(rows, times=period.floor(rows.times))
        if moved.repeats.any() or np.array_equal(moved.times, rows.times):
            continue
        following = moved.on_next_step(period)
        if is_model or (len(following) and following.mean() >= FOLLOWING_SHARE):
            return moved, period, _sentence(rows, moved, frequency, period)
    return rows, frequency, ""


def _likely_periods(rows: Rows, frequency: Frequency) -> list[Frequency]:
    """The periods that are about as long as the typical distance of two rows."""
    distances = np.diff(rows.times.astype("datetime64[s]").astype(np.int64))[np.diff(rows.series) == 0]
    typical = float(np.median(distances)) if len(distances) else 0.0
    zone = frequency.offset_seconds
    likely = [unit for unit in _PERIODS if SPACING[0] < typical / _seconds(unit) < SPACING[1]]
    return [Frequency(unit, form=_form(unit), offset_seconds=zone) for unit in likely]


def _seconds(unit: Unit) -> float:
    return MONTHS[unit] * 30.4 * DAY if unit in MONTHS else SECONDS[unit]


def _form(unit: Unit) -> Form:
    """The form of times that shows the period."""
    if unit in MONTHS:
        return "month"
    return "date" if unit in ("week", "day") else "datetime"


def _sentence(rows: Rows, moved: Rows, written: Frequency, period: Frequency) -> str:
    """What was done, with the first row that was moved."""
    changed = np.flatnonzero(moved.times != rows.times)
    row = int(changed[0])
    on_days = rows.times[row] == rows.times[row].astype("datetime64[D]")
    before = replace(written, form="date" if on_days else "datetime", offsets=())
    texts = before.text(rows.times[row : row + 1]), period.text(moved.times[row : row + 1])
    return (
        f"one row for each {period.unit}, {counted(len(changed), 'row')} not at its start: read as "
        f"{period.adjective} (first: {texts[0][0]} as {texts[1][0]}, {rows.line(row)})"
    )
