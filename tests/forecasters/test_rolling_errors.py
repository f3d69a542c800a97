"""Errors that a network would have made, had it been asked earlier."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.forecasters.rolling_errors import MAX_ORIGINS, SUFFICIENT_ERRORS, past_errors
from tests.models import network
from tests.panels import panel, wave

MADE = network(season=4)
HORIZON = MADE.spec.trained_horizon


def test_past_errors_are_those_of_forecasts_from_earlier_origins():
    history = panel(wave(8 + 2 * HORIZON + 1, season=4), season=4)
    expected = [
        MADE.errors(history.first([rows]), history.values[None, rows : rows + HORIZON])[0]
        for rows in len(history.values) - HORIZON * np.array([1, 2])
    ]
    assert past_errors(MADE, history) == pytest.approx(np.array(expected), rel=1e-6)


def test_a_long_series_is_looked_back_on_so_often_and_a_short_one_not_at_all():
    history = panel(wave(200, season=4), wave(8 + HORIZON, season=4), season=4)
    assert len(past_errors(MADE, history)) == MAX_ORIGINS
    assert past_errors(MADE, history.select([1])).shape == (0, HORIZON)


def test_of_many_series_the_newest_origin_is_enough():
    history = panel(*(wave(60, season=4, seed=seed) for seed in range(SUFFICIENT_ERRORS)), season=4)
    assert len(past_errors(MADE, history)) == SUFFICIENT_ERRORS


def test_unobserved_values_have_no_error():
    history = panel(wave(8 + HORIZON + 1, season=4), season=4)
    filled = replace(history, observed=np.arange(len(history.values)) < len(history.values) - 1)
    assert np.isnan(past_errors(MADE, filled)).tolist() == [[False] * (HORIZON - 1) + [True]]


def test_of_very_many_series_some_spread_evenly_are_enough(monkeypatch):
    monkeypatch.setattr("forecast.forecasters.rolling_errors.MAX_SERIES", 3)
    history = panel(*(wave(40, season=4, seed=seed) for seed in range(9)), season=4)
    assert past_errors(MADE, history).tolist() == past_errors(MADE, history.select([0, 4, 8])).tolist()
