"""Types of the arrays that hold many series in one, and the index arithmetic for them.

The rows of series `i` are `bounds[i]:bounds[i + 1]`; `bounds` has one entry more than there are series.

>>> bounds = bounds_of(np.array([3, 2]))
>>> bounds
array([0, 3, 5])
>>> row_series(bounds)
array([0, 0, 0, 1, 1])
>>> row_positions(bounds)
array([0, 1, 2, 0, 1])
>>> series_at(bounds, np.array([2, 3]))
array([0, 1])
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Times = NDArray[np.int64] | NDArray[np.datetime64]

LARGEST = 1e308
"""Size of the largest value there may be: what rounding adds to it is still a number."""


def bounds_of(lengths: Integers) -> Integers:
    """(series + 1,) first row of each series of these lengths, and the number of rows."""
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths)))


def row_series(bounds: Integers) -> Integers:
    """(rows,) the series of each row."""
    return np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))


def row_positions(bounds: Integers) -> Integers:
    """(rows,) the position of each row within its series, from 0."""
    return np.arange(bounds[-1]) - np.repeat(bounds[:-1], np.diff(bounds))


def series_at(bounds: Integers, rows: Integers | int) -> Integers:
    """The series of some rows, in the shape of `rows`."""
    return np.asarray(np.searchsorted(bounds, rows, side="right") - 1)


def slices(starts: Integers, lengths: Integers) -> tuple[Integers, Integers]:
    """Bounds and row indices of slices, one after another: `lengths[i]` rows from row `starts[i]` on.

    >>> slices(np.array([10, 0]), np.array([2, 3]))
    (array([0, 2, 5]), array([10, 11,  0,  1,  2]))
    """
    bounds = bounds_of(lengths)
    return bounds, np.repeat(starts, lengths) + row_positions(bounds)


def first_true(flags: Flags) -> int | None:
    """The index of the first true entry; None where there is none."""
    return int(flags.argmax()) if flags.any() else None
