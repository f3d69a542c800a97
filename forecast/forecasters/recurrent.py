"""Channels + weights = a fitted network that forecasts without Keras.

The network is many-to-one: recurrent layers read the steps of a window one after
the other, and the last state alone gives the next `horizon` answers. A linear skip
leads from the last step's channels to the answers too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast.data.channels import Channels, channels, rows_remembered, width
from forecast.data.frequency import Frequency
from forecast.data.panel import Floats, Panel
from forecast.data.results import Forecast, ModelCard
from forecast.forecasters.calibration import Calibration
from forecast.forecasters.kernels import GATES, LAYERS, LayerWeights, dense
from forecast.spec import Cell, Columns, ModelSpec

Weights = dict[str, NDArray[np.float32]]

CELL_NAMES: dict[Cell, str] = {"simple-rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}

_BATCH = 1024
"""Windows in one forward pass: the fastest size measured for a GRU of 64 on one core."""


@dataclass(frozen=True, slots=True)
class RecurrentForecaster:
    """A fitted recurrent network, whole: what `predict` needs and what the model file holds."""

    spec: ModelSpec
    weights: Weights
    """Tensors by name, shapes given by `weight_shapes(spec)`."""
    columns: Columns
    frequency: Frequency
    tail: Panel
    """The newest rows of every series trained on: what a forecast without data continues from."""
    calibration: Calibration
    card: ModelCard

    @property
    def name(self) -> str:
        """The cell, as people write it: SimpleRNN, LSTM, GRU."""
        return CELL_NAMES[self.spec.network.cell]

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """The next rows of every series of `history`; see `Forecaster.predict`.

        Steps beyond the trained horizon come from feeding the forecasts back, a block
        of `spec.windows.horizon` at a time.
        """
        half_widths = self.calibration.half_width(levels, horizon)
        shape = (len(history), horizon)
        values, lower, upper = (
            np.empty(shape),
            np.empty((len(levels), *shape)),
            np.empty((len(levels), *shape)),
        )
        known = history.tail(self.rows_read)
        for first in range(0, horizon, self.spec.windows.horizon):
            here = slice(first, min(first + self.spec.windows.horizon, horizon))
            steps = here.stop - here.start
            answers, last = self._answers(known)
            centre = answers[:, :steps]
            seen = replace(last, reference=last.reference[:, :steps])
            values[:, here] = seen.restore(centre)
            for index, half in enumerate(half_widths[:, here]):
                lower[index][:, here] = seen.restore(centre - half)
                upper[index][:, here] = seen.restore(centre + half)
            known = _extend(known, values[:, here])
        return Forecast(
            ids=history.ids,
            times=history.frequency.after(history.last_times, horizon),
            values=values,
            levels=tuple(levels),
            lower=lower,
            upper=upper,
            columns=self.columns,
            frequency=history.frequency,
        )

    @property
    def rows_read(self) -> int:
        """Newest rows of a series that a forecast depends on."""
        return self.spec.windows.window + rows_remembered(self.spec.season)

    def errors(self, history: Panel, future: Floats) -> Floats:
        """Signed errors in units of volatility, (series, steps), against `future` of the same shape.

        At most the trained horizon's steps are answered; NaN stays NaN.
        """
        answers, last = self._answers(history.tail(self.rows_read))
        steps = future.shape[1]
        seen = replace(last, reference=last.reference[:, :steps])
        return seen.units(future) - answers[:, :steps]

    def _answers(self, history: Panel) -> tuple[Floats, Channels]:
        """(series, horizon) in units of volatility, and the channels of each series' last row."""
        seen = channels(
            history.values, history.bounds, season=self.spec.season, horizon=self.spec.windows.horizon
        )
        ends = history.bounds[1:]
        steps = np.minimum(history.lengths, self.spec.windows.window)
        answers = np.empty((len(history), self.spec.windows.horizon))
        for count in np.unique(steps):
            (alike,) = np.nonzero(steps == count)
            for batch in np.array_split(alike, -(-len(alike) // _BATCH)):
                rows = ends[batch][:, None] + np.arange(-count, 0)
                answers[batch] = forward(self.spec, self.weights, seen.inputs[rows])
        last = ends - 1
        return answers, Channels(
            seen.inputs[last], seen.reference[last], seen.scale[last], seen.volatility[last]
        )


def forward(spec: ModelSpec, weights: Weights, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """The last step's answers, (batch, horizon), to `inputs`, (batch, steps, channels)."""
    states = inputs
    for index in range(len(spec.network.units)):
        states = LAYERS[spec.network.cell](states, layer_weights(weights, index))
    answers = dense(states[:, -1], weights["answer/kernel"], weights["answer/bias"])
    return answers + inputs[:, -1] @ weights["skip/kernel"]


def layer_weights(weights: Weights, index: int) -> LayerWeights:
    """The tensors of one recurrent layer, the first being 0."""
    return LayerWeights(
        weights[f"layer{index}/kernel"],
        weights[f"layer{index}/recurrent_kernel"],
        weights[f"layer{index}/bias"],
    )


def weight_shapes(spec: ModelSpec) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor of a network, by name: all that a model file may hold as weights."""
    cell, horizon = spec.network.cell, spec.windows.horizon
    shapes: dict[str, tuple[int, ...]] = {}
    reads = channel_count = width(spec.season, horizon)
    for index, units in enumerate(spec.network.units):
        columns = GATES[cell] * units
        shapes[f"layer{index}/kernel"] = (reads, columns)
        shapes[f"layer{index}/recurrent_kernel"] = (units, columns)
        shapes[f"layer{index}/bias"] = (2, columns) if cell == "gru" else (columns,)
        reads = units
    shapes["answer/kernel"] = (reads, horizon)
    shapes["answer/bias"] = (horizon,)
    shapes["skip/kernel"] = (channel_count, horizon)
    return shapes


def _extend(panel: Panel, values: Floats) -> Panel:
    """The panel with `values`, (series, steps), appended to its series; times are left behind."""
    series, steps = values.shape
    ends = np.repeat(panel.bounds[1:], steps)
    return replace(
        panel,
        times=np.zeros(len(panel.values) + values.size, dtype=np.int64),
        values=np.insert(panel.values, ends, values.ravel()),
        observed=np.ones(len(panel.values) + values.size, dtype=bool),
        bounds=panel.bounds + steps * np.arange(series + 1),
    )
