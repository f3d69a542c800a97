from dataclasses import replace

import numpy as np
import pytest

from forecast.data.arrays import LARGEST
from forecast.forecasters import autoregression as module
from forecast.forecasters.autoregression import ROWS_READ, _ridge, autoregression
from tests.panels import panel, wave

RNG = np.random.default_rng


def alone(values: np.ndarray, horizon: int = 6, *, season: int = 1) -> np.ndarray:
    return autoregression(panel(values, season=season), horizon)[0]


def penalized(x: np.ndarray, y: np.ndarray, penalty: float) -> np.ndarray:
    """Ridge coefficients by ordinary least squares: the penalty as further rows."""
    rows = np.vstack([x, np.sqrt(penalty) * np.eye(x.shape[1])])
    targets = np.vstack([y, np.zeros((x.shape[1], y.shape[1]))])
    return np.linalg.lstsq(rows, targets, rcond=None)[0]


def unit(x: np.ndarray) -> float:
    """The mean eigenvalue of X'X."""
    return float(np.trace(x.T @ x)) / x.shape[1]


@pytest.mark.parametrize("penalty", [1e-4, 1.0, 100.0])
def test_coefficients_are_those_of_penalized_least_squares(monkeypatch, penalty):
    x, y = RNG(0).normal(size=(3, 40, 6)), RNG(1).normal(size=(3, 40, 2))
    monkeypatch.setattr(module, "_PENALTIES", np.array([penalty]))
    expected = [penalized(x[i], y[i], penalty * unit(x[i])) for i in range(3)]
    assert _ridge(x, y) == pytest.approx(np.array(expected), rel=1e-9)


def test_the_penalty_is_that_of_generalized_cross_validation():
    x = RNG(0).normal(size=(4, 50, 8))
    signal = x @ RNG(4).normal(size=(8, 2))
    y = signal + np.array([0.01, 1.0, 10.0, 100.0])[:, None, None] * RNG(1).normal(size=(4, 50, 2))
    found, chosen = _ridge(x, y), []
    for index, (each, targets) in enumerate(zip(x, y, strict=True)):
        scores = []
        for penalty in module._PENALTIES:
            kernel = penalized(each, targets, penalty * unit(each))
            hat = each @ np.linalg.solve(each.T @ each + penalty * unit(each) * np.eye(8), each.T)
            left = max(1 - module._PARAMETER_COST * float(np.trace(hat)) / 50, 0.05)
            scores.append((float(((targets - each @ kernel) ** 2).sum()) / left**2, penalty, kernel))
        best = min(scores, key=lambda score: score[0])
        chosen.append(best[1])
        assert found[index] == pytest.approx(best[2], rel=1e-6, abs=1e-9)
    assert chosen[0] < 0.1 < 1 <= chosen[-1]


def test_a_forecast_is_the_last_season_plus_the_regressed_change(monkeypatch):
    """Two steps of a series with a season of four, by hand."""
    monkeypatch.setattr(module, "_PENALTIES", np.array([0.1]))
    monkeypatch.setattr(module, "_MOST_STEPS", 2)
    values, season, rows, steps = RNG(5).normal(size=61).cumsum(), 4, 61, 2
    window = 19  # a third of the rows before the newest two
    lags = np.arange(1, window)
    ends = range(window, rows - steps + 1)
    x = np.array([values[end - 1 - lags] - values[end - 1] for end in ends])
    y = np.array([values[end : end + steps] - values[end - season : end - season + steps] for end in ends])
    now = values[rows - 1 - lags] - values[rows - 1]
    expected = values[rows - season : rows - season + steps] + now @ penalized(x, y, 0.1 * unit(x))
    assert alone(values, steps, season=season) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("season", [1, 7])
def test_series_are_fitted_in_batches_as_one_by_one(monkeypatch, season):
    lengths = [1, 2, 5, 13, 14, 40, 40, 40, 90, 90, 200, *[60] * 30]
    series = [wave(rows, season=7, seed=seed) for seed, rows in enumerate(lengths)]
    history = panel(*series, season=season)
    expected = np.array([alone(values, 20, season=season) for values in series])
    for rows in (1, 150, 4096):
        monkeypatch.setattr(module, "_BATCH_ROWS", rows)
        assert autoregression(history, 20) == pytest.approx(expected, rel=1e-9)


def test_a_short_series_repeats_its_last_season():
    assert alone(np.arange(8.0), 3).tolist() == [7, 7, 7]
    assert alone(np.array([3.0, 1.0, 4.0] * 3), 4, season=3).tolist() == [3, 1, 4, 3]


def test_a_cycle_that_is_no_season_goes_on_in_phase():
    steps = np.arange(150 + 40)
    values = 20 + 5 * np.sin(2 * np.pi * steps / 11) + 2 * np.cos(2 * np.pi * steps / 5.5)
    assert alone(values[:150], 40) == pytest.approx(values[150:], abs=0.05)


def test_a_line_goes_on():
    assert alone(3 * np.arange(50.0), 10) == pytest.approx(3 * np.arange(50.0, 60), abs=0.01)


def test_noise_is_forecast_near_its_last_values_alone():
    values = RNG(3).normal(size=300).cumsum()
    assert np.abs(alone(values, 5) - values[-1]).max() < np.abs(np.diff(values)).max()


def test_more_steps_than_a_regression_gives_are_recursive():
    values = wave(400, season=12)
    most = module._MOST_STEPS
    first = alone(values, most + 5, season=12)
    assert first[:most].tolist() == pytest.approx(alone(values, most, season=12).tolist())
    again = alone(np.append(values, first[:most]), most, season=12)
    assert first[most:] == pytest.approx(again[:5], rel=1e-3)


def test_rows_older_than_those_it_reads_change_nothing():
    values = wave(ROWS_READ + 60)
    assert alone(values, season=12).tolist() == alone(values[-ROWS_READ:], season=12).tolist()


def test_an_offset_moves_the_forecasts():
    values = wave(120)
    assert alone(values + 1e6, season=12) - 1e6 == pytest.approx(alone(values, season=12), abs=1e-3)


def test_series_of_different_seasons_are_fitted_each_in_its_own():
    history = panel(wave(60), wave(60, season=4))
    found = autoregression(replace(history, seasons=np.array([12, 4])), 14)
    for index, season in enumerate((12, 4)):
        assert found[index].tolist() == pytest.approx(
            alone(history[index].values, 14, season=season).tolist()
        )


def test_forecasts_near_the_largest_number_are_finite():
    found = alone(np.tile([LARGEST, -LARGEST, LARGEST / 3], 30), 40)
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= LARGEST
