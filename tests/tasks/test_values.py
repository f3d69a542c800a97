"""A target of numbers: what is trained on, and what a stored model is evaluated on."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.errors import DataError
from forecast.forecasters.combination import PRETRAINED
from forecast.forecasters.methods import COMBINED
from forecast.spec.model import ModelSpec
from forecast.spec.training import TrainRequest
from forecast.tasks.task import EvaluationRequest
from forecast.tasks.values import ENOUGH_FORECASTS, MOST_LATER, ValueTask, refit_plan
from tests.models import model, network, with_tail
from tests.panels import panel, wave

TASK = ValueTask()
QUICK = TrainRequest(horizon=4, season=4, backtests=3, quick=True)
HISTORY = panel(wave(70, season=4), wave(60, season=4, seed=1), season=4)


def stored(trained):
    return with_tail(model(network(season=4), methods=("theta",)), trained.tail(20))


def test_offsets_are_taken_off_what_a_network_is_trained_on():
    far = replace(HISTORY, values=HISTORY.values + 1e6)
    plan = TASK.plan(far, QUICK, None)
    spec: ModelSpec = plan.recipe.spec
    for rows in (
        TASK.training_rows(far, plan),
        TASK.before_backtests(far, plan),
        TASK.backtests(far, plan)[0].train,
    ):
        assert 0 < np.abs(rows.values).max() < 1e5
    assert TASK.training_rows(far, plan).lengths.tolist() == [70, 60]
    assert (
        TASK.before_backtests(far, plan).lengths.tolist()
        == TASK.backtests(far, plan)[0].train.lengths.tolist()
    )
    assert spec.season == 4


def test_epochs_are_chosen_on_rows_before_all_backtests():
    plan = TASK.plan(HISTORY, QUICK, None)
    oldest = TASK.before_backtests(HISTORY, plan)
    assert oldest.times.max() == HISTORY.times.max() - 12


def test_where_there_are_few_forecasts_a_few_later_rows_are_origins_too():
    plan = TASK.plan(HISTORY, replace(QUICK, horizon=14, backtests=1), None)
    (backtest,) = TASK.backtests(HISTORY, plan)
    past = backtest.evaluate(None, "pretrained").past
    assert ENOUGH_FORECASTS > 2 * 14
    first = past.origins.rows[past.origins.number == 0]
    assert past.origins.number.max() == MOST_LATER - 1
    assert past.origins.rows.tolist() == [
        first[series] + number
        for number, series in zip(past.origins.number, past.origins.series, strict=True)
    ]


def test_where_there_are_enough_forecasts_the_origin_is_one():
    many = panel(*(wave(70, season=4, seed=seed) for seed in range(30)), season=4)
    plan = TASK.plan(many, replace(QUICK, backtests=1), None)
    (backtest,) = TASK.backtests(many, plan)
    past = backtest.evaluate(None, "pretrained").past
    assert past.origins.number.max() == 0


def test_rows_newer_than_a_model_are_what_it_is_evaluated_on():
    made = stored(HISTORY.first(np.array([58, 60])))
    assert TASK.has_unseen(made, HISTORY)
    backtests = TASK.unseen(made, HISTORY, EvaluationRequest())
    assert [backtest.split.past.lengths.tolist() for backtest in backtests] == [
        [58, 58],
        [61, 60],
        [64, 60],
        [67, 60],
    ]
    folds = [backtest.evaluate(None, "scratch") for backtest in backtests]
    result = TASK.result(made, folds, HISTORY)
    assert (result.basis, result.scores.models[0]) == ("new rows", made.name)
    assert result.scores.forecasts == 12  # the second series has no new row


def test_too_few_new_rows_are_refused():
    made = stored(HISTORY.first(np.array([68, 60])))
    with pytest.raises(DataError, match=r"2 rows after .* are too few for 1 backtests of 3 rows"):
        TASK.unseen(made, HISTORY, EvaluationRequest(horizon=3))
    assert not TASK.has_unseen(stored(HISTORY), HISTORY)


def test_a_refit_repeats_the_plan_of_the_model():
    made = stored(HISTORY)
    plan = refit_plan(made, HISTORY, EvaluationRequest(backtests=2, horizon=5))
    assert (plan.backtests, plan.horizon, plan.recipe.origin) == (2, 5, "scratch")
    assert plan.recipe.spec.network == made.spec.network
    assert not [name for name, _ in plan.combination.networks if name != PRETRAINED]
    assert set(plan.combination.methods) <= set(COMBINED)
