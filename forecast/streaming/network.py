"""A network that reads one row at a time and carries its hidden state from row to row."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Floats
from forecast.features.inputs import input_layout
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import Weights, embed, layer_weights
from forecast.spec.model import Cell, ModelSpec

Row = NDArray[np.float32]

_HALF, _ONE = np.float32(0.5), np.float32(1)


def _sigmoid(x: Row) -> Row:
    return np.asarray(_HALF * (np.tanh(_HALF * x) + _ONE))


STATES: dict[Cell, int] = {"simple-rnn": 1, "lstm": 2, "gru": 1}
"""Vectors that a layer carries: the hidden state, and the cell state of an LSTM."""


class _Layer:
    """The weights of one recurrent layer, ready for a step; see `forecasters.cells` for the equations."""

    def __init__(self, cell: Cell, weights: Weights, index: int) -> None:
        layer = layer_weights(weights, index)
        self.kernel, self.recurrent = layer.kernel, layer.recurrent_kernel
        self.units = len(layer.recurrent_kernel)
        self.bias, self.inner = layer.bias, layer.bias
        if cell == "gru":
            self.bias, self.inner = layer.bias
        self.step = {"simple-rnn": self._simple_rnn, "lstm": self._lstm, "gru": self._gru}[cell]

    def _simple_rnn(self, x: Row, state: Row) -> None:
        state[0] = np.tanh(x @ self.kernel + self.bias + state[0] @ self.recurrent)

    def _lstm(self, x: Row, state: Row) -> None:
        units = self.units
        gates = x @ self.kernel + self.bias + state[0] @ self.recurrent
        opened = _sigmoid(gates[: 2 * units])
        kept = opened[units:] * state[1] + opened[:units] * np.tanh(gates[2 * units : 3 * units])
        state[1] = kept
        state[0] = _sigmoid(gates[3 * units :]) * np.tanh(kept)

    def _gru(self, x: Row, state: Row) -> None:
        both = 2 * self.units
        p = state[0] @ self.recurrent
        p += self.inner
        x = x @ self.kernel
        x += self.bias
        gates = _sigmoid(x[:both] + p[:both])
        z = gates[: self.units]
        g = np.tanh(x[both:] + gates[self.units :] * p[both:])
        state[0] = z * state[0] + (_ONE - z) * g


class _Member:
    """One network of an ensemble."""

    def __init__(self, spec: ModelSpec, weights: Weights, outputs: int) -> None:
        self._spec, self._weights = spec, weights
        self._has_codes = any(name.endswith("/embeddings") for name in weights)
        self.layers = [_Layer(spec.network.cell, weights, index) for index in range(len(spec.network.units))]
        self._answer = np.ascontiguousarray(weights["answer/kernel"][:, :outputs])
        self._bias = weights["answer/bias"][:outputs]
        self._skip = np.ascontiguousarray(weights["skip/kernel"][:, :outputs])

    def embedded(self, inputs: Row) -> Row:
        if not self._has_codes:
            return inputs
        return np.asarray(embed(self._spec, self._weights, inputs[None, None])[0, 0])

    def outputs(self, embedded: Row, state: Row) -> Row:
        return np.asarray(state @ self._answer + self._bias + embedded @ self._skip)


class RunningNetwork:
    """The networks of an ensemble as functions of a state and a row; it holds no state itself."""

    def __init__(self, network: Network, steps: int) -> None:
        """`steps` are the rows ahead that are asked for, within the trained horizon."""
        spec = network.spec
        self.spec, self.steps = spec, steps
        classes = max(len(spec.target.classes), 1)
        self._members = [_Member(spec, weights, steps * classes) for weights in network.members]
        layout = input_layout(spec)
        self.channels = layout.numbers + len(layout.codes)
        """Inputs of a row."""
        self._sizes = [(STATES[spec.network.cell], units) for units in spec.network.units]

    def empty_state(self) -> "State":
        """The state before any row."""
        return [[np.zeros(size, dtype=np.float32) for size in self._sizes] for _ in self._members]

    @property
    def state_size(self) -> int:
        """Numbers in a state."""
        return len(self._members) * sum(vectors * units for vectors, units in self._sizes)

    def state_of(self, numbers: Row) -> "State":
        """The state whose `numbers_of` these are."""
        state, start = self.empty_state(), 0
        for member in state:
            for layer in member:
                layer[:] = numbers[start : start + layer.size].reshape(layer.shape)
                start += layer.size
        return state

    def read(self, state: "State", inputs: Row) -> list[Row]:
        """Carry the state over one row of inputs, in place; the outputs of each member."""
        answers = []
        for member, layers in zip(self._members, state, strict=True):
            x = embedded = member.embedded(inputs)
            for layer, part in zip(member.layers, layers, strict=True):
                layer.step(x, part)
                x = part[0]
            answers.append(member.outputs(embedded, x))
        return answers


State = list[list[Row]]
"""Of each member the vectors of each layer, (vectors, units)."""


def numbers_of(state: State) -> Row:
    """All numbers of a state, one after the other, for a file."""
    return np.concatenate([layer.ravel() for member in state for layer in member])


def mean_outputs(answers: Sequence[Any]) -> Floats:
    """The mean of the members' outputs."""
    total = answers[0].astype(np.float64)
    for other in answers[1:]:
        total = total + other
    return np.asarray(total / len(answers))
