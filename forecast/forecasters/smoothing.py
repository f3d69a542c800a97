"""Exponential smoothing with a damped trend and a season that evolves, fitted to each series.

The additive Holt-Winters method with a damped trend (Hyndman & Athanasopoulos, "Forecasting: Principles
and Practice", chapter 8). A positive series whose season grows with its level is smoothed as a logarithm,
which makes trend and season multiplicative. The smoothing parameters are the best of a grid, by squared
one-step errors; all series and all parameters are smoothed at once, one step after the other.
"""

from itertools import product

import numpy as np

from forecast.data.arrays import LARGEST, Flags, Floats, Integers
from forecast.data.panel import Panel
from forecast.forecasters.beginnings import whole_series

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

_NEARLY = 4.0
"""Ratio of the largest values of two series up to which one unit is theirs: beyond, digits are lost."""

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
        grows = growing(part)
        # A series shorter than two seasons is smoothed without one.
        long = part.lengths >= 2 * season
        for period, some in ((season, np.flatnonzero(long)), (1, np.flatnonzero(~long))):
            if len(some):
                forecasts[index[some]] = _forecasts(part.select(some), grows[some], period, horizon)
    return forecasts


def _forecasts(panel: Panel, logarithmic: Flags, period: int, horizon: int) -> Floats:
    """(series, horizon) forecasts of series with one period."""
    sizes = np.maximum.reduceat(np.abs(panel.values), panel.bounds[:-1])
    sizes = np.where(sizes > 0, sizes, 1.0)
    passes = _passes(panel, logarithmic, sizes, period)
    own = np.unique(passes)
    own = own[np.argsort(panel.lengths[own], kind="stable")]
    place = np.empty(len(panel), dtype=np.int64)
    place[own] = np.arange(len(own))
    place, smoothed = place[passes], np.empty((len(panel), horizon))
    most = max(_BATCH // len(_grid(period)), 1)
    for first in range(0, len(own), most):
        batch, some = own[first : first + most], np.flatnonzero(place // most == first // most)
        table = _transformed(panel.select(batch), logarithmic[batch], sizes[batch])
        states = _initial_states(table, panel.lengths[batch], period)
        smoothed[some] = _smooth(table, states, horizon, place[some] - first, panel.lengths[some])
    centres, sizes = panel.last_values[passes][:, None], sizes[passes][:, None]
    with np.errstate(over="ignore"):
        grown = np.exp(np.clip(smoothed, -700, 20)) * sizes
        added = centres + smoothed * sizes
    return np.asarray(np.clip(np.where(logarithmic[:, None], grown, added), -LARGEST, LARGEST))


def _passes(panel: Panel, logarithmic: Flags, sizes: Floats, period: int) -> Integers:
    """(series,) the series in whose pass each one is smoothed: itself, or a longer one that begins with it.

    Both start from the same states, and are of nearly one size.
    """
    parts = np.stack((whole_series(panel), logarithmic, _first_seasons(panel.lengths, period)))
    kinds, kind = np.unique(parts, axis=1, return_inverse=True)
    longest = np.zeros(kinds.shape[1], dtype=np.int64)
    order = np.argsort(panel.lengths, kind="stable")
    longest[kind[order]] = order  # the last one of each kind is the longest
    longest = longest[kind]
    return np.where(sizes[longest] / _NEARLY <= sizes, longest, np.arange(len(panel)))


def _first_seasons(lengths: Integers, period: int) -> Integers:
    """(series,) seasons that the initial states are computed from; without a season, rows."""
    return np.minimum(lengths // period, 4 if period > 1 else 8)


def _warm_up(lengths: Integers, period: int) -> Integers:
    """(series,) first rows whose errors do not count."""
    return np.minimum(_WARM_UP_SEASONS * period, lengths // 3)


def _transformed(panel: Panel, logarithmic: Flags, sizes: Floats) -> Floats:
    """(series, rows) the values that are smoothed, shorter series with their last one repeated."""
    rows = np.minimum(np.arange(panel.lengths.max()), panel.lengths[:, None] - 1)
    scaled = panel.values[panel.bounds[:-1][:, None] + rows] / sizes[:, None]
    logs = np.log(np.where(logarithmic[:, None], scaled, 1.0))
    return np.where(logarithmic[:, None], logs, scaled - (panel.last_values / sizes)[:, None])


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


def _grid(period: int) -> Floats:
    """(parameters, 4) smoothing of the level and of the trend, damping, and smoothing of the season."""
    gammas = _GAMMAS if period > 1 else (0.0,)
    return np.array([(a, a * b, phi, g * (1 - a)) for a, (b, phi), g in product(_ALPHAS, _TRENDS, gammas)])


def _smooth(
    values: Floats, states: tuple[Floats, Floats, Floats], horizon: int, run: Integers, ends: Integers
) -> Floats:
    """(ends, horizon) forecasts with the parameters of the smallest one-step errors up to each end.

    `values` are (series, rows), `states` those before the first row; an end is after the first `ends` rows of
    the series `run`.
    """
    period = len(states[2])
    grid, warm_up = _grid(period), _warm_up(ends, period)
    alpha, beta, phi, gamma = (np.tile(each, (len(values), 1)) for each in grid.T)
    level, trend, indices = (np.repeat(each[..., None], len(grid), axis=-1) for each in states)
    errors, error, part = (np.zeros_like(level) for _ in range(3))
    counted, begin, marks = np.zeros((len(ends), len(grid))), 0, {*warm_up.tolist(), *ends.tolist()}
    best = np.empty(len(ends), dtype=np.int64)
    levels, trends, final = np.empty(len(ends)), np.empty(len(ends)), np.empty((period, len(ends)))
    for step, now in enumerate(np.ascontiguousarray(values.T)[..., None], start=1):
        index = indices[(step - 1) % period]
        trend *= phi
        level += trend
        np.add(level, index, out=error)
        np.subtract(now, error, out=error)
        level += np.multiply(alpha, error, out=part)
        trend += np.multiply(beta, error, out=part)
        if period > 1:
            index += np.multiply(gamma, error, out=part)
        errors += np.multiply(error, error, out=part)
        if step in marks:  # errors since the last mark count for each end whose warm-up was over by then
            some = np.flatnonzero((warm_up <= begin) & (ends >= step))
            counted[some] += errors[run[some]]
            errors[:], begin = 0.0, step
            here = np.flatnonzero(ends == step)
            at = run[here], counted[here].argmin(axis=1)
            best[here], levels[here], trends[here], final[:, here] = (
                at[1],
                level[at],
                trend[at],
                indices[:, *at],
            )
    steps = np.arange(1, horizon + 1)
    damping = np.cumsum(grid[best, 2][:, None] ** steps, axis=1)
    phases = final.T[np.arange(len(ends))[:, None], (ends[:, None] + steps - 1) % period]
    return np.asarray(levels[:, None] + trends[:, None] * damping + phases)


def _initial_states(values: Floats, lengths: Integers, period: int) -> tuple[Floats, Floats, Floats]:
    """Level and trend, (series,), and (period, series) seasonal indices before the first row.

    From the first seasons: their mean, the mean change from one to the next, and each phase's mean
    deviation from its season's mean.
    """
    seasons = _first_seasons(lengths, period)
    level, trend, indices = values[:, 0].copy(), np.zeros(len(values)), np.zeros((period, len(values)))
    if period == 1:
        trend = np.where(seasons == 8, (values[:, min(7, values.shape[1] - 1)] - level) / 7, 0.0)
        return level - trend, trend, indices
    for count in np.unique(seasons).tolist():
        some = np.flatnonzero(seasons == count)
        table = values[some, : count * period].reshape(-1, count, period)
        means = table.mean(axis=2)
        slope = (means[:, -1] - means[:, 0]) / ((count - 1) * period)
        line = slope[:, None] * (np.arange(period) - (period - 1) / 2)
        indices[:, some] = (table - means[..., None] - line[:, None]).mean(axis=1).T
        level[some], trend[some] = means[:, 0] - slope * (period + 1) / 2, slope
    return level, trend, indices
