"""Types of the arrays that hold many series one after the other, and how they are cut."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


Times = NDArray[np.int64] | NDArray[np.datetime64]


Integers = NDArray[np.int64]


Flags = NDArray[np.bool_]


LARGEST = 1e308
"""Size of the largest value there may be: what rounding adds to it is still a number."""


def spans(bounds: Integers, first: Integers, count: Integers) -> tuple[Integers, Integers]:
    """New bounds, and the rows taken: `count[i]` from row `first[i]` of each series on."""
    cut = np.concatenate(([0], np.cumsum(count)))
    return cut, np.repeat(bounds[:-1] + first - cut[:-1], count) + np.arange(cut[-1])
