"""Several rows in each day, week, month or year: working days, opening hours, the 1st and the 15th.

A pattern is the period, and the seconds from its start to each of its rows. Rows are numbered through:
all rows of the first period, then those of the second.
"""

import numpy as np
from numpy.typing import NDArray

Offsets = tuple[int, ...]

DAY = 86_400
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MAX_OFFSETS = 2100
"""Rows in a period: the minutes of the trading hours of a week."""
LENGTHS: dict[str, int] = {"day": DAY, "week": 7 * DAY, "month": 31 * DAY, "year": 366 * DAY}
"""Seconds in the longest period of each kind."""
LAST_DAY = 27
"""Days before the last of the shortest month: later offsets are, in short months, on the last day."""

_MONDAY = 4 * DAY
"""1970-01-05, in seconds since 1970."""

Integers = NDArray[np.int64]
Dates = NDArray[np.datetime64]


def split(period: str, local: Dates) -> tuple[Integers, Integers]:
    """The number of the period that each time lies in, and the seconds from its start.

    Periods count from 1970, weeks from its first Monday.
    """
    seconds = local.astype("datetime64[s]").astype(np.int64)
    if period in ("day", "week"):
        length, first = (DAY, 0) if period == "day" else (7 * DAY, _MONDAY)
        return (seconds - first) // length, (seconds - first) % length
    number = local.astype("datetime64[M]" if period == "month" else "datetime64[Y]")
    return number.astype(np.int64), seconds - number.astype("datetime64[s]").astype(np.int64)


def ordinals(period: str, offsets: Offsets, local: Dates) -> Integers:
    """The number of the newest row at each time."""
    number, within = split(period, local)
    if period == "month" and offsets[-1] >= (LAST_DAY + 1) * DAY:
        days = local.astype("datetime64[D]")
        is_last = (days + 1).astype("datetime64[M]") != days.astype("datetime64[M]")
        within = np.where(is_last, np.maximum(within, offsets[-1] // DAY * DAY + within % DAY), within)
    return number * len(offsets) + np.searchsorted(np.array(offsets), within, side="right") - 1


def times(period: str, offsets: Offsets, numbers: Integers) -> Dates:
    """The times of the rows of these numbers."""
    number, index = np.divmod(numbers, len(offsets))
    offset = np.array(offsets)[index]
    if period in ("day", "week"):
        length, first = (DAY, 0) if period == "day" else (7 * DAY, _MONDAY)
        return np.asarray((number * length + first + offset).astype("datetime64[s]"))
    if period == "year":
        starts = number.astype("datetime64[Y]").astype("datetime64[s]")
        return np.asarray(starts + offset.astype("timedelta64[s]"))
    starts = number.astype("datetime64[M]").astype("datetime64[s]")
    next_starts = (number + 1).astype("datetime64[M]").astype("datetime64[s]")
    length = (next_starts - starts).astype(np.int64)
    on_last_day = length - DAY + offset % DAY
    return np.asarray(starts + np.where(offset < length, offset, on_last_day).astype("timedelta64[s]"))


def rows_per_day(offsets: Offsets) -> int | None:
    """Rows on each day that has any, of a day or a week; None where days have different numbers of rows."""
    _, counts = np.unique(np.array(offsets) // DAY, return_counts=True)
    return int(counts[0]) if (counts == counts[0]).all() else None


def season(period: str, offsets: Offsets) -> int:
    """Rows in a day where it has several, else in a week or a year."""
    if period == "week":
        per_day = rows_per_day(offsets)
        return per_day if per_day is not None and per_day > 1 else len(offsets)
    return len(offsets) * {"month": 12}.get(period, 1)


def rows_per_year(period: str, offsets: Offsets) -> float:
    """The average number of rows in a year."""
    return len(offsets) * {"day": 365.2425, "week": 365.2425 / 7, "month": 12, "year": 1}[period]


def name(period: str, offsets: Offsets) -> str:
    """The step in words: "daily (Mon-Sat)", "hourly (09:00-17:00)", "twice-monthly"."""
    step = min(np.diff(offsets).tolist(), default=DAY)
    if period == "month":
        return {2: "twice-monthly", 3: "thrice-monthly"}.get(len(offsets), f"{len(offsets)} a month")
    if period == "year":
        return f"{step // DAY}-daily ({len(offsets)} a year)"
    days = sorted({offset // DAY for offset in offsets})
    clock = sorted({offset % DAY for offset in offsets})
    parts = [_weekdays(days)] if period == "week" else []
    if len(clock) > 1:
        parts.append(f"{_clock(clock[0])}-{_clock(clock[-1])}")
    return f"{_step_name(step)} ({' '.join(parts)})"


def _step_name(seconds: int) -> str:
    if seconds % DAY == 0:
        return "daily"
    words = ((3600, "hourly"), (60, "minutely"), (1, "secondly"))
    length, word = next(each for each in words if seconds % each[0] == 0)
    return word if seconds == length else f"{seconds // length}-{word}"


def _weekdays(days: list[int]) -> str:
    """Words like "Mon-Sat", "Sun-Thu" or "Mon Wed Fri"."""
    runs = [day for day in days if (day - 1) % 7 not in days]
    if len(runs) == 1 and len(days) > 2:
        return f"{WEEKDAYS[runs[0]]}-{WEEKDAYS[(runs[0] + len(days) - 1) % 7]}"
    return " ".join(WEEKDAYS[day] for day in days)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
