"""A Keras model from a `ModelSpec`, and its weights by name."""

from forecast.features.inputs import UNKNOWN, embeddings, input_layout
from forecast.forecasters.weights import Weights, weight_shapes
from forecast.network import backend, bptt
from forecast.network.device import Loops
from forecast.spec.model import ModelSpec

backend.load()

import keras  # noqa: E402

CATEGORY_DROPOUT = 0.1
"""Fraction of the categories that a training for labels reads as unknown, so that "unknown" is trained too.

On the sentences of sample_data/intents.csv the log loss of held-out ones is 1.02 with it and 1.15 without."""


def build(spec: ModelSpec, *, seed: int, loops: Loops = "keras") -> keras.Model:
    """A network (batch, steps, channels) -> (batch, steps, outputs) with an output after every step.

    In training every step has an output, so one window of T steps is T many-to-one examples;
    `forecasters.weights.forward` computes the output of the last step only. The output
    layers start at zero: the untrained network is the naive forecast. Weights and outputs
    are the same for both `loops`.
    """
    keras.utils.set_random_seed(seed)
    channels = input_layout(spec)
    inputs = keras.Input((None, channels.numbers + len(channels.codes)), name="steps")
    states = features = _embed(spec, inputs, seed=seed)
    for index, units in enumerate(spec.network.units):
        states = _layer(spec, index, units, loops)(states)
        if spec.network.dropout:
            states = keras.layers.Dropout(spec.network.dropout, seed=seed + index)(states)
    answer = keras.layers.Dense(spec.outputs, kernel_initializer="zeros", name="answer")
    skip = keras.layers.Dense(spec.outputs, kernel_initializer="zeros", use_bias=False, name="skip")
    return keras.Model(inputs, answer(states) + skip(features))


def _embed(spec: ModelSpec, inputs: keras.KerasTensor, *, seed: int) -> keras.KerasTensor:
    """The steps with an embedding in place of every code; columns with the same categories share one."""
    channels = input_layout(spec)
    tables = {name: keras.layers.Embedding(*shape, name=name) for name, shape in embeddings(spec).items()}
    codes = keras.ops.cast(inputs[..., channels.numbers :], "int32")
    if spec.target.kind == "label" and channels.codes:
        codes = _CategoryDropout(seed)(codes)
    embedded = [tables[name](codes[..., index]) for index, name in enumerate(channels.codes)]
    if not embedded:
        return inputs
    return keras.ops.concatenate([inputs[..., : channels.numbers], *embedded], axis=-1)


class _CategoryDropout(keras.layers.Layer):  # type: ignore[misc]
    """Replaces some codes by that of unknown categories, in training only."""

    def __init__(self, seed: int) -> None:
        super().__init__(name="category_dropout")
        self._random = keras.random.SeedGenerator(seed)

    def call(self, codes: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """See `keras.layers.Layer.call`."""
        if not training:
            return codes
        drawn = keras.random.uniform(keras.ops.shape(codes), seed=self._random)
        return keras.ops.where(drawn < CATEGORY_DROPOUT, UNKNOWN, codes)


def _layer(spec: ModelSpec, index: int, units: int, loops: Loops) -> keras.layers.Layer:
    source = keras.layers if loops == "keras" else bptt
    layers = {"simple-rnn": source.SimpleRNN, "lstm": source.LSTM, "gru": source.GRU}
    return layers[spec.network.cell](units, return_sequences=True, name=f"layer{index}")


def weights_of(spec: ModelSpec, model: keras.Model) -> Weights:
    """The weights of the Keras model, by the names of `weight_shapes`."""
    return {name: _variable(model, name).value.numpy() for name in weight_shapes(spec)}


def put_weights(model: keras.Model, weights: Weights) -> None:
    """Set the weights of the Keras model, given by the names of `weight_shapes`."""
    for name, value in weights.items():
        _variable(model, name).assign(value)


def _variable(model: keras.Model, name: str) -> keras.Variable:
    layer_name, _, tensor = name.partition("/")
    layer = model.get_layer(layer_name)
    owner = getattr(layer, "cell", layer)
    return getattr(owner, tensor)
