import math

import numpy as np
import pytest

from forecast.spec.reading import Notation
from forecast.tables.columns import CellError
from forecast.tables.numbers import integers, parse, readable_share


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
    ["12,4t", "1_00", "0x1F", "inf", "-Infinity", "1e", "--1", "1 2", "12%", "$5", "(1", "²", "1,2,3"],
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


@pytest.mark.parametrize(
    ("texts", "expected", "unit"),
    [
        (["$1,100.50", "$7", "-$3.5", "$-2", "$ 1"], [1100.5, 7, -3.5, -2, 1], "$"),
        (["€ 5", "€ 6,5"], [5, 6.5], "€"),
        (["1.234,50 €", "7 €"], [1234.5, 7], "€"),
        (["USD 12", "USD 13"], [12, 13], "USD"),
        (["12kWh", "13.5 kWh"], [12, 13.5], "kWh"),
        (["45%", "4.5 %", "0"], [45, 4.5, 0], "%"),
        (["5 apples", "6 apples", "n/a"], [5, 6, None], "apples"),
        (["£1.2M", "£3M"], [1.2, 3], "£ M"),
        (["20 °C", "-5°C"], [20, -5], "°C"),
        (["1 234 kr", "12 kr"], [1234, 12], "kr"),
        (["12,- €", "1.230,– €", "9,50 €"], [12, 1230, 9.5], "€"),
    ],
)
def test_a_unit_that_all_numbers_have_is_read_away_and_noted(texts, expected, unit):
    found = parse(texts)
    wanted = [math.nan if each is None else each for each in expected]
    assert found.values.tolist() == pytest.approx(wanted, nan_ok=True)
    assert found.unit == unit
    assert found.note("y")[0] == f'numbers of column "y" read without their unit "{unit}"'


@pytest.mark.parametrize(
    ("texts", "expected"),
    [(["(12)", "3"], [-12, 3]), (["5", "(1,234.50)"], [5, -1234.5]), (["12-", "3"], [-12, 3])],
)
def test_accounting_negatives_are_read_and_noted(texts, expected):
    found = parse(texts)
    assert found.values.tolist() == expected
    negative = texts[0] if expected[0] < 0 else texts[1]
    assert found.note("y") == (f'numbers of column "y" such as "{negative}" read as negative',)


def test_brackets_with_a_currency_have_both_notes():
    assert parse(["($12)", "$3"]).note("") == (
        'numbers read without their unit "$"',
        'numbers such as "($12)" read as negative',
    )


def test_digits_of_other_scripts_and_underscores_are_read():
    assert values("１２３", "１．５") == [123, 1.5]
    assert values("١٢٣", "٣٫٥") == [123, 3.5]
    assert values("1_000", "2_000_000") == [1000, 2_000_000]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["5 kg", "3 g"], '"3 g" has the unit "g", the numbers before it have "kg"'),
        (["5 kg", "3"], '"3" has no unit, the numbers before it have "kg"'),
        (["5", "3 kg"], '"3 kg" is not a number'),
        (["5%", "many"], '"many" is not a number'),
        (["12,-5", "13"], '"12,-5" is not a number'),
        (["5 pm", "6 pm"], '"5 pm" is not a number'),
        (["3rd", "4th"], '"3rd" is not a number'),
        (["-(5)", "-5-"], '"-(5)" is not a number'),
        (["<5", "7"], '"<5" is not a number'),
    ],
)
def test_units_that_differ_and_what_is_no_unit_are_refused(texts, message):
    assert refusal(texts).message == message


def test_names_with_numbers_are_no_numbers():
    streets = ["5 Main St", "7 High St", "9 Elm"]
    for texts in (["store1", "store2"], ["A12", "B7"], ["1a", "2a"], ["Q1", "Q2"], streets):
        assert readable_share(texts) < 0.5


def test_numbers_in_disguise_are_readable():
    assert readable_share(["$5", "$7", "", "8 kg"]) == 1


def test_given_marks_are_missing_as_texts_and_as_numbers():
    notation = Notation(missing_marks=("-200", "closed"))
    found = parse(["1", "-200.0", "Closed ", "-200"], notation).values
    assert np.isnan(found).tolist() == [False, True, True, True]


def test_integers_are_none_where_one_is_not():
    assert integers(["1", "-2", " 3"]) == [1, -2, 3]
    for text in ["1.0", "", "1_0", "1-2", "9" * 19, "x", "²"]:
        assert integers(["1", text]) is None
