"""Which column holds the times, or which columns do so together, by names and contents."""

import re
from typing import get_args

import numpy as np

from forecast.data.frequency import FIRST_YEAR, LAST_YEAR
from forecast.errors import DataError
from forecast.phrases import JOINER, counted, listed
from forecast.reading.series_column import find_keys
from forecast.spec.reading import NO_TIME
from forecast.tables import date_formats, dates, numbers, time_parts
from forecast.tables.columns import CellError, Column, joined_column
from forecast.tables.matching import LazyPattern
from forecast.tables.table import Table

# fmt: off
TIME_NAMES = (
    "ds", "date", "datetime", "timestamp", "time", "time_period", "ref_date", "observation_date",
    "year", "quarter", "month", "week", "day", "hour", "period", "step", "t",
)
"""Names of columns of times, the most telling first."""
# fmt: on

SUM_OF_YEAR = LazyPattern(
    "(?:19|20)[0-9]{2}[ -](?:annual|total|average|avg|mean|year)"
    "|(?:annual|total|average|avg|mean|year)[ -](?:19|20)[0-9]{2}",
    re.IGNORECASE,
)
"""A time of a row that sums up a year: "2010 Annual"."""
MOST_SUMS = 0.2
"""Share of times that may be such: one in four or twelve."""

REGULAR_STAMPS_SHARE = 0.5
"""Share of steps of one length from which a column of stamps is one of times whatever its name."""


def guess_time(table: Table, candidates: list[Column], date_format: str | None) -> tuple[Column | None, str]:
    """The column of times among the candidates, None to count rows, and the reason.

    Dates are preferred to integers, telling names to others, years to plain steps. Several columns that
    are a time together, such as year and month, are one column. A `DataError` where no column is likely.
    """
    if len(table.columns) == 1:
        return None, "the only column is the target"
    for column in candidates:
        if date_format and date_formats.matching_share(column.texts, date_format) > dates.READABLE_SHARE:
            return column, f"times as {date_format}"
    time, kind, reason = _likeliest(candidates)
    joined = _joined(table, candidates, time, kind)
    if joined is not None:
        return joined, "together they are a time"
    if time is not None:
        return time, reason  # if it holds no times, parsing it is an error with the line
    if sum(name.startswith("column ") for name in table.names) > len(table.columns) / 2:
        raise DataError(
            "most columns have no name in the first row",
            where=table.source,
            hint="--header LINE says which line holds the column names",
        )
    raise DataError(
        "no column looks like times",
        where=table.source,
        hint=f"--time {NO_TIME} counts the rows; or name it with --time and give its format with "
        f"--date-format; it has {listed(table.names)}",
    )


def _likeliest(candidates: list[Column]) -> tuple[Column | None, dates.TimeKind, str]:
    """The single column that most likely holds times, the kind of these, and the reason."""
    preferences = get_args(dates.TimeKind)
    likely: list[tuple[tuple[bool, bool, int, int, int], str]] = []
    for index, column in enumerate(candidates):
        kind, rank = dates.kind_of(column.texts), name_rank(column, TIME_NAMES)
        if rank is not None or kind == "dates" or _has_regular_integers(column, kind):
            rank_or_last = len(TIME_NAMES) if rank is None else rank
            is_constant = len(column.texts) == 1
            key = (is_constant, kind != "dates", rank_or_last, preferences.index(kind), index)
            likely.append((key, _time_reason(kind, has_telling_name=rank is not None)))
    if not likely:
        return None, "none", ""
    key, reason = min(likely)
    return candidates[key[-1]], preferences[key[-2]], reason


def _joined(
    table: Table, candidates: list[Column], time: Column | None, kind: dates.TimeKind
) -> Column | None:
    """Several columns that make a time together, where `time` alone does not; None where it does.

    A date goes with a time of day where it repeats, and no id tells its rows apart.
    """
    parts: dict[time_parts.Part, Column] = {}
    for column in candidates:
        part = time_parts.part_of(column.name, column.texts)
        if part is not None:
            parts.setdefault(part, column)
    if time is not None and len(time.texts) == table.rows and not is_part_of_time(time):
        return None
    if time is not None and kind in ("dates", "stamps"):
        is_week = re.fullmatch("[0-9]{4}-?W[0-9]{2}", time.texts[0].strip()) is not None
        of_day = (*time_parts.OF_DAY, *(("weekday",) if is_week else ()))
        clock = next((parts[part] for part in of_day if part in parts), None)
        if clock is None or clock is time or any(":" in text for text in time.texts[:10]):
            return None
        others = [column for column in candidates if column is not time]
        minute = [parts["minute"]] if "minute" in parts and clock is parts.get("hour") else []
        joined = joined_column([time, clock, *minute])
        is_enough = find_keys(table, others, time) or len(joined.texts) == len(time.texts)
        return None if is_enough else joined
    together = [parts[part] for part in time_parts.complete(tuple(parts))]
    if not together or (time is not None and time not in together and kind != "none"):
        return None
    joined = joined_column(together)
    return joined if len(joined.texts) > len(parts["year"].texts) or time not in together else None


def name_rank(column: Column, names: tuple[str, ...]) -> int | None:
    """Index of a column's name among telling names, 0 the most telling; None for another name."""
    name = column.name.lower()
    return names.index(name) if name in names else None


def is_part_of_time(column: Column) -> bool:
    """Whether a column holds months, hours and the like, which are no ids and no target."""
    part = time_parts.part_of(column.name, column.texts)
    return part is not None and part != "year"


def is_of_time(column: Column) -> bool:
    """Whether a column holds years or other parts of times, or dates that are not written as one number."""
    is_number = numbers.readable_share(column.texts) > 0 and all(t.count(".") < 2 for t in column.texts[:9])
    is_part = time_parts.part_of(column.name, column.texts) is not None
    return is_part or (not is_number and dates.kind_of(column.texts) == "dates")


def _time_reason(kind: dates.TimeKind, *, has_telling_name: bool) -> str:
    if has_telling_name and kind in ("steps", "none"):
        return "its name"
    return {
        "dates": "dates",
        "years": "integers that look like years",
        "stamps": "integers that look like dates",
    }.get(kind, "integers one step apart")


def _has_regular_integers(column: Column, kind: dates.TimeKind) -> bool:
    """Whether a column of three or more distinct integers may be times whatever its name.

    Years must fill at least half of their span, most stamps be one step apart, all others too.
    """
    if kind in ("dates", "none"):
        return False
    integers = numbers.integers([text.strip() for text in column.texts])
    ordered = np.unique(np.array(integers or [], dtype=np.int64))
    if len(ordered) < 3:
        return False
    if kind == "years" and ordered[0] >= FIRST_YEAR and ordered[-1] <= LAST_YEAR:
        return bool(ordered[-1] - ordered[0] < 2 * len(ordered))
    if kind == "stamps":
        _, counts = np.unique(np.diff(ordered), return_counts=True)
        return bool(counts.max() >= REGULAR_STAMPS_SHARE * counts.sum())
    return bool(np.all(np.diff(ordered) == ordered[1] - ordered[0]))


def without_annual_rows(table: Table, time: Column) -> Table | None:
    """The table without rows that sum up a year, such as a thirteenth month; None where it has none."""
    if JOINER not in time.name and not any(map(str.isalpha, {*"".join(time.texts)})):
        return None
    try:
        texts = np.array(table.time_texts(time), dtype=object)
    except CellError:
        return None  # an error with its line, where the times are parsed
    if JOINER in time.name:
        is_sum = np.asarray(texts == time_parts.ANNUAL)
    else:
        is_sum = np.array([SUM_OF_YEAR.fullmatch(text.strip()) is not None for text in time.texts])
        if is_sum.mean() > MOST_SUMS:
            return None
    annual = is_sum[time.codes]
    if not annual.any() or annual.all():
        return None
    first = int(annual.argmax())
    text = " ".join(time.texts[time.codes[first]].split(JOINER))
    return table.select(~annual).repaired(
        f"{counted(int(annual.sum()), 'row')} of whole years left out (first: {text}, {table.line(first)})"
    )
