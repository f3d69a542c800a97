"""Times as people write them, rewritten in the few ways that patterns know.

Names of months become English ones, names of weekdays, ordinals and words such as "de" go, a year in
decimals becomes a month, "2015:1" a month, quarter, half or week of its year. Numbers stay as they are.
"""

import re
from itertools import pairwise
from typing import Literal

from forecast.tables.matching import LazyPattern, all_matches
from forecast.tables.months import NAME_PATTERN, in_english, month_number

_PLAIN = frozenset("0123456789-/.:TZ+ ")
"""Of texts with these characters alone nothing is rewritten by `normalized`."""

_WEEKDAYS = frozenset(
    """
    mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday
    mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
    lun mar mer jeu ven sam dim lundi mardi mercredi jeudi vendredi samedi dimanche
    mié mie jue vie sáb sab dom lunes martes miércoles miercoles jueves viernes sábado sabado domingo
    gio lunedì martedì mercoledì giovedì venerdì sabato domenica segunda terça quarta quinta sexta
    """.split()  # noqa: SIM905 - a list of 70 texts would be longer than this page
)
_FIRST_WORD = LazyPattern(r"([^\W\d_]+)\.?,? *(?=.*[0-9])")
_THREE_NUMBERS = LazyPattern(r"[0-9]+[/.-][0-9]+[/.-][0-9]+")
_I = re.IGNORECASE
_QUARTERS = (("Jan", "Mar"), ("Apr", "Jun"), ("Jul", "Sep"), ("Oct", "Dec"))
_REWRITES = (
    (LazyPattern("([0-9]{4}) ?[年년] ?第?([1-4一二三四]) ?(?:季度?|분기)"), r"\1Q\2"),
    (LazyPattern("([0-9]{4}) ?[年년] ?([0-9]{1,2}) ?[月월] ?([0-9]{1,2}) ?[日일]"), r"\1-\2-\3"),
    (LazyPattern("([0-9]{4}) ?[年년] ?([0-9]{1,2}) ?[月월]"), r"\1-\2"),
    (LazyPattern("([0-9]{4}) ?[年년]"), r"\1"),
    (LazyPattern(r"\b([0-9]{1,2})(?:st|nd|rd|th|er|º|ª)\b", _I), r"\1"),
    (
        LazyPattern(r"(?<=[0-9.]) ?\b(?:de|del|of)\b (?=[^\W\d])|(?<=[^\W\d]) \b(?:de|del|of)\b (?=[0-9])"),
        " ",
    ),
    (LazyPattern(r"(?:GMT|UTC)(?=[+-][0-9])|(?<=[0-9Z]) *\([^()]*\)$"), ""),
    (LazyPattern(r"^(?:w/[ebc]|(?:week|wk) (?:of|ending|beginning|commencing|starting|from))[:. ]+", _I), ""),
    (LazyPattern(r"\b(?:KW|week|wk)[. ]?(?=[0-9])", _I), "W"),
    (LazyPattern(r"\b([1-4])[.]? ?(?:quarter|qtr|quartal|trimestre|trim|kwartaal)\b", _I), r"Q\1"),
    (LazyPattern(r"\b(?:quarter|qtr|quartal|trimestre|trim|kwartaal)[. ]*([1-4])\b", _I), r"Q\1"),
    *((LazyPattern(rf"\b{first} ?[-–/] ?{last}\b"), f"Q{n}") for n, (first, last) in enumerate(_QUARTERS, 1)),
    (LazyPattern(r"^(?:FY|CY) ?(?=[0-9]{4})"), ""),
    (LazyPattern(r"(?<=[0-9]) ?Uhr$"), ""),
    (LazyPattern(r"(?<=[0-9])[, ]+(?:mon|tue|wed|thu|fri|sat|sun)(?:s|rs|nes|ur)?(?:day)?$", _I), ""),
    (LazyPattern(r"(?<=[ T][0-9])h(?=[0-9]{2}\b)|(?<=[ T][0-9]{2})h(?=[0-9]{2}\b)"), ":"),
)
"""What is rewritten after the names of months, in this order."""

RANGE = LazyPattern(r"(?P<first>\S.{5,}?\S)(?: +(?:to|bis|al|au|-|–|—) +|/|–|—)(?P<last>\S.{5,}\S)")
"""Two times with a mark of a range between them."""

_YEAR_NUMBER = LazyPattern("(?P<year>[12][0-9]{3})[-/:.](?P<number>[0-9]{1,2})")
_NUMBER_YEAR = LazyPattern("(?P<number>[0-9]{1,2})[-/.](?P<year>[12][0-9]{3})")
"""A year and the number of a part of it: 2015:1, 2020-05, 5/2020."""
DECIMAL_YEAR = LazyPattern(r"(?P<year>[12][0-9]{3})(?:[.](?P<fraction>[0-9]{1,15}))?")

PartOfYear = Literal["week", "month", "quarter", "half"]
PARTS_OF_YEAR: dict[PartOfYear, int] = {"week": 53, "month": 12, "quarter": 4, "half": 2}
"""The largest number of each part."""


def normalized(texts: list[str]) -> list[str]:
    """The stripped texts, each with an English name of its month and without words that add nothing."""
    if set("".join(texts)) <= _PLAIN:
        return texts
    return [_normalized(text) for text in texts]


def _normalized(text: str) -> str:
    text = _without_weekday(text.translate({0xA0: " ", 0x202F: " "}))
    if re.search(NAME_PATTERN, text):
        text = in_english(text)
    for regex, replacement in _REWRITES:
        text = regex.sub(replacement, text)
    return text.strip()


def _without_weekday(text: str) -> str:
    """The text without a weekday at its start: "Mar" is one only before a whole date."""
    first = _FIRST_WORD.match(text)
    if first is None or first[1].lower() not in _WEEKDAYS:
        return text
    rest = text[first.end() :]
    is_month = month_number(first[1]) is not None
    names = re.findall(NAME_PATTERN, rest)
    if is_month and not _THREE_NUMBERS.match(rest) and not any(map(month_number, names)):
        return text
    return rest


def starts_of_ranges(texts: list[str]) -> list[str] | None:
    """The first time of each text, where every text is a range of two times written alike; else None."""
    matches = all_matches(RANGE, texts)
    if not matches or not all(_shape(match["first"]) == _shape(match["last"]) for match in matches):
        return None
    return [match["first"] for match in matches]


def _shape(text: str) -> str:
    """A text with its digits and names as place holders: times that are written alike have the same one."""
    return re.sub("[0-9]+", "0", re.sub(r"[^\W\d_]+", "a", text))


def years_and_numbers(texts: list[str]) -> tuple[list[int], list[int]] | None:
    """The years and the numbers of their parts, where every text is one of each; else None."""
    for regex in (_YEAR_NUMBER, _NUMBER_YEAR):
        if matches := all_matches(regex, texts):
            return [int(match["year"]) for match in matches], [int(match["number"]) for match in matches]
    return None


def part_of_year(years: list[int], numbers: list[int], *, named_week: bool) -> PartOfYear:
    """What the numbers of the parts of these years are.

    Weeks by the name of the column or by a number over 13; quarters and halves where every year goes
    from 1 to 4, or to 2, save the start of the first year and the end of the last; else months.
    """
    if named_week or max(numbers) > 13:
        return "week"
    for part in ("half", "quarter"):
        most = PARTS_OF_YEAR[part]
        found = {*zip(years, numbers, strict=True)}
        first, last = min(found), max(found)
        every = {(year, number) for year in range(first[0], last[0] + 1) for number in range(1, most + 1)}
        if max(numbers) == most and last[0] > first[0] and found == {p for p in every if first <= p <= last}:
            return part
    return "month"


def with_part(years: list[int], numbers: list[int], part: PartOfYear) -> list[str]:
    """The texts of parts of years: 2020-W05, 2020-05, 2020Q1, 2020H1."""
    write = {"week": "{}-W{:02d}", "month": "{}-{:02d}", "quarter": "{}Q{}", "half": "{}H{}"}[part]
    return [write.format(year, number) for year, number in zip(years, numbers, strict=True)]


def months_of_decimals(texts: list[str]) -> list[str] | None:
    """The months, or first months of quarters, of years in decimals such as 1958.208; else None.

    The decimals are those of the start or of the middle of a month or a quarter, all one step apart: other
    numbers, such as prices, are none.
    """
    matches = all_matches(DECIMAL_YEAR, texts)
    if len(matches) < 3 or all(text.isdigit() for text in texts):
        return None
    years = [int(match["year"]) for match in matches]
    fractions = [float(f"0.{match['fraction'] or 0}") for match in matches]
    for parts in (4, 12):
        for middle in (0.0, 0.5):
            numbers = [fraction * parts - middle for fraction in fractions]
            if all(abs(number - round(number)) < 0.07 and round(number) < parts for number in numbers):
                months = [round(number) * 12 // parts + 1 for number in numbers]
                ordered = sorted({12 * year + month for year, month in zip(years, months, strict=True)})
                if len({later - earlier for earlier, later in pairwise(ordered)}) == 1:
                    return with_part(years, months, "month")
    return None
