import numpy as np
import pytest

from forecast.forecasters.combination import PRETRAINED
from forecast.forecasters.methods import COMBINED, METHODS
from forecast.forecasters.priors import OWN, error_growth, nearest_season, prior_weights, weight_growth

MEASURED = (1, 4, 7, 12, 24, 52)


def test_a_season_that_was_not_measured_is_like_the_nearest_one_and_none_is_like_none():
    assert [nearest_season(season) for season in MEASURED] == list(MEASURED)
    assert [nearest_season(season) for season in (2, 5, 6, 30, 48, 168, 365)] == [4, 4, 7, 24, 52, 52, 52]


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
