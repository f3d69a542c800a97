"""Whether safety holds, and what it costs: refusals, bombs, kills, checkpoints, ten million rows.

Every part generates its own data and runs whole processes, but for the cost of checkpoints, which
one process measures on itself. A kill or a signal arrives at a random moment of
`forecast train --from scratch`; after each the model in the folder must be the old one or the
new one, byte by byte, with no other file but the checkpoint; at the end
`--resume` must give the bytes of an uninterrupted training.

`--only NAME` runs one part: refusals, head, bombs, kills, checkpoints, panel.
"""

import argparse
import gzip
import json
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from measuring import FORECAST, Cost, Row, cost, monthly_csv, parser, show

HARVEST = Path(__file__).parents[1] / "sample_data" / "harvest.csv"
GIB = 1 << 30
BOMB_BYTES = 4 * GIB

SCRATCH = (
    *("--from", "scratch", "--backtests", "1", "--dropout", "0.1"),
    *("--ensemble", "2", "--patience", "300"),
)

CHECKPOINT_COST = """
import sys, time
from forecast.network import checkpoint
spent, writes = 0.0, 0
def timed(method):
    def call(*arguments):
        global spent
        started_at = time.monotonic()
        try:
            return method(*arguments)
        finally:
            spent += time.monotonic() - started_at
    return call
def counted(write):
    def call(self):
        global writes
        writes += 1
        return write(self)
    return call
checkpoint.Checkpoint.update = timed(checkpoint.Checkpoint.update)
checkpoint.Checkpoint.add_result = timed(checkpoint.Checkpoint.add_result)
checkpoint.Checkpoint._write = counted(checkpoint.Checkpoint._write)
from forecast.app import run
began = time.monotonic()
assert run(sys.argv[1:]) == 0
print(spent, writes, time.monotonic() - began)
"""


def main() -> None:
    """Measure and print."""
    arguments = parser(__doc__)
    arguments.add_argument("--only", choices=PARTS, help="run only this part")
    arguments.add_argument("--kills", type=int, default=12, help="kills, and signals of each kind [12]")
    arguments.add_argument("--seed", type=int, default=0, help="random seed of the moments [0]")
    options = arguments.parse_args()
    tables: list[list[Row]] = []
    for name in [options.only] if options.only else PARTS:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            tables.append(PARTS[name](options))
            os.chdir("/")
    show(*tables, as_json=options.json)


def _refusals(_options: argparse.Namespace) -> list[Row]:
    """Invalid files, each refused with its exit code."""
    invalid: dict[str, bytes] = {
        "empty.csv": b"",
        "header.csv": b"year,tons\n",
        "image.csv": b"\x89PNG\r\n\x1a\n" + bytes(1000),
        "workbook.csv": b"PK\x03\x04" + bytes(1000),
        "short.csv": b"year,tons\n2001,1\n2002,2\n",
        "ragged.csv": b"year,tons\n2001,1\n2002,2,3\n",
        "unit.csv": b"year,tons\n"
        + b"".join(b"%d,%d\n" % (y, y) for y in range(1900, 2000))
        + b"2000,12 t\n",
        "long.csv": ("day,y\n" + "".join(f"{row},{row}\n" for row in range(100_000)) + "100000,x\n").encode(),
    }
    rows: list[Row] = []
    for name, content in invalid.items():
        Path(name).write_bytes(content)
        spent = cost([*FORECAST, "train", name], expected=3)
        rows.append({"refused": name, "wall s": spent.wall_s, "CPU s": spent.cpu_s, "target": "< 1 CPU s"})
    Path("text.forecast").write_text("not a model")
    spent = cost([*FORECAST, "predict", "--model", "text.forecast"], expected=4)
    rows.append(
        {"refused": "text.forecast", "wall s": spent.wall_s, "CPU s": spent.cpu_s, "target": "< 1 CPU s"}
    )
    return rows


def _head(_options: argparse.Namespace) -> list[Row]:
    """`predict | head -1` of 100,000 rows: 25,000 series of four forecasts."""
    noise = random.Random(0)
    with open("panel.csv", "w") as stream:
        stream.write("id,year,y\n")
        for series in range(25_000):
            stream.writelines(f"s{series},{year},{noise.gauss(100, 9):.1f}\n" for year in range(2000, 2008))
    words = [*FORECAST, "predict", "panel.csv", "--model", "pretrained", "--horizon", "4", "-q"]
    started_at = time.monotonic()
    head = 'set -o pipefail; "$@" | head -1'
    done = subprocess.run(["bash", "-c", head, "-", *words], capture_output=True, text=True, check=False)
    wall = time.monotonic() - started_at
    whole = cost(words)
    quiet = done.stderr == "" and done.returncode == 141 and done.stdout.count("\n") == 1
    return [
        _head_row("| head -1", wall, None, quiet="yes" if quiet else "no"),
        _head_row("all", whole.wall_s, whole),
    ]


def _head_row(output: str, wall: float, spent: Cost | None, *, quiet: str = "") -> Row:
    return {
        "predict of 100,000 rows": output,
        "wall s": wall,
        "CPU s": None if spent is None else spent.cpu_s,
        "peak MB": None if spent is None else spent.peak_mb,
        "quiet, 141": quiet,
    }


def _bombs(_options: argparse.Namespace) -> list[Row]:
    """A gzip file of zeros, one of very many valid rows, and a model with a giant tensor."""
    block = b"2001,1\n" * 150_000
    with gzip.open("zeros.csv.gz", "wb", compresslevel=9) as stream:
        for _ in range(BOMB_BYTES >> 20):
            stream.write(bytes(1 << 20))
    with gzip.open("rows.csv.gz", "wb", compresslevel=9) as stream:
        stream.write(b"year,tons\n")
        for _ in range(BOMB_BYTES // len(block)):
            stream.write(block)
    shape = {"dtype": "F64", "shape": [1 << 37], "data_offsets": [0, 1 << 40]}
    header = json.dumps(
        {"__metadata__": {"forecast": "{}"}, "tail/values": shape}, separators=(",", ":")
    ).encode()
    Path("giant.forecast").write_bytes(struct.pack("<Q", len(header)) + header)
    commands = {
        "gzip of zeros": ([*FORECAST, "train", "zeros.csv.gz"], 3),
        "gzip of rows": ([*FORECAST, "train", "rows.csv.gz"], 3),
        "model of 1 TiB": ([*FORECAST, "predict", "--model", "giant.forecast"], 4),
    }
    rows: list[Row] = []
    for name, (command, expected) in commands.items():
        spent = cost(command, expected=expected)
        rows.append({"bomb": name, "wall s": spent.wall_s, "peak MB": spent.peak_mb, "target": "< 300 MB"})
    return rows


def _kills(options: argparse.Namespace) -> list[Row]:
    """Trainings killed or interrupted by a signal at random moments, then resumed to the end."""
    train = [*FORECAST, "train", HARVEST, *SCRATCH, "-q"]
    started_at = time.monotonic()
    subprocess.run([*train, "--model", "whole.forecast"], check=True, capture_output=True)
    duration = time.monotonic() - started_at
    moments = random.Random(options.seed)
    rows: list[Row] = []
    for name in ("SIGKILL", "SIGINT", "SIGTERM", "SIGHUP"):
        if name != "SIGKILL":
            # A signal that is ignored here, as under nohup or in the background, is ignored by a child too.
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        folder = Path(name)
        folder.mkdir()
        ended = [
            _interrupt(train, folder, getattr(signal, name), moments.uniform(0, duration))
            for _ in range(options.kills)
        ]
        rows.append(
            {
                "signal": name,
                "sent": len(ended),
                "in time": sum(each is not None for each in ended),
                "longest to the end, s": max((each for each in ended if each is not None), default=0.0),
                "resumed to the same bytes": str(_resumes_to_same_bytes(train, folder)),
            }
        )
    return rows


def _interrupt(train: list[str | Path], folder: Path, number: int, moment: float) -> float | None:
    """Send a signal at a moment; return the seconds until the process ended, None where it had finished.

    What must hold afterwards is asserted.
    """
    model = folder / "m.forecast"
    before = model.read_bytes() if model.exists() else None
    words = [*train, "--model", model.name]
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        time.sleep(moment)
        sent = time.monotonic()
        process.send_signal(number)
        _, errors = process.communicate()
    seconds = time.monotonic() - sent
    assert b"Traceback" not in errors, errors.decode()
    others = {path.name for path in folder.iterdir()} - {"m.forecast", "m.forecast.checkpoint"}
    assert number == signal.SIGKILL or not others, others
    if process.returncode == 0:
        return None
    expected = -number if number == signal.SIGKILL else 128 + number
    # Before the handlers are set, a signal ends the process as it ends any other.
    assert process.returncode in (expected, -number), (process.returncode, errors.decode())
    # After the last write a signal finds the new model, which is that of any other run.
    now = model.read_bytes() if model.exists() else None
    assert now in (before, Path("whole.forecast").read_bytes())
    return seconds


def _resumes_to_same_bytes(train: list[str | Path], folder: Path) -> bool:
    """Whether the resumed training ends with the model of an uninterrupted one; no other file may be left."""
    words = [*train, "--model", "m.forecast", "--resume"]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    assert {path.name for path in folder.iterdir()} == {"m.forecast"}
    return (folder / "m.forecast").read_bytes() == Path("whole.forecast").read_bytes()


def _checkpoints(_options: argparse.Namespace) -> list[Row]:
    """The percentage of a training of a minute or two that its checkpoints take."""
    Path("months.csv").write_text(monthly_csv(500))
    rows: list[Row] = []
    for units, members in (("64", 8), ("256,256", 1)):
        words = ["train", "months.csv", "--from", "scratch", "--units", units, "--ensemble", str(members)]
        done = subprocess.run(
            [sys.executable, "-c", CHECKPOINT_COST, *words, "-q"], capture_output=True, text=True, check=True
        )
        spent, writes, wall = map(float, done.stdout.split()[-3:])
        share = 100 * spent / wall
        rows.append(
            {
                "GRU": f"{units} x {members}",
                "training s": wall,
                "written": writes,
                "ms in all": 1000 * spent,
                "% of training": share,
                "target": "< 1 %",
            }
        )
    return rows


def _panel(_options: argparse.Namespace) -> list[Row]:
    """Forecasts of 10,000 series of 1,000 days: few distinct numbers, then all distinct."""
    days = [(date(2020, 1, 1) + timedelta(day)).isoformat() for day in range(1_000)]
    noise = random.Random(0)
    rows: list[Row] = []
    for numbers in ("two decimals", "all distinct"):
        with open("days.csv", "w") as stream:
            stream.write("id,day,y\n")
            for series in range(10_000):
                values = (100 + 10 * (row % 7) + 5 * noise.random() for row in range(1_000))
                texts = [f"{value:.2f}" if numbers == "two decimals" else repr(value) for value in values]
                stream.writelines(f"s{series},{day},{y}\n" for day, y in zip(days, texts, strict=True))
        spent = cost([*FORECAST, "predict", "days.csv", "--model", "pretrained", "-q"])
        size = Path("days.csv").stat().st_size / 1e6
        rows.append(
            {
                "10,000,000 rows": numbers,
                "file MB": size,
                "wall s": spent.wall_s,
                "CPU s": spent.cpu_s,
                "peak MB": spent.peak_mb,
                "target": "< 4,000 MB",
            }
        )
    return rows


PARTS: dict[str, Callable[..., list[Row]]] = {
    "refusals": _refusals,
    "head": _head,
    "bombs": _bombs,
    "kills": _kills,
    "checkpoints": _checkpoints,
    "panel": _panel,
}


if __name__ == "__main__":
    main()
