"""Fitted recurrent networks that forecast in NumPy, without Keras.

A network is many-to-one: recurrent layers read the steps of a window one after the other, and the
last state alone gives the outputs for the next `trained_horizon` rows. A linear skip connection
leads from the last step's inputs to the outputs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Floats, Integers
from forecast.data.panel import Panel
from forecast.data.results import Forecast
from forecast.features.inputs import input_layout, read_inputs, rows_needed, season_of
from forecast.features.target import feature_columns
from forecast.forecasters.beginnings import Joined, joined_beginnings
from forecast.forecasters.weights import Weights, last_step_outputs, weight_shapes
from forecast.spec.model import Cell, ModelSpec

CELL_NAMES: dict[Cell, str] = {"simple-rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


DAMPING = 0.85
"""Factor on the outputs of each recursive block: as in exponential smoothing with a damped trend."""


@dataclass(frozen=True, slots=True)
class Network:
    """An ensemble of trained networks of one shape."""

    spec: ModelSpec
    members: tuple[Weights, ...]
    """The weights of each network, in the shapes of `weight_shapes(spec)`. Outputs are averaged."""

    @property
    def name(self) -> str:
        """The cell: gru, lstm, simple-rnn."""
        return self.spec.network.cell

    def rows_read(self, history: Panel) -> int:
        """Newest rows of any series of `history` that a forecast depends on."""
        seasons = np.unique(season_of(history, self.spec)).tolist()
        return max((rows_needed(self.spec, season=season) for season in seasons), default=1)

    def forecast(self, history: Panel, horizon: int) -> Floats:
        """(series, horizon) the values after the end of every series of `history`.

        Beyond the trained horizon it forecasts recursively, in blocks of `spec.trained_horizon` steps:
        each block's forecasts become the history of the next. Forecasts vary less than the data, so
        level and volatility are read in the units of the actual rows; and each block moves less from its
        reference than the one before, or small errors would grow without end.
        """
        trained, values = self.spec.trained_horizon, np.empty((len(history), horizon))
        rows_read = self.rows_read(history)
        known = history.tail(rows_read)
        joined = Joined(known, known.bounds[1:])
        if not self.spec.covariates:
            joined = joined_beginnings(history, rows_read)
        for first in range(0, horizon, trained):
            block = slice(first, min(first + trained, horizon))
            if first:  # what is fed back differs
                joined = Joined(known, known.bounds[1:])
            read = read_inputs(joined.panel, self.spec, forecast_rows=first)
            if read.target_features is None:
                raise TypeError("a network of classes forecasts no values")
            outputs = self.outputs_at(joined.ends, known.lengths, read.inputs)[:, : block.stop - first]
            outputs *= DAMPING ** (first // trained)
            values[:, block] = read.target_features.at(joined.ends - 1).to_values(outputs)
            if block.stop < horizon:
                known = known.extended(values[:, block])
        return values

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """See `Forecaster.predict`; has no intervals."""
        return Forecast.of(history, self.forecast(history, horizon), levels)

    def outputs_at(self, ends: Integers, lengths: Integers, inputs: NDArray[np.float32]) -> Floats:
        """(series, trained horizon) the members' mean outputs; see `last_step_outputs`."""
        outputs = np.zeros((len(ends), self.spec.trained_horizon))
        for weights in self.members:
            outputs += last_step_outputs(self.spec, weights, ends, lengths, inputs) / len(self.members)
        return outputs


def widen_inputs(network: Network, spec: ModelSpec) -> Network:
    """A network with the same forecasts that also reads the covariates and the calendar of `spec`.

    The weights of additional inputs are zero; embeddings are initialized as in Keras, small and random.
    """
    if spec == network.spec:
        return network
    random = np.random.default_rng(0)
    old_numbers = input_layout(network.spec).numbers
    members = []
    for weights in network.members:
        wide = {}
        for name, shape in weight_shapes(spec).items():
            if name.endswith("/embeddings"):
                wide[name] = random.uniform(-0.05, 0.05, shape).astype(np.float32)
                continue
            wide[name] = np.zeros(shape, dtype=np.float32)
            part = wide[name][:old_numbers] if name in ("layer0/kernel", "skip/kernel") else wide[name]
            part[...] = weights[name]
        members.append(wide)
    return replace(network, spec=spec, members=tuple(members))


def for_season(network: Network, season: int) -> Network:
    """The part of a network for all seasons that reads series of one season: the same forecasts for these."""
    columns = feature_columns(season, network.spec.trained_horizon)
    members = []
    for weights in network.members:
        selected = {name: weights[name][columns] for name in ("layer0/kernel", "skip/kernel")}
        members.append(weights | selected)
    return replace(network, spec=replace(network.spec, season=season), members=tuple(members))
