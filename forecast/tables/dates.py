"""Texts become times, or the one text that is none is named.

A column is written in one way throughout. A day before or after a month needs
a row that proves the order; nothing is taken for a time in 1970 by mistake.
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
EPOCH_UNITS = (("seconds", 1), ("milliseconds", 10**3), ("microseconds", 10**6), ("nanoseconds", 10**9))

_NAME = (
    "(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)[.]?"
)
_YEAR = "(?P<year>[0-9]{4})"
_MONTH = "(?P<month>[0-9]{1,2})"
_DAY = "(?P<day>[0-9]{1,2})"
_CLOCK = (
    "(?:(?:T|t| +)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    "(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    " ?(?P<zone>Z|z|UTC|GMT|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)?)?"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """A way of writing times."""

    pattern: re.Pattern[str]
    form: Form
    example: str


def _layout(pattern: str, form: Form, example: str) -> Layout:
    return Layout(re.compile(pattern, re.IGNORECASE | re.ASCII), form, example)


DAY_FIRST = _layout(f"{_DAY}([/.-]){_MONTH}\\2{_YEAR}{_CLOCK}", "date", "31/12/2019")
MONTH_FIRST = _layout(f"{_MONTH}([/.-]){_DAY}\\2{_YEAR}{_CLOCK}", "date", "12/31/2019")
LAYOUTS = (
    _layout(f"{_YEAR}([/.-]){_MONTH}\\2{_DAY}{_CLOCK}", "date", "2019-12-31"),
    _layout(f"{_YEAR}[-/]?M?{_MONTH}", "month", "2019-12"),
    _layout(f"{_YEAR}[- ]?Q(?P<quarter>[1-4])", "month", "2019Q4"),
    _layout(f"Q(?P<quarter>[1-4])[- /]?{_YEAR}", "month", "Q4 2019"),
    _layout(f"{_NAME}[-/ ]?{_YEAR}", "month", "Dec 2019"),
    _layout(f"{_YEAR}[-/ ]?{_NAME}", "month", "2019 Dec"),
    _layout(f"{_DAY}[-/ ]?{_NAME}[-/ ]?{_YEAR}{_CLOCK}", "date", "31 Dec 2019"),
    _layout(f"{_NAME} ?{_DAY},? {_YEAR}{_CLOCK}", "date", "Dec 31, 2019"),
    _layout(
        "(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})T(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})"
        "(?P<second>[0-9]{2})?(?P<zone>Z|[+-][0-9]{2}:?(?:[0-9]{2})?)?",
        "datetime",
        "20191231T235959Z",
    ),
    _layout(f"{_YEAR}-?W(?P<week>[0-9]{{2}})(?:-?(?P<weekday>[1-7]))?", "date", "2019-W52"),
    DAY_FIRST,
    MONTH_FIRST,
)
_COMPACT_DAY = "(?P<year>[12][0-9]{3})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12][0-9]|3[01])"
_COMPACT_HOUR = _COMPACT_DAY.replace("[12][0-9]{3}", "(?:19|20)[0-9]{2}") + "(?P<hour>[01][0-9]|2[0-3])"
COMPACT = (
    _layout("(?P<year>[12][0-9]{3})(?P<month>0[1-9]|1[0-2])", "month", "201912"),
    _layout(_COMPACT_DAY, "date", "20191231"),
    _layout(_COMPACT_HOUR, "datetime", "2019123123"),
    _layout(f"{_COMPACT_HOUR}(?P<minute>[0-5][0-9])", "datetime", "201912312359"),
    _layout(f"{_COMPACT_HOUR}(?P<minute>[0-5][0-9])(?P<second>[0-5][0-9])", "datetime", "20191231235959"),
)
"""Integers that are dates; with an hour only of 1900 to 2099, as ten digits may be seconds since 1970."""
TWO_DIGIT_YEAR = re.compile(
    f"(?:[0-9]{{1,2}}[/.-][0-9]{{1,2}}[/.-][0-9]{{2}}|(?:[0-9]{{1,2}}[-/ ])?{_NAME}[-/ ]?[0-9]{{2}})(?: .*)?",
    re.IGNORECASE | re.ASCII,
)
TWO_YEARS = re.compile("([12][0-9]{3})[/-]([0-9]{2}|[12][0-9]{3})", re.ASCII)
NAMED_ZONE = re.compile(r".*[0-9]:[0-9]{2}.*?(?: ?[A-Z]{3,5}|\[[\w/+-]+\])", re.ASCII)
ADVICE = (
    "write times as 2019-12-31, 2019-12-31T23:00Z, 2019-12, 2019Q4 or 2019, or say --date-format %d.%m.%Y"
)


@dataclass(frozen=True, slots=True)
class ParsedTimes:
    """The times of a column's distinct texts and how they were written."""

    times: Times
    """(texts,) int64 for integer years and steps, datetime64[s] else (UTC where zoned)."""
    form: Form
    offset_seconds: int | None
    note: str
    """Why this is taken for times: "dates like 2019-12-31"."""
    repair: str = ""
    """A sentence where zones had to be made one."""


READABLE_SHARE = 0.8
"""Share of dates that makes a column one of dates; its other texts are then errors."""

Kind = Literal["dates", "years", "stamps", "steps", "none"]
"""Stamps are dates and seconds since 1970 that are written as integers."""


def kind_of(texts: list[str], *, most: int = 1000) -> Kind:
    """What a column could be as times, judged by its first texts; nothing is proved yet."""
    sample = [text.strip() for text in texts[:most] if text.strip()]
    sample = _without_zero_fractions(sample)
    numbers = integers(sample)
    if numbers is not None and sample:
        if _compact(sample) or _epoch(numbers):
            return "stamps"
        return "years" if _all_within(numbers, range(FIRST_YEAR, LAST_YEAR + 1)) else "steps"
    for pattern in (*(layout.pattern for layout in LAYOUTS), TWO_DIGIT_YEAR):
        if sum(map(bool, map(pattern.fullmatch, sample))) > READABLE_SHARE * len(sample):
            return "dates"
    return "none"


def parse(texts: list[str], *, integer_steps: bool = False) -> ParsedTimes:
    """The time in each text; all are written in one way.

    With `integer_steps` integers are plain counters, whatever dates they look like.
    """
    cleaned = [text.strip() for text in texts]
    refuse_empty(cleaned)
    cleaned = _without_zero_fractions(cleaned)
    numbers = integers(cleaned)
    if numbers is not None:
        return _from_integers(cleaned, numbers, integer_steps=integer_steps)
    _refuse_two_years(texts, cleaned)
    if integers(cleaned[:1]) is not None:
        index = next(index for index, text in enumerate(cleaned) if integers([text]) is None)
        raise CellError(index, f'"{texts[index]}" is not a time like "{texts[0]}"', hint=ADVICE)
    return _from_layout(texts, cleaned, _layout_of(texts, cleaned))


def refuse_empty(texts: list[str]) -> None:
    """Refuse a row without a time."""
    if "" in texts:
        index = texts.index("")
        raise CellError(index, "the time is missing", hint="give the row a time, or remove it")


def _refuse_two_years(texts: list[str], cleaned: list[str]) -> None:
    """Refuse seasons such as 2004/05, 2005/06: each alone could be a month, together they are none."""
    found = map(TWO_YEARS.fullmatch, cleaned)
    alone_a_month = len(texts) == 1 and re.fullmatch(".*[/-](0[1-9]|1[0-2])", cleaned[0])
    if not alone_a_month and all(match and (int(match[2]) - int(match[1])) % 100 == 1 for match in found):
        raise CellError(
            0,
            f'"{texts[0]}" is two years',
            hint="write one, that in which it begins or that in which it ends",
        )


def _all_within(numbers: list[int], span: range) -> bool:
    return span.start <= min(numbers) and max(numbers) < span.stop


def _without_zero_fractions(texts: list[str]) -> list[str]:
    """Integers that were written as 2019.0, as programs do where one was missing."""
    if all(re.fullmatch(r"-?[0-9]+[.]0+", text) for text in texts):
        return [text.partition(".")[0] for text in texts]
    return texts


def _compact(texts: list[str]) -> Layout | None:
    """The way in which all integers are dates like 20191231."""
    for layout in COMPACT:
        if all(map(layout.pattern.fullmatch, texts)):
            return layout
    return None


def _epoch(numbers: list[int]) -> tuple[str, int] | None:
    """The unit in which all integers count from 1970: its name, and how many make a second."""
    for name, per_second in EPOCH_UNITS:
        if _all_within(numbers, range(EPOCHS.start * per_second, EPOCHS.stop * per_second)):
            return name, per_second
    return None


def _from_integers(texts: list[str], numbers: list[int], *, integer_steps: bool) -> ParsedTimes:
    if not integer_steps:
        if layout := _compact(texts):
            return _from_layout(texts, texts, layout)
        if epoch := _epoch(numbers):
            return _from_epochs(texts, numbers, name=epoch[0], per_second=epoch[1])
        if _all_within(numbers, EXCEL_SERIALS):
            raise CellError(
                0,
                f'"{texts[0]}" looks like a day number of a spreadsheet',
                hint="--date-format excel reads it so; plain steps are numbered from 1",
            )
    years = _all_within(numbers, range(FIRST_YEAR, LAST_YEAR + 1))
    note = "integers that look like years" if years else "integers"
    return ParsedTimes(np.array(numbers, dtype=np.int64), "integer", None, note)


def _from_epochs(texts: list[str], numbers: list[int], *, name: str, per_second: int) -> ParsedTimes:
    for index, number in enumerate(numbers):
        if number % per_second:
            raise _between_seconds(index, texts[index])
    seconds = np.array(numbers, dtype=np.int64) // per_second
    return ParsedTimes(seconds.astype("datetime64[s]"), "datetime", 0, f"{name} since 1970 (UTC)")


def _layout_of(texts: list[str], cleaned: list[str]) -> Layout:
    """The layout that every text has; of several that are proved by no text none is chosen."""
    possible = list(LAYOUTS)
    for index, text in enumerate(cleaned):
        still = [layout for layout in possible if layout.pattern.fullmatch(text)]
        if not still:
            raise _no_layout(index, texts, possible)
        possible = still
    if DAY_FIRST in possible:
        return _day_or_month_first(texts, cleaned)
    return possible[0]


def _no_layout(index: int, texts: list[str], possible: list[Layout]) -> CellError:
    text = texts[index].strip()
    if NAMED_ZONE.fullmatch(text):
        return CellError(
            index, f'"{text}" has a zone in words', hint="write it as Z or +01:00, or leave all of them out"
        )
    if TWO_DIGIT_YEAR.fullmatch(text):
        return CellError(
            index,
            f'"{text}" has a year of two digits',
            hint="say how to read it: --date-format " + _like(text),
        )
    if index == 0 or len(possible) == len(LAYOUTS):
        return CellError(index, f'"{text}" is not a time', hint=ADVICE)
    return CellError(
        index,
        f'"{text}" is not a time written like "{texts[0]}"',
        hint="write all times in one way: " + possible[0].example,
    )


def _like(text: str) -> str:
    """A --date-format that may be meant by a text of numbers or a month's name: "%d.%m.%y"."""
    if named := re.search(r"[^\W\d]+", text):
        short = len(named[0].rstrip(".")) <= 3
        text = text.replace(named[0], "%b" if short else "%B", 1)
        parts = ["%d", "%y"] if len(re.findall("[0-9]+", text)) > 1 else ["%y"]
    else:
        month_first = int(re.findall("[0-9]+", text)[1]) > 12
        parts = ["%m", "%d"] if month_first else ["%d", "%m"]
        parts.append("%Y" if re.search("[0-9]{4}", text) else "%y")
    parts += ["%H", "%M", "%S"]
    marks = iter(parts)
    return '"' + re.sub("[0-9]+", lambda _: next(marks, ""), text) + '"'


def _day_or_month_first(texts: list[str], cleaned: list[str]) -> Layout:
    """The order that some row proves with a number over 12."""
    first_over, second_over, unlike = -1, -1, -1
    for index, text in enumerate(cleaned):
        first, second = (int(part) for part in re.split("[/.-]", text, maxsplit=2)[:2])
        first_over = index if first > 12 else first_over
        second_over = index if second > 12 else second_over
        unlike = index if first != second and unlike < 0 else unlike
    if first_over >= 0 and second_over >= 0:
        raise CellError(
            second_over,
            f'"{texts[second_over]}" has the month first, "{texts[first_over]}" has it second',
            hint="write all dates in one way: 2019-12-31",
        )
    if first_over < 0 and second_over < 0 and unlike >= 0:
        raise CellError(
            unlike,
            f'"{texts[unlike]}" may have the day or the month first, and no row proves which',
            hint="say which: --date-format " + _like(texts[unlike]) + ", or the other way round",
        )
    return DAY_FIRST if first_over >= 0 else MONTH_FIRST


def _from_layout(texts: list[str], cleaned: list[str], layout: Layout) -> ParsedTimes:
    """Times by one layout: each text is rewritten as ISO 8601, all are converted at once."""
    isos: list[str] = []
    zones: list[str | None] = []
    clocked = False
    writer = _iso_week if "week" in layout.pattern.groupindex else _iso
    for index, text in enumerate(cleaned):
        match = layout.pattern.fullmatch(text)
        part = match.groupdict() if match else {}
        if (part.get("fraction") or "0").strip("0"):
            raise _between_seconds(index, text)
        isos.append(writer(part))
        zones.append(part.get("zone"))
        clocked = clocked or part.get("hour") is not None
    times = _converted(texts, isos)
    if any(zones):
        offset_of = {zone: _offset(zone) for zone in set(zones) if zone}
        return in_one_zone(texts, times, [offset_of[zone] if zone else None for zone in zones])
    return ParsedTimes(times, "datetime" if clocked else layout.form, None, f"dates like {cleaned[0]}")


def _between_seconds(index: int, text: str) -> CellError:
    return CellError(index, f'"{text}" is between two seconds', hint="round times to seconds")


def _iso(part: dict[str, str | None]) -> str:
    month = part.get("month")
    if name := part.get("name"):
        month = str(MONTH_NAMES.index(name[:3].lower()) + 1)
    if quarter := part.get("quarter"):
        month = str(int(quarter) * 3 - 2)
    day, hour = part.get("day") or "1", part.get("hour") or "0"
    minute, second = part.get("minute") or "00", part.get("second") or "00"
    return f"{part['year']}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute}:{second}"


def _iso_week(part: dict[str, str | None]) -> str:
    """The date of a week's day, Monday where none is named; "" where the year has no such week."""
    week, weekday = int(part["week"] or 0), int(part.get("weekday") or 1)
    fourth = np.datetime64(f"{part['year']}-01-04", "D")  # always in week 1
    monday = fourth - (fourth.astype(np.int64) + 3) % 7 + 7 * (week - 1)
    thursday_year = str((monday + 3).astype("datetime64[Y]"))
    return str(monday + weekday - 1) + "T00:00:00" if thursday_year == part["year"] else ""


def _converted(texts: list[str], isos: list[str]) -> NDArray[np.datetime64]:
    try:
        if all(isos):
            return np.array(isos, dtype="datetime64[s]")
    except ValueError:
        pass
    for index, iso in enumerate(isos):
        if not iso or not _convertible(iso):
            raise CellError(index, f'"{texts[index]}" is not in the calendar', hint="correct the date")
    raise AssertionError("one text must have failed")


def _convertible(iso: str) -> bool:
    try:
        np.datetime64(iso, "s")
    except ValueError:
        return False
    return True


def _offset(zone: str) -> int:
    """Seconds east of UTC."""
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds


def in_one_zone(texts: list[str], times: NDArray[np.datetime64], zones: list[int | None]) -> ParsedTimes:
    """UTC times; the zone (seconds east of UTC) is kept where all rows name one, else it is UTC."""
    if None in zones:
        index = zones.index(None)
        raise CellError(
            index, f'"{texts[index]}" has no zone, other times have one', hint="give all times a zone"
        )
    offsets = [offset for offset in zones if offset is not None]
    utc = times - np.array(offsets, dtype="timedelta64[s]")
    kinds = sorted(set(offsets))
    repair = "" if len(kinds) == 1 else f"times of {len(kinds)} zones turned into UTC"
    return ParsedTimes(utc, "datetime", kinds[0] if len(kinds) == 1 else 0, f"times like {texts[0]}", repair)
