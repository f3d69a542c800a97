import keras
import numpy as np
import pytest

from forecast.features.inputs import read_inputs
from forecast.features.target import feature_count
from forecast.forecasters.weights import forward, weight_shapes
from forecast.network.build import build, put_weights, weights_of
from forecast.spec.model import CELLS, ModelSpec, NetworkSpec, WindowSpec
from tests import shops


def spec(cell: str, units: tuple[int, ...] = (5,), *, horizon: int = 12, season: int = 1) -> ModelSpec:
    return ModelSpec(WindowSpec(9, horizon), NetworkSpec(cell, units), season)


def random_weights(shape: ModelSpec) -> dict[str, np.ndarray]:
    random = np.random.default_rng(3)
    return {
        name: random.normal(0, 0.4, size).astype(np.float32) for name, size in weight_shapes(shape).items()
    }


@pytest.mark.parametrize("units", [(7,), (6, 4)])
@pytest.mark.parametrize("cell", CELLS)
def test_the_numpy_forward_pass_equals_keras(cell, units):
    shape = spec(cell, units)
    inputs = np.random.default_rng(1).normal(size=(8, 9, feature_count(1, 12))).astype(np.float32)
    weights = random_weights(shape)
    model = build(shape, seed=0)
    put_weights(model, weights)
    expected = model(inputs).numpy()[:, -1]
    assert forward(shape, weights, inputs) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_tensors_have_the_shapes_that_a_model_file_expects(cell):
    shape = spec(cell, (6, 4), season=4)
    weights = weights_of(shape, build(shape, seed=0))
    assert {name: value.shape for name, value in weights.items()} == weight_shapes(shape)


def test_every_number_that_keras_trains_is_in_the_weights():
    shape = spec("gru", (6, 4))
    model = build(shape, seed=0)
    assert sum(value.size for value in weights_of(shape, model).values()) == model.count_params()


@pytest.mark.parametrize("cell", CELLS)
def test_the_untrained_network_outputs_zero_the_naive_forecast(cell):
    inputs = np.random.default_rng(1).normal(size=(2, 9, feature_count(1, 12))).astype(np.float32)
    assert not build(spec(cell), seed=0)(inputs).numpy().any()


def test_the_output_of_a_step_depends_on_no_later_step():
    shape = spec("lstm")
    model = build(shape, seed=0)
    put_weights(model, random_weights(shape))
    inputs = np.random.default_rng(1).normal(size=(1, 9, feature_count(1, 12))).astype(np.float32)
    whole, early = model(inputs).numpy(), model(inputs[:, :4]).numpy()
    assert whole[:, :4] == pytest.approx(early, abs=1e-6)


def test_a_seed_decides_the_first_weights():
    first, same, other = (weights_of(spec("gru"), build(spec("gru"), seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(first["layer0/kernel"], same["layer0/kernel"])
    assert not np.array_equal(first["layer0/kernel"], other["layer0/kernel"])


def test_dropout_is_between_layers_and_not_inside_the_recurrence():
    shape = ModelSpec(WindowSpec(9, 2), NetworkSpec("gru", (6, 4), dropout=0.25), 1)
    layers = build(shape, seed=0).layers
    assert [layer.rate for layer in layers if isinstance(layer, keras.layers.Dropout)] == [0.25, 0.25]
    recurrent = [layer for layer in layers if isinstance(layer, keras.layers.GRU)]
    assert [(layer.dropout, layer.recurrent_dropout) for layer in recurrent] == [(0, 0), (0, 0)]


@pytest.mark.parametrize("cell", CELLS)
def test_the_numpy_forward_pass_with_covariates_equals_keras(cell):
    history = shops.panel()
    shape = shops.spec(history, cell=cell)
    inputs = read_inputs(history, shape).inputs[:20].reshape(2, 10, -1)
    weights = random_weights(shape)
    model = build(shape, seed=0)
    put_weights(model, weights)
    expected = model(inputs).numpy()[:, -1]
    assert forward(shape, weights, inputs) == pytest.approx(expected, abs=1e-5)
    assert {name: value.shape for name, value in weights_of(shape, model).items()} == weight_shapes(shape)
