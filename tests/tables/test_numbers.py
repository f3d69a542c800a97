import numpy as np
import pytest

from forecast.tables.columns import CellError
from forecast.tables.numbers import integers, parse


def refusal(texts, delimiter=","):
    with pytest.raises(CellError) as refused:
        parse(texts, delimiter=delimiter)
    return refused.value


def values(*texts, delimiter=","):
    return parse(list(texts), delimiter=delimiter).values.tolist()


def test_plain_numbers_are_read():
    found = values("1", "-2.5", "+3", ".5", "5.", "1e3", "1E-320", "007", " 8 ")
    assert found == [1, -2.5, 3, 0.5, 5, 1000, 1e-320, 7, 8]


@pytest.mark.parametrize(
    "mark", ["", " ", "NA", "N/A", "NaN", "nan", "null", "None", "NONE", "-", "?", ".", "#DIV/0!", "#N/A"]
)
def test_a_mark_of_a_missing_number_is_nan(mark):
    assert np.isnan(values("1", mark)[1])


@pytest.mark.parametrize(
    "text",
    ["12,4t", "1_000", "0x1F", "inf", "-Infinity", "1e", "--1", "1 2", "12%", "$5", "(12)", "٣", "1,2,3"],
)
def test_what_is_no_number_is_refused_by_its_text(text):
    bad = refusal(["1", text])
    assert bad.index == 1
    assert f'"{text}"' in bad.message


def test_a_number_beyond_float64_is_refused():
    assert refusal(["1", "", "1e400"]).index == 2
    assert "too large" in refusal(["1e400"]).message


def test_a_number_that_sums_could_carry_beyond_float64_is_refused():
    assert "too large" in refusal(["-1.1e308"]).message
    assert parse(["1e308", "-1e308"]).values.tolist() == [1e308, -1e308]


def test_the_unicode_minus_is_a_minus():
    assert values("−5") == [-5]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["3,060,250", "999"], [3060250, 999]),
        (["1,234.5", "1,000"], [1234.5, 1000]),
        (["1.234.567", "1.000"], [1234567, 1000]),
        (["1.234,5", "1.000"], [1234.5, 1000]),
        (["3,5", "4,25"], [3.5, 4.25]),
        (["0,125", "3,060"], [0.125, 3.06]),
        (["12 345", "6 789,5"], [12345, 6789.5]),
        (["12\u202f345", "1"], [12345, 1]),
        (["12'345", "12’346"], [12345, 12346]),
    ],
)
def test_marks_that_prove_themselves_are_read(texts, expected):
    assert values(*texts) == expected


@pytest.mark.parametrize("texts", [["1,234"], ["1,234", "999"], ["12,345", "67,890"]])
def test_a_comma_that_may_be_either_mark_is_refused(texts):
    bad = refusal(texts)
    assert "may be" in bad.message
    assert f'"{texts[0]}"' in bad.message


def test_in_a_semicolon_file_a_comma_in_every_number_is_decimal():
    assert values("3,060", "4,538", delimiter=";") == [3.06, 4.538]


def test_in_a_semicolon_file_a_comma_in_some_numbers_proves_nothing():
    assert "may be" in refusal(["999", "1,012"], delimiter=";").message


def test_in_a_semicolon_file_a_dot_before_three_digits_proves_nothing():
    assert "may be" in refusal(["999", "1.012"], delimiter=";").message
    assert values("1.5", "1.012", delimiter=";") == [1.5, 1.012]
    assert values("1", "-2", delimiter=";") == [1, -2]


def test_two_ways_of_writing_in_one_column_are_refused():
    bad = refusal(["1,5", "2.5"])
    assert (bad.index, bad.message) == (1, '"2.5" is written differently from the numbers before it')


def test_a_negative_in_brackets_gets_its_own_hint():
    assert refusal(["(12)"]).hint == "write a negative number as -12"


def test_integers_are_none_where_one_is_not():
    assert integers(["1", "-2", " 3"]) == [1, -2, 3]
    for text in ["1.0", "", "1_0", "1-2", "9" * 19, "x", "²"]:
        assert integers(["1", text]) is None
