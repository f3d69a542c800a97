"""Every expected number is worked by hand from the formula beside it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.evaluation import metrics
from tests.panels import panel

ACTUAL = np.array([10.0, 20.0, 30.0, 40.0])
FORECAST = np.array([12.0, 20.0, 27.0, 48.0])


def test_mae_is_the_mean_absolute_error():
    assert metrics.mae(ACTUAL, FORECAST) == (2 + 0 + 3 + 8) / 4


def test_rmse_weighs_large_errors_more():
    assert metrics.rmse(ACTUAL, FORECAST) == pytest.approx(np.sqrt((4 + 0 + 9 + 64) / 4))


def test_smape_is_relative_to_both_and_in_percent():
    expected = (400 / 22 + 0 + 600 / 57 + 1600 / 88) / 4
    assert metrics.smape(ACTUAL, FORECAST) == pytest.approx(expected)


def test_smape_of_a_zero_is_0_where_the_forecast_is_zero_and_200_otherwise():
    assert metrics.smape(np.array([0.0]), np.array([0.0])) == 0
    assert metrics.smape(np.array([0.0]), np.array([3.0])) == 200


def test_mase_is_in_units_of_each_series_own_seasonal_change():
    history = panel([1, 3, 2, 5, 4, 9], season=2)
    scales = metrics.seasonal_scales(history)
    assert scales == pytest.approx([(1 + 2 + 2 + 4) / 4])
    assert metrics.mase(ACTUAL, FORECAST, scales) == pytest.approx(3.25 / 2.25)


def test_a_history_no_longer_than_a_season_is_scaled_by_its_steps():
    assert metrics.seasonal_scales(panel([1, 4, 2], season=3)) == pytest.approx([(3 + 2) / 2])
    assert metrics.seasonal_scales(panel([1, 4, 2, 6], season=3)) == pytest.approx([5])


def test_a_series_that_never_changed_or_has_one_row_has_no_scale():
    scales = metrics.seasonal_scales(panel([7, 7, 7], [5], [1, 2]))
    assert np.isnan(scales).tolist() == [True, True, False]
    assert np.isnan(metrics.mase(ACTUAL, FORECAST, scales[0]))


def test_scales_never_reach_into_the_series_before():
    together = metrics.seasonal_scales(panel([1, 2, 4, 8], [1000, 1010, 1030], season=2))
    assert together == pytest.approx([(3 + 6) / 2, 30])


def test_filled_rows_do_not_enter_a_scale():
    history = replace(panel([1, 2, 2, 5]), observed=np.array([True, True, False, True]))
    assert metrics.seasonal_scales(history) == pytest.approx([1])


def test_empty_series_have_no_scale():
    history = panel([1, 2], [4, 7]).first(np.array([0, 2]))
    assert np.isnan(metrics.seasonal_scales(history)).tolist() == [True, False]


def test_missing_actual_values_are_left_out():
    actual = np.array([10.0, np.nan, 30.0, np.nan])
    assert metrics.mae(actual, FORECAST) == (2 + 3) / 2
    assert np.isnan(metrics.mae(np.full(4, np.nan), FORECAST))


def test_an_axis_leaves_a_number_for_each_of_the_others():
    actual, forecast = np.stack([ACTUAL, ACTUAL]), np.stack([FORECAST, ACTUAL + 1])
    assert metrics.mae(actual, forecast, axis=1).tolist() == [3.25, 1]


@given(st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_mase_does_not_depend_on_units(factor, shift):
    history = panel([1, 3, 2, 5, 4, 9])
    moved = replace(history, values=history.values * factor + shift)
    before = metrics.mase(ACTUAL, FORECAST, metrics.seasonal_scales(history))
    after = metrics.mase(ACTUAL * factor + shift, FORECAST * factor + shift, metrics.seasonal_scales(moved))
    assert after == pytest.approx(before, rel=1e-6)


def test_the_mean_of_numbers_near_the_largest_is_a_number():
    assert metrics.mean(np.array([1.5e308, 1.7e308, np.nan, 1.6e308])) == pytest.approx(1.6e308)
    rows = np.array([[1.5e308, 1.7e308], [1.0, 3.0]])
    assert metrics.mean(rows, axis=1) == pytest.approx([1.6e308, 2.0])
