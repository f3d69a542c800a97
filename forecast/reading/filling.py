"""Rows without a number get one by a stated policy, from the rows before them or from both sides.

`hold`, `season` and the usual way look back alone, so no fill is changed by a later
row. `interpolate` knows the next number: a panel filled so says it (`Panel.interpolated`),
a part of it that ends within a stretch of fills is held at its last number (`hold_last_number`), and
no row of such a stretch is the newest that a network is trained to answer from.
"""

import numpy as np
from numpy.typing import NDArray

from forecast.spec.reading import Gaps

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_LARGE = 1e300
"""Numbers above which the difference of two may be no number."""


def filled(
    values: Floats,
    bounds: Integers,
    *,
    there: Flags,
    missing: Gaps | None,
    gaps: Gaps | None,
    season: Integers,
) -> Floats:
    """The values, (rows,), with every NaN filled.

    Series lie one behind the other, cut at `bounds`; the first and the last row of each
    hold a number. A NaN that is `there` in the data is filled as `missing` says, a step
    without a row as `gaps` says; None is the value a season, (rows,), before, as "season" is.
    """
    empty = np.isnan(values)
    if not empty.any():
        return values
    linear = empty & np.where(there, missing == "interpolate", gaps == "interpolate")
    held_back = empty & np.where(there, missing == "hold", gaps == "hold")
    result = values.copy()
    result[linear] = _between(values, np.flatnonzero(linear))
    rows = np.arange(len(values))
    position = rows - np.repeat(bounds[:-1], np.diff(bounds))
    behind = np.where(held_back | (position < season), 1, season)
    return np.asarray(result[_followed(rows - np.where(empty & ~linear, behind, 0))])


def _followed(back: Integers) -> Integers:
    """(rows,) where each row ends that goes back from row to row until one points at itself."""
    while True:
        further = back[back]
        if np.array_equal(further, back):
            return back
        back = further


def _between(values: Floats, rows: Integers) -> Floats:
    """Values of `rows` on the straight line between the numbers on both sides."""
    numbers = np.flatnonzero(~np.isnan(values))
    after = np.searchsorted(numbers, rows)
    left, right = numbers[after - 1], numbers[after]
    share = (rows - left) / (right - left)
    one, other = values[left], values[right]
    with np.errstate(over="ignore", invalid="ignore"):
        line = one + (other - one) * share
    far = np.maximum(np.abs(one), np.abs(other)) > _LARGE
    return np.where(far, one * (1 - share) + other * share, line)
