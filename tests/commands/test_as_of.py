"""The forecast of an earlier date: nothing that came later may change it."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from tests.panels import wave


def days(rows: int, *, first: int = 0, changed_from: int | None = None, seed: int = 0) -> list[str]:
    """Rows of two shops: those from `changed_from` on hold other numbers."""
    random = np.random.default_rng(seed)
    lines = []
    for name, height in (("a", 0.0), ("b", 40.0)):
        values = wave(rows, season=7) + height
        if changed_from is not None:
            values[changed_from:] = random.normal(size=rows - changed_from) * 1e4 + 0.125
        times = np.datetime64("2023-01-01") + np.arange(first, rows)
        lines += [f"{name},{time},{value:.2f}" for time, value in zip(times, values[first:], strict=True)]
    return lines


def write(name: str, lines: list[str], header: str = "shop,day,sold") -> None:
    Path(name).write_text("\n".join([header, *lines, ""]))


def rows_of(out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(out.splitlines()))


def without_actual(out: str) -> list[list[str]]:
    return [[*row.values()][:-1] for row in rows_of(out)]


@pytest.mark.parametrize("words", [(), ("--method", "theta"), ("--total",)])
def test_without_a_model_it_is_the_forecast_of_the_file_as_it_was(real_program, words):
    write("whole.csv", days(120))
    write("then.csv", days(80))
    code, out, err = real_program("predict", "whole.csv", *words, "--as-of", "2023-03-21")
    assert code == 0
    assert "as of         2023-03-21: rows up to 2023-03-21, 80 later rows left out" in err
    then = real_program("predict", "then.csv", *words)[1]
    assert without_actual(out) == [[*row.values()] for row in rows_of(then)]


def test_the_actual_values_stand_beside_it_where_there_are_some(real_program):
    write("whole.csv", days(84))
    out = real_program("predict", "whole.csv", "--as-of", "2023-03-20", "--horizon", "6")[1]
    rows = rows_of(out)
    assert [*rows[0]] == ["shop", "day", "forecast", "lower_80", "upper_80", "actual"]
    expected = {(row["shop"], row["day"]): row["sold"] for row in rows_of(Path("whole.csv").read_text())}
    actual = [row["actual"] for row in rows if row["shop"] == "b"]
    assert [each != "" for each in actual] == [True] * 5 + [False]
    assert all(
        float(row["actual"]) == float(expected[row["shop"], row["day"]]) for row in rows if row["actual"]
    )


@pytest.mark.parametrize("words", [("predict",), ("evaluate",)])
def test_later_rows_change_nothing_but_the_actual_values_whatever_the_model_was_trained_on(
    real_program, words
):
    """The model is one of all rows: it is made again, with weights, seasons, bounds and intervals of then."""
    write("whole.csv", days(120))
    assert real_program("train", "whole.csv", "--quick", "--horizon", "5")[0] == 0
    write("other.csv", days(120, changed_from=80, seed=1))
    assert real_program("train", "other.csv", "--quick", "--horizon", "5")[0] == 0
    both = []
    for name in ("whole", "other"):
        code, out, err = real_program(*words, f"{name}.csv", "--as-of", "2023-03-21", "--digits", "full")
        assert code == 0
        assert "refit         the model was trained on rows up to 2023-04-30" in err
        both.append(without_actual(out) if words[0] == "predict" else [row["model"] for row in rows_of(out)])
    assert both[0] == both[1]


def test_a_model_that_knew_no_later_row_is_used_as_it_is(real_program):
    write("then.csv", days(80))
    assert real_program("train", "then.csv", "--quick", "--horizon", "5")[0] == 0
    write("whole.csv", days(120))
    words = ("whole.csv", "--model", "then.forecast", "--as-of", "2023-03-21")
    code, out, err = real_program("predict", *words)
    assert code == 0
    assert "refit" not in err
    assert without_actual(out) == [[*row.values()] for row in rows_of(real_program("predict", "then.csv")[1])]
    document = json.loads(real_program("evaluate", *words, "--json")[1])
    assert (document["basis"], document["as_of"], document["forecasts"]) == ("as of", "2023-03-21", 10)
    errors = [abs(float(row["actual"]) - float(row["forecast"])) for row in rows_of(out)]
    mean = np.mean([np.mean(errors[:5]), np.mean(errors[5:])])
    assert document["rows"][0]["mae"] == pytest.approx(mean, rel=1e-4)


@pytest.mark.parametrize(
    ("date", "newest"),
    [
        ("2023-03-05", "2023-03-05"),
        ("2023-03", "2023-03-31"),
        ("2023", "2023-04-30"),
        ("2023-03-05T23:59", "2023-03-05"),
        ("2024-05-01", "2023-04-30"),
    ],
)
def test_a_month_or_a_year_is_its_end(real_program, date, newest):
    write("whole.csv", days(120))
    code, out, err = real_program("predict", "whole.csv", "--as-of", date, "--method", "naive")
    assert code == 0
    assert f"rows up to {newest}, " in err
    assert rows_of(out)[0]["day"] == str(np.datetime64(newest) + 1)


@pytest.mark.parametrize(
    ("words", "message", "code"),
    [
        (["--as-of", "2022-12-31"], "no row up to 2022-12-31: the first is 2023-01-01", 3),
        (["--as-of", "2023-02-30"], '--as-of: "2023-02-30" is not a date', 2),
        (["--as-of", "March"], '--as-of: "March" is not a date', 2),
        (["--as-of", "2023-03-05T12:00Z"], "has a zone, and the times of the data have none", 2),
        (["--as-of", "2023-03", "--future", "whole.csv"], "--future: with --as-of", 2),
    ],
)
def test_what_cannot_be_answered_is_refused(real_program, words, message, code):
    write("whole.csv", days(60))
    answer = real_program("predict", "whole.csv", *words)
    assert answer[0] == code
    assert answer[1] == ""
    assert message in answer[2]


def test_it_needs_data_and_evaluation_needs_a_later_row(real_program):
    write("whole.csv", days(60))
    assert real_program("train", "whole.csv", "--quick")[0] == 0
    code, _, err = real_program("predict", "--as-of", "2023-02")
    assert (code, "--as-of needs the rows after that date too" in err) == (2, True)
    code, _, err = real_program("evaluate", "whole.csv", "--as-of", "2024")
    assert (code, "no value after 2023-03-01 to compare forecasts with" in err) == (3, True)
    code, _, err = real_program("evaluate", "whole.csv", "--as-of", "2023-02", "--refit")
    assert (code, "--as-of is one origin" in err) == (2, True)


def test_a_series_that_begins_later_is_left_out_and_that_is_said(real_program):
    write(
        "whole.csv", [*days(60), *(line.replace("a,", "c,") for line in days(60, first=50) if line[0] == "a")]
    )
    code, out, err = real_program("predict", "whole.csv", "--as-of", "2023-02-10", "--method", "naive")
    assert code == 0
    assert {row["shop"] for row in rows_of(out)} == {"a", "b"}
    assert "1 series left out that begins after 2023-02-10" in err


def test_integers_are_numbers(real_program):
    lines = [f"{1960 + row},{value:.2f}" for row, value in enumerate(wave(50, season=5))]
    write("years.csv", lines, "year,tons")
    out = real_program("predict", "years.csv", "--as-of", "1999", "--horizon", "2", "--method", "naive")[1]
    assert [row["year"] for row in rows_of(out)] == ["2000", "2001"]
    assert [row["actual"] for row in rows_of(out)] == [line.split(",")[1] for line in lines[40:42]]
    code, _, err = real_program("predict", "years.csv", "--as-of", "1999-12")
    assert (code, "is not a number, as the times of the data are" in err) == (2, True)


def test_it_is_drawn_beside_the_actual_values(real_program):
    write("whole.csv", days(90))
    words = ("plot", "whole.csv", "--model", "pretrained", "--as-of", "2023-03-21", "--horizon", "10")
    code, out, err = real_program(*words)
    assert (code, "actual" in out, "forecast" in out) == (0, True, True)
    assert "as of         2023-03-21: rows up to 2023-03-21" in err
    code, out, err = real_program("plot", "--model", "pretrained", "--as-of", "2023-03-21")
    assert (code, out) == (2, "")
    assert "forecast plot DATA --as-of DATE" in err
    code, _, err = real_program(*words, "--backtest")
    assert code == 2
    assert "--as-of: means nothing for --backtest" in err
