import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import UsageError
from forecast.spec.reading import Notation
from forecast.tables.columns import CellError
from forecast.tables.date_formats import matching_share, parse


@pytest.mark.parametrize(
    ("pattern", "text", "second", "form"),
    [
        ("%d.%m.%y", "31.01.19", "2019-01-31T00:00:00", "date"),
        ("%d.%m.%y", "31.01.69", "1969-01-31T00:00:00", "date"),
        ("%b-%y", "Jan-19", "2019-01-01T00:00:00", "month"),
        ("%Y_%m", "2019_02", "2019-02-01T00:00:00", "month"),
        ("%Y-%j", "2020-366", "2020-12-31T00:00:00", "date"),
        ("%d/%m/%Y %I %p", "01/02/2020 1 PM", "2020-02-01T13:00:00", "datetime"),
        ("%Y-%m-%d %H:%M %z", "2020-01-01 00:00 +0100", "2019-12-31T23:00:00", "datetime"),
        ("excel", "43831", "2020-01-01T00:00:00", "date"),
        ("excel", "43831.75", "2020-01-01T18:00:00", "datetime"),
        ("excel", "61", "1900-03-01T00:00:00", "date"),
        ("epoch", "-86400", "1969-12-31T00:00:00", "datetime"),
        ("epoch-ms", "1577836800000", "2020-01-01T00:00:00", "datetime"),
        ("epoch-us", "1577836800000000", "2020-01-01T00:00:00", "datetime"),
        ("epoch-ns", "1577836800000000000", "2020-01-01T00:00:00", "datetime"),
    ],
)
def test_a_time_is_read_as_it_its_format_says(pattern, text, second, form):
    clock = parse([f" {text} "], pattern)
    assert (str(clock.times[0]), clock.form) == (second, form)


def test_years_alone_stay_integers():
    clock = parse(["FY1901", "FY2020"], "FY%Y")
    assert (clock.times.tolist(), clock.times.dtype, clock.form) == ([1901, 2020], np.int64, "integer")


def test_zones_are_kept_as_those_of_times_that_are_found():
    pattern = "%d.%m.%Y %H:%M%z"
    assert parse(["01.01.2020 00:00+01:00"], pattern).offset_seconds == 3600
    two = parse(["28.03.2020 00:00+01:00", "29.03.2020 00:00+02:00"], pattern)
    assert (two.offset_seconds, two.repair) == (0, "times of 2 zones converted to UTC")


@pytest.mark.parametrize(
    ("pattern", "texts", "index", "fragment"),
    [
        ("%d.%m.%Y", ["01.01.2020", "2020-01-02"], 1, '"2020-01-02" is not written as %d.%m.%Y'),
        ("%d.%m.%Y", ["30.02.2020"], 0, "is not written as"),
        ("%d.%m.%Y", ["01.01.2020", " "], 1, "missing"),
        ("epoch", ["1,5"], 0, "is not written as epoch"),
        ("epoch", ["999999999999999"], 0, "is not written as epoch"),
        ("excel", ["60"], 0, "is not written as excel"),
        ("excel", ["1e999999"], 0, "is not written as excel"),
        ("excel", ["nan"], 0, "is not written as excel"),
    ],
)
def test_another_text_is_refused_with_the_pattern(pattern, texts, index, fragment):
    with pytest.raises(CellError) as refused:
        parse(texts, pattern)
    assert (refused.value.index, fragment in refused.value.message) == (index, True), refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize(
    "pattern",
    [
        "%Y%Y",
        "%Q%Y",
        "%c",
        "%Y %Z",
        "%d.%m.",
        "YYYY",
        "%",
        "",
        "%Y%",
        "%Y-%V",
        "%Y-%d",
        "%Y-%m %H",
        "%d.%m.%Y %I",
        "%Y %a",
    ],
)
def test_an_impossible_pattern_is_wrong_use(pattern):
    with pytest.raises(UsageError, match="date-format"):
        Notation(date_format=pattern)


@given(
    st.text("%YymdHMSfzjbBGVupIA.-/ ", max_size=12),
    st.lists(st.text("0123456789.-/ J", max_size=12), min_size=1),
)
def test_any_pattern_and_texts_give_times_or_an_error_of_ours(pattern, texts):
    try:
        pattern = Notation(date_format=pattern).date_format
        assert len(parse(texts, pattern).times) == len(texts)
    except (UsageError, CellError):
        pass


def test_the_share_of_texts_that_fit_counts_those_that_are_there():
    assert matching_share(["01.01.20", "", "x"], "%d.%m.%y") == 0.5
    assert matching_share([], "%Y") == 0


@pytest.mark.parametrize(
    ("pattern", "text", "second"),
    [
        ("%Y-%m-%d %H:%M:%S.%f", "2020-01-01 00:00:01.5", "2020-01-01T00:00:01"),
        ("epoch-ms", "1577836801500", "2020-01-01T00:00:01"),
        ("epoch", "1577836801.25", "2020-01-01T00:00:01"),
    ],
)
def test_fractions_of_a_second_are_left_out_and_said(pattern, text, second):
    parsed = parse([text], pattern)
    assert str(parsed.times[0]) == second
    assert parsed.guesses == (("times", "whole seconds", f'fractions are left out, first of "{text}"'),)


def test_whole_seconds_with_a_point_are_whole():
    assert parse(["1577836801.0"], "epoch").guesses == ()
