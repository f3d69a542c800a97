"""Rows up to a date, as they were known then: what a forecast of that day would have read."""

import re
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import bounds_of
from forecast.errors import DataError, UsageError
from forecast.phrases import counted
from forecast.reading.covariates import CovariateRows
from forecast.reading.rows import Rows
from forecast.spec.limits import MAX_HORIZON
from forecast.spec.reading import Columns
from forecast.tables.dates import ParsedTimes

Moment = np.int64 | np.datetime64
"""The last time that was known: of the kind of a panel's times."""

_DATE = re.compile(
    r"(?P<local>[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?)?)?)"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?"
)


@dataclass(frozen=True, slots=True)
class Cut:
    """The rows that were known at a moment."""

    text: str
    """The moment as the user wrote it."""
    moment: Moment


def last_moment(text: str, times: ParsedTimes) -> Cut:
    """The last moment of a date: 2019 is the end of the year, 2019-03 that of March, 2019-03-31 of the day.

    It is in the zone of the data unless it has one. A `UsageError` for what is no date, and for a date
    where the times of the data are integers.
    """
    stripped = text.strip()
    if times.form == "integer":
        if not re.fullmatch("-?[0-9]{1,15}", stripped):
            raise UsageError(
                f'--as-of: "{text}" is not a number, as the times of the data are',
                hint="write it as the data do: --as-of 2019",
            )
        return Cut(stripped, np.int64(stripped))
    match = _DATE.fullmatch(stripped)
    try:
        start = np.datetime64(match["local"].replace(" ", "T")) if match else None
    except ValueError:  # 30 February
        start = None
    if match is None or start is None:
        raise UsageError(
            f'--as-of: "{text}" is not a date',
            hint="write --as-of 2019-12-31, or a year, a month, or a time such as 2019-12-31T18:00",
        )
    if match["zone"] and times.offset_seconds is None:
        raise UsageError(f'--as-of: "{text}" has a zone, and the times of the data have none')
    offset = _offset_seconds(match["zone"]) if match["zone"] else times.offset_seconds or 0
    end = (start + 1).astype("datetime64[s]") - np.timedelta64(1 + offset, "s")
    return Cut(stripped, end)


def _offset_seconds(zone: str) -> int:
    """Seconds east of UTC."""
    if zone == "Z":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    return (-1 if zone[0] == "-" else 1) * (hours * 3600 + minutes * 60)


def rows_until(rows: Rows, cut: Cut, times: ParsedTimes) -> tuple[Rows, tuple[str, ...]]:
    """The rows up to the cut, and a sentence about series that begin after it.

    A `DataError` where there is no row.
    """
    known = rows.select(np.asarray(rows.times <= cut.moment))
    absent = np.flatnonzero((np.diff(known.bounds) == 0) & (np.diff(rows.bounds) > 0))
    if not len(known.times):
        first = _text(rows.times.min(), times) if len(rows.times) else ""
        raise DataError(
            f"no row up to {cut.text}" + (f": the first is {first}" if first else ""),
            where=rows.table.source,
            hint=f"write --as-of {first} or later" if first else "",
        )
    if not len(absent):
        return known, ()
    begin = "begins" if len(absent) == 1 else "begin"
    return known.without(absent.tolist()), (
        f"{counted(len(absent), 'series')} left out that {begin} after {cut.text}",
    )


def covariates_until(covariates: CovariateRows, columns: Columns, cut: Cut) -> CovariateRows:
    """The covariates as they were known at the cut: later rows have known ones only, and not too many.

    Static ones are those of the rows up to then, too.
    """
    later = np.asarray(covariates.rows.times > cut.moment)
    values = tuple(
        column if role == "known" else np.where(later, np.nan, column)
        for column, role in zip(covariates.values, columns.roles, strict=True)
    )
    rows = covariates.rows
    before = bounds_of(later.astype(np.int64))
    number = before[1:] - before[rows.bounds[:-1][rows.series]]  # later rows of the series up to each
    kept = number <= MAX_HORIZON
    return replace(
        covariates,
        rows=rows.select(kept),
        values=tuple(column[kept] for column in values),
    )


def _text(time: Moment, times: ParsedTimes) -> str:
    if times.form == "integer":
        return str(time)
    local = time + np.timedelta64(times.offset_seconds or 0, "s")
    unit = {"month": "M", "date": "D"}.get(times.form, "s")
    return str(np.datetime_as_string(local, unit=unit))  # type: ignore[call-overload]
