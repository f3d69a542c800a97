"""The Theta method: exponential smoothing with half of the linear trend as drift.

The forecast is the mean of two lines (Assimakopoulos & Nikolopoulos 2000): theta 0, the straight
line through the series, extrapolated, and theta 2, the series with its curvature doubled, smoothed
exponentially and extrapolated as a constant. For a given smoothing parameter alpha that is simple
exponential smoothing of the series itself plus half of the slope times
(steps + (1 - alpha) / alpha), apart from a start value whose influence fades (Hyndman & Billah 2003,
"Unmasking the Theta method"): the drift corrects the lag of smoothing. Alpha is fitted to theta 2,
as in the benchmark of the M4 competition. A seasonal series, by that competition's test, is
seasonally adjusted first and its forecast reseasonalized, multiplicatively for positive series and
additively for others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import LARGEST, Floats
from forecast.data.panel import Panel
from forecast.forecasters.seasonality import is_seasonal, seasonal_indices

SEASONS_READ = 20
"""Newest seasons that a forecast depends on."""

MIN_ROWS_READ = 120
"""Fewest newest rows that a forecast depends on."""

_MIN_ALPHA = 0.001

_GRIDS = (np.linspace(0.5, -0.5, 26), np.linspace(0.04, -0.04, 11), np.linspace(0.008, -0.008, 11))
"""Offsets of the smoothing parameters that are tried, around 0.5 and then around the best so far: the
forecasts differ from those of an exact fit by less than a thousandth. Largest first: a series of two
rows fits any alpha equally well, and then the last value counts in full."""

_BATCH_SERIES = 256
"""Series smoothed together: what fits the processor's cache."""


def rows_read(season: int) -> int:
    """Newest rows of a series that its Theta forecast depends on."""
    return max(SEASONS_READ * season, MIN_ROWS_READ)


def theta(history: Panel, horizon: int) -> Floats:
    """(series, horizon) Theta forecasts after the end of every series."""
    seasons = history.seasons.tolist()
    newest = history.tail(np.array([rows_read(season) for season in seasons]))
    sizes = np.array([np.abs(each.values).max() or 1.0 for each in newest])
    adjusted = [
        _Adjusted.of(each.values / size, season)
        for each, size, season in zip(newest, sizes, seasons, strict=True)
    ]
    lines = [_Line.fit(each.values) for each in adjusted]
    levels = _final_levels(
        [2 * each.values - line.values for each, line in zip(adjusted, lines, strict=True)]
    )
    extrapolated = np.array([line.values[-1] + line.slope * np.arange(1, horizon + 1) for line in lines])
    forecasts = (extrapolated + levels[:, None]) / 2
    seasonal = np.stack([each.reseasonalized(row) for each, row in zip(adjusted, forecasts, strict=True)])
    with np.errstate(over="ignore"):
        return np.asarray(np.clip(seasonal * sizes[:, None], -LARGEST, LARGEST))


@dataclass(frozen=True, slots=True)
class _Adjusted:
    """A seasonally adjusted series."""

    values: Floats
    indices: Floats
    """(season,) seasonal indices; that of the row after the last value first."""
    multiplicative: bool

    @classmethod
    def of(cls, values: Floats, season: int) -> "_Adjusted":
        if not is_seasonal(values, season):
            return cls(values, np.zeros(1), multiplicative=False)
        multiplicative = bool((values > 0).all())
        indices = seasonal_indices(values, season, multiplicative=multiplicative)
        phases = indices[np.arange(len(values)) % season]
        adjusted = values / phases if multiplicative else values - phases
        return cls(adjusted, np.roll(indices, -(len(values) % season)), multiplicative)

    def reseasonalized(self, forecasts: Floats) -> Floats:
        """(steps,) forecasts of the adjusted series with its season."""
        phases = self.indices[np.arange(len(forecasts)) % len(self.indices)]
        return forecasts * phases if self.multiplicative else forecasts + phases


@dataclass(frozen=True, slots=True)
class _Line:
    """The least-squares line through a series."""

    values: Floats
    slope: float

    @classmethod
    def fit(cls, values: Floats) -> "_Line":
        steps = np.arange(len(values)) - (len(values) - 1) / 2
        slope = float(steps @ values) / max(float(steps @ steps), 0.5)  # 0 / 0.5 for a single row
        return cls(values.mean() + slope * steps, slope)


def _final_levels(series: Sequence[Floats]) -> Floats:
    """(series,) final level of each one's exponential smoothing, computed in batches of similar length."""
    order = np.argsort([len(values) for values in series], kind="stable")
    levels = np.empty(len(series))
    for batch in np.array_split(order, -(-len(order) // _BATCH_SERIES)):
        levels[batch] = _best_levels(_right_aligned([series[index] for index in batch]))
    return levels


def _best_levels(values: Floats) -> Floats:
    """(series,) final levels with the smoothing parameters of the smallest one-step errors."""
    rows = np.arange(len(values))
    alpha = np.full(len(values), 0.5)
    for offsets in _GRIDS:
        alphas = np.clip(alpha[:, None] + offsets, _MIN_ALPHA, 1.0)
        levels, errors = _smooth(values, alphas)
        best = errors.argmin(axis=1)
        alpha = alphas[rows, best]
    return np.asarray(levels[rows, best])


def _smooth(values: Floats, alphas: Floats) -> tuple[Floats, Floats]:
    """Final levels and sums of squared one-step errors, both (series, alphas); starts at the first value."""
    level = np.repeat(values[:, :1], alphas.shape[1], axis=1)
    squared = np.zeros_like(level)
    for step in range(1, values.shape[1]):
        error = values[:, step, None] - level
        squared += error**2
        level += alphas * error
    return level, squared


def _right_aligned(series: Sequence[Floats]) -> Floats:
    """(series, steps) with all ends in the last column; shorter ones are padded with their first value."""
    longest = max(len(values) for values in series)
    return np.array(
        [np.concatenate((np.repeat(values[0], longest - len(values)), values)) for values in series]
    )
