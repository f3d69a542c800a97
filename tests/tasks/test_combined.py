"""Backtests of a combination: what is forecast at an origin depends on the rows before it alone."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.data.panel import Panel
from forecast.forecasters.combination import COMBINATION, PRETRAINED
from forecast.forecasters.methods import COMBINED
from forecast.planning.plan import Plan
from forecast.spec.training import TrainRequest
from forecast.tasks.combined import Backtested
from forecast.tasks.values import ValueTask, _earlier
from tests.models import network
from tests.panels import panel, wave

ANSWERING = [name for name in (PRETRAINED, *COMBINED) if name != "harmonic"]
"""The members that forecast series without a long season."""

QUICK = TrainRequest(horizon=4, season=4, backtests=3, quick=True)
ONE = panel(wave(70, season=4), season=4)
SHOPS = panel(wave(70, season=4), 1e6 + wave(60, season=4, seed=1), -wave(25, season=4, seed=2), season=4)


def planned(history: Panel, request: TrainRequest = QUICK) -> Plan:
    return ValueTask().plan(history, request, None)


def backtested(history: Panel, plan: Plan, *, own=None) -> Backtested:
    """With a network of one's own for each backtest, or without one."""
    backtests = ValueTask().backtests(history, plan)
    networks = [None] * len(backtests) if own is None else own
    folds = [
        backtest.evaluate(made, plan.recipe.origin)
        for backtest, made in zip(backtests, networks, strict=True)
    ]
    return Backtested(history, folds, _earlier(history, plan), plan.bounds)


def changed_after(history: Panel, rows: np.ndarray, value: float) -> Panel:
    """The panel with other values after the first `rows` of each series."""
    later = np.concatenate(
        [np.arange(length) >= known for length, known in zip(history.lengths, rows, strict=True)]
    )
    return replace(history, values=np.where(later, value, history.values))


@pytest.mark.parametrize("history", [ONE, SHOPS], ids=["one series", "several"])
@pytest.mark.parametrize("own", [False, True])
def test_nothing_after_an_origin_changes_what_is_forecast_there(history, own):
    plan = planned(history)
    plan = plan if not own else replace(plan, recipe=replace(plan.recipe, origin="scratch"))
    networks = [network(season=4, horizon=4, seed=seed) for seed in range(3)] if own else None
    done = backtested(history, plan, own=networks)
    assert len(done.folds) == 3
    assert ("gru" in done.folds[0].forecasts) == own
    for index, fold in enumerate(done.folds):
        for value in (1e7, -3.0):
            other = backtested(changed_after(history, fold.rows, value), plan, own=networks)
            for earlier in range(index + 1):
                one, two = done.folds[earlier], other.folds[earlier]
                assert one.forecasts.keys() == two.forecasts.keys()
                for name in one.forecasts:
                    np.testing.assert_array_equal(two.forecasts[name], one.forecasts[name])
                for part in ("values", "lower", "upper"):
                    before, after = (getattr(each.intervals(80.0)[earlier], part) for each in (done, other))
                    np.testing.assert_array_equal(after, before)
        # and what comes after is another matter
        assert not np.array_equal(other.folds[index].actual, fold.actual)


def test_rows_before_an_origin_do_change_what_is_forecast_there():
    plan, done = planned(ONE), backtested(ONE, planned(ONE))
    rows = done.folds[-1].rows
    other = backtested(changed_after(ONE, rows - 1, 200.0), plan)
    for name in ("combination", PRETRAINED, "naive"):
        assert not np.array_equal(other.folds[-1].forecasts[name], done.folds[-1].forecasts[name])


def test_scores_are_of_the_combination_its_members_and_the_baselines():
    done = backtested(SHOPS, planned(SHOPS))
    scores = done.scores
    assert done.name == COMBINATION
    assert scores.models[0] == COMBINATION
    assert set(scores.models[1:8]) <= {PRETRAINED, *COMBINED, "drift", "mean"}
    assert {*ANSWERING, "drift", "mean", "pooled-ridge"} == set(scores.models[1:])
    assert len(set(scores.models)) == len(scores.models)
    assert (scores.backtests, scores.forecasts) == (3, sum((~np.isnan(f.actual)).sum() for f in done.folds))


def test_weights_are_shown_beside_the_members_and_add_up_to_one():
    done = backtested(ONE, planned(ONE))
    shares = dict(zip(done.scores.models, done.scores.weights.tolist(), strict=True))
    assert shares.pop(COMBINATION) == 1
    assert np.nansum(list(shares.values())) == pytest.approx(1)
    assert np.isnan(shares["drift"])
    weights, spread = done.final
    assert weights.shape == (2, 1 + len(COMBINED))
    members = (PRETRAINED, *COMBINED)
    answering = [members.index(name) for name in ANSWERING]
    assert weights[0, answering] == pytest.approx([shares[name] for name in ANSWERING])
    assert weights[1].tolist() == weights[0].tolist()  # of one series, for any other
    assert spread.sizes.shape == (2, 4)
    assert np.isnan(spread.units).tolist() == [False, True]


def test_each_series_has_its_weights_and_a_new_one_those_of_all():
    weights, spread = backtested(SHOPS, planned(SHOPS)).final
    assert weights.sum(axis=1) == pytest.approx(np.ones(4))
    assert not np.array_equal(weights[0], weights[1])
    assert spread.sizes[3].tolist() == spread.sizes[:3].mean(axis=0).tolist()


def test_the_forecast_at_an_origin_is_the_weighted_mean_of_its_members_there():
    done = backtested(ONE, planned(ONE))
    fold = done.folds[-1]
    weights, _ = done._known(fold.rows)
    members = np.stack([fold.forecasts[name] for name in ANSWERING])
    answering = [(PRETRAINED, *COMBINED).index(name) for name in ANSWERING]
    shares = weights[:, answering] / weights[:, answering].sum(axis=1, keepdims=True)
    expected = np.einsum("sm,msh->sh", shares, members)
    assert fold.forecasts[COMBINATION] == pytest.approx(expected)


def test_a_single_member_is_scored_under_its_name():
    plan = planned(ONE, TrainRequest(horizon=4, season=4, backtests=2, method="theta"))
    done = backtested(ONE, plan)
    assert done.name == "theta"
    assert done.scores.models[0] == "theta"
    assert COMBINATION not in done.scores.models
    assert done.final[0].tolist() == [[1.0], [1.0]]


def test_a_series_that_begins_after_an_origin_is_not_scored_there():
    late = replace(SHOPS, times=SHOPS.times + np.repeat([0, 10, 45], SHOPS.lengths))
    done = backtested(late, planned(late, replace(QUICK, backtests=7)))
    first = done.folds[0]
    assert first.rows[2] == 0
    assert np.isnan(first.forecasts[COMBINATION][2]).all()
    assert np.isfinite(first.forecasts[COMBINATION][:2]).all()


def test_bounds_hold_for_what_is_evaluated():
    request = replace(QUICK, max=60.0, integer=True)
    done = backtested(ONE, planned(ONE, request))
    for name in (COMBINATION, PRETRAINED, "theta"):
        values = np.concatenate([fold.forecasts[name] for fold in done.folds])
        assert values.max() <= 60
        assert (values == np.rint(values)).all()
    for interval in done.intervals(80.0):
        assert interval.upper.max() <= 60


def test_coverage_counts_actual_values_within_the_intervals_at_their_origin():
    done = backtested(SHOPS, planned(SHOPS))
    inside = total = 0
    for fold, interval in zip(done.folds, done.intervals(80.0), strict=True):
        actual = fold.actual[fold.scored]
        known = np.isfinite(actual)
        inside += ((interval.lower[0] <= actual) & (actual <= interval.upper[0]))[known].sum()
        total += known.sum()
    coverage = done.coverage(80.0)
    assert (coverage.nominal, coverage.errors) == (80, total)
    assert coverage.achieved == pytest.approx(100 * inside / total)
