"""What it costs to be safe, and whether it is: refusals, bombs, kills, checkpoints, ten million rows.

Every part makes its own data and runs whole processes, but for the cost of checkpoints, which
one process measures on itself. A kill or a signal comes at a random moment of
`forecast train --from scratch`; after each the model that was there before must load and forecast
the same, or be the new one, and nothing else may lie beside it but the checkpoint; at the end
`--resume` must give the bytes of a training that nobody disturbed.

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
    "--from",
    "scratch",
    "--backtests",
    "1",
    "--dropout",
    "0.1",
    "--ensemble",
    "2",
    "--patience",
    "300",
)

CHECKPOINT_COST = """
import sys, time
from forecast.network import checkpoint
spent, writes = 0.0, 0
def timed(method):
    def call(*arguments):
        global spent
        began = time.monotonic()
        try:
            return method(*arguments)
        finally:
            spent += time.monotonic() - began
    return call
def counted(write):
    def call(self):
        global writes
        writes += 1
        return write(self)
    return call
checkpoint.Checkpoint.hold = timed(checkpoint.Checkpoint.hold)
checkpoint.Checkpoint.add = timed(checkpoint.Checkpoint.add)
checkpoint.Checkpoint._write = counted(checkpoint.Checkpoint._write)
from forecast.app import run
began = time.monotonic()
assert run(sys.argv[1:]) == 0
print(spent, writes, time.monotonic() - began)
"""


def main() -> None:
    """Measure and print."""
    arguments = parser(__doc__)
    arguments.add_argument("--only", choices=PARTS, help="one part alone")
    arguments.add_argument("--kills", type=int, default=12, help="kills, and signals of each kind [12]")
    arguments.add_argument("--seed", type=int, default=0, help="moments of the kills [0]")
    asked = arguments.parse_args()
    tables: list[list[Row]] = []
    for name in [asked.only] if asked.only else PARTS:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            tables.append(PARTS[name](asked))
            os.chdir("/")
    show(*tables, as_json=asked.json)


def _refusals(_asked: argparse.Namespace) -> list[Row]:
    """Wrong files, each refused with its exit code."""
    wrong: dict[str, bytes] = {
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
    for name, content in wrong.items():
        Path(name).write_bytes(content)
        spent = cost([*FORECAST, "train", name], expected=3)
        rows.append({"refused": name, "wall s": spent.wall_s, "CPU s": spent.cpu_s, "target": "< 1 CPU s"})
    Path("text.forecast").write_text("not a model")
    spent = cost([*FORECAST, "predict", "--model", "text.forecast"], expected=4)
    rows.append(
        {"refused": "text.forecast", "wall s": spent.wall_s, "CPU s": spent.cpu_s, "target": "< 1 CPU s"}
    )
    return rows


def _head(_asked: argparse.Namespace) -> list[Row]:
    """`predict | head -1` of 100,000 rows: 25,000 series of four forecasts."""
    noise = random.Random(0)
    with open("panel.csv", "w") as stream:
        stream.write("id,year,y\n")
        for series in range(25_000):
            stream.writelines(f"s{series},{year},{noise.gauss(100, 9):.1f}\n" for year in range(2000, 2008))
    words = [*FORECAST, "predict", "panel.csv", "--model", "pretrained", "--horizon", "4", "-q"]
    began = time.monotonic()
    head = 'set -o pipefail; "$@" | head -1'
    done = subprocess.run(["bash", "-c", head, "-", *words], capture_output=True, text=True, check=False)
    wall = time.monotonic() - began
    whole = cost(words)
    quiet = done.stderr == "" and done.returncode == 141 and done.stdout.count("\n") == 1
    return [
        _head_row("| head -1", wall, None, quiet="yes" if quiet else "no"),
        _head_row("all", whole.wall_s, whole),
    ]


def _head_row(read: str, wall: float, spent: Cost | None, *, quiet: str = "") -> Row:
    return {
        "predict of 100,000 rows": read,
        "wall s": wall,
        "CPU s": None if spent is None else spent.cpu_s,
        "peak MB": None if spent is None else spent.peak_mb,
        "quiet, 141": quiet,
    }


def _bombs(_asked: argparse.Namespace) -> list[Row]:
    """A gzip file of zeros, one of real rows without end, and a model of giant tensors."""
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
    tried = {
        "gzip of zeros": ([*FORECAST, "train", "zeros.csv.gz"], 3),
        "gzip of rows": ([*FORECAST, "train", "rows.csv.gz"], 3),
        "model of 1 TiB": ([*FORECAST, "predict", "--model", "giant.forecast"], 4),
    }
    rows: list[Row] = []
    for name, (command, expected) in tried.items():
        spent = cost(command, expected=expected)
        rows.append({"bomb": name, "wall s": spent.wall_s, "peak MB": spent.peak_mb, "target": "< 300 MB"})
    return rows


def _kills(asked: argparse.Namespace) -> list[Row]:
    """Trainings killed or signalled at random moments, then resumed to the end."""
    train = [*FORECAST, "train", HARVEST, *SCRATCH, "-q"]
    began = time.monotonic()
    subprocess.run([*train, "--model", "whole.forecast"], check=True, capture_output=True)
    length = time.monotonic() - began
    moments = random.Random(asked.seed)
    rows: list[Row] = []
    for name in ("SIGKILL", "SIGINT", "SIGTERM", "SIGHUP"):
        if name != "SIGKILL":
            # What is ignored here, as under nohup or in the background, a child ignores too.
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        folder = Path(name)
        folder.mkdir()
        ended = [
            _stopped(train, folder, getattr(signal, name), moments.uniform(0, length))
            for _ in range(asked.kills)
        ]
        rows.append(
            {
                "signal": name,
                "sent": len(ended),
                "in time": sum(each is not None for each in ended),
                "longest to the end, s": max((each for each in ended if each is not None), default=0.0),
                "resumed to the same bytes": str(_same(train, folder)),
            }
        )
    return rows


def _stopped(train: list[str | Path], folder: Path, number: int, moment: float) -> float | None:
    """Seconds from the signal to the end, None where the training was over before; the rest is asserted."""
    model = folder / "m.forecast"
    before = model.read_bytes() if model.exists() else None
    words = [*train, "--model", model.name]
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        time.sleep(moment)
        sent = time.monotonic()
        process.send_signal(number)
        _, said = process.communicate()
    took = time.monotonic() - sent
    assert b"Traceback" not in said, said.decode()
    beside = {path.name for path in folder.iterdir()} - {"m.forecast", "m.forecast.checkpoint"}
    assert number == signal.SIGKILL or not beside, beside
    if process.returncode == 0:
        return None
    expected = -number if number == signal.SIGKILL else 128 + number
    # A signal before the handlers stand ends the process as it ends any other.
    assert process.returncode in (expected, -number), (process.returncode, said.decode())
    # A signal behind the last write finds the new model there, which is the one of any other run.
    now = model.read_bytes() if model.exists() else None
    assert now in (before, Path("whole.forecast").read_bytes())
    return took


def _same(train: list[str | Path], folder: Path) -> bool:
    """True where the training goes on to the model of the undisturbed one, and leaves nothing else."""
    words = [*train, "--model", "m.forecast", "--resume"]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    assert {path.name for path in folder.iterdir()} == {"m.forecast"}
    return (folder / "m.forecast").read_bytes() == Path("whole.forecast").read_bytes()


def _checkpoints(_asked: argparse.Namespace) -> list[Row]:
    """The share of a training of a minute or two that its checkpoints take."""
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


def _panel(_asked: argparse.Namespace) -> list[Row]:
    """Forecasts of 10,000 series of 1,000 days: few distinct numbers, then only distinct ones."""
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
