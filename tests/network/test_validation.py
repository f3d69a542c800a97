from dataclasses import replace

import numpy as np
import pytest

from forecast.features.windows import windows_of
from forecast.network.validation import MAX_WINDOWS, held_out_rows, validation_windows
from forecast.spec.model import ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.reading import Target
from tests.panels import panel

NETWORK = NetworkSpec(units=(4,))
ROWS = ModelSpec(WindowSpec(6, 2), NETWORK, 1, target=Target("class", ("0", "1")))
WHOLE = ModelSpec(WindowSpec(6, 1), NETWORK, 1, target=Target("label", ("0", "1")))


def events(*lengths):
    return replace(panel(*(np.arange(length) % 2 for length in lengths)), target=Target("class", ("0", "1")))


def test_classes_are_validated_on_adjacent_windows_in_15_percent_of_the_rows():
    history = events(200)
    held_out = held_out_rows(history, ROWS)
    assert held_out.tolist() == [25]  # 15 % are 30 rows: four windows, and one row more that they answer
    validated = validation_windows(history, held_out, ROWS)
    assert validated.starts.tolist() == [192, 186, 180, 174]
    assert validated.first.tolist() == [0, 0, 0, 0]
    assert validated.last.tolist() == [6, 6, 6, 6]


def test_values_are_validated_on_one_window_per_series():
    numbers = replace(ROWS, target=Target())
    held_out = held_out_rows(events(200), numbers)
    assert held_out.tolist() == [7]
    assert validation_windows(events(200), held_out, numbers).starts.tolist() == [192]


@pytest.mark.parametrize("length", [11, 20, 37, 64, 150, 999])
def test_validation_targets_are_in_no_training_window(length):
    history = events(length, 400)
    held_out = held_out_rows(history, ROWS)
    validated = validation_windows(history, held_out, ROWS)
    bounds = history.bounds[np.searchsorted(history.bounds, validated.starts, side="right")]
    first_targets = validated.starts + validated.first + 1
    series = np.searchsorted(history.bounds, validated.starts, side="right") - 1
    assert (first_targets >= history.bounds[series] + history.lengths[series] - held_out[series]).all()
    assert (validated.starts + validated.last + ROWS.trained_horizon <= bounds).all()
    windows = windows_of(history, ROWS, without=held_out)
    trained = windows.batch(np.arange(len(windows)))
    of = np.searchsorted(history.bounds, trained.starts, side="right") - 1
    last_targets = trained.starts + trained.steps + ROWS.trained_horizon
    assert (last_targets <= history.bounds[of] + history.lengths[of] - held_out[of]).all()


def test_there_are_at_most_max_windows():
    history = events(200_000)
    assert len(validation_windows(history, held_out_rows(history, ROWS), ROWS).starts) == MAX_WINDOWS


def test_for_labels_some_series_are_held_out_with_all_their_rows():
    history = events(*([3, 9] * 20))
    held_out = held_out_rows(history, WHOLE)
    assert set(np.unique(held_out / history.lengths)) == {0, 1}
    assert (held_out > 0).sum() == 6
    validated = validation_windows(history, held_out, WHOLE)
    chosen = np.flatnonzero(held_out)
    assert validated.starts.tolist() == [
        history.bounds[one + 1] - min(6, history.lengths[one]) for one in chosen
    ]
    assert validated.last.tolist() == np.minimum(6, history.lengths[chosen]).tolist()
    windows = windows_of(history, WHOLE, without=held_out)
    assert len(windows) == len(history) - len(chosen)
    starts = windows.batch(np.arange(len(windows))).starts
    assert not set(np.searchsorted(history.bounds, starts, side="right") - 1) & set(chosen)


def test_for_labels_no_series_is_held_out_where_there_are_few():
    assert not held_out_rows(events(*[3] * 19), WHOLE).any()


def test_a_window_of_a_whole_series_is_all_of_it_or_its_newest_rows():
    windows = windows_of(events(3, 9), WHOLE)
    batch = windows.batch(np.array([1, 0]))
    assert batch.starts.tolist() == [6, 0]
    assert batch.steps.tolist() == [6, 3]
