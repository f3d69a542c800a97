"""Channels + weights = a fitted network that forecasts without Keras.

The network is many-to-one: recurrent layers read the steps of a window one after
the other, and the last state alone gives the next `horizon` answers. A linear skip
leads from the last step's channels to the answers too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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
class Network:
    """Trained tensors that forecast any history; its intervals are unknown."""

    spec: ModelSpec
    weights: Weights
    """Tensors by name, shapes given by `weight_shapes(spec)`."""

    @property
    def name(self) -> str:
        """The cell, as people write it: SimpleRNN, LSTM, GRU."""
        return CELL_NAMES[self.spec.network.cell]

    @property
    def rows_read(self) -> int:
        """Newest rows of a series that a forecast depends on."""
        return self.spec.windows.window + rows_remembered(self.spec.season)

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """The next rows of every series of `history`; see `Forecaster.predict`."""
        unknown = np.full((len(levels), horizon), np.nan)
        return self.predict_within(history, unknown, levels=levels)

    def predict_within(self, history: Panel, half_widths: Floats, *, levels: Sequence[float]) -> Forecast:
        """The next rows, with intervals of `half_widths`, (levels, horizon), in units of volatility.

        Steps beyond the trained horizon come from feeding the forecasts back, a block
        of `spec.windows.horizon` at a time.
        """
        horizon = half_widths.shape[1]
        reach = np.concatenate((np.zeros((1, horizon)), -half_widths, half_widths))
        found = np.empty((len(reach), len(history), horizon))
        known = history.tail(self.rows_read)
        for first in range(0, horizon, self.spec.windows.horizon):
            here = slice(first, min(first + self.spec.windows.horizon, horizon))
            answers, last = self._answers(known)
            answers = answers[:, : here.stop - first]
            for place, shift in zip(found, reach, strict=True):
                place[:, here] = last.restore(answers + shift[here])
            if here.stop < horizon:
                known = known.extended(found[0][:, here])
        return Forecast(
            ids=history.ids,
            times=history.frequency.after(history.last_times, horizon),
            values=found[0],
            levels=tuple(levels),
            lower=found[1 : len(levels) + 1],
            upper=found[len(levels) + 1 :],
            columns=history.columns,
            frequency=history.frequency,
        )

    def errors(self, history: Panel, future: Floats) -> Floats:
        """Signed errors in units of volatility against `future`, both (series, horizon); NaN stays NaN."""
        answers, last = self._answers(history.tail(self.rows_read))
        return last.units(future) - answers

    def _answers(self, history: Panel) -> tuple[Floats, Channels]:
        """(series, horizon) in units of volatility, and the channels of each series' last row."""
        horizon = self.spec.windows.horizon
        seen = channels(history.values, history.bounds, season=self.spec.season, horizon=horizon)
        ends = history.bounds[1:]
        steps = np.minimum(history.lengths, self.spec.windows.window)
        answers = np.empty((len(history), horizon))
        for count in np.unique(steps):
            (alike,) = np.nonzero(steps == count)
            for batch in np.array_split(alike, -(-len(alike) // _BATCH)):
                rows = ends[batch][:, None] + np.arange(-count, 0)
                answers[batch] = forward(self.spec, self.weights, seen.inputs[rows])
        return answers, seen.at(ends - 1)


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
    def network(self) -> Network:
        """What forecasts, without the rest."""
        return Network(self.spec, self.weights)

    @property
    def name(self) -> str:
        """The cell, as people write it: SimpleRNN, LSTM, GRU."""
        return self.network.name

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """The next rows of every series of `history`; see `Forecaster.predict`."""
        half_widths = self.calibration.half_width(levels, horizon)
        return self.network.predict_within(history, half_widths, levels=levels)


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
