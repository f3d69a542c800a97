"""CPU time and memory of processes, and tables of results: shared by the benchmarks.

Standard library only: a child's peak memory counts from the size its parent had when it
was started, so the process that measures must stay small.
"""

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FORECAST = (sys.executable, "-m", "forecast")

Command = Sequence[str | Path]
Row = Mapping[str, str | float | None]


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU time and memory of one whole process, with its start-up and all its threads."""

    cpu_s: float
    """User and system seconds."""
    wall_s: float
    peak_mb: float
    """Peak resident memory, in 10^6 bytes."""


def cost(command: Command, *, expected: int = 0) -> Cost:
    """The cost of a command that must end with the expected exit code; its output is discarded."""
    started_at = time.monotonic()
    null = subprocess.DEVNULL
    # As installed: Python keeps what it has compiled. Without, each start would compile all modules again.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, stdin=null, stdout=null, stderr=subprocess.PIPE, env=environment)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode != expected:
        raise SystemExit(f"{' '.join(map(str, command))}\nexit {process.returncode}\n{errors.decode()}")
    kilobyte = 1 if sys.platform == "darwin" else 1024
    return Cost(
        usage.ru_utime + usage.ru_stime, time.monotonic() - started_at, usage.ru_maxrss * kilobyte / 1e6
    )


def interleaved(commands: Mapping[str, Command], rounds: int, *, warm_up: int = 1) -> dict[str, Cost]:
    """The median cost of each command, over rounds A B A B after some that only fill caches."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(warm_up + rounds):
        for name, command in commands.items():
            costs[name].append(cost(command))
    return {name: _median(each[warm_up:]) for name, each in costs.items()}


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        *(
            statistics.median(getattr(each, field) for each in costs)
            for field in ("cpu_s", "wall_s", "peak_mb")
        )
    )


def cpu_seconds() -> float:
    """User and system seconds of this process and of its children that have ended, so far."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def pin() -> None:
    """Keep this process and its children on one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def monthly_csv(rows: int) -> str:
    """A monthly series from 1970-01 on with a trend, a season and noise; columns month, y."""
    noise = random.Random(0)
    lines = ["month,y"]
    for row in range(rows):
        season = 1 + 0.3 * ((row % 12) - 5.5) / 5.5
        value = (100 + 0.5 * row) * season + noise.gauss(0, 5)
        lines.append(f"{1970 + row // 12}-{row % 12 + 1:02d}-01,{value:.2f}")
    return "\n".join(lines) + "\n"


def parser(description: str) -> argparse.ArgumentParser:
    """A parser with the script's docstring as its help, and --json."""
    result = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    result.add_argument("--json", action="store_true", help="print the numbers as one JSON document")
    return result


def show(*tables: Sequence[Row], as_json: bool) -> None:
    """Print a line about the machine and the rows as plain tables, or all as one JSON document."""
    if as_json:
        print(json.dumps({"machine": machine(), "tables": tables}, indent=1))
        return
    print(machine())
    for rows in tables:
        texts = [list(rows[0]), *([_text(value) for value in row.values()] for row in rows)]
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        print()
        for first, *others in texts:
            cells = [text.rjust(width) for text, width in zip(others, widths[1:], strict=True)]
            print("  ".join([first.ljust(widths[0]), *cells]).rstrip())


def machine() -> str:
    """Processor, cores and Python, in words."""
    python = f"Python {platform.python_version()}"
    return f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, {python}"


def _text(value: str | float | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:.4g}"
