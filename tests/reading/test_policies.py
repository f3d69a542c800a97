"""What is done with rows that are not one number per step, from the file to the panel."""

import io
from dataclasses import replace

import numpy as np
import pytest

from forecast.errors import DataError
from forecast.reading.reader import read_panel
from forecast.spec.reading import Policy, ReadSpec


def read(content, **policy):
    return read_panel(io.BytesIO(content.encode()), ReadSpec(policy=Policy(**policy)))


def refusal(content, **policy):
    with pytest.raises(DataError) as caught:
        read(content, **policy)
    return f"{caught.value} | {caught.value.hint}"


def years(*numbers, first=2000):
    """A yearly file; None leaves the row out, "" the number."""
    rows = [f"{year},{text}" for year, text in enumerate(numbers, start=first) if text is not None]
    return "\n".join(["year,y", *rows])


HOLED = years(10, None, None, 40, "", 60, 70, 80)


@pytest.mark.parametrize(
    ("policy", "expected", "message"),
    [
        (
            {"gaps": "interpolate", "missing": "hold"},
            [10, 20, 30, 40, 40, 60, 70, 80],
            (
                "1 missing value filled with the last value (first: 2004, line 4)",
                "1 gap of 2 rows filled by interpolation (first: 2001, before line 3)",
            ),
        ),
        (
            {"missing": "interpolate"},
            [10, 10, 10, 40, 50, 60, 70, 80],
            (
                "1 missing value filled by interpolation (first: 2004, line 4)",
                "1 gap of 2 rows filled with the last value (first: 2001, before line 3)",
            ),
        ),
    ],
)
def test_gaps_and_missing_values_are_filled_as_asked_and_reported(policy, expected, message):
    reading = read(HOLED, **policy)
    assert reading.panel.values.tolist() == expected
    assert reading.panel.observed.tolist() == [True, False, False, True, False, True, True, True]
    assert reading.panel.interpolated
    assert reading.repairs == message


def test_a_panel_without_interpolated_rows_says_so():
    assert not read(HOLED, gaps="hold").panel.interpolated
    assert not read(years(1, 2, 3), gaps="interpolate").panel.interpolated


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (
            {"gaps": "error"},
            "data, line 3: 1 gap of 2 rows, the first before this one | "
            "--gaps hold, season or interpolate fills them; --gaps zero where nothing happened",
        ),
        (
            {"missing": "error"},
            "data, line 4: 1 missing value | "
            "--missing hold, season or interpolate fills them; --missing zero where nothing happened",
        ),
    ],
)
def test_what_is_called_an_error_is_refused_with_its_place(policy, message):
    assert refusal(HOLED, **policy) == message


def test_an_error_names_the_series_and_values_missing_at_an_end_count_too():
    content = "id,year,y\na,2000,1\na,2001,2\na,2002,3\nb,2000,\nb,2001,5\nb,2002,6\n"
    assert refusal(content, missing="error").startswith('data, line 5, series "b": 1 missing value')
    assert read(content, gaps="error").panel.lengths.tolist() == [3, 2]


TWICE = "year,y\n2000,1\n2001,5\n2001,2\n2002,4\n2001,8\n"


@pytest.mark.parametrize(("way", "value"), [("first", 5), ("last", 8), ("sum", 15), ("mean", 5)])
def test_duplicates_become_one_row_in_the_order_of_the_file(way, value):
    reading = read(TWICE, duplicates=way)
    assert reading.panel.values.tolist() == [1, value, 4]
    assert reading.repairs == (f"2 duplicates merged by {way} (first: line 3 and line 4)",)


@pytest.mark.parametrize("policy", [{}, {"duplicates": "error"}])
def test_duplicates_are_refused_with_the_way_out(policy):
    assert refusal(TWICE, **policy) == (
        'data, line 4, column "year": "2001" occurs twice, first on line 3 | '
        "--duplicates sum, mean, first or last merges them"
    )


def stamps(times):
    return "\n".join(["time,y", *(f"{time},{index}" for index, time in enumerate(times))])


JITTERED = stamps(
    f"2021-03-{day:02d}T{hour:02d}:{(7 * hour * hour + 13 * day) % 60:02d}:09"
    for day in (1, 2, 3)
    for hour in range(24)
)


def test_irregular_rows_are_refused_until_resampling_is_asked_for():
    regular = [f"2021-03-01T{hour:02d}:00:00" for hour in range(20)]
    content = stamps([*regular[:9], "2021-03-01T09:10:00", *regular[10:]])
    assert "1 of 20 rows do not keep the hourly step: 2021-03-01T09:10:00 (line 11) | --resample mean" in (
        refusal(content)
    )
    reading = read(content, resample="mean")
    assert reading.panel.times.tolist() == [np.datetime64(time).item() for time in regular]
    assert reading.repairs == ("20 rows resampled to 20 hourly rows by mean: 1 to 1 in each",)


def test_rows_of_no_clear_step_are_resampled_only_to_a_step_that_is_named():
    assert refusal(JITTERED, resample="mean").endswith("they are about one hour apart: --freq hour")
    anywhen = stamps(f"2021-03-01T00:{minute:02d}:00" for minute in (0, 3, 13, 17, 29, 36))
    assert refusal(anywhen, resample="mean").endswith(
        "name the step to resample to, such as --freq minute, hour, day, week or month"
    )


def test_a_meter_that_is_read_about_once_a_month_is_told_how():
    read_on = [
        "2023-12-31",
        "2024-02-01",
        "2024-03-01",
        "2024-04-04",
        "2024-05-02",
        "2024-05-31",
        "2024-07-01",
    ]
    assert refusal(stamps(read_on)).endswith(
        "they are about one month apart: --freq month --resample mean, or sum to add up"
    )
    spec = ReadSpec(policy=Policy(resample="mean"), frequency="month")
    assert read_panel(io.BytesIO(stamps(read_on).encode()), spec).panel.frequency.adjective == "monthly"


def test_events_of_any_time_become_the_periods_that_are_named_and_may_share_a_second():
    content = "\n".join(["time,y", *(line for line in JITTERED.split()[1:] for _ in range(2))])
    reading = read_panel(
        io.BytesIO(content.encode()), ReadSpec(policy=Policy(resample="sum"), frequency="day")
    )
    assert reading.panel.frequency.text(reading.panel.times) == ["2021-03-01", "2021-03-02", "2021-03-03"]
    assert reading.panel.values.tolist() == [2 * sum(range(24 * day, 24 * day + 24)) for day in range(3)]
    assert reading.repairs == (
        "144 rows resampled to 3 daily rows by sum: 48 to 48 in each",
        "72 rows at the same time as another row",
    )
    assert "occurs twice" in refusal(content, resample="sum", duplicates="error")


def test_the_season_is_named_only_where_one_was_looked_back_to():
    months = [f"{np.datetime64('2020-01') + np.timedelta64(row, 'M')},{row}" for row in range(30)]
    early = read("\n".join(["month,y", *months[:5], *months[6:]]))
    late = read("\n".join(["month,y", *months[:15], *months[16:]]))
    assert early.repairs == ("1 gap of 1 row filled with the last value (first: 2020-06, before line 7)",)
    assert late.repairs == (
        "1 gap of 1 row filled with the value one season earlier (first: 2021-04, before line 17)",
    )
    assert (early.panel.values[5], late.panel.values[15]) == (4, 3)


def test_an_empty_period_is_a_gap():
    content = stamps([f"2021-03-01T{hour:02d}:00:00" for hour in range(20) if hour != 9])
    reading = read(content, resample="last", gaps="interpolate")
    assert reading.panel.values.tolist()[8:11] == [8, 8.5, 9]
    assert reading.repairs[1].startswith("1 gap of 1 row filled by interpolation")


LOCAL = [f"2021-{day}T{hour:02d}:00:00" for day in ("10-30", "10-31", "11-01") for hour in range(24)]


def test_an_hour_that_clocks_skip_is_a_gap_and_one_they_repeat_a_duplicate():
    skipped = stamps([*LOCAL[:26], *LOCAL[27:]])
    reading = read(skipped, gaps="interpolate")
    assert reading.panel.values[25:28].tolist() == [25, 25.5, 26]
    doubled = stamps([*LOCAL[:27], LOCAL[26], *LOCAL[27:]])
    assert read(doubled, duplicates="mean").panel.values[25:28].tolist() == [25, 26.5, 28]


def test_the_step_of_a_model_is_sure_so_a_single_row_is_put_on_it():
    step = read(stamps(LOCAL)).panel.frequency
    spec = ReadSpec(policy=Policy(resample="sum"))
    reading = read_panel(io.BytesIO(stamps(["2021-11-02T00:20:00"]).encode()), spec, frequency=step)
    assert step.text(reading.panel.times) == ["2021-11-02T00:00:00"]


def test_a_series_whose_periods_are_all_incomplete_is_skipped_at_its_first_line():
    days = [f"a,{day},1" for day in np.datetime64("2020-01-01") + np.arange(90)]
    content = "\n".join(["id,day,y", *days, "b,2020-01-05,1", "b,2020-01-06,2", ""])
    read = read_panel(
        io.BytesIO(content.encode()), ReadSpec(policy=Policy(resample="sum"), frequency="monthly")
    )
    assert read.panel.ids == ("a",)
    assert [(series.id, series.place) for series in read.skipped] == [("b", "data, line 92")]


@pytest.mark.parametrize(
    ("policy", "expected", "observed", "message"),
    [
        (
            {"gaps": "zero"},
            [10, 0, 0, 40, 40, 60, 70, 80],
            [True, True, True, True, False, True, True, True],
            "1 gap of 2 rows filled with 0 (first: 2001, before line 3)",
        ),
        (
            {"gaps": "interpolate", "missing": "zero"},
            [10, 20, 30, 40, 0, 60, 70, 80],
            [True, False, False, True, True, True, True, True],
            "1 missing value filled with 0 (first: 2004, line 4)",
        ),
    ],
)
def test_zeros_count_as_observed_values(policy, expected, observed, message):
    reading = read(HOLED, **policy)
    assert reading.panel.values.tolist() == expected
    assert reading.panel.observed.tolist() == observed
    assert message in reading.repairs


EVENTS = """date,item,sold
2024-01-01,a,2
2024-01-01,a,3
2024-01-06,a,1
2024-01-07,a,4
2024-01-02,b,2
2024-01-09,b,5
"""


def test_a_step_without_rows_is_a_sum_of_0_from_the_first_row_of_a_series_to_the_last_of_all():
    spec = ReadSpec(policy=Policy(resample="sum"), frequency="daily")
    reading = read_panel(io.BytesIO(EVENTS.encode()), spec)
    a, b = reading.panel
    assert a.values.tolist() == [5, 0, 0, 0, 0, 1, 4, 0, 0]
    assert b.values.tolist() == [2, 0, 0, 0, 0, 0, 0, 5]
    assert reading.panel.observed.all()
    assert reading.zeros == 11
    assert "3 gaps of 11 rows filled with 0 (first: 2024-01-02, before line 4)" in reading.repairs


def test_another_policy_for_the_empty_steps_of_sums_is_kept():
    spec = ReadSpec(policy=Policy(resample="sum", gaps="hold"), frequency="daily")
    few = "date,sold\n2024-01-01,5\n2024-01-03,1\n2024-01-04,2\n2024-01-05,3\n"
    reading = read_panel(io.BytesIO(few.encode()), spec)
    assert reading.panel.values.tolist() == [5, 5, 1, 2, 3]
    means = replace(spec, policy=Policy(resample="mean"))
    assert read_panel(io.BytesIO(few.encode()), means).panel.values.tolist() == [5, 5, 1, 2, 3]


def test_a_step_that_is_far_too_short_is_refused_before_zeros_fill_the_memory():
    text = "time,n\n" + "".join(f"2024-0{month}-01T00:00:00,1\n" for month in range(1, 10))
    with pytest.raises(DataError, match=r"only 9 of 21,081,601 steps have a row") as caught:
        read_panel(io.BytesIO(text.encode()), ReadSpec(policy=Policy(resample="sum"), frequency="s"))
    assert caught.value.hint.startswith("a longer step")


def test_many_steps_without_a_row_get_the_hint_that_they_may_be_zeros():
    lines = [f"2021-01-{day:02d},{day % 3}" for day in range(1, 32) if day % 3]
    (repair,) = read("date,y\n" + "\n".join(lines) + "\n").repairs
    assert repair.endswith("; --gaps zero where no row means 0")


LOG = "day,item,sold\n" + "".join(
    f"2021-{month:02d}-{day:02d},{item},1\n"
    for month in range(1, 7)
    for day in range(1, 31)
    for item in "ab"
    if not (month == 2 and day > 28) and (item == "a" or (month < 4 and day % 7 == 0))
)


def test_events_of_all_series_end_with_the_newest_row_of_any():
    spec = ReadSpec(policy=Policy(resample="sum"), frequency="monthly")
    result = read_panel(io.BytesIO(LOG.encode()), spec)
    values = dict(
        zip(result.panel.ids, np.split(result.panel.values, result.panel.bounds[1:-1]), strict=True)
    )
    assert values["a"].tolist() == [30, 28, 30, 30, 30, 30]
    assert values["b"].tolist() == [4, 4, 0, 0, 0]  # its first rows are of the middle of January
    assert "1 series without rows at the end: 0 until 2021-06-01" in result.repairs
