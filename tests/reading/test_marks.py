"""Numbers that mean a missing value, and units: what is said, refused, and what the hints do."""

import io
import re

import numpy as np
import pytest

from forecast.errors import DataError
from forecast.reading.marks import find_marks
from forecast.reading.reader import read_panel
from forecast.spec.options import read_spec
from forecast.spec.reading import Columns, Notation, ReadSpec

LEVELS = [80, 95, 98, 111, 112, 105, 99, 101]


def read(columns, spec=None):
    """A panel of days with these columns, name to texts."""
    lines = [",".join(["day", *columns])]
    lines += [
        ",".join([f"2021-01-{day:02d}", *(f'"{text}"' for text in texts)])
        for day, texts in enumerate(zip(*columns.values(), strict=True), start=1)
    ]
    return read_panel(io.BytesIO("\n".join([*lines, ""]).encode()), spec or ReadSpec())


def marks_of(numbers):
    values, counts = np.unique(np.array(numbers, dtype=float), return_counts=True)
    return find_marks(values, counts)


@pytest.mark.parametrize(
    ("numbers", "marks"),
    [
        ([*LEVELS, -200, -200], [-200]),
        ([*LEVELS, -999, -999, -9999], [-9999, -999]),
        ([*LEVELS, -9999], [-9999]),
        ([*LEVELS, 9999, 9999], [9999]),
        ([*LEVELS, 99999], [99999]),
        ([*LEVELS, 1e20], [1e20]),
        ([*LEVELS, 9.969209968386869e36, 9.969209968386869e36], [9.969209968386869e36]),
        ([-10, 0, 5, 12, 20, 30, -99.9, -99.9], [-99.9]),
        ([300, 320, 310, 330, 340, 350, -99.99], [-99.99]),
        ([0, 1, 0, 2, 1, 3, 99, 99], [99]),
        ([*LEVELS, -2147483648], [-2147483648]),
        ([0, 900, 10, 2000, 1500, 5, -999, -999], [-999]),
    ],
)
def test_classic_marks_that_stand_apart_are_found(numbers, marks):
    assert marks_of(numbers) == marks


@pytest.mark.parametrize(
    "numbers",
    [
        [*LEVELS, 0, 0],
        [*LEVELS, -1, -1],
        [*LEVELS, 150, 150],
        [900, 950, 998, 999, 999, 1000, 1010],
        [*range(9990, 10010)],
        [9999, 1, 2],
        [-999, -500, 300, 800, 1200, -100, 77],
        [0, 10, 99, 30, 99, 70, 50],
        [5, 700, 9999, 3, 88, 1200, 40_000],
        [0] * 10,
        [],
    ],
)
def test_other_numbers_are_no_marks(numbers):
    assert marks_of(numbers) == []


def test_a_mark_is_refused_with_the_first_line_and_both_remedies_work():
    columns = {"no2": [*LEVELS[:4], "-200", *LEVELS[4:], "-200.0", "100"]}
    with pytest.raises(DataError) as refused:
        read(columns)
    assert str(refused.value) == (
        'data, line 6, column "no2": -200 in 2 rows, far from all other numbers (80 to 112), '
        'may mean "missing"'
    )
    options = re.findall("--missing-mark ([^ ]+)", refused.value.hint)
    assert options == ["-200", "none"]
    missing, numbers = (read(columns, ReadSpec(notation=Notation(missing_marks=(mark,)))) for mark in options)
    assert (missing.panel.values[4], missing.panel.observed.sum()) == (111, 9)
    assert (numbers.panel.values[4], numbers.panel.observed.sum()) == (-200, 11)
    assert missing.read.notation.missing_marks == ("-200",)


def test_marks_are_looked_for_in_covariates_and_missing_there_too():
    columns = {"y": LEVELS, "wind": ["3", "4", "-9999", "5", "6", "4", "5", "3"]}
    spec = ReadSpec(Columns(target="y", past=("wind",)))
    with pytest.raises(DataError, match='line 4, column "wind": -9999 in 1 row'):
        read(columns, spec)
    said = ReadSpec(spec.columns, Notation(missing_marks=("-9999",)))
    reading = read(columns, said)
    assert reading.panel.covariates.past[:, 0].tolist() == [3, 4, 4, 5, 6, 4, 5, 3]
    assert reading.repairs == ('1 missing value of "wind" filled with the last value',)


def test_a_mark_of_text_is_missing_among_numbers_and_among_classes():
    said = Notation(missing_marks=("closed",))
    numbers = read({"y": ["1", "closed", "3", "Closed"]}, ReadSpec(notation=said))
    assert numbers.repairs[0].startswith("1 trailing missing value dropped")
    words = read({"sky": ["sun", "closed", "fog", "sun"]}, ReadSpec(Columns(target="sky"), said))
    assert words.panel.target.classes == ("fog", "sun")


def test_new_data_may_name_more_marks_than_the_model_remembers():
    remembered = ReadSpec(notation=Notation(missing_marks=("-200",), decimal=","))
    assert ReadSpec().over(remembered).notation.missing_marks == ("-200",)
    stated = ReadSpec(notation=Notation(missing_marks=("-1",)))
    assert stated.over(remembered).notation == Notation(missing_marks=("-1",), decimal=",")


def test_a_column_of_money_is_as_good_a_target_as_one_of_counts():
    columns = {"revenue": ["$100", "$103", "$106"], "orders": ["5", "6", "7"]}
    with pytest.raises(
        DataError, match='several columns could be the target: "revenue", "orders"'
    ) as refused:
        read(columns)
    assert refused.value.hint == "name one with --target"  # --wide would read two units
    reading = read(columns, ReadSpec(Columns(target="revenue")))
    assert reading.panel.values.tolist() == [100, 103, 106]
    assert reading.repairs == ('numbers of column "revenue" read without their unit "$"',)


def test_a_column_named_like_a_target_is_not_passed_over_for_what_it_holds():
    columns = {"sales": ["12 (est.)", "13 (est.)", "14"], "temperature": ["3", "4", "5"]}
    with pytest.raises(DataError, match=r'line 2, column "sales": "12 \(est.\)" is not a number'):
        read(columns)


def test_units_of_covariates_are_read_away_and_noted():
    columns = {"y": ["1", "2", "3"], "price": ["€ 1,50", "€ 2", "€ 2"]}
    reading = read(columns, ReadSpec(Columns(target="y", known=("price",))))
    assert reading.panel.covariates.known[:, 0].tolist() == [1.5, 2, 2]
    assert reading.repairs == ('numbers of column "price" read without their unit "€"',)


def test_columns_of_a_wide_file_may_have_a_unit():
    reading = read({"a": ["5%", "6%"], "b": ["7%", "8 %"]}, ReadSpec(wide=True))
    assert reading.panel.values.tolist() == [5, 6, 7, 8]
    assert reading.repairs == ('numbers read without their unit "%"',)


@pytest.mark.parametrize("mark", ["-200", -200, -200.0, ["-200"], [-200, "closed"]])
def test_python_takes_marks_as_numbers_too(mark):
    assert read_spec({"missing_mark": mark}).notation.missing_marks[0] == "-200"
