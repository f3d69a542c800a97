"""The weights of a network, and its forward pass in NumPy."""

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Integers, slices
from forecast.features.inputs import embeddings, input_layout
from forecast.forecasters.cells import GATES, LAYERS, LayerWeights, dense
from forecast.spec.model import ModelSpec

Weights = dict[str, NDArray[np.float32]]
"""Name -> tensor: layer0/kernel, layer0/recurrent_kernel, ..., answer/kernel, skip/kernel."""

_BATCH = 256
"""Windows in one forward pass: larger ones were not faster for a GRU of 128 units on one core."""


def last_step_outputs(
    spec: ModelSpec, weights: Weights, ends: Integers, lengths: Integers, inputs: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(series, outputs) of one network after the windows that end before rows `ends`, (series,).

    `lengths` is the number of rows of each series up to there; a longer one is cut to the window. Windows
    that begin at the same row are read in one pass.
    """
    lengths = np.minimum(lengths, spec.windows.window)
    outputs = np.empty((len(ends), len(weights["answer/bias"])), dtype=np.float32)
    starts, passes = np.unique(ends - lengths, return_inverse=True)
    longest = np.zeros(len(starts), dtype=np.int64)
    np.maximum.at(longest, passes, lengths)
    order = np.argsort(passes, kind="stable")
    first = np.searchsorted(passes[order], np.arange(len(starts) + 1))
    for length in np.unique(longest):
        (same_length,) = np.nonzero(longest == length)
        for batch in np.array_split(same_length, -(-len(same_length) // _BATCH)):
            count = first[batch + 1] - first[batch]
            asked = order[slices(first[batch], count)[1]]
            window = embed(spec, weights, inputs[starts[batch][:, None] + np.arange(length)])
            at = np.repeat(np.arange(len(batch)), count), lengths[asked] - 1
            outputs[asked] = _answers(weights, window[at], _states(spec, weights, window)[at])
    return outputs


def forward(spec: ModelSpec, weights: Weights, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """The last step's outputs, (batch, outputs), for `inputs`, (batch, steps, channels)."""
    embedded = embed(spec, weights, inputs)
    return _answers(weights, embedded[:, -1], _states(spec, weights, embedded)[:, -1])


def _states(spec: ModelSpec, weights: Weights, embedded: NDArray[np.float32]) -> NDArray[np.float32]:
    """(batch, steps, units) the states of the last layer, from inputs (batch, steps, channels)."""
    states = embedded
    for index in range(len(spec.network.units)):
        states = LAYERS[spec.network.cell](states, layer_weights(weights, index))
    return states


def _answers(
    weights: Weights, embedded: NDArray[np.float32], states: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(batch, outputs) from the inputs of a step, (batch, channels), and the state after it."""
    answers = dense(states, weights["answer/kernel"], weights["answer/bias"])
    return answers + embedded @ weights["skip/kernel"]


def embed(spec: ModelSpec, weights: Weights, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """`inputs`, (batch, steps, channels), with every code replaced by its embedding."""
    layout = input_layout(spec)
    if not layout.codes:
        return inputs
    codes = inputs[..., layout.numbers :].astype(np.int64)
    vectors = [weights[f"{name}/embeddings"][codes[..., index]] for index, name in enumerate(layout.codes)]
    return np.concatenate([inputs[..., : layout.numbers], *vectors], axis=-1)


def layer_weights(weights: Weights, index: int) -> LayerWeights:
    """The weights of one recurrent layer, the first being 0."""
    return LayerWeights(
        weights[f"layer{index}/kernel"],
        weights[f"layer{index}/recurrent_kernel"],
        weights[f"layer{index}/bias"],
    )


def weight_shapes(spec: ModelSpec) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor of a network, by name: all that a model file may hold as weights."""
    cell, layout, tables = spec.network.cell, input_layout(spec), embeddings(spec)
    outputs = spec.outputs
    shapes: dict[str, tuple[int, ...]] = {f"{name}/embeddings": shape for name, shape in tables.items()}
    channels = embedded = layout.numbers + sum(tables[name][1] for name in layout.codes)
    for index, units in enumerate(spec.network.units):
        columns = GATES[cell] * units
        shapes[f"layer{index}/kernel"] = (channels, columns)
        shapes[f"layer{index}/recurrent_kernel"] = (units, columns)
        shapes[f"layer{index}/bias"] = (2, columns) if cell == "gru" else (columns,)
        channels = units
    shapes["answer/kernel"] = (channels, outputs)
    shapes["answer/bias"] = (outputs,)
    shapes["skip/kernel"] = (embedded, outputs)
    return shapes
