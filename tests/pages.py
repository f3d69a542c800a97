"""Pages of the documentation as scripts: their commands, what they show, and what is printed instead."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

COLUMNS = 110
"""Width of the terminal in which a page was written."""

_NOT_HERE = re.compile(r"python3? -m (venv|pytest)|^pip |pip install")
"""Commands about the installation, which is that of the tests."""


_UNSET = ("FORECAST_MODEL", "COLUMNS", "LINES")
"""Variables of the surroundings that a page was not written with."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command of a page and the lines that the page shows after it."""

    line: str
    shown: list[str]


@dataclass(frozen=True, slots=True)
class Printed:
    """What a command printed, standard error first where it is no terminal."""

    code: int
    lines: list[str]


def steps(page: str) -> list[Step]:
    """The commands of all `console` blocks of a page, in their order, save those about the installation."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for text in block.removeprefix("$ ").split("\n$ "):
            line, *shown = text.replace("\\\n", "").splitlines()
            line = line.rpartition("&& .venv/bin/")[2].removeprefix(".venv/bin/")
            if not _NOT_HERE.search(line):
                found.append(Step(line, [each for each in shown if each]))
    return found


def run(folder: Path, line: str, *, terminal: bool = False) -> Printed:
    """Run a line in bash, where `forecast` is the program under test."""
    environment = {name: value for name, value in os.environ.items() if name not in _UNSET}
    environment |= {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "TERM": "dumb"}
    command = ["bash", "-c", f'forecast() {{ "{sys.executable}" -m forecast "$@"; }}; {line}']
    if terminal:
        return _on_terminal(command, folder, environment)
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Printed(done.returncode, (done.stderr + done.stdout).splitlines())


def _on_terminal(command: list[str], folder: Path, environment: dict[str, str]) -> Printed:
    """As a person sees it; wrapped lines are put together again, lines of progress left out."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        parts = []
        while part := _read(ours):
            parts.append(part)
    os.close(ours)
    lines = b"".join(parts).decode().replace("\r\n", "\n").splitlines()
    return Printed(process.returncode, [line for line in lines if not line.startswith("training  ")])


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # the end of a terminal
        return b""


def joined(lines: list[str]) -> list[str]:
    """The lines, with those that a text was wrapped into put together: below its label or "error:"."""
    found: list[str] = []
    for line in lines:
        heads = {"warning: ": 9, "error: ": 7, "hint:  ": 7}
        indent = next((wide for head, wide in heads.items() if found and found[-1].startswith(head)), 14)
        if found and re.match(f" {{{indent}}}\\S", line):
            found[-1] = f"{found[-1]} {line.strip()}"
        else:
            found.append(line)
    return found


def shape(line: str) -> str:
    """A line without its numbers, which another machine or a better network would change."""
    if line.startswith("verdict"):
        return "verdict"
    line = re.sub(r"[-+]?\d[\d,]*(\.\d+)?(e[-+]\d+)?", "n", line)
    return re.sub(r"[ ─]+", " ", line.replace("windows", "window")).strip()


def without_bars(line: str) -> str:
    """The shape of a line without its bars, whose lengths are numbers too."""
    return shape(re.sub("[▁-█▉-▏]+", "", line))


def without_forecasts(line: str) -> str:
    """A row of a forecast without the numbers, which a better network would change; other lines whole."""
    return re.sub(r"(?<=,)-?[0-9.]+(?=,|$)", "n", line) if re.fullmatch(r"[\w-]+(,[\w.-]+)+", line) else line
