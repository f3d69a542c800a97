"""The newest window of one series, as a network of a model reads it."""

from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Flags, Floats, Times
from forecast.data.panel import Panel
from forecast.errors import UsageError
from forecast.features.inputs import InputArray, Inputs, read_inputs
from forecast.forecasters.combination import Combination
from forecast.forecasters.preparation import ROWS_READ
from forecast.forecasters.recurrent import Network


@dataclass(frozen=True, slots=True)
class WindowRead:
    """One window, oldest row first, and all that a network needs of the rows before it."""

    name: str
    """Of the network among the members of its model."""
    panel: Panel
    """The one series as the network reads it: all rows that an output depends on."""
    inputs: Inputs
    """Of all these rows."""
    window: InputArray
    """(steps, channels) those of the rows that the loop reads."""
    times: Times
    """(steps,)"""
    is_outlier: Flags
    """(rows,) whether the network reads a smaller value than that of the data."""
    continuation: Floats
    """(horizon,) what is added to the forecast: offset and long seasons."""

    @property
    def taken_off(self) -> tuple[str, ...]:
        """What the network does not see of the series, in words; () for all of it is read."""
        added = self.continuation
        parts = (
            ("its outliers", bool(self.is_outlier.any())),
            ("a constant", bool(added.any() and not np.ptp(added))),
            ("its longer seasons", bool(np.ptp(added))),
        )
        return tuple(part for part, present in parts if present)


def window_read(network: Network, history: Panel, combination: Combination | None = None) -> WindowRead:
    """The newest window of the one series of `history`; as a member of a `combination` it is prepared."""
    if len(history) != 1 or not len(history.values):
        raise UsageError("one series is explained at a time, and it needs a row")
    spec, name = network.spec, network.name
    read, continuation = history.tail(ROWS_READ), np.zeros(spec.trained_horizon)
    if combination is not None:
        name = next(name for name, each in combination.networks if each is network)
        if not spec.target.classes:
            prepared = combination.read_by(network, history)
            read, continuation = prepared.panel, prepared.continuation[0]
    whole = history.tail(len(read.values))
    is_outlier = np.zeros(len(read.values), dtype=bool)
    if not spec.target.classes and combination is not None:
        is_outlier = combination.without_outliers(whole).values != whole.values
    rows = network.rows_read(read)
    read, is_outlier = read.tail(rows), is_outlier[-rows:]
    inputs = read_inputs(read, spec)
    steps = min(spec.windows.window, int(read.lengths[0]))
    return WindowRead(
        name, read, inputs, inputs.inputs[-steps:], read.times[-steps:], is_outlier, continuation
    )
