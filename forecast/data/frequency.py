"""The regular step of the times of a panel, and arithmetic with it.

>>> monthly = Frequency("month", month_end=True)
>>> last = np.array(["2019-03-31"], dtype="datetime64[s]")
>>> monthly.text(monthly.after(last, 2).ravel())
['2019-04-30', '2019-05-31']
>>> shop = Frequency("week", offsets=tuple(day * DAY for day in range(6)))
>>> saturday = np.array(["2019-03-30"], dtype="datetime64[s]")
>>> shop.adjective, shop.text(shop.after(saturday, 2).ravel())
('daily (Mon-Sat)', ['2019-04-01', '2019-04-02'])
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecast.data import pattern
from forecast.data.pattern import DAY

Unit = Literal["year", "quarter", "month", "week", "day", "weekday", "hour", "minute", "second", "step"]
Form = Literal["integer", "month", "date", "datetime"]

Integers = NDArray[np.int64]
Dates = NDArray[np.datetime64]
Times = Integers | Dates

FIRST_YEAR, LAST_YEAR = 1500, 2999
"""Integers in this range are years."""

SECONDS: dict[Unit, int] = {"week": 7 * DAY, "day": DAY, "hour": 3600, "minute": 60, "second": 1}
MONTHS: dict[Unit, int] = {"year": 12, "quarter": 3, "month": 1}
ADJECTIVES: dict[Unit, str] = {
    "year": "yearly",
    "quarter": "quarterly",
    "month": "monthly",
    "week": "weekly",
    "day": "daily",
    "weekday": "working-daily",
    "hour": "hourly",
    "minute": "minutely",
    "second": "secondly",
    "step": "stepwise",
}

_MONDAY = np.datetime64("1969-12-29", "D")
"""Number 0 of `_weekday_number`."""


@dataclass(frozen=True, slots=True)
class Frequency:
    """A regular step of time, and the form in which its times are written."""

    unit: Unit
    """"step" is a plain counter; "weekday" a day that skips Saturday and Sunday."""
    count: int = 1
    """Units in one step: 15 with unit "minute" is a quarter of an hour."""
    form: Form = "date"
    """How times are written: 2019, 2019-07, 2019-07-31 or 2019-07-31T12:00:00."""
    month_end: bool = False
    """Whether the times of months, quarters and years are the last day of a month."""
    offset_seconds: int | None = None
    """Time zone, in seconds east of UTC; None where the data have none."""
    offsets: tuple[int, ...] = ()
    """Where a day, week, month or year has several rows: seconds from its start to each of them.

    A month that is shorter than an offset has this row on its last day. () for even steps.
    """

    def after(self, last: Times, steps: int) -> Times:
        """Times of the next `steps` rows, (series, steps), after each of `last`, (series,)."""
        return self.shift(last[:, None], np.arange(1, steps + 1))

    def shift(self, times: Times, steps: Integers) -> Times:
        """Each time moved by so many steps; the two shapes broadcast."""
        if self.form == "integer":
            return times.astype(np.int64) + steps * self.count
        local = self.local(times)
        if self.offsets:
            numbers = pattern.ordinals(self.unit, self.offsets, local) + steps
            return self._zoned(pattern.times(self.unit, self.offsets, numbers))
        if self.unit in MONTHS:
            return self._zoned(_shift_months(local, steps * self._base_units, month_end=self.month_end))
        if self.unit == "weekday":
            return self._zoned(_shift_weekdays(local, steps * self.count))
        return _add_seconds(times, steps * self._base_units)

    def steps_between(self, first: Times, times: Times) -> Integers:
        """Whole steps from `first` to each time, rounded down where a time is between two steps."""
        return (self._ordinal(times) - self._ordinal(first)) // self._base_units

    def floor(self, times: Times) -> Times:
        """The start of the calendar period that each time lies in; weeks start on Mondays."""
        if self.form == "integer":
            return times.astype(np.int64) // self.count * self.count
        local = self.local(times)
        if self.offsets:
            numbers = pattern.ordinals(self.unit, self.offsets, local)
            return self._zoned(pattern.times(self.unit, self.offsets, numbers))
        if self.unit in MONTHS:
            months = local.astype("datetime64[M]").astype(np.int64) // self._base_units * self._base_units
            return self._zoned(months.astype("datetime64[M]"))
        if self.unit == "weekday":
            number = _weekday_number(local) // self.count * self.count
            return self._zoned(np.busday_offset(_MONDAY, number))
        monday = 4 * DAY if self.unit == "week" else 0  # 1970-01-01 was a Thursday
        return self._zoned(_add_seconds(local, -((local.astype(np.int64) - monday) % self._base_units)))

    def text(self, times: Times) -> list[str]:
        """Times as results write them: integers as in the data, others in ISO 8601."""
        if self.form == "integer":
            return [str(time) for time in times.astype(np.int64)]
        unit: Literal["M", "D", "s"] = {"month": "M", "date": "D"}.get(self.form, "s")  # type: ignore[assignment]
        zone = _zone_text(self.offset_seconds) if unit == "s" else ""
        return [text + zone for text in np.datetime_as_string(self.local(times), unit=unit).tolist()]

    @property
    def adjective(self) -> str:
        """The name of the step: "yearly", "monthly", "15-minutely", "stepwise"."""
        if self.offsets:
            return pattern.name(self.unit, self.offsets)
        word = ADJECTIVES[self.unit]
        return word if self.count == 1 else f"{self.count}-{word}"

    @property
    def default_season(self) -> int:
        """Rows in a year for months and weeks, in a week for days, in a day for shorter steps; else 1."""
        if self.form == "integer":
            return 1
        if self.offsets:
            return pattern.season(self.unit, self.offsets)
        if self.unit in MONTHS:
            months = self.count * MONTHS[self.unit]
            return 12 // months if 12 % months == 0 else 1
        if self.unit in ("week", "day", "weekday"):
            return {"week": 52, "day": 7, "weekday": 5}[self.unit] if self.count == 1 else 1
        step = self.count * SECONDS.get(self.unit, DAY)
        return DAY // step if self.unit in ("hour", "minute") and DAY % step == 0 else 1

    @property
    def _base_units(self) -> int:
        """Months, weekdays, seconds or integers in one step."""
        if self.form == "integer":
            return self.count
        if self.offsets:
            return 1
        return self.count * (MONTHS.get(self.unit) or SECONDS.get(self.unit) or 1)

    def _ordinal(self, times: Times) -> Integers:
        """Times as numbers of base units since a fixed one."""
        if self.form == "integer":
            return times.astype(np.int64)
        local = self.local(times)
        if self.offsets:
            return pattern.ordinals(self.unit, self.offsets, local)
        if self.unit in MONTHS:
            return local.astype("datetime64[M]").astype(np.int64)
        if self.unit == "weekday":
            return _weekday_number(local)
        return local.astype(np.int64)

    def local(self, times: Times) -> Dates:
        """Times in the data's own zone."""
        return _add_seconds(times, self.offset_seconds or 0)

    def _zoned(self, local: Dates) -> Dates:
        """The inverse of `local`."""
        return _add_seconds(local, -(self.offset_seconds or 0))


def is_month_end(times: Times, offset_seconds: int | None) -> NDArray[np.bool_]:
    """(rows,) whether each time is on the last day of its month, in its zone."""
    days = _add_seconds(times, offset_seconds or 0).astype("datetime64[D]")
    next_days = days + np.timedelta64(1, "D")
    last: NDArray[np.bool_] = next_days.astype("datetime64[M]") != days.astype("datetime64[M]")
    return last


def _add_seconds(times: Times, seconds: int | Integers) -> Dates:
    result: Dates = (times.astype("datetime64[s]").astype(np.int64) + seconds).astype("datetime64[s]")
    return result


def _shift_months(local: Dates, months: Integers, *, month_end: bool) -> Dates:
    """Same day of the month (or its last, where the month is too short) and time of day, months on."""
    month = local.astype("datetime64[M]")
    first = (month + months.astype("timedelta64[M]")).astype("datetime64[D]")
    following = month + (months + 1).astype("timedelta64[M]")
    last = following.astype("datetime64[D]") - np.timedelta64(1, "D")
    if month_end:
        day = np.broadcast_to(last, first.shape)
    else:
        day = np.minimum(first + (local.astype("datetime64[D]") - month.astype("datetime64[D]")), last)
    result: Dates = day.astype("datetime64[s]") + (local - local.astype("datetime64[D]"))
    return result


def _weekday_number(local: Dates) -> Integers:
    """Working days since one fixed Monday; Saturday and Sunday count as the Friday before."""
    days = local.astype("datetime64[D]").astype(np.int64) + 3  # 1970-01-01 was a Thursday
    number: Integers = 5 * (days // 7) + np.minimum(days % 7, 4)
    return number


def _shift_weekdays(local: Dates, steps: Integers) -> Dates:
    """Working days later, at the same time of day; a day of a weekend counts as the Friday before."""
    days = local.astype("datetime64[D]")
    result: Dates = np.busday_offset(days, steps, roll="backward").astype("datetime64[s]") + (local - days)
    return result


def _zone_text(offset_seconds: int | None) -> str:
    if offset_seconds is None:
        return ""
    if offset_seconds == 0:
        return "Z"
    hours, seconds = divmod(abs(offset_seconds), 3600)
    return f"{'-' if offset_seconds < 0 else '+'}{hours:02d}:{seconds // 60:02d}"
