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

from dataclasses import replace

import numpy as np

from forecast.data.arrays import LARGEST, Floats, Integers
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

_BATCH_ROWS = 1 << 16
"""Rows of series that are seasonally adjusted together."""

_BATCH_SERIES = 256
"""Series smoothed together: what fits the processor's cache."""


def rows_read(season: int) -> int:
    """Newest rows of a series that its Theta forecast depends on."""
    return max(SEASONS_READ * season, MIN_ROWS_READ)


def theta(history: Panel, horizon: int) -> Floats:
    """(series, horizon) Theta forecasts after the end of every series."""
    newest = history.tail(np.maximum(SEASONS_READ * history.seasons, MIN_ROWS_READ))
    sizes = np.maximum.reduceat(np.abs(newest.values), newest.bounds[:-1]) if len(newest) else np.empty(0)
    sizes = np.where(sizes > 0, sizes, 1.0)
    scaled = replace(newest, values=newest.values / np.repeat(sizes, newest.lengths))
    curved, steps = np.empty_like(scaled.values), np.arange(1, horizon + 1)
    lines, factors, added = (np.empty((len(newest), horizon)) for _ in range(3))
    for some, values, season in scaled.alike(most_rows=_BATCH_ROWS):
        adjusted, factors[some], added[some] = _adjusted(values, season, horizon)
        line, slope = _line(adjusted)
        curved[newest.bounds[some][:, None] + np.arange(values.shape[1])] = 2 * adjusted - line
        lines[some] = line[:, -1:] + slope[:, None] * steps
    forecasts = (lines + _final_levels(curved, newest.bounds)[:, None]) / 2
    with np.errstate(over="ignore"):
        return np.asarray(np.clip((forecasts * factors + added) * sizes[:, None], -LARGEST, LARGEST))


def _adjusted(values: Floats, season: int, horizon: int) -> tuple[Floats, Floats, Floats]:
    """The seasonally adjusted series of one length, (series, rows).

    With them, (series, horizon), what their forecasts are to be multiplied with, and what is to be added.
    """
    rows = values.shape[1]
    adjusted, factors, added = (
        values.copy(),
        np.ones((len(values), horizon)),
        np.zeros((len(values), horizon)),
    )
    seasonal, positive = is_seasonal(values, season), (values > 0).all(axis=1)
    phases, ahead = np.arange(rows) % season, (rows + np.arange(horizon)) % season
    for multiplicative in (False, True):
        some = np.flatnonzero(seasonal & (positive == multiplicative))
        if len(some):
            indices = seasonal_indices(values[some], season, multiplicative=multiplicative)
            if multiplicative:
                adjusted[some] /= indices[:, phases]
                factors[some] = indices[:, ahead]
            else:
                adjusted[some] -= indices[:, phases]
                added[some] = indices[:, ahead]
    return adjusted, factors, added


def _line(values: Floats) -> tuple[Floats, Floats]:
    """(series, rows) the least-squares line through each series, and (series,) its slope."""
    steps = np.arange(values.shape[1]) - (values.shape[1] - 1) / 2
    slope = (values * steps).sum(axis=1) / max(float(steps @ steps), 0.5)  # 0 / 0.5 for a single row
    return values.mean(axis=1, keepdims=True) + slope[:, None] * steps, slope


def _final_levels(values: Floats, bounds: Integers) -> Floats:
    """(series,) final level of each one's exponential smoothing, computed in batches of similar length."""
    lengths = np.diff(bounds)
    order = np.argsort(lengths, kind="stable")
    levels = np.empty(len(order))
    for batch in np.array_split(order, -(-len(order) // _BATCH_SERIES)) if len(order) else ():
        # All ends are in the last column; a shorter series is padded with its first value.
        ends = bounds[1:][batch, None] + np.arange(-lengths[batch].max(), 0)
        levels[batch] = _best_levels(values[np.maximum(ends, bounds[:-1][batch, None])])
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
    squared, error, part = (np.zeros_like(level) for _ in range(3))
    for now in np.ascontiguousarray(values[:, 1:].T)[..., None]:
        np.subtract(now, level, out=error)
        squared += np.multiply(error, error, out=part)
        level += np.multiply(alphas, error, out=part)
    return level, squared
