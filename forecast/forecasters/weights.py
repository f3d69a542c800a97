"""The tensors of a network, and its forward pass in NumPy."""

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Integers
from forecast.features.inputs import embeddings, layout
from forecast.forecasters.cells import GATES, LAYERS, LayerWeights, dense
from forecast.spec.model import ModelSpec

Weights = dict[str, NDArray[np.float32]]


_BATCH = 1024
"""Windows in one forward pass: the fastest size measured for a GRU of 64 on one core."""


def last_step_outputs(
    spec: ModelSpec, weights: Weights, ends: Integers, lengths: Integers, inputs: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(series, answers) of one network to the window before each row of `ends`, in series of `lengths`."""
    lengths = np.minimum(lengths, spec.windows.window)
    answers = np.empty((len(ends), len(weights["answer/bias"])), dtype=np.float32)
    for length in np.unique(lengths):
        (alike,) = np.nonzero(lengths == length)
        for batch in np.array_split(alike, -(-len(alike) // _BATCH)):
            window = inputs[ends[batch][:, None] + np.arange(-length, 0)]
            answers[batch] = forward(spec, weights, window)
    return answers


def forward(spec: ModelSpec, weights: Weights, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """The last step's answers, (batch, answers), to `inputs`, (batch, steps, channels)."""
    states = reads = embedded(spec, weights, inputs)
    for index in range(len(spec.network.units)):
        states = LAYERS[spec.network.cell](states, layer_weights(weights, index))
    answers = dense(states[:, -1], weights["answer/kernel"], weights["answer/bias"])
    return answers + reads[:, -1] @ weights["skip/kernel"]


def embedded(spec: ModelSpec, weights: Weights, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """(batch, steps, channels) with the numbers of its text in place of every code."""
    divided = layout(spec)
    if not divided.codes:
        return inputs
    codes = inputs[..., divided.numbers :].astype(np.int64)
    told = [weights[f"{name}/embeddings"][codes[..., place]] for place, name in enumerate(divided.codes)]
    return np.concatenate([inputs[..., : divided.numbers], *told], axis=-1)


def layer_weights(weights: Weights, index: int) -> LayerWeights:
    """The tensors of one recurrent layer, the first being 0."""
    return LayerWeights(
        weights[f"layer{index}/kernel"],
        weights[f"layer{index}/recurrent_kernel"],
        weights[f"layer{index}/bias"],
    )


def weight_shapes(spec: ModelSpec) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor of a network, by name: all that a model file may hold as weights."""
    cell, divided, tables = spec.network.cell, layout(spec), embeddings(spec)
    answers = spec.outputs
    shapes: dict[str, tuple[int, ...]] = {f"{name}/embeddings": shape for name, shape in tables.items()}
    reads = read_in_all = divided.numbers + sum(tables[name][1] for name in divided.codes)
    for index, units in enumerate(spec.network.units):
        columns = GATES[cell] * units
        shapes[f"layer{index}/kernel"] = (reads, columns)
        shapes[f"layer{index}/recurrent_kernel"] = (units, columns)
        shapes[f"layer{index}/bias"] = (2, columns) if cell == "gru" else (columns,)
        reads = units
    shapes["answer/kernel"] = (reads, answers)
    shapes["answer/bias"] = (answers,)
    shapes["skip/kernel"] = (read_in_all, answers)
    return shapes
