from forecast.reporting.notes import short_line
from tests.panels import panel


def test_series_with_few_rows_are_named_with_their_rows():
    three = panel([1.0] * 9, [1.0], [1.0, 2.0])
    second, third = three.ids[1:]
    assert short_line(three, 3, "too few") == f'"{second}" (1 row), "{third}" (2 rows): too few'
    assert short_line(three, 3, "too few", most=1) == f'"{second}" (1 row) and 1 more: too few'


def test_nothing_is_said_where_no_series_or_every_series_is_short():
    two = panel([1.0] * 3, [1.0] * 4)
    assert (short_line(two, 3, "too few"), short_line(two, 9, "too few")) == ("", "")
