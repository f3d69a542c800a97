"""A test of seasonality, and seasonal indices."""

import numpy as np

from forecast.data.arrays import Flags, Floats

_CRITICAL_VALUE = 1.645
"""Normal quantile of the season test: 90 % of white-noise series are found not seasonal."""


def is_seasonal(values: Floats, season: int) -> Flags:
    """(...) the M4 competition's test of series (..., rows): does the autocorrelation exceed that of noise?

    Always false for a season of 1 and for less than three seasons of values.
    """
    if season == 1 or values.shape[-1] < 3 * season:
        return np.zeros(values.shape[:-1], dtype=bool)
    correlation, limit = season_test(values, season)
    return np.asarray(np.abs(correlation) > limit)


def season_test(values: Floats, season: int) -> tuple[Floats, Floats]:
    """(...) the autocorrelation at the season, and the bound that nine of ten noise series stay within.

    `values` are (..., rows). Both are 0 for a constant series.
    """
    centred = values - values.mean(axis=-1, keepdims=True)
    power = np.square(centred).sum(axis=-1)
    unit = np.where(power > 0, power, 1.0)
    earlier, total = np.zeros_like(unit), np.zeros_like(unit)
    for lag in range(1, season + 1):
        total += 2 * earlier**2
        earlier = (centred[..., :-lag] * centred[..., lag:]).sum(axis=-1) / unit
    limit = _CRITICAL_VALUE * np.sqrt((1 + total) / values.shape[-1])
    return earlier, np.where(power > 0, limit, 0.0)


def season_evidence(values: Floats, season: int) -> tuple[float, float]:
    """As `season_test`, of the values, (rows,), without their trend: a walk or a slope is no season.

    The trend, slow seasons included, is a moving average over one season. There must be three seasons of
    values.
    """
    correlation, limit = season_test(_beside_trend(values, season)[0], season)
    return float(correlation), float(limit)


def _beside_trend(values: Floats, season: int) -> tuple[Floats, Floats]:
    """The deviations of inner values from a centred moving average over one season, and this average."""
    # An even season has no middle row: its average is of two shifted ones, with half weights at the ends.
    half, rows = season // 2, values.shape[-1] - season // 2 * 2
    weights = np.ones(season) if season % 2 else np.concatenate(([0.5], np.ones(season - 1), [0.5]))
    trend = np.zeros((*values.shape[:-1], rows))
    for lag, weight in enumerate((weights / season).tolist()):
        trend += weight * values[..., lag : lag + rows]
    return values[..., half : half + rows] - trend, trend


def seasonal_indices(values: Floats, season: int, *, multiplicative: bool) -> Floats:
    """(..., season) classical decomposition: each phase's mean deviation from a centred moving average."""
    detrended, trend = _beside_trend(values, season)
    if multiplicative:
        detrended = (detrended + trend) / trend
    rows, first = detrended.shape[-1], season // 2  # the phase of the first of them
    whole = np.zeros((*values.shape[:-1], -(-(first + rows) // season) * season))
    whole[..., first : first + rows] = detrended
    counts = np.bincount((first + np.arange(rows)) % season, minlength=season)
    means = whole.reshape(*values.shape[:-1], -1, season).sum(axis=-2) / counts
    mean = means.mean(axis=-1, keepdims=True)
    return np.asarray(means / mean if multiplicative else means - mean)
