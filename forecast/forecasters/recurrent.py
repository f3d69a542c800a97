"""Channels + weights = a fitted network that forecasts without Keras."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.data.results import Forecast, ModelCard
from forecast.forecasters.calibration import Calibration
from forecast.spec import Columns, ModelSpec

Weights = dict[str, NDArray[np.float32]]


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
        raise NotImplementedError

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """The next rows of every series of `history`; see `Forecaster.predict`."""
        raise NotImplementedError


def weight_shapes(spec: ModelSpec) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor of a network, by name: all that a model file may hold as weights."""
    raise NotImplementedError
