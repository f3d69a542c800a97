"""Every (past, future) pair of a panel, by index, without making them.

A window is `window` rows that the network reads followed by `horizon` rows that it
answers. A series of n rows gives n - window - horizon + 1 of them, and
no window crosses two series. A series too short for one gives a single masked
window of its first n - horizon rows.

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
    """Some windows, as places in the rows of a panel."""

    starts: Integers
    """(batch,) first row of each window."""
    steps: Integers
    """(batch,) rows that it reads: `window`, or fewer in a masked one."""


class Windows:
    """The windows of series of known lengths that lie one behind the other."""

    def __init__(self, lengths: Integers, spec: WindowSpec, *, first_rows: Integers | None = None) -> None:
        """`first_rows` is where each series starts; one behind the other when left out."""
        self.spec = spec
        self._first_rows = np.cumsum(lengths) - lengths if first_rows is None else first_rows
        self._lengths = lengths
        full = lengths - spec.window - spec.horizon + 1
        self._ends = np.cumsum(np.where(full > 0, full, lengths > spec.horizon))

    def __len__(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    def batch(self, indices: Integers) -> Batch:
        """The windows at `indices`, counted over all series in their order."""
        series = np.searchsorted(self._ends, indices, side="right")
        before = np.where(series > 0, self._ends[series - 1], 0)
        starts = self._first_rows[series] + indices - before
        steps = np.minimum(self.spec.window, self._lengths[series] - self.spec.horizon)
        return Batch(starts, steps)


class WholeSeries:
    """One window a series: all of its rows, or the newest `window` of a longer one."""

    def __init__(self, lengths: Integers, window: int, *, first_rows: Integers) -> None:
        self._steps = np.minimum(lengths, window)
        self._starts = first_rows + lengths - self._steps

    def __len__(self) -> int:
        return len(self._steps)

    def batch(self, indices: Integers) -> Batch:
        """The windows of the series at `indices`."""
        return Batch(self._starts[indices], self._steps[indices])


def windows_of(panel: Panel, spec: ModelSpec, *, without: Integers | None = None) -> Windows | WholeSeries:
    """All windows that a network learns from; of each series all but its `without` newest rows."""
    lengths = panel.lengths if without is None else panel.lengths - without
    first_rows = panel.bounds[:-1]
    if spec.target.kind != "label":
        return Windows(lengths, spec.windows, first_rows=first_rows)
    whole = lengths == panel.lengths
    return WholeSeries(lengths[whole], spec.windows.window, first_rows=first_rows[whole])
