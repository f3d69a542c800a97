"""What time itself tells."""

import sys

import numpy as np
import pytest

from forecast.data.frequency import Frequency
from forecast.errors import DataError, MissingExtra, UsageError
from forecast.features.calendar import PHASES, holiday_dates, holidays_in, phases
from forecast.spec.model import Calendar

DAILY = Frequency("day")


def times(*texts):
    return np.array(texts, dtype="datetime64[s]")


def days(*texts):
    return np.array(texts, dtype="datetime64[D]").astype(np.int64)


def test_mondays_are_alike_and_no_other_day_is():
    found = phases(times(*(np.datetime64("2024-07-01") + np.arange(15))), DAILY)[:, 4:10]
    assert found[0] == pytest.approx(found[7], abs=1e-12)
    assert found[0] == pytest.approx(found[14], abs=1e-12)
    apart = np.abs(found[:7, None] - found[None, :7]).max(axis=2)
    assert apart[~np.eye(7, dtype=bool)].min() > 0.4
    assert found[0] == pytest.approx([0, 1, 0, 1, 0, 1], abs=1e-9)


def test_the_first_of_january_is_the_same_in_every_year_and_opposite_to_july():
    found = phases(times("2023-01-01", "2024-01-01", "2024-07-02"), DAILY)[:, 10:]
    assert found[0] == pytest.approx(found[1], abs=1e-12)
    assert found[2, :2] == pytest.approx([0, -1], abs=0.02)


@pytest.mark.parametrize(
    ("unit", "nonzero"),
    [("hour", (True, True, True)), ("day", (False, True, True)), ("week", (False, False, True)),
     ("month", (False, False, True)), ("quarter", (False, False, True)), ("year", (False, False, False))],
)  # fmt: skip
def test_a_cycle_shorter_than_two_steps_gives_zeros(unit, nonzero):
    frequency = Frequency(unit)
    start = np.repeat(times("2024-02-01"), 1)
    moments = frequency.shift(start, np.arange(1, 12))
    found = phases(moments, frequency)
    assert found.shape == (11, PHASES)
    assert tuple(bool(part.any()) for part in np.split(found, (4, 10), axis=1)) == nonzero


def test_hours_are_those_of_the_clock_on_the_wall():
    frequency = Frequency("hour", form="datetime", offset_seconds=2 * 3600)
    found = phases(times("2024-06-30T22:00"), frequency)
    assert found[0, :4] == pytest.approx([0, 1, 0, 1], abs=1e-9)


def test_a_day_has_the_holidays_of_its_own_and_of_the_days_of_the_horizon():
    found = holidays_in(times("2024-12-23", "2024-12-24"), DAILY, days("2024-12-25", "2025-12-25"), horizon=2)
    assert found.tolist() == [[0, 0, 1], [0, 1, 0]]


def test_a_month_counts_its_holidays():
    dates = days("2024-05-01", "2024-05-08", "2024-06-01", "2025-01-01")
    assert holidays_in(times("2024-04-01"), Frequency("month"), dates, horizon=2).tolist() == [[0, 2, 1]]


def test_an_hour_has_the_holiday_of_its_day():
    dates = days("2024-12-25", "2025-12-25")
    found = holidays_in(times("2024-12-24T22:00"), Frequency("hour"), dates, horizon=2)
    assert found.tolist() == [[0, 0, 1]]


def test_times_after_the_last_known_holiday_are_refused():
    with pytest.raises(DataError, match="the model's holidays end on 2024-12-25") as refused:
        holidays_in(times("2024-12-23"), DAILY, days("2024-12-25"), horizon=3)
    assert refused.value.hint == "train a new model"


def test_holidays_are_those_of_the_country_or_of_a_part_of_it():
    assert days("2024-07-14")[0] in holiday_dates("fr", 2024, 2024)
    country, part = (set(holiday_dates(place, 2024, 2024)) for place in ("US", "US-CA"))
    assert part - country


@pytest.mark.parametrize("place", ["Atlantis", "", "FR-XX", "XX"])
def test_a_place_of_no_holidays_is_refused(place):
    with pytest.raises(UsageError, match=f'no holidays are known for "{place}"'):
        holiday_dates(place, 2024, 2025)


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(MissingExtra) as refused:
        holiday_dates("FR", 2024, 2025)
    assert "forecast-rnn[holidays]" in refused.value.hint


@pytest.mark.parametrize(
    ("place", "dates"), [("FR", ()), (None, (1,)), ("FR", (2, 1)), ("FR", (1, 1)), ("FR", (1, 10**9))]
)
def test_dates_that_cannot_be_are_refused(place, dates):
    with pytest.raises(UsageError):
        Calendar(holidays=place, holiday_dates=dates)
