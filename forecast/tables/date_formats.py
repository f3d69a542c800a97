"""Times in a column of text whose format the user names: a `strptime` pattern, or a kind of number."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation

import numpy as np

from forecast.data.frequency import Form
from forecast.data.pattern import DAY
from forecast.tables.columns import CellError
from forecast.tables.dates import ParsedTimes, fractions_left_out, in_one_zone, refuse_empty
from forecast.tables.months import in_english
from forecast.tables.short_years import PIVOT

EXCEL_START = -25_569 * DAY
"""Seconds from 1970 to day 0 of a spreadsheet, 1899-12-30."""
EXCEL_DAYS = (61, 2_958_466)
"""1900-03-01 to the end of 9999: earlier day numbers are off by one, as spreadsheets have a 1900-02-29."""
LAST_SECOND = 253_402_300_799
"""Of the year 9999."""

DIRECTIVES: dict[Form, str] = {"datetime": "HIMSfpz", "date": "djaAuwUWV", "month": "mbB"}
"""Directives of `strptime` that need a form of results, the most detailed form first."""

Second = tuple[int, int | None, bool]
"""Seconds since 1970, local where there is a zone; seconds east of UTC, None without a zone; whether a
fraction was left out."""


_ERRORS = (ValueError, InvalidOperation, OverflowError)
"""What the parsers below raise for a text of another format."""


def parse(texts: list[str], date_format: str) -> ParsedTimes:
    """The time in each text, all in this format; a `CellError` for a text of another format."""
    cleaned = [text.strip() for text in texts]
    refuse_empty(cleaned)
    parse_text = _parser(date_format)
    parsed: list[Second] = []
    for index, text in enumerate(cleaned):
        try:
            parsed.append(parse_text(text))
        except _ERRORS:
            raise CellError(
                index,
                f'"{texts[index]}" is not written as {date_format}',
                hint="correct it, or the --date-format",
            ) from None
    seconds = np.array([second for second, _, _ in parsed], dtype=np.int64)
    guesses = fractions_left_out(texts, [has_fraction for _, _, has_fraction in parsed])
    times = seconds.astype("datetime64[s]")
    form = _form(date_format)
    if form == "integer":
        return ParsedTimes(times.astype("datetime64[Y]").astype(np.int64) + 1970, form, None)
    if date_format == "excel" and (seconds % DAY).any():
        form = "datetime"
    offsets = [offset for _, offset, _ in parsed]
    if all(offset is None for offset in offsets):
        return ParsedTimes(times, form, None, guesses=guesses)
    return replace(in_one_zone(texts, times, offsets), guesses=guesses)


def matching_share(texts: list[str], date_format: str, *, most: int = 1000) -> float:
    """Share of the first `most` texts that are in this format; 0 where all are empty."""
    sample = [text.strip() for text in texts[:most] if text.strip()]
    parse_text = _parser(date_format)
    return sum(_is_parsed(parse_text, text) for text in sample) / max(len(sample), 1)


def _is_parsed(parse_text: Callable[[str], Second], text: str) -> bool:
    try:
        parse_text(text)
    except _ERRORS:
        return False
    return True


def _form(date_format: str) -> Form:
    """The form of results that shows all that the format holds; whole days for spreadsheets."""
    if date_format in _NUMBERS:
        return "date" if date_format == "excel" else "datetime"
    used = set(re.findall("%(.)", date_format))
    return next((form for form, directives in DIRECTIVES.items() if used & set(directives)), "integer")


def _parser(date_format: str) -> Callable[[str], Second]:
    """The function that parses one text of this format."""
    return _NUMBERS.get(date_format) or _pattern_parser(date_format)


def _pattern_parser(pattern: str) -> Callable[[str], Second]:
    start = datetime(1970, 1, 1)
    is_short = "%y" in pattern
    has_name = "%b" in pattern or "%B" in pattern
    pattern = pattern.replace("%B", "%b")
    # `strptime` ignores a week without a weekday: its first day is added.
    first_day = _first_weekday(pattern)
    directive = "" if not first_day else " %u" if "%V" in pattern else " %w"

    def parse_text(text: str) -> Second:
        text = in_english(text) if has_name else text
        time = datetime.strptime(text + first_day, pattern + directive)
        if is_short and time.year >= PIVOT + 2000:
            time = time.replace(year=time.year - 100)
        offset = time.utcoffset()
        since_start = time.replace(tzinfo=None) - start
        seconds = since_start.days * DAY + since_start.seconds
        zone = None if offset is None else round(offset.total_seconds())
        return seconds, zone, bool(time.microsecond)

    return parse_text


def _first_weekday(pattern: str) -> str:
    """The number of the first weekday where a pattern has weeks and no weekday; "" for other patterns."""
    used = set(re.findall("%(.)", pattern))
    if not used & set("UWV") or used & set("aAuwd"):
        return ""
    return " 0" if "U" in used else " 1"


def _parse_excel(text: str) -> Second:
    days = Decimal(text)
    if not days.is_finite() or not EXCEL_DAYS[0] <= days < EXCEL_DAYS[1]:
        raise ValueError("no day of a spreadsheet")
    # A spreadsheet stores 15 digits of a day: rounding to seconds loses nothing.
    return round(days * DAY) + EXCEL_START, None, False


def _epoch_parser(per_second: int) -> Callable[[str], Second]:
    def parse_text(text: str) -> Second:
        match = re.fullmatch("([+-]?[0-9]{1,19})(?:[.]([0-9]*))?", text, re.ASCII)
        if match is None:
            raise ValueError("no number")
        seconds, rest = divmod(int(match[1]), per_second)
        if abs(seconds) > LAST_SECOND:
            raise ValueError("beyond the year 9999")
        return seconds, 0, bool(rest or (match[2] or "").strip("0"))

    return parse_text


_NUMBERS: dict[str, Callable[[str], Second]] = {
    "excel": _parse_excel,
    "epoch": _epoch_parser(1),
    "epoch-ms": _epoch_parser(10**3),
    "epoch-us": _epoch_parser(10**6),
    "epoch-ns": _epoch_parser(10**9),
}
"""Formats that are numbers, `forecast.spec.reading.DATE_WORDS`."""
