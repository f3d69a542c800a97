"""Many series: time and memory as their number grows, engines side by side, workers killed, jobs resumed.

Data are generated: series of 100 days with a week's season, growth and noise, whole numbers. Each job is the
installed command as a user types it. Memory is that of all its processes at once (proportional set sizes,
twice a second), and CPU seconds are theirs too, those of Ray's detached workers included; they are found by a
variable in their environment. Linux only.

    python benchmarks/scale.py --folder /some/disk                 all parts; hours, 30 GB of disk
    python benchmarks/scale.py --folder F --only growth --most 100000
    python benchmarks/scale.py --folder F --only engines kill resume
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from measuring import FORECAST, parser, show

ROWS = 100
SERIES_PER_FILE = 10_000
MARK = "FORECAST_BENCHMARK"
METHODS = ("theta", "pretrained", "combination")
SECONDS_BETWEEN_KILLS = 20.0


@dataclass
class Watched:
    """What all processes of a job took."""

    wall_s: float = 0.0
    peak_mb: float = 0.0
    exit_code: int = 0
    cpu: dict[int, float] = field(default_factory=dict)
    """Process -> CPU seconds."""

    @property
    def cpu_s(self) -> float:
        """CPU seconds of all processes."""
        return sum(self.cpu.values())


def run(
    arguments: Sequence[str | Path], *, disturb: Callable[[subprocess.Popen], None] | None = None
) -> Watched:
    """Run the command with these arguments and watch it; `disturb` may do something to it meanwhile."""
    watched, token, started = Watched(), f"{os.getpid()}-{time.time_ns()}", time.monotonic()
    environment = os.environ | {MARK: token, "OMP_NUM_THREADS": "1"}
    command = [*FORECAST, *map(str, arguments)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    reader = threading.Thread(target=process.stderr.read, daemon=True)
    reader.start()
    if disturb is not None:
        threading.Thread(target=disturb, args=(process,), daemon=True).start()
    ticks = os.sysconf("SC_CLK_TCK")
    while process.poll() is None:
        watched.peak_mb = max(watched.peak_mb, sum(_look(pid, watched, ticks) for pid in processes_of(token)))
        time.sleep(0.5)
    watched.wall_s, watched.exit_code = time.monotonic() - started, process.returncode
    return watched


def processes_of(token: str) -> list[int]:
    """The processes with this mark in their environment."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError):
                if f"{MARK}={token}".encode() in Path(entry.path, "environ").read_bytes():
                    found.append(int(entry.name))
    return found


def _look(pid: int, watched: Watched, ticks: int) -> float:
    """The memory of a process in 10^6 bytes; its CPU seconds are noted."""
    with suppress(OSError, ValueError, IndexError):
        times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        watched.cpu[pid] = (int(times[11]) + int(times[12])) / ticks
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def make(folder: Path, series: int, *, per_file: int = SERIES_PER_FILE, days: int = ROWS) -> Path:
    """A folder of Parquet files with so many series of so many days; one that is there is used."""
    import pyarrow as pa
    from pyarrow import parquet

    made = folder / f"series-{series}-{per_file}-{days}"
    if made.exists():
        return made
    unfinished = folder / ".making"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    dates = np.datetime64("2025-01-01") + np.arange(days)
    for start in range(0, series, per_file):
        count = min(per_file, series - start)
        ids = [f"s{number:07d}" for number in range(start, start + count)]
        table = pa.table(
            {
                "store": pa.array(np.repeat(ids, days)).dictionary_encode(),
                "date": pa.array(np.tile(dates, count)),
                "sold": values(count, seed=start)[:, -days:].ravel(),
            }
        )
        parquet.write_table(table, unfinished / f"part-{start // per_file:05d}.parquet")
    unfinished.replace(made)
    return made


def values(count: int, *, seed: int) -> np.ndarray:
    """(count, ROWS) sales of shops of every size."""
    random_ = np.random.default_rng(seed)
    level = random_.lognormal(3, 1, (count, 1))
    day = np.arange(ROWS) + random_.integers(0, 7, (count, 1))
    week = 1 + 0.3 * np.sin(2 * np.pi * day / 7)
    growth = 1 + random_.normal(0, 0.002, (count, 1)) * np.arange(ROWS)
    return np.maximum(np.rint(level * week * growth + np.sqrt(level) * random_.normal(size=(count, ROWS))), 0)


def digest(folder: Path) -> str:
    """Of the names and the bytes of all results."""
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*.parquet")):
        whole.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def strays(folder: Path) -> int:
    """Files that are neither results nor of the manifest."""
    return sum(
        path.is_file() and path.suffix not in (".parquet", ".json", ".jsonl", ".forecast")
        for path in folder.rglob("*")
    )


def growth(options: argparse.Namespace) -> list[dict]:
    """CPU time per series as the number of series grows, by method."""
    rows = []
    for method in options.methods:
        for series in (10**power for power in range(3, 7)):
            if series <= options.most:
                data, out = make(options.folder, series), fresh(options.folder)
                done = run(
                    ["predict", data, "--method", method, "--output", out, "--workers", options.workers]
                )
                rows.append(
                    {"method": method, "series": f"{series:,}", "rows": f"{series * ROWS:,}"}
                    | facts(done)
                    | {"ms a series": round(1000 * done.cpu_s / series, 3)}
                )
    return rows


def tail(options: argparse.Namespace) -> list[dict]:
    """Forecasts of all series that a model keeps."""
    rows = []
    for series in (10**power for power in range(3, 7)):
        if series <= options.most:
            days = min(ROWS, 10**7 // series)  # more are not read at once
            data, model = make(options.folder, series, days=days), options.folder / f"tail-{series}.forecast"
            if not model.exists():
                run(["train", data, "--quick", "--method", "theta", "--model", model])
            done = run(["predict", "--model", model, "--output", options.folder / "tail.parquet"])
            rows.append(
                {
                    "series": f"{series:,}",
                    "rows of each": days,
                    "model MB": round(model.stat().st_size / 1e6, 1),
                }
                | facts(done)
                | {"ms a series": round(1000 * done.cpu_s / series, 3)}
            )
    return rows


def engines(options: argparse.Namespace) -> list[dict]:
    """The same 32 files on every engine, in turn."""
    data, rows, first = make(options.folder, 32 * 2_000, per_file=2_000), [], ""
    for round_ in range(options.rounds):
        for name, workers in (("serial", 1), ("processes", 1), ("processes", 2), ("ray", 1), ("ray", 2)):
            out = fresh(options.folder)
            done = run(
                [
                    "predict",
                    data,
                    "--output",
                    out,
                    "--engine",
                    name,
                    "--workers",
                    workers,
                ]
            )
            first = first or digest(out)
            rows.append(
                {"engine": name, "workers": workers, "round": round_ + 1}
                | facts(done)
                | {"same bytes": digest(out) == first}
            )
    return rows


def kill(options: argparse.Namespace) -> list[dict]:
    """A worker is killed every 20 seconds, as long as the job runs."""
    data, rows = make(options.folder, options.kill_series, per_file=1_000), []
    whole = fresh(options.folder, "whole")
    rows.append(
        {"engine": "serial", "kills": 0}
        | facts(run(["predict", data, "--output", whole]))
        | {"same bytes": True, "stray files": strays(whole)}
    )
    for name in ("processes", "ray"):
        out, kills = fresh(options.folder), []
        done = run(
            ["predict", data, "--output", out, "--engine", name, "--workers", 2],
            disturb=lambda process, kills=kills: _kill_workers(process, kills),
        )
        same = {"same bytes": digest(out) == digest(whole), "stray files": strays(out)}
        rows.append({"engine": name, "kills": len(kills)} | facts(done) | same)
    return rows


def _kill_workers(process: subprocess.Popen, kills: list[int]) -> None:
    while process.poll() is None:
        time.sleep(SECONDS_BETWEEN_KILLS)
        workers = [pid for pid in _descendants(process.pid) if _is_worker(pid)]
        if workers and process.poll() is None:
            kills.append(random.Random(len(kills)).choice(workers))
            with suppress(ProcessLookupError):
                os.kill(kills[-1], signal.SIGKILL)


def _is_worker(pid: int) -> bool:
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
        return b"spawn_main" in words or words.startswith(b"ray::")
    return False


def _descendants(pid: int) -> list[int]:
    children = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += map(int, (task / "children").read_text().split())
    return children + [each for child in children for each in _descendants(child)]


def resume(options: argparse.Namespace) -> list[dict]:
    """A job is stopped by SIGTERM in the middle, and started again."""
    data, out, whole = make(options.folder, 64_000, per_file=2_000), fresh(options.folder), None
    arguments = ["predict", data, "--method", "theta", "--output", out, "--workers", 2]
    manifest = out / "_job" / "files.jsonl"

    def stop(process: subprocess.Popen) -> None:
        while process.poll() is None and not (manifest.exists() and manifest.read_text().count("\n") >= 16):
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)

    rows = [{"job": "stopped by SIGTERM after 16 of 32 files"} | facts(run(arguments, disturb=stop))]
    before = {path: path.stat().st_mtime_ns for path in out.glob("*.parquet")}
    rows.append({"job": "resumed"} | facts(run(arguments)))
    kept = sum(path.stat().st_mtime_ns == stamp for path, stamp in before.items())
    whole = fresh(options.folder, "whole")
    rows.append({"job": "never stopped"} | facts(run([*arguments[:4], "--output", whole, "--workers", 2])))
    same = digest(out) == digest(whole)
    known = [
        {},
        {"same bytes": same, "finished files kept": f"{kept} of {len(before)}"},
        {"same bytes": same},
    ]
    return [
        row | {"same bytes": "", "finished files kept": ""} | more
        for row, more in zip(rows, known, strict=True)
    ]


def partition(options: argparse.Namespace) -> list[dict]:
    """One CSV file, day after day, put into files by series."""
    source, parts = csv(options.folder, options.csv_gb), options.folder / "parts"
    shutil.rmtree(parts, ignore_errors=True)
    done = run(["partition", source, "--output", parts])
    files = list(parts.glob("*.parquet"))
    size = sum(path.stat().st_size for path in files)
    return [
        {"CSV GB": round(source.stat().st_size / 1e9, 2)}
        | facts(done)
        | {"files": len(files), "Parquet GB": round(size / 1e9, 2)}
    ]


def csv(folder: Path, gigabytes: float) -> Path:
    """A CSV file of that size, sorted by day: every series is all over it."""
    path = folder / f"days-{gigabytes:g}.csv"
    if path.exists():
        return path
    count = 100_000
    ids = [f"s{number:07d}" for number in range(count)]
    sold = values(count, seed=1).astype(int)
    with open(path.with_suffix(".tmp"), "w") as stream:
        stream.write("store,date,sold\n")
        day = 0
        while stream.tell() < gigabytes * 1e9:
            date = np.datetime64("1990-01-01") + day
            column = sold[:, day % ROWS].tolist()
            stream.writelines(f"{id},{date},{value}\n" for id, value in zip(ids, column, strict=True))
            day += 1
    path.with_suffix(".tmp").replace(path)
    return path


def facts(done: Watched) -> dict[str, float]:
    """The columns of a row about a job."""
    return {
        "exit": done.exit_code,
        "CPU s": round(done.cpu_s, 1),
        "wall s": round(done.wall_s, 1),
        "peak MB": round(done.peak_mb),
    }


def fresh(folder: Path, name: str = "out") -> Path:
    """A folder that is not there yet."""
    shutil.rmtree(folder / name, ignore_errors=True)
    return folder / name


PARTS = {
    "growth": growth,
    "tail": tail,
    "engines": engines,
    "kill": kill,
    "resume": resume,
    "partition": partition,
}


def main() -> None:
    """Run the parts that are asked for."""
    arguments = parser(__doc__)
    arguments.add_argument("--folder", type=Path, required=True, help="for the data and the results")
    arguments.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    arguments.add_argument("--most", type=int, default=10**6, help="series [1000000]")
    arguments.add_argument("--methods", nargs="*", default=list(METHODS))
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--rounds", type=int, default=3, help="of the engines")
    arguments.add_argument("--kill-series", type=int, default=40_000)
    arguments.add_argument("--csv-gb", type=float, default=10.0)
    options = arguments.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.only:
        show(PARTS[name](options), as_json=options.json)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
