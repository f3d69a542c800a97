"""What is lost when the past is shuffled; the trainings are short here."""

import sys

import numpy as np
import pytest

from forecast.errors import DataError, MissingExtra
from forecast.explaining import order
from forecast.explaining.order import lengths_of, order_lesson
from tests.panels import wave


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr(order, "UPDATES", 100)
    monkeypatch.setattr(order, "SEEDS", 1)


def test_a_season_is_lost_when_its_rows_are_shuffled_and_a_dense_network_has_one_length():
    lesson = order_lesson(wave(120, season=6), 8, "gru", seed=0)
    assert lesson.in_order[0] < 0.5 * lesson.last_value
    assert lesson.shuffled[0] > 2 * lesson.in_order[0]
    assert lesson.trained_shuffled[0] > 1.5 * lesson.in_order[0]
    assert lesson.shuffled[1] > 2 * lesson.in_order[1]
    assert lesson.sizes[0] == pytest.approx(lesson.sizes[1], rel=0.02)
    rows = lengths_of(lesson)
    assert [length for length, *_ in rows] == [2, 4, 8, 16, 32]
    assert [dense for *_, dense in rows] == [None, None, lesson.in_order[1], None, None]
    assert rows[3][1] < 0.6 * lesson.last_value  # twice as many rows as it was trained on


def test_errors_are_in_the_units_of_the_data():
    small, large = (order_lesson(size * wave(60, season=6), 4, "simple-rnn", seed=1) for size in (1, 1000))
    assert large.in_order[0] == pytest.approx(1000 * small.in_order[0], rel=1e-6)
    assert large.last_value == pytest.approx(1000 * small.last_value)


def test_too_few_rows_and_a_constant_series_are_refused():
    with pytest.raises(DataError, match="20 rows are too few"):
        order_lesson(wave(20), 4, "gru", seed=0)
    with pytest.raises(DataError, match="60 rows are too few to train on windows of 40"):
        order_lesson(wave(60), 40, "gru", seed=0)
    with pytest.raises(DataError, match="constant"):
        order_lesson(np.ones(60), 4, "gru", seed=0)


def test_without_scikit_learn_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.neural_network", None)
    with pytest.raises(MissingExtra) as refused:
        order_lesson(wave(60), 4, "gru", seed=0)
    assert "forecast-rnn[explain]" in refused.value.hint
