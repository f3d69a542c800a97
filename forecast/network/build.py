"""A `ModelSpec` becomes a Keras model, and its tensors go to and fro by name."""

from typing import Literal, TypeAlias

from forecast.data.channels import width
from forecast.forecasters.recurrent import Weights, weight_shapes
from forecast.network import backend, recurrence
from forecast.spec import ModelSpec

backend.load()

import keras  # noqa: E402

Loops: TypeAlias = Literal["keras", "by hand"]
"""Keras' own recurrent layers, which on a GPU are cuDNN's, or those of `recurrence`, faster on a CPU."""


def build(spec: ModelSpec, *, seed: int, loops: Loops = "keras") -> keras.Model:
    """A network (batch, steps, channels) -> (batch, steps, horizon) that answers after every step.

    In training every step answers, so one window of T steps is T many-to-one examples;
    `forecasters.recurrent.forward` gives the last step's answers alone. The answering
    layers start at zero: the untrained network is the naive forecast. Weights and answers
    are the same for both `loops`.
    """
    keras.utils.set_random_seed(seed)
    horizon = spec.windows.horizon
    inputs = keras.Input((None, width(spec.season, horizon)), name="steps")
    states = inputs
    for index, units in enumerate(spec.network.units):
        states = _layer(spec, index, units, loops)(states)
        if spec.network.dropout:
            states = keras.layers.Dropout(spec.network.dropout, seed=seed + index)(states)
    answer = keras.layers.Dense(horizon, kernel_initializer="zeros", name="answer")
    skip = keras.layers.Dense(horizon, kernel_initializer="zeros", use_bias=False, name="skip")
    return keras.Model(inputs, answer(states) + skip(inputs))


def _layer(spec: ModelSpec, index: int, units: int, loops: Loops) -> keras.layers.Layer:
    source = keras.layers if loops == "keras" else recurrence
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
