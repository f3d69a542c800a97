from dataclasses import replace

import numpy as np
import pytest

from forecast.data.digits import UNROUNDED, places_of, rounded
from tests.panels import panel


def of(*values: float) -> int:
    return int(places_of(panel(values))[0])


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ((5, 7, 1200), 3),
        ((12.5, 13, 14), 4),
        ((0.25, 12.5, 1e9), 5),
        ((-0.001, 3), 6),
        ((1e300, 5), 3),
        ((0.1 + 0.2, 1), 4),
        ((1 / 3, 1), UNROUNDED),
        ((1e-13,), UNROUNDED),
        ((1e-12,), 15),
        ((1234567.89, 0.07), 5),
    ],
)
def test_three_places_more_than_the_finest_value_has(values, places):
    assert of(*values) == places


def test_every_decimal_of_a_place_is_recognised():
    numbers = np.random.default_rng(0).integers(-(10**9), 10**9, 2000)
    for own in range(1, 7):
        assert of(*(float(f"{number}e-{own}") for number in numbers)) == own + 3


def test_each_series_has_its_own_places_and_empty_ones_are_whole():
    many = panel((1.0, 2.0), (1.25,), (3.5, 4.0))
    assert places_of(many).tolist() == [3, 5, 4]
    assert places_of(many.first(np.array([2, 0, 2]))).tolist() == [3, 3, 4]
    assert places_of(many.select([2])).tolist() == [4]


def test_a_filled_value_says_nothing():
    filled = panel((1.0, 1.3333, 2.0))
    assert places_of(replace(filled, observed=np.array([True, False, True]))).tolist() == [3]


def test_numbers_are_rounded_to_places_or_digits_or_not_at_all():
    values = np.array([12.345678, -0.00049, np.nan, 1e20])
    places = np.array([4, 3, 3, 3])
    np.testing.assert_array_equal(rounded(values, "data", places), [12.3457, 0.0, np.nan, 1e20])
    np.testing.assert_array_equal(rounded(values, 3, places), [12.3, -0.00049, np.nan, 1e20])
    np.testing.assert_array_equal(rounded(values, "data"), [12.3457, -0.00049, np.nan, 1e20])
    assert rounded(values, "full", places) is values


def test_a_number_rounded_to_zero_has_no_sign():
    assert str(rounded(np.array([-1e-9]), "data", np.array([3])).tolist()) == "[0.0]"


def test_the_noise_of_a_sum_is_no_digit_of_the_data():
    tenths = np.full(1000, 0.1)
    sums = np.array([np.add.reduceat(tenths[:rows], [0])[0] for rows in range(700, 1000)])
    assert (sums != np.round(sums, 1)).any()
    assert places_of(panel(sums)).tolist() == [4]
