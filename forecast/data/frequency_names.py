"""Names of frequencies: those that the tool prints, and the aliases of pandas."""

import re
from dataclasses import dataclass

import numpy as np

from forecast.data.frequency import (
    ADJECTIVES,
    MONTHS,
    Form,
    Frequency,
    Times,
    Unit,
    is_month_end,
)
from forecast.data.pattern import DAY, WEEKDAYS
from forecast.errors import DataError, UsageError

MAX_UNITS_PER_STEP = 1_000_000
"""Units in one step."""

_ALIASES: dict[str, Unit] = {
    **dict.fromkeys(("Y", "YS", "YE", "A", "AS"), "year"),
    **dict.fromkeys(("Q", "QS", "QE"), "quarter"),
    **dict.fromkeys(("M", "MS", "ME"), "month"),
    **dict.fromkeys(("W", "w"), "week"),
    **dict.fromkeys(("D", "d"), "day"),
    **dict.fromkeys(("B", "b"), "weekday"),
    **dict.fromkeys(("H", "h"), "hour"),
    **dict.fromkeys(("T", "min"), "minute"),
    **dict.fromkeys(("S", "s", "sec"), "second"),
}
"""Case matters: "M" is a month, "min" a minute."""

WORDS: dict[str, Unit] = {
    **{adjective: unit for unit, adjective in ADJECTIVES.items()},
    **{unit: unit for unit in ADJECTIVES},
    **{f"{unit}s": unit for unit in ADJECTIVES},
    "working-day": "weekday",
    "working-days": "weekday",
    "business-daily": "weekday",
}


@dataclass(frozen=True, slots=True)
class NamedFrequency:
    """A step of time given by its name."""

    unit: Unit
    count: int = 1
    weekdays: tuple[int, ...] = ()
    """Days of the week with a row, Monday is 0, of the unit "week"."""

    def frequency(self, times: Times, *, form: Form, offset_seconds: int | None) -> Frequency:
        """The frequency of these times; a `DataError` for integers with a step of dates, or the reverse.

        Whether the rows keep the step is not checked here.
        """
        adjective = ADJECTIVES[self.unit]
        if times.dtype.kind in "iu":
            if self.unit not in ("year", "step"):
                raise DataError(
                    f"the times are integers, which keep no {adjective} step",
                    hint="leave out --freq; --season says how many rows a period has",
                )
            return Frequency(self.unit, self.count, "integer")
        if self.unit == "step":
            raise DataError("the times are dates, not plain steps", hint="leave out --freq")
        if self.weekdays:
            return self._on_weekdays(times, form=form, offset_seconds=offset_seconds)
        month_end = self.unit in MONTHS and bool(is_month_end(times, offset_seconds).all())
        return Frequency(self.unit, self.count, self._form(form), month_end, offset_seconds)

    def _on_weekdays(self, times: Times, *, form: Form, offset_seconds: int | None) -> Frequency:
        """The frequency at the time of day of the first time."""
        clock = (
            int(Frequency("day", offset_seconds=offset_seconds).local(times[:1]).astype(np.int64)[0]) % DAY
        )
        offsets = tuple(day * DAY + clock for day in self.weekdays)
        return Frequency("week", form=self._form(form), offset_seconds=offset_seconds, offsets=offsets)

    def _form(self, form: Form) -> Form:
        """The form in which times of this step can be written."""
        if self.unit in ("hour", "minute", "second"):
            return "datetime"
        return "date" if form == "month" and self.unit not in MONTHS else form


def parse_frequency(text: str) -> NamedFrequency:
    """The step named "monthly", "2-hourly", "15min", "W", "mon-sat", "mon,wed,fri" or "step".

    A `UsageError` for any other text.
    """
    if weekdays := _weekdays(text):
        return NamedFrequency("week", weekdays=weekdays)
    match = re.fullmatch(r"([1-9][0-9]{0,6})?[- ]?([A-Za-z-]+)", text.strip())
    unit = None
    if match is not None:
        word = match[2]
        unit = _ALIASES.get(word) or (WORDS.get(word.lower()) if len(word) > 2 else None)
    if match is None or unit is None or int(match[1] or 1) > MAX_UNITS_PER_STEP:
        raise UsageError(
            f'--freq: "{text}" is not a step of time',
            hint=f"one of {', '.join(ADJECTIVES.values())}, or with a number: 15min, 2h, 4-weekly; "
            "or days: mon-sat",
        )
    return NamedFrequency(unit, int(match[1] or 1))


def _weekdays(text: str) -> tuple[int, ...]:
    """The days of "mon-sat" or "mon,wed,fri", Monday is 0; () for any other text."""
    days = [name.lower() for name in WEEKDAYS]
    names = re.split("[-, ]", text.strip().lower())
    if len(names) < 2 or not all(name in days for name in names):
        return ()
    if "-" not in text:
        return tuple(sorted({days.index(name) for name in names}))
    first, last = days.index(names[0]), days.index(names[-1])
    return tuple(sorted((first + step) % 7 for step in range((last - first) % 7 + 1)))
