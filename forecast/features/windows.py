"""The training windows of a panel, by index, without copying any rows.

A window is `window` rows that the network reads followed by `horizon` rows that it forecasts. A
series of n rows has n - window - horizon + 1 windows, and no window crosses two series. A series too
short for one has a single masked window of its first n - horizon rows.

>>> windows = Windows(np.array([6, 4]), WindowSpec(window=3, horizon=2))
>>> len(windows)
3
>>> windows.batch(np.array([0, 1, 2]))
Batch(starts=array([0, 1, 6]), steps=array([3, 3, 2]))
"""

from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Integers
from forecast.data.panel import Panel
from forecast.spec.model import ModelSpec, WindowSpec


@dataclass(frozen=True, slots=True)
class Batch:
    """Some windows, as row indices of a panel."""

    starts: Integers
    """(batch,) first row of each window."""
    steps: Integers
    """(batch,) rows that the network reads: `window`, or fewer in a masked window."""


class Windows:
    """The windows of series of given lengths."""

    def __init__(self, lengths: Integers, spec: WindowSpec, *, first_rows: Integers | None = None) -> None:
        """`first_rows` is the first row of each series; by default they follow one another."""
        self.spec = spec
        self._first_rows = np.cumsum(lengths) - lengths if first_rows is None else first_rows
        self._lengths = lengths
        full = lengths - spec.window - spec.horizon + 1
        self._ends = np.cumsum(np.where(full > 0, full, lengths > spec.horizon))

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def batch(self, indices: Integers) -> Batch:
        """The windows at `indices`, counted over all series in order."""
        series = np.searchsorted(self._ends, indices, side="right")
        earlier = np.where(series > 0, self._ends[series - 1], 0)  # windows of earlier series
        starts = self._first_rows[series] + indices - earlier
        steps = np.minimum(self.spec.window, self._lengths[series] - self.spec.horizon)
        return Batch(starts, steps)


class WholeSeries:
    """One window per series: all of its rows, or the newest `window` of a longer one."""

    def __init__(self, lengths: Integers, window: int, *, first_rows: Integers) -> None:
        self._steps = np.minimum(lengths, window)
        self._starts = first_rows + lengths - self._steps

    def __len__(self) -> int:
        return len(self._steps)

    def batch(self, indices: Integers) -> Batch:
        """The windows of the series at `indices`."""
        return Batch(self._starts[indices], self._steps[indices])


def windows_of(panel: Panel, spec: ModelSpec, *, without: Integers | None = None) -> Windows | WholeSeries:
    """All windows that a network is trained on; of each series all but its `without` newest rows.

    Of labels only whole series are used: one with rows left out has no window.
    """
    lengths = panel.lengths if without is None else panel.lengths - without
    first_rows = panel.bounds[:-1]
    if spec.target.kind != "label":
        return Windows(lengths, spec.windows, first_rows=first_rows)
    whole = lengths == panel.lengths
    return WholeSeries(lengths[whole], spec.windows.window, first_rows=first_rows[whole])
