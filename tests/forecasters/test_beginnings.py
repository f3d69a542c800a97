"""Series that are the beginnings of others."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.features.target import target_features
from forecast.forecasters.beginnings import joined_beginnings, whole_series
from forecast.forecasters.combination import Combination
from forecast.forecasters.methods import METHODS
from forecast.forecasters.recurrent import Network
from tests.models import network
from tests.panels import panel, wave

VALUES = wave(60, season=4)
OTHER = np.append(VALUES[:30], 7.0)
PASTS = replace(
    panel(VALUES[:20], VALUES, OTHER, VALUES[:59], OTHER[:31], VALUES[:25] + 1, VALUES[:20], season=4),
    ids=("a", "a", "a", "a", "a", "a", "b"),
)


def test_a_beginning_has_the_rows_the_season_and_the_id_of_the_longer_series():
    assert whole_series(PASTS).tolist() == [1, 1, 2, 1, 2, 5, 6]
    later = replace(PASTS, times=PASTS.times + (np.arange(len(PASTS.values)) < 20))
    assert whole_series(later).tolist() == [0, 1, 2, 1, 2, 5, 6]
    others = replace(PASTS, seasons=np.array([4, 4, 4, 1, 4, 4, 4]))
    assert whole_series(others).tolist() == [1, 1, 2, 3, 2, 5, 6]
    assert whole_series(PASTS.select([])).tolist() == []


@pytest.mark.parametrize("rows_read", [1, 10, 45, 100])
def test_the_newest_rows_of_every_beginning_are_among_the_joined_ones(rows_read):
    joined = joined_beginnings(PASTS, rows_read)
    for each, end in zip(PASTS, joined.ends.tolist(), strict=True):
        count = min(len(each.values), rows_read)
        assert joined.panel.values[end - count : end].tolist() == each.values[-count:].tolist()
        assert joined.panel.times[end - count : end].tolist() == each.times[-count:].tolist()
    assert len(joined.panel.values) <= len(PASTS.values)


@pytest.mark.parametrize("horizon", [3, 8])
@pytest.mark.parametrize("cell", ["gru", "lstm", "simple-rnn"])
def test_networks_forecast_beginnings_as_they_forecast_each_alone(cell, horizon):
    made: Network = network(season=4, cell=cell, members=2)
    expected = [made.forecast(PASTS.select([index]), horizon)[0] for index in range(len(PASTS))]
    assert made.forecast(PASTS, horizon) == pytest.approx(np.array(expected), rel=1e-6)


def test_features_at_the_end_of_a_beginning_are_those_of_the_whole_there():
    joined = joined_beginnings(PASTS, 1000)
    apart, whole = (
        target_features(each.values, each.bounds, season=4, horizon=3) for each in (PASTS, joined.panel)
    )
    assert whole.at(joined.ends - 1).inputs.tolist() == apart.at(PASTS.bounds[1:] - 1).inputs.tolist()


@pytest.mark.parametrize("name", METHODS)
def test_methods_forecast_beginnings_as_they_forecast_each_alone(name):
    levels = panel(VALUES[:30], VALUES, VALUES * np.where(np.arange(60) < 50, 1, 1e6), VALUES[:50], season=4)
    counts = np.random.default_rng(1).poisson(0.5, 60)
    months = wave(60, season=12)
    for history in (
        replace(panel(*(months[:rows] for rows in (27, 33, 48, 60)), season=12), ids=("a",) * 4),
        PASTS,
        replace(levels, ids=("a",) * 4),
        replace(panel(counts[:40], counts), ids=("b", "b")),
    ):
        expected = [METHODS[name](history.select([index]), 6)[0] for index in range(len(history))]
        assert METHODS[name](history, 6) == pytest.approx(np.array(expected), rel=1e-9, nan_ok=True)


def test_the_past_and_the_forecasts_are_the_same_together_and_apart():
    values = [wave(80, season=4), wave(45, season=4, seed=1), 1e4 + wave(60, season=4), [3.0, 1.0, 4.0]]
    history = panel(*values, np.where(np.arange(70) == 69, 1e4, wave(70, season=4)), season=4)
    made = Combination((("gru", network(season=4)),), ("theta", "ets", "naive"))
    past, forecasts = made.past_and_forecasts(history, 5)
    apart = made.past(history, 5)
    assert past.origins.rows.tolist() == apart.origins.rows.tolist()
    assert past.forecasts == pytest.approx(apart.forecasts, rel=1e-6)
    assert past.units == pytest.approx(apart.units, rel=1e-12)
    assert np.array_equal(past.actual, apart.actual, equal_nan=True)
    assert forecasts == pytest.approx(made.forecasts(history, 5), rel=1e-6)
