"""A test of seasonality, and seasonal indices."""

import numpy as np

from forecast.data.arrays import Floats

_CRITICAL_VALUE = 1.645
"""Normal quantile of the season test: 90 % of white-noise series are found not seasonal."""


def is_seasonal(values: Floats, season: int) -> bool:
    """The M4 competition's test: whether the autocorrelation at the season exceeds that of noise.

    Always false for a season of 1 and for less than three seasons of values.
    """
    if season == 1 or len(values) < 3 * season:
        return False
    correlation, limit = season_test(values, season)
    return abs(correlation) > limit


def season_test(values: Floats, season: int) -> tuple[float, float]:
    """The autocorrelation at the season, and the bound that nine of ten noise series stay within.

    Both are 0 for a constant series.
    """
    centred = values - values.mean()
    power = float(centred @ centred)
    if power <= 0:
        return 0.0, 0.0
    correlations = np.array([centred[:-lag] @ centred[lag:] for lag in range(1, season + 1)]) / power
    limit = _CRITICAL_VALUE * np.sqrt((1 + 2 * np.sum(correlations[:-1] ** 2)) / len(values))
    return float(correlations[-1]), float(limit)


def season_evidence(values: Floats, season: int) -> tuple[float, float]:
    """As `season_test`, of the values without their trend: a walk or a slope is no season.

    The trend, slow seasons included, is a moving average over one season. There must be three seasons of
    values.
    """
    trend = np.convolve(values, _one_season(season), mode="valid")
    half = (len(values) - len(trend)) // 2
    return season_test(values[half : len(values) - half] - trend, season)


def _one_season(season: int) -> Floats:
    """The weights of a centred moving average over one season."""
    # An even season has no middle row: its average is of two shifted ones, with half weights at the ends.
    kernel = np.ones(season) if season % 2 else np.concatenate(([0.5], np.ones(season - 1), [0.5]))
    return kernel / season


def seasonal_indices(values: Floats, season: int, *, multiplicative: bool) -> Floats:
    """(season,) classical decomposition: each phase's mean deviation from a centred moving average."""
    trend = np.convolve(values, _one_season(season), mode="valid")
    half = (len(values) - len(trend)) // 2
    inner = values[half : len(values) - half]
    detrended = inner / trend if multiplicative else inner - trend
    phase = (np.arange(half, len(values) - half)) % season
    means = np.bincount(phase, weights=detrended, minlength=season) / np.bincount(phase, minlength=season)
    return np.asarray(means / means.mean() if multiplicative else means - means.mean())
