import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from forecast.errors import UsageError
from forecast.forecasters.baselines import (
    BASELINES,
    Drift,
    Mean,
    Naive,
    SeasonalNaive,
    baseline,
    fit_baselines,
    fit_ridge,
)
from forecast.spec.model import WindowSpec
from tests.panels import interpolated, panel


def test_the_last_value_is_repeated():
    forecast = Naive().predict(panel([1, 2, 5], [9, 7]), 3)
    assert forecast.values.tolist() == [[5, 5, 5], [7, 7, 7]]


def test_the_last_season_is_repeated_in_phase():
    forecast = SeasonalNaive().predict(panel([9, 9, 9, 1, 2, 3], season=3), 5)
    assert forecast.values.tolist() == [[1, 2, 3, 1, 2]]


def test_a_series_shorter_than_a_season_repeats_its_last_value_and_no_other_series():
    forecast = SeasonalNaive().predict(panel([100, 200, 300], [4, 6], season=3), 4)
    assert forecast.values.tolist() == [[100, 200, 300, 100], [6, 6, 6, 6]]


def test_without_a_season_the_seasonal_naive_is_the_naive():
    history = panel([3, 1, 4, 1, 5])
    assert SeasonalNaive().predict(history, 3).values.tolist() == Naive().predict(history, 3).values.tolist()


def test_drift_draws_the_line_from_first_to_last_value_on():
    forecast = Drift().predict(panel([1, 9, 0, 7], [5]), 2)
    assert forecast.values.tolist() == [[9, 11], [5, 5]]


def test_the_mean_is_of_the_whole_history():
    assert Mean().predict(panel([1, 2, 6], [5, 0]), 2).values.tolist() == [[3, 3], [2.5, 2.5]]


@pytest.mark.parametrize("rule", [Naive(), SeasonalNaive(), Drift(), Mean()])
def test_a_constant_series_stays_that_constant_to_the_last_bit(rule):
    assert (rule.predict(panel([0.1] * 49, season=4), 7).values == 0.1).all()


def test_huge_values_do_not_overflow_in_a_mean():
    assert Mean().predict(panel([1e308] * 9), 1).values.item() == 1e308


def test_a_baseline_continues_the_times_and_knows_no_interval():
    forecast = Naive().predict(panel([1, 2], [1, 2, 3]), 2, levels=(80, 95))
    assert forecast.times.tolist() == [[2002, 2003], [2003, 2004]]
    assert forecast.lower.shape == forecast.upper.shape == (2, 2, 2)
    assert np.isnan(forecast.lower).all()
    assert np.isnan(forecast.upper).all()


@pytest.mark.parametrize("rule", [Naive(), SeasonalNaive(), Drift(), Mean()])
def test_twenty_thousand_series_take_milliseconds(rule):
    values = np.random.default_rng(0).normal(size=(20_000, 50))
    history = replace(
        panel([0]),
        ids=tuple(map(str, range(20_000))),
        times=np.tile(np.arange(2000, 2050), 20_000),
        values=values.ravel(),
        observed=np.ones(values.size, dtype=bool),
        bounds=np.arange(0, values.size + 1, 50),
    )
    start = time.process_time()
    rule.predict(history, 14)
    assert time.process_time() - start < 2


def test_ridge_learns_a_rule_that_the_last_value_does_not_know():
    values = 100 + np.tile([0.0, 1.0, 2.0, 1.0], 100)
    history = panel(values)
    forecast = fit_ridge(history, WindowSpec(8, 4)).predict(history, 4).values[0]
    assert forecast == pytest.approx([100, 101, 102, 101], abs=0.3)


def test_ridge_beyond_its_horizon_forecasts_recursively():
    values = 100 + np.tile([0.0, 1.0, 2.0, 1.0], 100)
    ridge = fit_ridge(panel(values), WindowSpec(8, 3))
    first = ridge.predict(panel(values), 3).values[0]
    second = ridge.predict(panel([*values, *first]), 3).values[0]
    assert ridge.predict(panel(values), 5).values[0].tolist() == [*first, *second[:2]]


def test_ridge_without_a_window_to_learn_from_repeats_the_last_season():
    history = panel([1, 2, 3, 4, 5], season=2)
    forecast = fit_ridge(history, WindowSpec(4, 6)).predict(history, 6)
    assert forecast.values.tolist() == [[4, 5, 4, 5, 4, 5]]


def test_ridge_never_learns_from_a_filled_row():
    values = np.concatenate([np.random.default_rng(0).normal(size=40) + 50, [1e6]])
    full = replace(panel(values), observed=np.arange(41) < 40)
    part = panel(values[:40])
    assert fit_ridge(full, WindowSpec(6, 1)).kernel == pytest.approx(fit_ridge(part, WindowSpec(6, 1)).kernel)


def test_ridge_forecasts_follow_the_units_of_the_data():
    values = np.random.default_rng(3).normal(size=60).cumsum() + 30
    spec = WindowSpec(8, 4)
    plain = fit_ridge(panel(values), spec).predict(panel(values), 4).values
    scaled = fit_ridge(panel(values * 1000), spec).predict(panel(values * 1000), 4).values
    assert scaled == pytest.approx(plain * 1000)


def test_ridge_forecasts_a_series_shorter_than_its_window_as_alone():
    rng = np.random.default_rng(4)
    learned = fit_ridge(panel(rng.normal(size=80).cumsum() + 9), WindowSpec(8, 2))
    alone = learned.predict(panel([5, 6]), 2).values[0]
    behind = learned.predict(panel(rng.normal(size=30), [5, 6]), 2).values[1]
    assert alone.tolist() == behind.tolist()
    assert np.isfinite(alone).all()


def test_ridge_of_many_series_learns_the_same_in_any_run_of_series(monkeypatch):
    rng = np.random.default_rng(5)
    history = panel(*(rng.normal(size=length) + 20 for length in (30, 2, 41, 25)))
    whole = fit_ridge(history, WindowSpec(6, 3)).kernel
    monkeypatch.setattr("forecast.forecasters.baselines._CHUNK_ROWS", 40)
    assert fit_ridge(history, WindowSpec(6, 3)).kernel.tolist() == whole.tolist()


def test_ridge_of_too_many_windows_takes_evenly_spaced_ones(monkeypatch):
    from forecast.forecasters import baselines

    monkeypatch.setattr(baselines, "_MAX_WINDOWS", 10)
    history = panel(np.arange(100.0) ** 1.5)
    features, targets = baselines._examples(history, WindowSpec(8, 4))
    assert features.shape == (10, 8)
    assert targets.shape == (10, 4)


def test_ridge_is_the_only_baseline_that_imports_scikit_learn():
    code = "import forecast.forecasters.baselines, sys; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("written", ["seasonal naive", "seasonal-naive", "Seasonal_Naive"])
def test_a_baseline_is_found_by_the_name_tables_give_it(written):
    assert baseline(written) is BASELINES["seasonal naive"]


def test_a_line_through_the_largest_numbers_ends_at_the_largest():
    assert Drift().predict(panel([-1e308, 1e308]), 2).values.tolist() == [[np.finfo(float).max] * 2]


def test_an_unknown_baseline_is_refused_with_the_nearest_name():
    with pytest.raises(UsageError, match='no baseline "seasnal-naive"') as raised:
        baseline("seasnal-naive")
    assert raised.value.hint == 'did you mean "seasonal-naive"?'


def test_an_unknown_baseline_near_to_none_lists_all():
    with pytest.raises(UsageError, match="last-value, seasonal-naive, drift, mean, theta, ridge") as raised:
        baseline("xyzzy")
    assert raised.value.hint == ""


def test_baselines_include_the_seasonal_naive_only_where_there_is_a_season():
    past, seasonal = panel(np.arange(20.0)), panel(np.arange(20.0), season=4)
    spec = WindowSpec(4, 2)
    assert [rule.name for rule in fit_baselines(past, spec)] == [
        "last value",
        "drift",
        "mean",
        "theta",
        "ridge",
    ]
    assert [rule.name for rule in fit_baselines(seasonal, spec)] == list(BASELINES)
    assert [rule.name for rule in fit_baselines(past, spec, names=("seasonal-naive", "drift"))] == [
        "last value",
        "drift",
    ]


def test_naive_is_another_word_for_the_last_value():
    assert baseline("naive") is baseline("last-value")


def test_a_misspelt_naive_is_refused_with_the_nearest_name():
    with pytest.raises(UsageError) as failure:
        baseline("naiv")
    assert failure.value.hint == 'did you mean "naive"?'


def test_the_ridge_learns_from_no_row_that_knows_what_comes():
    kernels = [fit_ridge(interpolated(later, rows=26), WindowSpec(4, 1)).kernel for later in (60.0, -900.0)]
    assert np.array_equal(*kernels)
    assert kernels[0].any()
