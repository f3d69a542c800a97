from dataclasses import replace

import numpy as np
import pytest

from forecast.classification.baselines import fit_class_baselines, fit_label_baselines
from forecast.data.frequency import Frequency
from forecast.spec.reading import Target
from tests.panels import panel

RAIN = [0, 1, 1, 0, 1]


def classes(*series, names=("0", "1"), times=None):
    made = replace(panel(*series), target=Target("class", names))
    if times is None:
        return made
    return replace(made, times=np.array(times, dtype="datetime64[s]"), frequency=Frequency("day"))


def rates(past, horizon, name, history=None):
    (found,) = [each for each in fit_class_baselines(past, horizon) if each.name == name]
    return found.probabilities(past if history is None else history, horizon)


def test_base_rates_are_shares_with_one_row_more_spread_over_all_classes():
    # Three of five rows were 1; one row more is half of each: (3 + 1/2) / 6.
    assert rates(classes(RAIN), 2, "base rates") == pytest.approx(np.full((1, 2, 2), [2.5 / 6, 3.5 / 6]))


def test_rows_that_were_filled_are_not_counted():
    past = replace(classes(RAIN), observed=np.array([True, True, False, True, True]))
    assert rates(past, 1, "base rates")[0, 0] == pytest.approx([2.5 / 5, 2.5 / 5])
    # Pairs one row apart, both observed: 0 -> 1 and 0 -> 1 alone.
    assert rates(past, 1, "given the last class")[0, 0] == pytest.approx([0.5, 0.5])
    after_a_zero = rates(past, 1, "given the last class", past.first([4]))
    assert after_a_zero[0, 0] == pytest.approx([0.5 / 3, 2.5 / 3])


def test_rates_given_the_last_class_count_the_classes_that_many_rows_later():
    probabilities = rates(classes(RAIN), 2, "given the last class")
    base = np.array([2.5, 3.5]) / 6
    # One row after a 1 are 1 and 0; two rows after a 1 are 0 and 1.
    assert probabilities[0, 0] == pytest.approx((np.array([1, 1]) + base) / 3)
    assert probabilities[0, 1] == pytest.approx((np.array([1, 1]) + base) / 3)
    after_a_zero = rates(classes(RAIN), 2, "given the last class", classes(RAIN[:4]))
    assert after_a_zero[0, 0] == pytest.approx((np.array([0, 2]) + base) / 3)
    assert after_a_zero[0, 1] == pytest.approx((np.array([0, 1]) + base) / 2)


def test_no_pair_crosses_two_series():
    apart = classes([0, 0, 0], [1, 1, 1])
    # Never a 1 after a 0: two pairs, one row more in the base rates of one half.
    assert rates(apart, 1, "given the last class")[0, 0] == pytest.approx([2.5 / 3, 0.5 / 3])


def test_rates_of_the_month_are_those_of_rows_in_it():
    times = ["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-02", "2024-02-03"]
    past = classes([1, 1, 0, 0, 0], times=times)
    base = np.array([3.5, 2.5]) / 6
    february = (np.array([3, 0]) + base) / 4
    january = (np.array([0, 2]) + base) / 3
    assert rates(past, 1, "monthly base rates")[0, 0] == pytest.approx(february)
    assert rates(past, 1, "monthly base rates", past.first([1]))[0, 0] == pytest.approx(january)


def test_a_month_that_never_was_has_the_base_rates():
    past = classes([1, 1, 0], times=["2024-01-29", "2024-01-30", "2024-01-31"])
    assert rates(past, 1, "monthly base rates")[0, 0] == pytest.approx(rates(past, 1, "base rates")[0, 0])


def test_counted_rows_have_no_months():
    assert [each.name for each in fit_class_baselines(classes(RAIN), 1)] == [
        "base rates",
        "given the last class",
    ]


def test_a_class_that_never_occurred_is_not_impossible():
    past = classes([0, 0, 1, 0], names=("fog", "rain", "sun"))
    for each in fit_class_baselines(past, 3):
        probabilities = each.probabilities(past, 3)
        assert (probabilities > 0).all()
        assert probabilities.sum(axis=-1) == pytest.approx(np.ones((1, 3)))


def test_the_rates_of_labels_count_a_series_once_however_long():
    past = classes([0] * 9, [1], [1, 1], names=("a", "b"))
    (base,) = fit_label_baselines(past)
    assert base.probabilities(past, 1)[:, 0] == pytest.approx(np.full((3, 2), [1.5 / 4, 2.5 / 4]))
