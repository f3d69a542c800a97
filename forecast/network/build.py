"""A `ModelSpec` becomes a Keras model, and its tensors go to and fro by name."""

from typing import Literal, TypeAlias

from forecast.features.inputs import UNKNOWN, embeddings, input_layout
from forecast.forecasters.weights import Weights, weight_shapes
from forecast.network import backend, bptt
from forecast.spec.model import ModelSpec

backend.load()

import keras  # noqa: E402

FORGOTTEN = 0.1
"""Share of the texts that a training for labels reads as unknown ones: so that these mean something.

On the sentences of sample_data/intents.csv the log loss of others is 1.02 with it and 1.15 without."""

Loops: TypeAlias = Literal["keras", "by hand"]
"""Keras' own recurrent layers, which on a GPU are cuDNN's, or those of `recurrence`, faster on a CPU."""


def build(spec: ModelSpec, *, seed: int, loops: Loops = "keras") -> keras.Model:
    """A network (batch, steps, channels) -> (batch, steps, answers) that answers after every step.

    In training every step answers, so one window of T steps is T many-to-one examples;
    `forecasters.recurrent.forward` gives the last step's answers alone. The answering
    layers start at zero: the untrained network is the naive forecast. Weights and answers
    are the same for both `loops`.
    """
    keras.utils.set_random_seed(seed)
    answers = spec.outputs
    divided = input_layout(spec)
    inputs = keras.Input((None, divided.numbers + len(divided.codes)), name="steps")
    states = reads = _embedded(spec, inputs, seed=seed)
    for index, units in enumerate(spec.network.units):
        states = _layer(spec, index, units, loops)(states)
        if spec.network.dropout:
            states = keras.layers.Dropout(spec.network.dropout, seed=seed + index)(states)
    answer = keras.layers.Dense(answers, kernel_initializer="zeros", name="answer")
    skip = keras.layers.Dense(answers, kernel_initializer="zeros", use_bias=False, name="skip")
    return keras.Model(inputs, answer(states) + skip(reads))


def _embedded(spec: ModelSpec, inputs: keras.KerasTensor, *, seed: int) -> keras.KerasTensor:
    """The steps with the numbers of its text in place of every code; columns of one table share it."""
    divided = input_layout(spec)
    tables = {name: keras.layers.Embedding(*shape, name=name) for name, shape in embeddings(spec).items()}
    codes = keras.ops.cast(inputs[..., divided.numbers :], "int32")
    if spec.target.kind == "label" and divided.codes:
        codes = _Forgetting(seed)(codes)
    told = [tables[name](codes[..., place]) for place, name in enumerate(divided.codes)]
    return keras.ops.concatenate([inputs[..., : divided.numbers], *told], axis=-1) if told else inputs


class _Forgetting(keras.layers.Layer):  # type: ignore[misc]
    """Codes, of which in training some are those of unknown texts."""

    def __init__(self, seed: int) -> None:
        super().__init__(name="forgetting")
        self._random = keras.random.SeedGenerator(seed)

    def call(self, codes: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """See `keras.layers.Layer.call`."""
        if not training:
            return codes
        drawn = keras.random.uniform(keras.ops.shape(codes), seed=self._random)
        return keras.ops.where(drawn < FORGOTTEN, UNKNOWN, codes)


def _layer(spec: ModelSpec, index: int, units: int, loops: Loops) -> keras.layers.Layer:
    source = keras.layers if loops == "keras" else bptt
    layers = {"simple-rnn": source.SimpleRNN, "lstm": source.LSTM, "gru": source.GRU}
    return layers[spec.network.cell](units, return_sequences=True, name=f"layer{index}")


def weights_of(spec: ModelSpec, model: keras.Model) -> Weights:
    """The model's tensors by our names."""
    return {name: _variable(model, name).value.numpy() for name in weight_shapes(spec)}


def put_weights(model: keras.Model, weights: Weights) -> None:
    """Set the model's tensors from ours."""
    for name, value in weights.items():
        _variable(model, name).assign(value)


def _variable(model: keras.Model, name: str) -> keras.Variable:
    layer_name, _, tensor = name.partition("/")
    layer = model.get_layer(layer_name)
    owner = getattr(layer, "cell", layer)
    return getattr(owner, tensor)
