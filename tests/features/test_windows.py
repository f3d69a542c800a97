import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecast.features.windows import Windows
from forecast.spec.model import WindowSpec

lengths_of_series = st.lists(st.integers(1, 40), min_size=1, max_size=8).map(np.array)
sizes = st.integers(1, 9)


def every(windows: Windows):
    return windows.batch(np.arange(len(windows)))


@given(rows=st.integers(1, 60), window=sizes, horizon=sizes)
def test_a_series_gives_exactly_its_full_windows(rows, window, horizon):
    full = rows - window - horizon + 1
    windows = Windows(np.array([rows]), WindowSpec(window, horizon))
    assert len(windows) == (full if full > 0 else int(rows > horizon))
    if full > 0:
        assert every(windows).starts.tolist() == list(range(full))
        assert set(every(windows).steps) == {window}


@given(lengths=lengths_of_series, window=sizes, horizon=sizes)
def test_no_window_crosses_two_series(lengths, window, horizon):
    batch = every(Windows(lengths, WindowSpec(window, horizon)))
    ends = np.cumsum(lengths)
    series = np.searchsorted(ends, batch.starts, side="right")
    assert (batch.starts + batch.steps + horizon <= ends[series]).all()


def test_a_series_shorter_than_a_window_gives_one_masked_window():
    batch = every(Windows(np.array([5]), WindowSpec(window=8, horizon=2)))
    assert batch.starts.tolist() == [0]
    assert batch.steps.tolist() == [3]


def test_a_series_no_longer_than_the_horizon_gives_no_window():
    assert len(Windows(np.array([2, 2]), WindowSpec(window=8, horizon=2))) == 0


def test_windows_of_later_series_start_after_the_rows_of_earlier_ones():
    batch = every(Windows(np.array([4, 5]), WindowSpec(window=3, horizon=1)))
    assert batch.starts.tolist() == [0, 4, 5]


def test_first_rows_place_series_that_were_cut_short():
    windows = Windows(np.array([3, 3]), WindowSpec(2, 1), first_rows=np.array([0, 10]))
    assert every(windows).starts.tolist() == [0, 10]


def test_windows_of_a_hundred_thousand_series_are_counted_not_made():
    windows = Windows(np.full(100_000, 100), WindowSpec(window=20, horizon=5))
    assert len(windows) == 7_600_000
    assert windows.batch(np.array([len(windows) - 1])).starts.tolist() == [9_999_975]
