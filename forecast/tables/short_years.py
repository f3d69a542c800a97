"""Dates with a year of two digits, where their order is proved: 1/22/20, 22.01.20, Jan-20."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forecast.data.inference import evenness
from forecast.tables.columns import Guess
from forecast.tables.matching import LazyPattern, all_matches
from forecast.tables.months import ENGLISH

PIVOT = 41
"""From this year on of the 20th century, before it of the 21st."""

CLEARLY_EVEN, CLEARLY_UNEVEN = 0.9, 0.5
"""Shares of rows one step apart that decide between two orders."""

_NUMBERS = LazyPattern(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2'?([0-9]{2})(?P<rest>(?:[T ,].*)?)")
_NAME_AND_YEAR = rf"({'|'.join(ENGLISH)})\.?[-/ ]*'?([0-9]{{2}})"
_NAMED = LazyPattern(rf"([0-9]{{1,2}})([-/. ]*){_NAME_AND_YEAR}(?P<rest>(?: .*)?)", re.IGNORECASE)
_MONTHS = (
    LazyPattern(_NAME_AND_YEAR, re.IGNORECASE),
    LazyPattern(rf"(?P<year>[0-9]{{2}})[-/ ]*({'|'.join(ENGLISH)})\.?", re.IGNORECASE),
)
_ORDERS = {"day/month/year": (2, 1, 0), "month/day/year": (2, 0, 1), "year-month-day": (0, 1, 2)}
"""Positions of year, month and day."""


def long_year(year: int) -> int:
    """The year of two digits in full."""
    return year + (1900 if year >= PIVOT else 2000)


def with_long_years(texts: list[str]) -> tuple[list[str], Guess] | None:
    """The texts as 2020-01-22, or 2020-01, and what was decided; None where their order is not proved."""
    if months := _months(texts):
        return months, ("times", f"{texts[0]} as {months[0]}", "months with a year of two digits")
    for regex in (_NUMBERS, _NAMED):
        matches = all_matches(regex, texts)
        if not matches:
            continue
        numbers = [tuple(_number(match[group]) for group in (1, 3, 4)) for match in matches]
        # A year is first only in dates with hyphens.
        names = list(_ORDERS)[: 3 if matches[0][2] == "-" else 2]
        if regex is _NAMED:
            names.remove("month/day/year")
        order = _proved_order(numbers, names)
        if order is not None:
            days = _dates(numbers, _ORDERS[order])
            rest = [match["rest"] for match in matches]
            rewritten = [f"{day}{after}" for day, after in zip(days or (), rest, strict=True)]
            return rewritten, ("times", f"{texts[0]} as {rewritten[0]}", "the only order that fits all rows")
    return None


def _months(texts: list[str]) -> list[str] | None:
    """Months such as Jan-20 or 20-Jan, one step apart; None for other texts."""
    for regex, (name, year) in zip(_MONTHS, ((1, 2), (2, 1)), strict=True):
        matches = all_matches(regex, texts)
        if len(matches) < 3:
            continue
        months = [f"{long_year(int(match[year]))}-{_number(match[name]):02d}" for match in matches]
        # 01-Jan, 02-Jan are days of one month, not Januaries: they do not rise with the rows.
        rises = months in (sorted(months), sorted(months, reverse=True))
        has_months = len({month[5:] for month in months}) > 1
        if rises and has_months and evenness(_as_times(months)) >= CLEARLY_EVEN:
            return months
    return None


def _as_times(texts: Sequence[object]) -> NDArray[np.datetime64]:
    return np.array(texts, dtype="datetime64[s]")


def _number(text: str) -> int:
    return int(text) if text.isdigit() else ENGLISH.index(text.lower()) + 1


def _proved_order(numbers: Sequence[tuple[int, ...]], names: list[str]) -> str | None:
    """The only order in which all are dates, or in which they are one step apart; None where several are."""
    possible = {name: days for name in names if (days := _dates(numbers, _ORDERS[name]))}
    if len(possible) == 1:
        return next(iter(possible))
    shares = {name: evenness(_as_times(days)) for name, days in possible.items()}
    for least, most in ((1.0, 1.0), (CLEARLY_EVEN, CLEARLY_UNEVEN)):
        even = [name for name, share in shares.items() if share >= least]
        others = [share for name, share in shares.items() if name not in even]
        if len(even) == 1 and max(others, default=0.0) <= most:
            return even[0]
    return None


def _dates(numbers: Sequence[tuple[int, ...]], order: tuple[int, int, int]) -> list[date] | None:
    """The dates in this order; None where one is not in the calendar."""
    try:
        return [*_in_order(numbers, order)]
    except ValueError:
        return None


def _in_order(numbers: Sequence[tuple[int, ...]], order: tuple[int, int, int]) -> Iterator[date]:
    for each in numbers:
        year, month, day = (each[position] for position in order)
        yield date(long_year(year), month, day)
