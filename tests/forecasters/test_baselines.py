import numpy as np
import pytest

from forecast.errors import UsageError
from forecast.forecasters.baselines import BASELINES, baseline, fit_baselines
from forecast.forecasters.methods import METHODS
from forecast.spec.model import WindowSpec
from tests import shops
from tests.panels import panel

SPEC = WindowSpec(4, 2)


def names(past, **given):
    return [rule.name for rule in fit_baselines(past, SPEC, **given)]


@pytest.mark.parametrize("written", ["seasonal naive", "seasonal-naive", " Seasonal_Naive "])
def test_a_baseline_is_found_by_the_name_that_tables_give_it(written):
    assert baseline(written) == "seasonal-naive"


@pytest.mark.parametrize("name", [*METHODS, "pooled-ridge"])
def test_every_method_may_be_a_baseline(name):
    assert baseline(name) == name
    assert names(panel(np.arange(30.0), season=4), names=(name,)) == [name]


def test_an_unknown_baseline_is_refused_with_the_nearest_name():
    with pytest.raises(UsageError, match='no baseline "seasnal-naive"') as raised:
        baseline("seasnal-naive")
    assert raised.value.hint == 'did you mean "seasonal-naive"?'
    with pytest.raises(UsageError) as raised:
        baseline("naiv")
    assert raised.value.hint == 'did you mean "naive"?'


def test_an_unknown_baseline_near_to_none_lists_all():
    with pytest.raises(UsageError, match=r"there are theta, .*naive, drift, mean, pooled-ridge") as raised:
        baseline("xyzzy")
    assert raised.value.hint == ""


def test_baselines_include_the_seasonal_naive_only_where_there_is_a_season():
    several = [np.arange(20.0), np.arange(25.0)]
    unseasonal = [name for name in BASELINES if name != "seasonal-naive"]
    assert names(panel(*several)) == unseasonal
    assert names(panel(*several, season=4)) == list(BASELINES)
    assert names(panel(*several), names=("seasonal-naive", "drift")) == ["naive", "drift"]


def test_a_baseline_named_twice_is_fitted_once():
    asked = ("naive", "seasonal naive", "seasonal-naive", "naive")
    assert names(panel(np.arange(20.0)), names=asked) == ["naive"]
    assert names(panel(np.arange(20.0), season=4), names=asked) == ["naive", "seasonal-naive"]


def test_the_regression_on_all_series_is_left_out_for_one_series_without_covariates():
    one = panel(np.arange(20.0), season=4)
    assert names(one) == [name for name in BASELINES if name != "pooled-ridge"]
    assert names(one, names=("pooled-ridge",)) == ["pooled-ridge"]
    assert "pooled-ridge" in names(shops.panel().select([0]))
