import numpy as np
import pytest

from forecast.forecasters.combination import PRETRAINED
from forecast.forecasters.methods import COMBINED, METHODS
from forecast.forecasters.priors import (
    OWN,
    aimless,
    error_growth,
    nearest_season,
    prior_weights,
    priors_of,
    walks,
    weight_growth,
)
from tests.panels import panel

MEASURED = (1, 4, 5, 7, 12, 24, 52)


def test_a_season_that_was_not_measured_is_like_the_nearest_one_and_none_is_like_none():
    assert [nearest_season(season) for season in MEASURED] == list(MEASURED)
    assert [nearest_season(season) for season in (2, 3, 6, 30, 48, 168, 365)] == [4, 4, 7, 24, 52, 52, 52]


@pytest.mark.parametrize("season", [*MEASURED, 2, 168])
def test_every_member_that_may_be_combined_has_a_weight(season):
    weights = prior_weights(season, [OWN, PRETRAINED, *COMBINED])
    assert (weights > 0).all()
    assert weights[1] == 1
    assert prior_weights(season, ["naive", OWN]).tolist() == [weights[-1], weights[0]]


@pytest.mark.parametrize("season", MEASURED)
def test_errors_grow_with_the_step(season):
    growth = error_growth(season, 30)
    assert (np.diff(growth) > 0).all()
    assert growth[0] > 0
    assert growth[:7].tolist() == error_growth(season, 7).tolist()


def test_every_method_may_forecast_alone():
    assert all((prior_weights(12, [name]) > 0).all() for name in METHODS)


def test_harmonic_regression_weighs_more_far_ahead_of_days_and_the_others_the_same():
    growth = weight_growth(7, "harmonic", 90)
    assert (growth[:14] == 1).all()
    assert (np.diff(growth[13:]) > 0).all()
    assert (weight_growth(7, "theta", 90) == 1).all()
    assert (weight_growth(12, "harmonic", 90) == 1).all()
    assert weight_growth(7, "harmonic", 30).tolist() == growth[:30].tolist()  # whatever the horizon


# Series without a trend

_NOISE = np.random.default_rng(0).normal(size=60)


def test_a_long_series_that_goes_nowhere_is_aimless_and_one_that_rises_or_is_short_is_not():
    rising = np.arange(60.0) + 0.1 * _NOISE
    series = (_NOISE, 1e9 + 1e3 * _NOISE, rising, _NOISE[:12], np.full(60, 7.0), [3.0])
    found = aimless(panel(*series))
    assert (found[:2] > 0.8).all()
    assert found[0] == pytest.approx(found[1], rel=1e-6)
    assert found[2] < 0.001
    assert found[3] < 0.02
    assert found[4:].tolist() == [1.0, pytest.approx(0.02**3)]
    assert aimless(panel(_NOISE, []))[1] == 0
    assert aimless(panel(1e300 * _NOISE))[0] == pytest.approx(found[0])


def test_one_outlier_makes_no_trend_aimless():
    rising = np.arange(60.0) + _NOISE
    wrong = rising.copy()
    wrong[50] = 1e6
    assert aimless(panel(wrong))[0] < 0.1


def test_simple_methods_weigh_more_in_years_without_a_trend_and_nothing_changes_in_other_seasons():
    members = [OWN, PRETRAINED, "naive", "theta"]
    years, months = (priors_of(panel(_NOISE, np.arange(60.0), season=season), members) for season in (1, 12))
    assert years[2, 0] > 1.5
    assert years[2, 1] == prior_weights(1, ["naive"])[0]
    assert (years[[0, 1, 3], 0] == years[[0, 1, 3], 1]).all()
    assert (months[:, 0] == prior_weights(12, members)).all()


def test_days_that_walk_without_a_week_are_told_from_those_with_one_and_from_noise():
    steps = np.random.default_rng(1).normal(size=150)
    walk, week = np.cumsum(steps), np.tile([3.0, 3, 3, 3, 3, 0, 0], 22)[:150]
    series = (walk, walk + week, steps, np.full(150, 7.0), walk[:5], 1e300 * walk)
    found = walks(panel(*series, season=7))
    assert found[0] > 0.7
    assert found[5] == pytest.approx(found[0])
    assert found[1:5].tolist() == [0, 0, 0, 0]
    assert walks(panel(walk, week, season=12)).tolist() == [0, 0]
    working = np.tile([3.0, 3, 3, 0, 0], 30)
    assert walks(panel(walk, walk + working, season=5)) == pytest.approx([1, 0], abs=0.3)


def test_one_outlier_makes_no_week():
    walk = np.cumsum(np.random.default_rng(1).normal(size=150))
    wrong = walk.copy()
    wrong[100] = 1e6
    assert walks(panel(wrong, season=7)) == pytest.approx(walks(panel(walk, season=7)), abs=0.05)


@pytest.mark.parametrize("season", [5, 7])
def test_the_last_value_weighs_more_on_days_that_walk_and_go_nowhere(season):
    steps, members = np.random.default_rng(1).normal(size=150), [PRETRAINED, "naive", "theta"]
    series = (np.cumsum(steps), np.arange(150.0) + 0.01 * steps, steps)
    found, usual = priors_of(panel(*series, season=season), members), prior_weights(season, members)
    assert found[1, 0] > 1.5
    assert found[1, 1] < usual[1] + 0.01  # it rises
    assert found[1, 2] == usual[1]
    assert (found[[0, 2]] == usual[[0, 2], None]).all()
