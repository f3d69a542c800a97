"""A whole network while it reads windows: every state and output, and the gradient of the last outputs."""

from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Floats
from forecast.explaining.traces import Layer, Trace, backpropagate, run_layer
from forecast.features.inputs import InputArray
from forecast.forecasters.weights import Weights, embed, layer_weights
from forecast.spec.model import ModelSpec


@dataclass(frozen=True, slots=True)
class NetworkTrace:
    """All that a network computed while it read some windows."""

    embedded: Floats
    """(batch, steps, channels) the inputs, every code replaced by its embedding."""
    layers: tuple[Trace, ...]
    outputs: Floats
    """(batch, steps, outputs) what the network would answer if each step were the last."""


@dataclass(frozen=True, slots=True)
class InputGradient:
    """The gradient of costs of the last step's outputs with respect to the inputs of all steps."""

    by_state: Floats
    """(costs, steps, channels) what goes through the recurrent layers."""
    by_skip: Floats
    """(costs, channels) what goes from the last step's inputs to the outputs directly."""

    @property
    def whole(self) -> Floats:
        """(costs, steps, channels) both together."""
        both = self.by_state.copy()
        both[:, -1] += self.by_skip
        return both


def run_network(spec: ModelSpec, weights: Weights, inputs: InputArray) -> NetworkTrace:
    """Read `inputs`, (batch, steps, channels), one step after the other, in float64."""
    states = embedded = np.asarray(embed(spec, weights, inputs), dtype=np.float64)
    layers = []
    for index in range(len(spec.network.units)):
        layers.append(run_layer(spec.network.cell, states, Layer.of(layer_weights(weights, index))))
        states = layers[-1].states
    kernel, bias, skip = (
        weights[name].astype(np.float64) for name in ("answer/kernel", "answer/bias", "skip/kernel")
    )
    return NetworkTrace(embedded, tuple(layers), states @ kernel + bias + embedded @ skip)


def input_gradient(spec: ModelSpec, weights: Weights, inputs: InputArray, costs: Floats) -> InputGradient:
    """The gradient for one window, (steps, channels), and `costs`, (costs, outputs).

    A row of `costs` holds the gradient of one cost with respect to the last step's outputs: a row of the
    identity for an output itself.
    """
    repeated = np.repeat(inputs[None], len(costs), axis=0)
    trace = run_network(spec, weights, repeated)
    above = np.zeros_like(trace.layers[-1].states)
    above[:, -1] = costs @ weights["answer/kernel"].T.astype(np.float64)
    for layer in reversed(trace.layers):
        above = backpropagate(layer, above).inputs
    return InputGradient(above, costs @ weights["skip/kernel"].T.astype(np.float64))
