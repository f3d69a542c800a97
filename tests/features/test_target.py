import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.data.arrays import LARGEST
from forecast.features.target import CLIP, feature_count, rows_remembered, target_features, without_outliers
from tests.panels import wave

values = st.lists(st.floats(-1e12, 1e12, width=64), min_size=1, max_size=60).map(np.array)
seasons = st.sampled_from([1, 4, 12])


def of(series: np.ndarray, *, season: int = 1, horizon: int = 3):
    return target_features(series, np.array([0, len(series)]), season=season, horizon=horizon)


@given(series=values, season=seasons)
def test_channels_are_finite_and_within_their_bounds(series, season):
    inputs = of(series, season=season).inputs
    assert inputs.shape == (len(series), feature_count(season, 3))
    assert (np.abs(inputs) <= CLIP).all()


@given(series=values, season=seasons, data=st.data())
def test_no_row_depends_on_a_later_one(series, season, data):
    cut = data.draw(st.integers(1, len(series)))
    whole, early = of(series, season=season), of(series[:cut], season=season)
    for name in ("inputs", "reference", "scale", "volatility"):
        assert np.array_equal(getattr(whole, name)[:cut], getattr(early, name))


@pytest.mark.parametrize("season", [1, 4, 12])
def test_the_tail_of_a_series_gives_the_same_channels_as_all_of_it(season):
    series = wave(400)
    newest = np.arange(-5, 0)
    whole, tail = of(series, season=season), of(series[-rows_remembered(season) - 5 :], season=season)
    for name in ("inputs", "reference", "scale", "volatility"):
        assert np.array_equal(getattr(whole, name)[newest], getattr(tail, name)[newest])


@given(series=values, season=seasons)
def test_a_series_among_others_has_the_features_it_has_alone(series, season):
    beside = np.concatenate((wave(30) * 1e9, series, -wave(17)))
    bounds = np.array([0, 30, 30 + len(series), 47 + len(series)])
    together = target_features(beside, bounds, season=season, horizon=3).at(np.arange(30, 30 + len(series)))
    alone = of(series, season=season)
    assert np.array_equal(together.inputs, alone.inputs)
    assert np.array_equal(together.scale, alone.scale)


@given(series=values, season=seasons)
def test_an_output_of_zero_is_the_naive_forecast_to_the_last_bit(series, season):
    seen = of(series, season=season)
    assert np.array_equal(seen.to_values(np.zeros_like(seen.reference)), seen.reference)


def test_the_reference_is_the_value_one_season_before_at_the_same_phase():
    seen = of(np.arange(10.0), season=4, horizon=6)
    assert seen.reference[-1].tolist() == [6, 7, 8, 9, 6, 7]


def test_the_reference_before_a_full_season_is_the_last_value():
    assert of(np.arange(10.0), season=4).reference[2].tolist() == [2, 2, 2]


def test_outputs_and_values_are_inverse():
    seen = of(wave(80), season=12).at(np.arange(30, 80))
    answers = np.random.default_rng(0).normal(size=seen.reference.shape)
    assert seen.to_outputs(seen.to_values(answers)) == pytest.approx(answers)


def test_a_constant_series_cannot_be_left():
    seen = of(np.full(20, 42.0))
    assert (seen.to_values(np.full_like(seen.reference, 3.0)) == 42.0).all()


def test_growth_that_has_reached_its_limit_is_as_volatile_as_it_is_now():
    series = 5000 / (1 + np.exp(-(np.arange(40) - 15) / 3.0))
    seen = of(series)
    scaled = [series[row - 1 : row + 1] / series[row - 7 : row + 1].mean() for row in range(32, 40)]
    assert seen.volatility[-1] == pytest.approx(2 * np.diff(np.arcsinh(scaled)).mean())
    assert seen.volatility[-1] < 0.01 * seen.volatility[15]


@pytest.mark.parametrize("factor", [1e-9, 0.25, -1.0, 1e12])
def test_a_multiple_of_a_series_has_the_same_volatility_and_multiplied_values(factor):
    series, answers = wave(60), np.full((60, 3), 0.7)
    once, times = of(series, season=12), of(series * factor, season=12)
    assert times.volatility == pytest.approx(once.volatility)
    signed = answers if factor > 0 else -answers
    assert times.to_values(signed) == pytest.approx(once.to_values(answers) * factor)


@given(series=st.lists(st.floats(-LARGEST, LARGEST), min_size=2, max_size=40).map(np.array))
def test_numbers_of_any_size_restore_to_finite_ones(series):
    seen = of(series)
    assert np.isfinite(seen.to_values(np.full_like(seen.reference, 5.0))).all()


@pytest.mark.parametrize("season", [1, 4, 12])
@pytest.mark.parametrize("outlier", [1e6, -1e6, 1e300])
def test_one_outlier_changes_scale_and_volatility_by_no_more_than_an_ordinary_surprise(season, outlier):
    series = 3 + wave(120, season=season) / 100
    spoiled = series.copy()
    spoiled[80] = outlier
    plain, seen = (of(each, season=season).at(np.arange(80, 120)) for each in (series, spoiled))
    assert (seen.scale / plain.scale).max() < 2.5
    assert (seen.volatility - plain.volatility).max() < 0.25
    assert np.abs(seen.reference).max() < 50


def test_an_outlier_has_no_influence_after_the_rows_that_are_remembered():
    series = wave(200, season=4)
    spoiled = series.copy()
    spoiled[50] = 1e9
    plain, seen = of(series, season=4), of(spoiled, season=4)
    since = 50 + rows_remembered(4) + 1
    assert np.array_equal(seen.inputs[since:], plain.inputs[since:])


def test_outliers_that_are_not_neighbours_are_cut_off_each():
    spoiled = 3 + wave(60) / 100
    spoiled[[30, 32, 35]] = [1e6, 2e6, -1e6]
    assert np.abs(without_outliers(spoiled, np.array([0, 60]), season=1)).max() < 50


def test_rare_counts_among_zeros_are_no_outliers():
    counts = np.zeros(60)
    counts[5::7] = np.random.default_rng(0).integers(1, 9, size=8)
    assert without_outliers(counts, np.array([0, 60]), season=1).tolist() == counts.tolist()


def test_a_new_size_that_stays_is_taken_for_what_it_is():
    series = np.concatenate((wave(30), 1000 * wave(30)))
    kept = without_outliers(series, np.array([0, 60]), season=1)
    assert (kept != series).nonzero()[0].tolist() == [30]


def test_numbers_of_very_different_size_in_one_series_restore_to_finite_ones():
    series = np.resize([1e300, 1e12, 1e-12, 1e-300, 0.0, -1e150], 60)
    seen = of(series, season=4)
    assert np.isfinite(seen.inputs).all()
    assert np.isfinite(seen.to_values(np.full_like(seen.reference, 5.0))).all()
