"""Calendar features: the position of a row in its day, week and year, and public holidays."""

from collections.abc import Iterator

import numpy as np

from forecast.data import pattern
from forecast.data.arrays import Floats, Integers, Times
from forecast.data.frequency import SECONDS, Frequency, Unit
from forecast.data.pattern import DAY
from forecast.errors import DataError, MissingExtra, UsageError

HARMONICS: dict[str, int] = {"day": 2, "week": 3, "year": 2}
"""Fourier terms of each cycle: three distinguish all seven days of the week."""

PHASES = 2 * sum(HARMONICS.values())
"""Features of a row in `phases`."""

PHASED: tuple[Unit, ...] = ("week", "day", "weekday", "hour", "minute")
"""Units whose data have cycles that `phases` adds to the season."""

YEARS_AHEAD = 20
"""Years after the end of the data whose holidays a model stores."""

_YEAR_SECONDS = 365.2425 * DAY


def phases(times: Times, frequency: Frequency) -> Floats:
    """(rows, PHASES) Fourier terms of the day, week and year; 0 for cycles shorter than two steps.

    The terms of a later row are a linear function of these, so each row describes its whole horizon.
    """
    seconds = frequency.local(times).astype("datetime64[s]").astype(np.int64)
    years = seconds.astype("datetime64[s]").astype("datetime64[Y]")
    start = years.astype("datetime64[s]").astype(np.int64)
    length = (years + np.timedelta64(1, "Y")).astype("datetime64[s]").astype(np.int64) - start
    step = _step_seconds(frequency)
    cycles: tuple[tuple[str, float, Floats], ...] = (
        ("day", DAY, seconds / DAY),
        ("week", 7 * DAY, seconds / (7 * DAY) + 3 / 7),  # 1970-01-01 was a Thursday
        ("year", _YEAR_SECONDS, (seconds - start) / length),
    )
    terms = [
        term if 2 * step <= cycle_seconds else np.zeros_like(term)
        for cycle, cycle_seconds, position in cycles
        for term in _fourier_terms(position, HARMONICS[cycle])
    ]
    return np.stack(terms, axis=1)


def _fourier_terms(position: Floats, harmonics: int) -> Iterator[Floats]:
    """Sines and cosines of a position in cycles."""
    for harmonic in range(1, harmonics + 1):
        angle = 2 * np.pi * harmonic * (position % 1)
        yield np.sin(angle)
        yield np.cos(angle)


def _step_seconds(frequency: Frequency) -> float:
    if frequency.offsets:
        return _YEAR_SECONDS / pattern.rows_per_year(frequency.unit, frequency.offsets)
    months = {"year": 12, "quarter": 3, "month": 1}.get(frequency.unit)
    if months is not None:
        return frequency.count * months * _YEAR_SECONDS / 12
    return float(frequency.count * SECONDS.get(frequency.unit, DAY))


def holidays_in(times: Times, frequency: Frequency, dates: Integers, *, horizon: int) -> Floats:
    """(rows, horizon + 1) numbers of holidays in the step of each row and of each of the `horizon` next ones.

    For steps shorter than a day it is 1 where their day is a holiday. A `DataError` beyond the last year
    that the model has holidays of.
    """
    starts = frequency.local(frequency.shift(times[:, None], np.arange(horizon + 2)))
    days = starts.astype("datetime64[D]").astype(np.int64)
    if days.size and days.max() > dates[-1]:
        last = np.datetime_as_string(np.int64(dates[-1]).astype("datetime64[D]"))
        raise DataError(f"the model's holidays end on {last}", hint="train a new model")
    if _step_seconds(frequency) < DAY:
        return np.isin(days[:, :-1], dates).astype(np.float64)
    earlier = np.searchsorted(dates, days)  # holidays before each step
    return np.diff(earlier, axis=1).astype(np.float64)


def holiday_dates(region: str, first_year: int, last_year: int) -> tuple[int, ...]:
    """Days since 1970-01-01 of the public holidays of a country, "FR", or of a part of it, "US-CA".

    They come from the library `holidays`, which an extra installs: `MissingExtra` without it, and a
    `UsageError` for an unknown region.
    """
    try:
        import holidays
    except ImportError:
        raise MissingExtra(
            "--holidays needs the library holidays", hint="pip install 'forecast-rnn[holidays]'"
        ) from None
    country, _, part = region.upper().partition("-")
    try:
        dates = holidays.country_holidays(
            country, subdiv=part or None, years=range(first_year, last_year + 1)
        )
    except NotImplementedError:
        raise UsageError(
            f'--holidays: no holidays are known for "{region}"',
            hint="name a country by two letters, such as FR, or a part of it, such as US-CA",
        ) from None
    if not dates:
        raise UsageError(f'--holidays: "{region}" has none from {first_year} to {last_year}')
    return tuple(sorted(int(np.datetime64(date, "D").astype(np.int64)) for date in dates))
