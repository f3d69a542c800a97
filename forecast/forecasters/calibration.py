"""How wide an interval must be: learned from errors of forecasts for rows not trained on.

Split conformal prediction: an interval reaches as far as the ceil((n + 1) p)-th
smallest of n absolute errors, and then covers a share p of new values at least, as
long as these are exchangeable with the old ones. Where a step has too few errors
for that, the errors of all steps are pooled, each in units of its own step's spread.
A network of the package brings what it erred on other series, as if that were some errors more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Floats
from forecast.data.results import Coverage

PERCENTS = np.arange(1, 100)
"""The coverages, in percent, that a calibration knows; others are interpolated."""

ENOUGH_AT_A_STEP = 30
"""Errors that a step must have to be calibrated on its own: 80 % then rests on six larger ones."""

KNOWN_BEFORE = 50
"""Errors that a calibration on other series counts as: better on held-back rows than 20, 33 or 99."""

_GROWTH_WEIGHT = 10
"""Errors that the rule "spread grows with the root of the step" counts as, against a step's own."""

_SERIES_TO_HALVE = 2 * ENOUGH_AT_A_STEP


@dataclass(frozen=True, slots=True)
class Calibration:
    """Half-widths of intervals, in units of each series' own volatility."""

    half_widths: Floats
    """(horizon, 99) for every step and percent of `PERCENTS`; NaN without any error."""
    errors: int
    """Errors that every half-width rests on: those of its step, or of all steps where they were pooled."""

    def half_width(self, levels: Sequence[float], horizon: int) -> Floats:
        """(levels, horizon) half-widths; beyond the calibrated steps they grow with the root of the step.

        Levels are in percent; above 99 nothing is known and 99 is given.
        """
        from_nothing = np.pad(self.half_widths, ((0, 0), (1, 0)))
        level = np.clip(np.asarray(levels, dtype=np.float64), 0, PERCENTS[-1])
        below = np.minimum(level.astype(np.int64), PERCENTS[-1] - 1)
        share = level - below
        widths: Floats = from_nothing[:, below] * (1 - share) + from_nothing[:, below + 1] * share
        steps, last = np.arange(1, horizon + 1), len(self.half_widths)
        growth: Floats = np.sqrt(np.maximum(steps / last, 1))
        grown: Floats = widths[np.minimum(steps, last) - 1].T * growth
        return grown

    def enough(self, level: float) -> bool:
        """Whether the errors were enough for `level` percent; else the largest error stands in."""
        return level <= PERCENTS[-1] and level / 100 <= self.errors / (self.errors + 1)


def calibrate(errors: Floats, *, before: Calibration | None = None) -> Calibration:
    """A calibration from `errors`, (forecasts, horizon) in units of volatility, NaN where nothing came.

    `before` is what the same network erred on other series, for that horizon at least.
    """
    sizes = np.abs(errors)
    if before is not None:
        drawn = np.linspace(0, len(PERCENTS) - 1, KNOWN_BEFORE).round().astype(np.int64)
        sizes = np.concatenate([sizes, before.half_widths[: errors.shape[1], drawn].T])
    fewest = int((~np.isnan(sizes)).sum(axis=0).min())
    if fewest >= ENOUGH_AT_A_STEP:
        return Calibration(_quantiles(sizes), fewest)
    spread = _spread(sizes)
    with np.errstate(invalid="ignore"):
        pooled = np.where(spread > 0, sizes / spread, sizes).reshape(-1, 1)
    count = int((~np.isnan(pooled)).sum())
    return Calibration(spread[:, None] * _quantiles(pooled), count)


def _quantiles(sizes: Floats) -> Floats:
    """(columns, 99) conformal quantiles of each column of `sizes`, (errors, columns)."""
    # NaN sorts behind every number; one more of them is what a column without errors gives.
    ordered = np.sort(np.pad(sizes, ((0, 1), (0, 0)), constant_values=np.nan), axis=0)
    count = (~np.isnan(sizes)).sum(axis=0)[:, None]
    # In whole numbers: 0.07 * 100 is a little over 7, and would ask for one error more.
    rank = np.minimum(-(-(count + 1) * PERCENTS // 100), count)
    return np.take_along_axis(ordered.T, np.maximum(rank - 1, 0), axis=1)


def _spread(sizes: Floats) -> Floats:
    """(horizon,) mean size of the errors of each step: smooth, never falling.

    A mean of few errors leans on the growth of a random walk's, c root(step).
    """
    there = ~np.isnan(sizes)
    growth = np.sqrt(np.arange(1, sizes.shape[1] + 1))
    unit = np.where(there, sizes / growth, 0.0).sum() / max(there.sum(), 1)
    total = np.where(there, sizes, 0.0).sum(axis=0) + _GROWTH_WEIGHT * unit * growth
    spread: Floats = np.maximum.accumulate(total / (there.sum(axis=0) + _GROWTH_WEIGHT))
    return spread


def achieved(
    errors_by_fold: Sequence[Floats], level: float, *, before: Calibration | None = None
) -> Coverage:
    """How often intervals of `level` percent held on errors that they were not calibrated on.

    Each fold's errors, (forecasts, horizon), are judged by a calibration on all the
    others'. A single fold of many series is cut into two halves that judge each
    other; a single fold of few series says nothing: NaN.
    """
    total = sum(int((~np.isnan(errors)).sum()) for errors in errors_by_fold)
    parts = list(errors_by_fold)
    if len(parts) == 1 and len(parts[0]) >= _SERIES_TO_HALVE:
        parts = [parts[0][::2], parts[0][1::2]]
    if len(parts) < 2:
        return Coverage(level, np.nan, total)
    held = np.concatenate([_held(parts, index, level, before) for index in range(len(parts))])
    return Coverage(level, float(100 * held.mean()) if len(held) else np.nan, total)


def _held(parts: Sequence[Floats], index: int, level: float, before: Calibration | None) -> Floats:
    """1 for every error of part `index` within the interval that the other parts give, else 0."""
    judged = np.abs(parts[index])
    others = np.concatenate([part for other, part in enumerate(parts) if other != index])
    half_width = calibrate(others, before=before).half_width([level], judged.shape[1])[0]
    told = ~np.isnan(judged) & ~np.isnan(half_width)
    held: Floats = np.where(judged <= half_width, 1.0, 0.0)[told]
    return held
