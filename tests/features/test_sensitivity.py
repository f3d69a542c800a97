"""Derivatives of a forecast by the values, against small differences of the values."""

import numpy as np
import pytest

from forecast.features.inputs import read_inputs
from forecast.features.sensitivity import value_gradient
from forecast.features.target import LONGER_SEASONS, feature_count, rows_remembered
from forecast.spec.model import ModelSpec, NetworkSpec, WindowSpec
from tests.panels import panel, wave

HORIZON, WINDOW = 5, 6


@pytest.mark.parametrize("season", [1, 4, 24])
@pytest.mark.parametrize(("rows", "calmer"), [(3, False), (9, False), (None, False), (None, True)])
def test_each_value_moves_the_forecast_as_small_differences_say(season, rows, calmer):
    rows = rows or rows_remembered(season) + WINDOW
    spec = ModelSpec(WindowSpec(WINDOW, HORIZON), NetworkSpec("gru", (1,)), season)
    random = np.random.default_rng(0)
    steps = min(WINDOW, rows)
    slopes = random.normal(0, 0.1, (HORIZON, steps, feature_count(season, HORIZON)))

    def forecast(values: np.ndarray) -> np.ndarray:
        """That of a network which is linear in what it reads."""
        read = read_inputs(panel(values, season=season), spec)
        outputs = np.einsum("htf,tf->h", slopes, read.inputs[-steps:].astype(np.float64))
        return read.target_features.at(np.array([rows - 1])).to_values(outputs[None])[0]

    values = wave(rows, season=max(season, 3))
    if calmer:  # the newest changes are a tenth of those before: they bound the volatility
        values[-max(3 * season, 20) :] = 50 + 0.1 * values[-max(3 * season, 20) :]
    read = read_inputs(panel(values, season=season), spec)
    outputs = np.einsum("htf,tf->h", slopes, read.inputs[-steps:].astype(np.float64))
    found = value_gradient(values, read.target_features, outputs, slopes, season=season)
    assert found.shape == (HORIZON, rows)
    checked = np.unique(np.linspace(0, rows - 1, 20).astype(int))
    for index in checked:
        moved = [values.copy(), values.copy()]
        for each, sign in zip(moved, (1, -1), strict=True):
            each[index] += sign * 0.01
        by_difference = (forecast(moved[0]) - forecast(moved[1])) / 0.02
        # The inputs are in float32.
        assert found[:, index] == pytest.approx(by_difference, abs=3e-4, rel=3e-4)
    assert np.abs(found).max() > 0.5
    if season in LONGER_SEASONS and rows > LONGER_SEASONS[season]:
        assert np.abs(found[:, -LONGER_SEASONS[season] + HORIZON :]).min() < 1e-3


def test_a_value_that_is_clipped_as_an_outlier_moves_nothing():
    values = np.array([3.0, 4, 3, 5, 4, 3, 4, 1e6])
    spec = ModelSpec(WindowSpec(4, 2), NetworkSpec("gru", (1,)), 1)
    read = read_inputs(panel(values), spec)
    slopes = np.zeros((2, 4, feature_count(1, 2)))
    found = value_gradient(values, read.target_features, np.zeros(2), slopes, season=1)
    assert found.tolist() == np.zeros((2, 8)).tolist()


def test_without_weights_the_forecast_moves_with_the_value_that_it_repeats():
    values = wave(40, season=4)
    spec = ModelSpec(WindowSpec(4, 6), NetworkSpec("gru", (1,)), 4)
    read = read_inputs(panel(values, season=4), spec)
    slopes = np.zeros((6, 4, feature_count(4, 6)))
    found = value_gradient(values, read.target_features, np.zeros(6), slopes, season=4)
    expected = np.zeros((6, 40))
    expected[np.arange(6), [36, 37, 38, 39, 36, 37]] = 1.0
    assert found == pytest.approx(expected)
