"""Harmonic regression: exact on what it describes, silent without a long season."""

import numpy as np
import pytest

from forecast.forecasters.decomposition import FoundSeason
from forecast.forecasters.harmonic import harmonic, harmonic_of
from forecast.forecasters.preparation import long_seasons
from tests.forecasters.test_preparation import daily, year
from tests.panels import panel

YEAR = (FoundSeason(365.25, 1.0, cycle=False),)


def described(rows: int) -> np.ndarray:
    """A trend, a year of two waves, and a week."""
    steps = np.arange(rows)
    angle = 2 * np.pi * steps / 365.25
    return (
        100
        + 0.05 * steps
        + 9 * np.sin(angle)
        + 4 * np.cos(2 * angle)
        + np.resize([0, 1, 5, 2, 0, -3, -5], rows)
    )


def test_trend_waves_and_week_are_continued_exactly():
    values = described(1300)
    found = harmonic_of(daily(values[:1200]), 100, [YEAR])
    assert found[0] == pytest.approx(values[1200:], abs=1e-6)


def test_without_a_long_season_it_answers_only_when_asked_to():
    history = panel(np.resize([1.0, 5.0, 3.0, 9.0], 40), season=4)
    assert np.isnan(harmonic_of(history, 4, [()])).all()
    assert harmonic(history, 4)[0] == pytest.approx([1, 5, 3, 9], abs=1e-6)


def test_the_season_is_found_where_it_is_not_given():
    history = daily(year(1200))
    assert harmonic(history, 30).tolist() == harmonic_of(history, 30, long_seasons(history)).tolist()


@pytest.mark.parametrize("factor", [2.0**-30, 2.0**40])
def test_forecasts_scale_with_the_data(factor):
    values = described(1200)
    one, many = (harmonic_of(daily(each), 20, [YEAR]) for each in (values, factor * values))
    assert many == pytest.approx(factor * one, rel=1e-9)
