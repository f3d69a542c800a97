"""The networks in the package, on series that nobody would wish for."""

import numpy as np
import pytest

from forecast.storage import pretrained
from forecast.storage.pretrained import SEASONS
from tests.panels import panel, wave


def said(season: int, *series: np.ndarray) -> np.ndarray:
    """(series, steps) forecasts of the shipped GRU, kept to what values may be."""
    model = pretrained.open_pretrained("gru", season)
    return model.predict(panel(*series, season=season), model.spec.trained_horizon).values


def quiet(season: int) -> list[np.ndarray]:
    """Series of about 3."""
    rows = max(40, 4 * season)
    return [3 + wave(rows, season=season, growth=0.1, seed=seed) / 100 for seed in range(6)]


@pytest.mark.parametrize("season", [*SEASONS, 48])
@pytest.mark.parametrize("outlier", [1e6, -1e6])
def test_one_outlier_older_than_a_season_leaves_a_sensible_forecast(season, outlier):
    plain, spoiled = quiet(season), quiet(season)
    for series in spoiled:
        series[-season - 1] = outlier
    moved = np.abs(said(season, *spoiled) / said(season, *plain) - 1)
    assert moved.mean() < 0.41


@pytest.mark.parametrize("season", [*SEASONS, 48])
def test_an_outlier_in_the_newest_row_is_not_believed(season):
    spoiled = quiet(season)
    for series in spoiled:
        series[-1] = 1e6
    assert np.abs(said(season, *spoiled)).max() < 30


@pytest.mark.parametrize("season", [*SEASONS, 48])
def test_a_constant_goes_on_and_nothing_stays_nothing(season):
    rows = max(20, 3 * season)
    constant, negative, nothing = said(season, np.full(rows, 42.0), np.full(rows, -7.5), np.zeros(rows))
    assert constant == pytest.approx(42, rel=0.01)
    assert negative == pytest.approx(-7.5, rel=0.01)
    assert nothing == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("season", [*SEASONS, 48])
def test_a_series_is_forecast_in_its_own_size_whatever_stands_beside_it(season):
    series = quiet(season)[0]
    large, usual, small = said(season, series * 1e12, series, series * 1e-12)
    assert large / 1e12 == pytest.approx(usual, rel=1e-4)
    assert small / 1e-12 == pytest.approx(usual, rel=1e-4)
