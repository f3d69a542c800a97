"""Two models side by side: on new rows, on rows they were trained on, retrained, and by stored scores."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import forecast
from tests.panels import wave

HEADER = ["model", "mae", "rmse", "smape", "mase", "skill", "forecasts", "interval_score", "coverage"]
BASELINES = ["naive", "seasonal-naive", "drift", "mean", "theta", "ridge"]


def write(name: str, rows: int, *, target: str = "tons", bump: float = 0.0) -> None:
    values = wave(120)[:rows] + bump
    lines = [f"{2000 + row // 12}-{row % 12 + 1:02},{value:.3f}" for row, value in enumerate(values)]
    Path(name).write_text("\n".join([f"month,{target}", *lines, ""]))


@pytest.fixture
def program(real_program):
    """Two models of the same 84 months, theta.forecast and naive.forecast."""
    write("sales.csv", 84)
    write("newer.csv", 100)
    for method in ("theta", "naive"):
        words = ("--method", method, "--model", f"{method}.forecast", "--horizon", "6")
        assert real_program("train", "sales.csv", *words)[0] == 0
    return lambda *words: real_program("compare", "theta.forecast", "naive.forecast", *words)


def rows_of(out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(out.splitlines()))


def test_on_new_rows_both_are_scored_at_the_same_origins_with_the_baselines(program, real_program):
    code, out, err = program("newer.csv", "--digits", "full")
    assert code == 0
    rows = rows_of(out)
    assert list(rows[0]) == HEADER
    assert [row["model"] for row in rows] == ["theta.forecast", "naive.forecast", *BASELINES]
    assert "rows          newer than those that theta.forecast and naive.forecast were trained on" in err
    assert "compared      2 backtests, 12 forecasts" in err
    for name, row in zip(("theta", "naive"), rows, strict=False):
        words = ("--model", f"{name}.forecast", "--predictions", f"{name}.csv", "--digits", "full")
        alone = rows_of(real_program("evaluate", "newer.csv", *words)[1])[0]
        for metric in ("mae", "rmse", "smape", "mase", "skill"):
            assert float(row[metric]) == pytest.approx(float(alone[metric]))
        each = [
            [float(line[part]) for part in ("actual", "lower_80", "upper_80")]
            for line in rows_of(Path(f"{name}.csv").read_text())
            if line["lower_80"]
        ]
        actual, lower, upper = np.array(each).T
        outside = np.maximum(lower - actual, 0) + np.maximum(actual - upper, 0)
        assert float(row["interval_score"]) == pytest.approx(np.mean(upper - lower + 10 * outside))
        inside = 100 * np.mean((lower <= actual) & (actual <= upper))
        assert float(row["coverage"]) == pytest.approx(inside)
    assert {(row["interval_score"], row["coverage"]) for row in rows[2:]} == {("", "")}


def test_the_verdict_is_a_paired_test_and_does_not_depend_on_the_order(program, real_program):
    write("newer.csv", 120)
    words = ("newer.csv", "--horizon", "3", "--json")
    one = json.loads(program(*words)[1])
    two = json.loads(real_program("compare", "naive.forecast", "theta.forecast", *words)[1])
    assert one["schema"] == "forecast.compare/1"
    assert one["verdict"] == two["verdict"]
    assert (one["verdict"]["outcome"], one["verdict"]["better"]) == ("better", "theta.forecast")
    maes = {row["model"]: row["mae"] for row in one["rows"]}
    share = 1 - maes["theta.forecast"] / maes["naive.forecast"]
    assert one["verdict"]["better_by"] == pytest.approx(share, rel=1e-4)
    assert f"theta.forecast is {100 * share:.0f} % better than naive.forecast" in one["verdict"]["text"]
    assert "paired t-test, 95 %; 12 backtests, 36 forecasts" in one["verdict"]["text"]
    assert [model["path"] for model in one["models"]] == ["theta.forecast", "naive.forecast"]
    assert (one["basis"], one["level"], one["data"]) == ("new rows", 80.0, {"source": "newer.csv"})


def test_rows_that_were_trained_on_are_no_fair_test_and_it_is_said(program):
    code, out, err = program("sales.csv", "--json")
    assert code == 0
    for name in ("theta", "naive"):
        assert (
            f"warning: {name}.forecast was trained on 18 of the 18 rows that are forecast: this is not a "
            "fair test; --refit trains it again before each of them"
        ) in err
    document = json.loads(out)
    assert (document["basis"], document["verdict"]["fair"]) == ("seen rows", False)
    assert document["verdict"]["text"].endswith("; not a fair test: rows that were trained on")


@pytest.mark.usefixtures("program")
def test_a_model_that_was_trained_on_fewer_rows_is_tested_on_those_that_both_have_not_seen(real_program):
    write("shorter.csv", 70)
    words = ("--method", "theta", "--model", "old.forecast", "--horizon", "6")
    assert real_program("train", "shorter.csv", *words)[0] == 0
    code, out, err = real_program("compare", "old.forecast", "naive.forecast", "newer.csv", "--json")
    assert code == 0
    document = json.loads(out)
    assert (document["basis"], document["forecasts"]) == ("new rows", 12)  # of the 16 rows after the 84th
    out, err = real_program("compare", "old.forecast", "naive.forecast", "sales.csv")[1:]
    assert "warning: naive.forecast was trained on 18 of the 18 rows" in err
    assert "warning: old.forecast was trained on 4 of the 18 rows" in err


def test_retraining_is_a_fair_test_on_any_rows(program):
    code, out, err = program("sales.csv", "--refit", "--json", "--digits", "full")
    assert code == 0
    assert "warning" not in err
    document = json.loads(out)
    assert (document["basis"], document["verdict"]["fair"]) == ("refit", True)
    stored = json.loads(program("--json", "--digits", "full")[1])
    for trained, own in zip(document["rows"][:2], stored["rows"][:2], strict=True):
        assert trained["mae"] == pytest.approx(own["mae"])


def test_without_data_the_scores_of_their_own_backtests_are_shown_without_a_test(program, real_program):
    code, out, err = program("--json")
    assert code == 0
    document = json.loads(out)
    assert document["basis"] == "stored"
    for row, name in zip(document["rows"], ("theta", "naive"), strict=False):
        own = json.loads(real_program("show", f"{name}.forecast", "--json")[1])
        assert {key: row[key] for key in ("mae", "mase", "skill")} == {
            key: own["rows"][0][key] for key in ("mae", "mase", "skill")
        }
        assert row["coverage"] == own["coverage"]["achieved"]
        assert row["interval_score"] is None
    assert document["verdict"]["outcome"] == "unclear"
    assert "without a test: single forecasts are not stored" in err


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(
    ("data", "horizon", "message"),
    [("other.csv", "6", "evaluated on other data"), ("sales.csv", "5", "evaluated on backtests of other")],
)
def test_scores_of_other_backtests_are_not_compared(real_program, data, horizon, message):
    write("other.csv", 84, bump=3)
    words = ("--method", "naive", "--model", "other.forecast", "--horizon", horizon)
    assert real_program("train", data, *words)[0] == 0
    code, out, err = real_program("compare", "theta.forecast", "other.forecast")
    assert (code, out) == (2, "")
    assert message in err
    assert "forecast compare A B DATA" in err


@pytest.mark.usefixtures("program")
def test_models_of_other_columns_are_not_compared(real_program):
    lines = Path("newer.csv").read_text().splitlines()
    both = [f"{line},{row}" for row, line in enumerate(lines[1:])]
    Path("both.csv").write_text("\n".join([lines[0] + ",other", *both, ""]))
    words = ("--target", "other", "--method", "naive", "--model", "other.forecast")
    assert real_program("train", "both.csv", *words)[0] == 0
    code, out, err = real_program("compare", "theta.forecast", "other.forecast", "both.csv")
    assert (code, out) == (3, "")
    assert 'theta.forecast and other.forecast forecast other numbers: "tons" and "other"' in err


def test_what_is_no_comparison_is_refused(program, real_program):
    assert "both models are" in real_program("compare", "theta.forecast", "theta.forecast")[2]
    assert "error: MODEL is missing" in real_program("compare", "theta.forecast")[2]
    assert "without DATA there are only stored scores" in program("--refit")[2]
    assert "too few for 9 backtests" in program("newer.csv", "--backtests", "9")[2]


def test_data_may_come_from_standard_input(program, real_program):
    piped = real_program("compare", "theta.forecast", "naive.forecast", "-", stdin="newer.csv")
    assert piped[0] == 0
    assert piped[1] == program("newer.csv")[1]


def test_a_table_shows_the_five_scores(program):
    out = program("newer.csv", "--baseline", "drift", "-f", "table")[1]
    assert out.splitlines()[0].split() == ["model", "mae", "mase", "skill", "interval_score", "coverage"]
    assert [line.split()[0] for line in out.splitlines()[2:]] == ["theta.forecast", "naive.forecast", "drift"]


@pytest.mark.usefixtures("program")
def test_python_compares_files_and_models():
    result = forecast.compare("theta.forecast", "naive.forecast", "newer.csv")
    assert list(result.to_frame().columns) == HEADER
    assert result.scores.models[:2] == ("theta.forecast", "naive.forecast")
    one, two = (forecast.load(f"{name}.forecast") for name in ("theta", "naive"))
    again = forecast.compare(one, two, "newer.csv")
    assert again.scores.models[:2] == ("first", "second")
    assert again.scores.overall[0].tolist() == result.scores.overall[0].tolist()
    with pytest.raises(forecast.UsageError, match="the same"):
        forecast.compare("theta.forecast", "theta.forecast")


def test_means_of_intermittent_demand_are_compared_by_squared_errors(real_program):
    random = np.random.default_rng(4)
    sold = {part: (random.random(96) < 0.3) * random.integers(1, 5, 96) for part in "ab"}
    rows = [
        f"{part},{2015 + row // 12}-{row % 12 + 1:02},{value}"
        for part, values in sold.items()
        for row, value in enumerate(values)
    ]
    Path("parts.csv").write_text("\n".join(["part,month,sold", *rows, ""]))
    for method in ("croston", "naive"):
        words = ("--method", method, "--model", f"{method}.forecast", "--horizon", "6")
        assert real_program("train", "parts.csv", *words)[0] == 0
    err = real_program("compare", "croston.forecast", "naive.forecast", "parts.csv", "--refit")[2]
    (verdict,) = (line for line in err.splitlines() if line.startswith("verdict"))
    assert "croston.forecast is " in verdict
    assert "(root mean square errors; paired t-test" in verdict
