import gzip
import io
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forecast.data.arrays import LARGEST
from forecast.data.frequency import Frequency
from forecast.errors import DataError, ForecastError
from forecast.events import SeriesSkipped
from forecast.phrases import JOINER
from forecast.reading.reader import read_panel
from forecast.spec.reading import Columns, Notation, ReadSpec
from forecast.tables import source

HARVEST = "year,tons\n2019,4.5\n2020,5\n2021,4\n"


def read(content, columns=None, **options):
    data = content.encode() if isinstance(content, str) else content
    return read_panel(io.BytesIO(data), ReadSpec(columns or Columns()), **options)


def refusal(content, columns=None, **options):
    with pytest.raises(DataError) as refused:
        read(content, columns, **options)
    return refused.value


def table(*rows, header="time,y"):
    return "\n".join([header, *rows]) + "\n"


def by_id(panel):
    return {series.id: (series.times.tolist(), series.values.tolist()) for series in panel}


def same(one, other):
    return by_id(one.panel) == by_id(other.panel) and one.panel.frequency == other.panel.frequency


# what is read


def test_a_plain_file_is_read_with_every_guess_reported():
    reading = read(HARVEST)
    panel = reading.panel
    assert panel.ids == ("",)
    assert (panel.times.tolist(), panel.values.tolist()) == ([2019, 2020, 2021], [4.5, 5, 4])
    assert panel.observed.all()
    assert panel.bounds.tolist() == [0, 3]
    assert panel.columns == Columns(target="tons", time="year", series=None)
    assert panel.frequency == Frequency("year", 1, "integer")
    assert reading.guesses == (
        ("time", "year", "integers that look like years"),
        ("target", "tons", "the only numeric column left"),
    )
    assert reading.repairs == ()


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + HARVEST,
        HARVEST.replace("\n", "\r\n"),
        HARVEST.replace("\n", "\r"),
        HARVEST.rstrip("\n"),
        "\n\n" + HARVEST,
        HARVEST.replace("\n", "\n\n"),
        HARVEST + ",\n,\n",
        HARVEST.replace(",5\n", ',"5"\n'),
        HARVEST.replace(",", "\t"),
        HARVEST.replace(",", ";"),
        HARVEST.replace(",", "|"),
        HARVEST.replace("4.5", " 4.5 ").replace("year", " year "),
        HARVEST.encode("utf-16"),
        "\ufeff".encode("utf-16-be") + HARVEST.encode("utf-16-be"),
        gzip.compress(HARVEST.encode(), mtime=0),
        gzip.compress(HARVEST[:20].encode(), mtime=0) + gzip.compress(HARVEST[20:].encode(), mtime=0),
        "year,tons\n2021,4\n2019,4.5\n2020,5\n",
        "year,tons\n2021,4\n2020,5\n2019,4.5\n",
    ],
)
def test_the_same_rows_in_other_clothes_give_the_same_panel(content):
    assert same(read(content), read(HARVEST))


def test_quotes_may_hold_delimiters_and_newlines():
    content = 'time,note,y\n2019,"a, b",1\n2020,"two\nlines",2\n2021,"say ""x""",x\n'
    assert refusal(content, Columns(target="y")).where == 'data, line 5, column "y"'
    assert read(content.replace(",x\n", ",3\n")).panel.values.tolist() == [1, 2, 3]


def test_ids_are_text_kept_byte_for_byte():
    ids = ["007", "1", "1.0", "NA", "True", "a ", "=1+1", "[red]", "Ünï"]
    rows = [f"{name},{year},{year}" for name in ids for year in (2019, 2020)]
    reading = read(table(*rows, header="id,year,y"))
    assert reading.panel.ids == tuple(sorted(ids))
    assert reading.panel.columns.series == "id"


def test_ids_that_are_integers_are_in_their_order():
    rows = [f"{shop},{part},{year},1" for shop in (2, 10, 1) for part in "ba" for year in (2019, 2020)]
    ids = read(
        table(*rows, header="shop,id,year,y"), Columns("y", "year", JOINER.join(["shop", "id"]))
    ).panel.ids
    assert [id.split(JOINER) for id in ids] == [[shop, part] for shop in ("1", "2", "10") for part in "ab"]


def test_the_order_of_rows_and_series_decides_nothing():
    rows = [f"{name},{year},{ord(name) * year}" for name in "cab" for year in range(2000, 2009)]
    shuffled = [rows[index] for index in np.random.default_rng(0).permutation(len(rows))]
    one, other = (read(table(*some, header="store,year,y")).panel for some in (rows, shuffled))
    assert one.ids == other.ids == ("a", "b", "c")
    assert by_id(one) == by_id(other)


@pytest.mark.parametrize(
    "years", [range(1500, 1505), range(1675, 1680), range(2260, 2265), range(2995, 3000)]
)
def test_far_years_do_not_wrap(years):
    as_integers = read(table(*(f"{year},1" for year in years))).panel
    as_dates = read(table(*(f"{year}-01-01,1" for year in years))).panel
    assert as_integers.times.tolist() == list(years)
    assert as_dates.frequency.text(as_dates.times) == [f"{year}-01-01" for year in years]
    assert as_dates.frequency.unit == "year"


@pytest.mark.parametrize("text", ["1e308", "1e39", "1e-320", "9223372036854775808", "1000000000000000.5"])
def test_large_and_small_numbers_are_kept(text):
    assert read(table("2019,1", f"2020,{text}")).panel.values[1] == float(text)


def test_a_file_of_one_column_counts_its_rows():
    reading = read("y\n5\n6\n\n8\n")
    assert reading.panel.times.tolist() == [1, 2, 3, 4]
    assert reading.panel.values.tolist() == [5, 6, 6, 8]
    assert reading.panel.columns == Columns(target="y")
    assert reading.panel.frequency == Frequency("step", 1, "integer")
    assert ("time", "row number", "the only column is the target") in reading.guesses


def test_standard_input_is_read(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(HARVEST.encode())))
    reading = read_panel("-")
    assert (reading.source, reading.panel.values.tolist()) == ("standard input", [4.5, 5, 4])


def test_a_path_is_called_by_its_name(tmp_path):
    (tmp_path / "harvest.csv").write_text(HARVEST.replace("4.5", "12,4t").replace(",12,4t", ',"12,4t"'))
    with pytest.raises(DataError) as refused:
        read_panel(str(tmp_path / "harvest.csv"))
    assert str(refused.value) == (
        'harvest.csv, line 3, column "tons": "5" has no unit, the numbers before it have "t"'
    )
    assert refused.value.hint == "write all numbers in one unit, or without units"


# missing and gaps


def test_a_missing_value_becomes_the_last_one_without_a_season():
    reading = read(table("2019,1", "2020,NA", "2021,3"))
    assert reading.panel.values.tolist() == [1, 1, 3]
    assert reading.panel.observed.tolist() == [True, False, True]
    assert reading.repairs == ("1 missing value filled with the last value (first: 2020, line 3)",)


def test_a_missing_row_becomes_the_value_a_season_before():
    rows = [f"2020-01-{day:02d},{day}" for day in range(1, 31) if day not in (3, 20, 21)]
    reading = read(table(*rows))
    values = reading.panel.values
    assert (values[2], values[19], values[20]) == (2, 13, 14)
    assert np.flatnonzero(~reading.panel.observed).tolist() == [2, 19, 20]
    assert reading.repairs == (
        "2 gaps of 3 rows filled with the value one season earlier (first: 2020-01-03, before line 4)",
    )


def test_missing_values_at_both_ends_are_dropped_and_counted():
    reading = read(table("2018,", "2019,1", "2020,2", "2021,?", "2022,-"))
    assert reading.panel.times.tolist() == [2019, 2020]
    assert reading.repairs == (
        "1 leading missing value dropped (first: line 2)",
        "2 trailing missing values dropped (first: line 5)",
    )


@given(st.lists(st.one_of(st.none(), st.integers(0, 99)), min_size=12, max_size=24), st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_no_fill_knows_a_later_row(numbers, cut):
    numbers = [1, 2, 3, 4, 5, 6, *numbers]
    cut = 6 + min(cut, len(numbers) - 6)
    content = [
        f"2020-01-{day:02d},{'' if number is None else number}" for day, number in enumerate(numbers, 1)
    ]
    try:
        whole, earlier = read(table(*content)).panel, read(table(*content[:cut])).panel
    except DataError:
        return
    if earlier.times[0] == whole.times[0]:  # a series may start after a gap that `cut` left out
        assert earlier.values.tolist() == whole.values[: len(earlier.values)].tolist()


def test_a_series_starts_after_a_gap_that_is_most_of_it():
    days = [*range(1, 4), *range(20, 29)]
    result = read(table(*(f"2020-01-{day:02d},{day}" for day in days)))
    assert result.panel.values.tolist() == list(range(20, 29))
    assert result.repairs == (
        "3 rows before a long gap left out (first: 16 steps without a row before line 5)",
    )


def test_too_many_holes_are_refused():
    error = refusal(table("2000,1", "2001,1", "2019,1"))
    assert str(error) == "data: 17 of 20 steps have no number, 17 of them before line 4; most rows are yearly"


def test_a_column_without_numbers_is_refused():
    assert str(refusal(table("2019,", "2020,"), Columns(target="y"))) == 'data: column "y" holds no number'


def test_rows_off_the_step_are_refused_with_evidence():
    rows = [f"2020-{month:02d}-01,1" for month in range(1, 13)]
    error = refusal(table(*rows[:6], "2020-07-09,1", *rows[7:]))
    assert "1 of 12 rows do not keep the monthly step: 2020-07-09 (line 8)" in str(error)


def test_a_missing_hour_is_filled_and_a_doubled_one_refused():
    hours = [f"2020-03-29 {hour:02d}:00,{hour}" for hour in range(8)]
    assert (~read(table(*hours[:2], *hours[3:])).panel.observed).tolist() == [False, False, True] + [
        False
    ] * 5
    assert '"2020-03-29 02:00" occurs twice, first on line 4' in str(refusal(table(*hours[:3], *hours[2:])))


# one bad series among many

GOOD = [f"good,{year},{year % 7}" for year in range(2000, 2020)]

BAD = {
    "empty": (["empty,2000,", "empty,2001,NA"], "no row has a number"),
    "hollow": (
        ["hollow,2000,1", "hollow,2001,1", "hollow,2019,1"],
        "17 of 20 steps have no number, 17 of them before line 24; most rows are yearly",
    ),
}


def panel_of(*series):
    return table(*(row for rows in series for row in rows), header="id,year,y")


def bad(number):
    """A hollow series of its own name."""
    return [f"bad{number:02d},{year},1" for year in (2000, 2001, 2002, 2030)]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_series_is_left_out_with_its_reason_and_the_others_are_as_if_it_had_not_been(name):
    rows, reason = BAD[name]
    reading = read(panel_of(GOOD, rows, [row.replace("good", "later") for row in GOOD]))
    assert reading.skipped == (SeriesSkipped(name, reason, "data, line 22"),)
    assert reading.panel.ids == ("good", "later")
    assert reading.repairs == ()
    assert same(reading, read(panel_of(GOOD, [row.replace("good", "later") for row in GOOD])))


def test_a_series_off_the_step_is_left_out_with_its_places():
    days = [f"{{}},2020-01-{day:02d},{day}" for day in range(1, 29)]
    steady = [row.format("steady") for row in days]
    broken = [row.format("broken") for row in days[:3]] + ["broken,2020-01-04 12:00,4"]
    reading = read(table(*steady, *broken, header="id,date,y"))
    assert reading.panel.ids == ("steady",)
    assert reading.skipped == (
        SeriesSkipped(
            "broken", "1 of 4 rows do not keep the daily step: 2020-01-04T12:00:00 (line 33)", "data, line 30"
        ),
    )


def test_series_are_left_out_in_the_order_of_their_ids_whatever_ails_them():
    reading = read(panel_of(BAD["hollow"][0], bad(2), GOOD, BAD["empty"][0], bad(1)))
    assert [series.id for series in reading.skipped] == ["bad01", "bad02", "empty", "hollow"]


def test_only_repairs_of_series_that_stay_are_reported():
    repaired = ["mended,1999,", *(row.replace("good", "mended") for row in GOOD[:9] + GOOD[10:])]
    assert read(panel_of(GOOD, repaired, BAD["hollow"][0], ["empty,1999,"])).repairs == (
        "1 leading missing value dropped (first: line 22)",
        "1 gap of 1 row filled with the last value (first: 2009, before line 32)",
    )


def test_a_panel_of_bad_series_alone_is_refused_naming_five():
    error = refusal(panel_of(*(bad(number) for number in range(1, 8)), BAD["empty"][0]))
    assert str(error).startswith('data: none of 8 series can be used: "bad01" (27 of 31 steps have')
    assert str(error).endswith("27 of them before line 21; most rows are yearly) and 3 more")
    assert error.hint.startswith("--gaps zero where no row means zero")


def test_the_only_series_of_a_panel_is_refused_as_a_file_without_ids_would_be():
    error = refusal(panel_of(BAD["hollow"][0]), Columns(series="id"))
    assert str(error) == "data: 17 of 20 steps have no number, 17 of them before line 4; most rows are yearly"


def test_a_span_beyond_memory_leaves_one_series_out_at_no_cost():
    reading = read(panel_of(GOOD, ["typo,2000,1", "typo,2001,1", "typo,9000000000000,1"]))
    assert [series.id for series in reading.skipped] == ["typo"]
    assert reading.panel.ids == ("good",)


@given(st.lists(st.sampled_from(["good", "empty", "hollow"]), min_size=2, max_size=8))
@settings(max_examples=30, deadline=None)
def test_every_series_is_in_the_panel_or_left_out(kinds):
    patterns = {"good": GOOD, **{name: rows for name, (rows, _) in BAD.items()}}
    series = [[row.replace(kind, f"s{place}") for row in patterns[kind]] for place, kind in enumerate(kinds)]
    if "good" not in kinds:
        refused = str(refusal(panel_of(*series), Columns("y", "year", "id")))
        assert "can be used" in refused or ("hollow" not in kinds and 'column "y" holds no number' in refused)
        return
    reading = read(panel_of(*series), Columns("y", "year", "id"))
    whole = [f"s{place}" for place, kind in enumerate(kinds) if kind == "good"]
    assert list(reading.panel.ids) == whole
    skipped = [f"s{place}" for place, kind in enumerate(kinds) if kind != "good"]
    assert [series.id for series in reading.skipped] == skipped


# what is refused


def test_one_wrong_date_among_many_is_named_though_the_column_was_guessed():
    rows = [f"2020-01-{day:02d},{day}" for day in range(1, 20)]
    rows[6] = "2020-01-O7,7"
    assert str(refusal(table(*rows, header="wann,y"))) == (
        'data, line 8, column "wann": "2020-01-O7" is not a time written like "2020-01-01"'
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "data: is empty"),
        ("\n \n", "data: is empty"),
        (",,\n,,\n", "data: is empty"),
        ("year,tons\n", "data: has a header and no rows"),
        ("year,tons\n2019,1\n", "data: one row per series shows no step of time"),
        ("2019,1\n2020,2\n", "data, line 1: the first row holds values, not column names"),
        ("year,tons\n2019,1\n2020,2,3\n", "data, line 3: 3 fields where the header has 2"),
        ("year,tons\n2019,1\n\n2020\n", "data, line 4: 1 field where the header has 2"),
        ("year,tons\n2019,3,060\n2020,3,070\n", "data, line 2: 3 fields where the header has 2"),
        ('year,tons\n2019,"1\n2020,2\n', "data, line 2: cannot be split into fields: unexpected end of data"),
        (
            'year,tons\n2019,"1"2\n2020,2\n',
            "data, line 2: cannot be split into fields: ',' expected after '\"'",
        ),
        ("year,tons\n2019,1\n2020,1_00\n", 'data, line 3, column "tons": "1_00" is not a number'),
        ("year,tons\n2019,1\n2020,inf\n", 'data, line 3, column "tons": "inf" is not a number'),
        ("year,tons\n2019,1\n2020,1e400\n", 'data, line 3, column "tons": "1e400" is too large'),
        ('year,tons\n2019,999\n2020,"1,234"\n', 'data, line 3, column "tons": "1,234" may be 1.234 or 1234'),
        ("year,tons\n2019,1\n,2\n", 'data, line 3, column "year": the time is missing'),
        (
            "year,tons\n2019,1\n2020,2\n2019,3\n",
            'data, line 4, column "year": "2019" occurs twice, first on line 2',
        ),
        ("year,tons,tons\n2019,1,2\n2020,1,2\n", 'data: several columns could be the target: "tons", "tons"'),
        (
            "date,y\n01/02/2020,1\n01/03/2020,2\n",
            "may have the day or the month first, and no row proves which",
        ),
        ("date,y\n43831,1\n43832,2\n", "looks like a day number of a spreadsheet"),
        ("date,y\n01/02/20,1\n", "has a two-digit year"),
        ("date,y\n2020-01-01T00:00Z,1\n2020-01-01T01:00,2\n", "has no zone"),
        ("name,y\na,1\nb,2\n", "data: no column looks like times"),
        ("year,note\n2019,abc\n2020,def\n", 'column "note": "abc" is not a number'),
        ("year,a,b\n2019,1,2\n2020,1,2\n", 'data: several columns could be the target: "a", "b"'),
        ("year,a,b\n2019,x,z\n2020,y,z\n", "data: no column holds numbers"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(content, message):
    error = refusal(content)
    assert message in str(error)
    assert error.exit_code == 3


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04" + b"x" * 50, "is a workbook or a ZIP archive, not CSV"),
        (b"\x89PNG\r\n\x1a\n", "is a PNG image, not CSV"),
        (b"\n <!DOCTYPE html><html>", "is an HTML page, not CSV"),
        (b"<table><tr>", "is an HTML page, not CSV"),
        (b'[{"y": 1}]', "is JSON, not CSV"),
        (b"year,y\n2019,1\n2020,\x002\n", "line 3: holds a NUL byte"),
        (b"year,caf\xe9\n2019,1\n2020,\xc3\xa9\n", "line 1: is not UTF-8 from here on"),
        ("year,тонн\n2019,1\n".encode("cp1251"), "line 1: is not UTF-8 from here on"),
        ("year,y\n2019,1\n".encode("utf-16")[:-1], "line 2: is not UTF-16 from here on"),
        (gzip.compress(HARVEST.encode(), mtime=0)[:-9], "is a truncated gzip file"),
        (gzip.compress(HARVEST.encode(), mtime=0)[:12], "is a truncated gzip file"),
        (gzip.compress(HARVEST.encode(), mtime=0)[:-8] + b"\0" * 8, "is a damaged gzip file"),
        (gzip.compress(b"PK\x03\x04", mtime=0), "is a workbook or a ZIP archive, not CSV"),
    ],
)
def test_what_is_not_csv_is_refused_by_what_it_is(data, message):
    assert message in str(refusal(data))


def test_a_gzip_bomb_is_stopped_early(monkeypatch):
    monkeypatch.setattr(source, "ALWAYS_UNPACKED_BYTES", 1 << 20)
    assert "unpacks to over 1 MiB" in str(refusal(gzip.compress(b"1,2\n" * (1 << 20), mtime=0)))


def test_an_endless_stream_of_zeros_is_not_read_on():
    class Zeros(io.RawIOBase):
        blocks = 0

        def read(self, size=-1):
            self.blocks += 1
            return b"\0" * size

    zeros = Zeros()
    with pytest.raises(DataError, match="NUL"):
        read_panel(zeros)
    assert zeros.blocks == 1


def test_a_url_is_never_fetched():
    with pytest.raises(DataError, match="is a URL; data is never fetched"):
        read_panel("https://example.org/data.csv")


def test_a_folder_without_data_is_refused(tmp_path):
    (tmp_path / "notes.md").write_text("no data")
    with pytest.raises(DataError, match="holds no CSV or Parquet file"):
        read_panel(tmp_path)


def test_a_missing_file_is_answered_with_the_nearest_name(tmp_path):
    (tmp_path / "harvest.csv").touch()
    with pytest.raises(DataError, match="there is no file") as refused:
        read_panel(tmp_path / "havrest.csv")
    assert refused.value.hint == 'did you mean "harvest.csv"?'


def test_a_misspelt_column_is_answered_with_the_nearest_name():
    error = refusal(HARVEST, Columns(target="Tonns"))
    assert str(error) == 'data: there is no column "Tonns"'
    assert error.hint == 'did you mean "tons"? it has "year", "tons"'


def test_one_column_cannot_play_two_parts():
    assert 'column "year" cannot be both' in str(refusal(HARVEST, Columns(target="year", time="year")))


def test_two_columns_of_one_name_are_refused_only_where_they_matter():
    twice = "year,y,note,note\n2019,1,a,b\n2020,2,c,d\n"
    assert read(twice).panel.values.tolist() == [1, 2]
    assert '2 columns are named "note"' in str(refusal(twice, Columns(target="note")))


def test_a_panel_without_a_telling_id_gets_the_hint():
    rows = ["2019,a,x,1", "2020,a,x,2", "2019,a,y,3", "2019,a,y,4", "2020,b,y,3"]
    error = refusal(table(*rows, header="year,kind,colour,y"))
    assert error.hint == "--duplicates sum, mean, first or last merges them"


def test_the_columns_that_tell_rows_apart_are_offered():
    rows = [f"{year},{kind},{colour},1" for year in (1, 2, 3, 4) for kind in "ab" for colour in "xy"]
    panel = read(table(*rows, header="year,kind,colour,y")).panel
    assert (panel.columns.series_names, len(panel)) == (("kind", "colour"), 4)
    with pytest.raises(DataError) as error:
        read(table(*rows, header="year,kind,colour,y"), Columns(series="kind"))
    assert error.value.hint == "several series? --id kind --id colour"


def test_a_date_in_two_columns_is_read_as_one():
    rows = [f"{year},{month},1" for year in (2019, 2020) for month in range(1, 13)]
    panel = read(table(*rows, header="year,month,y")).panel
    assert panel.frequency.text(panel.times[[0, -1]]) == ["2019-01", "2020-12"]


def test_an_integer_id_of_another_name_gets_the_hint():
    rows = [f"{dept},{year},1.5" for dept in (7, 8) for year in (2019, 2020)]
    assert refusal(table(*rows, header="branch,year,y")).hint.endswith("--id branch")


# guessing


def guessed(content, columns=None):
    return read(content, columns).panel.columns


def test_dates_win_over_integers_and_names_over_places():
    both = "n,y,date\n1,2000,2020-01-01\n2,2001,2020-01-02\n3,2002,2020-01-03\n"
    assert guessed(both) == Columns(target="y", time="date")
    steps = "yield,ds\n1800,1\n1900,2\n1850,3\n"
    assert guessed(steps) == Columns(target="yield", time="ds")


def test_steps_of_any_name_are_found_in_any_order():
    assert guessed("k,v\n30,2\n10,7\n20,5\n40,1\n").time == "k"
    assert "no column looks like times" in str(refusal("k,v\n1,2\n01,7\n+1,5\n"))


def test_an_unnamed_index_of_dates_is_the_time():
    assert guessed(",y\n2020-01-01,5\n2020-01-02,6\n") == Columns(target="y", time="column 1")


def test_row_numbers_without_a_name_are_no_target():
    assert guessed(",year,tons\n1,2019,5\n2,2020,6\n3,2021,7\n") == Columns(target="tons", time="year")


def test_the_column_that_makes_times_unique_is_the_id():
    rows = [f"{crop},{place},{year},1" for crop in "ab" for place in ("x",) for year in (2019, 2020, 2021)]
    assert guessed(table(*rows, header="kind,where,year,y")).series == "kind"


def test_a_text_column_with_unique_times_is_no_id():
    assert guessed("date,weather,y\n2020-01-01,sun,1\n2020-01-02,sun,2\n").series is None


def test_a_lone_duplicate_does_not_turn_a_text_column_into_an_id():
    rows = [f"2020-01-{day:02d},{'sun' if day % 2 else 'rain'},1" for day in range(1, 20)]
    assert "occurs twice" in str(refusal(table(*rows, "2020-01-01,rain,3", header="date,weather,y")))


def test_a_constant_id_is_taken_by_its_name():
    assert read("unique_id,ds,y\nA,2019,1\nA,2020,2\n").panel.ids == ("A",)


def test_asked_columns_are_used_as_they_are():
    content = "a,b,c,d\n2019,1,5,x\n2020,2,6,x\n"
    reading = read(content, Columns(target="c", time="b", series="d"))
    assert reading.guesses == ()
    assert by_id(reading.panel) == {"x": ([1, 2], [5, 6])}


# with a model's frequency


def test_one_row_will_do_where_the_model_knows_the_step():
    yearly = Frequency("year", 1, "integer")
    panel = read("year,tons\n2019,4\n", frequency=yearly).panel
    assert (panel.times.tolist(), panel.frequency) == ([2019], yearly)


def test_integers_do_not_fit_a_model_of_dates_nor_dates_one_of_integers():
    assert "holds integers, the model's times are dates" in str(refusal(HARVEST, frequency=Frequency("year")))
    dates = table("2019-01-01,1", "2020-01-01,2")
    assert "holds dates, the model's times are integers" in str(
        refusal(dates, frequency=Frequency("year", 1, "integer"))
    )


def test_another_step_than_the_models_is_refused():
    daily = table(*(f"2020-01-{day:02d},1" for day in range(1, 9)))
    assert "do not keep the weekly step" in str(refusal(daily, frequency=Frequency("week", 1)))
    assert "zone" in str(refusal(daily, frequency=Frequency("day", 1, "datetime", offset_seconds=0)))


# frames and Parquet


def test_a_frame_is_read_as_its_csv_would_be():
    frame = pd.DataFrame(
        {
            "store": ["b", "b", "a", "a"],
            "ds": pd.to_datetime(["2020-01-01", "2020-01-02"] * 2),
            "y": [1, None, 2.5, 3],
        }
    )
    frame.loc[len(frame)] = ["b", pd.Timestamp("2020-01-03"), 7.0]
    as_csv = frame.to_csv(index=False)
    assert same(read_panel(frame), read(as_csv))
    assert read_panel(frame).panel.frequency.form == "date"


def test_a_frame_with_an_index_of_times_is_read():
    index = pd.date_range("2020-01-01", periods=4, freq="h", tz="Europe/Paris", name="when")
    panel = read_panel(pd.DataFrame({"y": [1, 2, 3, 4]}, index=index)).panel
    assert panel.frequency.text(panel.times)[0] == "2019-12-31T23:00:00Z"


def test_a_number_that_is_none_is_named_by_its_row_of_the_frame():
    with pytest.raises(DataError) as refused:
        read_panel(pd.DataFrame({"year": [2019, 2020], "y": [1.0, float("inf")]}))
    assert str(refused.value) == 'frame, row 2, column "y": "inf" is not a number'


def test_parquet_is_read_by_what_it_is(tmp_path):
    frame = pd.DataFrame({"year": [2019, 2020], "y": [1.5, 2]})
    frame.to_parquet(tmp_path / "data.bin")
    assert read_panel(tmp_path / "data.bin").panel.values.tolist() == [1.5, 2]


def test_damaged_parquet_is_refused():
    assert "is a damaged Parquet file" in str(refusal(b"PAR1" + b"x" * 40 + b"PAR1"))


# properties


@given(st.binary(max_size=200))
@example(b"a,b\n\xff\xfe,1\n")
@example(b"\xff\xfe")
@example(b"y\n1\n")
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_a_panel_or_an_error_of_ours(data):
    try:
        panel = read(data).panel
    except ForecastError:
        return
    assert np.isfinite(panel.values).all()


CELLS = st.one_of(
    st.sampled_from(
        ["2019", "2020-01-01", "01/02/2020", "", "NA", "1", "1,5", "a", '"', "2020Q1", "1e999", "٣", "-"]
    ),
    st.text(max_size=6),
)


@pytest.mark.slow
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6), st.sampled_from(",;\t|"))
@settings(max_examples=150, deadline=None)
def test_any_table_gives_a_panel_or_an_error_of_ours(rows, delimiter):
    content = "\n".join(delimiter.join(row) for row in [("time", "id", "y"), *rows])
    try:
        panel = read(content.encode("utf-8", "surrogatepass")).panel
    except ForecastError:
        return
    assert np.isfinite(panel.values).all()


@given(st.lists(st.floats(-LARGEST, LARGEST), min_size=2, max_size=30))
@settings(max_examples=60, deadline=None)
def test_every_number_comes_back_as_it_was_written(numbers):
    spec = ReadSpec(notation=Notation(missing_marks=("none",)))
    text = table(*(f"{1600 + row},{number!r}" for row, number in enumerate(numbers)))
    panel = read_panel(io.BytesIO(text.encode()), spec).panel
    assert panel.values.tolist() == numbers


def test_reading_csv_loads_no_pandas():
    code = (
        "import sys, io; from forecast.reading.reader import read_panel\n"
        f"read_panel(io.BytesIO({HARVEST.encode()!r}))\n"
        "print([name for name in ('pandas', 'pyarrow', 'sklearn', 'keras') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
