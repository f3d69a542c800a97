"""Rows up to a date: what was known then, and nothing else."""

import io

import numpy as np
import pytest

from forecast.reading.reader import read_panel, read_until
from forecast.spec.reading import Columns, Policy, ReadSpec

SPEC = ReadSpec(
    Columns("sold", time="day", series="shop", past=("visits",), known=("price",), static=("town",))
)


def shop(rows: int, *, later: str) -> io.BytesIO:
    """Days of one shop, of which the town stands in the last row alone."""
    lines = [
        f"a,2023-01-{day:02},{day},{10 * day},{day / 2},{later if day == rows else ''}"
        for day in range(1, rows + 1)
    ]
    return io.BytesIO("\n".join(["shop,day,sold,visits,price,town", *lines, ""]).encode())


def test_a_later_row_gives_known_covariates_alone():
    then, cut, whole = read_until(shop(20, later="north"), "2023-01-12", SPEC)
    covariates = then.panel.covariates
    assert str(cut.moment) == "2023-01-12T23:59:59"
    assert (len(then.panel.values), len(whole.values)) == (12, 20)
    assert covariates.past[:, 0].tolist() == [10.0 * day for day in range(1, 13)]
    assert covariates.known[:, 0].tolist() == [day / 2 for day in range(1, 21)]
    assert np.isnan(covariates.static).all()
    assert whole.covariates.static.tolist() == [[0.0]]


def test_a_gap_that_was_open_then_is_not_filled_with_what_followed():
    text = "day,y\n" + "".join(f"2023-01-{day:02},{day if day != 10 else ''}\n" for day in range(1, 15))
    spec = ReadSpec(policy=Policy(missing="interpolate"))
    then, _, whole = read_until(io.BytesIO(text.encode()), "2023-01-10", spec)
    assert whole.values[9] == 10
    assert (then.panel.values[-1], len(then.panel.values)) == (9, 9)


@pytest.mark.parametrize(
    ("date", "rows"),
    [("2023-01-02T05:00", 30), ("2023-01-02T05:00Z", 31), ("2023-01-02T05:00-05:00", 36), ("2023-01-02", 48)],
)
def test_a_date_is_in_the_zone_of_the_data_unless_it_has_one(date, rows):
    hours = np.datetime64("2023-01-01T00") + np.arange(60)
    text = "hour,y\n" + "".join(f"{hour}:00+01:00,{number}\n" for number, hour in enumerate(hours))
    assert len(read_until(io.BytesIO(text.encode()), date)[0].panel.values) == rows


def test_an_incomplete_period_is_left_out_as_at_the_end_of_a_file():
    days = np.datetime64("2023-01-01") + np.arange(150)
    text = "day,y\n" + "".join(f"{day},{number}\n" for number, day in enumerate(days))
    spec = ReadSpec(policy=Policy(resample="sum"), frequency="monthly")
    then = read_until(io.BytesIO(text.encode()), "2023-03-15", spec)[0]
    assert len(then.panel.values) == 2
    whole = read_panel(io.BytesIO(text.encode()), spec).panel
    assert then.panel.values.tolist() == whole.values[:2].tolist()
