"""Widths of prediction intervals, calibrated on the errors of out-of-sample forecasts.

Split conformal prediction: an interval reaches as far as the ceil((n + 1) p)-th smallest of n absolute
errors, and then covers at least a fraction p of new values, as long as these are exchangeable with
the old ones. Where a step has too few errors for that, the errors of all steps are pooled, each in
units of its own step's spread. A pretrained network comes with a prior calibration from other
series, which counts as a fixed number of additional errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Floats
from forecast.data.results import Coverage

PERCENTS = np.arange(1, 100)
"""Interval levels, in percent, that a calibration stores; others are interpolated."""

MIN_ERRORS_PER_STEP = 30
"""Errors that a step needs to be calibrated on its own: an 80 % interval then rests on the six largest."""

PRIOR_ERRORS = 50
"""Errors that a prior calibration counts as: better on held-back rows than 20, 33 or 99."""

_GROWTH_WEIGHT = 10
"""Errors that the rule "spread grows with the root of the step" counts as, against a step's own."""

_MIN_SERIES_TO_SPLIT = 2 * MIN_ERRORS_PER_STEP


@dataclass(frozen=True, slots=True)
class Calibration:
    """Half-widths of prediction intervals, in units of each series' own volatility."""

    half_widths: Floats
    """(horizon, 99) for every step and level of `PERCENTS`; NaN without any error."""
    errors: int
    """Errors that every half-width rests on: those of its step, or of all steps where they were pooled."""

    def half_width(self, levels: Sequence[float], horizon: int) -> Floats:
        """(levels, horizon) half-widths; beyond the calibrated steps they grow with the root of the step.

        Levels are in percent; a level above 99 gets the half-width of 99.
        """
        from_zero = np.pad(self.half_widths, ((0, 0), (1, 0)))  # the half-width of 0 % is 0
        level = np.clip(np.asarray(levels, dtype=np.float64), 0, PERCENTS[-1])
        below = np.minimum(level.astype(np.int64), PERCENTS[-1] - 1)
        weight = level - below
        widths: Floats = from_zero[:, below] * (1 - weight) + from_zero[:, below + 1] * weight
        steps, last = np.arange(1, horizon + 1), len(self.half_widths)
        growth: Floats = np.sqrt(np.maximum(steps / last, 1))
        grown: Floats = widths[np.minimum(steps, last) - 1].T * growth
        return grown

    def has_enough_errors(self, level: float) -> bool:
        """Whether there were enough errors for `level` percent; otherwise the largest error is used."""
        return level <= PERCENTS[-1] and level / 100 <= self.errors / (self.errors + 1)


def calibrate(errors: Floats, *, prior: Calibration | None = None) -> Calibration:
    """A calibration from `errors`, (forecasts, horizon) in units of volatility, NaN where unobserved.

    `prior` is the calibration of the same network on other series, for at least that horizon.
    """
    sizes = np.abs(errors)
    if prior is not None:
        # The prior's quantiles, evenly spaced, are added as if they were errors of these series.
        drawn = np.linspace(0, len(PERCENTS) - 1, PRIOR_ERRORS).round().astype(np.int64)
        sizes = np.concatenate([sizes, prior.half_widths[: errors.shape[1], drawn].T])
    fewest = int((~np.isnan(sizes)).sum(axis=0).min())
    if fewest >= MIN_ERRORS_PER_STEP:
        return Calibration(_quantiles(sizes), fewest)
    spread = _spread(sizes)
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = np.where(spread > 0, sizes / spread, sizes).reshape(-1, 1)
    count = int((~np.isnan(pooled)).sum())
    return Calibration(spread[:, None] * _quantiles(pooled), count)


def _quantiles(sizes: Floats) -> Floats:
    """(columns, 99) conformal quantiles of each column of `sizes`, (errors, columns)."""
    # NaN sorts last; the added row of NaN is the quantile of a column without errors.
    ordered = np.sort(np.pad(sizes, ((0, 1), (0, 0)), constant_values=np.nan), axis=0)
    count = (~np.isnan(sizes)).sum(axis=0)[:, None]
    # In integers: 0.07 * 100 is a little over 7, and would need one error more.
    rank = np.minimum(-(-(count + 1) * PERCENTS // 100), count)
    return np.take_along_axis(ordered.T, np.maximum(rank - 1, 0), axis=1)


def _spread(sizes: Floats) -> Floats:
    """(horizon,) mean size of the errors of each step, smoothed and never decreasing.

    A mean of few errors is shrunk towards the growth of a random walk's errors, c root(step).
    """
    known = ~np.isnan(sizes)
    growth = np.sqrt(np.arange(1, sizes.shape[1] + 1))
    unit = np.where(known, sizes / growth, 0.0).sum() / max(known.sum(), 1)
    total = np.where(known, sizes, 0.0).sum(axis=0) + _GROWTH_WEIGHT * unit * growth
    spread: Floats = np.maximum.accumulate(total / (known.sum(axis=0) + _GROWTH_WEIGHT))
    return spread


def measured_coverage(
    errors_by_fold: Sequence[Floats], level: float, *, prior: Calibration | None = None
) -> Coverage:
    """The coverage of intervals of `level` percent on errors that they were not calibrated on.

    Each fold's errors, (forecasts, horizon), are compared with a calibration on those of all other
    folds. A single fold of many series is split into two halves that serve as folds; for a single
    fold of few series the coverage is NaN.
    """
    total = sum(int((~np.isnan(errors)).sum()) for errors in errors_by_fold)
    folds = list(errors_by_fold)
    if len(folds) == 1 and len(folds[0]) >= _MIN_SERIES_TO_SPLIT:
        folds = [folds[0][::2], folds[0][1::2]]
    if len(folds) < 2:
        return Coverage(level, np.nan, total)
    covered = np.concatenate([_covered(folds, index, level, prior) for index in range(len(folds))])
    return Coverage(level, float(100 * covered.mean()) if len(covered) else np.nan, total)


def _covered(folds: Sequence[Floats], index: int, level: float, prior: Calibration | None) -> Floats:
    """1 for every error of fold `index` within the interval that the other folds give, else 0."""
    sizes = np.abs(folds[index])
    others = np.concatenate([fold for other, fold in enumerate(folds) if other != index])
    half_width = calibrate(others, prior=prior).half_width([level], sizes.shape[1])[0]
    known = ~np.isnan(sizes) & ~np.isnan(half_width)
    covered: Floats = np.where(sizes <= half_width, 1.0, 0.0)[known]
    return covered
