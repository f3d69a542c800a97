"""Wide files: a column for each series."""

import io
from itertools import permutations

import numpy as np
import pytest

from forecast.errors import DataError, UsageError
from forecast.reading.reader import read_panel
from forecast.spec.reading import Columns, ReadSpec, Target

CROPS = "year,wheat,oats,note\n2001,1,,a\n2002,2,,b\n2003,3,5,c\n2004,4,6,d\n2005,,7,e\n"
LONG = "series,year,y\n" + "".join(
    f"{crop},{year},{value}\n"
    for crop, start, values in (("wheat", 2001, (1, 2, 3, 4)), ("oats", 2003, (5, 6, 7)))
    for year, value in enumerate(values, start)
)


def read(text, *targets, **options):
    spec = ReadSpec(wide=True, targets=targets, **options)
    return read_panel(io.BytesIO(text.encode()), spec)


def test_a_wide_file_is_the_long_one_of_the_same_numbers():
    wide = read(CROPS).panel
    long = read_panel(io.BytesIO(LONG.encode()), ReadSpec(Columns("y", "year", "series"))).panel
    assert wide.ids == long.ids == ("oats", "wheat")
    for name in ("times", "values", "observed", "bounds"):
        np.testing.assert_array_equal(getattr(wide, name), getattr(long, name))
    assert wide.frequency == long.frequency


def test_blanks_at_both_ends_of_a_series_are_no_repair():
    assert read(CROPS).repairs == ()


def test_a_blank_within_a_series_is_filled_and_reported():
    (message,) = read(CROPS.replace("2003,3", "2003,")).repairs
    assert message == "1 missing value filled with the last value (first: 2003, line 4)"


@pytest.mark.parametrize("rows", [*permutations(range(1, 6), 5)][::17])
def test_the_order_of_rows_decides_nothing(rows):
    lines = CROPS.splitlines()
    other = read("\n".join([lines[0], *(lines[row] for row in rows)])).panel
    np.testing.assert_array_equal(other.values, read(CROPS).panel.values)


def test_results_have_the_series_in_a_column_of_that_name():
    reading = read(CROPS)
    assert reading.panel.columns == Columns(target=None, time="year", series="series")
    assert reading.guesses[-1] == ("series", "2 columns", "every column of numbers")


def test_the_model_remembers_the_columns_that_were_named():
    reading = read(CROPS, "wheat")
    assert reading.read == ReadSpec(
        Columns(None, "year", "series"), wide=True, targets=("wheat",), target=Target()
    )
    again = read_panel(io.BytesIO(CROPS.encode()), reading.read, frequency=reading.panel.frequency)
    assert again.panel.ids == ("wheat",)


@pytest.mark.parametrize(
    ("text", "targets", "message"),
    [
        (CROPS.replace("6,d", "6x,d"), (), 'line 5, column "oats": "6x" is not a number'),
        (CROPS.replace("2004", "20o4"), (), 'line 5, column "year": "20o4" is not a time'),
        (CROPS.replace("2004", "2003"), (), 'line 5, column "year": "2003" occurs twice in series "oats"'),
        (CROPS, ("rye",), 'there is no column "rye"'),
        (CROPS, ("note",), 'column "note": "a" is not a number'),
        (CROPS.replace("oats", "wheat"), (), '2 columns are named "wheat"'),
        ("year,a\n2001,x\n2002,y\n2003,z\n", (), "no column holds numbers"),
        ("y\n1\n2\n", (), "a wide file needs a column of times"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line_and_its_own_column(text, targets, message):
    with pytest.raises(DataError) as refused:
        read(text, *targets)
    assert message in str(refused.value)


def test_a_series_without_a_number_is_left_out():
    text = "year,wheat,oats\n2001,1,\n2002,2,\n2003,3,\n"
    assert [each.id for each in read(text, "wheat", "oats").skipped] == ["oats"]


def test_a_wide_file_has_no_single_target():
    with pytest.raises(UsageError):
        ReadSpec(Columns(target="wheat"), wide=True)
    with pytest.raises(UsageError):
        ReadSpec(targets=("wheat",))
