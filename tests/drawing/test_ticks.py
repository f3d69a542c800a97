import doctest

import numpy as np
import pytest

from forecast.data.frequency import Frequency
from forecast.drawing import ticks
from forecast.drawing.ticks import Counter, Dates, number_text, number_ticks


def seconds(text: str) -> float:
    return float(np.datetime64(text, "s").astype(np.int64))


def labels(first: str, last: str, *, most: int = 6, zone: int | None = None) -> list[str]:
    axis = Dates(Frequency("hour", form="datetime", offset_seconds=zone))
    return [label for _, label in axis.ticks(seconds(first), seconds(last), most)]


def test_the_examples():
    assert doctest.testmod(ticks).failed == 0


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (0, 1, ["0", "0.5", "1.0"]),
        (-60, -10, ["-60", "-40", "-20"]),
        (-3e6, 4e6, ["-2M", "0", "2M", "4M"]),
        (999_999.2, 1_000_001.2, ["999,999.5", "1,000,000.0", "1,000,000.5", "1,000,001.0"]),
        (7.9e-10, 1.25e-9, ["8e-10", "9e-10", "1.0e-9", "1.1e-9", "1.2e-9"]),
        (-4e307, 4e307, ["-4e307", "-2e307", "0", "2e307", "4e307"]),
        (12_000, 47_000, ["20k", "30k", "40k"]),
    ],
)
def test_numbers_on_an_axis_are_round_and_short(low, high, shown):
    assert [label for _, label in number_ticks(low, high, most=5)] == shown


def test_an_axis_of_numbers_has_two_labels_at_least():
    assert [label for _, label in number_ticks(2.6, 9.4, most=2)] == ["4", "6", "8"]


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("1958-03-01", "2026-06-01", ["1960", "1980", "2000", "2020"]),
        ("2023-10-05", "2024-05-01", ["Nov", "2024", "Mar", "May"]),
        ("2024-01-29", "2024-02-20", ["29 Jan", "5 Feb", "12 Feb", "19 Feb"]),
        ("2024-03-04T20:00", "2024-03-05T18:00", ["5 Mar", "06:00", "12:00", "18:00"]),
        ("2024-03-04T20:00:10", "2024-03-04T20:00:35", ["20:00:10", "20:00:20", "20:00:30"]),
    ],
)
def test_times_have_ticks_at_the_borders_of_the_calendar(first, last, shown):
    assert labels(first, last, most=5) == shown


def test_ticks_of_times_are_in_the_zone_of_the_data():
    axis = Dates(Frequency("hour", form="datetime", offset_seconds=2 * 3600))
    (tick, label), *_ = axis.ticks(seconds("2024-03-04T20:00"), seconds("2024-03-05T08:00"), 4)
    assert (label, tick) == ("5 Mar", seconds("2024-03-04T22:00"))


def test_whole_numbers_have_no_ticks_between_them():
    assert Counter().ticks(1.0, 3.0, 9) == [(1.0, "1"), (2.0, "2"), (3.0, "3")]


@pytest.mark.parametrize(
    ("value", "text"),
    [(33_762_503.4, "33,762,503"), (0.123456, "0.12346"), (5.0, "5"), (-1e20, "-1e+20"), (np.nan, "missing")],
)
def test_a_value_that_is_pointed_at_is_shown_with_five_digits(value, text):
    assert number_text(value) == text
