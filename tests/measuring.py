"""The program in a process of its own, measured."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

_WRAPPED = (
    "import resource, subprocess, sys\n"
    "done = subprocess.run(sys.argv[1:], capture_output=True, text=True, stdin=subprocess.DEVNULL)\n"
    "sys.stdout.write(done.stdout); sys.stderr.write(done.stderr)\n"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
    "print(used.ru_maxrss, used.ru_utime + used.ru_stime, file=sys.stderr)\n"
    "sys.exit(done.returncode)"
)


@dataclass(frozen=True)
class Ran:
    """A finished process."""

    code: int
    output: str
    errors: str
    megabytes: float
    """The most memory that it held."""
    seconds: float
    """Of the processor: those of the clock tell what else the machine does."""


def run(*words: str | Path, folder: Path | None = None, env: dict[str, str] | None = None) -> Ran:
    """`forecast` with these words, nothing on its standard input."""
    command = [sys.executable, "-c", _WRAPPED, sys.executable, "-m", "forecast", *map(str, words)]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, timeout=60)
    errors, _, used = done.stderr.rstrip("\n").rpartition("\n")
    kilobytes, seconds = map(float, used.split())
    return Ran(done.returncode, done.stdout, errors, kilobytes / 1024, seconds)
