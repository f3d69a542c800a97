"""A recurrent layer that remembers its steps, and backpropagation through them, in NumPy.

The forward pass is that of `forecasters.cells`, one step after the other, with every gate kept. The
backward pass goes through the same loop from the last step to the first and carries the gradient of the
state (Werbos 1990); its formulas are those at the top of `forecast.network.bptt`, in float64.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Floats
from forecast.forecasters.cells import GATES, LayerWeights
from forecast.spec.model import Cell


@dataclass(frozen=True, slots=True)
class Layer:
    """The weights of one recurrent layer, see `forecasters.cells.LayerWeights`."""

    kernel: Floats
    recurrent_kernel: Floats
    bias: Floats

    @classmethod
    def of(cls, weights: LayerWeights) -> "Layer":
        """Those of a network, in float64."""
        parts = (weights.kernel, weights.recurrent_kernel, weights.bias)
        return cls(*(part.astype(np.float64) for part in parts))


@dataclass(frozen=True, slots=True)
class Trace:
    """All that a layer computed while it read some windows."""

    cell: Cell
    weights: Layer
    inputs: Floats
    """(batch, steps, channels)"""
    states: Floats
    """(batch, steps, units) the hidden state after each step."""
    gates: Mapping[str, Floats]
    """Name -> (batch, steps, units): input, forget, output, candidate and cell of an LSTM; update, reset,
    candidate and recurrent of a GRU, recurrent being what the reset gate is multiplied with."""

    def earlier(self, states: Floats) -> Floats:
        """States before each step, from those after each: zeros before the first."""
        return np.concatenate([np.zeros_like(states[:, :1]), states[:, :-1]], axis=1)


@dataclass(frozen=True, slots=True)
class LayerGradient:
    """The gradient of some cost with respect to all that a layer read and has."""

    inputs: Floats
    """(batch, steps, channels)"""
    states: Floats
    """(batch, steps, units) with respect to the state after each step, by all later steps."""
    kernel: Floats
    recurrent_kernel: Floats
    bias: Floats


def run_layer(cell: Cell, inputs: Floats, weights: Layer) -> Trace:
    """Read `inputs`, (batch, steps, channels), from a zero state."""
    units = len(weights.recurrent_kernel)
    bias = weights.bias[0] if cell == "gru" else weights.bias
    projected = inputs @ weights.kernel + bias
    names = ("state", *_KEPT[cell])
    kept = {name: np.empty((*inputs.shape[:2], units)) for name in names}
    now = {name: np.zeros((len(inputs), units)) for name in names}
    for step in range(inputs.shape[1]):
        now = _STEPS[cell](projected[:, step], now, weights)
        for name in names:
            kept[name][:, step] = now[name]
    return Trace(cell, weights, inputs, kept.pop("state"), kept)


def backpropagate(trace: Trace, states: Floats) -> LayerGradient:
    """Gradients from those with respect to the states, (batch, steps, units), by what reads them directly."""
    units = states.shape[2]
    recurrent = trace.weights.recurrent_kernel.T
    whole = np.empty_like(states)
    deltas = np.empty((*states.shape[:2], GATES[trace.cell] * units))
    read = np.empty_like(deltas)  # of inputs times kernel plus bias: the same, save for a GRU's candidate
    carried = np.zeros_like(states[:, 0]), np.zeros_like(states[:, 0])
    before = trace.earlier(trace.states)
    slopes = _SLOPES[trace.cell](trace, before)
    for step in range(states.shape[1] - 1, -1, -1):
        whole[:, step] = states[:, step] + carried[0]
        here = [slope[:, step] for slope in slopes]
        deltas[:, step], read[:, step], carried = _BACK[trace.cell](
            whole[:, step], carried[1], here, recurrent
        )
    by_bias = read.sum(axis=(0, 1))
    if trace.cell == "gru":
        by_bias = np.stack([by_bias, deltas.sum(axis=(0, 1))])
    return LayerGradient(
        inputs=read @ trace.weights.kernel.T,
        states=whole,
        kernel=np.tensordot(trace.inputs, read, axes=([0, 1], [0, 1])),
        recurrent_kernel=np.tensordot(before, deltas, axes=([0, 1], [0, 1])),
        bias=by_bias,
    )


_Now = dict[str, Floats]


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(0.5 * (np.tanh(0.5 * x) + 1))


def _simple_rnn(x: Floats, now: _Now, weights: Layer) -> _Now:
    return {"state": np.tanh(x + now["state"] @ weights.recurrent_kernel)}


def _lstm(x: Floats, now: _Now, weights: Layer) -> _Now:
    i, f, g, o = np.split(x + now["state"] @ weights.recurrent_kernel, 4, axis=-1)
    i, f, g, o = _sigmoid(i), _sigmoid(f), np.tanh(g), _sigmoid(o)
    cell = f * now["cell"] + i * g
    return {"state": o * np.tanh(cell), "input": i, "forget": f, "candidate": g, "output": o, "cell": cell}


def _gru(x: Floats, now: _Now, weights: Layer) -> _Now:
    units = len(weights.recurrent_kernel)
    p = now["state"] @ weights.recurrent_kernel + weights.bias[1]
    z, r = np.split(_sigmoid(x[:, : 2 * units] + p[:, : 2 * units]), 2, axis=-1)
    g = np.tanh(x[:, 2 * units :] + r * p[:, 2 * units :])
    state = z * now["state"] + (1 - z) * g
    return {"state": state, "update": z, "reset": r, "candidate": g, "recurrent": p[:, 2 * units :]}


_STEPS: dict[Cell, Callable[[Floats, _Now, Layer], _Now]] = {
    "simple-rnn": _simple_rnn,
    "lstm": _lstm,
    "gru": _gru,
}

_KEPT: dict[Cell, tuple[str, ...]] = {
    "simple-rnn": (),
    "lstm": ("input", "forget", "candidate", "output", "cell"),
    "gru": ("update", "reset", "candidate", "recurrent"),
}

# Backward: what each step multiplies the gradient with is computed for all steps at once, before the loop.

_Back = tuple[Floats, Floats, tuple[Floats, Floats]]
"""Gradients of h'U, of x, and of the state and the cell state before the step."""


def _simple_rnn_slopes(trace: Trace, _before: Floats) -> list[Floats]:
    return [1 - trace.states**2]


def _simple_rnn_back(dh: Floats, _dc: Floats, slopes: list[Floats], recurrent: Floats) -> _Back:
    delta = dh * slopes[0]
    return delta, delta, (delta @ recurrent, _dc)


def _lstm_slopes(trace: Trace, _before: Floats) -> list[Floats]:
    i, f, g, o, c = (trace.gates[name] for name in _KEPT["lstm"])
    tanh_c = np.tanh(c)
    by_cell = [g * i * (1 - i), trace.earlier(c) * f * (1 - f), i * (1 - g**2)]
    return [*by_cell, tanh_c * o * (1 - o), o * (1 - tanh_c**2), f]


def _lstm_back(dh: Floats, dc: Floats, slopes: list[Floats], recurrent: Floats) -> _Back:
    i, f, g, o, of_cell, forget = slopes
    dc = dc + dh * of_cell
    delta = np.concatenate([dc * i, dc * f, dc * g, dh * o], axis=-1)
    return delta, delta, (delta @ recurrent, dc * forget)


def _gru_slopes(trace: Trace, before: Floats) -> list[Floats]:
    z, r, g, p = (trace.gates[name] for name in _KEPT["gru"])
    return [(before - g) * z * (1 - z), (1 - z) * (1 - g**2), p * r * (1 - r), r, z]


def _gru_back(dh: Floats, _dc: Floats, slopes: list[Floats], recurrent: Floats) -> _Back:
    by_update, by_candidate, by_reset, reset, update = slopes
    dg = dh * by_candidate
    gates = [dh * by_update, dg * by_reset]
    delta, read = (np.concatenate([*gates, last], axis=-1) for last in (dg * reset, dg))
    return delta, read, (dh * update + delta @ recurrent, _dc)


_SLOPES: dict[Cell, Callable[[Trace, Floats], list[Floats]]] = {
    "simple-rnn": _simple_rnn_slopes,
    "lstm": _lstm_slopes,
    "gru": _gru_slopes,
}
_BACK: dict[Cell, Callable[[Floats, Floats, list[Floats], Floats], _Back]] = {
    "simple-rnn": _simple_rnn_back,
    "lstm": _lstm_back,
    "gru": _gru_back,
}
