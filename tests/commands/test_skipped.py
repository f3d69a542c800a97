"""Some series cannot be used: the others are written, and the exit code is 6."""

import json
from pathlib import Path

import pytest

from forecast.events import SeriesSkipped
from tests.cli import fakes

COMMANDS = ["train sales.csv", "predict sales.csv", "evaluate sales.csv"]


@pytest.fixture(autouse=True)
def _files():
    Path("sales.csv").write_text("year,store,sold\n2023,a,1\n")
    Path("m.forecast").touch()


@pytest.fixture
def skip_series(workflow):
    """Make the workflow leave out so many series."""

    def skip_series(count: int) -> None:
        for verb in ("train", "predict", "evaluate"):
            setattr(workflow, verb, _skipping(getattr(workflow, verb), count))

    return skip_series


def _skipping(verb, count):
    def skipping(*arguments, listener, **options):
        for number in range(1, count + 1):
            listener(SeriesSkipped(f"s{number}", "no row has a number", f"sales.csv, line {number}"))
        return verb(*arguments, listener=listener, **options)

    return skipping


@pytest.mark.parametrize("words", COMMANDS)
def test_the_result_is_the_same_with_skipped_series_and_the_exit_code_is_6(
    forecast_program, skip_series, words
):
    whole = forecast_program(*words.split(), "--model", "m.forecast")
    skip_series(2)
    code, out, _ = forecast_program(*words.split(), "--model", "m.forecast")
    assert (whole[0], code) == (0, 6)
    assert out == whole[1]
    assert len(out.splitlines()) > 1


def test_each_skipped_series_is_named_and_their_number_is_the_last_word(forecast_program, skip_series):
    skip_series(1)
    err = forecast_program("train", "sales.csv")[2].splitlines()
    assert err[0] == 'warning: series "s1" skipped: no row has a number'
    assert err[-2].startswith("saved ")
    assert err[-1] == "warning: 1 series skipped, the others used"


def test_of_many_skipped_series_five_are_named(forecast_program, skip_series):
    skip_series(15)
    err = forecast_program("predict", "sales.csv")[2]
    assert [number for number in range(1, 16) if f'"s{number}"' in err] == [1, 2, 3, 4, 5]
    assert err.endswith("warning: 15 series skipped, the others used\n")


def test_quiet_leaves_the_exit_code_to_tell(forecast_program, skip_series):
    skip_series(2)
    code, out, err = forecast_program("predict", "sales.csv", "--quiet")
    assert (code, err) == (6, "")
    assert out.startswith("year,forecast")


@pytest.mark.parametrize("words", COMMANDS)
def test_a_document_names_every_skipped_series(forecast_program, skip_series, words):
    arguments = (*words.split(), "--model", "m.forecast", "--json")
    assert json.loads(forecast_program(*arguments)[1])["skipped"] == []
    skip_series(7)
    skipped = json.loads(forecast_program(*arguments)[1])["skipped"]
    assert skipped[6] == {"id": "s7", "reason": "no row has a number", "place": "sales.csv, line 7"}
    assert len(skipped) == 7


def test_a_file_is_written_whole_all_the_same(forecast_program, skip_series):
    skip_series(1)
    assert forecast_program("predict", "sales.csv", "--output", "next.csv")[0] == 6
    assert Path("next.csv").read_text().count("\n") == 5


def test_a_verdict_asked_for_outweighs_skipped_series(forecast_program, workflow, skip_series):
    skip_series(1)
    workflow.scores = fakes.scores(model=3.1)
    words = ("evaluate", "sales.csv", "--model", "m.forecast", "--require-skill")
    assert forecast_program(*words)[0] == 6
    workflow.scores = fakes.scores(model=9.9)
    assert forecast_program(*words)[0] == 10


def test_one_run_does_not_remember_the_series_of_another(forecast_program, skip_series):
    skip_series(1)
    assert forecast_program("predict", "sales.csv")[0] == 6
    assert forecast_program("show")[0] == 0


def test_escapes_in_an_id_are_spelled(forecast_program, workflow):
    def predict(*_, listener, **__):
        listener(SeriesSkipped("\x1b[31m", "no row has a number", "sales.csv, line 2"))
        return workflow.forecast()

    workflow.predict = predict
    assert 'series "\\x1b[31m" skipped' in forecast_program("predict", "sales.csv")[2]


REAL = ["train sales.csv --backtests 1 --quick", "predict sales.csv --model pretrained", "check sales.csv"]


@pytest.fixture
def hollow():
    """Two series of ten years, and "b", which has no number."""
    rows = [f"{2000 + year},{store},{year if store != 'b' else ''}" for store in "abc" for year in range(10)]
    Path("sales.csv").write_text("\n".join(["year,store,sold", *rows]) + "\n")
    Path("m.forecast").unlink()


@pytest.mark.usefixtures("hollow")
@pytest.mark.parametrize("words", REAL)
def test_the_list_lists_the_skipped_series_with_reason_and_place(real_program, words):
    assert real_program(*words.split(), "--skipped", "failures.jsonl")[0] == 6
    (line,) = Path("failures.jsonl").read_text().splitlines()
    assert json.loads(line) == {"id": "b", "reason": "no row has a number", "place": "sales.csv, line 12"}


@pytest.mark.usefixtures("hollow")
@pytest.mark.parametrize("words", REAL)
def test_strict_fails_before_anything_is_written_and_the_list_says_why(real_program, words):
    code, out, err = real_program(*words.split(), "--strict", "--skipped", "failures.jsonl")
    assert code == 3
    assert not out or words.startswith("check")
    assert 'error: sales.csv: 1 of 3 series cannot be used: "b": no row has a number' in err
    assert {path.name for path in Path().iterdir()} == {"sales.csv", "failures.jsonl"}
    assert json.loads(Path("failures.jsonl").read_text())["id"] == "b"


def test_the_list_of_nothing_is_an_empty_file_in_place_of_an_older_one(forecast_program):
    Path("failures.jsonl").write_text("of yesterday")
    assert forecast_program("predict", "sales.csv", "--strict", "--skipped", "failures.jsonl")[0] == 0
    assert Path("failures.jsonl").read_text() == ""


@pytest.mark.parametrize("words", [*COMMANDS, "check sales.csv", "train sales.csv --dry-run"])
def test_strict_is_known_to_every_command_that_reads(forecast_program, workflow, words):
    model = [] if "check" in words else ["--model", "m.forecast"]
    assert forecast_program(*words.split(), *model, "--strict")[0] == 0
    asked = workflow.calls[-1]
    read = asked[2].read if asked[0] in ("train", "check") else workflow.read or asked[-1]["read"]
    assert read.policy.unusable == "error"


@pytest.mark.parametrize("file", ["sales.csv", "m.forecast", "./sales.csv"])
@pytest.mark.parametrize("words", COMMANDS)
def test_the_list_replaces_nothing_that_the_command_reads_or_writes(forecast_program, words, file):
    code, _, err = forecast_program(*words.split(), "--model", "m.forecast", "--skipped", file)
    assert code == 2
    assert "is read or written by this command" in err


@pytest.mark.parametrize("words", COMMANDS)
def test_the_list_that_cannot_be_written_is_found_before_the_work(forecast_program, workflow, words):
    code, _, err = forecast_program(*words.split(), "--model", "m.forecast", "--skipped", "absent/f.jsonl")
    assert code == 1
    assert "there is no folder" in err
    assert not any(call[0] in ("train", "predict", "evaluate") for call in workflow.calls)


def test_the_list_is_written_all_the_same_when_a_verdict_fails(forecast_program, workflow, skip_series):
    skip_series(1)
    workflow.scores = fakes.scores(model=9.9)
    words = ("evaluate", "sales.csv", "--model", "m.forecast", "--require-skill", "--skipped", "f.jsonl")
    assert forecast_program(*words)[0] == 10
    assert json.loads(Path("f.jsonl").read_text())["id"] == "s1"
