"""The weights of a network, and its forward pass in NumPy."""

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Integers
from forecast.features.inputs import embeddings, input_layout
from forecast.forecasters.cells import GATES, LAYERS, LayerWeights, dense
from forecast.spec.model import ModelSpec

Weights = dict[str, NDArray[np.float32]]
"""Name -> tensor: layer0/kernel, layer0/recurrent_kernel, ..., answer/kernel, skip/kernel."""

_BATCH = 1024
"""Windows in one forward pass: the fastest size measured for a GRU of 64 units on one core."""


def last_step_outputs(
    spec: ModelSpec, weights: Weights, ends: Integers, lengths: Integers, inputs: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(series, outputs) of one network after the windows that end before rows `ends`, (series,).

    `lengths` is the number of rows of each series up to there; a longer one is cut to the window.
    """
    lengths = np.minimum(lengths, spec.windows.window)
    outputs = np.empty((len(ends), len(weights["answer/bias"])), dtype=np.float32)
    for length in np.unique(lengths):
        (same_length,) = np.nonzero(lengths == length)
        for batch in np.array_split(same_length, -(-len(same_length) // _BATCH)):
            window = inputs[ends[batch][:, None] + np.arange(-length, 0)]
            outputs[batch] = forward(spec, weights, window)
    return outputs


def forward(spec: ModelSpec, weights: Weights, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """The last step's outputs, (batch, outputs), for `inputs`, (batch, steps, channels)."""
    states = embedded = embed(spec, weights, inputs)
    for index in range(len(spec.network.units)):
        states = LAYERS[spec.network.cell](states, layer_weights(weights, index))
    outputs = dense(states[:, -1], weights["answer/kernel"], weights["answer/bias"])
    return outputs + embedded[:, -1] @ weights["skip/kernel"]


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
