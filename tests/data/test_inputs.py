from dataclasses import replace

import numpy as np
import pytest

from forecast.data.channels import VOLATILITY_FLOOR, channels
from forecast.data.inputs import training_rows
from forecast.spec import ModelSpec, NetworkSpec, WindowSpec
from tests.panels import interpolated, panel, wave


def spec(horizon: int) -> ModelSpec:
    return ModelSpec(WindowSpec(6, horizon), NetworkSpec("gru", (4,)), 1)


def test_training_rows_weigh_only_answers_that_exist_and_were_observed():
    rows = training_rows(panel(wave(10)), spec(2))
    known = rows.weights > 0
    assert known.tolist() == [[False] * 2] * 3 + [[True] * 2] * 5 + [[True, False], [False, False]]


def test_a_fill_is_no_right_answer():
    filled = panel(wave(10))
    observed = filled.observed.copy()
    observed[6] = False
    rows = training_rows(replace(filled, observed=observed), spec(1))
    assert (rows.weights[:, 0] > 0).tolist() == [False] * 3 + [True] * 2 + [False] + [True] * 3 + [False]


@pytest.mark.parametrize("season", [1, 4])
def test_no_example_ends_in_a_row_that_knows_what_comes(season):
    """All that is learned from before the number that ended a gap is the same whatever that number is."""
    one, other = (
        training_rows(interpolated(later), replace(spec(3), season=season)) for later in (60.0, -900.0)
    )
    learned = (one.weights > 0).any(axis=1)
    assert (one.weights > 0).tolist() == (other.weights > 0).tolist()
    assert np.flatnonzero(learned).tolist() == [*range(3, 19), *range(25, 39)]
    assert np.array_equal(one.inputs[:20], other.inputs[:20])
    assert not np.array_equal(one.inputs[20:25], other.inputs[20:25])


def test_the_weight_counts_an_error_half_like_mase_and_half_like_smape():
    series = panel(wave(40))
    seen = channels(series.values, series.bounds, season=1, horizon=1)
    rows = training_rows(series, spec(1))
    volatility = np.maximum(seen.volatility, VOLATILITY_FLOOR)
    assert rows.weights[10, 0] == pytest.approx(0.5 + 5 * volatility[10], rel=1e-6)


def test_the_right_answer_gives_the_value_that_came():
    series = panel(wave(40))
    seen = channels(series.values, series.bounds, season=1, horizon=2)
    rows = training_rows(series, spec(2))
    assert seen.restore(rows.targets.astype(float))[20] == pytest.approx(series.values[21:23], rel=1e-5)
