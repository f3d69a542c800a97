from dataclasses import replace

import numpy as np
import pytest

from forecast.data.arrays import LARGEST
from forecast.forecasters.seasonal_drift import ROWS_READ, seasonal_drift
from tests.panels import panel, wave


def alone(values: np.ndarray, horizon: int = 6, *, season: int = 1) -> np.ndarray:
    return seasonal_drift(panel(values, season=season), horizon)[0]


PROFILE = np.array([3.0, -1.0, -2.0, 0.0])


def test_without_a_season_it_is_the_line_from_the_first_to_the_last_value():
    assert alone(np.array([-1.0, 9.0, 0.0, 5.0]), 3) == pytest.approx([7, 9, 11])


@pytest.mark.parametrize("rows", [8, 23, 40, 43])
@pytest.mark.parametrize("level", [-100.0, 1000.0])
def test_a_season_on_a_line_goes_on(rows, level):
    steps = np.arange(rows + 9)
    values = level + 0.5 * steps + PROFILE[steps % 4]
    assert alone(values[:rows], 9, season=4) == pytest.approx(values[rows:], rel=1e-9)


@pytest.mark.parametrize("rows", [20, 41])
def test_a_season_that_grows_in_percent_goes_on_in_percent(rows):
    steps = np.arange(rows + 9)
    values = 1.03**steps * (10 + PROFILE[steps % 4])
    assert alone(values[:rows], 9, season=4) == pytest.approx(values[rows:], rel=1e-9)


def test_a_series_that_is_not_positive_never_grows_in_percent():
    values = 1.1 ** np.arange(30.0) - 1
    assert alone(values, 3) == pytest.approx(values[-1] + (values[-1] - values[0]) / 29 * np.arange(1, 4))


def test_between_one_and_two_seasons_the_mean_change_is_of_the_rows_that_have_one():
    values = np.array([10.0, -20, 30, 40, 12, -16])  # the first two phases again: + 2 and + 4
    assert alone(values, 4, season=4) == pytest.approx([33, 43, 15, -13])


def test_a_series_of_a_season_or_less_repeats_its_last_value_with_its_drift():
    assert alone(np.array([-1.0, 2.0, 5.0]), 2, season=4) == pytest.approx([8, 11])
    assert alone(np.array([7.0]), 2, season=4).tolist() == [7, 7]


def test_each_series_has_its_own_season_and_forecast():
    series = (wave(40), 5 * wave(90, season=4), -wave(3))
    mixed = replace(panel(*series), seasons=np.array([12, 4, 1]))
    found = seasonal_drift(mixed, 20)
    for index, season in enumerate((12, 4, 1)):
        assert found[index].tolist() == alone(series[index], 20, season=season).tolist()


@pytest.mark.parametrize("season", [12, 168])
def test_rows_older_than_those_it_reads_change_nothing(season):
    rows = max(ROWS_READ, 4 * season)
    values = wave(rows + 200, season=season)
    assert alone(values, season=season).tolist() == alone(values[-rows:], season=season).tolist()


def test_growth_beyond_the_largest_number_ends_there():
    assert alone(1.5 ** np.arange(1740.0), 40)[-1] == LARGEST
    assert alone(np.linspace(0.1, 1, 30) * LARGEST, 40)[-1] == LARGEST
