"""Columns that hold a part of a time each, such as year and month: what each holds, and all as one text.

A column is a part only if its name and its texts agree: "month" with 1 to 12, "Hr_End" with 1 to 24.
"""

import re
from collections.abc import Callable, Sequence
from typing import Literal

from forecast.data.pattern import WEEKDAYS
from forecast.tables.columns import CellError
from forecast.tables.months import month_number
from forecast.tables.short_years import long_year

Part = Literal[
    "year",
    "half",
    "quarter",
    "month",
    "week",
    "yearday",
    "day",
    "weekday",
    "clock",
    "digits",
    "halfhour",
    "hour",
    "minute",
]
"""What a column may hold: `clock` is 14:30, `digits` 1430, `halfhour` the 29th half hour of a day."""

OF_DAY: tuple[Part, ...] = ("clock", "digits", "halfhour", "hour")
"""Parts that are a time of day alone."""

JOINABLE = (
    "a year goes with a month, quarter, half, week or day of the year, a month with a day, a date with a "
    "time of day"
)

ANNUAL = "annual"
"""What `join` makes of a row that sums up a year, such as the thirteenth month."""

_WORDS: dict[str, tuple[Part, ...]] = {
    **dict.fromkeys(("year", "yr", "yyyy", "yy", "jahr", "ano", "año", "annee", "année", "anno"), ("year",)),
    **dict.fromkeys(("fy", "cy"), ("year",)),
    **dict.fromkeys(("half", "semester", "halbjahr", "semestre", "sem"), ("half",)),
    **dict.fromkeys(
        ("quarter", "qtr", "qrt", "q", "quartal", "trimestre", "trimester", "trim"), ("quarter",)
    ),
    **dict.fromkeys(("month", "mon", "mm", "mo", "mnth", "mes", "mois", "monat", "mese"), ("month",)),
    **dict.fromkeys(("week", "wk", "kw", "woche", "semana", "semaine", "isoweek"), ("week",)),
    **dict.fromkeys(("doy", "julian", "yday", "yearday", "dayofyear"), ("yearday",)),
    **dict.fromkeys(
        ("day", "dd", "dy", "dom", "tag", "dia", "día", "jour", "mday", "giorno"),
        ("day", "yearday", "weekday"),
    ),
    **dict.fromkeys(("weekday", "dow", "dayofweek", "wochentag"), ("weekday",)),
    **dict.fromkeys(("hour", "hr", "hh", "he", "stunde", "hora", "heure", "ora"), ("hour", "clock")),
    **dict.fromkeys(("time", "clock", "zeit", "uhrzeit", "hora", "heure"), ("clock", "hour")),
    "hhmm": ("clock", "digits"),
    "settlementperiod": ("halfhour",),
    **dict.fromkeys(("minute", "minutes"), ("minute",)),
    "period": ("month", "quarter", "half", "year"),
}
"""The parts that a word in the name of a column may mean."""

_ONE_CLOCK = r"(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9])?(?: ?[AaPp]\.?[Mm]\.?)?"
_CLOCK = rf"{_ONE_CLOCK}(?: ?Uhr)?(?: ?[-–] ?{_ONE_CLOCK}(?: ?Uhr)?)?|(?:[01][0-9]|2[0-4])[0-5][0-9]"
"""A time of day, a range of two, or four digits."""
_PATTERNS: dict[Part, str] = {
    "year": r"(?:[FC]Y ?)?(?:1[5-9]|2[0-9])[0-9]{2}|(?:[FC]Y ?)?[0-9]{2}",
    "half": r"[HhSs]0?[1-3]|[12]",
    "quarter": r"[QqTt]?0?[1-4]|[Qq]0?5",
    "month": r"[Mm]?0?[1-9]|[Mm]?1[0-2]|[Mm]13",
    "week": r"[Ww]?(0?[1-9]|[1-4][0-9]|5[0-3])",
    "yearday": r"0{0,2}[1-9]|0?[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6]",
    "day": r"0?[1-9]|[12][0-9]|3[01]",
    "weekday": r"[0-7]|[^\W\d]{2,10}\.?",
    "hour": r"(?:[Hh][Ee]?)?(?:0?[0-9]|1[0-9]|2[0-4])h?(?: ?[-–] ?(?:0?[0-9]|1[0-9]|2[0-4])h?)?",
    "clock": _CLOCK,
    "digits": r"[0-9]|[1-5][0-9]|(?:[01]?[0-9]|2[0-3])[0-5][0-9]",
    "halfhour": r"[1-9]|[1-4][0-9]|50",
    "minute": r"0?[0-9]|[1-5][0-9]",
}
"""What the texts of each part look like."""


def part_of(name: str, column_texts: Sequence[str]) -> Part | None:
    """What part of a time a column holds, by its name and all its texts; None for any other column."""
    words = re.split(r"[\W_]+|(?<=[a-z])(?=[A-Z])", name.strip())
    lowered = [word.lower() for word in words if word]
    joined = "".join(lowered)
    if joined in ("dayofyear", "dayofweek", "settlementperiod"):
        lowered = [joined]
    if not all(_is_known(word) for word in lowered):
        return "clock" if _are_clocks(column_texts) else None
    for word in reversed(lowered):  # the last word says what it is: "week day", "month number" aside
        for part in (*_WORDS.get(word, ()), *(part for part in _SUFFIXES if word.endswith(part))):
            if _holds(part, column_texts):
                return part
    return "clock" if _are_clocks(column_texts) else None


def _is_known(word: str) -> bool:
    """Whether a word in a name says nothing of another quantity, as those of "visits per day" do."""
    return word in _WORDS or word in _QUALIFIERS or word.isdigit() or word.endswith(_SUFFIXES)


def _are_clocks(texts: Sequence[str]) -> bool:
    """Whether all texts are times of day with a colon, several of them, whatever the column is called."""
    return len(texts) > 1 and all(":" in text for text in texts) and _holds("clock", texts)


def _holds(part: Part, texts: Sequence[str]) -> bool:
    """Whether all texts that are not empty, one at least, are of a part."""
    present = (_without_fraction(text.strip()) for text in texts if text.strip())
    first = next(present, None)
    return first is not None and _is(part, first) and all(_is(part, text) for text in present)


_QUALIFIERS = frozenset(
    """
    the date of in order fiscal cal calendar name number num no nr end ending start starting begin beginning
    id iso report reporting reference ref oper operating trade delivery event local utc cet cest gmt
    settlement mmwr epi tax crop water school academic marketing sample observation obs record transaction
    invoice posting
    """.split()  # noqa: SIM905 - one word in quotes per line would be longer than what it says
)
"""Words that may stand beside the word for a part of a time."""

_SUFFIXES: tuple[Part, ...] = ("year", "month", "week", "quarter")
"""Parts that the end of a word names: "MMWRyear"."""


def _is(part: Part, text: str) -> bool:
    if part == "month" and month_number(text) is not None:
        return True
    return re.fullmatch(_PATTERNS[part], text) is not None


def _without_fraction(text: str) -> str:
    """2019.0, as programs write integers of a column with missing values, as 2019."""
    return re.sub(r"(?<=[0-9])\.0+$", "", text)


def names_part(name: str) -> bool:
    """Whether the name of a column is that of a part of a time, whatever it holds."""
    return name.strip().lower() in _WORDS


def names_week(name: str) -> bool:
    """Whether the name of a column says that it holds weeks: "week", "year_week", "KW"."""
    words = re.findall(r"[^\W\d_]+", name.lower())
    return any("week" in _WORDS.get(word, ()) or word == "yearweek" for word in words)


def complete(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Which of these parts make a time together, the longest first; () where they make none.

    A year goes with a half, quarter, month or week, or with days of the year; days need a month, hours a day.
    """
    given = set(parts)
    if "year" not in given:
        return ()
    if "month" in given:
        if "day" not in given:
            return ("year", "month")
        return ("year", "month", "day", *_within_day(given))
    if "yearday" in given:
        return ("year", "yearday", *_within_day(given))
    return next((("year", part) for part in _OF_YEAR if part in given), ())


_OF_YEAR: tuple[Part, ...] = ("week", "quarter", "half")


def _within_day(given: set[Part]) -> tuple[Part, ...]:
    part = next((part for part in OF_DAY if part in given), None)
    if part == "hour" and "minute" in given:
        return "hour", "minute"
    return () if part is None else (part,)


def join(parts: Sequence[Part | None], rows: Sequence[Sequence[str]]) -> list[str]:
    """One text for each row of the texts of its parts: "2019-03-31", "2019Q1", "2019-03-31 14:00".

    A part that is None is a date, whatever its notation, which is taken as it is. Hours 1 to 24, without
    an hour 0, are the hours that end then: their start is taken. `ANNUAL` for a thirteenth month, a fifth
    quarter, a third half. A `CellError` for a row with an empty part.
    """
    if not _make_a_time(parts):
        raise CellError(0, "these columns make no time together", hint=JOINABLE)
    hours = [_number(texts[parts.index("hour")]) for texts in rows] if "hour" in parts else []
    ending = 24 in hours and 0 not in hours
    joined = []
    for index, texts in enumerate(rows):
        by_part = {part: _without_fraction(text.strip()) for part, text in zip(parts, texts, strict=True)}
        if not all(by_part.values()):
            raise CellError(index, "a part of the time is missing", hint="give the row a time, or remove it")
        joined.append(_one_text(by_part, ending=ending))
    return joined


def _one_text(by_part: dict[Part | None, str], *, ending: bool) -> str:
    day = _day_text(by_part)
    if day == ANNUAL:
        return ANNUAL
    if "clock" in by_part:
        clock = re.match(_ONE_CLOCK, by_part["clock"])
        return f"{day} {clock[0] if clock else _of_digits(by_part['clock'])}"
    if "digits" in by_part:
        return f"{day} {_of_digits(by_part['digits'])}"
    if "halfhour" in by_part:
        hour, half = divmod(int(by_part["halfhour"]) - 1, 2)
        return f"{day} {hour:02d}:{30 * half:02d}"
    if "hour" in by_part:
        hour = (_number(by_part["hour"]) or 0) - ending
        return f"{day} {hour:02d}:{int(by_part.get('minute', '0')):02d}"
    return day


def _of_digits(text: str) -> str:
    """14:30 for 1430, 00:05 for 5."""
    digits = text.zfill(4)
    return f"{digits[:2]}:{digits[2:]}"


def _day_text(by_part: dict[Part | None, str]) -> str:
    if None in by_part:
        weekday = by_part.get("weekday", "")
        return by_part[None] + (f"-{_weekday_number(weekday)}" if weekday else "")
    year = re.sub("^[FC]Y ?", "", by_part["year"])
    year = year if len(year) == 4 else str(long_year(int(year)))
    if "month" in by_part:
        month = month_number(by_part["month"]) or _number(by_part["month"]) or 0
        day = f"-{int(by_part['day']):02d}" if "day" in by_part else ""
        return ANNUAL if month == 13 else f"{year}-{month:02d}{day}"
    for part, most, write in _WRITTEN:
        if part in by_part:
            number = _number(by_part[part]) or 0
            return ANNUAL if number > most else write(year, number)
    return year


_WRITTEN: tuple[tuple[Part, int, Callable[[str, int], str]], ...] = (
    ("yearday", 366, lambda year, number: f"{year}-{number:03d}"),
    ("week", 53, lambda year, number: f"{year}-W{number:02d}"),
    ("quarter", 4, lambda year, number: f"{year}Q{number}"),
    ("half", 2, lambda year, number: f"{year}H{number}"),
)
"""Part, its largest number (a larger one sums up the year), and how it is written with a year."""


def _make_a_time(parts: Sequence[Part | None]) -> bool:
    """Whether parts are a date with a time of day, a week with a weekday, or a time without a date."""
    others = [part for part in parts if part is not None]
    if len(others) < len(parts):
        alone = [{part} for part in (*OF_DAY, "weekday")]
        return len(others) == len(parts) - 1 and {*others} in (*alone, {"hour", "minute"})
    return len({*others}) == len(others) and {*complete(others)} == {*others}


def _weekday_number(text: str) -> int:
    """1 for Monday."""
    if text.isdigit():
        return int(text)
    return next((n for n, name in enumerate(WEEKDAYS, 1) if name.lower() == text[:3].lower()), 0)


def _number(text: str) -> int | None:
    digits = re.search("[0-9]+", text)
    return int(digits[0]) if digits else None
