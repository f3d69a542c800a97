import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from forecast.forecasters.calibration import Calibration, calibrate, measured_coverage


def one_to(count: int, steps: int = 1):
    """(count, steps) errors 1..count of either sign, shuffled."""
    sizes = np.random.default_rng(0).permutation(np.arange(1.0, count + 1))
    return np.repeat((sizes * np.where(sizes % 2, 1, -1))[:, None], steps, axis=1)


def test_with_many_errors_a_step_reaches_to_the_conformal_one():
    calibration = calibrate(one_to(99, 2))
    # ceil(100 * 0.8) = 80th smallest of 99
    assert calibration.half_width([80], 2).tolist() == [[80, 80]]
    assert calibration.half_width([7], 1).tolist() == [[7]]
    assert calibration.errors == 99


def test_levels_between_whole_percents_are_interpolated():
    assert calibrate(one_to(99)).half_width([80.25, 0.5], 1).ravel() == pytest.approx([80.25, 0.5])


def test_steps_with_many_errors_keep_their_own_width():
    errors = one_to(99, 3) * np.array([1.0, 5.0, 2.0])
    assert calibrate(errors).half_width([50], 3).tolist() == [[50, 250, 100]]


def test_beyond_the_calibrated_steps_widths_grow_with_the_root_of_the_step():
    widths = calibrate(one_to(99, 4)).half_width([80], 16)[0]
    assert widths[[3, 8, 15]] == pytest.approx([80, 80 * 1.5, 160])


def test_few_errors_are_pooled_over_the_steps_each_in_its_own_spread():
    few = np.array([[1.0, -2.0, 3.0, -4.0], [-1.0, 2.0, -3.0, 4.0]])
    calibration = calibrate(few)
    assert calibration.errors == 8
    assert calibration.has_enough_errors(80)
    widths = calibration.half_width([80], 4)[0]
    assert (np.diff(widths) > 0).all()
    assert widths[0] < 2 < widths[3]


def test_a_calibration_knows_whether_it_has_enough_errors_for_a_level():
    calibration = calibrate(np.array([[3.0], [-1.0], [2.0]]))
    assert calibration.has_enough_errors(75)
    assert not calibration.has_enough_errors(76)
    assert calibration.half_width([95], 1).item() == pytest.approx(3)
    assert not calibrate(one_to(5000)).has_enough_errors(99.9)


def test_the_prior_from_other_series_counts_as_fifty_errors():
    prior = calibrate(one_to(99, 3))
    alone = calibrate(np.empty((0, 2)), prior=prior)
    assert (alone.errors, alone.half_widths.shape) == (50, (2, 99))
    assert alone.half_width([20, 50, 80], 2) == pytest.approx(prior.half_width([20, 50, 80], 2), abs=2)
    few = calibrate(np.full((50, 2), 3.0), prior=prior)
    # Half of all errors are 3 now, and one in a hundred of the others was smaller than 2.
    assert few.half_width([40], 2).tolist() == [[3, 3]]
    assert few.half_width([90], 2)[0] == pytest.approx(80, abs=2)
    many = calibrate(np.full((5000, 2), 3.0), prior=prior)
    assert many.half_width([90], 2).tolist() == [[3, 3]]


def test_measured_coverage_counts_the_prior_from_other_series():
    small, large = np.full((40, 2), 1.0), np.full((40, 2), 10.0)
    assert measured_coverage([small, large], 80, prior=calibrate(np.full((99, 2), 20.0))).achieved == 100


def test_without_errors_no_width_is_known():
    for errors in (np.empty((0, 3)), np.full((2, 3), np.nan)):
        calibration = calibrate(errors)
        assert calibration.errors == 0
        assert not calibration.has_enough_errors(1)
        assert np.isnan(calibration.half_width([80, 95], 5)).all()


def test_errors_of_zero_give_intervals_without_width():
    assert calibrate(np.zeros((3, 2))).half_width([80], 2).tolist() == [[0, 0]]


def test_a_step_without_errors_borrows_from_the_others():
    errors = np.array([[2.0, np.nan], [-2.0, np.nan]])
    first, second = calibrate(errors).half_width([50], 2)[0]
    assert first == pytest.approx(2)
    assert second == pytest.approx(2 * np.sqrt(2))


@settings(max_examples=60, deadline=None)
@given(arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.floats(-1e6, 1e6)))
def test_widths_are_finite_and_never_fall_as_the_level_rises(errors):
    widths = calibrate(errors).half_width(np.arange(0.5, 100, 0.5), errors.shape[1] + 3)
    assert np.isfinite(widths).all()
    assert (np.diff(widths, axis=0) >= -1e-9 * (1 + widths[:-1])).all()


@pytest.mark.parametrize("forecasts", [5, 20, 200])
def test_intervals_of_80_percent_cover_80_percent_of_normal_errors(forecasts):
    rng = np.random.default_rng(1)
    growth = np.sqrt(np.arange(1, 7))
    covered = []
    for _ in range(60):
        width = calibrate(rng.normal(size=(forecasts, 6)) * growth).half_width([80], 6)
        covered.append(np.mean(np.abs(rng.normal(size=(500, 6)) * growth) <= width))
    assert np.mean(covered) == pytest.approx(0.80, abs=0.03)


def test_measured_coverage_is_near_the_nominal_one_for_exchangeable_errors():
    rng = np.random.default_rng(2)
    coverage = measured_coverage([rng.normal(size=(200, 4)) for _ in range(4)], 80)
    assert coverage.nominal == 80
    assert coverage.achieved == pytest.approx(80, abs=3)
    assert coverage.errors == 3200


def test_measured_coverage_never_evaluates_a_fold_on_itself():
    small, large = np.full((40, 2), 1.0), np.full((40, 2), 10.0)
    assert measured_coverage([small, large], 80).achieved == 50


def test_a_single_fold_of_many_series_is_split_into_halves():
    rng = np.random.default_rng(3)
    assert measured_coverage([rng.normal(size=(400, 4))], 80).achieved == pytest.approx(80, abs=4)


def test_a_single_fold_of_few_series_has_no_coverage():
    coverage = measured_coverage([np.ones((3, 4))], 80)
    assert np.isnan(coverage.achieved)
    assert coverage.errors == 12
    assert np.isnan(measured_coverage([], 80).achieved)


def test_unobserved_values_count_neither_as_covered_nor_as_missed():
    errors = np.array([[1.0, np.nan]] * 10)
    coverage = measured_coverage([errors, errors], 80)
    assert coverage.achieved == 100
    assert coverage.errors == 20


def test_a_calibration_of_no_step_does_not_exist_but_of_one_does():
    assert Calibration(np.ones((1, 99)), 30).half_width([50], 4)[0] == pytest.approx([1, 2**0.5, 3**0.5, 2])
