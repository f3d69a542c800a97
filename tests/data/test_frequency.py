import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.data.frequency import Frequency
from forecast.data.inference import infer_frequency
from forecast.errors import DataError


def days(*texts):
    return np.array(texts, dtype="datetime64[s]")


def spaced(first, step, rows=12):
    return np.datetime64(first, "s") + np.arange(rows) * np.timedelta64(*step)


def one(times, **how):
    return infer_frequency(times, np.array([0, len(times)]), **how)


def months(first, count, step=1):
    return (np.datetime64(first, "M") + step * np.arange(count)).astype("datetime64[s]")


@pytest.mark.parametrize(
    ("times", "unit", "count", "season"),
    [
        (np.arange(1990, 2000), "year", 1, 1),
        (np.arange(1900, 2000, 10), "year", 10, 1),
        (np.arange(1, 30), "step", 1, 1),
        (np.arange(0, 300, 5), "step", 5, 1),
        (months("1677-01", 5, 12), "year", 1, 1),
        (months("2000-01", 9, 3), "quarter", 1, 4),
        (months("2000-01", 9), "month", 1, 12),
        (months("2000-01", 9, 2), "month", 2, 6),
        (months("2000-01", 9, 5), "month", 5, 1),
        (spaced("2020-01-06", (7, "D")), "week", 1, 52),
        (spaced("2020-01-06", (14, "D")), "week", 2, 1),
        (spaced("2020-01-06", (1, "D")), "day", 1, 7),
        (spaced("2020-01-06", (10, "D")), "day", 10, 1),
        (spaced("2020-01-06", (1, "h")), "hour", 1, 24),
        (spaced("2020-01-06", (6, "h")), "hour", 6, 4),
        (spaced("2020-01-06", (5, "h")), "hour", 5, 1),
        (spaced("2020-01-06", (15, "m")), "minute", 15, 96),
        (spaced("2020-01-06", (1, "m")), "minute", 1, 1440),
        (spaced("2020-01-06", (10, "s")), "second", 10, 1),
    ],
)
def test_the_step_and_its_season_are_found(times, unit, count, season):
    found = one(times)
    assert (found.unit, found.count, found.default_season) == (unit, count, season)


def test_month_ends_are_months():
    ends = months("2019-02", 14) - np.timedelta64(1, "D")
    found = one(ends)
    assert (found.unit, found.count, found.month_end) == ("month", 1, True)
    assert found.text(found.after(ends[-1:], 3)[0]) == ["2020-03-31", "2020-04-30", "2020-05-31"]


def test_a_day_of_the_month_stays():
    times = months("2019-01", 6) + np.timedelta64(14, "D")
    assert one(times).text(one(times).after(times[-1:], 2)[0]) == ["2019-07-15", "2019-08-15"]


def test_a_gap_does_not_change_the_step():
    assert one(months("2000-01", 30)[[0, 1, 2, 7, 8, 9, 10, 20]]).unit == "month"


def test_working_days_leave_out_the_weekend():
    week = days(
        "2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07", "2020-01-08", "2020-01-09", "2020-01-10"
    )
    found = one(week)
    assert (found.unit, found.default_season) == ("weekday", 5)
    assert found.text(found.after(week[-1:], 2)[0]) == ["2020-01-13", "2020-01-14"]
    assert found.steps_between(week[:1], week).tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_days_of_one_week_alone_are_days():
    assert one(spaced("2020-01-06", (1, "D"), rows=5)).unit == "day"


def test_steps_across_two_series_are_not_counted():
    times = np.array([1, 2, 3, 1, 2, 3, 1])
    assert infer_frequency(times, np.array([0, 3, 6, 7])).count == 1
    with pytest.raises(DataError, match="no step"):
        infer_frequency(np.array([1, 2, 3]), np.array([0, 1, 2, 3]))


def test_after_gives_a_row_of_times_for_each_series():
    found = Frequency("quarter", 1)
    after = found.after(days("2019-10-01", "2020-01-01"), 2)
    assert after.dtype == np.dtype("datetime64[s]")
    assert [found.text(row) for row in after] == [["2020-01-01", "2020-04-01"], ["2020-04-01", "2020-07-01"]]
    assert Frequency("year", 1, "integer").after(np.array([2021, 1999]), 2).tolist() == [
        [2022, 2023],
        [2000, 2001],
    ]


def test_leap_days_and_far_years_are_exact():
    assert Frequency("year", 1).text(Frequency("year", 1).after(days("2020-02-29"), 1)[0]) == ["2021-02-28"]
    end = Frequency("month", 1, month_end=True)
    assert end.text(end.after(days("2999-12-31"), 2)[0]) == ["3000-01-31", "3000-02-28"]
    assert Frequency("day").text(Frequency("day").after(days("1500-02-28"), 1)[0]) == ["1500-03-01"]


@pytest.mark.parametrize(
    ("frequency", "time", "text"),
    [
        (Frequency("year", 1, "integer"), np.array([2019]), "2019"),
        (Frequency("month", 1, "month"), days("2019-07-01"), "2019-07"),
        (Frequency("day", 1, "date"), days("2019-07-31"), "2019-07-31"),
        (Frequency("hour", 1, "datetime"), days("2019-07-31T12:00"), "2019-07-31T12:00:00"),
        (
            Frequency("hour", 1, "datetime", offset_seconds=0),
            days("2019-07-31T12:00"),
            "2019-07-31T12:00:00Z",
        ),
        (
            Frequency("hour", 1, "datetime", offset_seconds=-12_600),
            days("2019-07-31T12:00"),
            "2019-07-31T08:30:00-03:30",
        ),
    ],
)
def test_times_are_written_as_in_the_data(frequency, time, text):
    assert frequency.text(time) == [text]


def test_months_are_stepped_in_the_zone_of_the_data():
    first = days("2019-01-01", "2019-02-01", "2019-03-01", "2019-04-01") - np.timedelta64(1, "h")
    found = one(first, form="datetime", offset_seconds=3600)
    assert (found.unit, found.month_end) == ("month", False)
    assert found.text(found.after(first[-1:], 1)[0]) == ["2019-05-01T00:00:00+01:00"]


@pytest.mark.parametrize(
    ("frequency", "adjective"),
    [
        (Frequency("year"), "yearly"),
        (Frequency("day"), "daily"),
        (Frequency("minute", 15), "15-minutely"),
        (Frequency("step"), "stepwise"),
    ],
)
def test_a_step_has_an_adjective(frequency, adjective):
    assert frequency.adjective == adjective


CLOCKS = [
    Frequency("year"),
    Frequency("quarter", month_end=True),
    Frequency("month", 2),
    Frequency("month", 1, month_end=True, offset_seconds=3600),
    Frequency("week"),
    Frequency("day", 3),
    Frequency("weekday"),
    Frequency("weekday", 2),
    Frequency("hour", 6, form="datetime"),
    Frequency("minute", 15, form="datetime", offset_seconds=-18_000),
    Frequency("second", form="datetime"),
]


@given(st.sampled_from(CLOCKS), st.integers(-25_000, 30_000), st.integers(0, 4), st.integers(-3000, 3000))
def test_steps_between_undoes_shift(frequency, week, weekday, steps):
    monday = np.datetime64("1970-01-05") + np.timedelta64(7 * week, "D")
    first = np.array([monday + np.timedelta64(weekday, "D")], dtype="datetime64[s]")
    moved = frequency.shift(first, np.array([steps]))
    assert frequency.steps_between(first, moved).tolist() == [steps]
