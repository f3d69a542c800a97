"""Integers that are dates: 202005, 20205, 2020136, 31012020, 200131."""

from datetime import date
from itertools import pairwise

import numpy as np

from forecast.data.inference import evenness
from forecast.tables.columns import CellError, Guess
from forecast.tables.date_patterns import COMPACT_PATTERNS
from forecast.tables.date_texts import PARTS_OF_YEAR, PartOfYear, part_of_year, with_part
from forecast.tables.matching import LazyPattern, all_matches
from forecast.tables.short_years import long_year

EVEN = 0.9
"""Share of rows one step apart from which integers may be dates."""

_COMPACT_NUMBER = LazyPattern("(?P<year>(?:19|20)[0-9]{2})(?P<number>[0-9]{2})")
_SHORT_NUMBER = LazyPattern("(?P<year>(?:19|20)[0-9]{2})(?P<number>[1-9][0-9]?)")
_SHORT_MONTH = LazyPattern("(?P<y>[0-9]{2})(?P<m>0[1-9]|1[0-2])")
_YEARDAY = LazyPattern("((?:19|20)[0-9]{2})(00[1-9]|0[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6])")
_ORDERS = {
    "%d%m%Y": LazyPattern("(?P<d>[0-9]{2})(?P<m>[0-9]{2})(?P<y>(?:19|20)[0-9]{2})"),
    "%m%d%Y": LazyPattern("(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?P<y>(?:19|20)[0-9]{2})"),
    "%d%m%y": LazyPattern("(?P<d>[0-9]{2})(?P<m>[0-9]{2})(?P<y>[0-9]{2})"),
    "%m%d%y": LazyPattern("(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?P<y>[0-9]{2})"),
    "%y%m%d": LazyPattern("(?P<y>[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"),
}
"""Formats of integers that are dates and do not begin with a year of four digits."""


def dates_of_integers(texts: list[str], *, named_week: bool = False) -> tuple[list[str], Guess] | None:
    """The dates of integers that are no plain 20200131, and what was decided; None where there are none.

    A `CellError` for a thirteenth month, and where dates and plain numbers are equally likely.
    """
    lengths = {len(text) for text in texts}
    if not lengths <= {4, 5, 6, 7, 8}:
        return None
    if 4 in lengths:
        return _short_months(texts) if lengths == {4} else None
    has_years = all(text[:2] in ("19", "20") for text in texts)
    for regex in (_COMPACT_NUMBER, _SHORT_NUMBER) if has_years else ():
        if matches := all_matches(regex, texts):
            years, numbers = [int(m["year"]) for m in matches], [int(m["number"]) for m in matches]
            return _parts(texts, years, numbers, is_short=regex is _SHORT_NUMBER, named_week=named_week)
    if lengths == {7} and has_years and len(texts) >= 3 and all(map(_YEARDAY.fullmatch, texts)):
        if periods := _fiscal_periods(texts):
            return periods
        rewritten = [f"{text[:4]}-{text[4:]}" for text in texts]
        return rewritten, ("times", f"{texts[0]} as {rewritten[0]}", "years with the number of a day")
    is_date = lengths in ({6}, {8}) and len(texts) >= 3
    if is_date and not any(all(map(each.regex.fullmatch, texts)) for each in COMPACT_PATTERNS):
        return _other_orders(texts)
    return None


def part_guess(part: PartOfYear, numbers: list[int], *, named_week: bool) -> Guess:
    """Why the numbers of a column are those of weeks, quarters or halves."""
    if part != "week":
        return "times", f"{part}s", f"every year goes from 1 to {PARTS_OF_YEAR[part]}"
    reason = "its name" if named_week else f"numbers up to {max(numbers)}"
    return "times", "weeks, each by its Monday", reason


def _parts(
    texts: list[str], years: list[int], numbers: list[int], *, is_short: bool, named_week: bool
) -> tuple[list[str], Guess] | None:
    """Years with the number of a month, week, quarter or half.

    Months of two digits are left to the pattern of 202001. Weeks are known by the name of the column, or
    by numbers over 13 that start again with the next year; numbers without zeros by their even step.
    """
    if not 1 <= min(numbers) <= max(numbers) <= PARTS_OF_YEAR["week"]:
        return None
    if is_short:
        part = part_of_year(years, numbers, named_week=named_week)
        rewritten = with_part(years, numbers, part)
        is_even = part != "week" and evenness(np.array([_first_month(text) for text in rewritten])) == 1.0
        guess = ("times", f"{texts[0]} as {rewritten[0]}", "only then all rows are one step apart")
        return (rewritten, guess) if is_even else None
    if max(numbers) <= 13 and not named_week:
        if max(numbers) == 13:
            index = numbers.index(13)
            hint = 'remove the rows that sum up a year; of weeks, call the column "week"'
            raise CellError(index, f'"{texts[index]}" has month 13', hint=hint)
        return None
    pairs = sorted({*zip(years, numbers, strict=True)})
    restarts = [(last, first) for (_, last), (_, first) in pairwise(pairs) if first < last]
    if not named_week and (not restarts or min(restarts) < (52, 1)):
        return None
    return with_part(years, numbers, "week"), part_guess("week", numbers, named_week=named_week)


def _fiscal_periods(texts: list[str]) -> tuple[list[str], Guess] | None:
    """The months of 2020001 to 2020012, 2021001 ...: periods of a year, where days of a year would go on.

    A `CellError` for special periods from 13 to 16, and where one year alone leaves it open.
    """
    years, numbers = [int(text[:4]) for text in texts], [int(text[4:]) for text in texts]
    if max(numbers) > 16:
        return None
    if max(numbers) > 12 or len({*years}) == 1:
        index = int(np.argmax(numbers))
        raise CellError(
            index,
            f'"{texts[index]}" may be day or period {numbers[index]} of {years[index]}',
            hint='--date-format "%Y%j" reads days; write periods as months: 2020-01',
        )
    rewritten = with_part(years, numbers, "month")
    return rewritten, ("times", f"{texts[0]} as {rewritten[0]}", "no year goes on after 12")


def _first_month(text: str) -> np.datetime64:
    """The first day of 2020-05, 2020Q2 or 2020H1."""
    months = {"-": 1, "Q": 3, "H": 6}[text[4]]
    return np.datetime64(f"{text[:4]}-{(int(text[5:]) - 1) * months + 1:02d}-01", "s")


def _short_months(texts: list[str]) -> tuple[list[str], Guess] | None:
    """Months such as 1801 to 1812, 1901 ...: a year of two digits, one step apart as the integers are not."""
    matches = all_matches(_SHORT_MONTH, texts)
    months = [f"{long_year(int(match['y']))}-{match['m']}" for match in matches]
    if len({month[:4] for month in months}) < 2:
        return None
    is_even = evenness(np.array(months, dtype="datetime64[s]")) == 1.0
    guess = ("times", f"{texts[0]} as {months[0]}", "only then all rows are one step apart")
    return (months, guess) if is_even else None


def _other_orders(texts: list[str]) -> tuple[list[str], Guess] | None:
    """Dates with the year last, or of two digits, where they are one step apart and the integers are not."""
    found = {name: days for name, regex in _ORDERS.items() if (days := _dates(texts, regex))}
    shares = {name: evenness(np.array(days, dtype="datetime64[s]")) for name, days in found.items()}
    as_integers = evenness(np.array([*map(int, texts)]))
    even = [name for name, share in shares.items() if share >= max(EVEN, as_integers)]
    if not even:
        return None
    name = max(even, key=lambda each: shares[each])
    first = found[name][0].isoformat()
    if as_integers == shares[name] or [*shares.values()].count(shares[name]) > 1:
        raise CellError(
            0,
            f'"{texts[0]}" may be the date {first}, another one, or a number',
            hint=f'--date-format "{name}" reads it as {first}; number plain steps from 1',
        )
    rewritten = [day.isoformat() for day in found[name]]
    return rewritten, ("times", f"{texts[0]} as {first}", "only then rows are one step apart")


def _dates(texts: list[str], regex: LazyPattern) -> list[date]:
    """The date in each text; [] where one is not in the calendar."""
    matches = all_matches(regex, texts)
    try:
        return [
            date(long_year(int(m["y"])) if len(m["y"]) == 2 else int(m["y"]), int(m["m"]), int(m["d"]))
            for m in matches
        ]
    except ValueError:
        return []
