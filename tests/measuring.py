"""The program in a process of its own, measured."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

_WRAPPED = (
    "import resource, subprocess, sys\n"
    "done = subprocess.run(sys.argv[1:], capture_output=True, text=True, stdin=subprocess.DEVNULL)\n"
    "sys.stdout.write(done.stdout); sys.stderr.write(done.stderr)\n"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n"
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


def run(*words: str | Path, folder: Path | None = None, env: dict[str, str] | None = None) -> Ran:
    """`forecast` with these words, nothing on its standard input."""
    command = [sys.executable, "-c", _WRAPPED, sys.executable, "-m", "forecast", *map(str, words)]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, timeout=60)
    seconds = time.perf_counter() - started
    errors, _, kilobytes = done.stderr.rstrip("\n").rpartition("\n")
    return Ran(done.returncode, done.stdout, errors, int(kilobytes) / 1024, seconds)
