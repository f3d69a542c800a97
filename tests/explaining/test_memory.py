import numpy as np
import pytest

from forecast.errors import UsageError
from forecast.explaining.memory import _half_life, memories, memory
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import weight_shapes
from forecast.spec.model import CELLS, ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.reading import Target
from tests.models import model, network
from tests.panels import panel, wave

SERIES = panel(wave(90, season=4), season=4)


@pytest.mark.parametrize("cell", CELLS)
def test_effects_are_what_a_larger_value_does_to_the_forecast(cell):
    made = network(season=4, cell=cell, members=2)
    found = memory(made, SERIES)
    assert found.effects.shape == found.left.shape == (3, 6)
    assert (found.name, found.networks, found.times[0]) == (cell, 2, 2089)
    for ago in (0, 3, 5):
        forecasts = []
        for sign in (1, -1):
            moved = SERIES.values.copy()
            moved[-1 - ago] += sign * 0.05
            forecasts.append(made.forecast(panel(moved, season=4), 3)[0])
        assert found.effects[:, ago] == pytest.approx((forecasts[0] - forecasts[1]) / 0.1, abs=1e-3)
    assert found.effects.sum(axis=1) + found.older == pytest.approx(1, abs=0.2)


def test_what_is_left_is_relative_to_the_newest_row_and_fades_in_an_untrained_network():
    left = memory(network(season=4), SERIES).left
    assert left[:, 0].tolist() == [1, 1, 1]
    assert (left[:, -1] < 0.5).all()
    assert (left > 0).all()


def test_of_a_network_whose_state_is_not_used_nothing_is_left():
    made = network(season=4)
    weights = {name: np.zeros_like(array) for name, array in made.members[0].items()}
    found = memory(Network(made.spec, (weights,)), SERIES)
    assert found.left.tolist() == np.zeros((3, 6)).tolist()
    assert found.half_lives.tolist() == [0, 0, 0]
    assert found.effects[0] == pytest.approx([0, 0, 0, 1, 0, 0])  # the seasonal naive forecast


@pytest.mark.parametrize(
    ("left", "half_life"),
    [
        ([1, 0.5, 0.25], 1.0),
        ([1, 0.25, 0.1], 0.5),
        ([1, 0.2, 0.8, 0.2], 2 + np.log(1.6) / np.log(4)),  # for good
        ([1, 0.9, 0.8], np.inf),
        ([1, 0, 0], pytest.approx(0, abs=0.03)),
        ([0, 0], 0),
        ([1], np.inf),
    ],
)
def test_the_half_life_is_where_less_than_half_is_left_for_good(left, half_life):
    assert _half_life(np.array(left)) == pytest.approx(half_life) or _half_life(np.array(left)) == half_life


def test_each_network_of_a_combination_has_a_memory_and_methods_have_none():
    own, pretrained = network(), network(seed=1)
    found = memories(model(own, pretrained=pretrained, methods=("theta",)), panel(wave(50)))
    assert [each.name for each in found] == ["gru", "pretrained"]
    assert not np.array_equal(found[0].effects, found[1].effects)


def test_a_member_reads_a_series_far_from_zero_without_a_constant():
    far = panel(wave(50) + 1e6)
    (found,) = memories(model(network()), far)
    assert found.taken_off == ("a constant",)
    assert found.effects.sum(axis=1) + found.older == pytest.approx(1, abs=0.05)


def test_of_classes_it_is_what_is_left_in_the_probabilities():
    target = Target("class", ("0", "1"))
    spec = ModelSpec(WindowSpec(5, 2), NetworkSpec("lstm", (4,)), 1, target=target)
    random = np.random.default_rng(0)
    weights = {
        name: random.normal(size=shape).astype(np.float32) for name, shape in weight_shapes(spec).items()
    }
    days = panel(np.array([0.0, 1, 1, 0, 1, 0, 0, 1]))
    found = memory(Network(spec, (weights,)), days)
    assert found.effects is None
    assert found.left.shape == (2, 5)
    assert found.left[:, 0].tolist() == [1, 1]


def test_a_short_series_has_a_short_window_and_several_are_refused():
    assert memory(network(), panel([3.0, 4.0])).left.shape == (3, 2)
    assert memory(network(), panel([3.0])).effects[:, 0] == pytest.approx(1)
    with pytest.raises(UsageError, match="one series"):
        memory(network(), panel([1.0, 2.0], [3.0, 4.0]))
