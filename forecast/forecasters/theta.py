"""The Theta method: exponential smoothing with half of the linear trend as its drift.

Assimakopoulos & Nikolopoulos 2000, in the equivalent form of Hyndman & Billah 2003
("Unmasking the Theta method"): the forecast is the mean of a straight line through
the series and a simple exponential smoothing of the series with its curvature
doubled. A season that passes the test of the M4 competition is taken out before,
multiplied for positive series and added for others, and put back after.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from forecast.data.panel import Flags, Floats, Panel
from forecast.data.results import Forecast

SEASONS_READ = 20
"""Newest seasons that a forecast depends on."""

LEAST_READ = 120
"""Newest rows that it depends on at least."""

_ALPHAS = np.linspace(0.02, 1.0, 50)
"""Smoothing parameters that are tried."""

_TESTED_AT = 1.645
"""Normal quantile of the season test: 90 % of white noise passes as unseasonal."""


@dataclass(frozen=True, slots=True)
class Theta:
    """The Theta method, fitted to each history as it comes."""

    name: ClassVar[str] = "theta"

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """The Theta forecast of every series; its intervals are unknown."""
        unknown = np.full((len(levels), len(history), horizon), np.nan)
        return Forecast(
            ids=history.ids,
            times=history.frequency.after(history.last_times, horizon),
            values=theta(history, horizon),
            levels=tuple(levels),
            lower=unknown,
            upper=unknown,
            columns=history.columns,
            frequency=history.frequency,
        )


def rows_read(season: int) -> int:
    """Newest rows of a series that its Theta forecast depends on."""
    return max(SEASONS_READ * season, LEAST_READ)


def theta(history: Panel, horizon: int) -> Floats:
    """(series, horizon) Theta forecasts behind the end of every series."""
    season = history.frequency.season
    newest = history.tail(rows_read(season))
    sizes = np.array([np.abs(each.values).max() or 1.0 for each in newest])
    adjusted = [_Adjusted.of(each.values / size, season) for each, size in zip(newest, sizes, strict=True)]
    level, drift = _smoothed([each.values for each in adjusted])
    ahead = level[:, None] + drift[:, None] * np.arange(1, horizon + 1)
    seasoned = np.stack([each.seasoned(row) for each, row in zip(adjusted, ahead, strict=True)])
    return np.asarray(seasoned * sizes[:, None])


@dataclass(frozen=True, slots=True)
class _Adjusted:
    """A series without its season."""

    values: Floats
    indices: Floats
    """(season,) what each phase adds, or multiplies by; the phase after the last value first."""
    multiplied: bool

    @classmethod
    def of(cls, values: Floats, season: int) -> "_Adjusted":
        if not is_seasonal(values, season):
            return cls(values, np.zeros(1), multiplied=False)
        multiplied = bool((values > 0).all())
        indices = seasonal_indices(values, season, multiplied=multiplied)
        phases = indices[np.arange(len(values)) % season]
        plain = values / phases if multiplied else values - phases
        return cls(plain, np.roll(indices, -(len(values) % season)), multiplied)

    def seasoned(self, ahead: Floats) -> Floats:
        """Forecasts with the season put back."""
        phases = self.indices[np.arange(len(ahead)) % len(self.indices)]
        return ahead * phases if self.multiplied else ahead + phases


def is_seasonal(values: Floats, season: int) -> bool:
    """The M4 competition's test: is the autocorrelation at the season larger than noise's would be?"""
    rows = len(values)
    if season == 1 or rows < 3 * season:
        return False
    centred = values - values.mean()
    power = float(centred @ centred)
    if power <= 0:
        return False
    correlations = np.array([centred[:-lag] @ centred[lag:] for lag in range(1, season + 1)]) / power
    limit = _TESTED_AT * np.sqrt((1 + 2 * np.sum(correlations[:-1] ** 2)) / rows)
    return bool(abs(correlations[-1]) > limit)


def seasonal_indices(values: Floats, season: int, *, multiplied: bool) -> Floats:
    """(season,) classical decomposition: mean distance of each phase from a centred moving average."""
    ends = np.ones(season) if season % 2 else np.concatenate(([0.5], np.ones(season - 1), [0.5]))
    trend = np.convolve(values, ends / season, mode="valid")
    half = len(ends) // 2
    inner = values[half : len(values) - half]
    apart = inner / trend if multiplied else inner - trend
    phase = (np.arange(half, len(values) - half)) % season
    means = np.bincount(phase, weights=apart, minlength=season) / np.bincount(phase, minlength=season)
    return np.asarray(means / means.mean() if multiplied else means - means.mean())


def _smoothed(series: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Level behind the end and drift a step of every series, both (series,), of the mean of the two lines."""
    values, there = _aligned(series)
    rows = there.sum(axis=1)
    place = np.where(there, np.arange(values.shape[1]) - (values.shape[1] - rows)[:, None], 0)
    middle = (rows - 1) / 2
    centred = np.where(there, place - middle[:, None], 0.0)
    mean = values.sum(axis=1) / rows
    slope = (centred * values).sum(axis=1) / np.maximum((centred**2).sum(axis=1), 1e-300)
    line = mean[:, None] + slope[:, None] * centred
    curved = np.where(there, 2 * values - line, 0.0)
    level = _best_level(curved, there)
    end = mean + slope * (rows - 1 - middle)
    return (level + end) / 2, slope / 2


def _best_level(values: Floats, there: Flags) -> Floats:
    """(series,) last level of the simple exponential smoothing with the smallest one-step errors."""
    first = np.argmax(there, axis=1)
    level = np.repeat(values[np.arange(len(values)), first][:, None], len(_ALPHAS), axis=1)
    cost = np.zeros_like(level)
    for step in range(values.shape[1]):
        error = np.where(there[:, step, None], values[:, step, None] - level, 0.0)
        cost += error**2
        level += _ALPHAS * error
    return np.asarray(level[np.arange(len(level)), cost.argmin(axis=1)])


def _aligned(series: Sequence[Floats]) -> tuple[Floats, Flags]:
    """Series as rows of one matrix, their ends in its last column, and where there are values."""
    longest = max(len(values) for values in series)
    matrix = np.zeros((len(series), longest))
    for row, values in zip(matrix, series, strict=True):
        row[longest - len(values) :] = values
    lengths = np.array([len(values) for values in series])
    return matrix, np.arange(longest) >= (longest - lengths)[:, None]
