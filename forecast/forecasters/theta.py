"""The Theta method: exponential smoothing with half of the linear trend as its drift.

The forecast is the mean of two lines (Assimakopoulos & Nikolopoulos 2000): theta 0,
the straight line through the series, drawn on, and theta 2, the series with its
curvature doubled, smoothed exponentially and held. Given the smoothing parameter
alpha that is simple exponential smoothing of the series itself plus half of the slope
times (steps + (1 - alpha) / alpha), less a start that fades (Hyndman & Billah 2003,
"Unmasking the Theta method"): what smoothing lags behind is in the drift. Alpha is
fitted to theta 2, as in the benchmark of the M4 competition. A season that passes
that competition's test is taken out before, multiplied for positive series and added
for others, and put back after.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from forecast.data.arrays import LARGEST, Floats
from forecast.data.panel import Panel
from forecast.data.results import Forecast
from forecast.forecasters.seasonality import is_seasonal, seasonal_indices

SEASONS_READ = 20
"""Newest seasons that a forecast depends on."""

LEAST_READ = 120
"""Newest rows that it depends on at least."""

_LEAST_ALPHA = 0.001

_GRIDS = (np.linspace(0.5, -0.5, 26), np.linspace(0.04, -0.04, 11), np.linspace(0.008, -0.008, 11))
"""Smoothing parameters that are tried, around 0.5 and then around the best so far: errors of
forecasts against an exact fit stay below a thousandth. The largest come first: two rows, which
fit any of them, are answered from the last."""

_TOGETHER = 256
"""Series smoothed in one go: what the processor's cache holds."""


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
    seasons = history.seasons.tolist()
    newest = history.tail(np.array([rows_read(season) for season in seasons]))
    sizes = np.array([np.abs(each.values).max() or 1.0 for each in newest])
    adjusted = [
        _Adjusted.of(each.values / size, season)
        for each, size, season in zip(newest, sizes, seasons, strict=True)
    ]
    lines = [_Line.through(each.values) for each in adjusted]
    levels = _smoothed([2 * each.values - line.values for each, line in zip(adjusted, lines, strict=True)])
    straight = np.array([line.values[-1] + line.slope * np.arange(1, horizon + 1) for line in lines])
    ahead = (straight + levels[:, None]) / 2
    seasoned = np.stack([each.seasoned(row) for each, row in zip(adjusted, ahead, strict=True)])
    with np.errstate(over="ignore"):
        return np.asarray(np.clip(seasoned * sizes[:, None], -LARGEST, LARGEST))


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


@dataclass(frozen=True, slots=True)
class _Line:
    """The straight line of least squares."""

    values: Floats
    slope: float

    @classmethod
    def through(cls, values: Floats) -> "_Line":
        steps = np.arange(len(values)) - (len(values) - 1) / 2
        slope = float(steps @ values) / max(float(steps @ steps), 0.5)  # 0 / 0.5 for a single row
        return cls(values.mean() + slope * steps, slope)


def _smoothed(series: Sequence[Floats]) -> Floats:
    """(series,) last level of each one's exponential smoothing; those of like length go together."""
    order = np.argsort([len(values) for values in series], kind="stable")
    levels = np.empty(len(series))
    for alike in np.array_split(order, -(-len(order) // _TOGETHER)):
        levels[alike] = _best_levels(_aligned([series[index] for index in alike]))
    return levels


def _best_levels(values: Floats) -> Floats:
    """(series,) last levels with the smoothing parameters of the smallest one-step errors."""
    each = np.arange(len(values))
    alpha = np.full(len(values), 0.5)
    for around in _GRIDS:
        alphas = np.clip(alpha[:, None] + around, _LEAST_ALPHA, 1.0)
        levels, costs = _levels(values, alphas)
        best = costs.argmin(axis=1)
        alpha = alphas[each, best]
    return np.asarray(levels[each, best])


def _levels(values: Floats, alphas: Floats) -> tuple[Floats, Floats]:
    """Last levels and summed squares of one-step errors, both (series, alphas); the first value starts."""
    level = np.repeat(values[:, :1], alphas.shape[1], axis=1)
    cost = np.zeros_like(level)
    for step in range(1, values.shape[1]):
        error = values[:, step, None] - level
        cost += error**2
        level += alphas * error
    return level, cost


def _aligned(series: Sequence[Floats]) -> Floats:
    """(series, steps) all ends in the last column; shorter ones begin with their first value repeated."""
    longest = max(len(values) for values in series)
    return np.array(
        [np.concatenate((np.repeat(values[0], longest - len(values)), values)) for values in series]
    )
