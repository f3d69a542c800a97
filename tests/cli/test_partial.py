"""Some series cannot be used: the others are written, and the exit code is 6."""

import json
from pathlib import Path

import pytest

from forecast.events import LeftOut
from tests.cli import fakes

COMMANDS = ["train sales.csv", "predict sales.csv", "evaluate sales.csv"]


@pytest.fixture(autouse=True)
def _files():
    Path("sales.csv").write_text("year,store,sold\n2023,a,1\n")
    Path("m.forecast").touch()


@pytest.fixture
def leave_out(workflow):
    """Make the workflow leave out so many series."""

    def leave_out(count: int) -> None:
        for verb in ("train", "predict", "evaluate"):
            setattr(workflow, verb, _leaving_out(getattr(workflow, verb), count))

    return leave_out


def _leaving_out(verb, count):
    def leaving_out(*arguments, listener, **options):
        for number in range(1, count + 1):
            listener(LeftOut(f"s{number}", "no row holds a number"))
        return verb(*arguments, listener=listener, **options)

    return leaving_out


@pytest.mark.parametrize("words", COMMANDS)
def test_the_result_is_the_same_with_series_left_out_and_the_exit_code_is_6(
    forecast_program, leave_out, words
):
    whole = forecast_program(*words.split(), "--model", "m.forecast")
    leave_out(2)
    code, out, _ = forecast_program(*words.split(), "--model", "m.forecast")
    assert (whole[0], code) == (0, 6)
    assert out == whole[1]
    assert len(out.splitlines()) > 1


def test_each_series_left_out_is_named_and_their_number_is_the_last_word(forecast_program, leave_out):
    leave_out(1)
    err = forecast_program("train", "sales.csv")[2].splitlines()
    assert err[0] == 'warning: series "s1" is left out: no row holds a number'
    assert err[-2].startswith("saved ")
    assert err[-1] == "warning: 1 series left out, the others written"


def test_of_many_series_left_out_five_are_named(forecast_program, leave_out):
    leave_out(15)
    err = forecast_program("predict", "sales.csv")[2]
    assert [number for number in range(1, 16) if f'"s{number}"' in err] == [1, 2, 3, 4, 5]
    assert err.endswith("warning: 15 series left out, the others written\n")


def test_quiet_leaves_the_exit_code_to_tell(forecast_program, leave_out):
    leave_out(2)
    code, out, err = forecast_program("predict", "sales.csv", "--quiet")
    assert (code, err) == (6, "")
    assert out.startswith("time,forecast")


@pytest.mark.parametrize("words", COMMANDS)
def test_a_document_names_every_series_left_out(forecast_program, leave_out, words):
    arguments = (*words.split(), "--model", "m.forecast", "--json")
    assert json.loads(forecast_program(*arguments)[1])["left_out"] == []
    leave_out(7)
    left_out = json.loads(forecast_program(*arguments)[1])["left_out"]
    assert left_out[6] == {"id": "s7", "reason": "no row holds a number"}
    assert len(left_out) == 7


def test_a_file_is_written_whole_all_the_same(forecast_program, leave_out):
    leave_out(1)
    assert forecast_program("predict", "sales.csv", "--output", "next.csv")[0] == 6
    assert Path("next.csv").read_text().count("\n") == 5


def test_a_verdict_asked_for_outweighs_series_left_out(forecast_program, workflow, leave_out):
    leave_out(1)
    workflow.scores = fakes.scores(model=3.1)
    assert forecast_program("evaluate", "sales.csv", "--require-skill")[0] == 6
    workflow.scores = fakes.scores(model=9.9)
    assert forecast_program("evaluate", "sales.csv", "--require-skill")[0] == 10


def test_one_run_does_not_remember_the_series_of_another(forecast_program, leave_out):
    leave_out(1)
    assert forecast_program("predict", "sales.csv")[0] == 6
    assert forecast_program("show")[0] == 0


def test_escapes_in_an_id_are_spelled(forecast_program, workflow):
    def predict(*_, listener, **__):
        listener(LeftOut("\x1b[31m", "no row holds a number"))
        return workflow.forecast()

    workflow.predict = predict
    assert 'series "\\x1b[31m" is left out' in forecast_program("predict", "sales.csv")[2]
