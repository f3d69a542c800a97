"""What is trained, from which weights, and what it is combined with."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.errors import DataError, UsageError
from forecast.forecasters.combination import PRETRAINED
from forecast.forecasters.methods import COMBINED, METHODS
from forecast.planning.plan import MANY_SERIES, plan_values, training_of
from forecast.planning.recipe import recipe_of
from forecast.spec.training import TrainingPlan, TrainRequest
from tests import shops
from tests.models import model, network
from tests.panels import panel, wave

ONE = panel(wave(90), season=12)
MANY = panel(*(wave(60, seed=seed) for seed in range(MANY_SERIES)), season=12)


def plan(history=ONE, **asked):
    return plan_values(history, TrainRequest(season=12, **asked))


def names(found) -> tuple[str, ...]:
    return found.combination.members


def test_by_default_a_network_of_the_rows_is_combined_with_all_that_needs_no_training():
    found = plan()
    assert found.recipe.origin == "scratch"
    assert found.recipe.trains
    assert names(found) == (PRETRAINED, *COMBINED)
    assert found.combination.periods is None


def test_quick_trains_nothing():
    found = plan(quick=True)
    assert found.recipe.origin == "pretrained"
    assert not found.recipe.trains
    assert names(found) == (PRETRAINED, *COMBINED)


def test_many_series_improve_the_pretrained_network():
    found = plan(MANY)
    assert found.recipe.origin == "fine-tuned"
    assert found.recipe.pretrained is not None
    assert len(found.recipe.initial_weights) > 0
    assert (
        plan(panel(*(each.values for each in MANY.select(range(MANY_SERIES - 1))), season=12)).recipe.origin
        == "scratch"
    )
    assert plan(MANY, from_="scratch").recipe.origin == "scratch"
    assert plan(ONE, from_="pretrained").recipe.origin == "fine-tuned"


@pytest.mark.parametrize("method", METHODS)
def test_a_method_alone_trains_no_network(method):
    found = plan(method=method)
    assert (found.recipe.origin, found.combination.networks, names(found)) == ("none", (), (method,))


def test_a_network_alone_is_combined_with_nothing():
    assert names(plan(method="lstm")) == names(plan(combine="none")) == ()
    assert plan(method="lstm").recipe.spec.network.cell == "lstm"
    alone = plan(method="pretrained")
    assert (alone.recipe.origin, names(alone)) == ("pretrained", (PRETRAINED,))


@pytest.mark.parametrize(
    "asked", [{"method": "theta", "from_": "scratch"}, {"method": "pretrained", "from_": "pretrained"}]
)
def test_what_trains_no_network_starts_from_nothing(asked):
    with pytest.raises(UsageError, match=f"--method {asked['method']} trains no network"):
        plan(**asked)


def test_covariates_must_be_learned():
    assert plan_values(shops.panel(), TrainRequest(horizon=3)).recipe.origin == "scratch"
    with pytest.raises(UsageError, match="covariates must be learned"):
        plan_values(shops.panel(), TrainRequest(horizon=3, quick=True))
    with pytest.raises(UsageError, match="trains no network"):
        plan_values(shops.panel(), TrainRequest(horizon=3, method="theta"))


def test_the_seasonal_naive_is_a_member_only_where_there_is_a_season():
    without = plan_values(panel(np.arange(60.0)), TrainRequest(season=1))
    assert names(without) == (PRETRAINED, *(name for name in COMBINED if name != "seasonal-naive"))


def test_longer_seasons_are_found_given_or_none():
    assert plan(periods=(30.0,)).combination.periods == (30.0,)
    assert plan(periods=()).combination.periods == ()
    # No season at all is no longer season either.
    assert plan_values(ONE, TrainRequest(season=1)).combination.periods == ()
    own = replace(ONE, columns=replace(ONE.columns, season="m"))
    assert plan_values(own, TrainRequest()).combination.periods == ()


def test_too_few_rows_for_a_network_are_enough_without_one_unless_it_was_asked_for():
    assert plan_values(panel(wave(9)), TrainRequest(horizon=4)).recipe.origin == "scratch"
    tiny = panel(wave(8))
    assert plan_values(tiny, TrainRequest(horizon=4)).recipe.origin == "pretrained"
    with pytest.raises(DataError, match="too short"):
        plan_values(tiny, TrainRequest(horizon=4, from_="scratch"))
    with pytest.raises(DataError, match="7 rows are too few"):
        plan_values(panel(wave(7)), TrainRequest())


def test_without_ones_own_network_the_plan_is_that_of_a_quick_training():
    found = plan().without_own()
    assert not found.recipe.trains
    assert names(found) == names(plan(quick=True))


@pytest.mark.parametrize(("series", "rows", "backtests"), [(1, 90, 3), (1, 24, 1), (200, 90, 1)])
def test_fewer_rows_or_many_series_have_fewer_backtests(series, rows, backtests):
    history = panel(*(wave(rows, seed=seed) for seed in range(series)), season=12)
    assert plan(history, horizon=12, quick=True).backtests == backtests


@pytest.mark.parametrize(
    ("windows", "cpu", "gpu"),
    [
        (2_000, 32, None),
        (2_001, 128, None),
        (16_383, 128, None),
        (16_384, 128, 256),
        (100_000, 128, 1_024),
        (200_001, 512, 2_048),
        (10_000_000, 512, 4_096),
    ],
)
def test_batches_of_many_windows_grow_on_a_gpu(windows, cpu, gpu):
    training = training_of(TrainRequest(), windows=windows, origin="scratch")
    assert (training.batch_size, training.gpu_batch_size) == (cpu, gpu)


@pytest.mark.parametrize("given", [{"batch_size": 64}, {"epoch_windows": 5_000}])
def test_sizes_that_were_given_hold_on_a_gpu_too(given):
    training = training_of(TrainRequest(**given), windows=1_000_000, origin="scratch")
    assert training.gpu_batch_size is None


@pytest.mark.parametrize(
    "asked",
    [{"quick": True}, {"method": "theta"}, {"method": "pretrained"}],
    ids=lambda asked: next(iter(asked)),
)
def test_a_gpu_with_nothing_to_train_is_refused(asked):
    with pytest.raises(UsageError, match="--device gpu: no network is trained here"):
        plan(device="gpu", **asked)
    assert not plan(device="cpu", **asked).recipe.trains


def test_a_gpu_with_too_few_rows_to_train_on_is_refused():
    few, asked = panel(wave(16), season=1), TrainRequest(season=1, horizon=4, backtests=3)
    assert not plan_values(few, asked).recipe.trains
    with pytest.raises(UsageError, match="--device gpu: no network is trained here"):
        plan_values(few, replace(asked, device="gpu"))


def test_a_model_that_was_trained_on_a_gpu_is_retrained_on_what_is_here():
    made = model(network(season=1))
    for asked, used in (("gpu", "auto"), ("cpu", "cpu")):
        training = TrainingPlan(device=asked)
        again = recipe_of(replace(made, card=replace(made.card, training=training)))
        assert again.training.device == used


@pytest.mark.parametrize(
    "asked", [{"window": 8}, {"units": (8,)}, {"dropout": 0.1}, {"from_": "scratch"}, {"tune": ("window",)}]
)
def test_quick_and_a_network_to_train_exclude_each_other(asked):
    with pytest.raises(UsageError, match="--quick trains no network"):
        plan(quick=True, **asked)


@pytest.mark.parametrize(("season", "fits"), [(89, True), (90, False), (200, False), (1, True)])
def test_a_season_longer_than_every_series_is_refused(season, fits):
    if fits:
        assert plan_values(ONE, TrainRequest(season=season, horizon=2)).recipe.spec.season == season
        return
    with pytest.raises(DataError, match=f"--season {season}: no row is a season after another.* 90 rows"):
        plan_values(ONE, TrainRequest(season=season, horizon=2))
