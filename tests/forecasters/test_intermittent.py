"""Intermittent demand: which series have it, and the mean that is forecast."""

import itertools

import numpy as np
import pytest

from forecast.data.arrays import LARGEST
from forecast.forecasters.combination import Combination
from forecast.forecasters.intermittent import _OF_PROBABILITY, _OF_SIZE, croston, is_intermittent
from forecast.forecasters.methods import COMBINED
from forecast.planning.plan import combination_of
from forecast.spec.training import TrainRequest
from tests.panels import panel, wave

RANDOM = np.random.default_rng(3)


def demand(rows: int, rate: float, size: float = 1.0, seed: int = 0) -> np.ndarray:
    """Steps of which the share `rate` has a demand of mean `size`."""
    random = np.random.default_rng(seed)
    return (random.random(rows) < rate) * (1.0 + random.poisson(size - 1, rows))


WEEK = np.array([1.0, 1, 1, 1, 1, 0, 0])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (demand(60, 0.5), True),
        (demand(60, 0.1, 3), True),
        (np.append(np.zeros(40), demand(60, 0.5)), True),  # before the first demand nothing was sold
        (demand(60, 0.9), False),  # the interval is under 1.32
        (RANDOM.poisson(5, 60), False),
        (np.where(np.arange(60) == 7, -1.0, demand(60, 0.5)), False),  # negative
        (np.zeros(60), False),
        (np.eye(60)[30], False),  # a single demand
        (demand(7, 0.5), False),  # too few rows
        (np.tile(WEEK, 12) * (3 + demand(84, 0.5)), False),  # closed on two days of the week
        (np.tile(WEEK, 12) * demand(84, 0.5), True),  # closed, and rare on the other days
        (np.tile(np.repeat([5.0, 0.0], 10), 5), False),  # long stretches: a half year's product
        (np.append(demand(60, 0.5), np.zeros(25)), False),  # it has ended
    ],
)
def test_demand_is_intermittent_where_zeros_are_chance(values, expected):
    assert is_intermittent(panel(values, season=7)).tolist() == [expected]
    both = panel(wave(50), values, season=7)
    assert is_intermittent(both).tolist() == [False, expected]


def test_a_panel_without_rows_has_none():
    history = panel([1.0, 0.0])
    assert is_intermittent(history.select([])).tolist() == []
    assert is_intermittent(history.first(np.array([0]))).tolist() == [False]


def test_the_mean_of_a_steady_demand_is_forecast():
    assert croston(panel([2.0, 0.0] * 30), 3).tolist() == [[1.0] * 3]
    assert croston(panel([0.0] * 5 + [6.0, 0.0] * 20), 2).tolist() == [[3.0, 3.0]]
    assert croston(panel([0.0] * 9, [7.0] * 9), 2).tolist() == [[0, 0], [7, 7]]


def test_smoothing_one_step_at_a_time_gives_the_same_forecast():
    values = np.append([0.0, 0.0], demand(90, 0.4, 3, seed=5) * np.linspace(1, 4, 90).round())
    known = values[np.flatnonzero(values)[0] :]
    best = (np.inf, 0.0)
    for beta, alpha in itertools.product(_OF_PROBABILITY, _OF_SIZE):
        probability, size, squared = (known > 0).mean(), known[known > 0].mean(), 0.0
        for value in known:
            squared += (value - probability * size) ** 2
            probability += beta * ((value > 0) - probability)
            if value > 0:
                size += alpha * (value - size)
        best = min(best, (squared, probability * size))
    assert croston(panel(values), 2) == pytest.approx(np.full((1, 2), best[1]))


def test_the_days_of_the_week_have_their_own_demand_as_far_as_it_is_no_chance():
    rates = np.array([0.1, 0.1, 0.3, 0.4, 0.5, 0.7, 0.9])
    values = (np.random.default_rng(1).random(210) < np.tile(rates, 30)).astype(float)
    seasonal = croston(panel(values, season=7), 7)[0]
    assert seasonal == pytest.approx(rates, abs=0.15)
    level = croston(panel(demand(210, 0.4, seed=2), season=7), 7)[0]
    assert level == pytest.approx(np.full(7, 0.4), abs=0.1)


def test_the_largest_demands_overflow_nothing():
    found = croston(panel([LARGEST, 0.0] * 30, season=7), 9)
    assert np.isfinite(found).all()
    assert found == pytest.approx(np.full((1, 9), LARGEST / 2))


def test_it_is_a_member_only_where_a_series_is_intermittent():
    def methods(*series: np.ndarray, **options: object) -> tuple[str, ...]:
        return combination_of(panel(*series), TrainRequest(**options), 1).methods

    ordinary = tuple(name for name in COMBINED if name != "seasonal-naive")
    assert methods(wave(60), RANDOM.poisson(5, 60)) == ordinary
    assert set(methods(wave(60), demand(60, 0.4))) == {*ordinary, "croston"}
    assert methods(demand(60, 0.4), statistic="median") == ordinary
    assert methods(wave(60), method="croston") == ("croston",)


def test_beside_others_it_answers_for_intermittent_series_and_these_are_not_clipped():
    lumpy = demand(80, 0.2)
    lumpy[70] = 500.0
    made = Combination((), ("croston", "mean"), ())
    found = made.forecasts(panel(wave(80), lumpy), 2)
    assert np.isnan(found[0, 0]).all()
    assert found[1, 1] == pytest.approx(np.full(2, lumpy.mean()))
    assert made.prior(panel(wave(80), lumpy), np.array([False, True]))[:, 1].tolist() == [1.0, 0.2]


def test_weights_of_intermittent_series_follow_from_squared_errors():
    # Of a Bernoulli series the last value and 0 have small absolute errors, the mean small squared ones.
    history = panel(demand(200, 0.3, seed=4))
    made = Combination((), ("croston", "naive", "mean"), ())
    intermittent = made.forecasts_mean(history)
    assert intermittent.tolist() == [True]
    past = made.past(history, 7)
    absolute, squared = past.mean_errors(1), past.mean_errors(1, intermittent)
    here = past.origins.number == 0
    errors = past.forecasts[0, here][0] - past.actual[here][0]
    assert absolute[0, 0, 0] == pytest.approx(np.abs(errors).mean())
    assert squared[0, 0, 0] == pytest.approx(np.sqrt((errors**2).mean()))
