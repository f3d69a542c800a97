import io
import sys

import pytest

from forecast.cli.console import PROGRESS_LINES_AFTER, Console, duration, has_color
from forecast.events import CheckpointSaved, Decision, EpochEnded, FitEnded, Note, Warned


class Terminal(io.StringIO):
    def isatty(self):
        return True


def epoch(number=10, stage="refit"):
    return EpochEnded(stage, number, 300, 0.0123, 0.0145, 9, 125.0)


def heard(capsys, *events, **settings):
    console = Console(**settings)
    for event in events:
        console.listen(event)
    return capsys.readouterr().err


def test_labels_are_aligned_and_a_long_one_stays_apart(capsys):
    lines = heard(capsys, Note("plan", "window 8"), Note("a_very_long_name.csv", "60 rows")).splitlines()
    assert lines == ["plan          window 8", "a_very_long_name.csv  60 rows"]


def test_decisions_are_shown_only_when_verbose(capsys):
    assert heard(capsys, Decision("device", "cpu")) == ""
    assert heard(capsys, Decision("device", "cpu"), verbose=True) == "device        cpu\n"


def test_quiet_silences_notes_warnings_and_progress(capsys):
    later = iter([0.0, 1e6])
    events = [Note("a", "b"), Warned("c"), epoch()]
    assert heard(capsys, *events, quiet=True, clock=lambda: next(later)) == ""


def test_quiet_does_not_silence_errors(capsys):
    Console(quiet=True).error("wrong", "do this")
    assert capsys.readouterr().err == "error: wrong\nhint:  do this\n"


def test_escapes_in_notes_are_spelled(capsys):
    assert heard(capsys, Warned("series \x1b[31m\n")) == "warning: series \\x1b[31m\\x0a\n"


def test_a_pipe_gets_at_most_ten_lines_of_progress_however_long_and_often(capsys):
    seconds = iter(range(0, 10_000_000, 7))
    console = Console(clock=lambda: next(seconds))
    for stage in range(50):
        for number in range(1, 100):
            console.listen(epoch(number, stage=f"backtest {stage} of 50"))
        console.listen(FitEnded(f"backtest {stage} of 50"))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(PROGRESS_LINES_AFTER) == 10


def test_a_short_run_in_a_pipe_shows_no_progress(capsys):
    assert heard(capsys, *[epoch()] * 50, clock=lambda: 5.0) == ""


def test_moments_that_passed_unseen_are_not_made_up_for(capsys):
    now = iter([0.0, 1000.0, 1001.0, 1002.0])
    lines = heard(capsys, epoch(), epoch(), epoch(), clock=lambda: next(now)).splitlines()
    assert lines == ["training      refit: epoch 10/300  loss 0.0123  validation 0.0145 (best 9)  2 min left"]


def test_on_a_terminal_progress_is_one_line_that_is_gone_before_a_note(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys, "stderr", Terminal())
    console = Console()
    console.listen(epoch(10))
    console.listen(epoch(20))
    drawn = sys.stderr.getvalue()
    assert "20/300" in drawn
    assert "(best 9)" in drawn
    console.listen(Note("saved", "m"))
    after = sys.stderr.getvalue().removeprefix(drawn)
    assert after.index("\x1b[2K") < after.index("saved")


def test_progress_fits_a_terminal_of_80_columns(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "stderr", Terminal())
    Console(color="never").listen(EpochEnded("backtest 3 of 3", 170, 3000, 0.38391, 0.91581, 16, 41.0))
    assert "backtest 3 of 3 " in sys.stderr.getvalue()
    assert " 170/3000  loss 0.384  validation 0.916 (best 16)  41 s left" in sys.stderr.getvalue()


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        ("100", " 170/3000  loss 0.384  validation 0.916 (best 16)  41 s left"),
        ("85", " 170/3000  loss 0.384  validation 0.916  41 s left"),
        ("80", " 170/3000  loss 0.384  41 s left"),
    ],
)
def test_with_a_long_stage_the_progress_shows_less_and_stays_on_one_line(monkeypatch, columns, shown):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(sys, "stderr", Terminal())
    stage = "choosing the number of epochs"
    Console(color="never").listen(EpochEnded(stage, 170, 3000, 0.38391, 0.91581, 16, 41.0))
    drawn = sys.stderr.getvalue()
    assert f"{stage} " in drawn
    assert shown in drawn
    assert "\n" not in drawn


@pytest.mark.parametrize("words", [("train", "my data.csv"), ("train", "my data.csv", "--resume")])
def test_the_note_of_an_interrupted_training_holds_the_command_that_resumes_it(capsys, words):
    lines = heard(
        capsys, CheckpointSaved("m.forecast.checkpoint", "after refit"), command=("forecast", *words)
    )
    assert lines.splitlines() == [
        "checkpoint    saved: m.forecast.checkpoint (after refit)",
        "resume with   forecast train 'my data.csv' --resume",
    ]


def test_a_long_note_is_indented_to_its_text_on_a_terminal_only(monkeypatch, capsys):
    text = "word " * 20 + "end"
    assert heard(capsys, Note("verdict", text)) == f"verdict       {text}\n"
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys, "stderr", Terminal())
    Console(color="never").listen(Note("verdict", text))
    lines = sys.stderr.getvalue().splitlines()
    assert lines[0].startswith("verdict       word")
    assert all(line.startswith(" " * 14 + "word") for line in lines[1:])
    assert max(map(len, lines)) <= 60


def test_a_dumb_terminal_gets_plain_lines(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(sys, "stderr", Terminal())
    now = iter([0.0, 1000.0])
    Console(clock=lambda: next(now)).listen(epoch())
    assert sys.stderr.getvalue().startswith("training      refit: epoch 10/300")
    assert "\x1b" not in sys.stderr.getvalue()


@pytest.mark.parametrize(
    ("option", "variables", "terminal", "expected"),
    [
        ("auto", {"TERM": "xterm"}, True, True),
        ("auto", {"TERM": "xterm"}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ("auto", {"TERM": "xterm", "NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour_follows_the_option_then_the_variables_then_the_terminal(
    monkeypatch, option, variables, terminal, expected
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert has_color(Terminal() if terminal else io.StringIO(), option) is expected


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (7260, "2 h 1 min")]
)
def test_a_duration_reads_like_speech(seconds, text):
    assert duration(seconds) == text


def test_a_broken_stderr_does_not_stop_the_listener(monkeypatch):
    class Full(io.StringIO):
        def write(self, text):  # noqa: ARG002
            raise OSError(28, "No space left on device")

    silenced = []
    monkeypatch.setattr("forecast.cli.process.silence", silenced.append)
    monkeypatch.setattr(sys, "stderr", Full())
    Console().listen(Warned("w"))
    assert silenced == [2]
