import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.data.panel import hold_last_number
from forecast.reading import filling
from forecast.spec.reading import Gaps

NAN = np.nan


def fill(values, policy, *, season=1, gaps=None, has_row=True, bounds=None):
    array = np.array(values, dtype=np.float64)
    present = np.broadcast_to(np.array(has_row), array.shape)
    series_bounds = np.array([0, len(array)] if bounds is None else bounds)
    return filling.fill(
        array, series_bounds, has_row=present, missing=policy, gaps=gaps, season=season
    ).tolist()


@pytest.mark.parametrize(
    ("policy", "season", "expected"),
    [
        ("hold", 2, [1, 2, 2, 2, 9]),
        ("interpolate", 2, [1, 2, 4.333333333333334, 6.666666666666667, 9]),
        ("season", 2, [1, 2, 1, 2, 9]),
        ("season", 1, [1, 2, 2, 2, 9]),
        (None, 2, [1, 2, 1, 2, 9]),
    ],
)
def test_each_policy_fills_in_its_own_way(policy: Gaps | None, season: int, expected: list[float]):
    assert fill([1, 2, NAN, NAN, 9], policy, season=season) == pytest.approx(expected, rel=1e-15)


def test_missing_values_and_gaps_have_policies_of_their_own():
    has_row = [True, False, True, True, True]
    assert fill([1, NAN, 5, NAN, 7], "hold", gaps="interpolate", has_row=has_row) == [1, 3, 5, 5, 7]


def test_a_step_that_never_has_a_number_follows_the_level():
    closed = [1, 2, NAN, 4, 5, NAN, 7, 8, NAN, 10]
    assert fill(closed, "season", season=3) == [1, 2, 2, 4, 5, 5, 7, 8, 8, 10]


def test_a_season_before_the_last_one_is_used_where_the_last_one_has_no_number():
    assert fill([1, 2, 3, 4, NAN, 6, 7, NAN, 9], "season", season=3) == [1, 2, 3, 4, 2, 6, 7, 2, 9]


def test_no_fill_comes_from_another_series():
    values = [1, NAN, 2, 50, NAN, NAN, 80]
    assert fill(values, "interpolate", bounds=[0, 3, 7]) == [1, 1.5, 2, 50, 60, 70, 80]
    assert fill(values, "season", season=3, bounds=[0, 3, 7]) == [1, 1, 2, 50, 50, 50, 80]


@pytest.mark.parametrize("ends", [(1e308, -1e308), (-1.7e308, 1.7e308), (42.1, 42.1)])
def test_a_line_between_numbers_of_any_size_stays_between_them(ends: tuple[float, float]):
    inside = fill([ends[0], NAN, NAN, NAN, ends[1]], "interpolate")[1:-1]
    assert all(min(ends) <= value <= max(ends) for value in inside)


numbers = st.one_of(st.none(), st.integers(-5, 5))


@settings(max_examples=200, deadline=None)
@given(st.lists(numbers, max_size=30), st.integers(1, 5))
def test_looking_back_row_by_row_gives_the_same_fills(inner: list[int | None], season: int):
    values = [1.0, *(NAN if value is None else float(value) for value in inner), 2.0]
    one_by_one, last = list(values), 0
    for row, value in enumerate(values):
        last = row if value == value else last
        before_gap = row - season * -(-(row - last) // season)
        sources = [at for at in (before_gap, before_gap - season) if at >= 0 and values[at] == values[at]]
        one_by_one[row] = values[[*sources, last][0]]
    assert fill(values, "season", season=season) == one_by_one


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(numbers, st.booleans()), max_size=25),
    st.sampled_from(["interpolate", "hold", "season", None]),
    st.sampled_from(["interpolate", "hold", "season", None]),
    st.integers(1, 25),
)
def test_what_a_cut_shows_does_not_depend_on_what_comes_after(inner, missing, gaps, cut):
    """Rows up to the cut, hold_last_number at its end, are the same whatever number comes next."""
    shown = []
    for later in (3.0, -1000.0):
        values = np.array([1.0, *(NAN if value is None else value for value, _ in inner), later])
        has_row = np.array([True, *(flag for _, flag in inner), True])
        known = ~np.isnan(values)
        if cut < len(values) - 1:
            values[cut:][known[cut:]] = later
        whole = filling.fill(
            values, np.array([0, len(values)]), has_row=has_row, missing=missing, gaps=gaps, season=3
        )
        rows = min(cut, len(values) - 1)
        shown.append(hold_last_number(whole[:rows], known[:rows], np.array([0, rows])).tolist())
    assert shown[0] == shown[1]


def test_each_series_is_held_at_its_own_last_number():
    values = np.array([1.0, 2.0, 3.0, 7.0, 8.0, 9.0])
    observed = np.array([True, False, False, True, True, False])
    assert hold_last_number(values, observed, np.array([0, 3, 3, 6])).tolist() == [1, 1, 1, 7, 8, 8]
    inside = np.array([True, False, True, True, False, True])
    assert hold_last_number(values, inside, np.array([0, 3, 3, 6])).tolist() == values.tolist()


def test_zeros_are_put_where_the_policy_is_zero_alone():
    values, has_row = np.array([1, NAN, NAN, 4]), np.array([True, True, False, True])
    assert filling.with_zeros(values, has_row=has_row, missing=None, gaps="zero").tolist()[2:] == [0, 4]
    assert np.isnan(filling.with_zeros(values, has_row=has_row, missing=None, gaps="zero")[1])
    assert filling.with_zeros(values, has_row=has_row, missing="zero", gaps="zero").tolist() == [1, 0, 0, 4]
