"""ETS against a plain loop of the textbook's equations."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.data.arrays import LARGEST
from forecast.forecasters import smoothing as module
from forecast.forecasters.smoothing import rows_read, smoothing
from tests.panels import panel, wave


def alone(values: np.ndarray, horizon: int = 6, *, season: int = 1) -> np.ndarray:
    return smoothing(panel(values, season=season), horizon)[0]


def noisy(rows: int, *, season: int = 1, slope: float = 0.3, seed: int = 0) -> np.ndarray:
    """Values around nought: they are never smoothed as a logarithm."""
    steps = np.arange(rows)
    noise = np.random.default_rng(seed).normal(size=rows)
    cycle = 5 * np.sin(2 * np.pi * steps / season) if season > 1 else 0.0
    return noise.cumsum() * 0.3 + noise + slope * (steps - rows / 2) + cycle


Parameters = tuple[float, float, float, float]
"""Smoothing of the level, of the trend as a share of it, damping, and smoothing of the season as a share."""


def use_only(monkeypatch, parameters: Parameters) -> None:
    alpha, trend, damping, gamma = parameters
    monkeypatch.setattr(module, "_ALPHAS", (alpha,))
    monkeypatch.setattr(module, "_TRENDS", ((trend, damping),))
    monkeypatch.setattr(module, "_GAMMAS", (gamma,))


def initial(values: np.ndarray, period: int) -> tuple[float, float, list[float]]:
    """Level and trend before the first row, and the indices of the first season."""
    if period == 1:
        slope = (values[7] - values[0]) / 7 if len(values) >= 8 else 0.0
        return values[0] - slope, slope, [0.0]
    seasons = min(len(values) // period, 4)
    means = [values[n * period : (n + 1) * period].mean() for n in range(seasons)]
    slope = (means[-1] - means[0]) / (period * (seasons - 1))
    middle = (period - 1) / 2
    indices = [
        float(np.mean([values[n * period + i] - means[n] - slope * (i - middle) for n in range(seasons)]))
        for i in range(period)
    ]
    return means[0] - slope * (middle + 1), slope, indices


def textbook(values: np.ndarray, period: int, horizon: int, parameters: Parameters) -> list[float]:
    """Forecasts of the additive Holt-Winters method with a damped trend, one equation after the other."""
    alpha, trend_share, damping, gamma_share = parameters
    level, trend, indices = initial(values, period)
    gamma = gamma_share * (1 - alpha) if period > 1 else 0.0
    for step, value in enumerate(values):
        index = indices[step % period]
        before, damped = level, damping * trend
        level = alpha * (value - index) + (1 - alpha) * (before + damped)
        trend = trend_share * (level - before) + (1 - trend_share) * damped
        indices[step % period] = gamma * (value - before - damped) + (1 - gamma) * index
    return [
        level
        + sum(damping**power for power in range(1, ahead + 1)) * trend
        + indices[(len(values) + ahead - 1) % period]
        for ahead in range(1, horizon + 1)
    ]


@pytest.mark.parametrize(
    "parameters", [(0.3, 0.15, 0.9, 0.25), (0.06, 0.03, 0.95, 0.0), (0.99, 0.0, 0.0, 0.08)]
)
@pytest.mark.parametrize(("rows", "season"), [(30, 1), (5, 1), (50, 4), (37, 12), (24, 12)])
def test_forecasts_are_those_of_the_textbook(monkeypatch, parameters, rows, season):
    use_only(monkeypatch, parameters)
    values = noisy(rows, season=season)
    expected = textbook(values, season, 15, parameters)
    assert alone(values, 15, season=season) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_parameters_with_the_smallest_errors_after_two_seasons_are_used(monkeypatch):
    values, period = noisy(60, season=4, seed=3), 4
    found = alone(values, 8, season=period)
    candidates = {}
    for alpha in module._ALPHAS:
        for trend, damping in module._TRENDS:
            for gamma in module._GAMMAS:
                one = (alpha, trend, damping, gamma)
                errors = [
                    values[row] - textbook_at(values, row, period, one)
                    for row in range(2 * period, len(values))
                ]
                candidates[one] = float(np.square(errors).sum())
    best = min(candidates, key=candidates.__getitem__)
    use_only(monkeypatch, best)
    assert found == pytest.approx(alone(values, 8, season=period), rel=1e-9)


def textbook_at(values, rows, period, parameters):
    """The forecast of row `rows`, with the initial states of the whole series."""
    states = initial(values, period)
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(globals(), "initial", lambda *_: (states[0], states[1], list(states[2])))
        return textbook(values[:rows], period, 1, parameters)[0]


def test_a_series_shorter_than_two_seasons_is_smoothed_without_one():
    values = noisy(23, season=12)
    assert alone(values, season=12).tolist() == alone(values).tolist()
    assert alone(np.append(values, 1.0), season=12).tolist() != alone(np.append(values, 1.0)).tolist()


def test_a_positive_series_that_grows_much_is_smoothed_as_a_logarithm():
    logs = noisy(40, season=4, slope=0.2) / 4 - 3
    np.testing.assert_allclose(np.log(alone(np.exp(logs), season=4)), alone(logs, season=4), rtol=1e-9)
    growing = 100 * 1.05 ** np.arange(60.0)
    changes = np.diff(alone(growing, 4))
    assert (np.diff(changes) > 0).all()  # and not a straight line, or a damped one


def test_a_positive_series_at_one_level_is_not():
    values = 50 + noisy(60, slope=0.01)
    assert alone(values) - 1000 == pytest.approx(alone(values - 1000), rel=1e-9)


@pytest.mark.parametrize("season", [1, 4])
def test_series_of_any_lengths_are_smoothed_together_as_one_by_one(season):
    lengths = [1, 2, 3, 7, 8, 9, 30, 31, 32, 33, 50, *range(5, 60), *[40] * 60]
    series = [noisy(rows, season=season, seed=seed) for seed, rows in enumerate(lengths)]
    series += [np.exp(values / 10) for values in series]
    together = smoothing(panel(*series, season=season), 9)
    expected = [alone(values, 9, season=season) for values in series]
    assert together == pytest.approx(np.array(expected), rel=1e-12, abs=1e-12)


def test_series_of_different_seasons_are_smoothed_each_in_its_own():
    history = panel(noisy(60), noisy(60, season=4), noisy(60, season=12))
    mixed = replace(history, seasons=np.array([1, 4, 12]))
    found = smoothing(mixed, 14)
    for index, season in enumerate((1, 4, 12)):
        assert found[index].tolist() == alone(history[index].values, 14, season=season).tolist()


@pytest.mark.parametrize("season", [1, 12])
def test_rows_older_than_those_it_reads_change_nothing(season):
    values = wave(rows_read(season) + 60, season=12)
    newest = values[-rows_read(season) :]
    assert alone(values, season=season).tolist() == alone(newest, season=season).tolist()


def test_an_offset_moves_the_forecasts_of_a_series_that_is_not_smoothed_as_a_logarithm():
    values = noisy(60, season=4)
    moved = alone(values - 5000, season=4)
    assert moved + 5000 == pytest.approx(alone(values, season=4), abs=1e-6)


def test_forecasts_near_the_largest_number_are_finite():
    values = np.linspace(0.1, 1, 30) * LARGEST
    for some in (values, -values, np.tile([LARGEST, -LARGEST], 15)):
        found = alone(some, 40, season=2)
        assert np.isfinite(found).all()
        assert np.abs(found).max() <= LARGEST
