"""The tests for a drift: how often they are wrong where nothing changed, and what they find."""

import numpy as np
import pytest

from forecast.evaluation.drift import (
    coverage_test,
    holm,
    level_test,
    memory_of,
    standstill_test,
    sum_test,
)

ROUNDS = 1000


def shares(p: list[float]) -> list[float]:
    return [float(np.mean(np.array(p) <= alpha)) for alpha in (0.2, 0.05, 0.01)]


@pytest.mark.parametrize("rows", [8, 40, 200])
def test_false_alarms_are_no_more_than_asked_for(rows):
    random = np.random.default_rng(rows)
    level, coverage = [], []
    for _ in range(ROUNDS):
        errors = random.normal(size=rows)
        level.append(level_test(errors, np.ones(rows), memory=0.0).p)
        coverage.append(coverage_test(random.random(rows) < 0.2, 0.2, known_from=1e9).p)
    for found in (shares(level), shares(coverage)):
        assert all(
            share <= alpha * 1.2 + 0.006 for share, alpha in zip(found, (0.2, 0.05, 0.01), strict=True)
        )
    assert shares(level)[0] > 0.1  # and not by never finding anything


def test_probabilities_that_are_right_are_not_found_to_drift():
    random = np.random.default_rng(1)
    p = []
    for _ in range(ROUNDS):
        chance = random.uniform(0.05, 0.6, size=60)
        p.append(sum_test((random.random(60) < chance) - chance, chance * (1 - chance)).p)
    assert all(
        share <= alpha * 1.2 + 0.006 for share, alpha in zip(shares(p), (0.2, 0.05, 0.01), strict=True)
    )


def test_a_level_that_moves_is_found_and_dated():
    errors = np.random.default_rng(2).normal(size=60)
    assert level_test(errors, np.ones(60), memory=0.0).p > 0.05
    errors[35:] += 2
    found = level_test(errors, np.ones(60), memory=0.0)
    assert found.p < 1e-6
    assert abs(found.since - 35) <= 2


def test_misses_that_become_more_are_found_and_dated():
    missed = np.arange(60) % 5 == 0
    assert coverage_test(missed, 0.2, known_from=100).p > 0.5
    missed[40:] = True
    found = coverage_test(missed, 0.2, known_from=100)
    assert found.p < 1e-4
    assert abs(found.since - 40) <= 1
    assert coverage_test(np.zeros(60, dtype=bool), 0.2, known_from=100).p == 1.0  # fewer are no drift


def test_a_single_outlier_is_none_and_errors_that_follow_each_other_count_less():
    errors = np.random.default_rng(3).normal(size=60)
    errors[30] = 1e9
    assert level_test(errors, np.ones(60), memory=0.0).p > 0.05
    slow = np.repeat(np.random.default_rng(4).normal(size=20), 3)
    assert memory_of(slow, np.ones(60)) == pytest.approx(0.5, abs=0.1)
    assert memory_of(errors, np.ones(60)) < 0.1
    assert (
        level_test(slow + 1, np.ones(60), memory=0.5).p > 10 * level_test(slow + 1, np.ones(60), memory=0.0).p
    )


def test_without_any_expected_size_every_error_is_a_large_one():
    assert level_test(np.zeros(20), np.zeros(20), memory=0.0).p == 1.0
    assert level_test(np.ones(20), np.zeros(20), memory=0.0).p < 1e-9


def test_holm_stops_at_the_first_test_that_does_not_reject():
    assert holm(np.array([0.001, np.nan, 0.02, 0.0249]), 0.05).tolist() == [True, False, True, True]
    assert holm(np.array([0.03, 0.04]), 0.05).tolist() == [False, False]


def test_a_sensor_that_repeats_one_value_stands_still_and_one_that_always_did_does_not():
    earlier = np.random.default_rng(0).normal(size=60)
    dead = np.concatenate([earlier[:5], np.full(20, 3.0)])
    found = standstill_test(dead, earlier)
    assert found.p < 1e-6
    assert found.since == 5
    assert standstill_test(earlier[:25], earlier).p == 1
    nights = np.tile(np.r_[np.zeros(10), 1.0, 2.0], 6)
    assert standstill_test(nights, nights).p == 1
    assert standstill_test(np.ones(20), np.ones(60)).p == 1
