"""Real processes: pipes, signals, closed and full streams, start-up time."""

import os
import pty
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FORECAST = [sys.executable, "-m", "forecast"]
FAKE = [sys.executable, "-m", "tests.cli.fake_program"]
GOLDEN = str(ROOT / "tests" / "golden" / "format-2.forecast")


def run(command, *arguments, shell="", env=None, **options):
    """One finished process; `shell` is added after the command, as in `>/dev/full`."""
    words = " ".join([*command, *arguments])
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "FORECAST_MODEL": "m.forecast", **(env or {})}
    return subprocess.run(
        ["bash", "-c", f"{words} {shell}"],
        capture_output=True,
        text=True,
        timeout=20,
        env=surroundings,
        **{"stdin": subprocess.DEVNULL, **options},
    )


def test_predict_prints_csv_and_nothing_else_on_stdout():
    ran = run(FAKE, "predict", "--horizon", "2")
    assert ran.stdout == "year,forecast,lower_80,upper_80\n2024,0.5,-0.5,1.5\n2025,1.5,0.5,2.5\n"
    assert ran.stderr == "model         m.forecast\nwarning: 2 gaps filled\n"
    assert ran.returncode == 0


def test_a_reader_that_leaves_is_answered_quietly_with_141():
    ran = run(FAKE, "predict", "-q", shell="| head -1; echo ${PIPESTATUS[0]}", env={"FAKE_SERIES": "20000"})
    assert ran.stdout == "field,year,forecast,lower_80,upper_80\n141\n"
    assert ran.stderr == ""


def test_a_reader_of_json_lines_that_leaves_is_answered_quietly():
    options = {"env": {"FAKE_SERIES": "20000"}, "shell": "| head -1; echo ${PIPESTATUS[0]}"}
    ran = run(FAKE, "predict", "-q", "-f", "jsonl", **options)
    assert ran.stdout.splitlines()[1:] == ["141"]
    assert ran.stderr == ""


@pytest.mark.parametrize("words", [["predict", "-q"], ["--help"], ["--version"]])
def test_a_full_disk_is_a_message_and_exit_1(words):
    ran = run(FAKE, *words, shell=">/dev/full")
    assert ran.returncode == 1
    assert ran.stderr.startswith("error: No space left on device\n")
    assert "Traceback" not in ran.stderr


def test_a_full_disk_under_stderr_does_not_end_the_work():
    ran = run(FAKE, "predict", shell="2>/dev/full")
    assert ran.returncode == 0
    assert ran.stdout.startswith("year,forecast")


def test_a_closed_stdout_is_an_error():
    ran = run(FAKE, "predict", "-q", shell=">&-")
    assert ran.returncode == 1
    assert ran.stderr.startswith("error: ")
    assert "Traceback" not in ran.stderr


def test_a_closed_stderr_changes_nothing_on_stdout():
    ran = run(FAKE, "predict", shell="2>&-")
    assert ran.returncode == 0
    assert ran.stdout.startswith("year,forecast")


def test_all_streams_closed_ends_without_a_hang():
    assert run(FAKE, "predict", shell="<&- >&- 2>&-").returncode == 1


def test_a_closed_stdin_is_no_data():
    ran = run(FAKE, "predict", "-q", shell="<&-")
    assert ran.returncode == 0
    assert ran.stdout.startswith("year,forecast")


def test_predict_reads_a_pipe_and_not_dev_null():
    assert "standard input is empty" in run(FAKE, "predict", input="", stdin=None).stderr
    assert "standard input is empty" not in run(FAKE, "predict").stderr


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_ends_training_without_a_traceback(name, code, tmp_path):
    (tmp_path / "d.csv").touch()
    with subprocess.Popen(
        [*FAKE, "train", "d.csv"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "FAKE_SLEEP": "1"},
        # Under nohup, or after a shell's &, tests inherit a signal that is ignored.
        preexec_fn=lambda: signal.signal(getattr(signal, name), signal.SIG_DFL),
    ) as process:
        assert process.stderr.readline() == "training      goes on\n"
        process.send_signal(getattr(signal, name))
        _, errors = process.communicate(timeout=10)
    assert process.returncode == code
    assert "Traceback" not in errors
    assert not list(tmp_path.glob("*.forecast"))


def test_a_bug_is_one_line_and_debug_shows_where():
    brief = run(FAKE, "predict", env={"FAKE_BUG": "1"})
    assert brief.returncode == 1
    assert brief.stderr.splitlines() == [
        "error: a bug in forecast: ZeroDivisionError: division by zero",
        "hint:  the same command with --debug shows where; please report it",
    ]
    assert "Traceback" in run(FAKE, "--debug", "predict", env={"FAKE_BUG": "1"}).stderr
    assert "Traceback" in run(FAKE, "predict", "--debug", env={"FAKE_BUG": "1"}).stderr


def modules_of(*command) -> set[str]:
    """Top names of all that a run of Python imports."""
    ran = run([sys.executable, "-X", "importtime", "-m", *command])
    return {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in ran.stderr.splitlines() if "|" in line}


@pytest.mark.parametrize("program", ["python -m", "python -P -m", "forecast"])
def test_no_module_of_a_forecast_is_imported_from_the_current_folder(tmp_path, program):
    commands = {
        "python -m": FORECAST,
        "python -P -m": [sys.executable, "-P", "-m", "forecast"],
        "forecast": [sys.executable, str(tmp_path / "bin" / "forecast")],
    }
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "forecast").write_text("from forecast.__main__ import main\nmain()\n")
    here = tmp_path / "here"
    here.mkdir()
    names = modules_of("forecast", "predict", "--model", GOLDEN) | {"forecast"}
    assert {"numpy", "typing", "re"} <= names
    if program == "python -m":
        # What Python imports to find any module at all, and "forecast" itself, are its own to look for.
        names -= modules_of("timeit", "-n1", "0") | {"forecast"}
        names |= {"typing", "re"}
    for name in names:
        (here / f"{name}.py").write_text(f"raise SystemExit('imported {name}')")
    words = [*commands[program], "predict", "--model", GOLDEN]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        words, cwd=here, env=surroundings, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert "imported" not in ran.stderr + ran.stdout
    assert ran.returncode == 0


def test_a_current_folder_that_was_removed_is_no_matter(tmp_path):
    (tmp_path / "gone").mkdir()
    shell = f"cd {tmp_path}/gone && rmdir {tmp_path}/gone && {' '.join(FORECAST)} show {GOLDEN}"
    ran = run(["true"], shell=f"; {shell}")
    assert ran.returncode == 0
    assert ran.stderr == f"model         {GOLDEN}\n"


def test_the_width_of_the_terminal_changes_no_data():
    narrow = run(FAKE, "predict", env={"COLUMNS": "10"})
    assert narrow.stdout == run(FAKE, "predict", env={"COLUMNS": "300"}).stdout


def test_on_a_terminal_the_result_is_a_table_and_stdin_is_not_waited_for():
    controller, terminal = pty.openpty()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "FORECAST_MODEL": "m", "TERM": "xterm", "COLUMNS": "20"}
    with subprocess.Popen(
        [*FAKE, "predict", "-q"], stdin=terminal, stdout=terminal, stderr=terminal, env=env
    ) as process:
        assert process.wait(timeout=10) == 0
    os.close(terminal)
    shown = os.read(controller, 100_000).decode()
    os.close(controller)
    assert "lower_80" in shown
    assert "2024" in shown
    assert "," not in shown


def cpu_seconds(command) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def budget() -> float:
    """Half a second of CPU, or on a slow machine what three imports of NumPy cost."""
    return max(0.5, 3 * cpu_seconds([sys.executable, "-c", "'import numpy'"]))


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"]])
def test_the_program_starts_in_under_half_a_second_of_cpu(words):
    assert min(cpu_seconds([*FORECAST, *words]) for _ in range(2)) < budget()


@pytest.mark.parametrize(("words", "absent"), [("--help", "numpy pandas rich"), ("predict", "pandas rich")])
def test_a_command_in_a_pipe_leaves_heavy_libraries_alone(words, absent):
    ran = run([sys.executable, "-X", "importtime", "-m", "tests.cli.fake_program", words])
    if words == "--help":
        # The fake workflow itself needs NumPy.
        ran = run([sys.executable, "-X", "importtime", "-m", "forecast", words])
    loaded = {line.rsplit("|", 1)[-1].strip() for line in ran.stderr.splitlines() if "|" in line}
    assert "typer" in loaded
    assert not loaded & set(absent.split())


def test_a_real_model_forecasts_in_a_pipe_in_half_a_second_of_cpu_without_heavy_libraries():
    ran = run([sys.executable, "-X", "importtime", "-m", "forecast", "predict", "--model", GOLDEN])
    assert ran.returncode == 0
    assert "forecast,lower_80,upper_80\n" in ran.stdout
    loaded = {line.rsplit("|", 1)[-1].strip() for line in ran.stderr.splitlines() if "|" in line}
    assert "numpy" in loaded
    assert not loaded & {"pandas", "rich", "sklearn", "tensorflow", "keras", "pyarrow"}
    assert min(cpu_seconds([*FORECAST, "predict", "--model", GOLDEN]) for _ in range(2)) < budget()


def test_a_real_model_has_a_card():
    ran = run(FORECAST, "show", GOLDEN)
    assert ran.stdout.startswith("item,value\nnetwork,")


def test_a_file_that_is_no_model_is_exit_4(tmp_path):
    (tmp_path / "m.forecast").write_text("not a model")
    ran = run(FORECAST, "predict", "--model", str(tmp_path / "m.forecast"))
    assert (ran.returncode, ran.stdout) == (4, "")
    assert ran.stderr.startswith("error: ")


def test_completion_offers_the_commands():
    env = {"_FORECAST_COMPLETE": "complete_bash", "COMP_WORDS": "forecast pre", "COMP_CWORD": "1"}
    assert run(FORECAST, env=env).stdout.split() == ["predict"]


def test_time_passes_little_between_a_signal_and_the_end(tmp_path):
    (tmp_path / "d.csv").touch()
    with subprocess.Popen(
        [*FAKE, "train", "-q", "d.csv"],
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "FAKE_SLEEP": "1"},
    ) as process:
        time.sleep(0.7)
        started = time.monotonic()
        process.terminate()
        assert process.communicate(timeout=10)[1] == b""
    assert time.monotonic() - started < 5
