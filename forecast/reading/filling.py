"""Fills for rows without a number, from the rows before them or by interpolation.

`hold` and `season` use earlier rows alone, so no fill depends on a later row. `interpolate`
uses the next number: `Panel.interpolated` marks a panel with such fills, a part of it that
ends within a stretch of fills is held at its last number (`data.panel.hold_last_number`), and no example
to train a network ends within such a stretch. `zero` is no guess: a step without events is known to be 0,
so these rows count as observed.
"""

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers, row_positions
from forecast.spec.reading import Gaps

_LARGE = 1e300
"""The difference of two numbers above this size may overflow."""


def fill(
    values: Floats,
    bounds: Integers,
    *,
    has_row: Flags,
    missing: Gaps | None,
    gaps: Gaps | None,
    season: Integers,
) -> Floats:
    """The values, (rows,), with every NaN filled.

    Series are one after another, cut at `bounds`; the first and the last row of each have a
    number. A NaN that `has_row` in the data is filled by the policy `missing`, a step without a
    row by `gaps`. The default, None, is "season": the value one or two `season`s, (rows,), before the
    gap, and where there is no number, the last value: a day that is always closed has that of the day
    before, not a copy from long ago.
    """
    empty = np.isnan(values)
    if not empty.any():
        return values
    interpolated = empty & np.where(has_row, missing == "interpolate", gaps == "interpolate")
    held = empty & np.where(has_row, missing == "hold", gaps == "hold")
    result = values.copy()
    result[interpolated] = _interpolate(values, np.flatnonzero(interpolated))
    is_filled = empty & ~interpolated
    position, rows = row_positions(bounds), np.arange(len(values))
    last = np.maximum.accumulate(np.where(is_filled, 0, rows))  # the newest row with a number
    source = np.where(is_filled, last, rows)
    whole_seasons = -((last - rows) // season) * season  # from the row back to the season before its gap
    for earlier in (whole_seasons + season, whole_seasons):
        candidate = rows - np.minimum(earlier, position)
        usable = is_filled & ~held & (earlier <= position) & ~is_filled[candidate]
        source = np.where(usable, candidate, source)
    return np.asarray(result[source])


def with_zeros(values: Floats, *, has_row: Flags, missing: Gaps | None, gaps: Gaps | None) -> Floats:
    """The values, (rows,), with 0 for each NaN whose policy is "zero"; see `fill`."""
    is_zero = np.isnan(values) & np.where(has_row, missing == "zero", gaps == "zero")
    return np.where(is_zero, 0.0, values)


def _interpolate(values: Floats, rows: Integers) -> Floats:
    """Values of `rows` on the straight line between the numbers before and after them."""
    numbers = np.flatnonzero(~np.isnan(values))
    after = np.searchsorted(numbers, rows)
    left, right = numbers[after - 1], numbers[after]
    weight = (rows - left) / (right - left)
    start, end = values[left], values[right]
    with np.errstate(over="ignore", invalid="ignore"):
        line = start + (end - start) * weight
    may_overflow = np.maximum(np.abs(start), np.abs(end)) > _LARGE
    return np.where(may_overflow, start * (1 - weight) + end * weight, line)
