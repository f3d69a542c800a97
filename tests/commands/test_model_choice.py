"""Which model answers, and that stderr names it; the rule itself is tested in tests/storage."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _files():
    Path("harvest.csv").write_text("year,tons\n2023,1\n")
    for name in ("harvest", "model", "other"):
        Path(f"{name}.forecast").touch()


@pytest.mark.parametrize("command", ["predict", "evaluate", "future"])
@pytest.mark.parametrize(
    ("words", "stdin", "model"),
    [
        (["harvest.csv"], "/dev/null", "harvest.forecast"),
        (["-"], "harvest.csv", "model.forecast"),
        ([], "harvest.csv", "model.forecast"),
        (["harvest.csv", "--model", "other.forecast"], "/dev/null", "other.forecast"),
    ],
)
def test_the_model_of_the_data_answers_and_is_named(forecast_program, workflow, command, words, stdin, model):
    code, _, err = forecast_program(command, *words, stdin=stdin)
    assert code == 0, err
    assert workflow.calls[0] == ("load", Path(model))
    assert err.splitlines()[0] == f"model         {model}"
    assert "model  " not in forecast_program(command, *words, "--quiet", stdin=stdin)[2]


@pytest.mark.parametrize("command", ["predict", "show", "future"])
def test_several_models_without_data_are_listed(forecast_program, workflow, command):
    code, out, err = forecast_program(command)
    assert (code, out, workflow.calls) == (4, "", [])
    assert 'there are 3 models here: "harvest.forecast", "model.forecast", "other.forecast"' in err


@pytest.mark.parametrize("command", ["evaluate", "future"])
def test_a_model_of_other_data_is_offered_and_not_taken(forecast_program, workflow, command):
    Path("sales.csv").write_text("year,tons\n2023,1\n")
    code, out, err = forecast_program(command, "sales.csv")
    assert (code, out, workflow.calls) == (4, "", [])
    assert err.splitlines() == [
        'error: there is no model "sales.forecast" here',
        "hint:  --model harvest.forecast or model.forecast or other.forecast; "
        "or forecast train DATA, which makes it",
    ]


def test_the_variable_names_the_model_of_all_data(forecast_program, workflow, monkeypatch):
    monkeypatch.setenv("FORECAST_MODEL", "other.forecast")
    forecast_program("evaluate", "harvest.csv")
    assert workflow.calls[0] == ("load", Path("other.forecast"))
