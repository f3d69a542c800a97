"""CPU seconds and peak memory of whole processes on a large panel, on one core.

The data are generated: 20,000 series of 50 years, 1,000,000 rows of whole numbers (columns
series, year, tonnes; random walks with a drift), written to a temporary folder.

`train` runs one epoch in each of its three fits (choosing the number of epochs, the backtest, the
refit): first by default, where an epoch is a sample of the windows, then over all 780,000 windows,
with forecast.train(..., from_="scratch", epochs=1, epoch_windows=...) in Python.
`predict` forecasts 4 years of all series, from the file and from the history stored in the model.
Medians of `--rounds` runs, in turn.
"""

import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measuring import FORECAST, Command, Cost, Row, interleaved, parser, pin, show

SERIES, YEARS = 20_000, 50

ALL_WINDOWS = """
import sys, forecast
forecast.train(sys.argv[1], model=sys.argv[2], from_="scratch", epochs=1, epoch_windows=1_000_000_000)
"""

TRAIN = "forecast train --from scratch --epochs 1"
TRAIN_ALL = "the same over all windows"
PREDICT = "forecast predict panel.csv"
PREDICT_TAIL = "forecast predict"
TARGETS = {TRAIN_ALL: "peak < 1500 MB", PREDICT: "< 10 CPU s", PREDICT_TAIL: "< 10 CPU s"}


def main() -> None:
    """Generate, measure and print."""
    arguments = parser(__doc__)
    arguments.add_argument("--rounds", type=int, default=1, help="rounds [1]")
    options = arguments.parse_args()
    pin()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "panel.csv"
        with data.open("w") as file:
            file.writelines(_lines())
        costs = interleaved(_commands(data, Path(folder) / "panel.forecast"), options.rounds, warm_up=0)
    show([_row(name, each) for name, each in costs.items()], as_json=options.json)


def _lines() -> Iterator[str]:
    noise = random.Random(0)
    yield "series,year,tonnes\n"
    for series in range(SERIES):
        level, drift = 10 ** noise.uniform(2, 5), noise.gauss(0.01, 0.02)
        for year in range(YEARS):
            level *= 1 + drift + noise.gauss(0, 0.08)
            yield f"s{series:05d},{1974 + year},{level:.0f}\n"


def _commands(data: Path, model: Path) -> dict[str, Command]:
    return {
        TRAIN: [*FORECAST, "train", data, "--from", "scratch", "--epochs", "1", "--model", model],
        TRAIN_ALL: [sys.executable, "-c", ALL_WINDOWS, data, model],
        PREDICT: [*FORECAST, "predict", data, "--model", model],
        PREDICT_TAIL: [*FORECAST, "predict", "--model", model],
    }


def _row(name: str, cost: Cost) -> Row:
    return {
        "command": name,
        "CPU s": cost.cpu_s,
        "wall s": cost.wall_s,
        "peak MB": cost.peak_mb,
        "target": TARGETS.get(name),
    }


if __name__ == "__main__":
    main()
