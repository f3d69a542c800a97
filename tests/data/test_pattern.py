import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.data import pattern
from forecast.data.frequency import Frequency
from forecast.data.inference import infer_frequency
from forecast.data.pattern import DAY

MONDAY = np.datetime64("2021-01-04", "D")


def days(rows, keep):
    """The first `rows` days from a Monday on that `keep` (of a date) is true of, as times."""
    every = MONDAY + np.arange(40 * rows)
    return every[[bool(keep(day)) for day in every]][:rows].astype("datetime64[s]")


def weekday(day):
    return int((day - MONDAY).astype(int)) % 7


def day_of_month(day):
    return int((day - day.astype("datetime64[M]").astype("datetime64[D]")).astype(int)) + 1


def hours(first, keep, rows=400):
    """Hours from a Monday on that `keep` (of a weekday and an hour) is true of."""
    every = np.datetime64(first, "s") + np.arange(rows) * np.timedelta64(1, "h")
    number = every.astype("datetime64[h]").astype(int)
    parts = zip((number // 24 + 3) % 7, number % 24, strict=True)
    return every[[bool(keep(*part)) for part in parts]]


def found_in(times):
    return infer_frequency(times, np.array([0, len(times)]))


@pytest.mark.parametrize(
    ("open_on", "name", "season"),
    [
        ((0, 1, 2, 3, 4, 5), "daily (Mon-Sat)", 6),
        ((6, 0, 1, 2, 3), "daily (Sun-Thu)", 5),
        ((0, 2, 4), "daily (Mon Wed Fri)", 3),
        ((1, 3), "daily (Tue Thu)", 2),
        ((1, 2, 3, 4, 5), "daily (Tue-Sat)", 5),
        ((0, 1, 2, 3, 4), "working-daily", 5),
        (range(7), "daily", 7),
    ],
)
def test_the_same_weekdays_of_every_week_are_a_step(open_on, name, season):
    times = days(60, lambda day: weekday(day) in open_on)
    found = found_in(times[:50])
    assert (found.adjective, found.default_season) == (name, season)
    assert found.after(times[49:50], 10)[0].tolist() == times[50:].tolist()
    assert found.steps_between(np.repeat(times[:1], 50), times[:50]).tolist() == list(range(50))


def test_weekdays_with_holidays_are_still_a_step():
    times = days(60, lambda day: weekday(day) != 6)
    assert found_in(np.delete(times, [7, 30, 31])).adjective == "daily (Mon-Sat)"


def test_a_shop_that_opens_on_one_sunday_is_daily():
    times = days(60, lambda day: weekday(day) != 6 or day == MONDAY + 20)
    assert found_in(times).adjective == "daily"


@pytest.mark.parametrize(
    ("on", "name"), [((1, 15), "twice-monthly"), ((1, 11, 21), "thrice-monthly"), ((5, 20), "twice-monthly")]
)
def test_days_of_the_month_are_a_step(on, name):
    times = days(60, lambda day: day_of_month(day) in on)
    found = found_in(times[:40])
    assert (found.adjective, found.default_season) == (name, 12 * len(on))
    assert found.after(times[39:40], 20)[0].tolist() == times[40:].tolist()


def test_the_last_of_the_month_stays_the_last():
    times = days(40, lambda day: day_of_month(day) == 15 or day_of_month(day + 1) == 1)
    found = found_in(times)
    assert found.adjective == "twice-monthly"
    february = np.array(["2023-02-15"], dtype="datetime64[s]")
    assert found.text(found.after(february, 3)[0]) == ["2023-02-28", "2023-03-15", "2023-03-31"]


def test_composites_start_again_with_the_year():
    every = np.datetime64("2019-01-01", "D") + np.arange(1200)
    new_year = every.astype("datetime64[Y]").astype("datetime64[D]")
    times = every[(every - new_year).astype(int) % 8 == 0].astype("datetime64[s]")
    found = found_in(times[:100])
    assert (found.adjective, found.default_season) == ("8-daily (46 a year)", 46)
    assert found.after(times[99:100], 46)[0].tolist() == times[100:146].tolist()


def test_opening_hours_are_a_step():
    times = hours(MONDAY, lambda _, hour: 9 <= hour <= 17)
    found = found_in(times[:90])
    assert (found.adjective, found.default_season) == ("hourly (09:00-17:00)", 9)
    assert found.after(times[89:90], 20)[0].tolist() == times[90:110].tolist()


def test_opening_hours_on_working_days_are_a_step():
    times = hours(MONDAY, lambda day, hour: day < 5 and 9 <= hour <= 16)
    found = found_in(times[:80])
    assert (found.adjective, found.default_season) == ("hourly (Mon-Fri 09:00-16:00)", 8)
    assert found.after(times[79:80], 1)[0].tolist() == [np.datetime64("2021-01-18T09:00:00").astype(object)]


def test_hours_of_daylight_that_change_with_the_year_are_no_pattern():
    winter = hours(MONDAY, lambda _, hour: 9 <= hour <= 15, rows=24 * 60)
    summer = hours(MONDAY + 60, lambda _, hour: 5 <= hour <= 20, rows=24 * 40)
    assert found_in(np.concatenate([winter, summer])).offsets == ()


@given(
    period=st.sampled_from(["day", "week", "month", "year"]),
    offsets=st.lists(st.integers(0, 86_399), min_size=2, max_size=9, unique=True),
    start=st.integers(-(10**9), 4 * 10**9),
    steps=st.integers(-500, 500),
)
def test_steps_and_times_are_inverse(period, offsets, start, steps):
    frequency = Frequency(period, form="datetime", offsets=tuple(sorted(offsets)))
    on_step = frequency.floor(np.array([start]).astype("datetime64[s]"))
    assert on_step <= np.array([start]).astype("datetime64[s]") < frequency.shift(on_step, np.array([1]))
    moved = frequency.shift(on_step, np.array([steps]))
    assert frequency.steps_between(on_step, moved).tolist() == [steps]
    assert frequency.floor(moved).tolist() == moved.tolist()


def test_rows_in_a_year():
    assert pattern.rows_per_year("week", (0, DAY)) == pytest.approx(104.36, abs=0.01)
    assert pattern.rows_per_year("month", (0, 14 * DAY)) == 24


def test_quarters_of_an_hour_of_a_market_are_a_step_though_most_rows_are_even():
    every = np.datetime64(MONDAY, "s") + np.arange(14 * 96) * np.timedelta64(15, "m")
    minutes = every.astype("datetime64[m]").astype(int)
    weekdays, of_day = (minutes // 1440 + 3) % 7, minutes % 1440
    times = every[(weekdays < 5) & (of_day >= 9 * 60 + 15) & (of_day <= 15 * 60 + 15)]
    found = found_in(times)
    assert (found.adjective, found.default_season) == ("15-minutely (Mon-Fri 09:15-15:15)", 25)
