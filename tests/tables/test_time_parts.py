import pytest

from forecast.tables.columns import CellError
from forecast.tables.time_parts import ANNUAL, complete, join, part_of


@pytest.mark.parametrize(
    ("name", "texts", "part"),
    [
        ("Year", ["2019", "2020"], "year"),
        ("yr", ["2019.0", "2020.0"], "year"),
        ("month", ["1", "12"], "month"),
        ("Month Name", ["January", "feb"], "month"),
        ("order_month", ["Jan", "Feb."], "month"),
        ("Monat", ["März", "Dez"], "month"),
        ("period", ["M01", "M13"], "month"),
        ("period", ["Q01", "Q05"], "quarter"),
        ("qtr", ["1", "4"], "quarter"),
        ("week_number", ["1", "53"], "week"),
        ("isoWeek", ["1", "53"], "week"),
        ("day", ["1", "31"], "day"),
        ("day_of_week", ["Mon", "Tue"], "weekday"),
        ("Day of Year", ["1", "366"], "yearday"),
        ("Hr_End", ["1", "24"], "hour"),
        ("hour", ["0", "23"], "hour"),
        ("Time", ["00:00", "12:30 PM"], "clock"),
        ("hhmm", ["0", "30", "2330"], "digits"),
        ("SETTLEMENT_PERIOD", ["1", "48"], "halfhour"),
        ("Start", ["00:00", "01:00"], "clock"),
        ("FY", ["FY05", "FY06"], "year"),
        ("MMWRweek", ["1", "53"], "week"),
        ("Year", ["19", "20"], "year"),
        ("month", ["1", "14"], None),
        ("hours", ["3", "5"], None),
        ("temperature", ["1", "2"], None),
        ("month", ["", " "], None),
    ],
)
def test_a_part_is_known_by_its_name_and_its_texts(name, texts, part):
    assert part_of(name, texts) == part


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("month", "year"), ("year", "month")),
        (("year", "month", "day", "hour"), ("year", "month", "day", "hour")),
        (("year", "month", "hour"), ("year", "month")),
        (("year", "quarter"), ("year", "quarter")),
        (("year", "yearday", "clock"), ("year", "yearday", "clock")),
        (("month", "day"), ()),
        (("year",), ()),
    ],
)
def test_parts_that_make_a_time(parts, expected):
    assert complete(parts) == expected


@pytest.mark.parametrize(
    ("parts", "rows", "texts"),
    [
        (("year", "month"), [("2019", "1"), ("2019", "Dec")], ["2019-01", "2019-12"]),
        (("year", "month"), [("2019", "M12"), ("2019", "M13")], ["2019-12", ANNUAL]),
        (("year", "quarter"), [("2019", "Q04"), ("2019", "Q05")], ["2019Q4", ANNUAL]),
        (("year", "week"), [("2019", "5")], ["2019-W05"]),
        (("year", "yearday"), [("2019", "36")], ["2019-036"]),
        (("year", "half"), [("2019", "2"), ("2019", "S03")], ["2019H2", ANNUAL]),
        (("year", "month", "day", "hour"), [("2019", "1", "2", "3")], ["2019-01-02 03:00"]),
        ((None, "clock"), [("31/12/2019", "8:30 PM")], ["31/12/2019 8:30 PM"]),
        (
            (None, "hour"),
            [("2019-01-01", "0"), ("2019-01-01", "23")],
            ["2019-01-01 00:00", "2019-01-01 23:00"],
        ),
        (
            (None, "hour"),
            [("2019-01-01", "1"), ("2019-01-01", "24")],
            ["2019-01-01 00:00", "2019-01-01 23:00"],
        ),
    ],
)
def test_parts_are_joined(parts, rows, texts):
    assert join(parts, rows) == texts


def test_an_empty_part_is_an_error_at_its_row():
    with pytest.raises(CellError) as refused:
        join(("year", "month"), [("2019", "1"), ("2019", "")])
    assert refused.value.index == 1


@pytest.mark.parametrize(
    "name", ["visits_per_day", "Calls per hour", "tons_per_year", "sales month", "new_week"]
)
def test_a_name_with_a_word_of_another_quantity_is_no_part(name):
    assert part_of(name, ["12", "20", "21", "11"]) is None
