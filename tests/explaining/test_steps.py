import numpy as np
import pytest

from forecast.classification.classifier import Classifier
from forecast.explaining.memory import memory
from forecast.explaining.steps import steps_of
from forecast.forecasters.combination import Combination
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import weight_shapes
from forecast.spec.model import CELLS, ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.reading import Target
from tests import shops
from tests.models import network
from tests.panels import panel, wave

SERIES = panel(wave(90, season=4), season=4)


@pytest.mark.parametrize("cell", CELLS)
def test_the_answer_after_the_last_row_is_the_forecast(cell):
    made = network(season=4, cell=cell, members=2)
    found = steps_of(made, SERIES)
    assert found.answers.shape == (6, 3)
    assert found.answers[-1] == pytest.approx(made.forecast(SERIES, 3)[0], rel=1e-6)
    assert found.states.shape == (6, 4)
    assert np.ptp(found.answers[:, 0]) > 1  # it moves


def test_the_answer_of_a_member_has_what_was_taken_off_put_back():
    values = wave(400, season=7) + 20 * np.sin(np.arange(400) / 45.6 * 2 * np.pi) + 1e5
    daily = panel(values, season=7)
    made = network(season=7)
    combination = Combination((("gru", made),), (), (45.6,))
    found = steps_of(made, daily, combination)
    assert found.read.taken_off == ("its longer seasons",)
    forecast = combination.forecasts(daily, 3)[0, 0]
    assert found.answers[-1] == pytest.approx(forecast, rel=1e-6)
    assert np.abs(found.answers[:-1, 0] - values[-5:]).max() < 30  # and after each row before it


def test_a_network_with_covariates_and_a_calendar_is_read_as_it_forecasts():
    sales = shops.panel().select([1])
    spec = shops.spec(sales)
    random = np.random.default_rng(0)
    shapes = weight_shapes(spec).items()
    made = Network(spec, ({name: random.normal(0, 0.2, shape).astype(np.float32) for name, shape in shapes},))
    combination = Combination((("gru", made),))
    found = steps_of(made, sales, combination)
    assert found.answers[-1] == pytest.approx(combination.forecasts(sales, 3)[0, 0], rel=1e-5)
    remembered = memory(made, sales, combination)
    assert remembered.effects.shape == (3, 6)
    assert remembered.spec.covariates


def test_the_probabilities_after_the_last_row_are_those_of_the_classifier():
    spec = ModelSpec(WindowSpec(5, 2), NetworkSpec("lstm", (4,)), 1, target=Target("class", ("0", "1")))
    random = np.random.default_rng(0)
    shapes = weight_shapes(spec).items()
    made = Network(spec, ({name: random.normal(size=shape).astype(np.float32) for name, shape in shapes},))
    days = panel(np.array([0.0, 1, 1, 0, 1, 0, 0, 1]))
    found = steps_of(made, days)
    assert found.answers.shape == (5, 2, 2)
    assert found.answers.sum(axis=2) == pytest.approx(1)
    assert found.answers[-1] == pytest.approx(Classifier(made).probabilities(days, 2)[0], abs=1e-6)
    assert found.kept is found.gates["forget"]


def test_old_states_and_gates_give_the_new_states():
    found = steps_of(network(season=4), SERIES)
    before = found.earlier(found.states)
    assert before[0].tolist() == [0, 0, 0, 0]
    expected = found.kept * before + (1 - found.kept) * found.gates["candidate"]
    assert found.states == pytest.approx(expected)
    assert steps_of(network(season=4, cell="simple-rnn"), SERIES).kept.max() == 0
