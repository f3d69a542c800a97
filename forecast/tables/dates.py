"""Times in a column of text; a text that is no time is an error with its position.

All times of a column have one format. Where the day or the month may be first, some row
must prove the order; no number is read as a time in 1970 by mistake.
"""

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecast.data.frequency import FIRST_YEAR, LAST_YEAR, Form, Times
from forecast.tables.columns import CellError
from forecast.tables.numbers import integers

MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
EXCEL_SERIALS = range(25_000, 80_001)
"""Days since 1899-12-30 from 1968 to 2119."""
EPOCHS = range(10**9, 10**10)
"""Seconds since 1970 from 2001 to 2286."""
EPOCH_UNITS = (1, 10**3, 10**6, 10**9)
"""Units per second: seconds, milliseconds, microseconds, nanoseconds."""

_NAME = (
    "(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)[.]?"
)
_YEAR = "(?P<year>[0-9]{4})"
_MONTH = "(?P<month>[0-9]{1,2})"
_DAY = "(?P<day>[0-9]{1,2})"
_TIME_OF_DAY = (
    "(?:(?:T|t| +)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    "(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    " ?(?P<zone>Z|z|UTC|GMT|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)?)?"
)


@dataclass(frozen=True, slots=True)
class TimePattern:
    """A format of times that is recognised without being named."""

    regex: re.Pattern[str]
    form: Form
    """How results write these times; "datetime" where one has a time of day."""
    example: str


def _time_pattern(regex: str, form: Form, example: str) -> TimePattern:
    return TimePattern(re.compile(regex, re.IGNORECASE | re.ASCII), form, example)


DAY_FIRST = _time_pattern(f"{_DAY}([/.-]){_MONTH}\\2{_YEAR}{_TIME_OF_DAY}", "date", "31/12/2019")
MONTH_FIRST = _time_pattern(f"{_MONTH}([/.-]){_DAY}\\2{_YEAR}{_TIME_OF_DAY}", "date", "12/31/2019")
TIME_PATTERNS = (
    _time_pattern(f"{_YEAR}([/.-]){_MONTH}\\2{_DAY}{_TIME_OF_DAY}", "date", "2019-12-31"),
    _time_pattern(f"{_YEAR}[-/]?M?{_MONTH}", "month", "2019-12"),
    _time_pattern(f"{_YEAR}[- ]?Q(?P<quarter>[1-4])", "month", "2019Q4"),
    _time_pattern(f"Q(?P<quarter>[1-4])[- /]?{_YEAR}", "month", "Q4 2019"),
    _time_pattern(f"{_NAME}[-/ ]?{_YEAR}", "month", "Dec 2019"),
    _time_pattern(f"{_YEAR}[-/ ]?{_NAME}", "month", "2019 Dec"),
    _time_pattern(f"{_DAY}[-/ ]?{_NAME}[-/ ]?{_YEAR}{_TIME_OF_DAY}", "date", "31 Dec 2019"),
    _time_pattern(f"{_NAME} ?{_DAY},? {_YEAR}{_TIME_OF_DAY}", "date", "Dec 31, 2019"),
    _time_pattern(
        "(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})T(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})"
        "(?P<second>[0-9]{2})?(?P<zone>Z|[+-][0-9]{2}:?(?:[0-9]{2})?)?",
        "datetime",
        "20191231T235959Z",
    ),
    _time_pattern(f"{_YEAR}-?W(?P<week>[0-9]{{2}})(?:-?(?P<weekday>[1-7]))?", "date", "2019-W52"),
    DAY_FIRST,
    MONTH_FIRST,
)
_COMPACT_DAY = "(?P<year>[12][0-9]{3})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12][0-9]|3[01])"
_COMPACT_HOUR = _COMPACT_DAY.replace("[12][0-9]{3}", "(?:19|20)[0-9]{2}") + "(?P<hour>[01][0-9]|2[0-3])"
COMPACT_PATTERNS = (
    _time_pattern("(?P<year>[12][0-9]{3})(?P<month>0[1-9]|1[0-2])", "month", "201912"),
    _time_pattern(_COMPACT_DAY, "date", "20191231"),
    _time_pattern(_COMPACT_HOUR, "datetime", "2019123123"),
    _time_pattern(f"{_COMPACT_HOUR}(?P<minute>[0-5][0-9])", "datetime", "201912312359"),
    _time_pattern(
        f"{_COMPACT_HOUR}(?P<minute>[0-5][0-9])(?P<second>[0-5][0-9])", "datetime", "20191231235959"
    ),
)
"""Integers that are dates; with an hour, of 1900 to 2099: other ten digits may be seconds since 1970."""
TWO_DIGIT_YEAR = re.compile(
    f"(?:[0-9]{{1,2}}[/.-][0-9]{{1,2}}[/.-][0-9]{{2}}|(?:[0-9]{{1,2}}[-/ ])?{_NAME}[-/ ]?[0-9]{{2}})(?: .*)?",
    re.IGNORECASE | re.ASCII,
)
TWO_YEARS = re.compile("([12][0-9]{3})[/-]([0-9]{2}|[12][0-9]{3})", re.ASCII)
ZONE_NAME = re.compile(r".*[0-9]:[0-9]{2}.*?(?: ?[A-Z]{3,5}|\[[\w/+-]+\])", re.ASCII)
FORMAT_HINT = (
    "write times as 2019-12-31, 2019-12-31T23:00Z, 2019-12, 2019Q4 or 2019, or give --date-format %d.%m.%Y"
)


@dataclass(frozen=True, slots=True)
class ParsedTimes:
    """The times of a column's distinct texts and how they are written."""

    times: Times
    """(texts,) int64 for integer years and steps, datetime64[s] else (UTC where zoned)."""
    form: Form
    offset_seconds: int | None
    """Zone of the times, in seconds east of UTC; None where they have none."""
    repair: str = ""
    """A sentence where times of several zones were converted to UTC."""


READABLE_SHARE = 0.8
"""A column with a larger share of dates is one of dates; its other texts are then errors."""

TimeKind = Literal["dates", "years", "stamps", "steps", "none"]
"""Stamps are integers such as 20191231, or seconds since 1970."""


def kind_of(texts: list[str], *, most: int = 1000) -> TimeKind:
    """The kind of times that a column may hold, by its first `most` texts; parsing may still fail."""
    sample = _without_zero_fractions([text.strip() for text in texts[:most] if text.strip()])
    numbers = integers(sample)
    if numbers is not None and sample:
        if _compact_pattern(sample) or _epoch_unit(numbers):
            return "stamps"
        return "years" if _all_within(numbers, range(FIRST_YEAR, LAST_YEAR + 1)) else "steps"
    for regex in (*(pattern.regex for pattern in TIME_PATTERNS), TWO_DIGIT_YEAR):
        if sum(map(bool, map(regex.fullmatch, sample))) > READABLE_SHARE * len(sample):
            return "dates"
    return "none"


def parse(texts: list[str], *, integer_steps: bool = False) -> ParsedTimes:
    """The time in each text, all of one format; a `CellError` for a text without a time of that format.

    With `integer_steps`, integers are plain counters even if they look like dates.
    """
    cleaned = [text.strip() for text in texts]
    refuse_empty(cleaned)
    cleaned = _without_zero_fractions(cleaned)
    numbers = integers(cleaned)
    if numbers is not None:
        return _parse_integers(cleaned, numbers, integer_steps=integer_steps)
    _refuse_two_years(texts, cleaned)
    if integers(cleaned[:1]) is not None:
        index = next(index for index, text in enumerate(cleaned) if integers([text]) is None)
        raise CellError(index, f'"{texts[index]}" is not a time like "{texts[0]}"', hint=FORMAT_HINT)
    return _parse_by_pattern(texts, cleaned, _detect_pattern(texts, cleaned))


def refuse_empty(texts: list[str]) -> None:
    """Refuse a row without a time."""
    if "" in texts:
        index = texts.index("")
        raise CellError(index, "the time is missing", hint="give the row a time, or remove it")


def _refuse_two_years(texts: list[str], cleaned: list[str]) -> None:
    """Refuse seasons such as 2004/05, 2005/06: each one could be a month, the column cannot."""
    matches = map(TWO_YEARS.fullmatch, cleaned)
    single_month = len(texts) == 1 and re.fullmatch(".*[/-](0[1-9]|1[0-2])", cleaned[0])
    if not single_month and all(match and (int(match[2]) - int(match[1])) % 100 == 1 for match in matches):
        raise CellError(0, f'"{texts[0]}" is two years', hint="write one year: the first or the second")


def _all_within(numbers: list[int], span: range) -> bool:
    return span.start <= min(numbers) and max(numbers) < span.stop


def _without_zero_fractions(texts: list[str]) -> list[str]:
    """Integers written as 2019.0 (by programs that read a column with missing values) as 2019."""
    if all(re.fullmatch(r"-?[0-9]+[.]0+", text) for text in texts):
        return [text.partition(".")[0] for text in texts]
    return texts


def _compact_pattern(texts: list[str]) -> TimePattern | None:
    """The pattern by which all integers are dates like 20191231; None where there is none."""
    for pattern in COMPACT_PATTERNS:
        if all(map(pattern.regex.fullmatch, texts)):
            return pattern
    return None


def _epoch_unit(numbers: list[int]) -> int | None:
    """How many units make a second, where all integers count one unit from 1970; else None."""
    for per_second in EPOCH_UNITS:
        if _all_within(numbers, range(EPOCHS.start * per_second, EPOCHS.stop * per_second)):
            return per_second
    return None


def _parse_integers(texts: list[str], numbers: list[int], *, integer_steps: bool) -> ParsedTimes:
    if not integer_steps:
        if pattern := _compact_pattern(texts):
            return _parse_by_pattern(texts, texts, pattern)
        if per_second := _epoch_unit(numbers):
            return _parse_epochs(texts, numbers, per_second)
        if _all_within(numbers, EXCEL_SERIALS):
            raise CellError(
                0,
                f'"{texts[0]}" looks like a day number of a spreadsheet',
                hint="--date-format excel reads it as a date; number plain steps from 1",
            )
    return ParsedTimes(np.array(numbers, dtype=np.int64), "integer", None)


def _parse_epochs(texts: list[str], numbers: list[int], per_second: int) -> ParsedTimes:
    for index, number in enumerate(numbers):
        if number % per_second:
            raise fraction_of_second(index, texts[index])
    seconds = np.array(numbers, dtype=np.int64) // per_second
    return ParsedTimes(seconds.astype("datetime64[s]"), "datetime", 0)


def _detect_pattern(texts: list[str], cleaned: list[str]) -> TimePattern:
    """The pattern that every text matches; a `CellError` for none, or where day and month are ambiguous."""
    possible = list(TIME_PATTERNS)
    for index, text in enumerate(cleaned):
        matching = [pattern for pattern in possible if pattern.regex.fullmatch(text)]
        if not matching:
            raise _no_pattern_fits(index, texts, possible)
        possible = matching
    if DAY_FIRST in possible:
        return _detect_day_or_month_first(texts, cleaned)
    return possible[0]


def _no_pattern_fits(index: int, texts: list[str], possible: list[TimePattern]) -> CellError:
    """The error for the text at `index`, which matches none of the patterns that all before it match."""
    text = texts[index].strip()
    if ZONE_NAME.fullmatch(text):
        return CellError(
            index, f'"{text}" has a named time zone', hint="write zones as Z or +01:00, or leave them all out"
        )
    if TWO_DIGIT_YEAR.fullmatch(text):
        return CellError(
            index,
            f'"{text}" has a two-digit year',
            hint="give its format: --date-format " + _suggested_format(text),
        )
    if index == 0 or len(possible) == len(TIME_PATTERNS):
        return CellError(index, f'"{text}" is not a time', hint=FORMAT_HINT)
    return CellError(
        index,
        f'"{text}" is not a time written like "{texts[0]}"',
        hint="write all times in one format: " + possible[0].example,
    )


def _suggested_format(text: str) -> str:
    """A likely --date-format for a date of numbers or with the name of a month: "%d.%m.%y"."""
    if named := re.search(r"[^\W\d]+", text):
        short = len(named[0].rstrip(".")) <= 3
        text = text.replace(named[0], "%b" if short else "%B", 1)
        parts = ["%d", "%y"] if len(re.findall("[0-9]+", text)) > 1 else ["%y"]
    else:
        month_first = int(re.findall("[0-9]+", text)[1]) > 12
        parts = ["%m", "%d"] if month_first else ["%d", "%m"]
        parts.append("%Y" if re.search("[0-9]{4}", text) else "%y")
    directives = iter([*parts, "%H", "%M", "%S"])
    return '"' + re.sub("[0-9]+", lambda _: next(directives, ""), text) + '"'


def _detect_day_or_month_first(texts: list[str], cleaned: list[str]) -> TimePattern:
    """The order of day and month, proved by a number over 12; a `CellError` where nothing proves it.

    Where the two numbers of every date are equal the order makes no difference.
    """
    # The last rows that prove an order, and the first row in which the order matters; -1 for none.
    first_over, second_over, unequal = -1, -1, -1
    for index, text in enumerate(cleaned):
        first, second = (int(part) for part in re.split("[/.-]", text, maxsplit=2)[:2])
        first_over = index if first > 12 else first_over
        second_over = index if second > 12 else second_over
        unequal = index if first != second and unequal < 0 else unequal
    if first_over >= 0 and second_over >= 0:
        raise CellError(
            second_over,
            f'"{texts[second_over]}" has the month first, "{texts[first_over]}" has it second',
            hint="write all dates in one format: 2019-12-31",
        )
    if first_over < 0 and second_over < 0 and unequal >= 0:
        raise CellError(
            unequal,
            f'"{texts[unequal]}" may have the day or the month first, and no row proves which',
            hint=f"choose one: --date-format {_suggested_format(texts[unequal])}, or the other way round",
        )
    return DAY_FIRST if first_over >= 0 else MONTH_FIRST


def _parse_by_pattern(texts: list[str], cleaned: list[str], pattern: TimePattern) -> ParsedTimes:
    """Times of one pattern: each text is rewritten as ISO 8601, then all are converted at once."""
    iso_texts: list[str] = []
    zones: list[str | None] = []
    has_time_of_day = False
    to_iso = _week_as_iso if "week" in pattern.regex.groupindex else _date_as_iso
    for index, text in enumerate(cleaned):
        match = pattern.regex.fullmatch(text)
        part = match.groupdict() if match else {}
        if (part.get("fraction") or "0").strip("0"):
            raise fraction_of_second(index, text)
        iso_texts.append(to_iso(part))
        zones.append(part.get("zone"))
        has_time_of_day = has_time_of_day or part.get("hour") is not None
    times = _to_times(texts, iso_texts)
    if any(zones):
        offset_of = {zone: _offset_seconds(zone) for zone in set(zones) if zone}
        return in_one_zone(texts, times, [offset_of[zone] if zone else None for zone in zones])
    return ParsedTimes(times, "datetime" if has_time_of_day else pattern.form, None)


def fraction_of_second(index: int, text: str) -> CellError:
    """The error for a time that is no whole second."""
    return CellError(index, f'"{text}" has a fraction of a second', hint="round times to seconds")


def _date_as_iso(part: dict[str, str | None]) -> str:
    """A date in ISO 8601 from the named groups of its pattern; the first day of a month or quarter."""
    month = part.get("month")
    if name := part.get("name"):
        month = str(MONTH_NAMES.index(name[:3].lower()) + 1)
    if quarter := part.get("quarter"):
        month = str(int(quarter) * 3 - 2)
    day, hour = part.get("day") or "1", part.get("hour") or "0"
    minute, second = part.get("minute") or "00", part.get("second") or "00"
    return f"{part['year']}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute}:{second}"


def _week_as_iso(part: dict[str, str | None]) -> str:
    """The date of a day of an ISO week, by default Monday; "" if the year has no such week."""
    week, weekday = int(part["week"] or 0), int(part.get("weekday") or 1)
    fourth = int(np.datetime64(f"{part['year']}-01-04", "D").astype(np.int64))  # always in week 1
    monday = fourth - (fourth + 3) % 7 + 7 * (week - 1)
    # A week belongs to the year of its Thursday.
    if str(np.datetime64(monday + 3, "D").astype("datetime64[Y]")) != part["year"]:
        return ""
    return f"{np.datetime64(monday + weekday - 1, 'D')}T00:00:00"


def _to_times(texts: list[str], iso_texts: list[str]) -> NDArray[np.datetime64]:
    """The times; a `CellError` for the first that is not in the calendar, such as 30 February."""
    try:
        if all(iso_texts):
            return np.array(iso_texts, dtype="datetime64[s]")
    except ValueError:
        pass
    for index, iso in enumerate(iso_texts):
        if not iso or not _is_valid_date(iso):
            raise CellError(index, f'"{texts[index]}" is not a valid date', hint="correct the date")
    raise AssertionError("one text must have failed")


def _is_valid_date(iso: str) -> bool:
    try:
        np.datetime64(iso, "s")
    except ValueError:
        return False
    return True


def _offset_seconds(zone: str) -> int:
    """Seconds east of UTC."""
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds


def in_one_zone(texts: list[str], times: NDArray[np.datetime64], zones: list[int | None]) -> ParsedTimes:
    """Local times with zones, in seconds east of UTC, as UTC; the zone is kept where all have the same one.

    A `CellError` where some have a zone and some have none.
    """
    if None in zones:
        index = zones.index(None)
        raise CellError(
            index, f'"{texts[index]}" has no zone, other times have one', hint="give all times a zone"
        )
    offsets = [offset for offset in zones if offset is not None]
    utc = times - np.array(offsets, dtype="timedelta64[s]")
    distinct = set(offsets)
    if len(distinct) == 1:
        return ParsedTimes(utc, "datetime", offsets[0])
    return ParsedTimes(utc, "datetime", 0, repair=f"times of {len(distinct)} zones converted to UTC")
