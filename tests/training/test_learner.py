"""What training on many series gained over the pretrained network it began with."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.forecasters.intervals import seasonal_changes
from forecast.training.learner import _gain
from tests.models import network
from tests.panels import panel, wave

LONG = [wave(40, season=4), wave(30, season=4, seed=1)]


def off(made, history, rows):
    """Mean size of the errors in the newest rows, in units of the seasonal change."""
    past = history.first(history.lengths - rows)
    errors = np.abs(made.forecast(past, rows) - history.tail(rows).values.reshape(-1, rows))
    return (errors / seasonal_changes(past)[:, None]).mean()


def test_a_gain_is_the_share_of_the_errors_that_is_gone_on_rows_that_were_not_seen():
    ready = network(season=4)
    naive = {name: np.zeros_like(array) for name, array in ready.members[0].items()}
    tuned, history = replace(ready, members=(naive,)), panel(*LONG, season=4)
    horizon = ready.spec.trained_horizon
    expected = 1 - off(tuned, history, horizon) / off(ready, history, horizon)
    assert 0 < expected < 1  # random weights are worse than none
    assert _gain(tuned, ready, history) == pytest.approx(expected)
    assert _gain(ready, ready, history) == 0


def test_series_too_short_to_forecast_from_do_not_count():
    ready, tuned = network(season=4), network(season=4, members=2)
    history = panel(*LONG, np.arange(3.0), season=4)
    assert _gain(tuned, ready, history) == _gain(tuned, ready, panel(*LONG, season=4)) != 0
    assert _gain(tuned, ready, history.select([2])) == 0


def test_the_units_of_the_series_change_no_gain():
    ready, tuned = network(season=4), network(season=4, members=2)
    once = _gain(tuned, ready, panel(*LONG, season=4))
    other = panel(LONG[0] * 1e9, LONG[1] * 1e-9, season=4)
    assert _gain(tuned, ready, other) == pytest.approx(once, rel=1e-5)
