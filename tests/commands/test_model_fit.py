"""Data that do not fit a model: errors name it and the remedy, other series are warned of."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.forecasters.model import RecurrentForecaster
from forecast.storage import modelfile
from tests.panels import wave


def months(name: str, values, head: str = "month,tons", id: str = "") -> None:
    rows = [f"{id}{2000 + row // 12}-{row % 12 + 1:02},{value:.3f}" for row, value in enumerate(values)]
    Path(name).write_text("\n".join([head, *rows, ""]))


@pytest.fixture
def program(real_program):
    """With a model of two fields, and one of a single series, without TensorFlow."""
    lines = [
        f"{field},{2000 + row // 12}-{row % 12 + 1:02},{value:.3f}"
        for field, seed in (("east", 0), ("west", 1))
        for row, value in enumerate(wave(60, seed=seed))
    ]
    Path("fields.csv").write_text("\n".join(["field,month,tons", *lines, ""]))
    months("sales.csv", wave(60))
    for name in ("fields", "sales"):
        assert real_program("train", f"{name}.csv", "--horizon", "3", "--method", "theta")[0] == 0
    return real_program


def test_series_that_the_model_does_not_know_and_those_that_the_data_lack_are_warned_of(program):
    text = Path("fields.csv").read_text()
    Path("new.csv").write_text(text.replace("west", "north"))
    code, out, err = program("predict", "new.csv", "--model", "fields.forecast")
    assert code == 0
    assert {line.split(",")[0] for line in out.splitlines()[1:]} == {"east", "north"}
    assert '1 series not known to the model fields.forecast, and forecast as new ones: "north"' in err
    assert '1 series of the model fields.forecast not in the data: "west"' in err
    Path("new.csv").write_text(text.replace("west", "b").replace("east", "a"))
    err = program("predict", "new.csv", "--model", "fields.forecast")[2]
    assert "none of the series is known to the model fields.forecast" in err
    assert "not in the data" not in err
    assert "warning" not in program("predict", "fields.csv")[2]


def test_a_single_series_has_no_name_to_compare_and_more_columns_are_fine(program):
    months("more.csv", wave(48), head="month,tons,note")
    rows = Path("more.csv").read_text().splitlines()
    Path("more.csv").write_text("\n".join([rows[0], *(f"{row},x" for row in rows[1:])]))
    code, _, err = program("predict", "more.csv", "--model", "sales.forecast")
    assert code == 0
    assert "warning" not in err


@pytest.mark.parametrize(
    ("head", "missing"), [("month,kg", "tons"), ("day,tons", "month"), ("when,what", "tons")]
)
def test_a_missing_column_is_an_error_that_names_the_model_and_the_remedy(program, head, missing):
    months("other.csv", wave(48), head=head)
    code, out, err = program("predict", "other.csv", "--model", "sales.forecast", "--quiet")
    assert (code, out) == (3, "")
    error, hint = err.splitlines()
    assert error.endswith(f'there is no column "{missing}", which the model sales.forecast reads')
    assert hint.endswith("forecast train DATA makes a model of these columns, --model pretrained needs none")
    assert program("predict", "other.csv", "--model", "pretrained")[0] == 0


def test_any_other_error_in_data_read_for_a_model_names_it(program):
    Path("bad.csv").write_text("month,tons\n2020-01,3\n2020-02,x\n")
    code, _, err = program("evaluate", "bad.csv", "--model", "sales.forecast", "--quiet")
    assert code == 3
    assert '"x" is not a number (read as the model sales.forecast was trained)' in err


def _verdict(outcome: str, text: str) -> RecurrentForecaster:
    made = modelfile.load(Path("sales.forecast"))
    verdict = replace(made.card.verdict, outcome=outcome, text=f"{outcome}: {text} (3 backtests)")
    return replace(made, card=replace(made.card, verdict=verdict))


def test_a_better_model_is_not_replaced_without_a_word(program):
    words = ("train", "sales.csv", "--horizon", "3", "--method", "mean")
    Path("sales.forecast").unlink()
    assert "replaces" not in program(*words)[2]
    assert "replaces" not in program(*words)[2]
    modelfile.save(_verdict("useful", "15 % better than drift"), Path("sales.forecast"))
    err = program(*words)[2]
    verdict = modelfile.load(Path("sales.forecast")).card.verdict
    assert verdict.outcome != "useful"
    before, now = "that was useful: 15 % better than drift", verdict.text.partition(" (")[0]
    assert f"sales.forecast replaces a model that was better: {before}; this one is {now}" in err


def test_a_damaged_model_is_replaced(program):
    content = bytearray(Path("sales.forecast").read_bytes())
    content[-9] ^= 1
    Path("sales.forecast").write_bytes(content)
    code, _, err = program("train", "sales.csv", "--horizon", "3", "--method", "theta")
    assert code == 0
    assert "replaces" not in err
    assert np.isfinite(modelfile.load(Path("sales.forecast")).tail.values).all()
