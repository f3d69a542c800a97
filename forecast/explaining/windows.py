"""The overlapping windowed data set that a network is trained on: each example with what it is to predict."""

from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Integers
from forecast.data.panel import Panel
from forecast.errors import DataError
from forecast.features.windows import Windows
from forecast.phrases import counted
from forecast.spec.model import WindowSpec


@dataclass(frozen=True, slots=True)
class Examples:
    """All whole windows of a panel, in the order of its rows."""

    windows: WindowSpec
    starts: Integers
    """(examples,) first row of each in the panel; it has `window` rows to read, then `horizon` to predict."""

    @property
    def inputs(self) -> Integers:
        """(examples, window) rows that are read."""
        return np.asarray(self.starts[:, None] + np.arange(self.windows.window))

    @property
    def targets(self) -> Integers:
        """(examples, horizon) rows that are to be predicted."""
        return np.asarray(self.starts[:, None] + self.windows.window + np.arange(self.windows.horizon))


def examples_of(panel: Panel, windows: WindowSpec) -> Examples:
    """The examples of every series; a `DataError` with the arithmetic where no series is long enough.

    >>> from tests.panels import panel
    >>> examples_of(panel([1.0, 2, 3, 4, 5]), WindowSpec(window=3, horizon=1)).targets
    array([[3],
           [4]])
    """
    every = Windows(panel.lengths, windows)
    batch = every.batch(np.arange(len(every)))
    starts = batch.starts[batch.steps == windows.window]
    if not len(starts):
        rows, least = int(panel.lengths.max(initial=0)), windows.window + windows.horizon
        raise DataError(
            f"{counted(rows, 'row')} hold no example: window {windows.window} + horizon {windows.horizon} "
            f"need {least}",
            hint="give a smaller --window or --horizon",
        )
    return Examples(windows, starts)
