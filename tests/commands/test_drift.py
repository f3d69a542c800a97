"""`forecast drift`: exit code 11 where new rows are no longer like those of the model."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import weight_shapes
from forecast.spec.model import ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.reading import EVENT, Target
from forecast.tasks.drift import drift_of
from tests import models
from tests.panels import panel

OLD = 80


def walk(rows: int, *, seed: int = 0, noise: float = 1.0, slope: float = 0.0) -> np.ndarray:
    """A random walk that changes after `OLD` rows."""
    steps = np.random.default_rng(seed).normal(size=rows)
    steps[OLD:] = noise * steps[OLD:] + slope
    return 200 + np.cumsum(steps)


def write(name: str, series: dict[str, np.ndarray], first: int = 0, last: int | None = None) -> None:
    lines = [
        f"{id},{np.datetime64('2020-01') + month},{value:.3f}"
        for id, values in series.items()
        for month, value in enumerate(values)
        if first <= month < (last or len(values))
    ]
    Path(name).write_text("\n".join(["shop,month,sold", *lines, ""]))


@pytest.fixture
def program(real_program):
    """A model of two random walks: the last value, with the intervals that its backtests gave."""
    write("old.csv", {"a": walk(OLD), "b": walk(OLD, seed=1)})
    assert real_program("train", "old.csv", "--method", "naive", "--horizon", "2")[0] == 0
    return real_program


def test_rows_that_go_on_as_before_are_steady(program):
    write("new.csv", {"a": walk(130), "b": walk(130, seed=1)})
    code, out, err = program("drift", "new.csv", "--model", "old.forecast")
    assert code == 0
    rows = list(csv.DictReader(out.splitlines()))
    assert [row["verdict"] for row in rows] == ["steady", "steady"]
    assert [*rows[0]] == [
        *(
            "shop",
            "verdict",
            "since",
            "test",
            "rows",
            "coverage",
            "expected",
            "bias",
            "p_coverage",
            "p_level",
            "p_standstill",
        )
    ]
    assert {row["rows"] for row in rows} == {"50"}
    assert "verdict       steady: no drift in 2 series (false alarms: 1 %)" in err


@pytest.mark.parametrize(("change", "test"), [({"noise": 5.0}, "coverage"), ({"slope": 2.0}, "level")])
def test_the_series_that_drifts_is_named_with_its_test_and_its_first_row(program, change, test):
    write("new.csv", {"a": walk(130), "b": walk(130, seed=1, **change)})
    code, out, err = program("drift", "new.csv", "--model", "old.forecast", "--json")
    assert code == 11
    document = json.loads(out)
    assert document["schema"] == "forecast.drift/1"
    assert document["drifted"] == ["b"]
    steady, drifted = document["rows"]
    assert (steady["verdict"], steady["since"], drifted["verdict"]) == ("steady", None, "drifted")
    assert test in drifted["test"]
    assert "2026-09" <= drifted["since"] <= "2027-06"  # it began in 2026-09
    assert 'drifted: 1 of 2 series, "b": train again' in err


def test_new_rows_alone_follow_those_that_the_model_keeps(program):
    whole, new = {"a": walk(130), "b": walk(130, seed=1, noise=5.0)}, "new.csv"
    write(new, whole)
    first = program("drift", new, "--model", "old.forecast")
    write(new, whole, first=OLD)
    assert program("drift", new, "--model", "old.forecast")[:2] == first[:2]


def test_rows_missing_after_those_of_the_model_are_filled_and_not_tested(program):
    write("new.csv", {"a": walk(130), "b": walk(130, seed=1)}, first=OLD + 3)
    code, out, err = program("drift", "new.csv", "--model", "old.forecast")
    assert code == 0
    assert {row["rows"] for row in csv.DictReader(out.splitlines())} == {"47"}
    words = "after those of the model filled with the value one season earlier (first: 2026-09)"
    assert f"repaired      2 gaps of 6 rows {words}" in err


def test_rows_that_the_model_knows_are_ignored_with_a_note(program):
    whole = {"a": walk(130), "b": walk(130, seed=1, noise=5.0)}
    write("new.csv", whole, first=OLD)
    first = program("drift", "new.csv", "--model", "old.forecast")
    for values in whole.values():
        values[:OLD] += 1000  # what the data say of them now does not count
    write("new.csv", whole, first=OLD - 12)
    again = program("drift", "new.csv", "--model", "old.forecast")
    assert again[:2] == first[:2]
    assert "known         24 rows not newer than those of the model: ignored" in again[2]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_table_for_a_person_is_as_wide_as_the_paper(program, monkeypatch, width):
    write("new.csv", {"a": walk(130), "b": walk(130, seed=1, noise=5.0)})
    monkeypatch.setenv("COLUMNS", str(width))
    code, out, _ = program("drift", "new.csv", "--model", "old.forecast", "--format", "table")
    assert code == 11
    assert max(map(len, out.splitlines())) <= width
    names = out.splitlines()[0].split()
    assert names[:4] == ["shop", "verdict", "since", "test"]
    assert names[-1] == ("p_standstill" if width == 120 else "p")


@pytest.mark.parametrize(
    ("last", "words", "code", "message"),
    [
        (OLD + 5, [], 3, "5 new rows are too few: 8 of a series"),
        (OLD, [], 3, "0 new rows are too few"),
        (OLD + 30, ["--alpha", "2"], 2, "--alpha must be between 0 and 1, not 2"),
        (OLD + 30, ["--output", "old.forecast"], 2, "old.forecast"),
    ],
)
def test_what_cannot_be_tested_is_refused(program, last, words, code, message):
    write("new.csv", {"a": walk(last), "b": walk(last, seed=1)})
    found = program("drift", "new.csv", "--model", "old.forecast", *words)
    assert found[:2] == (code, "")
    assert message in found[2]


@pytest.mark.parametrize(("share", "outcome"), [(0.3, "steady"), (0.8, "drifted")])
def test_probabilities_are_compared_with_what_happened(share, outcome):
    """A network that always says 30 %."""
    spec = ModelSpec(WindowSpec(6, 1), NetworkSpec("gru", (4,)), 1, target=Target("class", EVENT))
    weights = {name: np.zeros(shape, dtype=np.float32) for name, shape in weight_shapes(spec).items()}
    weights["answer/bias"] = np.log(np.array([0.7, 0.3], dtype=np.float32))
    happened = (np.random.default_rng(0).random(140) < np.repeat([0.3, share], [60, 80])).astype(float)
    rows = replace(panel(happened), target=spec.target)
    model = models.with_tail(models.model(Network(spec, (weights,))), rows.first(np.array([60])))
    report = drift_of(model, rows, 0.01)
    assert report.outcomes == (outcome,)
    assert report.bias[0] == pytest.approx(share - 0.3, abs=0.12)
    assert np.isnan(report.coverage[0])
