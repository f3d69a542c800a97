"""The pretrained networks on difficult series: outliers, constants, extreme scales."""

import numpy as np
import pytest

from forecast.storage import pretrained
from forecast.storage.pretrained import SEASONS
from tests.panels import panel, wave


def forecasts(season: int, *series: np.ndarray) -> np.ndarray:
    """(series, steps) forecasts of the pretrained GRU, with the bounds of the model applied."""
    model = pretrained.open_pretrained("gru", season)
    return model.predict(panel(*series, season=season), model.spec.trained_horizon).values


def small_series(season: int) -> list[np.ndarray]:
    """Series with values of about 3."""
    rows = max(40, 4 * season)
    return [3 + wave(rows, season=season, growth=0.1, seed=seed) / 100 for seed in range(6)]


@pytest.mark.parametrize("season", [*SEASONS, 48])
@pytest.mark.parametrize("outlier", [1e6, -1e6])
def test_one_outlier_older_than_a_season_leaves_a_sensible_forecast(season, outlier):
    clean, with_outlier = small_series(season), small_series(season)
    for series in with_outlier:
        series[-season - 1] = outlier
    change = np.abs(forecasts(season, *with_outlier) / forecasts(season, *clean) - 1)
    assert change.mean() < 0.52


@pytest.mark.parametrize("season", [*SEASONS, 48])
def test_an_outlier_in_the_newest_row_is_not_extrapolated(season):
    with_outlier = small_series(season)
    for series in with_outlier:
        series[-1] = 1e6
    assert np.abs(forecasts(season, *with_outlier)).max() < 30


@pytest.mark.parametrize("season", [*SEASONS, 48])
def test_a_constant_stays_constant_and_zero_stays_zero(season):
    rows = max(20, 3 * season)
    constant, negative, zero = forecasts(season, np.full(rows, 42.0), np.full(rows, -7.5), np.zeros(rows))
    assert constant == pytest.approx(42, rel=0.01)
    assert negative == pytest.approx(-7.5, rel=0.01)
    assert zero == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("season", [*SEASONS, 48])
def test_the_forecasts_of_a_series_scale_with_it_whatever_the_other_series(season):
    series = small_series(season)[0]
    large, unscaled, small = forecasts(season, series * 1e12, series, series * 1e-12)
    assert large / 1e12 == pytest.approx(unscaled, rel=1e-4)
    assert small / 1e-12 == pytest.approx(unscaled, rel=1e-4)
