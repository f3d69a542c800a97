"""How numbers and columns are written: digits, tables in pipes, names and order of columns."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

import forecast
from tests.panels import wave

ROWS = 40


def write(name: str, *, time: str = "year", decimals: int = 1, scale: float = 1.0) -> None:
    lines = [f"{1960 + row},{value * scale:.{decimals}f}" for row, value in enumerate(wave(ROWS, season=9))]
    Path(name).write_text("\n".join([f"{time},tons", *lines, ""]))


def decimals_of(text: str) -> int:
    return max(len(part.rpartition(".")[2]) for part in re.findall(r"\d+\.\d+", text))


@pytest.mark.parametrize("format", ["csv", "tsv", "json", "jsonl", "md"])
def test_forecasts_have_three_decimals_more_than_the_data(real_program, format):
    write("tenths.csv")
    code, out, _ = real_program("predict", "tenths.csv", "-f", format, "--level", "80,95")
    assert code == 0
    assert decimals_of(out.replace("80.0", "").replace("95.0", "")) == 4


def test_all_digits_are_those_of_python(real_program):
    write("tenths.csv")
    out = real_program("predict", "tenths.csv", "-H", "3", "--digits", "full")[1]
    values = [float(row["forecast"]) for row in csv.DictReader(out.splitlines())]
    assert values == forecast.predict("tenths.csv", horizon=3).values[0].tolist()
    rounded = real_program("predict", "tenths.csv", "-H", "3")[1]
    assert [float(row["forecast"]) for row in csv.DictReader(rounded.splitlines())] == [
        round(value, 4) for value in values
    ]


def test_significant_digits_can_be_chosen(real_program):
    write("tenths.csv")
    out = real_program("predict", "tenths.csv", "-H", "3", "--digits", "2")[1]
    for row in csv.DictReader(out.splitlines()):
        assert len(row["forecast"].removesuffix(".0").replace(".", "")) <= 2


def test_the_kept_rows_of_a_model_and_the_data_give_the_same_text(real_program):
    write("tenths.csv")
    assert real_program("train", "tenths.csv", "--quick")[0] == 0
    kept, data = real_program("predict")[1], real_program("predict", "tenths.csv")[1]
    assert kept == data
    assert decimals_of(kept) == 4


def test_a_series_is_written_as_it_is_alone(real_program):
    """The digits of one series say nothing about another one."""
    write("a.csv")
    write("b.csv", decimals=2)
    lines = [f"{name},{line}" for name in "ab" for line in Path(f"{name}.csv").read_text().splitlines()[1:]]
    Path("both.csv").write_text("\n".join(["shop,year,tons", *lines, ""]))
    out = real_program("predict", "both.csv", "-H", "2")[1]
    for name in "ab":
        alone = real_program("predict", f"{name}.csv", "-H", "2")[1].splitlines()[1:]
        assert [line.partition(",")[2] for line in out.splitlines() if line.startswith(f"{name},")] == alone


def test_scores_have_six_significant_digits_in_rows_and_facts(real_program):
    write("tenths.csv", scale=1000)
    document = json.loads(real_program("train", "tenths.csv", "--quick", "--json")[1])
    numbers = [value for row in document["rows"] for value in row.values() if isinstance(value, float)]
    numbers += [document["verdict"]["skill"], document["coverage"]["achieved"]]
    assert all(number == float(f"{number:.6g}") for number in numbers)
    full = json.loads(real_program("train", "tenths.csv", "--quick", "--json", "--digits", "full")[1])
    assert full["rows"][0]["mae"] != document["rows"][0]["mae"]
    assert float(f"{full['rows'][0]['mae']:.6g}") == document["rows"][0]["mae"]


def test_a_table_goes_through_a_pipe_without_colour_and_with_thousands(real_program):
    write("thousands.csv", decimals=0, scale=1000)
    code, out, _ = real_program("predict", "thousands.csv", "-H", "3", "-f", "table")
    assert code == 0
    head, line, *rows = out.splitlines()
    assert head.split() == ["year", "forecast", "lower_80", "upper_80"]
    assert set(line) == {"─"}
    assert [row.split()[0] for row in rows] == ["2000", "2001", "2002"]
    assert all(re.fullmatch(r"\d{4}( +\d{2,3},\d{3}){3}", row) for row in rows)
    assert len({len(row) for row in (head, *rows)}) == 1
    assert "\x1b" not in out


def test_a_pipe_gets_all_rows_of_a_table(real_program):
    write("tenths.csv")
    out = real_program("predict", "tenths.csv", "-H", "1200", "-f", "table")[1]
    assert len(out.splitlines()) == 1202
    assert "more rows" not in out


def test_a_table_can_be_written_to_a_file(real_program):
    write("tenths.csv")
    printed = real_program("predict", "tenths.csv", "-f", "table")[1]
    code, out, _ = real_program("predict", "tenths.csv", "-f", "table", "--output", "next.txt")
    assert (code, out) == (0, "")
    assert Path("next.txt").read_text() == printed


@pytest.mark.parametrize(("columns", "width"), [("", 80), ("60", 60), ("x", 80)])
def test_a_card_in_a_pipe_is_wrapped_at_80_columns_or_at_those_asked_for(
    real_program, monkeypatch, columns, width
):
    write("tenths.csv")
    monkeypatch.setenv("COLUMNS", columns)
    code, out, _ = real_program("check", "tenths.csv", "--format", "table")
    assert code == 0
    assert out.startswith("tenths.csv\ndata          40 rows")
    assert width - 15 < max(map(len, out.splitlines())) <= width
    assert real_program("check", "tenths.csv")[1].startswith("item,value\n")  # auto is CSV in a pipe


@pytest.mark.parametrize("time", ["year", "Date de récolte", "ds", "time", "when, exactly", "forecast_date"])
def test_the_columns_of_the_data_keep_their_names_in_every_result(real_program, time):
    write("a.csv")
    rows = Path("a.csv").read_text().splitlines()[1:]
    with open("both.csv", "w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["the shop", time, "tons"])
        writer.writerows([shop, *row.split(",")] for shop in ("x", "y") for row in rows)
    words = ["--id", "the shop", "--time", time, "--target", "tons"]

    def header(*command: str) -> list[str]:
        code, out, err = real_program(*command)
        assert code == 0, err
        return next(csv.reader(io.StringIO(out)))

    expected = ["the shop", time, "forecast", "lower_80", "upper_80"]
    assert header("predict", "both.csv", *words) == expected
    assert header("check", "both.csv", "--fix", *words) == ["the shop", time, "tons"]
    assert header("train", "both.csv", *words, "--quick")[:2] == ["model", "mae"]
    assert header("predict", "both.csv") == header("predict") == expected
    assert list(json.loads(real_program("predict", "--json")[1])["rows"][0]) == expected
    assert header("predict", "--level", "95,80") == [*expected, "lower_95", "upper_95"]
    assert header("evaluate", "both.csv", "--by", "series", "--refit", "--predictions", "p.csv")[:2] == [
        "model",
        "the shop",
    ]
    assert next(csv.reader(Path("p.csv").read_text().splitlines())) == [
        "the shop", "origin", time, "step", "actual", "forecast", "lower_80", "upper_80", "model",
    ]  # fmt: skip


def test_a_time_column_named_as_a_result_is_called_time(real_program):
    write("odd.csv", time="forecast")
    out = real_program("predict", "odd.csv", "--time", "forecast", "--target", "tons")[1]
    assert out.splitlines()[0] == "time,forecast,lower_80,upper_80"


def test_rows_without_a_time_are_numbered_in_a_column_time(real_program):
    Path("plain.csv").write_text("\n".join(["tons", *(f"{value:.1f}" for value in wave(ROWS)), ""]))
    out = real_program("predict", "plain.csv", "-H", "2")[1]
    assert [line.split(",")[0] for line in out.splitlines()] == ["time", "41", "42"]
