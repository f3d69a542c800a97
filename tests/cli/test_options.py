import pytest

from forecast.cli.parsing import parse_levels, parse_names
from forecast.cli.training_options import parse_level, parse_seconds, parse_units
from forecast.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90", 90), ("90s", 90), ("5m", 300), ("1h", 3600), ("1h30m", 5400), ("1.5h", 5400)],
)
def test_a_length_of_time_is_read_in_seconds(text, expected):
    assert parse_seconds(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "5 minutes", "-5", "1m1h", "٣", "1e3"])
def test_what_is_no_length_of_time_is_refused(text):
    with pytest.raises(UsageError, match="--max-time"):
        parse_seconds(text)


def test_units_are_whole_numbers_between_commas():
    assert parse_units("64") == (64,)
    assert parse_units("64, 32") == (64, 32)


@pytest.mark.parametrize("text", ["", "64,", "6.4", "a", "-1"])
def test_other_units_are_refused(text):
    with pytest.raises(UsageError, match="--units"):
        parse_units(text)


def test_levels_come_repeated_or_with_commas_and_leave_ascending_and_once():
    assert parse_levels(["95", "80,95", "50%"]) == (50.0, 80.0, 95.0)


def test_no_level_is_80():
    assert parse_levels(None) == (80.0,)


def test_a_share_instead_of_percent_is_named_with_the_level_that_was_meant():
    with pytest.raises(UsageError) as caught:
        parse_levels(["0.8"])
    assert caught.value.hint == "write --level 80"


@pytest.mark.parametrize("text", ["0", "100", "-80", "nan", "inf", "many"])
def test_an_impossible_level_is_refused(text):
    with pytest.raises(UsageError, match="--level"):
        parse_levels([text])


def test_train_takes_a_single_level():
    assert parse_level("95") == 95
    with pytest.raises(UsageError, match="one level"):
        parse_level("80,95")


def test_names_keep_their_order_and_come_once():
    assert parse_names(["naive,drift", "mean", "drift"]) == ("naive", "drift", "mean")
