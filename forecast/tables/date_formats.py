"""Texts become times in the one way that the user names: a pattern, or a word for a kind of number."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation

import numpy as np
from numpy.typing import NDArray

from forecast.data.frequency import DAY, Form
from forecast.tables.columns import CellError
from forecast.tables.dates import ParsedTimes, in_one_zone, refuse_empty

EXCEL_START = -25_569 * DAY
"""Seconds from 1970 to the day 0 of a spreadsheet, 1899-12-30."""
EXCEL_DAYS = (61, 2_958_466)
"""1900-03-01 to the end of 9999: before it spreadsheets count a day that never was."""
LAST_SECOND = 253_402_300_799
"""Of the year 9999."""

CLOCK_PARTS = "HIMSfpz"
DAY_PARTS = "djaAuw"
MONTH_PARTS = "mbBUWV"

Second = tuple[int, int | None]
"""Seconds since 1970, local where there is a zone; seconds east of UTC, None without a zone."""


def parse(texts: list[str], date_format: str) -> ParsedTimes:
    """The time in each text, all of them written as said."""
    cleaned = [text.strip() for text in texts]
    refuse_empty(cleaned)
    reader = _WORDS.get(date_format) or _pattern(date_format)
    found: list[Second] = []
    for index, text in enumerate(cleaned):
        try:
            found.append(reader(text))
        except (ValueError, InvalidOperation, OverflowError) as error:
            raise _unlike(index, texts[index], date_format, str(error)) from None
    form = _form(date_format)
    seconds = np.array([second for second, _ in found], dtype=np.int64)
    times = seconds.astype("datetime64[s]")
    note = f"times as {date_format}"
    if form == "integer":
        return ParsedTimes(times.astype("datetime64[Y]").astype(np.int64) + 1970, form, None, note)
    offsets = [offset for _, offset in found]
    if all(offset is None for offset in offsets):
        return ParsedTimes(times, _day_or_clock(form, seconds, date_format), None, note)
    return in_one_zone(texts, times, offsets)


def fits(texts: list[str], date_format: str, *, most: int = 1000) -> float:
    """Share of the first texts that are written as said; 0 where all are empty."""
    sample = [text.strip() for text in texts[:most] if text.strip()]
    reader = _WORDS.get(date_format) or _pattern(date_format)
    return sum(_reads(reader, text) for text in sample) / max(len(sample), 1)


def _reads(reader: Callable[[str], Second], text: str) -> bool:
    try:
        reader(text)
    except (ValueError, InvalidOperation, OverflowError):
        return False
    return True


def _unlike(index: int, text: str, date_format: str, reason: str) -> CellError:
    if reason.startswith("between"):
        return CellError(index, f'"{text}" is between two seconds', hint="round times to seconds")
    return CellError(
        index, f'"{text}" is not written as {date_format}', hint="correct it, or the --date-format"
    )


def _form(date_format: str) -> Form:
    """How times so written are written in results."""
    if date_format in _WORDS:
        return "date" if date_format == "excel" else "datetime"
    parts = set(re.findall("%(.)", date_format))
    for form, those in (("datetime", CLOCK_PARTS), ("date", DAY_PARTS), ("month", MONTH_PARTS)):
        if parts & set(those):
            return form  # type: ignore[return-value]
    return "integer"


def _day_or_clock(form: Form, seconds: NDArray[np.int64], date_format: str) -> Form:
    """Days of a spreadsheet have a time of day where one of them has a fraction."""
    return "datetime" if date_format == "excel" and (seconds % DAY).any() else form


def _pattern(pattern: str) -> Callable[[str], Second]:
    start = datetime(1970, 1, 1)

    def read(text: str) -> Second:
        time = datetime.strptime(text, pattern)
        if time.microsecond:
            raise ValueError("between two seconds")
        offset = time.utcoffset()
        whole = time.replace(tzinfo=None) - start
        seconds = whole.days * DAY + whole.seconds
        return seconds, None if offset is None else round(offset.total_seconds())

    return read


def _excel(text: str) -> Second:
    days = Decimal(text)
    if not days.is_finite() or not EXCEL_DAYS[0] <= days < EXCEL_DAYS[1]:
        raise ValueError("no day of a spreadsheet")
    # A spreadsheet keeps 15 digits of a day: seconds are rounded, not found to be between two.
    return round(days * DAY) + EXCEL_START, None


def _epoch(per_second: int) -> Callable[[str], Second]:
    def read(text: str) -> Second:
        if not re.fullmatch("[+-]?[0-9]{1,19}", text, re.ASCII):
            raise ValueError("no integer")
        seconds, rest = divmod(int(text), per_second)
        if rest:
            raise ValueError("between two seconds")
        return _bounded(seconds), 0

    return read


def _bounded(seconds: int) -> int:
    if abs(seconds) > LAST_SECOND:
        raise ValueError("beyond the year 9999")
    return seconds


_WORDS: dict[str, Callable[[str], Second]] = {
    "excel": _excel,
    "epoch": _epoch(1),
    "epoch-ms": _epoch(10**3),
    "epoch-us": _epoch(10**6),
    "epoch-ns": _epoch(10**9),
}
