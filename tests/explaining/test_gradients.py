"""Gradients through time: vanishing, exploding, lasting, and what clipping does."""

from unittest import mock

import numpy as np
import pytest

from forecast.errors import DataError
from forecast.explaining.gradients import Lesson, profiles, usable_windows
from forecast.explaining.lessons import SmallNetwork, drawn_from, loss_gradient, train
from forecast.spec.model import CELLS
from tests.panels import wave

VALUES = wave(80)


@pytest.fixture(scope="module", autouse=True)
def _short():
    with mock.patch("forecast.explaining.gradients.UPDATES", 80):
        yield


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, bool, int], object]:
    """Profiles by cell, large start and window."""
    return {(each.cell, each.large, each.window): each for each in profiles(VALUES, Lesson(windows=(5, 30)))}


def reaches(norms: np.ndarray) -> float:
    return norms[-1] / norms[0]


def test_through_many_rows_a_simple_rnn_vanishes_or_explodes_and_open_gates_last(found):
    assert reaches(found["simple-rnn", False, 30].start) < 5e-3
    assert reaches(found["simple-rnn", True, 30].start) > 20
    for cell in ("lstm", "gru"):
        assert 0.05 < reaches(found[cell, False, 30].start) < 1
    assert reaches(found["simple-rnn", False, 5].start) > 0.1  # few rows are no trouble


def test_what_does_not_arrive_is_not_learned(found):
    errors = {name: profile.error for name, profile in found.items()}
    assert errors["simple-rnn", False, 30] > 0.95
    assert errors["lstm", False, 30] < 0.8
    assert max(errors[cell, False, 5] for cell in CELLS) < 0.2


def test_clipping_bounds_what_is_used_of_an_exploding_gradient(found):
    exploding = found["simple-rnn", True, 30]
    assert exploding.largest > 50
    assert exploding.used == 1.0
    lesson = Lesson(cells=("simple-rnn",), windows=(30,), clip=0)
    unclipped = list(profiles(VALUES, lesson))[1]
    assert unclipped.used == unclipped.largest > 50


def test_gates_that_start_as_in_keras_vanish_too():
    (gru,) = profiles(VALUES, Lesson(cells=("gru",), windows=(30,), gates="keras"))
    assert reaches(gru.start) < 1e-5


def test_asked_for_the_next_value_it_reads_rows_in_their_order():
    (gru,) = profiles(VALUES, Lesson(cells=("gru",), windows=(12,), ask="next"))
    assert gru.error < 0.3
    assert usable_windows(80, (), "next") == (8, 16, 32, 64)
    assert usable_windows(30, (), "next") == (8, 16)
    with pytest.raises(DataError, match="30 rows are too few: a window of 32 needs 42"):
        usable_windows(30, (32,), "next")
    assert usable_windows(5, (), "first") == (8, 16, 32, 64)


def test_the_unit_of_the_values_changes_nothing():
    lesson = Lesson(cells=("gru",), windows=(5,))
    (small,), (huge,) = (list(profiles(size * VALUES, lesson)) for size in (1.0, 1e300))
    assert huge.error == pytest.approx(small.error, rel=1e-6)


def test_a_constant_series_has_nothing_to_remember():
    with pytest.raises(DataError, match="constant"):
        list(profiles(np.ones(40), Lesson()))


def test_the_gradient_of_the_loss_is_that_of_small_differences():
    network = SmallNetwork.random("gru", outputs=2, seed=3, remembers=5)
    random = np.random.default_rng(0)
    windows, targets = random.normal(size=(4, 7)), random.normal(size=(4, 2))
    found = loss_gradient(network, windows, targets)
    for index in range(5):
        losses = []
        for sign in (1, -1):
            weights = [array.copy() for array in network.weights]
            weights[index].flat[0] += sign * 1e-6
            losses.append(loss_gradient(network.with_weights(tuple(weights)), windows, targets).loss)
        assert found.weights[index].flat[0] == pytest.approx((losses[0] - losses[1]) / 2e-6, abs=1e-7)


def test_training_ends_where_the_gradient_overflows():
    network = SmallNetwork.random("simple-rnn", seed=0)
    huge = network.with_weights((*network.weights[:3], network.kernel * 1e200, network.bias))
    draw = drawn_from(np.ones((3, 4)), np.zeros((3, 1)))
    done = train(huge, draw, updates=5, clip=0, seed=0)
    assert not np.isfinite(done.norms).all()
    assert len(done.norms) == 1
