import io

import pytest

from forecast.data.frequency import Frequency
from forecast.errors import DataError
from forecast.reading.reader import read_panel


def refusal(times, values=None, **options):
    values = values or range(len(times))
    text = "time,y\n" + "".join(f"{time},{value}\n" for time, value in zip(times, values, strict=True))
    with pytest.raises(DataError) as error:
        read_panel(io.BytesIO(text.encode()), **options)
    return error.value


def test_longer_steps_than_those_of_a_model_are_named():
    months = [f"2020-{month:02d}-01" for month in range(1, 9)]
    error = refusal(months, frequency=Frequency("day"))
    assert error.message == "the rows are monthly, not daily: 206 of 214 steps have no number"
    assert "train a model on monthly rows" in error.hint


def test_nights_without_rows_are_named():
    times = [
        f"2021-01-{day:02d} {hour:02d}:00"
        for day in range(1, 21)
        for hour in range(9, 17)
        if (day + hour) % 5
    ]
    error = refusal(times, frequency=Frequency("hour", form="datetime"))
    assert error.message.startswith("no rows at night, from 17:00 to 09:00: ")
    assert "--gaps zero" in error.hint


def test_the_longest_gap_is_named_with_its_line():
    error = refusal(["2021-01-01", "2021-01-02", "2021-01-03", "2021-03-01", "2021-03-02"])
    assert error.message == "56 of 61 steps have no number, 56 of them before line 5; most rows are daily"


def test_rows_without_a_number_are_counted():
    days = [f"2021-01-{day:02d}" for day in range(1, 11)]
    error = refusal(days, [1, "", "", "", "", "", "", "", 2, 3])
    assert error.message == "7 rows without a number, the first on line 3: 7 of 10 steps have no number"
