"""Numbers as bars of block characters."""

import numpy as np

from forecast.data.arrays import Floats
from forecast.data.written import Labels

_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


def bar(share: float, width: int) -> str:
    """A bar of `share`, 0 to 1, of `width` characters, to an eighth of one.

    >>> bar(0.5, 5)
    '██▌'
    """
    eighths = round(8 * width * min(max(share, 0.0), 1.0)) if np.isfinite(share) else 0
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8]


def bars(values: Floats, width: int, *, most: float | None = None) -> Labels:
    """A bar of the size of each value, the largest, or `most`, being as wide as `width`."""
    sizes = np.abs(values)
    largest = most or float(sizes.max(initial=0.0)) or 1.0
    return np.array([bar(size / largest, width) for size in sizes.tolist()], dtype=object)
