"""How far forecasts were from what came: one pure function each, arrays in, numbers out.

`actual` is NaN where nothing came, and such places are not counted; a result is NaN
where nothing at all was counted. `axis` names the axes to sum up over, all of them
when left out. sMAPE, MASE and MSIS are defined as in the M4 competition
(Makridakis, Spiliotis, Assimakopoulos 2020).
"""

import numpy as np

from forecast.data.arrays import Floats, row_series
from forecast.data.panel import Panel

Axis = int | tuple[int, ...] | None


def mean(values: Floats, *, axis: Axis = None) -> Floats:
    """The mean of the numbers among `values`; NaN where there is none."""
    there = ~np.isnan(values)
    numbers, count = np.where(there, values, 0.0), there.sum(axis=axis, keepdims=True)
    with np.errstate(invalid="ignore", over="ignore"):
        found = numbers.sum(axis=axis, keepdims=True) / count
        if np.isinf(found).any():  # the sum of numbers near 1e308, if not their mean, is infinite
            found = np.where(np.isinf(found), (numbers / count).sum(axis=axis, keepdims=True), found)
    return np.asarray(found.squeeze(axis=axis))


def mae(actual: Floats, forecast: Floats, *, axis: Axis = None) -> Floats:
    """Mean absolute error, in the units of the data."""
    return mean(np.abs(actual - forecast), axis=axis)


def rmse(actual: Floats, forecast: Floats, *, axis: Axis = None) -> Floats:
    """Root of the mean squared error, in the units of the data."""
    return np.sqrt(mean((actual - forecast) ** 2, axis=axis))


def smape(actual: Floats, forecast: Floats, *, axis: Axis = None) -> Floats:
    """Mean of 200 |y - f| / (|y| + |f|), in percent; a forecast of 0 for a 0 has no error."""
    size = np.abs(actual) + np.abs(forecast)
    return mean(200 * np.abs(actual - forecast) / np.where(size == 0, 1.0, size), axis=axis)


def mase(actual: Floats, forecast: Floats, scale: Floats, *, axis: Axis = None) -> Floats:
    """Mean absolute error in units of `scale`, which is that of `seasonal_scales`."""
    return mean(np.abs(actual - forecast) / scale, axis=axis)


def coverage(actual: Floats, lower: Floats, upper: Floats, *, axis: Axis = None) -> Floats:
    """Percent of the actual values within their intervals; ends belong to them."""
    inside = np.where((lower <= actual) & (actual <= upper), 100.0, 0.0)
    return mean(np.where(np.isnan(actual), np.nan, inside), axis=axis)


def msis(
    actual: Floats, lower: Floats, upper: Floats, scale: Floats, *, level: float, axis: Axis = None
) -> Floats:
    """Mean scaled interval score: width plus 2 / alpha for each unit missed by; `level` is in percent."""
    missed = np.maximum(lower - actual, 0) + np.maximum(actual - upper, 0)
    return mean((upper - lower + 2 / (1 - level / 100) * missed) / scale, axis=axis)


def seasonal_scales(history: Panel) -> Floats:
    """Mean |y_t - y_(t-m)| of each series, (series,), over pairs of observed rows.

    m is the season of the series, or 1 where it is no longer than that. NaN where there is
    no pair or nothing ever changed: such a series has no scale.
    """
    lengths = history.lengths
    lag = np.where(lengths > history.seasons, history.seasons, 1)
    series = row_series(history.bounds)
    row = np.arange(len(series))
    earlier = np.maximum(row - lag[series], history.bounds[series])
    paired = (row - earlier == lag[series]) & history.observed & history.observed[earlier]
    with np.errstate(over="ignore"):  # 1e308 after -1e308
        change = np.abs(history.values - history.values[earlier])[paired]
    count = np.bincount(series[paired], minlength=len(history))
    total = np.bincount(series[paired], weights=change, minlength=len(history))
    return np.where((total > 0) & np.isfinite(total), total, np.nan) / np.maximum(count, 1)
