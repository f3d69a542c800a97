"""A small recurrent network in NumPy that reads one number a step, and its training: for lessons.

It starts as Keras' layers do and is trained as the networks of the program are, by Adam with clipped
gradients, but on squared errors of the last step alone. A lesson takes seconds, without TensorFlow.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import Floats
from forecast.explaining.traces import Layer, backpropagate, run_layer
from forecast.forecasters.cells import GATES
from forecast.spec.model import Cell

UNITS = 16

_RATE = 0.01
_BATCH = 32
_MOMENTUM, _SECOND = 0.9, 0.99


@dataclass(frozen=True, slots=True)
class SmallNetwork:
    """One recurrent layer, whose last state gives the outputs."""

    cell: Cell
    layer: Layer
    kernel: Floats
    """(units, outputs)"""
    bias: Floats

    @classmethod
    def random(
        cls, cell: Cell, *, outputs: int = 1, seed: int, scale: float = 1.0, remembers: int | None = None
    ) -> "SmallNetwork":
        """The weights that Keras starts from; the recurrent ones `scale` times as large.

        With `remembers` the gates that keep the state are so far open at the start that it lasts about so
        many steps (Tallec & Ollivier 2018, "Can recurrent neural networks warp time?").
        """
        random, columns = np.random.default_rng(seed), GATES[cell] * UNITS
        kernel = random.uniform(-1, 1, (1, columns)) * np.sqrt(6 / (1 + columns))
        square = np.linalg.qr(random.normal(size=(columns, UNITS)))[0].T
        bias = np.zeros((2, columns) if cell == "gru" else columns)
        if cell == "lstm":
            bias[UNITS : 2 * UNITS] = 1.0 if remembers is None else np.log(remembers)  # the forget gate
        if cell == "gru" and remembers is not None:
            bias[0, :UNITS] = np.log(remembers)  # the update gate
        answer = random.uniform(-1, 1, (UNITS, outputs)) * np.sqrt(6 / (UNITS + outputs))
        return cls(cell, Layer(kernel, scale * square, bias), answer, np.zeros(outputs))

    @property
    def weights(self) -> tuple[Floats, ...]:
        """All arrays that are trained."""
        layer = self.layer
        return layer.kernel, layer.recurrent_kernel, layer.bias, self.kernel, self.bias

    @property
    def size(self) -> int:
        """Numbers that are trained."""
        return sum(array.size for array in self.weights)

    def with_weights(self, weights: tuple[Floats, ...]) -> "SmallNetwork":
        """The network with other numbers, in the order of `weights`."""
        return replace(self, layer=Layer(*weights[:3]), kernel=weights[3], bias=weights[4])

    def outputs(self, windows: Floats) -> Floats:
        """(batch, outputs) for windows of any length, (batch, steps)."""
        states = run_layer(self.cell, windows[..., None], self.layer).states
        return np.asarray(states[:, -1] @ self.kernel + self.bias)


@dataclass(frozen=True, slots=True)
class LossGradient:
    """The mean squared error of some windows, and its gradient."""

    loss: float
    weights: tuple[Floats, ...]
    by_distance: Floats
    """(steps,) mean norm of the gradient of a window's loss by the state after each step, newest first."""

    @property
    def norm(self) -> float:
        """Of the gradient of all weights together."""
        return float(np.sqrt(sum((array**2).sum() for array in self.weights)))


def loss_gradient(network: SmallNetwork, windows: Floats, targets: Floats) -> LossGradient:
    """For windows, (batch, steps), and targets, (batch, outputs)."""
    trace = run_layer(network.cell, windows[..., None], network.layer)
    last = trace.states[:, -1]
    errors = last @ network.kernel + network.bias - targets
    slope = 2 * errors / errors.size
    states = np.zeros_like(trace.states)
    states[:, -1] = slope @ network.kernel.T
    found = backpropagate(trace, states)
    norms = np.sqrt((found.states**2).sum(axis=2)).mean(axis=0) * len(windows)
    weights = (found.kernel, found.recurrent_kernel, found.bias, last.T @ slope, slope.sum(axis=0))
    return LossGradient(float((errors**2).mean()), weights, norms[::-1])


Draw = Callable[[np.random.Generator, int], tuple[Floats, Floats]]
"""So many windows, (batch, steps), and their targets, (batch, outputs)."""


def drawn_from(windows: Floats, targets: Floats) -> Draw:
    """Batches of these windows, with replacement."""

    def draw(random: np.random.Generator, count: int) -> tuple[Floats, Floats]:
        batch = random.integers(len(windows), size=count)
        return windows[batch], targets[batch]

    return draw


@dataclass(frozen=True, slots=True)
class Trained:
    """A network after its training."""

    network: SmallNetwork
    norms: Floats
    """(updates,) of the gradient, before clipping; an infinite one is the last."""

    @property
    def largest(self) -> float:
        """The largest norm."""
        return float(self.norms.max())


@np.errstate(over="ignore", invalid="ignore")
def train(network: SmallNetwork, draw: Draw, *, updates: int, clip: float, seed: int) -> Trained:
    """Train on batches that are drawn; gradients are clipped to the norm `clip`, 0 for not at all."""
    random = np.random.default_rng(seed)
    first = [np.zeros_like(array) for array in network.weights]
    second = [np.zeros_like(array) for array in network.weights]
    norms = []
    for update in range(1, updates + 1):
        found = loss_gradient(network, *draw(random, _BATCH))
        norms.append(found.norm)
        if not np.isfinite(norms[-1]):
            break
        factor = min(1.0, clip / norms[-1]) if clip and norms[-1] else 1.0
        moved = []
        for index, (weight, gradient) in enumerate(zip(network.weights, found.weights, strict=True)):
            step = factor * gradient
            first[index] += (1 - _MOMENTUM) * (step - first[index])
            second[index] += (1 - _SECOND) * (step**2 - second[index])
            size = np.sqrt(second[index] / (1 - _SECOND**update)) + 1e-7
            moved.append(weight - _RATE * first[index] / (1 - _MOMENTUM**update) / size)
        network = network.with_weights(tuple(moved))
    return Trained(network, np.array(norms))
