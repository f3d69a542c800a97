"""Forecast errors: one pure function per measure, arrays in, numbers out.

`actual` is NaN where there is no actual value; such entries are left out, and a result without
any entry is NaN. `axis` names the axes to average over, by default all of them. sMAPE and
MASE are defined as in the M4 competition (Makridakis, Spiliotis, Assimakopoulos 2020).
"""

import numpy as np

from forecast.data.arrays import Floats, row_series
from forecast.data.panel import Panel
from forecast.evaluation.sums import Axis, LongSum


def mean(values: Floats, *, axis: Axis = None) -> Floats:
    """The mean of the `values` that are not NaN; NaN where all are.

    That of a series over its backtests is the same to the last digit, whatever series are beside it.
    """
    return LongSum.of_rows(values, axis=axis).mean


def mae(actual: Floats, forecast: Floats, *, axis: Axis = None) -> Floats:
    """Mean absolute error, in the units of the data."""
    return mean(np.abs(actual - forecast), axis=axis)


def rmse(actual: Floats, forecast: Floats, *, axis: Axis = None) -> Floats:
    """Root mean squared error, in the units of the data."""
    return np.sqrt(mean((actual - forecast) ** 2, axis=axis))


def smape(actual: Floats, forecast: Floats, *, axis: Axis = None) -> Floats:
    """Symmetric mean absolute percentage error: the mean of 200 |y - f| / (|y| + |f|); 0 where both are 0."""
    size = np.abs(actual) + np.abs(forecast)
    return mean(200 * np.abs(actual - forecast) / np.where(size == 0, 1.0, size), axis=axis)


def mase(actual: Floats, forecast: Floats, scale: Floats, *, axis: Axis = None) -> Floats:
    """Mean absolute scaled error: the mean absolute error divided by `scale`, see `seasonal_scales`."""
    return mean(np.abs(actual - forecast) / scale, axis=axis)


def interval_score(
    actual: Floats, lower: Floats, upper: Floats, level: float, *, axis: Axis = None
) -> Floats:
    """Interval score (Winkler), in the units of the data; `level` is in percent.

    The mean width, and for an actual value outside of its interval the distance times 2 / (1 - level / 100).
    """
    outside = np.maximum(lower - actual, 0) + np.maximum(actual - upper, 0)
    return mean(upper - lower + outside * 2 / (1 - level / 100), axis=axis)


def coverage(actual: Floats, lower: Floats, upper: Floats, *, axis: Axis = None) -> Floats:
    """Percent of the actual values within the intervals."""
    inside = 100.0 * ((lower <= actual) & (actual <= upper))
    return mean(np.where(np.isnan(actual) | np.isnan(lower), np.nan, inside), axis=axis)


def seasonal_scales(history: Panel) -> Floats:
    """(series,) mean |y_t - y_(t-m)| of each series, over pairs of observed rows.

    m is the season of the series, or 1 where the series is no longer than that. NaN where there is
    no pair, or no value ever changed: such a series has no scale.
    """
    lengths = history.lengths
    lag = np.where(lengths > history.seasons, history.seasons, 1)
    series = row_series(history.bounds)
    row = np.arange(len(series))
    earlier = np.maximum(row - lag[series], history.bounds[series])
    # Bounded by its series, row t - m is its partner only where it is m rows away.
    paired = (row - earlier == lag[series]) & history.observed & history.observed[earlier]
    with np.errstate(over="ignore"):  # 1e308 after -1e308
        change = np.abs(history.values - history.values[earlier])[paired]
    count = np.bincount(series[paired], minlength=len(history))
    total = np.bincount(series[paired], weights=change, minlength=len(history))
    return np.where((total > 0) & np.isfinite(total), total, np.nan) / np.maximum(count, 1)
