"""How a trained model is put together, and what happens where no network can be trained."""

import io
from dataclasses import replace

import numpy as np
import pytest

from forecast.errors import TrainingError
from forecast.events import Note, Warned
from forecast.forecasters.combination import COMBINATION, PRETRAINED
from forecast.forecasters.methods import COMBINED
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.past import combined
from forecast.planning.plan import plan_values
from forecast.reading.reader import ReadResult, read_panel
from forecast.spec.training import TrainRequest
from forecast.training import train as training
from forecast.training.learner import UntrainedLearner, learner_for
from forecast.training.run import Run
from tests.models import network
from tests.panels import wave

QUICK = TrainRequest(horizon=3, season=4, backtests=2, quick=True)
OWN = replace(QUICK, quick=False, window=6, units=(4,), from_="scratch")
SERIES = {"a": wave(48, season=4), "b": 3 * wave(40, season=4, seed=1)}


def reading() -> ReadResult:
    lines = [
        f"{name},{2000 + row},{value!r}"
        for name, values in SERIES.items()
        for row, value in enumerate(values.tolist())
    ]
    read = read_panel(io.BytesIO("\n".join(["shop,year,sold", *lines, ""]).encode()))
    return replace(read, panel=read.panel.with_season(4))


def trained(request: TrainRequest, *, listener=lambda _event: None) -> RecurrentForecaster:
    read = reading()
    return training.train_model(read, plan_values(read.panel, request), Run(listener))


def given_network(monkeypatch) -> None:
    """Training gives a network of random weights."""
    made = network(season=4)

    def learner(recipe, *_args, **_named):
        return UntrainedLearner(recipe.origin, made if recipe.trains else None)

    monkeypatch.setattr(training, "learner_for", learner)


def nan_loss(monkeypatch, *, stage: str) -> None:
    """The loss becomes NaN in this stage of the training."""

    class Failing(UntrainedLearner):
        def find_epochs(self, _oldest):
            return self._or_fail("epochs")

        def fit(self, _past, name):
            return self._or_fail(name)._network

        def _or_fail(self, name):
            if name == stage:
                raise TrainingError("the loss became NaN twice")
            return self

    def learner(recipe, *args, **named):
        if not recipe.trains:
            return learner_for(recipe, *args, **named)
        return Failing(recipe.origin, network(season=4))

    monkeypatch.setattr(training, "learner_for", learner)


@pytest.mark.parametrize("stage", ["epochs", "backtest 2 of 2", "refit"])
def test_a_network_whose_loss_becomes_nan_is_left_out_with_a_warning(monkeypatch, stage):
    nan_loss(monkeypatch, stage=stage)
    heard = []
    made = trained(OWN, listener=heard.append)
    (warning,) = [event.message for event in heard if isinstance(event, Warned)]
    assert warning == "no network was trained on these rows: the loss became NaN twice"
    expected = trained(QUICK)
    assert "gru" not in made.combination.members
    assert made.combination.members == expected.combination.members
    assert made.weights.tolist() == expected.weights.tolist()
    assert made.card.origin == "pretrained"
    assert np.isfinite(made.predict(reading().panel, 5).values).all()


@pytest.mark.parametrize("request_", [replace(OWN, method="gru"), replace(OWN, combine="none")])
def test_where_the_network_is_all_that_forecasts_a_nan_loss_is_an_error(monkeypatch, request_):
    nan_loss(monkeypatch, stage="refit")
    with pytest.raises(TrainingError, match="NaN"):
        trained(request_)


def test_nothing_is_trained_for_a_quick_model():
    heard = []
    made = trained(QUICK, listener=heard.append)
    assert made.card.origin == "pretrained"
    assert made.card.epochs == 0
    assert dict(made.card.versions).keys() == {"forecast", "numpy"}
    assert made.card.scores.models[0] == COMBINATION
    assert set(made.combination.members) <= {PRETRAINED, *COMBINED}
    assert not [event for event in heard if isinstance(event, Warned | Note)]


def test_a_method_alone_has_no_network():
    made = trained(TrainRequest(horizon=3, season=4, backtests=2, method="theta"))
    assert (made.name, made.card.origin, made.card.parameters) == ("theta", "none", 0)
    assert made.weights.tolist() == [[1.0]] * 3


def test_members_without_weight_in_any_series_are_left_out_but_ones_own_network(monkeypatch):
    given_network(monkeypatch)
    made = trained(OWN)
    assert made.combination.members[0] == "gru"
    assert made.network.members[0].keys() == network(season=4).members[0].keys()
    assert (made.weights[:, 1:] > 0).any(axis=0).all()
    assert made.weights.shape == (3, len(made.combination.members))
    assert made.weights.sum(axis=1) == pytest.approx(np.ones(3))
    # Random weights forecast badly: others count.
    assert made.weights[:2, 0].max() < 0.1


def test_a_model_forecasts_its_rows_by_the_weights_of_its_series(monkeypatch):
    given_network(monkeypatch)
    made, panel = trained(OWN), reading().panel
    found = made.predict(panel, 3, levels=(80,))
    members = made.combination.forecasts(panel, 3)
    assert found.values == pytest.approx(combined(made.weights[:2], members))
    assert (found.lower < found.values).all()
    assert made.predict(made.tail, 3).values.tolist() == found.values.tolist()


def test_a_network_alone_is_all_that_forecasts(monkeypatch):
    given_network(monkeypatch)
    made = trained(replace(OWN, method="gru"))
    assert (made.name, made.combination.members) == ("gru", ("gru",))
    assert made.card.scores.models[0] == "gru"
    assert made.weights.tolist() == [[1.0]] * 3
