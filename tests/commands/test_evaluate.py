"""Evaluating a model that needs no TensorFlow: the pretrained networks of the package, used unchanged."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from forecast.storage import modelfile
from tests.panels import wave

MEMBERS = ["pretrained", "theta", "ets", "ridge", "seasonal-drift", "naive"]
BASELINES = ["naive", "drift", "mean", "theta", "ridge"]
NOISE = 50 + np.random.default_rng(0).normal(size=60)
ROWS = ["combination", *MEMBERS, "drift", "mean"]


def write(name: str, rows: int = 60, *, first: int = 1960, bump: float = 0.0) -> None:
    values = wave(70, season=9)[:rows] + bump
    lines = [f"{first + row},{value:.3f}" for row, value in enumerate(values)]
    Path(name).write_text("\n".join(["year,tons", *lines, ""]))


@pytest.fixture
def program(real_program):
    """A model of 60 years, of which no network was trained."""
    write("sales.csv")
    assert real_program("train", "sales.csv", "--horizon", "3", "--quick")[0] == 0
    return real_program


def predicted(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(name).read_text().splitlines()))


def test_the_table_of_training_has_the_combination_its_members_and_the_baselines(real_program):
    Path("noise.csv").write_text(
        "\n".join(["year,y", *map("{},{:.3f}".format, range(1960, 2020), NOISE), ""])
    )
    code, out, err = real_program("train", "noise.csv", "--horizon", "3", "--quick")
    assert code == 0
    rows = list(csv.DictReader(out.splitlines()))
    assert list(rows[0]) == ["model", "mae", "rmse", "smape", "mase", "skill", "forecasts", "weight"]
    assert [row["model"] for row in rows] == ROWS
    assert rows[0]["weight"] == "1.0"
    assert sum(float(row["weight"]) for row in rows[1:7]) == pytest.approx(1)
    assert [row["weight"] for row in rows[7:]] == ["", ""]
    assert "nothing is trained" in err
    (shown,) = (line for line in real_program("show")[1].splitlines() if line.startswith("forecast,"))
    shares = {row["model"]: f"{100 * float(row['weight']):.0f} %" for row in rows[1:7]}
    for name, model in (("pretrained GRU", "pretrained"), ("Theta", "theta"), ("ETS", "ets")):
        assert (f"{name} {shares[model]}" in shown) == (shares[model] != "0 %")
    assert "drift" not in shown  # a member without weight is not stored


def test_right_after_training_the_scores_are_those_that_training_printed(program):
    trained = program("train", "sales.csv", "--horizon", "3", "--quick")
    code, out, err = program("evaluate", "sales.csv")
    assert (code, out) == (0, trained[1])
    assert err.splitlines()[1] == (
        "scores        no rows newer than the model: these are the scores of its own 3 backtests"
    )
    for label in ("verdict", "intervals"):
        (printed,) = [line for line in trained[2].splitlines() if line.startswith(label)]
        assert printed in err.splitlines()
    assert "evaluated     3 backtests, 9 forecasts" in err.splitlines()


def test_the_numbers_that_training_chose_ask_for_nothing_else(program):
    err = program("evaluate", "sales.csv", "--horizon", "3", "--backtests", "3")[2]
    assert "these are the scores of its own 3 backtests" in err


def test_data_that_differ_from_those_trained_on_are_said_to(program):
    write("other.csv", bump=5)
    err = program("evaluate", "other.csv", "--model", "sales.forecast")[2]
    assert "the scores of its own 3 backtests on sales.csv, from which these data differ" in err


@pytest.mark.parametrize(
    ("words", "backtests", "models"),
    [
        (["--backtests", "2"], 2, ROWS),
        (["--horizon", "2"], 3, ROWS),
        (["--baseline", "drift,theta"], 3, ["combination", *MEMBERS, "drift"]),
    ],
)
def test_where_no_row_is_new_more_is_answered_by_retraining(program, words, backtests, models):
    code, out, err = program("evaluate", "sales.csv", *words, "--json")
    assert code == 0
    assert err.splitlines()[1] == (
        "refit         no rows newer than the model: it is retrained with the same settings"
    )
    document = json.loads(out)
    assert (document["basis"], document["backtests"]) == ("refit", backtests)
    assert [row["model"] for row in document["rows"]] == models


def test_retraining_gives_the_scores_verdict_and_coverage_of_training(program):
    card = modelfile.load(Path("sales.forecast")).card
    code, out, err = program("evaluate", "sales.csv", "--refit", "--json", "--digits", "full")
    assert code == 0
    assert "no rows newer" not in err
    document = json.loads(out)
    assert [row["mae"] for row in document["rows"]] == pytest.approx(card.scores.overall[:, 0].tolist())
    assert document["verdict"]["text"] == card.verdict.text
    assert document["coverage"]["achieved"] == pytest.approx(card.coverage.achieved)


def test_a_single_method_is_scored_on_newer_rows_as_itself_and_not_as_the_baseline_of_its_name(real_program):
    """With a season of 9 rows the model is Theta on what that leaves; the baseline knows none."""
    write("sales.csv")
    write("newer.csv", 66)
    words = ("--horizon", "3", "--method", "theta", "--season", "1,9")
    assert real_program("train", "sales.csv", *words)[0] == 0
    out = real_program("evaluate", "newer.csv", "--model", "sales.forecast", "--json")[1]
    rows = json.loads(out)["rows"]
    assert [row["model"] for row in rows] == ["theta", "naive", "drift", "mean", "ridge"]
    assert rows[0]["mae"] < 0.5 * rows[1]["mae"]


def test_retraining_tries_the_members_that_got_no_weight(program):
    """Else the backtests would know from later rows which members are the good ones."""
    model = modelfile.load(Path("sales.forecast"))
    assert model.combination.members == ("ridge",)
    rows = json.loads(program("evaluate", "sales.csv", "--refit", "--backtests", "2", "--json")[1])["rows"]
    assert [row["model"] for row in rows[1:7]] == MEMBERS


def test_newer_rows_are_scored_against_all_baselines(program):
    write("newer.csv", 70)
    code, out, err = program("evaluate", "newer.csv", "--model", "sales.forecast", "--json")
    assert code == 0
    document = json.loads(out)
    assert (document["basis"], document["backtests"], document["forecasts"]) == ("new rows", 3, 9)
    assert [row["model"] for row in document["rows"]] == ["combination", *BASELINES]
    assert "weight" not in document["rows"][0]
    assert "evaluated     3 backtests, 9 forecasts" in err
    assert f"verdict       {document['verdict']['text']}" in err.splitlines()
    assert "80 % intervals covered" in err


@pytest.mark.parametrize(
    ("data", "origins"), [("newer.csv", [2020, 2023, 2026]), ("sales.csv", [2010, 2013, 2016])]
)
def test_predictions_are_the_forecasts_from_each_origin(program, data, origins):
    write("newer.csv", 70)
    words = ("--model", "sales.forecast", "--digits", "full")
    code, out, _ = program("evaluate", data, *words, "--predictions", "each.csv")
    assert code == 0
    rows, scores = predicted("each.csv"), list(csv.DictReader(out.splitlines()))
    assert [(int(row["origin"]), int(row["step"])) for row in rows[:9]] == [
        (origin, step) for origin in origins for step in (1, 2, 3)
    ]
    actual = {int(year): float(value) for year, value in csv.reader(Path(data).read_text().splitlines()[1:])}
    assert all(float(row["actual"]) == actual[int(row["year"])] for row in rows)
    for score in scores:
        errors = [
            abs(float(row["actual"]) - float(row["forecast"]))
            for row in rows
            if row["model"] == score["model"]
        ]
        assert len(errors) == int(score["forecasts"])
        assert np.mean(errors) == pytest.approx(float(score["mae"]))
        bounds = [(row["lower_80"], row["upper_80"]) for row in rows if row["model"] == score["model"]]
        if score["model"] != scores[0]["model"]:
            assert set(bounds) == {("", "")}
        else:
            assert all(float(lower) < float(upper) for lower, upper in bounds)


def test_on_newer_rows_predictions_are_those_of_predict_and_coverage_is_theirs(program):
    write("newer.csv", 63)
    words = ("--model", "sales.forecast", "--digits", "full")
    out = program("evaluate", "newer.csv", *words, "--predictions", "each.csv", "--json")[1]
    rows = [row for row in predicted("each.csv") if row["lower_80"]]
    expected = csv.DictReader(program("predict", "sales.csv", *words)[1].splitlines())
    for row, answer in zip(rows, expected, strict=True):
        for column in ("forecast", "lower_80", "upper_80"):
            assert float(row[column]) == pytest.approx(float(answer[column]))
    inside = [float(row["lower_80"]) <= float(row["actual"]) <= float(row["upper_80"]) for row in rows]
    assert json.loads(out)["coverage"]["achieved"] == pytest.approx(100 * np.mean(inside))


def test_intervals_of_a_backtest_rest_on_older_errors_alone(program):
    """A value far off at the second origin widens the intervals of the third, and of no other."""
    program("evaluate", "sales.csv", "--predictions", "before.csv", "--digits", "full")
    lines = Path("sales.csv").read_text().splitlines()
    year, value = lines[-5].split(",")
    Path("sales.csv").write_text("\n".join([*lines[:-5], f"{year},{float(value) * 1.5}", *lines[-4:], ""]))
    program("evaluate", "sales.csv", "--predictions", "after.csv", "--digits", "full")
    before, after = (
        [float(row["upper_80"]) - float(row["lower_80"]) for row in predicted(name)[:9]]
        for name in ("before.csv", "after.csv")
    )
    assert after[:6] == before[:6]
    assert all(wide > narrow for wide, narrow in zip(after[6:], before[6:], strict=True))


def test_ids_and_series_that_are_not_scored(program, real_program):
    """Of two series one continues after the model; a new one is evaluated too."""
    del program
    values = wave(66, season=9)
    both = [
        f"{name},{1960 + row},{values[row] + shift:.3f}"
        for name, shift in (("a", 0), ("b", 9))
        for row in range(60)
    ]
    more = [f"a,{2020 + row},{values[60 + row]:.3f}" for row in range(3)]
    Path("two.csv").write_text("\n".join(["shop,year,tons", *both, ""]))
    Path("more.csv").write_text("\n".join(["shop,year,tons", *both, *more, ""]))
    assert real_program("train", "two.csv", "--horizon", "3", "--quick")[0] == 0
    code, out, _ = real_program(
        "evaluate", "more.csv", "--model", "two.forecast", "--predictions", "p.csv", "--by", "series"
    )
    assert code == 0
    rows = predicted("p.csv")
    assert {(row["shop"], row["origin"]) for row in rows} == {("a", "2019")}
    assert len(rows) == 3 * 7
    forecasts = {(row["model"], row["shop"]): row["forecasts"] for row in csv.DictReader(out.splitlines())}
    assert forecasts["theta", "a"] == "3"
    assert forecasts["theta", "b"] == "0"
