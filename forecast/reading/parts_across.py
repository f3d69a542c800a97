"""A time in two parts: one in a column, the other in the names of columns, such as a year and its months."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from forecast.data.frequency import FIRST_YEAR, LAST_YEAR
from forecast.data.pattern import WEEKDAYS
from forecast.errors import DataError
from forecast.tables import dates, time_parts
from forecast.tables.columns import Column
from forecast.tables.matching import LazyPattern
from forecast.tables.months import month_number
from forecast.tables.table import Table

_WITH_YEAR = LazyPattern(r"[A-Za-z]{0,2}_?((?:1[5-9]|2[0-9])[0-9]{2})(?: ?\[YR[0-9]{4}\])?")
_HOUR = LazyPattern("(?:H|HE|Hour|Hr)? ?0?([0-9]|1[0-9]|2[0-4])(?::00)?", re.IGNORECASE)
_DAY_WITHOUT_YEAR = LazyPattern(r"[0-9]{1,2}[-. /]*[^\W\d]{3,}\.?|[^\W\d]{3,}\.?[-. /]*[0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class TimesAcross:
    """The columns of a table whose names are times."""

    columns: tuple[Column, ...]
    texts: tuple[str, ...]
    """The time of each, as a column of times would write it; with a `part`, for each of its texts."""
    part: Column | None = None
    """The column with the other part of the time of each row: the year of months, the day of hours."""


def find_parts_across(table: Table) -> TimesAcross | None:
    """Twelve months or four quarters of a year, years of a month, hours of a day, days of a week; else None.

    A `DataError` for years of days or hours, which are not read.
    """
    for find in (_parts_of_years, _years_of_parts, _hours_of_days, _days_of_weeks):
        if (found := find(table)) is not None:
            return found
    return None


def year_name(name: str) -> str | None:
    """1990 for "1990", "1990 [YR1990]", "X1990" or "Y1990"."""
    match = _WITH_YEAR.fullmatch(name.strip())
    return match[1] if match and FIRST_YEAR <= int(match[1]) <= LAST_YEAR else None


def _combined(
    columns: list[Column], suffixes: list[str], rest: Column, join: Callable[[str, str], str]
) -> TimesAcross:
    texts = tuple(join(text.strip(), suffix) for text in rest.texts for suffix in suffixes)
    return TimesAcross(tuple(columns), texts, rest)


def _by_suffix(
    table: Table, suffix_of: Callable[[str], str | None], expected: list[str]
) -> list[Column] | None:
    """The columns in the order of the expected suffixes; None where one is missing."""
    found: dict[str, Column] = {}
    for column in table.columns:
        suffix = suffix_of(column.name.strip())
        if suffix is not None:
            found.setdefault(suffix, column)
    return [found[suffix] for suffix in expected] if all(suffix in found for suffix in expected) else None


def _parts_of_years(table: Table) -> TimesAcross | None:
    """Columns of twelve months or four quarters beside one of years."""
    years = [c for c in table.columns if time_parts.part_of(c.name, c.texts) == "year" and len(c.texts) > 1]
    if len(years) != 1:
        return None

    def suffix(name: str) -> str | None:
        month, quarter = month_number(name), re.fullmatch("[Qq]([1-4])", name)
        return f"-{month:02d}" if month else f"Q{quarter[1]}" if quarter else None

    for expected in ([f"-{month:02d}" for month in range(1, 13)], ["Q1", "Q2", "Q3", "Q4"]):
        if columns := _by_suffix(table, suffix, expected):
            return _combined(columns, expected, years[0], lambda year, part: year + part)
    return None


def _years_of_parts(table: Table) -> TimesAcross | None:
    """Columns of years beside one of months, quarters, halves or weeks."""
    columns = [column for column in table.columns if year_name(column.name)]
    years = [year_name(column.name) or "" for column in columns]
    others = table.without(*columns)
    if len(columns) < 2 or not others:
        return None
    for column in others:
        part = time_parts.part_of(column.name, column.texts)
        if part in ("month", "quarter", "half", "week"):
            join = partial(_with_year, part)
            return _combined(columns, years, column, join)
        is_day = all(_DAY_WITHOUT_YEAR.fullmatch(text.strip()) for text in column.texts)
        if (part is not None and part != "year") or (is_day and len(column.texts) >= 28):
            raise DataError(
                f'the columns are years, the rows of "{column.name}" parts of them',
                where=table.source,
                hint="make the file long: one row for each time, with its year",
            )
    return None


def _with_year(part: time_parts.Part, text: str, year: str) -> str:
    return time_parts.join(["year", part], [(year, text)])[0]


def _hours_of_days(table: Table) -> TimesAcross | None:
    """Columns of 24 hours, 0 to 23 or 1 to 24, beside one of dates."""
    days = [column for column in table.columns if dates.kind_of(column.texts) in ("dates", "stamps")]

    def suffix(name: str) -> str | None:
        match = _HOUR.fullmatch(name)
        return match[1] if match else None

    for first in (0, 1):
        hours = [str(hour) for hour in range(first, first + 24)]
        columns = _by_suffix(table, suffix, hours) if days else None
        if columns:
            return _combined(columns, hours, days[0], partial(_at_hour, first))
    return None


def _at_hour(first: int, day: str, hour: str) -> str:
    """The start of an hour of a day, whose first hour is called 0 or 1."""
    return f"{day} {int(hour) - first:02d}:00"


def _days_of_weeks(table: Table) -> TimesAcross | None:
    """Columns of seven weekdays beside one of ISO weeks."""
    weeks = [
        column
        for column in table.columns
        if all(re.fullmatch("[0-9]{4}-?W[0-9]{2}", text.strip(), re.IGNORECASE) for text in column.texts)
    ]
    names = [name.lower() for name in WEEKDAYS]
    columns = _by_suffix(table, lambda name: name[:3].lower(), names) if weeks else None
    if not columns:
        return None
    numbers = [str(number) for number in range(1, 8)]
    return _combined(columns, numbers, weeks[0], lambda week, number: f"{week}-{number}")
