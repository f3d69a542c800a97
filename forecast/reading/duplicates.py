"""Rows of one series and time: merged or refused, as the policy says."""

import numpy as np

from forecast.data.pattern import DAY
from forecast.errors import DataError
from forecast.reading.aggregation import merge_duplicates
from forecast.reading.roles import Roles, duplicate_hint
from forecast.reading.rows import Rows
from forecast.spec.reading import Policy

CLOCKS_SET_BACK = (
    "where clocks were set back, write times with a zone such as +02:00; "
    "--duplicates mean or sum merges the two hours"
)


def resolve_duplicates(rows: Rows, roles: Roles, policy: Policy) -> tuple[Rows, tuple[str, ...]]:
    """The rows without duplicates, and what was done; a `DataError` where the policy is "error".

    That is the default, except where rows are resampled: two events may share a second.
    """
    if policy.duplicates is None and policy.resample is not None:
        return rows, ()
    if policy.duplicates is None or policy.duplicates == "error":
        _refuse_duplicates(rows, roles)
        return rows, ()
    return merge_duplicates(rows, policy.duplicates)


def _refuse_duplicates(rows: Rows, roles: Roles) -> None:
    """Refuse two rows of one series and time; the error is at the second one in the data."""
    repeats = rows.repeats
    if not repeats.any() or roles.time is None:
        return
    row = int(repeats.argmax())
    text = roles.time.texts[roles.time.codes[rows.origin[row]]]
    within = "" if roles.series is None else f' in series "{rows.ids[rows.series[row]]}"'
    raise DataError(
        f'"{text}" occurs twice{within}, first on {rows.line(row - 1)}',
        where=rows.where(row, roles.time),
        hint=CLOCKS_SET_BACK if _may_be_set_back(rows.times[row]) else duplicate_hint(rows.table, roles),
    )


def _may_be_set_back(time: np.int64 | np.datetime64) -> bool:
    """Whether a time is in the first three hours of a Sunday, when summer time may end."""
    if not isinstance(time, np.datetime64):
        return False
    days, seconds = divmod(int(time.astype("datetime64[s]").astype(np.int64)), DAY)
    return (days + 3) % 7 == 6 and 0 < seconds <= 3 * 3600  # 1970-01-01 was a Thursday
