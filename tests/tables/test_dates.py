import numpy as np
import pytest

from forecast.tables.columns import CellError
from forecast.tables.dates import kind_of, parse


def isos(*texts):
    return [str(time) for time in parse(list(texts)).times]


def refusal(*texts):
    with pytest.raises(CellError) as refused:
        parse(list(texts))
    return refused.value


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-02-29", "2020-02-29"),
        ("2020/2/9", "2020-02-09"),
        ("2020.02.09", "2020-02-09"),
        ("20200209", "2020-02-09"),
        ("2020-05", "2020-05-01"),
        ("2020/5", "2020-05-01"),
        ("2020M05", "2020-05-01"),
        ("202005", "2020-05-01"),
        ("2005Q1", "2005-01-01"),
        ("2005-Q2", "2005-04-01"),
        ("Q4 2005", "2005-10-01"),
        ("Jan 2019", "2019-01-01"),
        ("January 2019", "2019-01-01"),
        ("2019-Jan", "2019-01-01"),
        ("Sept. 2019", "2019-09-01"),
        ("31 Dec 2019", "2019-12-31"),
        ("31-DEC-2019", "2019-12-31"),
        ("December 31, 2019", "2019-12-31"),
        ("2020-W01", "2019-12-30"),
        ("2020W53", "2020-12-28"),
        ("2021-W01-7", "2021-01-10"),
        ("31/12/2019", "2019-12-31"),
        ("12/31/2019", "2019-12-31"),
        ("31.12.2019", "2019-12-31"),
        ("1500-01-01", "1500-01-01"),
        ("1677-09-21", "1677-09-21"),
        ("2262-04-12", "2262-04-12"),
        ("2999-12-31", "2999-12-31"),
    ],
)
def test_a_date_is_read_however_it_is_written(text, day):
    assert isos(text) == [f"{day}T00:00:00"]


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("2020-01-02T03:04:05", "2020-01-02T03:04:05"),
        ("2020-01-02 03:04", "2020-01-02T03:04:00"),
        ("2020-01-02 03:04:05.000", "2020-01-02T03:04:05"),
        ("2020-01-02T03:04:05Z", "2020-01-02T03:04:05"),
        ("2020-01-02T03:04:05+02:00", "2020-01-02T01:04:05"),
        ("2020-01-02 03:04:05-0530", "2020-01-02T08:34:05"),
        ("13/01/2020 3:04", "2020-01-13T03:04:00"),
        ("1577836800", "2020-01-01T00:00:00"),
        ("1577836800000", "2020-01-01T00:00:00"),
    ],
)
def test_a_time_of_day_is_read_in_utc(text, second):
    assert isos(text) == [second]


def test_integers_stay_integers():
    clock = parse(["2019", "2020"])
    assert (clock.times.tolist(), clock.times.dtype, clock.form) == ([2019, 2020], np.int64, "integer")
    assert parse(["1", "2", "-7"]).times.tolist() == [1, 2, -7]


@pytest.mark.parametrize(
    ("texts", "index", "fragment"),
    [
        (("2020-02-30",), 0, "not a valid date"),
        (("2020-01-01", "2020-13-01"), 1, "not a valid date"),
        (("2021-W53",), 0, "not a valid date"),
        (("2020-01-01T25:00",), 0, "not a valid date"),
        (("01/02/20",), 0, "two-digit"),
        (("Jan-19",), 0, "two-digit"),
        (("01/02/2020", "03/04/2020"), 0, "day or the month first"),
        (("13/02/2020", "02/13/2020"), 1, "month first"),
        (("43831", "43832"), 0, "spreadsheet"),
        (("2020-01-01", "soon"), 1, "not a time written like"),
        (("2020-01-01", "2020-02"), 1, "not a time written like"),
        (("2020-01-01", ""), 1, "missing"),
        (("2020-01-01T00:00Z", "2020-01-01T01:00"), 1, "no zone"),
        (("1958.2027",), 0, "not a time"),
        (("2019", "20x0"), 1, 'not a time like "2019"'),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused_by_its_text(texts, index, fragment):
    bad = refusal(*texts)
    assert (bad.index, fragment in bad.message) == (index, True), bad.message
    assert bad.hint


def test_one_row_over_twelve_proves_the_order_for_all():
    assert isos("01/02/2020", "13/02/2020")[0] == "2020-02-01T00:00:00"
    assert isos("01/02/2020", "01/13/2020")[0] == "2020-01-02T00:00:00"


def test_dates_equal_in_both_orders_need_no_proof():
    assert isos("01/01/2020", "02/02/2020") == ["2020-01-01T00:00:00", "2020-02-02T00:00:00"]


def test_one_zone_is_kept_and_several_become_utc_with_a_note():
    one = parse(["2020-01-01T00:00+01:00"])
    assert (one.offset_seconds, one.repair, one.form) == (3600, "", "datetime")
    two = parse(["2020-03-28T00:00+01:00", "2020-03-29T00:00+02:00"])
    assert (two.offset_seconds, two.repair) == (0, "times of 2 zones converted to UTC")
    assert parse(["2020-01-01T00:00"]).offset_seconds is None


def test_the_form_is_that_of_the_data():
    forms = [parse([text]).form for text in ["2019", "2019-07", "2019-07-31", "2019-07-31T12:00"]]
    assert forms == ["integer", "month", "date", "datetime"]


def test_a_model_that_counts_integers_takes_no_integer_for_a_date():
    assert parse(["43831", "43832"], integer_steps=True).times.tolist() == [43831, 43832]
    assert parse(["20200101"], integer_steps=True).times.tolist() == [20200101]


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["2020-01-01", ""], "dates"),
        (["1999", "2000"], "years"),
        (["1", "2"], "steps"),
        (["202001", "202002"], "stamps"),
        (["1577836800"], "stamps"),
        (["01.02.19", "02.02.19"], "dates"),
        (["2019.0", "2020.0"], "years"),
        (["a"], "none"),
        (["1.5"], "none"),
        ([""], "none"),
        (["2020-01-01", "x"], "none"),
        ([*(f"2020-01-{day:02d}" for day in range(10, 20)), "x"], "dates"),
    ],
)
def test_a_column_is_known_by_its_first_texts(texts, kind):
    assert kind_of(texts) == kind


@pytest.mark.parametrize(
    "texts", [["0201011", "0201012"], ["+201905", "+201906"], ["020191101", "020191102"]]
)
def test_integers_of_another_length_than_dates_are_steps(texts):
    assert parse(texts).times.tolist() == [int(text) for text in texts]


@pytest.mark.parametrize("text", ["2020-01-01T00:00:00.5", "1577836800001"])
def test_fractions_of_a_second_are_left_out_and_said(text):
    parsed = parse([text])
    assert str(parsed.times[0]) == "2020-01-01T00:00:00"
    assert parsed.guesses[0][1] == "whole seconds"
