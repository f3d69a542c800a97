"""Exponential smoothing with a damped trend and a season that evolves, fitted to each series.

The additive Holt-Winters method with a damped trend (Hyndman & Athanasopoulos, "Forecasting: Principles
and Practice", chapter 8). A positive series whose season grows with its level is smoothed as a logarithm,
which makes trend and season multiplicative. The smoothing parameters are the best of a grid, by squared
one-step errors; all series and all parameters are smoothed at once, one step after the other.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np

from forecast.data.arrays import LARGEST, Flags, Floats, Integers
from forecast.data.panel import Panel

SEASONS_READ = 10
"""Newest seasons that a forecast depends on."""

MIN_ROWS_READ = 150
"""Fewest newest rows that a forecast depends on."""

_ALPHAS = (0.02, 0.06, 0.15, 0.3, 0.5, 0.75, 0.99)
_TRENDS = ((0.0, 0.0), (0.03, 0.95), (0.15, 0.9), (0.1, 0.98))
"""Smoothing of the trend as a share of that of the level, and damping; the first has no trend."""

_GAMMAS = (0.0, 0.08, 0.25)
"""Smoothing of the season."""

_WARM_UP_SEASONS = 2
"""Seasons whose one-step errors do not count: they depend on the initial states."""

_GROWTH = 1.5
"""Ratio of the largest to the smallest mean of a tenth of a positive series above which it is smoothed
as a logarithm."""

_BATCH_ROWS = 1 << 16
"""Rows of series whose growth is found together."""

_BATCH = 4_096
"""Series and parameters smoothed together: what fits the processor's cache."""


def rows_read(season: int) -> int:
    """Newest rows of a series that its forecast depends on."""
    return max(SEASONS_READ * season, MIN_ROWS_READ)


def smoothing(history: Panel, horizon: int) -> Floats:
    """(series, horizon) forecasts after the end of every series."""
    forecasts = np.empty((len(history), horizon))
    for season in np.unique(history.seasons).tolist():
        index = np.flatnonzero(history.seasons == season)
        part = history.select(index).tail(rows_read(season))
        # A series shorter than two seasons is smoothed without one.
        grows = growing(part)
        for period, some in _by_length(part, season):
            rows = [part[one].values for one in some]
            forecasts[index[some]] = _forecasts(rows, grows[some], period, horizon)
    return forecasts


def _by_length(panel: Panel, season: int) -> list[tuple[int, Integers]]:
    """The period that series are smoothed with, and batches of such series of similar length."""
    long = panel.lengths >= 2 * season
    batches = []
    for period, some in ((season, np.flatnonzero(long)), (1, np.flatnonzero(~long))):
        some = some[np.argsort(panel.lengths[some], kind="stable")]
        count = max(_BATCH // (len(_ALPHAS) * len(_TRENDS) * len(_GAMMAS)), 1)
        batches += [(period, some[first : first + count]) for first in range(0, len(some), count)]
    return batches


def _forecasts(series: Sequence[Floats], logarithmic: Flags, period: int, horizon: int) -> Floats:
    """(series, horizon) forecasts of some series with one period."""
    centres = np.array([values[-1] for values in series])
    sizes = np.array([np.abs(values).max() or 1.0 for values in series])
    transformed = [
        np.log(values / size) if log else values / size - centre / size
        for values, size, centre, log in zip(series, sizes, centres, logarithmic, strict=True)
    ]
    smoothed = _smooth(transformed, period, horizon)
    with np.errstate(over="ignore"):
        grown = np.exp(np.clip(smoothed, -700, 20)) * sizes[:, None]
        added = centres[:, None] + smoothed * sizes[:, None]
    return np.asarray(np.clip(np.where(logarithmic[:, None], grown, added), -LARGEST, LARGEST))


def growing(panel: Panel) -> Flags:
    """(series,) whether a series is positive and changes its level so much that growth in percent shows."""
    grows = np.zeros(len(panel), dtype=bool)
    for some, values, season in panel.alike(most_rows=_BATCH_ROWS):
        rows = values.shape[1]
        if rows >= 4:
            parts = min(10, max(rows // max(season, 2), 2))
            starts = np.linspace(0, rows, parts + 1).astype(np.int64)
            size = np.abs(values).max(axis=1, keepdims=True)  # sums of 1e308 are no numbers
            scaled = values / np.where(size > 0, size, 1.0)
            means = np.add.reduceat(scaled, starts[:-1], axis=1) / np.diff(starts)
            grows[some] = (scaled.min(axis=1) > 0) & (means.max(axis=1) > _GROWTH * means.min(axis=1))
    return grows


def _smooth(series: Sequence[Floats], period: int, horizon: int) -> Floats:
    """(series, horizon) forecasts with the parameters of the smallest one-step errors of each series."""
    gammas = _GAMMAS if period > 1 else (0.0,)
    grid = np.array([(a, a * b, phi, g * (1 - a)) for a, (b, phi), g in product(_ALPHAS, _TRENDS, gammas)])
    alpha, beta, phi, gamma = grid.T
    longest = max(len(values) for values in series)
    starts = np.array([longest - len(values) for values in series])
    # Ends are in the last column; a shorter series is padded with its first period, so it starts in phase.
    padded = np.array([_padded(values, longest, period) for values in series])
    level, trend, indices = _initial_states(padded, starts, period, len(grid))
    errors = np.zeros((len(series), len(grid)))
    counted = starts + np.minimum(_WARM_UP_SEASONS * period, (longest - starts) // 3)
    for step in range(longest):
        phase = step % period
        expected = level + phi * trend + indices[phase]
        error = padded[:, step, None] - expected
        damped = phi * trend
        begun = step >= starts
        if begun.all():
            level, trend = level + damped + alpha * error, damped + beta * error
        else:
            error, begun = np.where(begun[:, None], error, 0.0), begun[:, None]
            level = np.where(begun, level + damped + alpha * error, level)
            trend = np.where(begun, damped + beta * error, trend)
        if period > 1:
            indices[phase] += gamma * error
        errors += np.where(step >= counted[:, None], error, 0.0) ** 2
    rows, best = np.arange(len(series)), errors.argmin(axis=1)
    steps = np.arange(1, horizon + 1)
    damping = np.cumsum(phi[best][:, None] ** steps, axis=1)
    final = np.array(indices)[:, rows, best].T  # (series, period)
    phases = final[:, (longest + steps - 1) % period]
    return np.asarray(level[rows, best][:, None] + trend[rows, best][:, None] * damping + phases)


def _padded(values: Floats, longest: int, period: int) -> Floats:
    missing = longest - len(values)
    if not missing:
        return values
    return np.concatenate((values[np.arange(-missing, 0) % period], values))


def _initial_states(
    padded: Floats, starts: Integers, period: int, count: int
) -> tuple[Floats, Floats, list[Floats]]:
    """Level, (series, count), trend and (period) seasonal indices before the first row of each series.

    From its first seasons: their mean, the mean change from one to the next, and each phase's mean
    deviation from its season's mean.
    """
    longest = padded.shape[1]
    levels, trends, indices = [], [], []
    for values, start in zip(padded, starts, strict=True):
        own = values[start:]
        seasons = min(len(own) // period, 4 if period > 1 else 8)
        if period == 1:
            slope = (own[seasons - 1] - own[0]) / max(seasons - 1, 1) if len(own) >= 8 else 0.0
            levels.append(own[0] - slope)
            trends.append(slope)
            indices.append(np.zeros(1))
            continue
        table = own[: seasons * period].reshape(seasons, period)
        means = table.mean(axis=1)
        slope = (means[-1] - means[0]) / ((seasons - 1) * period)
        line = slope * (np.arange(period) - (period - 1) / 2)
        deviations = (table - means[:, None] - line).mean(axis=0)
        # Phases are counted from the first column of the padded array.
        indices.append(np.roll(deviations, start % period))
        levels.append(means[0] - slope * (period + 1) / 2)
        trends.append(slope)
    spread = np.ones(count)
    assert longest >= 1
    return (
        np.array(levels)[:, None] * spread,
        np.array(trends)[:, None] * spread,
        list(np.array(indices).T[:, :, None] * spread),
    )
