"""Keras' own layers are the reference: the same outputs, the same gradients, the same training."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from forecast.features.target import feature_count
from forecast.forecasters.weights import weight_shapes
from forecast.network import bptt
from forecast.network.build import build, weights_of
from forecast.network.loop import Counts, Loop, RowTensors, Slices
from forecast.spec.model import CELLS, ModelSpec, NetworkSpec, WindowSpec

LAYERS = ("SimpleRNN", "LSTM", "GRU")
SHAPES = [(3, 5, 2, 4), (1, 1, 1, 1), (16, 24, 14, 32)]
"""Of batch, steps, channels and units."""


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).normal(0, 0.2, shape).astype(np.float32)


def pair(name: str, channels: int, units: int, **options: object) -> list[keras.layers.Layer]:
    """A layer of Keras and ours, with the same weights, none of them zero."""
    layers = [getattr(source, name)(units, **options) for source in (keras.layers, bptt)]
    for layer in layers:
        layer.build((None, None, channels))
        layer.set_weights([normal(*weight.shape) for weight in layer.weights])
    return layers


def outputs_and_gradients(
    layer: keras.layers.Layer, inputs: tf.Tensor, weights: tf.Tensor
) -> list[tf.Tensor]:
    """Outputs, and the gradients of their weighted mean with respect to the inputs and every weight."""
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(inputs)
        cost = tf.reduce_mean(weights * outputs)
    return [outputs, *tape.gradient(cost, [inputs, *(weight.value for weight in layer.weights)])]


def assert_equal_to_keras(ours: list[tf.Tensor], reference: list[tf.Tensor]) -> None:
    np.testing.assert_allclose(ours[0], reference[0], rtol=0, atol=1e-6)
    for gradient, expected in zip(ours[1:], reference[1:], strict=True):
        size = max(float(np.abs(expected).max()), 1e-12)
        np.testing.assert_allclose(gradient / size, expected / size, rtol=0, atol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("jit_compile", [False, True], ids=["function", "xla"])
@pytest.mark.parametrize("name", LAYERS)
def test_outputs_and_gradients_equal_those_of_keras(name, jit_compile, shape):
    batch, steps, channels, units = shape
    keras_layer, ours = pair(name, channels, units, return_sequences=True)
    inputs, weights = tf.constant(normal(batch, steps, channels)), tf.constant(normal(batch, steps, units))
    computed, reference = (
        tf.function(outputs_and_gradients, jit_compile=jit_compile)(layer, inputs, weights)
        for layer in (ours, keras_layer)
    )
    assert_equal_to_keras(computed, reference)


@pytest.mark.parametrize("name", LAYERS)
def test_one_compiled_function_takes_batches_of_any_size_and_length(name):
    keras_layer, ours = pair(name, 2, 3, return_sequences=True)
    anything = [tf.TensorSpec((None, None, count)) for count in (2, 3)]
    compiled = tf.function(lambda *each: outputs_and_gradients(ours, *each), input_signature=anything)
    for batch, steps in ((4, 6), (1, 9)):
        inputs, weights = tf.constant(normal(batch, steps, 2)), tf.constant(normal(batch, steps, 3))
        assert_equal_to_keras(compiled(inputs, weights), outputs_and_gradients(keras_layer, inputs, weights))


@pytest.mark.parametrize("name", LAYERS)
def test_other_uses_of_the_layers_are_left_to_keras(name):
    inputs = tf.constant(normal(2, 5, 3))
    keras_layer, ours = pair(name, 3, 4)
    assert ours(inputs).numpy() == pytest.approx(keras_layer(inputs).numpy(), abs=1e-6)
    keras_layer, ours = pair(name, 3, 4, return_sequences=True)
    mask = tf.constant([[True, True, False, True, True], [True] * 5])
    assert ours(inputs, mask=mask).numpy() == pytest.approx(keras_layer(inputs, mask=mask).numpy(), abs=1e-6)


def spec(cell: str) -> ModelSpec:
    return ModelSpec(WindowSpec(7, 2), NetworkSpec(cell, (6, 5)), season=1)


@pytest.mark.parametrize("cell", CELLS)
def test_both_kinds_of_loops_start_from_the_same_weights_under_the_same_names(cell):
    keras_layer, ours = (
        weights_of(spec(cell), build(spec(cell), seed=4, loops=kind)) for kind in ("keras", "custom gradient")
    )
    assert {name: value.shape for name, value in ours.items()} == weight_shapes(spec(cell))
    assert all(np.array_equal(ours[name], keras_layer[name]) for name in keras_layer)


@pytest.mark.parametrize(("cell", "xla"), [*((cell, False) for cell in CELLS), ("gru", True)])
def test_stacked_layers_train_to_the_same_weights_as_those_of_keras(cell, xla):
    keras_layer, ours = (trained(cell, kind, xla=xla) for kind in ("keras", "custom gradient"))
    start = weights_of(spec(cell), build(spec(cell), seed=0))
    for name, expected in keras_layer.items():
        assert np.abs(expected - start[name]).max() > 1e-3
        assert ours[name] == pytest.approx(expected, abs=1e-4)


def trained(cell: str, loops: str, *, xla: bool) -> dict[str, np.ndarray]:
    """Weights after twelve updates on batches of eight windows."""
    model = build(spec(cell), seed=0, loops=loops)
    loop = Loop(model, keras.optimizers.AdamW(0.01), window=7, xla=xla)
    rows = RowTensors(
        *map(tf.constant, (normal(40, feature_count(1, 2)), normal(40, 2), np.ones((40, 2), np.float32)))
    )
    starts = np.arange(3 * 4 * 8, dtype=np.int32).reshape(3, 4, 8) % 33
    batches = Slices(starts, np.zeros_like(starts), np.full_like(starts, 7))
    loop.run(rows, batches, Slices(*(part[0] for part in batches)), Counts(3, 4, 2))
    return weights_of(spec(cell), model)
