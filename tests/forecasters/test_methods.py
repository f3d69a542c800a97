import time
from dataclasses import replace

import numpy as np
import pytest

from forecast.data.arrays import LARGEST
from forecast.forecasters.methods import COMBINED, METHODS, Method, drift, mean, naive, seasonal_naive
from tests.panels import panel, wave

SEASONAL = panel(wave(60), 3 * wave(45, seed=1), -wave(30, seed=2), wave(100, growth=-0.2, seed=3), season=12)


def test_the_last_value_is_repeated():
    assert naive(panel([1, 2, 5], [9, 7]), 3).tolist() == [[5, 5, 5], [7, 7, 7]]


def test_the_last_season_is_repeated_in_phase():
    assert seasonal_naive(panel([9, 9, 9, 1, 2, 3], season=3), 5).tolist() == [[1, 2, 3, 1, 2]]


def test_a_series_shorter_than_a_season_repeats_its_last_value_and_no_other_series():
    forecast = seasonal_naive(panel([100, 200, 300], [4, 6], season=3), 4)
    assert forecast.tolist() == [[100, 200, 300, 100], [6, 6, 6, 6]]


def test_without_a_season_the_seasonal_naive_is_the_naive():
    history = panel([3, 1, 4, 1, 5])
    assert seasonal_naive(history, 3).tolist() == naive(history, 3).tolist()


def test_drift_draws_the_line_from_first_to_last_value_on():
    assert drift(panel([1, 9, 0, 7], [5]), 2).tolist() == [[9, 11], [5, 5]]


def test_a_line_through_the_largest_numbers_ends_at_the_largest():
    assert drift(panel([-1e308, 1e308]), 2).tolist() == [[np.finfo(float).max] * 2]


def test_the_mean_is_of_the_whole_history():
    assert mean(panel([1, 2, 6], [5, 0]), 2).tolist() == [[3, 3], [2.5, 2.5]]


def test_huge_values_do_not_overflow_in_a_mean():
    assert mean(panel([1e308] * 9), 1).item() == 1e308


@pytest.mark.parametrize("name", ["naive", "seasonal-naive", "drift", "mean", "seasonal-drift"])
def test_a_constant_series_stays_that_constant_to_the_last_bit(name):
    assert (METHODS[name](panel([0.1] * 49, season=4), 7) == 0.1).all()


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("values", [[3.0], [3.0, 3.0], [0.0] * 40, [-7.0] * 40])
@pytest.mark.parametrize("season", [1, 4])
def test_every_method_continues_a_constant_as_that_constant(name, values, season):
    found = METHODS[name](panel(values, season=season), 6)
    assert found == pytest.approx(np.full((1, 6), values[0]), abs=1e-9)


def test_a_method_continues_the_times_and_knows_no_interval():
    forecast = Method("naive").predict(panel([1, 2], [1, 2, 3]), 2, levels=(80, 95))
    assert forecast.values.tolist() == [[2, 2], [3, 3]]
    assert forecast.times.tolist() == [[2002, 2003], [2003, 2004]]
    assert forecast.lower.shape == forecast.upper.shape == (2, 2, 2)
    assert np.isnan(forecast.lower).all()
    assert np.isnan(forecast.upper).all()


@pytest.mark.parametrize("name", METHODS)
def test_a_series_is_forecast_as_it_is_alone_wherever_it_stands(name):
    whole = METHODS[name](SEASONAL, 15)
    order = [3, 0, 2]
    assert METHODS[name](SEASONAL.select(order), 15) == pytest.approx(whole[order], rel=1e-9)
    for index in range(len(SEASONAL)):
        assert METHODS[name](SEASONAL.select([index]), 15) == pytest.approx(whole[[index]], rel=1e-9)


@pytest.mark.parametrize("name", METHODS)
def test_a_power_of_two_as_the_unit_changes_no_digit(name):
    expected = METHODS[name](SEASONAL, 15)
    for power in (-300, -7, 5, 300):
        scaled = replace(SEASONAL, values=np.ldexp(SEASONAL.values, power))
        assert METHODS[name](scaled, 15) == pytest.approx(np.ldexp(expected, power), rel=1e-9)


@pytest.mark.parametrize("name", sorted(METHODS.keys() - {"ridge"}))  # which fits the steps asked for at once
def test_fewer_steps_are_the_first_of_all(name):
    assert METHODS[name](SEASONAL, 5).tolist() == METHODS[name](SEASONAL, 30)[:, :5].tolist()


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("rows", [1, 2, 3, 5, 13, 30])
@pytest.mark.parametrize("season", [1, 2, 12])
def test_the_shortest_and_largest_series_have_finite_forecasts(name, rows, season):
    rng = np.random.default_rng(rows)
    history = panel(rng.normal(size=rows), rng.uniform(-1, 1, rows) * LARGEST, season=season)
    found = METHODS[name](history, 40)
    assert found.shape == (2, 40)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("name", ["naive", "seasonal-naive", "drift", "mean"])
def test_twenty_thousand_series_take_milliseconds(name):
    values = np.random.default_rng(0).normal(size=(20_000, 50))
    history = replace(
        panel([0]),
        ids=tuple(map(str, range(20_000))),
        times=np.tile(np.arange(2000, 2050), 20_000),
        values=values.ravel(),
        observed=np.ones(values.size, dtype=bool),
        bounds=np.arange(0, values.size + 1, 50),
        seasons=np.ones(20_000, dtype=np.int64),
    )
    start = time.process_time()
    Method(name).predict(history, 14)
    assert time.process_time() - start < 2


def test_what_is_combined_by_default_are_methods():
    assert set(COMBINED) < set(METHODS)
