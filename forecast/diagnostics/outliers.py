"""Values that are far from the values around them."""

import numpy as np

from forecast.data.arrays import Floats, Integers, row_series
from forecast.data.panel import Panel

_MEDIAN_TO_STANDARD = 1.4826
"""Standard deviation of normal noise, in median absolute deviations."""

_MEAN_TO_STANDARD = 1.2533
"""Standard deviation of normal noise, in mean absolute deviations."""

_MIN_SCALE = 1e-4
"""Smallest scale, as a share of a series' largest value: the residuals of a line are rounding errors."""


def distances(panel: Panel) -> Floats:
    """(rows,) the distance of each value from the values around it, in robust standard deviations.

    It is measured from the two rows before and the two after, and from the same phase of the
    two seasons before and the two after; the smaller distance counts, so that a peak that comes
    every season is no outlier. The deviation is that of the row's series. 0 for fills.
    """
    size = np.repeat(_largest_sizes(panel), panel.lengths)
    values = np.where(panel.observed, panel.values / size, np.nan)
    seasons = np.repeat(panel.seasons, panel.lengths)
    lags = [np.ones_like(seasons), *([seasons] if (seasons > 1).any() else [])]
    by_lag = [_distances_at_lag(values, panel, lag) for lag in lags]
    return np.asarray(np.nan_to_num(np.fmin.reduce(by_lag)))


def _distances_at_lag(values: Floats, panel: Panel, lag: Integers) -> Floats:
    """(rows,) the distance from the values one and two lags, (rows,), away; NaN where under two are known.

    A value is expected between the second and the third of four sorted neighbours, so that one
    wrong neighbour makes no difference, nor does a level that shifts and stays. Of two or three
    neighbours it is expected between the smallest and the largest; of two also between those
    and the line through two neighbours on one side.
    """
    neighbours = _neighbours(values, panel, lag)
    extrapolated = 2 * neighbours[:, [1, 2]] - neighbours[:, [0, 3]]
    neighbours.sort(axis=1)  # NaN last
    rows, known = np.arange(len(values)), (~np.isnan(neighbours)).sum(axis=1)
    low = neighbours[rows, np.where(known == 4, 1, 0)]
    high = neighbours[rows, np.where(known == 4, 2, np.maximum(known - 1, 0))]
    two = known == 2
    low[two] = np.fmin.reduce([low[two], *extrapolated[two].T])
    high[two] = np.fmax.reduce([high[two], *extrapolated[two].T])
    scale = _robust_deviations(np.abs(values - (low + high) / 2), panel)
    outside = np.maximum(np.maximum(values - high, low - values), 0)
    return np.asarray(np.where(known >= 2, outside / np.repeat(scale, panel.lengths), np.nan))


def _largest_sizes(panel: Panel) -> Floats:
    """(series,) the largest absolute value of each series, 1 for none: dividing by it avoids overflow."""
    has_rows = panel.lengths > 0
    sizes = np.ones(len(panel))
    if has_rows.any():
        sizes[has_rows] = np.maximum.reduceat(np.abs(panel.values), panel.bounds[:-1][has_rows])
    return np.where(sizes > 0, sizes, 1.0)


def _neighbours(values: Floats, panel: Panel, lag: Integers) -> Floats:
    """(rows, 4) the values two lags and one lag before, one and two lags after; NaN outside the series."""
    rows = np.arange(len(values))
    first = np.repeat(panel.bounds[:-1], panel.lengths)
    last = np.repeat(panel.bounds[1:], panel.lengths) - 1
    neighbours = np.full((len(values), 4), np.nan)
    for column, shift in enumerate((-2 * lag, -lag, lag, 2 * lag)):
        inside = (rows + shift >= first) & (rows + shift <= last)
        neighbours[inside, column] = values[(rows + shift)[inside]]
    return neighbours


def _robust_deviations(sizes: Floats, panel: Panel) -> Floats:
    """(series,) the robust standard deviation of residuals of these absolute sizes, (rows,).

    It is the median absolute deviation, or the mean one where over half of the sizes are nearly 0.
    """
    series = row_series(panel.bounds)
    ordered = sizes[np.lexsort((sizes, series))]  # NaN last in each series
    known = np.bincount(series[~np.isnan(sizes)], minlength=len(panel))
    first, end = panel.bounds[:-1], len(sizes) - 1
    low, high = (np.clip(first + middle, 0, end) for middle in ((known - 1) // 2, known // 2))
    median = _MEDIAN_TO_STANDARD * (ordered[low] + ordered[high]) / 2
    mean = _MEAN_TO_STANDARD * np.bincount(series, np.nan_to_num(sizes), len(panel)) / np.maximum(known, 1)
    return np.maximum(np.where(median > _MIN_SCALE, median, mean), _MIN_SCALE)
