"""Is a series seasonal, and what does each phase of its season add?"""

import numpy as np

from forecast.data.arrays import Floats

_TESTED_AT = 1.645
"""Normal quantile of the season test: 90 % of white noise passes as unseasonal."""


def is_seasonal(values: Floats, season: int) -> bool:
    """The M4 competition's test: is the autocorrelation at the season larger than noise's would be?"""
    if season == 1 or len(values) < 3 * season:
        return False
    correlation, limit = season_test(values, season)
    return abs(correlation) > limit


def season_test(values: Floats, season: int) -> tuple[float, float]:
    """The autocorrelation at the season, and the size that noise's stays under in nine of ten series.

    Both are 0 for a series that stands still.
    """
    centred = values - values.mean()
    power = float(centred @ centred)
    if power <= 0:
        return 0.0, 0.0
    correlations = np.array([centred[:-lag] @ centred[lag:] for lag in range(1, season + 1)]) / power
    limit = _TESTED_AT * np.sqrt((1 + 2 * np.sum(correlations[:-1] ** 2)) / len(values))
    return float(correlations[-1]), float(limit)


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
