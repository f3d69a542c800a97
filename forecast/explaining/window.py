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

    added: Floats
    """(steps, horizon) what is added to a forecast after each row of the window."""

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
    whole = read = history.tail(ROWS_READ)
    continuation = np.zeros(spec.trained_horizon)
    if combination is not None:
        name = next(name for name, each in combination.networks if each is network)
        if not spec.target.classes:
            prepared = combination.read_by(network, history)
            whole, read = combination.without_outliers(whole), prepared.panel
            continuation = prepared.continuation[0]
    rows, steps = network.rows_read(read), min(spec.windows.window, int(read.lengths[0]))
    is_outlier = whole.values != history.tail(ROWS_READ).values
    taken_off = whole.values - read.values
    read = read.tail(rows)
    inputs = read_inputs(read, spec)
    return WindowRead(
        name=name,
        panel=read,
        inputs=inputs,
        window=inputs.inputs[-steps:],
        times=read.times[-steps:],
        is_outlier=is_outlier[-rows:],
        continuation=continuation,
        added=_added(taken_off, continuation, steps),
    )


def _added(taken_off: Floats, continuation: Floats, steps: int) -> Floats:
    """See `WindowRead.added`: from what was taken off each row, (rows,), and goes on after the last one."""
    whole = np.concatenate([taken_off, continuation])
    last = len(taken_off) - steps + np.arange(steps)
    return np.asarray(whole[last[:, None] + np.arange(1, len(continuation) + 1)])
