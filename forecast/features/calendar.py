"""What time itself tells: where a row stands in its day, week and year, and which days are holidays."""

from collections.abc import Iterator

import numpy as np

from forecast.data.arrays import Floats, Integers, Times
from forecast.data.frequency import DAY, SECONDS, Frequency, Unit
from forecast.errors import DataError, MissingExtra, UsageError

HARMONICS: dict[str, int] = {"day": 2, "week": 3, "year": 2}
"""Waves that tell the place in each cycle: three tell all seven days apart."""

PHASES = 2 * sum(HARMONICS.values())
"""Numbers that `phases` gives for a row."""

PHASED: tuple[Unit, ...] = ("week", "day", "weekday", "hour", "minute")
"""Units of which several make a cycle that `phases` tells more of than a season does."""

YEARS_AHEAD = 20
"""Years behind the data whose holidays a model knows."""

_YEAR_SECONDS = 365.2425 * DAY


def phases(times: Times, frequency: Frequency) -> Floats:
    """(rows, PHASES) sines and cosines of the place in day, week and year; 0 for cycles that are too short.

    The place some rows ahead is a linear function of these, so one row tells of all its horizon.
    """
    seconds = frequency.local(times).astype("datetime64[s]").astype(np.int64)
    years = seconds.astype("datetime64[s]").astype("datetime64[Y]")
    start = years.astype("datetime64[s]").astype(np.int64)
    length = (years + 1).astype("datetime64[s]").astype(np.int64) - start
    # 1970-01-01 was a Thursday.
    place = {"day": seconds / DAY, "week": seconds / (7 * DAY) + 3 / 7, "year": (seconds - start) / length}
    step = _step_seconds(frequency)
    found = [
        wave
        for cycle, cycle_seconds in (("day", DAY), ("week", 7 * DAY), ("year", _YEAR_SECONDS))
        for wave in _waves(place[cycle], HARMONICS[cycle], told=2 * step <= cycle_seconds)
    ]
    return np.stack(found, axis=1)


def _waves(place: Floats, harmonics: int, *, told: bool) -> Iterator[Floats]:
    for harmonic in range(1, harmonics + 1):
        angle = 2 * np.pi * harmonic * (place % 1)
        yield np.where(told, np.sin(angle), 0.0)
        yield np.where(told, np.cos(angle), 0.0)


def _step_seconds(frequency: Frequency) -> float:
    months = {"year": 12, "quarter": 3, "month": 1}.get(frequency.unit)
    if months is not None:
        return frequency.count * months * _YEAR_SECONDS / 12
    return float(frequency.count * SECONDS.get(frequency.unit, DAY))


def holidays_in(times: Times, frequency: Frequency, dates: Integers, *, horizon: int) -> Floats:
    """(rows, horizon + 1) holidays among the days of each row and of each of the `horizon` next ones.

    Rows shorter than a day tell whether theirs is a holiday.
    """
    starts = frequency.local(frequency.shift(times[:, None], np.arange(horizon + 2)))
    days = starts.astype("datetime64[D]").astype(np.int64)
    if days.size and days.max() > dates[-1]:
        last = np.datetime_as_string(np.int64(dates[-1]).astype("datetime64[D]"))
        raise DataError(f"the model's holidays end on {last}", hint="train a new model")
    if _step_seconds(frequency) < DAY:
        return np.isin(days[:, :-1], dates).astype(np.float64)
    before = np.searchsorted(dates, days)
    return np.diff(before, axis=1).astype(np.float64)


def holiday_dates(place: str, first_year: int, last_year: int) -> tuple[int, ...]:
    """Days since 1970-01-01 of the public holidays of a country, "FR", or of a part of it, "US-CA".

    They are those of the library `holidays`, which an extra installs.
    """
    try:
        import holidays
    except ImportError:
        raise MissingExtra(
            "--holidays needs a list of them", hint="pip install 'forecast-rnn[holidays]'"
        ) from None
    country, _, part = place.upper().partition("-")
    try:
        found = holidays.country_holidays(
            country, subdiv=part or None, years=range(first_year, last_year + 1)
        )
    except NotImplementedError:
        raise UsageError(
            f'--holidays: no holidays are known for "{place}"',
            hint="name a country by two letters, such as FR, or a part of it, such as US-CA",
        ) from None
    if not found:
        raise UsageError(f'--holidays: "{place}" has none from {first_year} to {last_year}')
    return tuple(sorted(int(np.datetime64(date, "D").astype(np.int64)) for date in found))
