import numpy as np
import pytest

from forecast.data.frequency import Frequency
from forecast.errors import DataError
from forecast.reading.aggregation import merge_duplicates, period_start_frequency, resample
from forecast.reading.rows import Rows
from forecast.tables.table import Table

NAN = np.nan
TABLE = Table("sales.csv", (), 0, lambda row: f"line {row + 2}")
MONTHLY = Frequency("month")


def rows(times, values, bounds=None, ids=("",)):
    array = np.array(times, dtype="datetime64[s]") if isinstance(times[0], str) else np.array(times)
    return Rows(
        ids=ids,
        times=array,
        values=np.array(values, dtype=np.float64),
        table=TABLE,
        origin=np.arange(len(array)),
        bounds=np.array([0, len(array)] if bounds is None else bounds),
        first_origin=np.zeros(len(ids), dtype=np.int64),
        seasons=np.ones(len(ids), dtype=np.int64),
    )


def days(first, count, step=1):
    return (np.datetime64(first) + step * np.arange(count)).astype(str).tolist()


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("first", [5, 7, NAN]),
        ("last", [2, 7, NAN]),
        ("sum", [10, 7, NAN]),
        ("mean", [10 / 3, 7, NAN]),
        ("min", [2, 7, NAN]),
        ("max", [5, 7, NAN]),
    ],
)
def test_rows_of_one_time_become_one_and_those_without_a_number_do_not_count(way, expected):
    doubled = rows([1, 1, 1, 2, 2, 3, 3], [5, 3, 2, NAN, 7, NAN, NAN])
    merged, messages = merge_duplicates(doubled, way)
    assert merged.times.tolist() == [1, 2, 3]
    assert merged.values == pytest.approx(np.array(expected), nan_ok=True)
    assert messages == (f"4 duplicates merged by {way} (first: line 2 and line 3)",)


def test_equal_times_of_two_series_are_no_duplicates():
    apart = rows([1, 2, 2, 3], [1, 2, 3, 4], bounds=[0, 2, 2, 4], ids=("a", "b", "c"))
    merged, messages = merge_duplicates(apart, "sum")
    assert merged is apart
    assert messages == ()
    doubled = rows([1, 2, 2, 2, 3], [1, 2, 2, 3, 4], bounds=[0, 3, 3, 5], ids=("a", "b", "c"))
    merged, _ = merge_duplicates(doubled, "sum")
    assert merged.values.tolist() == [1, 4, 3, 4]
    assert merged.bounds.tolist() == [0, 2, 2, 4]


def test_a_sum_does_not_depend_on_the_order_of_the_rows():
    numbers = np.random.default_rng(0).normal(size=50) * 10.0 ** np.arange(-25, 25)
    sums = {
        float(merge_duplicates(rows([1] * 50, each), "sum")[0].values[0])
        for each in (numbers, numbers[::-1], np.sort(numbers))
    }
    assert len(sums) == 1


def test_a_mean_of_large_numbers_is_one_and_a_sum_beyond_the_numbers_is_refused():
    large = rows([1, 1, 2], [9e307, 7e307, 1])
    assert merge_duplicates(large, "mean")[0].values[0] == pytest.approx(8e307)
    with pytest.raises(DataError, match=r"sales\.csv, line 2: the sum of these rows is too large"):
        merge_duplicates(large, "sum")


def test_days_become_months_and_the_months_that_they_enter_or_leave_part_way_are_dropped():
    daily = rows(days("2021-01-17", 15 + 28 + 31 + 12), np.ones(86))
    months, messages = resample(daily, MONTHLY, "sum")
    assert months.values.tolist() == [28, 31]
    assert MONTHLY.text(months.times) == ["2021-02-01", "2021-03-01"]
    assert messages == (
        "86 rows resampled to 4 monthly rows by sum: 12 to 31 in each",
        "2 incomplete periods dropped at the ends (first: 2021-01-01 with 15 rows)",
    )


def test_a_month_is_complete_from_its_first_to_its_last_working_day():
    """November 2020 begins on a Sunday, January 2021 ends on one."""
    working = [day for day in days("2020-11-02", 89) if np.is_busday(day)]
    months, _ = resample(rows(working, np.ones(len(working))), MONTHLY, "sum")
    assert months.values.tolist() == [21, 23, 21]
    until_wednesday = working[2:-2]
    months, _ = resample(rows(until_wednesday, np.ones(len(until_wednesday))), MONTHLY, "sum")
    assert months.values.tolist() == [23]


def test_each_series_keeps_its_own_whole_months():
    times = [*days("2021-01-01", 59), *days("2021-02-01", 40)]
    series = rows(times, np.ones(99), bounds=[0, 59, 59, 99], ids=("a", "b", "c"))
    months, _ = resample(series, MONTHLY, "sum")
    assert months.values.tolist() == [31, 28, 28]
    assert months.bounds.tolist() == [0, 2, 2, 3]


@pytest.mark.parametrize("stamp", ["12-31", "01-01", "06-15"])
def test_years_of_one_row_are_all_complete_leap_years_too(stamp):
    yearly = [f"{year}-{stamp}" for year in range(2019, 2025)]
    whole, messages = resample(rows(yearly, range(6)), period_start_frequency(Frequency("year")), "mean")
    assert len(whole.values) == 6
    assert len(messages) == 1


def test_rows_anywhere_in_an_hour_go_to_its_start():
    stamps = ["2021-03-01T00:04:10", "2021-03-01T00:31:00", "2021-03-01T01:59:59", "2021-03-01T03:40:00"]
    hourly = Frequency("hour", form="datetime")
    whole, _ = resample(rows(stamps, [1, 3, 5, 7]), hourly, "mean")
    assert hourly.text(whole.times) == ["2021-03-01T00:00:00", "2021-03-01T01:00:00", "2021-03-01T03:00:00"]
    assert whole.values.tolist() == [2, 5, 7]


def test_integer_years_become_decades():
    decades, _ = resample(
        rows(list(range(1970, 2000)), np.ones(30)), Frequency("year", 10, form="integer"), "sum"
    )
    assert decades.times.tolist() == [1970, 1980, 1990]
    assert decades.values.tolist() == [10, 10, 10]


@pytest.mark.parametrize(
    ("frequency", "time", "expected"),
    [
        (Frequency("week"), "2021-03-07", "2021-03-01"),
        (Frequency("week"), "2021-03-08", "2021-03-08"),
        (Frequency("quarter"), "2021-06-30", "2021-04-01"),
        (Frequency("year"), "1969-06-30", "1969-01-01"),
        (Frequency("day"), "1969-12-31T23:59:59", "1969-12-31"),
        (Frequency("weekday"), "2021-03-07", "2021-03-05"),
        (Frequency("minute", 15, form="datetime"), "2021-03-07T11:44:59", "2021-03-07T11:30:00"),
        (
            Frequency("hour", form="datetime", offset_seconds=5400),
            "2021-03-07T11:44",
            "2021-03-07T13:00:00+01:30",
        ),
    ],
)
def test_a_period_starts_on_the_calendar(frequency, time, expected):
    start = frequency.floor(np.array([time], dtype="datetime64[s]"))
    assert frequency.text(start) == [expected]
    assert np.array_equal(frequency.floor(start), start)
