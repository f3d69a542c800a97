import csv
import warnings
from pathlib import Path

import numpy as np
import pytest

from forecast.data.arrays import LARGEST
from forecast.forecasters.seasonality import is_seasonal, seasonal_indices
from forecast.forecasters.theta import rows_read, theta
from tests.panels import panel, wave

SAMPLES = Path(__file__).parents[2] / "sample_data"


def sample(name: str, column: str) -> np.ndarray:
    with open(SAMPLES / name, encoding="utf-8") as lines:
        return np.array([float(row[column]) for row in csv.DictReader(lines)])


def walk(rows: int, *, seed: int, drift: float = 0.3) -> np.ndarray:
    return 100 + np.random.default_rng(seed).normal(drift, size=rows).cumsum()


def noisy_line(rows: int, *, seed: int) -> np.ndarray:
    return 20 - 0.4 * np.arange(rows) + 2 * np.random.default_rng(seed).normal(size=rows)


def alone(values: np.ndarray, horizon: int = 6, *, season: int = 1) -> np.ndarray:
    return theta(panel(values, season=season), horizon)[0]


# against statsmodels


def reference(values: np.ndarray, horizon: int, *, season: int) -> np.ndarray:
    """What statsmodels forecasts, with its smoothing parameter fitted to the line of theta 2."""
    from statsmodels.tsa.forecasting.theta import ThetaModel, ThetaModelResults
    from statsmodels.tsa.holtwinters import ExponentialSmoothing
    from statsmodels.tsa.seasonal import seasonal_decompose

    method = "multiplicative" if values.min() > 0 else "additive"
    model = ThetaModel(values, period=season, deseasonalize=season > 1, use_test=False, method=method)
    slope = model.fit().params["b0"]
    plain, phases = values, np.empty(0)
    if season > 1:
        seasonal = seasonal_decompose(values, model=method, period=season).seasonal
        plain = values / seasonal if values.min() > 0 else values - seasonal
        phases = seasonal[:season]
    line = np.polyval(np.polyfit(np.arange(len(plain)), plain, 1), np.arange(len(plain)))
    curved = 2 * plain - line

    def smoothing(series: np.ndarray) -> ExponentialSmoothing:
        return ExponentialSmoothing(series, initial_level=series[0], initialization_method="known")

    alpha = smoothing(curved).fit().params["smoothing_level"]
    held = smoothing(plain).fit(smoothing_level=alpha, optimized=False).forecast(1)
    return np.asarray(ThetaModelResults(slope, alpha, None, held, phases, False, model).forecast(horizon))


CASES = {
    "harvest": (sample("harvest.csv", "tonnes"), 1),
    "co2": (sample("co2.csv", "ppm")[-240:], 12),
    "walk": (walk(80, seed=1), 1),
    "line": (noisy_line(60, seed=2), 1),
    "short": (walk(7, seed=3), 1),
    "monthly": (wave(75, season=12), 12),
    "quarterly": (wave(42, season=4, growth=-0.2, seed=4), 4),
    "odd season": (wave(80, season=7, seed=5), 7),
    "seasonal around nought": (wave(90, season=12, seed=6) - 60, 12),
}


@pytest.mark.parametrize("name", CASES)
def test_forecasts_are_those_of_statsmodels(name):
    values, season = CASES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = reference(values, 18, season=season)
    assert season == 1 or is_seasonal(values, season)
    found = alone(values, 18, season=season)
    assert np.abs(found - expected).max() < 1e-3 * np.abs(values).max()


def test_where_nothing_but_the_last_value_counts_statsmodels_needs_no_other_fit():
    from statsmodels.tsa.forecasting.theta import ThetaModel

    values = 100 + np.linspace(0, 4, 60) ** 3
    expected = ThetaModel(values, deseasonalize=False).fit().forecast(6)
    assert alone(values) == pytest.approx(np.asarray(expected), rel=1e-5)


# what it says


@pytest.mark.parametrize("rows", [2, 3, 20])
def test_a_straight_line_goes_on_half_as_steep_from_between_its_end_and_the_next_step(rows):
    # Theta 0 goes on; theta 2 is the same line here and is held at its end.
    values = 10.0 * np.arange(1, rows + 1)
    assert alone(values, 3) - values[-1] == pytest.approx([5, 10, 15])


def test_a_step_in_the_trend_is_half_of_the_slope_of_least_squares():
    values = walk(40, seed=7)
    slope = np.polyfit(np.arange(40), values, 1)[0]
    assert np.diff(alone(values)) == pytest.approx(slope / 2)


def test_a_pure_season_goes_on_in_phase():
    values = np.tile([10.0, 12.0, 15.0, 11.0], 6)[:-1]
    assert alone(values, 5, season=4) == pytest.approx([11, 10, 12, 15, 11])


def test_a_season_shorter_than_three_periods_or_hidden_in_noise_is_none():
    noise = np.random.default_rng(0).normal(size=120)
    spikes = np.tile([0.0] * 11 + [9.0], 3)
    assert is_seasonal(spikes, 12)
    assert not is_seasonal(spikes[1:], 12)
    assert not is_seasonal(noise, 12)


def test_seasonal_indices_of_a_season_on_a_line_are_exact():
    season = np.array([3.0, -1.0, -2.0])
    values = 7 + 0.5 * np.arange(30) + np.tile(season, 10)
    assert seasonal_indices(values, 3, multiplicative=False) == pytest.approx(season)


# what it stands


@pytest.mark.parametrize("values", [[3.0], [3.0, 3.0], [3.0, 3.0, 3.0], [0.1] * 49, [0.0] * 30, [-7.0] * 30])
def test_a_constant_stays_that_constant(values):
    assert alone(np.array(values), 4, season=4) == pytest.approx(np.repeat(values[0], 4), abs=1e-12)


@pytest.mark.parametrize("size", [1e12, 1e-12, 1e300, 1e-300, -1.0])
@pytest.mark.parametrize("season", [1, 12])
def test_a_multiple_of_the_data_has_that_multiple_of_the_forecast(size, season):
    values = wave(60) - (60 if size < 0 else 0)
    assert alone(size * values, season=season) / size == pytest.approx(alone(values, season=season), rel=1e-9)


def test_a_trend_beyond_the_largest_number_ends_there():
    assert alone(np.linspace(1, 10, 30) * 1e307, 40)[-1] == LARGEST


@pytest.mark.parametrize("place", [0, 30, 59])
@pytest.mark.parametrize("outlier", [1e9, -1e9, 0.0, 1e-300])
def test_one_outlier_leaves_forecasts_finite_and_no_larger_than_itself(place, outlier):
    values = wave(60)
    values[place] = outlier
    found = alone(values, season=12)
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 3 * np.abs(values).max()


def test_a_series_among_others_has_the_forecast_it_has_alone_to_the_last_bit():
    lengths = [1, 2, 3, 11, 12, 50, 36, 60, 60, 200, *range(5, 300)]
    series = [wave(length, seed=seed) for seed, length in enumerate(lengths)]
    together = theta(panel(*series, season=12), 5)
    assert together.tolist() == [alone(values, 5, season=12).tolist() for values in series]


@pytest.mark.parametrize("season", [1, 4, 12])
def test_rows_older_than_those_it_reads_change_nothing(season):
    values = wave(rows_read(season) + 60, season=season)
    newest = values[-rows_read(season) :]
    assert alone(values, season=season).tolist() == alone(newest, season=season).tolist()
