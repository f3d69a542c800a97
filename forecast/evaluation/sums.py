"""Sums that add up: the sum of all is that of the sums of parts, whatever the parts are.

A sum is two floats, so that it has twice the digits of one: its first 53 bits do not depend on the order of
addition, and many files have the scores of one.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from forecast.data.arrays import Floats, Integers

Axis = int | tuple[int, ...] | None
Index = list[int] | tuple[int, ...]

_UNIT = 2.0**-40
"""Numbers are added in units of their own 2^40: so many of 1e308 have a finite sum."""


@dataclass(frozen=True, slots=True)
class LongSum:
    """Sums of numbers that are not NaN, in arrays of one shape."""

    high: Floats
    low: Floats
    """What `high` lacks."""
    count: Integers
    """How many numbers were added."""

    @classmethod
    def of(cls, values: Floats, *, axis: Axis = None) -> "LongSum":
        """The sums of `values` along some axes, by default all of them."""
        known = ~np.isnan(values)
        return cls._added(np.where(known, values, 0.0) * _UNIT, known, axes_of(axis, values.ndim))

    @classmethod
    def of_rows(cls, values: Floats, *, axis: Axis = None) -> "LongSum":
        """The same, save that numbers along the last axis are added as floats, which is faster."""
        known, axes = ~np.isnan(values), axes_of(axis, values.ndim)
        if values.ndim - 1 not in axes:
            return cls.of(values, axis=axis)
        rows = (np.where(known, values, 0.0) * _UNIT).sum(axis=-1)
        return cls._added(rows, known.sum(axis=-1), tuple(each for each in axes if each < rows.ndim))

    @classmethod
    def _added(cls, numbers: Floats, counts: Integers, axes: tuple[int, ...]) -> "LongSum":
        front = tuple(range(len(axes)))
        high = np.moveaxis(numbers, axes, front)
        high = high.reshape(-1, *high.shape[len(axes) :])
        low = np.zeros((1, *high.shape[1:]))
        high = high if len(high) else low
        while len(high) > 1:
            if len(high) % 2:
                high = np.concatenate([high, np.zeros((1, *high.shape[1:]))])
                low = low if len(low) == 1 else np.concatenate([low, np.zeros((1, *low.shape[1:]))])
            half = len(high) // 2
            sums, error = _two_sum(high[:half], high[half:])
            low = (low if len(low) == 1 else low[:half] + low[half:]) + error
            high = sums
        return cls(*_two_sum(high[0], low[0]), np.asarray(counts.sum(axis=axes, dtype=np.int64)))

    def __add__(self, other: "LongSum") -> "LongSum":
        high, error = _two_sum(self.high, other.high)
        return LongSum(*_two_sum(high, error + self.low + other.low), self.count + other.count)

    def __getitem__(self, index: Index) -> "LongSum":
        high, low, count = self.high[index], self.low[index], self.count[index]
        return LongSum(np.asarray(high), np.asarray(low), np.asarray(count))

    def times(self, factor: Floats) -> "LongSum":
        """The sums multiplied by powers of two, which is exact."""
        return LongSum(self.high * factor, self.low * factor, self.count)

    @property
    def mean(self) -> Floats:
        """The means; NaN where nothing was added."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.high / self.count / _UNIT)

    @property
    def exact(self) -> Fraction:
        """A single sum as it is stored; it must be finite."""
        return (Fraction(float(self.high)) + Fraction(float(self.low))) / Fraction(_UNIT)


def axes_of(axis: Axis, dimensions: int) -> tuple[int, ...]:
    """The axes, from 0 on; all for None."""
    every = tuple(range(dimensions))
    if axis is None:
        return every
    return tuple(every[each] for each in ((axis,) if isinstance(axis, int) else axis))


def _two_sum(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """The rounded sums, and what rounding took from them (Knuth); nothing from an infinite one."""
    with np.errstate(invalid="ignore", over="ignore"):
        sums = first + second
        part = sums - first
        error = (first - (sums - part)) + (second - part)
    return sums, np.where(np.isfinite(sums), error, 0.0)


@dataclass(frozen=True, slots=True)
class Differences:
    """Paired differences as their sums and the sums of their squares, for a t-test; arrays of one shape."""

    sums: LongSum
    """In units of `scale`."""
    squares: LongSum
    scale: Floats
    """A power of two that no difference is larger than: squares stay finite."""

    @classmethod
    def of(cls, values: Floats) -> "Differences":
        """Those of `values`, (blocks, ...), that are finite."""
        finite = np.where(np.isfinite(values), values, np.nan)
        largest = np.abs(np.nan_to_num(finite)).max(axis=0, initial=0.0)
        scale = np.ldexp(1.0, np.minimum(np.frexp(np.where(largest > 0, largest, 1.0))[1], 1023))
        scaled = finite / scale
        return cls(LongSum.of(scaled, axis=0), LongSum.of(scaled**2, axis=0), np.asarray(scale))

    def __add__(self, other: "Differences") -> "Differences":
        scale = np.maximum(self.scale, other.scale)
        first, second = self.scale / scale, other.scale / scale
        return Differences(
            self.sums.times(first) + other.sums.times(second),
            self.squares.times(first**2) + other.squares.times(second**2),
            scale,
        )

    def __getitem__(self, index: Index) -> "Differences":
        return Differences(self.sums[index], self.squares[index], np.asarray(self.scale[index]))

    def __len__(self) -> int:
        """The number of differences of one pair."""
        return int(self.sums.count)

    @property
    def mean_and_deviation(self) -> tuple[float, float]:
        """Mean and standard deviation, n - 1, of one pair, in units of its scale; there are two at least."""
        count, total = len(self), self.sums.exact
        squares = self.squares.exact - total**2 / count
        return float(total / count), float(max(squares, Fraction(0)) / (count - 1)) ** 0.5
