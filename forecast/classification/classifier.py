"""A fitted network that predicts class probabilities: of the next rows, or of a whole series."""

from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Floats
from forecast.data.panel import Panel
from forecast.data.results import Probabilities
from forecast.errors import UsageError
from forecast.features.inputs import read_inputs
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import last_step_outputs
from forecast.phrases import counted


@dataclass(frozen=True, slots=True)
class Classifier:
    """An ensemble of networks whose outputs are logits of classes; their probabilities are averaged."""

    network: Network

    @property
    def name(self) -> str:
        """The name of its cell, as in options."""
        return self.network.spec.network.cell

    def probabilities(self, history: Panel, horizon: int) -> Floats:
        """(series, horizon, classes) probability of each class; a `UsageError` beyond the trained horizon."""
        spec = self.network.spec
        if spec.target.kind == "label" and horizon > 1:
            raise UsageError("a label belongs to a whole series: it has no horizon")
        if horizon > spec.trained_horizon:
            raise UsageError(
                f"the model forecasts {counted(spec.trained_horizon, 'row')} ahead, not {horizon}",
                hint=f"train one with --horizon {horizon}",
            )
        known = history.tail(self.network.rows_read(history))
        inputs = read_inputs(known, spec).inputs
        total = np.zeros((len(history), spec.trained_horizon, len(spec.target.classes)))
        for weights in self.network.members:
            logits = last_step_outputs(spec, weights, known.bounds[1:], known.lengths, inputs)
            total += softmax(logits.astype(np.float64).reshape(total.shape)) / len(self.network.members)
        return total[:, :horizon]

    def after_each_row(self, history: Panel, most: int) -> Floats:
        """(rows, classes) the probabilities of one series after each of its newest `most` rows was read."""
        (length,) = history.lengths.tolist()
        rows = np.arange(max(length - most, 0), length) + 1
        return self.probabilities(history.select(np.zeros_like(rows)).first(rows), 1)[:, 0]

    def predict(self, history: Panel, horizon: int) -> Probabilities:
        """The probability of each class in the next rows of every series, or of each series as a whole."""
        return Probabilities(
            ids=history.ids,
            times=history.frequency.after(history.last_times, horizon),
            probabilities=self.probabilities(history, horizon),
            target=self.network.spec.target,
            columns=history.columns,
            frequency=history.frequency,
        )


def softmax(logits: Floats) -> Floats:
    """Probabilities from logits, on the last axis."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))
