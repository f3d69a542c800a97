"""The forward pass as the loop that it is: state, gates and answer after every row of the newest window."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecast.classification.classifier import softmax
from forecast.data.arrays import Floats
from forecast.data.panel import Panel
from forecast.explaining.passes import run_network
from forecast.explaining.window import WindowRead, window_read
from forecast.forecasters.combination import Combination
from forecast.forecasters.recurrent import Network


@dataclass(frozen=True, slots=True)
class Steps:
    """What a network did with each row of a window, oldest first.

    Where the outputs of several networks are averaged, states and gates are those of the first one; of
    several layers, those of the last one.
    """

    network: Network
    read: WindowRead
    answers: Floats
    """(steps, horizon) forecasts in the units of the data, or (steps, horizon, classes) probabilities, that
    the network would give if each row were the last one."""
    states: Floats
    """(steps, units) the hidden state after each row."""
    gates: Mapping[str, Floats]
    """Name -> (steps, units), see `Trace.gates`."""
    shares: Floats
    """(units,) what the answer takes of each unit: of the first step ahead, and of the likeliest class."""

    @property
    def kept(self) -> Floats:
        """(steps, units) the share of the old state (LSTM: cell state) that is kept; 0 without gates."""
        gate = {"gru": "update", "lstm": "forget"}.get(self.network.spec.network.cell)
        return self.gates[gate] if gate else np.zeros_like(self.states)

    def earlier(self, states: Floats) -> Floats:
        """(steps, units) before each row, from those after it."""
        return np.concatenate([np.zeros_like(states[:1]), states[:-1]])


def steps_of(network: Network, history: Panel, combination: Combination | None = None) -> Steps:
    """What a network does with the newest window of the one series of `history`."""
    spec, read = network.spec, window_read(network, history, combination)
    traces = [run_network(spec, weights, read.window[None]) for weights in network.members]
    answers = _answers(network, read, [trace.outputs[0] for trace in traces])
    first, weights = traces[0].layers[-1], network.members[0]["answer/kernel"].astype(np.float64)
    likeliest = int(answers[-1, 0].argmax()) if spec.target.classes else 0
    share = weights[:, likeliest]
    if spec.target.classes:  # of its logit, less those of all classes
        share = share - weights[:, : len(spec.target.classes)].mean(axis=1)
    gates = {name: gate[0] for name, gate in first.gates.items()}
    return Steps(network, read, answers, first.states[0], gates, share)


def _answers(network: Network, read: WindowRead, outputs: list[Floats]) -> Floats:
    """The outputs of each network, (steps, outputs), as mean forecasts or mean probabilities."""
    spec, steps = network.spec, len(read.window)
    if spec.target.classes:
        each_network = [softmax(each.reshape(steps, spec.trained_horizon, -1)) for each in outputs]
        return np.asarray(np.mean(each_network, axis=0))
    features = read.inputs.target_features
    assert features is not None  # outputs are values
    rows = np.arange(len(read.panel.values))[-steps:]
    return features.at(rows).to_values(np.mean(outputs, axis=0)) + read.added
