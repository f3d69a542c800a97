"""Times and ids in several columns, times across the columns, layouts of statistical offices."""

import io

import pytest

from forecast.api import predict
from forecast.data.results import time_name
from forecast.errors import DataError
from forecast.phrases import JOINER
from forecast.reading.reader import read_panel
from forecast.spec.reading import NO_TIME, Columns, ReadSpec

MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def read(text, **columns):
    return read_panel(io.BytesIO(text.encode()), ReadSpec(Columns(**columns)))


def rows(header, lines):
    return "\n".join([header, *(",".join(map(str, line)) for line in lines)]) + "\n"


def found(result):
    panel = result.panel
    return {
        each.id: dict(zip(panel.frequency.text(each.times), each.values.tolist(), strict=True))
        for each in panel
    }


def test_year_month_and_day_are_one_time():
    result = read(rows("year,month,day,y", [(2020, 1, day, day) for day in range(1, 9)]))
    assert result.panel.frequency.text(result.panel.times[[0, -1]]) == ["2020-01-01", "2020-01-08"]
    assert result.read.columns.time == JOINER.join(["year", "month", "day"])
    assert time_name(result.read.columns) == "time"


def test_a_date_that_is_enough_is_not_joined_with_its_parts():
    result = read(
        rows("date,year,month,y", [(f"2020-0{month}-01", 2020, month, month) for month in range(1, 9)])
    )
    assert (result.read.columns.time, result.read.columns.target) == ("date", "y")


def test_hours_that_end_at_24_start_at_0():
    lines = [(f"1/{12 + day}/2020", hour, hour) for day in (1, 2) for hour in range(1, 25)]
    panel = read(rows("Date,Hr_End,MW", lines)).panel
    assert panel.frequency.adjective == "hourly"
    assert panel.frequency.text(panel.times[[0, -1]]) == ["2020-01-13T00:00:00", "2020-01-14T23:00:00"]


def test_rows_of_whole_years_are_left_out_with_their_line():
    lines = [("S1", year, f"M{month:02d}", month) for year in (2020, 2021) for month in range(1, 14)]
    result = read(rows("series_id,year,period,value", lines))
    assert [*found(result)["S1"].values()] == [*range(1, 13)] * 2
    assert result.repairs == ("2 rows of whole years left out (first: 2020 M13, line 14)",)


def test_ids_of_two_columns_are_one_id():
    lines = [(day, shop, item, day) for day in (1, 2, 3) for shop in "ab" for item in "xy"]
    result = read(rows("day,shop,item,sold", lines), series=f"shop{JOINER}item", target="sold")
    assert result.panel.ids == tuple(f"{shop}{JOINER}{item}" for shop in "ab" for item in "xy")


def test_order_lines_are_no_series_of_one_row_each():
    lines = [(f"2023-01-{day:02d}", f"PR-{7 * day}", day) for day in range(1, 20)]
    result = read(rows("order_date,product_id,amount", lines), target="amount")
    assert result.panel.ids == ("",)


def test_a_column_that_may_be_an_id_is_not_dropped_without_a_word():
    lines = [(f"2023-01-{day:02d}", "ab"[day % 2], day) for day in range(1, 20)]
    result = read(rows("date,region,amount", lines), target="amount")
    assert ("id", "none", "all rows are one series; --id region makes one of each") in result.guesses


def test_rows_without_times_are_counted():
    with pytest.raises(DataError) as refused:
        read("open,close\n5,3\n4,4\n5,1\n", target="close")
    assert refused.value.hint.startswith("--time none counts the rows")
    result = read("open,close\n5,3\n4,4\n5,1\n", target="close", time=NO_TIME)
    assert result.panel.times.tolist() == [1, 2, 3]
    again = read_panel(io.BytesIO(b"open,close\n5,7\n4,8\n"), result.read, frequency=result.panel.frequency)
    assert again.panel.values.tolist() == [7, 8]


def test_rows_without_times_are_counted_within_each_series():
    result = read("k,y\na,1\nb,5\na,2\nb,6\n", series="k", time=NO_TIME)
    assert found(result) == {"a": {"1": 1, "2": 2}, "b": {"1": 5, "2": 6}}


@pytest.mark.parametrize(
    ("names", "times"),
    [
        (["1990", "1991", "1992"], ["1990", "1991", "1992"]),
        (["1990 [YR1990]", "1991 [YR1991]", "1992 [YR1992]"], ["1990", "1991", "1992"]),
        (["X1990", "X1991", "X1992"], ["1990", "1991", "1992"]),
        (["2019-01", "2019-02", "2019-03"], ["2019-01", "2019-02", "2019-03"]),
        (["1/22/20", "1/23/20", "1/24/20"], ["2020-01-22", "2020-01-23", "2020-01-24"]),
        (["d_1", "d_2", "d_3"], ["1", "2", "3"]),
    ],
)
def test_names_of_columns_are_times(names, times):
    result = read(rows(",".join(["name", "code", *names]), [("A", "a", 1, 2, 3), ("B", "b", 4, "", 6)]))
    assert result.read.wide
    assert {id: [*values] for id, values in found(result).items()} == {"A": times, "B": times}
    assert result.panel.observed.tolist() == [True, True, True, True, False, True]
    again = read_panel(io.BytesIO(rows(",".join(["name", *names]), [("C", 7, 8, 9)]).encode()), result.read)
    assert [*found(again)["C"].values()] == [7, 8, 9]


def test_the_place_of_an_error_across_the_columns():
    with pytest.raises(DataError) as refused:
        read("name,1990,1991,1992\nA,1,2,3\nB,4,five,6\n")
    assert str(refused.value).startswith('data, line 3, column "1991": "five" is not a number')


def test_twelve_months_beside_years_are_one_series():
    months = "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec"
    result = read(rows(f"Year,{months},J-D", [(year, *range(12), 66) for year in (2019, 2020)]))
    assert result.panel.frequency.text(result.panel.times[[0, -1]]) == ["2019-01", "2020-12"]
    assert result.panel.values.tolist() == [*range(12)] * 2


def test_numbered_features_beside_a_date_are_no_times():
    result = read(
        rows("date,y,x1,x2,x3", [(f"2020-01-0{day}", day, 1, 2, 3) for day in range(1, 9)]), target="y"
    )
    assert (result.read.wide, result.read.columns.time) == (False, "date")


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("DATE,GDP", "{year}-01-01,{value}"),
        ("observation_date,UNRATE", "{year}-01-01,{value}"),
        (
            "DATAFLOW,LAST UPDATE,freq,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG",
            "E:X(1.0),15/01/24,A,I15,AT,{year},{value},",
        ),
        ("REF_DATE,GEO,DGUID,UOM,SCALAR_ID,VECTOR,VALUE,STATUS", "{year},Canada,2016A,Dollars,0,v1,{value},"),
        ("Entity,Code,Year,Share of people", "France,FRA,{year},{value}"),
        (
            "Domain Code,Domain,Area,Item,Year Code,Year,Unit,Value,Flag",
            "QC,Crops,Kenya,Maize,{year},{year},t,{value},A",
        ),
    ],
)
def test_layouts_of_statistical_offices(header, line):
    lines = [line.format(year=year, value=year - 1990) for year in range(1991, 2001)]
    panel = read("\n".join([header, *lines]) + "\n").panel
    assert (len(panel), panel.values.tolist()) == (1, [*range(1, 11)])
    assert panel.frequency.adjective == "yearly"


@pytest.mark.parametrize("names", ["yhat1,yhat2,yhat3", "u1,u2,u3", "var1,var2,var3"])
def test_numbered_columns_of_other_names_are_no_times(names):
    with pytest.raises(DataError, match="no column looks like times"):
        read(rows(names, [(1, 2, 3), (4, 5, 6)]))


def test_a_year_is_never_the_target():
    result = read(rows("date,year,sold", [(f"2020-01-0{day}", 2020, day) for day in range(1, 9)]))
    assert result.read.columns.target == "sold"


def test_results_have_a_column_for_each_part_of_an_id():
    lines = [(day, shop, item, day * 10) for day in range(1, 13) for shop in "ab" for item in "xy"]
    text = rows("day,shop,item,sold", lines).encode()
    table, total = (
        predict(io.BytesIO(text), target="sold", id=["shop", "item"], horizon=2, total=total).to_table()
        for total in (False, True)
    )
    assert [*table][:3] == ["shop", "item", "day"]
    assert [*total][:4] == ["shop", "item", "from", "to"]
    assert total["shop"].tolist() == ["a", "a", "b", "b"]
    assert total["item"].tolist() == ["x", "y", "x", "y"]


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("Start", "{:02d}:00"),
        ("Tid (UTC)", "{:02d}:00:00"),
        ("Uhrzeit", "{:02d}:00 Uhr"),
        ("Slot", "{0:02d}:00-{0:02d}:59"),
        ("hhmm", "{:02d}00"),
        ("Uhrzeit", "{0:02d}-{1:02d}"),
    ],
)
def test_a_clock_is_joined_with_its_date_whatever_it_is_called(name, write):
    lines = [
        (f"2020-01-2{day}", write.format(hour, hour + 1), hour) for day in (1, 2, 3) for hour in range(24)
    ]
    panel = read(rows(f"Date,{name},kWh", lines)).panel
    assert (len(panel), panel.frequency.adjective, len(panel.times)) == (1, "hourly", 72)


@pytest.mark.parametrize("name", ["Monat", "Month"])
def test_years_across_months_are_one_series(name):
    lines = [(month, *(month + year for year in range(3))) for month in range(1, 13)]
    panel = read(rows(f"{name},2018,2019,2020", lines)).panel
    assert panel.frequency.text(panel.times[[0, -1]]) == ["2018-01", "2020-12"]
    assert panel.values[:3].tolist() == [1, 2, 3]
    assert panel.values[12] == 2


def test_hours_across_days_are_one_series():
    names = ",".join(f"H{hour}" for hour in range(1, 25))
    panel = read(rows(f"Date,{names}", [(f"2023-01-0{day}", *range(24)) for day in (2, 3, 4)])).panel
    assert panel.frequency.text(panel.times[[0, -1]]) == ["2023-01-02T00:00:00", "2023-01-04T23:00:00"]
    assert panel.values.tolist() == [*range(24)] * 3


def test_weekdays_across_weeks_are_one_series():
    lines = [(f"2022-W0{week}", *range(7)) for week in (1, 2, 3)]
    panel = read(rows("Week,Mon,Tue,Wed,Thu,Fri,Sat,Sun", lines)).panel
    assert panel.frequency.text(panel.times[[0, -1]]) == ["2022-01-03", "2022-01-23"]


def test_years_across_days_are_refused():
    with pytest.raises(DataError, match='the columns are years, the rows of "Hour" parts of them'):
        read(rows("Hour,2018,2019,2020", [(hour, 1, 2, 3) for hour in range(24)]))


def test_named_parts_that_make_no_time_are_refused():
    with pytest.raises(DataError, match="these columns make no time together"):
        read(
            rows("month,day,v", [(1, day, day) for day in range(1, 9)]), time=f"month{JOINER}day", target="v"
        )


def test_months_alone_get_the_hint_to_count_rows():
    with pytest.raises(DataError) as refused:
        read(rows("Month,v", [(month, 1) for _ in range(3) for month in range(1, 13)]))
    assert (
        refused.value.hint
        == "months alone are no time: --time none counts the rows, or add a column of years"
    )


def test_a_typo_in_a_year_is_named_with_its_line():
    days = [f"2023-01-{day:02d}" for day in range(1, 29)]
    with pytest.raises(DataError, match="line 30: this time is 65,744 steps away") as refused:
        read(rows("day,v", [(day, 1) for day in [*days, "2203-01-29"]]))
    assert refused.value.hint.startswith("correct it")


def test_the_sign_of_amounts_is_not_ignored_without_a_word():
    lines = [(f"2023-01-{day:02d}", 100 + day, "SH"[day % 2]) for day in range(1, 20)]
    assert read(rows("Datum,Betrag,S/H", lines)).guesses[-1][:2] == ("sign", 'not read from "S/H"')


def test_the_fewest_columns_that_tell_rows_apart_are_the_id():
    lines = [(name, name.lower(), kind, 1, 2, 3) for name in ("AA", "BB") for kind in ("births", "deaths")]
    panel = read(rows("Country,Code,Series,1990,1991,1992", lines)).panel
    assert panel.columns.series_names == ("Country", "Series")


@pytest.mark.parametrize("write", ["{} Annual", "Total {}"])
def test_sums_of_years_among_months_are_left_out(write):
    lines = [
        (text, month)
        for year in (2019, 2020)
        for month, text in enumerate([*(f"{year} {name}" for name in MONTH_NAMES), write.format(year)])
    ]
    result = read(rows("Label,v", lines))
    assert result.panel.values.tolist() == [*range(12)] * 2
    assert result.repairs[0].startswith("2 rows of whole years left out (first: ")
