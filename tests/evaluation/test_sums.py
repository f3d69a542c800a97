import math
from functools import reduce
from operator import add

import numpy as np
import pytest

from forecast.evaluation.backtest import Fold
from forecast.evaluation.scoring import error_sums
from forecast.evaluation.sums import Differences, LongSum
from forecast.evaluation.verdict import BlockSums, outcome_of

RANDOM = np.random.default_rng(3)
NUMBERS = np.exp(RANDOM.normal(size=(4001, 3)) * 9) * RANDOM.choice([-1, 1], size=(4001, 3))


def in_parts(values, ends):
    return np.split(values, ends)


def test_a_sum_is_the_nearest_float_to_the_true_one_whatever_the_parts():
    exact = [math.fsum(column) for column in (NUMBERS * 2.0**-40).T]
    parts = [LongSum.of(part, axis=0) for part in in_parts(NUMBERS, [1, 17, 2900])]
    assert LongSum.of(NUMBERS, axis=0).high.tolist() == exact
    assert reduce(add, parts).high.tolist() == exact
    assert LongSum.of(NUMBERS[RANDOM.permutation(4001)], axis=0).high.tolist() == exact


def test_what_is_missing_is_not_counted():
    found = LongSum.of(np.array([[1.0, np.nan], [3.0, np.nan]]), axis=0)
    assert found.mean.tolist()[0] == 2
    assert found.count.tolist() == [2, 0]
    assert np.isnan(found.mean[1])
    assert np.isnan(LongSum.of(np.empty((0, 1)), axis=0).mean).all()


def test_the_largest_numbers_have_a_mean_and_infinite_ones_an_infinite_one():
    assert LongSum.of(np.full(9, 1.5e308)).mean == 1.5e308
    assert LongSum.of(np.array([np.inf, 1.0])).mean == np.inf


def test_rows_are_added_first_and_the_axes_are_those_of_numpy():
    cube = RANDOM.normal(size=(2, 3, 4))
    assert LongSum.of_rows(cube, axis=(0, 2)).mean == pytest.approx(cube.mean(axis=(0, 2)), rel=1e-15)
    assert LongSum.of_rows(cube, axis=1).mean == pytest.approx(cube.mean(axis=1), rel=1e-15)
    assert LongSum.of(cube).mean == pytest.approx(cube.mean(), rel=1e-14)


@pytest.mark.parametrize("size", [1.0, 1e300, 1e-290])
def test_differences_of_parts_have_the_mean_and_the_deviation_of_all(size):
    values = RANDOM.normal(size=200) * np.repeat([1.0, 1e6], 100) * size / 1e6
    found = reduce(add, [Differences.of(part) for part in in_parts(values, [3, 90, 130])])
    mean, deviation = found.mean_and_deviation
    assert mean * float(found.scale) == pytest.approx(values.mean(), rel=1e-12)
    assert deviation * float(found.scale) == pytest.approx(
        (values / size).std(ddof=1) * size, rel=1e-12
    )  # NumPy's squares would overflow
    assert found.mean_and_deviation == Differences.of(values).mean_and_deviation


def test_differences_that_are_infinite_are_no_blocks():
    found = Differences.of(np.array([-1.0, np.inf, np.nan, -1.0, -1.5]))
    assert len(found) == 3
    assert outcome_of(0.1, found) == "useful"


def fold(series, *, names=("GRU", "drift"), level=1.0):
    actual = RANDOM.normal(size=(series, 4))
    return Fold(
        rows=np.full(series, 9),
        actual=actual,
        forecasts={name: actual + level * RANDOM.normal(size=actual.shape) for name in names},
        seasonal_naive=actual + 1,
        scales=np.ones(series),
    )


def test_models_that_one_part_lacks_are_left_out_of_the_sum():
    one, other = fold(3), fold(2, names=("drift", "GRU", "mean"))
    errors = error_sums([one], [0]) + error_sums([other], [2])
    blocks = BlockSums.of([one], ("GRU", "drift")) + BlockSums.of([other], ("GRU", "drift", "mean"))
    assert errors.models == blocks.models == ("GRU", "drift")
    assert (errors.series, errors.scores.backtests, errors.scores.forecasts) == (5, 2, 20)
    every = np.concatenate(
        [np.abs(each.actual - each.forecasts["drift"]).mean(axis=1) for each in (one, other)]
    )
    assert errors.scores.overall[1, 0] == pytest.approx(every.mean(), rel=1e-14)
    assert len(blocks.differences[1, 0, 0]) == 5


def test_forecasts_are_flat_where_those_of_most_series_are():
    flat, lively = fold(3, level=0.0), fold(2)
    still = Fold(flat.rows, flat.actual, {"GRU": np.zeros((3, 4))}, flat.seasonal_naive, flat.scales)
    assert (BlockSums.of([still], ("GRU",)) + BlockSums.of([lively], ("GRU",))).is_flat
    assert not (BlockSums.of([still], ("GRU",)) + BlockSums.of([fold(4)], ("GRU",))).is_flat
