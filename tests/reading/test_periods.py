import io

import pytest

from forecast.errors import DataError
from forecast.reading.reader import read_panel
from forecast.spec.reading import ReadSpec


def read(times, **options):
    text = "date,y\n" + "".join(f"{time},{row}\n" for row, time in enumerate(times, start=1))
    return read_panel(io.BytesIO(text.encode()), **options)


LAST_WORKING_DAYS = [
    *("2021-01-29", "2021-02-26", "2021-03-31", "2021-04-30", "2021-05-31", "2021-06-30"),
    *("2021-07-30", "2021-08-31", "2021-09-30", "2021-10-29", "2021-11-30", "2021-12-31"),
]


def test_one_row_a_month_is_monthly():
    result = read(LAST_WORKING_DAYS)
    assert (result.panel.frequency.adjective, len(result.panel.times)) == ("monthly", 12)
    assert result.panel.frequency.text(result.panel.times[[0, -1]]) == ["2021-01", "2021-12"]
    assert result.repairs == (
        "one row for each month, 12 rows not at its start: read as monthly "
        "(first: 2021-01-29 as 2021-01, line 2)",
    )


def test_the_model_of_such_rows_reads_new_ones_the_same_way():
    monthly = read(LAST_WORKING_DAYS).panel.frequency
    new = read(["2022-01-31", "2022-02-28", "2022-03-30"], frequency=monthly).panel
    assert monthly.text(new.times) == ["2022-01", "2022-02", "2022-03"]


def test_one_reading_a_day_at_any_hour_is_daily():
    panel = read(["2021-01-01 08:15", "2021-01-02 09:40", "2021-01-03 07:05", "2021-01-04 23:59"]).panel
    assert panel.frequency.adjective == "daily"
    assert panel.frequency.text(panel.times) == ["2021-01-01", "2021-01-02", "2021-01-03", "2021-01-04"]


def test_one_row_a_week_on_changing_days_starts_on_monday():
    panel = read(["2021-01-04", "2021-01-13", "2021-01-19", "2021-01-28", "2021-02-01", "2021-02-12"]).panel
    assert panel.frequency.adjective == "weekly"
    assert panel.frequency.text(panel.times)[:3] == ["2021-01-04", "2021-01-11", "2021-01-18"]


def test_two_rows_in_a_month_are_never_merged():
    with pytest.raises(DataError, match="do not keep"):
        read([*LAST_WORKING_DAYS, "2022-01-03", "2022-01-31"])


def test_a_requested_step_that_the_rows_do_not_follow_stays_an_error():
    with pytest.raises(DataError, match="do not keep the weekly step"):
        read(["2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01"], read=ReadSpec(frequency="weekly"))
