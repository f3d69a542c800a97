"""Values far from those around them."""

import numpy as np

from forecast.data.arrays import row_series
from forecast.data.panel import Panel
from forecast.reading.rows import Floats, Integers

_DEVIATIONS = 1.4826
"""Standard deviations in a median absolute deviation of normal noise."""


_MEAN_DEVIATIONS = 1.2533
"""Standard deviations in a mean absolute deviation of normal noise."""


_LEAST_SCALE = 1e-4
"""Share of a series' largest value under which changes are no measure: lines have residuals of round-off."""


def distances(panel: Panel) -> Floats:
    """(rows,) how far each value is from the values around it, in robust standard deviations of its series.

    Around it are two rows on both sides, and the same phase of two seasons on both
    sides; the nearer of the two counts, so that a peak that comes every season is not
    far off. 0 for fills.
    """
    size = np.repeat(_sizes(panel), panel.lengths)
    values = np.where(panel.observed, panel.values / size, np.nan)
    seasons = np.repeat(panel.seasons, panel.lengths)
    lags = [np.ones_like(seasons), *([seasons] if (seasons > 1).any() else [])]
    return np.asarray(np.nan_to_num(np.fmin.reduce([_distances(values, panel, lag) for lag in lags])))


def _distances(values: Floats, panel: Panel, lag: Integers) -> Floats:
    """(rows,) the same from values one and two lags, (rows,), away; NaN where fewer than two are known.

    Of four the middle two span what is expected, so that one wrong value beside it does
    not count, nor a level that moves and stays. Of fewer all do, and at an end the line
    through two that are left, drawn on.
    """
    sides = _sides(values, panel, lag)
    drawn_on = 2 * sides[:, [1, 2]] - sides[:, [0, 3]]
    sides.sort(axis=1)  # NaN last
    rows, known = np.arange(len(values)), (~np.isnan(sides)).sum(axis=1)
    low = sides[rows, np.where(known == 4, 1, 0)]
    high = sides[rows, np.where(known == 4, 2, np.maximum(known - 1, 0))]
    few = known == 2
    low[few] = np.fmin.reduce([low[few], *drawn_on[few].T])
    high[few] = np.fmax.reduce([high[few], *drawn_on[few].T])
    scale = _deviations(np.abs(values - (low + high) / 2), panel)
    outside = np.maximum(np.maximum(values - high, low - values), 0)
    return np.asarray(np.where(known >= 2, outside / np.repeat(scale, panel.lengths), np.nan))


def _sizes(panel: Panel) -> Floats:
    """(series,) the largest size in each: numbers up to 1e308 are not to overflow."""
    there = panel.lengths > 0
    sizes = np.ones(len(panel))
    if there.any():
        sizes[there] = np.maximum.reduceat(np.abs(panel.values), panel.bounds[:-1][there])
    return np.where(sizes > 0, sizes, 1.0)


def _sides(values: Floats, panel: Panel, lag: Integers) -> Floats:
    """(rows, 4) the values two lags and one lag before, one and two after; NaN where there is none."""
    rows = np.arange(len(values))
    first = np.repeat(panel.bounds[:-1], panel.lengths)
    last = np.repeat(panel.bounds[1:], panel.lengths) - 1
    sides = np.full((len(values), 4), np.nan)
    for column, shift in enumerate((-2 * lag, -lag, lag, 2 * lag)):
        there = (rows + shift >= first) & (rows + shift <= last)
        sides[there, column] = values[(rows + shift)[there]]
    return sides


def _deviations(sizes: Floats, panel: Panel) -> Floats:
    """(series,) the robust standard deviation of residuals of these sizes.

    Where more than half of them are next to nothing their mean stands in for the median.
    """
    series = row_series(panel.bounds)
    ordered = sizes[np.lexsort((sizes, series))]  # NaN last in each series
    known = np.bincount(series[~np.isnan(sizes)], minlength=len(panel))
    first, end = panel.bounds[:-1], len(sizes) - 1
    low, high = (np.clip(first + middle, 0, end) for middle in ((known - 1) // 2, known // 2))
    median = _DEVIATIONS * (ordered[low] + ordered[high]) / 2
    mean = _MEAN_DEVIATIONS * np.bincount(series, np.nan_to_num(sizes), len(panel)) / np.maximum(known, 1)
    return np.maximum(np.where(median > _LEAST_SCALE, median, mean), _LEAST_SCALE)
