"""Layers that keep their steps: the states of the forward pass, and gradients by small differences."""

import numpy as np
import pytest

from forecast.explaining.traces import Layer, backpropagate, run_layer
from forecast.forecasters.cells import GATES, LAYERS, LayerWeights
from forecast.spec.model import CELLS, Cell

STEPS, CHANNELS, UNITS = 5, 2, 3


def arrays(*shape: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.6, shape)


def layer(cell: Cell) -> tuple[np.ndarray, list[np.ndarray]]:
    """Inputs of two windows, and the weights."""
    columns = GATES[cell] * UNITS
    bias = (2, columns) if cell == "gru" else (columns,)
    shapes = ((CHANNELS, columns), (UNITS, columns), bias)
    weights = [arrays(*shape, seed=index) for index, shape in enumerate(shapes)]
    return arrays(2, STEPS, CHANNELS, seed=9), weights


@pytest.mark.parametrize("cell", CELLS)
def test_the_states_are_those_of_the_forward_pass(cell):
    inputs, weights = layer(cell)
    states = LAYERS[cell](inputs.astype(np.float32), LayerWeights(*(w.astype(np.float32) for w in weights)))
    assert run_layer(cell, inputs, Layer(*weights)).states == pytest.approx(states, abs=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_every_gradient_is_that_of_small_differences(cell):
    inputs, weights = layer(cell)
    slopes = arrays(2, STEPS, UNITS, seed=4)
    found = backpropagate(run_layer(cell, inputs, Layer(*weights)), slopes)
    expected = [found.inputs, found.kernel, found.recurrent_kernel, found.bias]
    for index, (array, gradient) in enumerate(zip([inputs, *weights], expected, strict=True)):
        by_difference = np.empty_like(array)
        for place in np.ndindex(array.shape):
            costs = []
            for sign in (1, -1):
                moved = [inputs.copy(), *(weight.copy() for weight in weights)]
                moved[index][place] += sign * 1e-6
                states = run_layer(cell, moved[0], Layer(*moved[1:])).states
                costs.append((states * slopes).sum())
            by_difference[place] = (costs[0] - costs[1]) / 2e-6
        assert gradient == pytest.approx(by_difference, abs=1e-8)


def test_the_gates_make_the_state():
    inputs, weights = layer("gru")
    trace = run_layer("gru", inputs, Layer(*weights))
    update, candidate = trace.gates["update"], trace.gates["candidate"]
    before = trace.earlier(trace.states)
    assert (before[:, 0] == 0).all()
    assert trace.states == pytest.approx(update * before + (1 - update) * candidate)
    inputs, weights = layer("lstm")
    trace = run_layer("lstm", inputs, Layer(*weights))
    assert trace.states == pytest.approx(trace.gates["output"] * np.tanh(trace.gates["cell"]))
