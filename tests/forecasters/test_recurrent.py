from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from forecast.data.panel import Panel
from forecast.forecasters.recurrent import BoundedForecaster, Network, bounded, widen_inputs
from forecast.forecasters.theta import theta
from forecast.forecasters.weights import weight_shapes
from forecast.spec.model import CELLS, Bounds
from forecast.spec.training import Combine
from forecast.storage.pretrained import open_pretrained
from tests import shops
from tests.models import model, network
from tests.panels import panel, wave

HISTORY = panel(wave(28, season=4), 3 * wave(20, season=4, seed=1), season=4)
LEVELS = (50.0, 80.0, 99.0)

rough = np.random.default_rng(0)
SPARSE = panel(*(rough.poisson(0.4, size=rows) for rows in (1, 2, 7, 40)), season=4)
"""Counts near zero: what a network that knows no bounds would forecast below it."""


def test_intervals_never_shrink_where_forecasts_become_the_history():
    walk = panel(100 + np.cumsum(np.random.default_rng(3).normal(size=60)), season=1)
    forecast = open_pretrained("gru", 1).predict(walk, 60, levels=(80.0,))
    width = (forecast.upper - forecast.lower)[0, 0]
    assert (width[6:] > width[5]).all()
    assert width[-1] > 2 * width[5]


# Bounds


@pytest.mark.parametrize("kind", ["values", "lower", "upper"])
def test_nothing_is_forecast_outside_of_the_bounds(kind):
    made = network(season=4)
    free = model(made).predict(HISTORY, 6, levels=LEVELS)
    low, high = np.quantile(free.values, [0.3, 0.7])
    kept = model(made, bounds=Bounds(low, high)).predict(HISTORY, 6, levels=LEVELS)
    assert getattr(kept, kind).min() >= low
    assert getattr(kept, kind).max() <= high
    inside = (getattr(free, kind) > low) & (getattr(free, kind) < high)
    assert getattr(kept, kind)[inside].tolist() == getattr(free, kind)[inside].tolist()


def test_counts_that_never_are_negative_have_no_negative_forecast_or_bound():
    made = network(season=4)
    free = model(made, bounds=Bounds(minimum=-1e9)).predict(SPARSE, 12, levels=LEVELS)
    assert free.lower.min() < 0
    kept = model(made).predict(SPARSE, 12, levels=LEVELS)
    assert min(part.min() for part in (kept.values, kept.lower, kept.upper)) == 0


def test_a_series_that_was_negative_takes_the_bound_from_itself_alone():
    both = panel(*(each.values for each in SPARSE), -wave(40, season=4), season=4)
    found = model(network(season=4)).predict(both, 12, levels=LEVELS)
    assert found.lower[:, :-1].min() == 0
    assert found.values[-1].max() < 0


def test_a_backtest_evaluates_the_forecasts_of_the_model():
    made, bounds = network(season=4), Bounds(maximum=1.0, whole=True)
    judged = BoundedForecaster(made, bounds).predict(SPARSE, 12)
    assert judged.values.tolist() == model(made, bounds=bounds).predict(SPARSE, 12).values.tolist()
    assert judged.values.tolist() != made.predict(SPARSE, 12).values.tolist()


def test_whole_numbers_are_forecast_and_written_as_integers():
    whole = model(network(season=4), bounds=Bounds(whole=True)).predict(HISTORY, 6, levels=LEVELS)
    table = whole.to_table()
    assert {str(table[name].dtype) for name in table if name not in ("id", "year")} == {"int64"}
    assert table["forecast"].tolist() == whole.values.ravel().tolist()


def test_whole_numbers_stay_within_bounds_that_are_none():
    bounds = Bounds(minimum=60.5, maximum=90.5, whole=True)
    kept = model(network(season=4), bounds=bounds).predict(HISTORY, 6, levels=LEVELS)
    assert (kept.lower.min(), kept.upper.max()) == (61, 90)


def test_no_bounds_change_nothing():
    free = network(season=4).predict(HISTORY, 3)
    assert bounded(free, HISTORY, Bounds()).values.tolist() == free.values.tolist()


# Members


def test_the_outputs_of_members_are_averaged():
    several = network(season=4, members=3)
    future = HISTORY.values[:6].reshape(2, 3)
    apart = [Network(several.spec, (weights,)).errors(HISTORY, future) for weights in several.members]
    assert np.ptp(apart, axis=0).min() > 0
    assert several.errors(HISTORY, future) == pytest.approx(np.mean(apart, axis=0), rel=1e-5)


def test_a_member_twice_forecasts_as_it_does_once():
    once = network(season=4)
    twice = Network(once.spec, once.members * 2)
    assert twice.predict(HISTORY, 7).values == pytest.approx(once.predict(HISTORY, 7).values, rel=1e-6)


# Combination


def combined_method(combine: Combine, history: Panel, horizon: int) -> np.ndarray:
    """The forecast that the network is combined with, computed by hand."""
    if combine == "theta":
        return theta(history, horizon)
    return np.stack([np.repeat(each.values[-1:], horizon) for each in history])


def expected_weight(
    alone: Network, history: Panel, prior: list[float], *, combine: Combine = "theta", horizon: int = 3
) -> np.ndarray:
    """The weight of the other method, from the errors of both over the two newest horizons."""
    errors = np.zeros((2, len(history)))
    for back in (1, 2):
        past = history.first(history.lengths - back * horizon)
        actual = history.first(past.lengths + horizon).tail(horizon).values.reshape(-1, horizon)
        for index, forecast in enumerate(
            (alone.predict(past, horizon).values, combined_method(combine, past, horizon))
        ):
            errors[index] += np.abs(forecast - actual).sum(axis=1)
    squares = np.square(errors) * [prior, 1 - np.array(prior)]
    return (squares[0] / squares.sum(axis=0))[:, None]


def test_theta_has_more_weight_for_longer_series_and_where_it_was_more_accurate():
    history = panel(wave(59, season=4), wave(60, season=4, seed=1), season=4)
    alone, combined = network(season=4), network(season=4, combine="theta")
    weight = expected_weight(alone, history, [0.15, 0.4])
    assert (weight > [[0.16], [0.41]]).all()  # random weights forecast worse than Theta
    expected = (1 - weight) * alone.predict(history, 3).values + weight * theta(history, 3)
    assert combined.predict(history, 3).values == pytest.approx(expected, rel=1e-9)
    assert (alone.name, combined.name) == ("GRU", "GRU + Theta")


def test_a_combination_with_the_last_value_is_named_so():
    assert network(season=7, combine="last-value").name == "GRU + last value"


def weekly(rows: int, *, size: float) -> np.ndarray:
    """A random walk of days with a week so many times as large as its steps."""
    steps = np.random.default_rng(3).normal(size=rows)
    return 100 + np.cumsum(steps) + size * np.cos(2 * np.pi * np.arange(rows) / 7)


@pytest.mark.parametrize(("size", "prior"), [(5, 0.15), (0, 0.75)])
def test_the_last_value_counts_for_much_where_changes_show_no_week(size, prior):
    history = panel(weekly(60, size=size), season=7)
    weight = expected_weight(network(season=7), history, [prior], combine="last-value")
    expected = (1 - weight) * network(season=7).predict(history, 3).values + weight * history.values[-1]
    assert network(season=7, combine="last-value").predict(history, 3).values == pytest.approx(expected)


def test_too_few_days_to_show_a_week_are_taken_to_have_one():
    history = panel(weekly(20, size=0), season=7)
    expected = 0.85 * network(season=7).predict(history, 3).values + 0.15 * history.values[-1]
    assert network(season=7, combine="last-value").predict(history, 3).values == pytest.approx(expected)


def test_a_series_too_short_for_earlier_origins_has_the_prior_weight_of_theta():
    history = panel(wave(14, season=4), season=4)
    alone, combined = network(season=4), network(season=4, combine="theta")
    expected = 0.85 * alone.predict(history, 3).values + 0.15 * theta(history, 3)
    assert combined.predict(history, 3).values == pytest.approx(expected, rel=1e-9)


def test_unobserved_rows_do_not_count_in_the_weight_of_theta():
    history = panel(wave(40, season=4), season=4)
    observed = np.arange(40) < 34
    combined, alone = network(season=4, combine="theta"), network(season=4)
    forecast = combined.predict(replace(history, observed=observed), 3).values
    expected = 0.85 * alone.predict(history, 3).values + 0.15 * theta(history, 3)
    assert forecast == pytest.approx(expected, rel=1e-9)


def test_errors_of_a_blend_are_those_of_the_forecast_it_makes():
    combined = network(season=4, combine="theta")
    forecast = combined.predict(HISTORY, 3).values
    assert combined.errors(HISTORY, forecast) == pytest.approx(np.zeros((2, 3)), abs=1e-9)


# Horizon


@pytest.mark.parametrize("combine", get_args(Combine))
def test_fewer_steps_are_the_first_of_all(combine):
    made = model(network(season=4, combine=combine))
    short, all_steps = (made.predict(HISTORY, steps, levels=LEVELS) for steps in (2, 3))
    assert short.values == pytest.approx(all_steps.values[:, :2], rel=1e-12)
    assert short.lower == pytest.approx(all_steps.lower[..., :2], rel=1e-12)


@pytest.mark.parametrize("combine", get_args(Combine))
def test_steps_beyond_the_trained_ones_come_from_feeding_the_forecasts_back(combine):
    made = network(season=4, combine=combine)
    known, blocks = HISTORY, []
    alone = network(season=4)
    weight = 0.0 if combine == "none" else expected_weight(alone, HISTORY, [0.15, 0.15], combine=combine)
    for _ in range(3):
        blocks.append(
            (1 - weight) * alone.predict(known, 3).values + weight * combined_method(combine, known, 3)
        )
        known = known.extended(blocks[-1])
    assert made.predict(HISTORY, 8).values == pytest.approx(np.hstack(blocks)[:, :8], rel=1e-9)


@pytest.mark.parametrize("combine", get_args(Combine))
def test_rows_older_than_those_read_change_nothing(combine):
    made = network(season=4, combine=combine)
    long = panel(wave(400, season=4), season=4)
    assert made.rows_read(long) < 400
    expected = made.predict(long, 7).values
    assert made.predict(long.tail(made.rows_read(long)), 7).values.tolist() == expected.tolist()


def test_intervals_widen_beyond_the_trained_steps():
    far = model(network(season=4)).predict(HISTORY, 30, levels=(80.0,))
    widths = (far.upper - far.lower)[0]
    assert (widths[:, 29] > widths[:, 2]).all()
    assert np.isfinite(widths).all()


# Beside the target


@pytest.mark.parametrize("cell", CELLS)
def test_a_widened_network_has_the_same_forecasts_whatever_the_covariates(cell):
    of = shops.panel()
    wide = shops.spec(of, cell=cell)
    plain = network(cell=cell)
    assert widen_inputs(plain, wide).spec == wide
    expected = pytest.approx(plain.predict(of, 3).values, rel=1e-6)
    assert widen_inputs(plain, wide).predict(of, 3).values == expected
    assert widen_inputs(plain, plain.spec) is plain


def beside() -> Network:
    """A network of random weights that reads all covariates of the shops."""
    spec, random = shops.spec(shops.panel()), np.random.default_rng(4)
    shapes = weight_shapes(spec).items()
    return Network(spec, ({name: random.normal(0, 0.2, size).astype(np.float32) for name, size in shapes},))


def test_covariates_past_and_future_change_the_forecast():
    expected = beside().predict(shops.panel(), 3).values
    for index, column, value in ((-5, "visitors", "9"), (-4, "price", "9"), (-4, "event", "flood")):
        other = shops.panel(shops.changed(shops.rows(), "a", index, {column: value}))
        found = beside().predict(other, 3).values
        assert found[0].tolist() != expected[0].tolist()
        assert found[1].tolist() == expected[1].tolist()


def test_covariates_of_a_subset_and_of_the_tail_give_the_forecasts_of_the_whole():
    of, made = shops.panel(), beside()
    expected = made.predict(of, 7).values
    assert made.predict(of.tail(made.rows_read(of)), 7).values.tolist() == expected.tolist()
    assert made.predict(of.select([1]), 7).values == pytest.approx(expected[1:], rel=1e-6)


def test_steps_beyond_the_trained_ones_read_what_is_known_there():
    expected = beside().predict(shops.panel(), 4).values
    other = shops.panel(shops.changed(shops.rows(), "a", -1, {"price": "9"}))
    found = beside().predict(other, 4).values
    assert found[0, :3].tolist() == expected[0, :3].tolist()
    assert found[0, 3] != expected[0, 3]
