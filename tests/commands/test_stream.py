"""`forecast stream`: lines in, answers out at once, a state that lasts."""

import gzip
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.spec.model import Bounds
from forecast.spec.reading import Columns, ReadSpec
from forecast.storage import modelfile
from tests import models
from tests.panels import panel, wave


@pytest.fixture
def program(real_program):
    """A model of 40 years in years.forecast, and ten more in newer.csv."""
    columns = Columns("tons", time="year")
    tail = replace(panel(wave(40, season=5)), columns=columns)
    made = models.with_tail(models.model(models.network(), methods=("naive",)), tail)
    modelfile.save(replace(made, read=ReadSpec(columns)), Path("years.forecast"))
    rows = [f"{2040 + row},{value:.2f}" for row, value in enumerate(wave(50, season=5)[40:])]
    Path("newer.csv").write_text("\n".join(["year,tons", *rows, ""]))

    def run(*words: str, stdin: str = "/dev/null"):
        return real_program("stream", *words, stdin=stdin)

    return run


def test_each_line_has_an_answer(program):
    code, out, err = program("newer.csv", "--model", "years.forecast", "--level", "50,80")
    header, *rows = out.splitlines()
    assert code == 0
    assert header == "origin,year,forecast,lower_50,upper_50,lower_80,upper_80"
    assert [row.split(",")[:2] for row in rows] == [[str(year), str(year + 1)] for year in range(2040, 2050)]
    assert "stream        gru alone, its hidden state carried from row to row; left out: naive 50 %" in err
    assert "read          11 lines" in err


def test_standard_input_and_json(program):
    out = program("--model", "years.forecast", "--format", "jsonl", "--horizon", "2", stdin="newer.csv")[1]
    rows = [json.loads(line) for line in out.splitlines()]
    assert len(rows) == 20
    assert list(rows[0]) == ["origin", "year", "forecast", "lower_80", "upper_80"]
    assert (rows[0]["origin"], rows[1]["year"]) == (2040, 2042)
    table = program("newer.csv", "--model", "years.forecast", "--horizon", "2")[1].splitlines()[1:]
    assert [row["forecast"] for row in rows] == [float(line.split(",")[2]) for line in table]


def test_lines_may_be_packed(program):
    plain = program("newer.csv", "--model", "years.forecast")[1]
    packed = gzip.compress(Path("newer.csv").read_bytes())
    Path("newer.csv.gz").write_bytes(packed)
    assert program("newer.csv.gz", "--model", "years.forecast")[1] == plain
    Path("half.gz").write_bytes(packed[:-12])
    code, out, err = program("half.gz", "--model", "years.forecast", "--state", "half.state")
    assert code == 3
    assert "error: half.gz: is a damaged gzip file" in err
    assert plain.startswith(out)


def test_a_model_that_adds_rows_up_says_what_to_do_instead(program):
    found = modelfile.load(Path("years.forecast"))
    policy = replace(found.read.policy, resample="sum")
    modelfile.save(replace(found, read=replace(found.read, policy=policy)), Path("sums.forecast"))
    code, _, err = program("newer.csv", "--model", "sums.forecast")
    assert code == 2
    assert "hint:  forecast predict DATA --model MODEL reads all rows and adds them up" in err


def test_huge_whole_numbers_are_no_integers_of_300_digits(program):
    found = modelfile.load(Path("years.forecast"))
    modelfile.save(replace(found, bounds=Bounds(whole=True)), Path("whole.forecast"))
    Path("huge.csv").write_text("year,tons\n2040,3e300\n")
    row = program("huge.csv", "--model", "whole.forecast", "--method", "naive")[1].splitlines()[1].split(",")
    assert row[2] == "3e+300"


def test_the_answers_of_one_line_an_hour_are_those_of_all_at_once(program):
    rows = Path("newer.csv").read_text().splitlines()[1:]
    whole = program("newer.csv", "--model", "years.forecast", "--digits", "full")[1].splitlines()
    found = []
    for row in rows:
        Path("one.csv").write_text(f"{row}\n")
        words = ("one.csv", "--model", "years.forecast", "--state", "y.state", "--digits", "full")
        code, out, _ = program(*words)
        assert code == 0
        found += out.splitlines()
    assert found == whole  # the header once
    assert not [path for path in Path().iterdir() if path.name.endswith(".tmp")]


def test_a_bad_line_stops_with_its_number_or_is_skipped(program):
    lines = Path("newer.csv").read_text().splitlines()
    Path("bad.csv").write_text("\n".join([*lines[:3], "2042,what", *lines[3:], ""]))
    words = ("bad.csv", "--model", "years.forecast", "--state", "b.state")
    code, out, err = program(*words)
    assert code == 3
    assert len(out.splitlines()) == 3
    assert 'error: bad.csv, line 4: column "tons": "what" is not a number' in err
    code, out, err = program(*words, "--on-error", "skip")  # continues: the first two are older now
    assert code == 6
    assert "warning: skipped: bad.csv, line 2: 2040 is not after the newest row, 2041" in err
    assert "read          12 lines, 3 skipped" in err
    assert len(out.splitlines()) == 8


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--horizon", "9"], 2, "--horizon 9: the network gives 3 rows at once"),
        (["--method", "lstm"], 2, "--method lstm: the model has gru, naive"),
        (["--state", "years.forecast"], 2, "would replace what is read from it"),
        (["--state", "nowhere/s.state"], 1, "there is no folder"),
        (["--state", "newer.csv"], 2, "would replace what is read from it"),
        (["--every", "0"], 2, "every must be between 1 and"),
    ],
)
def test_what_cannot_be_done_is_refused_before_a_line_is_read(program, words, code, message):
    found = program("newer.csv", "--model", "years.forecast", *words)
    assert found[0] == code
    assert found[1] == ""
    assert message in found[2]


def test_without_a_network_the_whole_model_answers(program):
    model = modelfile.load(Path("years.forecast"))
    only = replace(model, combination=replace(model.combination, networks=()), weights=np.ones((2, 1)))
    modelfile.save(only, Path("naive.forecast"))
    code, out, err = program("newer.csv", "--model", "naive.forecast", "--digits", "full")
    assert code == 0
    values = [float(line.split(",")[1]) for line in Path("newer.csv").read_text().splitlines()[1:]]
    assert [float(line.split(",")[2]) for line in out.splitlines()[1:]] == values
    assert "stream        naive, computed again from the newest rows after each line" in err


def test_a_full_disk_is_a_message_and_the_old_state_stays(program, monkeypatch):
    words = ("newer.csv", "--model", "years.forecast", "--state", "y.state", "--on-error", "skip")
    assert program(*words)[0] == 0
    before = Path("y.state").read_bytes()
    rows = Path("newer.csv").read_text().splitlines()[1:]
    Path("newer.csv").write_text("\n".join([*rows, "2050,60", ""]))
    from forecast.streaming import state

    def fail(_stream, _content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(state, "_write", fail)
    code, out, err = program(*words)
    assert (code, len(out.splitlines())) == (1, 1)
    assert "y.state: cannot be written: No space left on device" in err
    assert Path("y.state").read_bytes() == before


@pytest.mark.slow
@pytest.mark.usefixtures("program")
def test_a_process_answers_at_once_and_a_signal_leaves_the_state_of_all_that_was_read():
    command = [sys.executable, "-m", "forecast", "stream", "--model", "years.forecast", "--state", "s.state"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    header, *rows = Path("newer.csv").read_text().splitlines(keepends=True)
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, text=True, env=environment) as process:
        process.stdin.write(header + rows[0])
        process.stdin.flush()
        assert process.stdout.readline().startswith("origin,year,forecast")
        assert process.stdout.readline().startswith("2040,2041,")  # while standard input is still open
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 143
        assert "Traceback" not in process.stderr.read()
    shell = f"tail -n +3 newer.csv | {' '.join(command)} | head -n 1"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, env=environment, check=False)
    assert done.stdout.startswith("2041,2042,")
    assert "rror" not in done.stderr
