"""Real processes in hard surroundings: signals in a real training, a limit on files, no place to write."""

import os
import signal
import subprocess
import sys

import pytest

from tests.cli.test_process import FAKE, FORECAST, ROOT

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

SURROUNDINGS = {**os.environ, "PYTHONPATH": str(ROOT)}

TRAINING = """
import sys
from forecast.__main__ import main
from forecast.cli.console import Console
from forecast.events import EpochEnded
from forecast.network import checkpoint
checkpoint.COPY_SECONDS = checkpoint.REST_FACTOR = checkpoint.MIN_SECONDS = 0.0
def listen(self, event, listen=Console.listen):
    listen(self, event)
    if isinstance(event, EpochEnded):
        print("an epoch", file=sys.stderr, flush=True)
Console.listen = listen
main()
"""


def harvest(folder, rows=40):
    lines = [f"{1980 + row},{100 + row % 5 * 3}" for row in range(rows)]
    (folder / "harvest.csv").write_text("\n".join(["year,tonnes", *lines]) + "\n")


def names(folder):
    return {path.name for path in folder.iterdir()}


def run(folder, *words, shell=""):
    """One finished process of the program in a folder; `shell` goes before it, as in `ulimit -f 1;`."""
    command = " ".join([shell, *FORECAST, *words])
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=SURROUNDINGS,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_signal_in_a_real_training_leaves_what_was_learned_and_says_how_to_go_on(tmp_path):
    harvest(tmp_path)
    words = ["train", "harvest.csv", "--from", "scratch", "--units", "4", "--epochs", "1000000"]
    with subprocess.Popen(
        [sys.executable, "-c", TRAINING, *words, "--patience", "1000000"],
        cwd=tmp_path,
        env=SURROUNDINGS,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        lines = iter(process.stderr.readline, "")
        assert any(line == "an epoch\n" for line in lines)
        assert any(line == "an epoch\n" for line in lines)
        process.terminate()
        _, rest = process.communicate(timeout=10)
    assert process.returncode == 143
    assert "Traceback" not in rest
    saved = "checkpoint    saved: harvest.forecast.checkpoint (choosing the number of epochs, after epoch "
    assert saved in rest
    assert "resume with   forecast train harvest.csv --from scratch" in rest
    assert names(tmp_path) == {"harvest.csv", "harvest.forecast.checkpoint"}


def test_a_hangup_that_nohup_ignores_ends_nothing(tmp_path):
    (tmp_path / "d.csv").touch()
    with subprocess.Popen(
        ["bash", "-c", 'trap "" HUP; exec "$@"', "-", *FAKE, "train", "d.csv"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**SURROUNDINGS, "FAKE_SLEEP": "1"},
    ) as process:
        process.stderr.readline()
        process.send_signal(signal.SIGHUP)
        assert process.stderr.readline() == "training      goes on\n"
        assert process.poll() is None
        process.terminate()
        process.communicate(timeout=10)
    assert process.returncode == 143


@pytest.mark.parametrize(
    ("words", "shell", "message"),
    [
        ("--model /proc/m.forecast", "", "error: /proc/m.forecast: cannot be written"),
        ("--model absent/m.forecast", "", 'there is no folder "'),
        ("", "ulimit -f 4;", "error: harvest.forecast: cannot be written: File too large"),
    ],
)
def test_a_model_that_could_not_be_saved_is_found_before_the_data_are_read(tmp_path, words, shell, message):
    harvest(tmp_path)
    ran = run(tmp_path, "train", "harvest.csv", words, shell=shell)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert message in ran.stderr
    assert "guessed" not in ran.stderr
    assert "Traceback" not in ran.stderr
    assert names(tmp_path) == {"harvest.csv"}


def test_the_data_are_not_replaced_by_the_model(tmp_path):
    harvest(tmp_path)
    before = (tmp_path / "harvest.csv").read_bytes()
    ran = run(tmp_path, "train", "harvest.csv", "--model", "harvest.csv")
    assert ran.returncode == 4
    assert "is text, such as CSV, not a model, and is not overwritten" in ran.stderr
    assert (tmp_path / "harvest.csv").read_bytes() == before


def test_predict_writes_nothing(tmp_path):
    ran = run(tmp_path, "predict", "--model", str(ROOT / "tests/golden/format-2.forecast"))
    assert (ran.returncode, ran.stdout.count("\n") > 1) == (0, True)
    assert names(tmp_path) == set()
