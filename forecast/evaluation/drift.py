"""Tests for a drift: do one-step errors stay those of a calibrated model, or change from some row on?

Two tests add up what has the mean 0 as long as nothing drifts, in units of its standard deviation.

* level: the errors, in units of those expected, each cut at `CUT` of these. Sums over 4, 8, 16, ... rows,
  wherever they begin, since forecasts follow a new level after a while (MOSUM: Chu, Hornik and Kuan 1995).
  The probability of the largest is that of one normal number, times `_tries`, which simulations gave.
* coverage: 1 for an actual value outside of its interval, less the share expected; too many, not too few. The
  furthest that the sum of all rows ever gets (CUSUM: Page 1954), as probable as for a Brownian motion.

A third one looks at the values: a sensor that died repeats one value, which is easy to forecast.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Flags, Floats

CUT = 3.0
"""Standard deviations at which an error is cut: a single outlier is no drift."""

LEAST_ROWS = 8
"""New rows of a series from which it is tested."""

SHORTEST = 4
"""Rows in the shortest sum of errors."""

_LEAST_SINCE = 3
"""Rows that a drift has lasted for at least where it is dated."""

_TERMS = 60
"""Terms of a series on either side of 0."""

_FAR = 3.0
"""Standard deviations from which its first terms are enough."""


@dataclass(frozen=True, slots=True)
class Tested:
    """The result of one test of one series."""

    p: float
    """How probable the largest sum is without a drift."""
    since: int
    """The row from which on the mean is most unlike 0."""


def level_test(errors: Floats, sizes: Floats, *, memory: float) -> Tested:
    """Whether the errors, (rows,), keep the mean 0; `sizes` are their expected standard deviations.

    `memory` is their correlation from row to row without a drift: correlated errors add up to more.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.where(sizes > 0, errors / sizes, np.where(errors == 0, 0.0, CUT * np.sign(errors)))
    steps = np.clip(scaled, -CUT, CUT) * math.sqrt((1 - memory) / (1 + memory))
    count, sums = len(steps), np.concatenate([[0.0], np.cumsum(steps)])
    largest, since, width = 0.0, 0, SHORTEST
    while width <= count:
        moving = np.abs(sums[width:] - sums[:-width]) / math.sqrt(width)
        if moving.max() > largest:
            largest, first = float(moving.max()), int(moving.argmax())
            since = first + _since(np.asarray(steps[first : first + width]))
        width *= 2
    return Tested(min(2 * _tries(count) * _above(largest), 1.0), since)


def coverage_test(missed: Flags, expected: float, *, known_from: float) -> Tested:
    """Whether the values outside of their intervals, (rows,), are no more than the `expected` share.

    `known_from` is the number of rows from which that share is known: few of them leave it uncertain.
    """
    count = len(missed)
    steps = missed - expected
    uncertain = expected * (1 - expected) * (1 + count / known_from)
    # Half a miss less: a sum of whole numbers is the further from a normal number the fewer there are.
    largest = max(float(np.cumsum(steps).max()) - 0.5, 0.0) / math.sqrt(count * uncertain)
    return Tested(min(2 * _above(largest), 1.0), _since(steps, upward=True))


def sum_test(steps: Floats, variances: Floats, *, upward: bool = False) -> Tested:
    """Whether steps, (rows,), of known variances keep the mean 0: as `level_test`, for probabilities."""
    total = float(variances.sum())
    if total <= 0:
        return Tested(1.0, 0)
    sums = np.cumsum(steps) / math.sqrt(total)
    p = min(2 * _above(max(float(sums.max()), 0.0)), 1.0) if upward else _leaves(float(np.abs(sums).max()))
    return Tested(p, _since(steps, upward=upward))


def standstill_test(values: Floats, earlier: Floats) -> Tested:
    """Whether values, (rows,), repeat one value for longer than `earlier` ones did.

    The probability of the longest run is at most that of one at a given row, times the rows; a step repeats
    the value before it as often as in earlier rows. A run up to twice as long as an earlier one is none.
    """
    longest, since = _longest_run(values)
    before, _ = _longest_run(earlier)
    if longest <= 2 * max(before, 1):
        return Tested(1.0, 0)
    repeats = float((np.diff(earlier) == 0).sum() + 1) / (max(len(earlier) - 1, 0) + 2)
    return Tested(min(len(values) * repeats ** (longest - 1), 1.0), since)


def _longest_run(values: Floats) -> tuple[int, int]:
    """The rows of the longest run of one value, and its first row."""
    starts = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)
    rows = np.diff(np.append(starts, len(values)))
    return (int(rows.max()), int(starts[rows.argmax()])) if len(rows) else (0, 0)


def memory_of(errors: Floats, sizes: Floats) -> float:
    """The correlation of errors from row to row, 0 to 0.6, shrunk towards 0 by how few they are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.clip(np.where(sizes > 0, errors / sizes, 0.0), -CUT, CUT)
    power = float((scaled**2).sum())
    if len(scaled) < 3 or power == 0:
        return 0.0
    found = float((scaled[1:] * scaled[:-1]).sum()) / power
    return min(max(found * len(scaled) / (len(scaled) + 10), 0.0), 0.6)


def holm(p: Floats, alpha: float) -> Flags:
    """Which of several tests reject at a common level (Holm 1979); NaN for one that was not made."""
    rejected = np.zeros(p.shape, dtype=bool)
    made = np.flatnonzero(~np.isnan(p))
    for number, index in enumerate(made[np.argsort(p[made], kind="stable")]):
        if p[index] > alpha / (len(made) - number):
            break
        rejected[index] = True
    return rejected


def _tries(rows: int) -> float:
    """So many independent sums would have the largest that the sums over all windows of so many rows have."""
    return 0.31 * rows * math.log(rows)


def _since(steps: NDArray[np.floating[Any]], *, upward: bool = False) -> int:
    """The row from which on the mean of the steps is the furthest from 0, in its standard deviations."""
    count = len(steps)
    left = np.arange(count, 0, -1)
    sums = np.cumsum(steps[::-1])[::-1]
    far = (sums if upward else np.abs(sums)) / np.sqrt(left)
    return int(np.argmax(np.where(left >= min(_LEAST_SINCE, count), far, -np.inf)))


def _above(x: float) -> float:
    """The probability of a normal number above x."""
    return math.erfc(x / math.sqrt(2)) / 2


def _leaves(x: float) -> float:
    """The probability that a Brownian motion on 0 to 1 ever gets further from zero than x."""
    if x <= 0:
        return 1.0
    if x > _FAR:  # the other terms are smaller than any digit
        return 4 * _above(x)
    terms = (
        (-1) ** k * (_above((2 * k - 1) * x) - _above((2 * k + 1) * x)) for k in range(-_TERMS, _TERMS + 1)
    )
    return min(max(1.0 - math.fsum(terms), 0.0), 1.0)
