import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.forecasters.intervals import (
    USUAL_CORRELATION,
    Spread,
    correlation_of,
    no_spread,
    seasonal_changes,
    spread_of,
)
from forecast.forecasters.priors import error_growth
from tests.panels import panel, wave

LEVELS = (50.0, 80.0, 95.0)


def alone(sizes, *, unit: float = np.nan) -> Spread:
    return Spread(np.atleast_2d(np.asarray(sizes, dtype=float)), np.array([unit]))


# The unit


def test_the_unit_is_the_mean_size_of_changes_over_a_season():
    history = panel([0.0, 10, 1, 12, 3, 15], [5.0, 4, 9], season=2)
    # The second series has no more than a season and two rows: its changes are from row to row.
    assert seasonal_changes(history) == pytest.approx([(1 + 2 + 2 + 3) / 4, (1 + 5) / 2])


def test_the_newest_changes_count_alone():
    values = np.concatenate([100 * np.tile([0.0, 1.0], 50), np.arange(30.0)])
    assert seasonal_changes(panel(values)) == pytest.approx([1])
    # Of a season of 12, four seasons of changes.
    values = np.concatenate([wave(200) * 50, np.arange(61.0)])
    assert seasonal_changes(panel(values, season=12)) == pytest.approx([12])


def test_where_the_newest_changes_are_zero_all_count():
    values = np.concatenate([np.arange(11.0), np.full(90, 10.0)])
    assert seasonal_changes(panel(values)) == pytest.approx([10 / 100])


def test_no_change_is_known_of_one_row_or_a_short_constant_and_none_was_made_in_a_long_one():
    history = panel([5.0], [5.0, 5.0], [5.0] * 7, [5.0] * 8, [0.0] * 30)
    assert np.isnan(seasonal_changes(history)).tolist() == [True, True, True, False, False]
    assert seasonal_changes(history)[3:].tolist() == [0, 0]


def test_the_unit_of_the_largest_and_smallest_numbers_is_known():
    values = np.array([1.0, -1.0, 0.5, 0.7] * 5)
    for size in (1e307, 1e-300):
        assert seasonal_changes(panel(values * size)) / size == pytest.approx(seasonal_changes(panel(values)))


# The sizes


def test_without_origins_errors_are_those_usual_for_the_season():
    assert spread_of(np.empty((0, 9)), np.empty(0), 12).tolist() == error_growth(12, 9).tolist()


def test_errors_as_usual_leave_the_usual_sizes():
    usual = error_growth(4, 5)
    errors = np.tile(7 * usual, (6, 1))
    assert spread_of(errors, np.full(6, 7.0), 4) == pytest.approx(usual)


def test_larger_errors_give_larger_sizes_the_more_origins_there_are():
    usual = error_growth(1, 5)
    found = [spread_of(np.tile(3 * usual, (n, 1)), np.ones(n), 1).mean() for n in (1, 4, 16, 500)]  # origins
    assert (np.diff([usual.mean(), *found]) > 0).all()
    assert found[-1] == pytest.approx(3 * usual.mean(), rel=0.02)


def test_errors_a_tenth_and_ten_times_the_usual_move_the_sizes_alike():
    usual = error_growth(7, 5)
    small, large = (spread_of(np.tile(k * usual, (4, 1)), np.ones(4), 7) / usual for k in (0.1, 10.0))
    # Four origins of their own and four of the usual size: the root; then a third of each step's own errors.
    assert small == pytest.approx(0.1 / 3 + 2 * 0.1**0.5 / 3)
    assert large == pytest.approx(10 / 3 + 2 * 10**0.5 / 3)
    none = spread_of(np.zeros((4, 5)), np.ones(4), 7)
    assert none == pytest.approx(usual * 2 * 0.05**0.5 / 3)


def test_sizes_that_are_made_to_rise_are_no_larger_on_average():
    usual = error_growth(24, 60)
    errors = usual * np.random.default_rng(0).exponential(size=(300, 8, 60))
    sizes = spread_of(errors, np.ones((300, 8)), 24)
    assert (np.diff(sizes) >= 0).all()
    assert (sizes / usual).mean(axis=0)[5:-5] == pytest.approx(1, abs=0.02)


def test_errors_are_in_units_of_the_changes_before_their_origin():
    errors, usual = np.tile([[1.0], [4.0]], (50, 6)), error_growth(1, 6)
    by_unit = spread_of(errors, np.tile([1.0, 4.0], 50), 1)
    same = spread_of(errors, np.full(100, 2.5), 1)
    assert by_unit == pytest.approx(spread_of(errors * 100, 100 * np.tile([1.0, 4.0], 50), 1))
    assert by_unit.mean() != pytest.approx(same.mean(), rel=0.01)
    assert usual.shape == same.shape


def test_neighbouring_steps_are_smoothed():
    errors = np.ones((200, 12))
    errors[:, 5] = 9.0
    sizes = spread_of(errors, np.ones(200), 1)
    assert sizes[2] < sizes[5] < 5
    assert sizes[-1] == sizes.max()  # and they never fall again


def test_unknown_errors_do_not_count():
    errors = np.random.default_rng(0).uniform(1, 5, size=(8, 6))
    more = np.vstack([errors, np.full((3, 6), np.nan)])
    assert spread_of(more, np.ones(11), 1) == pytest.approx(spread_of(errors, np.ones(8), 1))
    part = np.where(np.arange(6) < 3, errors, np.nan)
    assert np.isfinite(spread_of(part, np.ones(8), 1)).all()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(1, 40), st.integers(0, 9), st.sampled_from([1, 4, 7, 12, 24, 52]), st.integers(0, 99))
def test_sizes_never_fall_with_the_step_and_are_never_zero(horizon, origins, season, seed):
    rng = np.random.default_rng(seed)
    errors = np.abs(rng.standard_cauchy(size=(origins, horizon)))
    errors[rng.random(errors.shape) < 0.2] = np.nan
    sizes = spread_of(errors, rng.uniform(0, 2, origins) * (rng.random(origins) < 0.8), season)
    assert np.isfinite(sizes).all()
    assert (sizes > 0).all()
    assert (np.diff(sizes) >= 0).all()


@pytest.mark.parametrize("power", [-900, -3, 9, 900])
def test_sizes_do_not_depend_on_the_unit_of_the_data(power):
    errors, units = np.random.default_rng(0).uniform(1, 5, size=(8, 6)), np.linspace(0.5, 2, 8)
    once = spread_of(errors, units, 7)
    assert spread_of(np.ldexp(errors, power), np.ldexp(units, power), 7).tolist() == once.tolist()


def test_one_enormous_error_is_bounded():
    errors = np.ones((6, 4))
    errors[2, 1] = 1e300
    assert spread_of(errors, np.ones(6), 1).max() < 50


# Half-widths


def test_half_widths_rise_with_the_level_and_are_those_between_normal_and_laplace():
    history = panel(np.arange(40.0))  # every change is 1
    half = alone([1.0, 2.0], unit=1.0).half_widths(history, LEVELS, 2)
    assert half.shape == (3, 1, 2)
    assert (np.diff(half, axis=0) > 0).all()
    assert half[:, 0, 1] == pytest.approx(2 * half[:, 0, 0])
    # Quantiles of |error| / mean |error|: normal 0.845, 1.606, 2.456; Laplace 0.693, 1.609, 2.996.
    low, high = np.array([0.69, 1.58, 2.45]), np.array([0.85, 1.62, 3.0])
    assert ((low < half[:, 0, 0]) & (half[:, 0, 0] < high)).all()


def test_half_of_what_is_new_in_the_volatility_is_believed():
    history = panel(4 * np.arange(40.0))
    same = alone([1.0], unit=4.0).half_widths(history, (80,), 1).item()
    assert alone([1.0], unit=1.0).half_widths(history, (80,), 1).item() == pytest.approx(same / 2)
    assert alone([1.0]).half_widths(history, (80,), 1).item() == pytest.approx(same)


@pytest.mark.parametrize("season", [1, 12])
def test_beyond_the_known_steps_they_widen(season):
    history = panel(wave(60), season=season)
    half = alone(error_growth(season, 6), unit=1.0).half_widths(history, (80,), 40)[0, 0]
    assert (np.diff(half) > 0).all()
    near = alone(error_growth(season, 6), unit=1.0).half_widths(history, (80,), 6)[0, 0]
    assert half[:6].tolist() == near.tolist()
    assert half / half[0] == pytest.approx(error_growth(season, 40) / error_growth(season, 1))


def test_fewer_steps_are_the_first_of_all():
    history, spread = panel(wave(60)), alone(np.arange(1.0, 9.0))
    assert (
        spread.half_widths(history, LEVELS, 3).tolist()
        == spread.half_widths(history, LEVELS, 8)[..., :3].tolist()
    )


@pytest.mark.parametrize("factor", [1e-300, 2.0**-9, 3.7, 1e300])
def test_they_scale_with_the_series(factor):
    values, spread = wave(60), alone([1.0, 2.0])
    once = spread.half_widths(panel(values), LEVELS, 5)
    assert spread.half_widths(panel(values * factor), LEVELS, 5) / factor == pytest.approx(once)


def test_there_is_no_interval_where_nothing_is_known_and_none_of_width_where_nothing_moved():
    history = panel([5.0], [5.0, 5.0], [5.0] * 30, [1.0, 2.0])
    spread = Spread(np.ones((4, 3)), np.full(4, np.nan))
    half = spread.half_widths(history, (80,), 5)[0]
    assert np.isnan(half[:2]).all()
    assert (half[2] == 0).all()
    assert (half[3] > 0).all()


def test_a_model_without_intervals_is_one_without_steps():
    assert no_spread().sizes.shape == (1, 0)
    assert np.isnan(no_spread().units).all()


# The correlation of the errors of two steps


@pytest.mark.parametrize(("level", "low", "high"), [(0.0, 0.0, 0.06), (1.0, 0.3, 0.7), (30.0, 0.75, 0.9)])
def test_the_correlation_is_found_in_the_errors(level, low, high):
    random = np.random.default_rng(0)
    errors = level * random.normal(size=(12, 1)) + random.normal(size=(12, 14))
    assert low <= correlation_of(errors, np.ones(14), 1.0) <= high
    # The unit of the data, and steps whose errors are larger, change nothing.
    sizes = np.linspace(1, 3, 14)
    assert correlation_of(1e300 * errors * sizes, sizes, 1.0) == pytest.approx(
        correlation_of(errors, np.ones(14), 1.0)
    )


def test_without_errors_of_two_steps_the_usual_correlation_is_assumed():
    for errors in (np.zeros((3, 4)), np.ones((3, 1)), np.full((2, 4), np.nan), np.empty((0, 4))):
        assert correlation_of(errors, np.ones(errors.shape[1]), 1.0) == USUAL_CORRELATION
