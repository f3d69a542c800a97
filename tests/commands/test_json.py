"""docs/json.md lists every field of every JSON document, and no other."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from forecast.forecasters.combination import COMBINATION
from tests.panels import wave

PAGE = (Path(__file__).parents[2] / "docs" / "json.md").read_text("utf-8")
SECTIONS = {
    part.partition("\n")[0].strip("`"): set(re.findall(r"^\| .*?`([^`]+)`.* \| ", part, re.MULTILINE))
    for part in PAGE.split("\n## ")[1:]
}
EVERY, MODEL, EVALUATION = (SECTIONS[name] for name in ("Every document", "The model", "Evaluation"))
SCORES = {field for field in EVALUATION if field.startswith("scores")}
VERSIONS = {"model.versions.keras", "model.versions.numpy", "model.versions.tensorflow"}


def fields(value: object, path: str = "") -> Iterator[str]:
    """Paths of the fields of a document; `rows` and places are not looked into."""
    if isinstance(value, dict) and path != "rows[]":
        for name, part in value.items():
            yield from fields(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and all(isinstance(part, dict) for part in value) and value:
        for part in value:
            yield from fields(part, f"{path}[]")
    else:
        yield path


def document(program, *words: str) -> dict[str, object]:
    code, out, err = program(*words, "--json")
    assert code == 0, err
    return json.loads(out)


def unexplained(found: dict[str, object], *sections: set[str]) -> tuple[set[str], set[str]]:
    """Fields of the document that no section names, and fields that are named and missing."""
    named, present = set().union(*sections), set(fields(found))
    metrics = {f"scores[].{name}" for name in ("rmse", "smape", "mase", "skill", "forecasts", "weight")}
    extra = present - named - VERSIONS - metrics
    optional = {field for field in named if "[]" in field or field in ("model.network", "skipped")}
    return extra - {"skipped"}, named - present - optional


@pytest.fixture
def program(real_program):
    """A trained model of a file of years, without TensorFlow."""
    lines = [f"{2000 + row // 12}-{row % 12 + 1:02},{value:.3f}" for row, value in enumerate(wave(60))]
    Path("sales.csv").write_text("\n".join(["month,tons", *lines, ""]))
    words = ("--method", "pretrained", "--max", "1000")
    assert real_program("train", "sales.csv", "--horizon", "3", *words)[0] == 0
    return real_program


def test_totals_have_the_fields_of_predictions(program):
    found = document(program, "predict", "sales.csv", "--total")
    assert found["schema"] == "forecast.total/1"
    assert unexplained(found, EVERY, MODEL, EVALUATION, SECTIONS["forecast predict"]) == (set(), set())
    (row,) = found["rows"]
    assert list(row) == ["from", "to", "forecast", "lower_80", "upper_80"]
    assert (row["from"], row["to"]) == ("2005-01", "2005-03")


def test_the_page_has_its_sections():
    assert len(MODEL) > 30
    assert len(EVALUATION) > 12
    assert {"forecast predict", "forecast evaluate", "forecast check"} < SECTIONS.keys()


@pytest.mark.parametrize(
    ("words", "schema", "sections"),
    [
        ("show", "show", [MODEL, EVALUATION - SCORES]),
        ("predict", "predict", [MODEL, EVALUATION, SECTIONS["forecast predict"]]),
        ("evaluate sales.csv", "evaluate", [MODEL, EVALUATION - SCORES, SECTIONS["forecast evaluate"]]),
        ("train sales.csv --method pretrained", "train", [MODEL, EVALUATION - SCORES]),
        ("check sales.csv", "check", [SECTIONS["forecast check"]]),
        ("explain windows sales.csv", "explain-windows", [SECTIONS["forecast explain windows"]]),
        (
            "explain gradients sales.csv --window 4",
            "explain-gradients",
            [SECTIONS["forecast explain gradients"]],
        ),
        ("explain order sales.csv --window 4", "explain-order", [SECTIONS["forecast explain order"]]),
        ("explain memory", "explain-memory", [MODEL, SECTIONS["forecast explain memory"]]),
        ("explain step", "explain-step", [MODEL, SECTIONS["forecast explain step"]]),
    ],
)
def test_the_fields_of_a_document_are_those_of_the_page(program, words, schema, sections):
    found = document(program, *words.split())
    assert found["schema"] == f"forecast.{schema}/1"
    extra, missing = unexplained(found, EVERY, *sections)
    if schema == "check":
        kinds = tuple(f"findings.{kind}." for kind in ("duplicates", "missing", "outliers"))
        extra = {field for field in extra if not field.startswith(kinds)}
        missing -= {kind.removesuffix(".") for kind in (*kinds, "findings.gaps.")}
    assert (extra, missing) == (set(), set())


def test_the_fields_of_a_comparison_are_those_of_the_page(program):
    assert (
        program("train", "sales.csv", "--method", "naive", "--horizon", "3", "--model", "n.forecast")[0] == 0
    )
    found = document(program, "compare", "n.forecast", "sales.forecast")
    models = found.pop("models")
    assert {field for model in models for field in fields(model, "model")} <= MODEL | VERSIONS
    named = SECTIONS["forecast compare"] - {"models[]"}
    assert unexplained(found, EVERY, named) == (set(), set())


def test_a_place_and_a_skipped_series_are_as_documented(program):
    lines = Path("sales.csv").read_text().splitlines()
    rows = [f"x,{line}" for line in lines[1:20] + lines[25:]] + ["y,2001-01,", "y,2001-02,"]
    Path("gaps.csv").write_text("\n".join(["id,month,tons", *rows, ""]))
    code, out, _ = program("check", "gaps.csv", "--id", "id", "--json")
    assert code == 6
    found = json.loads(out)
    assert set(found["findings"]["gaps"]["places"][0]) == {"line", "series", "time", "value", "far"}
    code, out, _ = program("predict", "gaps.csv", "--id", "id", "--model", "pretrained", "--json")
    assert code == 6
    assert set(json.loads(out)["skipped"][0]) == {"id", "reason", "place"}


def test_show_has_the_scores_the_verdict_and_the_model_as_objects(program):
    trained = document(program, "train", "sales.csv", "--quick")
    shown = document(program, "show")
    for part in ("model", "backtests", "forecasts", "verdict", "coverage", "rows"):
        assert shown[part] == trained[part]
    assert shown["rows"][0]["model"] == COMBINATION
    assert sum(member["weight"] for member in shown["model"]["members"]) == pytest.approx(1)
    assert shown["model"]["data"]["rows"] == 60
    assert shown["model"]["columns"]["time"] == "month"
    predicted = document(program, "predict", "--level", "80,95")
    assert predicted["levels"] == [80.0, 95.0]
    assert (predicted["scores"], predicted["verdict"]) == (shown["rows"], shown["verdict"])
    assert predicted["model"] == shown["model"]


def test_show_prints_the_table_of_training_after_the_card(program):
    table = program("train", "sales.csv", "--quick", "-f", "table")[1]
    shown = program("show", "-f", "table")[1]
    card, _, scores = shown.partition("\n\n")
    assert scores == table
    assert card.startswith("model\n")
    assert "verdict" in card


def test_show_in_a_pipe_is_the_card_as_csv(program):
    lines = program("show")[1].splitlines()
    assert lines[0] == "item,value"
    assert any(line.startswith("verdict,") for line in lines)


def test_the_devices_are_described_too(forecast_program):
    found = document(forecast_program, "check", "--devices")
    assert unexplained(found, {"schema", "rows[]"}, SECTIONS["forecast check --devices"]) == (set(), set())
