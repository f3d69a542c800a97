"""SimpleRNN, LSTM, GRU and Dense forward passes in NumPy, in Keras' weight order.

A cell is one step, a layer the loop that carries its state, the network's memory.
Formulas: Elman 1990 (SimpleRNN); Hochreiter & Schmidhuber 1997 (LSTM, gates in the
order input, forget, candidate, output); Cho et al. 2014 (GRU, gates update, reset,
candidate, with the reset applied after the recurrent product).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.spec.model import Cell

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LayerWeights:
    """One recurrent layer: `units` cells reading `channels` inputs."""

    kernel: Array
    """(channels, gates * units)"""
    recurrent_kernel: Array
    """(units, gates * units)"""
    bias: Array
    """(gates * units,), for a GRU (2, gates * units): of the inputs and of the state."""


def _sigmoid(x: Array) -> Array:
    # tanh neither overflows nor warns where exp would.
    return np.asarray(np.float32(0.5) * (np.tanh(np.float32(0.5) * x) + np.float32(1)))


def simple_rnn(inputs: Array, weights: LayerWeights) -> Array:
    """States after every step, (batch, steps, units), from `inputs`, (batch, steps, channels)."""
    projected = inputs @ weights.kernel + weights.bias
    states = np.empty_like(projected)
    state = np.zeros_like(projected[:, 0])
    for step in range(inputs.shape[1]):
        state = np.tanh(projected[:, step] + state @ weights.recurrent_kernel)
        states[:, step] = state
    return states


def lstm(inputs: Array, weights: LayerWeights) -> Array:
    """States after every step, (batch, steps, units), from `inputs`, (batch, steps, channels)."""
    units = weights.recurrent_kernel.shape[0]
    projected = inputs @ weights.kernel + weights.bias
    states = np.empty((*inputs.shape[:2], units), dtype=np.float32)
    state = carry = np.zeros((len(inputs), units), dtype=np.float32)
    for step in range(inputs.shape[1]):
        gates = projected[:, step] + state @ weights.recurrent_kernel
        keep_in, keep_old = _sigmoid(gates[:, :units]), _sigmoid(gates[:, units : 2 * units])
        candidate, let_out = np.tanh(gates[:, 2 * units : 3 * units]), _sigmoid(gates[:, 3 * units :])
        carry = keep_old * carry + keep_in * candidate
        state = let_out * np.tanh(carry)
        states[:, step] = state
    return states


def gru(inputs: Array, weights: LayerWeights) -> Array:
    """States after every step, (batch, steps, units), from `inputs`, (batch, steps, channels)."""
    units = weights.recurrent_kernel.shape[0]
    projected = inputs @ weights.kernel + weights.bias[0]
    states = np.empty((*inputs.shape[:2], units), dtype=np.float32)
    state = np.zeros((len(inputs), units), dtype=np.float32)
    for step in range(inputs.shape[1]):
        ahead = projected[:, step]
        memory = state @ weights.recurrent_kernel + weights.bias[1]
        gates = _sigmoid(ahead[:, : 2 * units] + memory[:, : 2 * units])
        update, reset = gates[:, :units], gates[:, units:]
        candidate = np.tanh(ahead[:, 2 * units :] + reset * memory[:, 2 * units :])
        state = update * state + (np.float32(1) - update) * candidate
        states[:, step] = state
    return states


LAYERS: dict[Cell, Callable[[Array, LayerWeights], Array]] = {
    "simple-rnn": simple_rnn,
    "lstm": lstm,
    "gru": gru,
}

GATES: dict[Cell, int] = {"simple-rnn": 1, "lstm": 4, "gru": 3}
"""Blocks of `units` columns in a cell's kernels."""


def dense(inputs: Array, kernel: Array, bias: Array) -> Array:
    """`inputs` times `kernel` plus `bias`."""
    return inputs @ kernel + bias
