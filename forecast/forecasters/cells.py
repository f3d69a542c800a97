"""SimpleRNN, LSTM, GRU and Dense forward passes in NumPy, in Keras' weight order.

A cell is one step; a layer is the loop that carries the state h, the network's memory, from step to
step. x is a step's input, h' the state before it, W the kernel, U the recurrent kernel and b the bias.
Products with W are computed for all steps at once, before the loop. The letters are those of
`forecast.network.bptt`; * is elementwise.

SimpleRNN (Elman 1990):

    h = tanh(xW + h'U + b)

LSTM (Hochreiter & Schmidhuber 1997), column blocks in the order i, f, g, o:

    i, f, o = sigmoid(xW + h'U + b)     input, forget and output gate
    g = tanh(xW + h'U + b)              candidate
    c = f * c' + i * g                  cell state
    h = o * tanh(c)

GRU (Cho et al. 2014), column blocks in the order z, r, g, with the reset gate applied after the
recurrent product and so a bias of its own, b_h, for that product:

    z, r = sigmoid(xW + b_x + h'U + b_h)            update and reset gate
    g = tanh(xW + b_x + r * (h'U + b_h))            candidate
    h = z * h' + (1 - z) * g
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.spec.model import Cell

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LayerWeights:
    """The weights of one recurrent layer of `units` cells that reads `channels` inputs."""

    kernel: Array
    """W, (channels, gates * units)."""
    recurrent_kernel: Array
    """U, (units, gates * units)."""
    bias: Array
    """b, (gates * units,); for a GRU b_x and b_h, (2, gates * units)."""


def _sigmoid(x: Array) -> Array:
    # tanh neither overflows nor warns where exp would.
    return np.asarray(np.float32(0.5) * (np.tanh(np.float32(0.5) * x) + np.float32(1)))


def simple_rnn(inputs: Array, weights: LayerWeights) -> Array:
    """States after every step, (batch, steps, units), from `inputs`, (batch, steps, channels)."""
    recurrent = weights.recurrent_kernel
    projected = inputs @ weights.kernel + weights.bias
    states = np.empty_like(projected)
    h = np.zeros_like(projected[:, 0])
    for step in range(inputs.shape[1]):
        h = np.tanh(projected[:, step] + h @ recurrent)
        states[:, step] = h
    return states


def lstm(inputs: Array, weights: LayerWeights) -> Array:
    """States after every step, (batch, steps, units), from `inputs`, (batch, steps, channels)."""
    recurrent = weights.recurrent_kernel
    units = len(recurrent)
    projected = inputs @ weights.kernel + weights.bias
    states = np.empty((*inputs.shape[:2], units), dtype=np.float32)
    h = c = np.zeros((len(inputs), units), dtype=np.float32)
    for step in range(inputs.shape[1]):
        gates = projected[:, step] + h @ recurrent
        i, f = _sigmoid(gates[:, :units]), _sigmoid(gates[:, units : 2 * units])
        g, o = np.tanh(gates[:, 2 * units : 3 * units]), _sigmoid(gates[:, 3 * units :])
        c = f * c + i * g
        h = o * np.tanh(c)
        states[:, step] = h
    return states


def gru(inputs: Array, weights: LayerWeights) -> Array:
    """States after every step, (batch, steps, units), from `inputs`, (batch, steps, channels).

    A step reads one column [x, 1, h'] of each series, so that biases and both products of a gate are a single
    product, gates are contiguous, and all is computed in place: what it needs stays in the processor's cache.
    """
    batch, steps, channels = inputs.shape
    units = len(weights.recurrent_kernel)
    half, (input_bias, recurrent_bias) = np.float32(0.5), weights.bias[:, :, None]
    kernel, recurrent = weights.kernel.T, weights.recurrent_kernel.T
    of_gates, of_candidate = slice(2 * units), slice(2 * units, None)
    # A sigmoid is a tanh of half of its argument; the halves are exact.
    gates_kernel = half * np.concatenate((kernel, input_bias + recurrent_bias, recurrent), axis=1)[of_gates]
    from_input = np.concatenate((kernel, input_bias), axis=1)[of_candidate]
    from_state = np.concatenate((recurrent_bias, recurrent), axis=1)[of_candidate]
    states = np.empty((steps, units, batch), dtype=np.float32)
    column = np.zeros((channels + 1 + units, batch), dtype=np.float32)
    column[channels] = 1
    x, h = column[:channels], column[channels + 1 :]
    gates, g, read = (np.empty((n * units, batch), dtype=np.float32) for n in (2, 1, 1))
    z, r = gates[:units], gates[units:]
    for step in range(steps):
        x[:] = inputs[:, step].T
        np.matmul(gates_kernel, column, out=gates)
        np.tanh(gates, out=gates)
        gates *= half
        gates += half
        np.matmul(from_input, column[: channels + 1], out=read)
        np.matmul(from_state, column[channels:], out=g)
        g *= r
        g += read
        np.tanh(g, out=g)
        h -= g  # h = g + z * (h' - g)
        h *= z
        h += g
        states[step] = h
    return states.transpose(2, 0, 1)


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
