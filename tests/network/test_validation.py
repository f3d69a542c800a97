from dataclasses import replace

import numpy as np
import pytest

from forecast.features.windows import windows_of
from forecast.network.validation import MOST_WINDOWS, held_back, judged
from forecast.spec.model import ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.reading import Target
from tests.panels import panel

NETWORK = NetworkSpec(units=(4,))
ROWS = ModelSpec(WindowSpec(6, 2), NETWORK, 1, target=Target("class", ("0", "1")))
WHOLE = ModelSpec(WindowSpec(6, 1), NETWORK, 1, target=Target("label", ("0", "1")))


def events(*lengths):
    return replace(panel(*(np.arange(length) % 2 for length in lengths)), target=Target("class", ("0", "1")))


def test_classes_are_validated_on_windows_one_behind_the_other_in_a_seventh_of_the_rows():
    there = events(200)
    held = held_back(there, ROWS)
    assert held.tolist() == [25]  # 15 % are 30 rows: four windows, and one row more that they answer
    found = judged(there, held, ROWS)
    assert found.starts.tolist() == [192, 186, 180, 174]
    assert found.first.tolist() == [0, 0, 0, 0]
    assert found.last.tolist() == [6, 6, 6, 6]


def test_numbers_are_validated_on_one_window_of_a_series():
    numbers = replace(ROWS, target=Target())
    held = held_back(events(200), numbers)
    assert held.tolist() == [7]
    assert judged(events(200), held, numbers).starts.tolist() == [192]


@pytest.mark.parametrize("length", [11, 20, 37, 64, 150, 999])
def test_what_is_validated_on_answers_for_rows_that_no_window_learns_from(length):
    there = events(length, 400)
    held = held_back(there, ROWS)
    found = judged(there, held, ROWS)
    bounds = there.bounds[np.searchsorted(there.bounds, found.starts, side="right")]
    answered = found.starts + found.first + 1
    series = np.searchsorted(there.bounds, found.starts, side="right") - 1
    assert (answered >= there.bounds[series] + there.lengths[series] - held[series]).all()
    assert (found.starts + found.last + ROWS.trained_horizon <= bounds).all()
    windows = windows_of(there, ROWS, without=held)
    learned = windows.batch(np.arange(len(windows)))
    of = np.searchsorted(there.bounds, learned.starts, side="right") - 1
    newest = learned.starts + learned.steps + ROWS.trained_horizon
    assert (newest <= there.bounds[of] + there.lengths[of] - held[of]).all()


def test_there_are_not_more_of_them_than_fit():
    there = events(200_000)
    assert len(judged(there, held_back(there, ROWS), ROWS).starts) == MOST_WINDOWS


def test_of_whole_series_some_are_held_back_with_all_their_rows():
    there = events(*([3, 9] * 20))
    held = held_back(there, WHOLE)
    assert set(np.unique(held / there.lengths)) == {0, 1}
    assert (held > 0).sum() == 6
    found = judged(there, held, WHOLE)
    chosen = np.flatnonzero(held)
    assert found.starts.tolist() == [there.bounds[one + 1] - min(6, there.lengths[one]) for one in chosen]
    assert found.last.tolist() == np.minimum(6, there.lengths[chosen]).tolist()
    windows = windows_of(there, WHOLE, without=held)
    assert len(windows) == len(there) - len(chosen)
    starts = windows.batch(np.arange(len(windows))).starts
    assert not set(np.searchsorted(there.bounds, starts, side="right") - 1) & set(chosen)


def test_few_whole_series_are_all_learned_from():
    assert not held_back(events(*[3] * 19), WHOLE).any()


def test_a_window_of_a_whole_series_is_all_of_it_or_its_newest_rows():
    windows = windows_of(events(3, 9), WHOLE)
    batch = windows.batch(np.array([1, 0]))
    assert batch.starts.tolist() == [6, 0]
    assert batch.steps.tolist() == [6, 3]
