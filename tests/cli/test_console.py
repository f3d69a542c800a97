import io
import math
import os
import pty
import re
import sys

import pytest

from forecast.cli.console import Console, has_color
from forecast.events import (
    CheckpointSaved,
    Decision,
    EpochEnded,
    FileFailed,
    FitEnded,
    FitsAhead,
    Loading,
    Note,
    Warned,
)


class Terminal(io.StringIO):
    def isatty(self):
        return True


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


def test_quiet_silences_notes_and_warnings(capsys):
    assert heard(capsys, Note("a", "b"), Warned("c"), quiet=True) == ""


def test_quiet_does_not_silence_a_file_that_failed(capsys):
    failed = FileFailed("a.csv", "a.csv: is empty", "leave it out")
    assert heard(capsys, failed, quiet=True) == "warning: a.csv skipped: is empty; leave it out\n"


def test_quiet_does_not_silence_errors(capsys):
    Console(quiet=True).error("wrong", "do this")
    assert capsys.readouterr().err == "error: wrong\nhint:  do this\n"


def test_escapes_in_notes_are_spelled(capsys):
    assert heard(capsys, Warned("series \x1b[31m\n")) == "warning: series \\x1b[31m\\x0a\n"


def training(fits, epochs=30):
    """The events of a training of so many fits, each of so many epochs."""
    yield Loading("TensorFlow")
    yield FitsAhead(fits)
    for fit in range(fits):
        for number in range(1, epochs + 1):
            yield EpochEnded(f"backtest {fit}", number, epochs, 0.0123, None, None, 2.0)
        yield FitEnded(f"backtest {fit}")


def clocked(events, console, now, seconds):
    """Let the console hear events, `seconds` apart."""
    for event in events:
        console.listen(event)
        now[0] += seconds


@pytest.mark.parametrize("fits", [1, 3, 21, 300])
def test_a_pipe_gets_ten_lines_in_even_steps_however_many_fits(capsys, fits):
    now = [0.0]
    console = Console(clock=lambda: now[0])
    now[0] = 11.0
    clocked(training(fits), console, now, 2.0)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 10
    numbers = [int(line.split()[2]) for line in lines]
    assert numbers == [max(math.ceil(fits * tenth / 10), 1) for tenth in range(10)]
    assert all(line.startswith("training      fit ") for line in lines)
    assert all(f" of {fits}, " in line and line.endswith(" left") for line in lines)


def test_a_short_run_in_a_pipe_shows_no_progress(capsys):
    assert heard(capsys, *training(21), clock=lambda: 5.0) == ""


def test_moments_that_passed_unseen_are_not_made_up_for(capsys):
    now = [0.0]
    console = Console(clock=lambda: now[0])
    events = list(training(1, epochs=40))
    clocked(events[:22], console, now, 0.0)
    now[0] = 1000.0
    clocked(events[22:24], console, now, 1.0)
    assert capsys.readouterr().err == "training      fit 1 of 1, 38 s left\n"


def test_quiet_has_neither_spinner_nor_bar_nor_lines(monkeypatch, capsys):
    later = iter(range(0, 10**7, 100))
    assert heard(capsys, *training(3), quiet=True, clock=lambda: next(later)) == ""
    terminal = on_terminal(monkeypatch)
    for event in training(3):
        Console(quiet=True).listen(event)
    assert terminal.getvalue() == ""


def on_terminal(monkeypatch, columns="120"):
    """A terminal in place of standard error."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(sys, "stderr", Terminal())
    return sys.stderr


def test_on_a_terminal_a_spinner_says_that_tensorflow_is_loaded_until_the_next_event(monkeypatch):
    terminal = on_terminal(monkeypatch)
    console = Console(color="never")
    console.listen(Loading("TensorFlow"))
    drawn = terminal.getvalue()
    assert re.search(r"training      [⠀-⣿] loading TensorFlow", drawn)
    console.listen(Note("device", "CPU"))
    rest = terminal.getvalue()
    assert rest.rindex("\x1b[2K") < rest.index("device  ")
    assert rest.endswith("CPU\n")


def test_the_spinner_is_seen_while_descriptor_2_leads_nowhere(monkeypatch):
    master, slave = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    with open(slave, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        console = Console(color="never")
        console.listen(Loading("TensorFlow"))
        saved, null = os.dup(slave), os.open(os.devnull, os.O_WRONLY)
        os.read(master, 10_000)
        os.dup2(null, slave)
        seen = os.read(master, 10_000)
        os.dup2(saved, slave)
        console.erase()
        for descriptor in (saved, null):
            os.close(descriptor)
    os.close(master)
    assert b"loading TensorFlow" in seen


def test_on_a_terminal_one_bar_counts_all_fits_and_is_gone_at_the_end(monkeypatch):
    terminal = on_terminal(monkeypatch)
    console = Console(color="always", clock=lambda: 0.0)
    first, *rest = list(training(21))[1:]
    console.listen(first)
    assert "fit 1 of 21" in terminal.getvalue()
    numbers, ends = [], 0
    for event in rest:
        before = len(terminal.getvalue())
        console.listen(event)
        drawn = terminal.getvalue()[before:]
        numbers += re.findall(r"fit (\d+) of 21", drawn)
        ends += "\n" in drawn
    assert list(dict.fromkeys(numbers)) == [str(number) for number in range(1, 22)]
    assert "fit 1 of 21, 21 min left  backtest 0, epoch 1 of 30, loss 0.0123" in terminal.getvalue()
    assert ends == 1  # only where the bar is removed
    assert terminal.getvalue().rindex("\x1b[2K") > terminal.getvalue().rindex("fit 21 of 21")
    assert console._bar is None


def test_a_note_during_a_training_comes_above_the_bar_and_one_after_it_without_one(monkeypatch):
    terminal = on_terminal(monkeypatch)
    console = Console(color="never")
    for event in list(training(2))[1:5]:
        console.listen(event)
    before = len(terminal.getvalue())
    console.listen(Warned("the loss became NaN"))
    drawn = terminal.getvalue()[before:]
    assert drawn.rindex("\x1b[2K", 0, drawn.index("warning: ")) < drawn.index(
        "warning: the loss became NaN\n"
    )
    assert "fit 1 of 2, 2 min left" in drawn.split("became NaN\n")[1]
    before = len(terminal.getvalue())
    console.listen(CheckpointSaved("m.checkpoint", "the start"))
    noted = terminal.getvalue()[before:]
    assert "\x1b[2K" in noted.split("checkpoint  ")[0]
    assert "fit 1 of 2" not in noted.split("checkpoint  ")[1]


def test_where_nothing_is_left_to_train_the_bar_goes(monkeypatch):
    terminal = on_terminal(monkeypatch)
    console = Console(color="never")
    console.listen(FitsAhead(21))
    console.listen(FitEnded("choosing the number of epochs"))
    console.listen(FitsAhead(0))
    before = len(terminal.getvalue())
    console.listen(Note("fine-tuning", "did not improve it"))
    assert terminal.getvalue()[before:] == "fine-tuning   did not improve it\n"


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        ("120", "fit 1 of 21, 59 s left  choosing the number of epochs, epoch 170 of 200, loss 0.384"),
        ("100", "fit 1 of 21, 59 s left  choosing the number of epochs"),
        ("80", "fit 1 of 21, 59 s left"),
        ("45", "fit 1 of"),
    ],
)
def test_a_narrow_terminal_shows_less_and_stays_on_one_line(monkeypatch, columns, shown):
    terminal = on_terminal(monkeypatch, columns)
    console = Console(color="never")
    console.listen(FitsAhead(21))
    before = len(terminal.getvalue())
    stage = "choosing the number of epochs"
    console.listen(EpochEnded(stage, 170, 200, 0.38391, 0.91581, 20, 59 / 430))
    drawn = terminal.getvalue()[before:]
    assert shown in drawn
    assert "\n" not in drawn
    assert len(re.sub(r"\x1b\[[^A-Za-z]*[A-Za-z]|\r", "", drawn)) <= int(columns)


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
    now = [0.0]
    console = Console(clock=lambda: now[0])
    now[0] = 1000.0
    clocked(list(training(2))[:4], console, now, 1.0)
    assert sys.stderr.getvalue() == "training      fit 1 of 2, 2 min left\n"
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


def test_a_broken_stderr_does_not_stop_the_listener(monkeypatch):
    class Full(io.StringIO):
        def write(self, text):  # noqa: ARG002
            raise OSError(28, "No space left on device")

    silenced = []
    monkeypatch.setattr("forecast.cli.process.silence", silenced.append)
    monkeypatch.setattr(sys, "stderr", Full())
    Console().listen(Warned("w"))
    assert silenced == [2]


def test_warnings_errors_and_hints_go_on_below_their_text_on_a_terminal(monkeypatch):
    terminal = on_terminal(monkeypatch, columns="40")
    console = Console(color="never")
    console.warn("the series is constant, and nothing can be learned from it")
    console.error(
        "there is no file at_a_path_that_is_longer_than_the_terminal.csv",
        "forecast train DATA makes one of them",
    )
    lines = terminal.getvalue().splitlines()
    assert lines == [
        "warning: the series is constant, and",
        "         nothing can be learned from it",
        "error: there is no file",
        "       at_a_path_that_is_longer_than_the_terminal.csv",
        "hint:  forecast train DATA makes one of",
        "       them",
    ]


def test_in_a_file_a_warning_is_one_line(capsys):
    message = "a sentence that is longer than any terminal is wide, " * 3
    Console(color="never").warn(message.strip())
    assert capsys.readouterr().err == f"warning: {message.strip()}\n"
