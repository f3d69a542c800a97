"""CPU seconds and peak memory of the commands, as whole processes on one core.

The model that predicts is a GRU(64), trained for 3 epochs on 500 generated months (window 24,
horizon 12). `train` reads sample_data/harvest.csv, 117 rows, and includes backtests, refit and the saved
file: by default, where one's own network and all other members of the combination are fitted, and with
`--quick`, which trains nothing. `predict` with no model combines the members that need no training. The
same rounds measure Python's bare imports, for comparison.
Medians of rounds A B A B; a first round fills caches and is not counted.
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from measuring import FORECAST, Command, Cost, Row, cost, interleaved, monthly_csv, parser, pin, show

HARVEST = Path(__file__).parents[1] / "sample_data" / "harvest.csv"

NUMPY = "python -c 'import numpy'"
HELP = "forecast --help"
PREDICT = "forecast predict (500 rows)"
TENSORFLOW = "python -c 'import tensorflow, keras'"
UNTRAINED = "forecast predict (500 rows, no model)"
MEMORY = "forecast explain memory (500 rows, no model)"
PLOT = "forecast plot (500 rows, no model)"
PNG = "forecast plot --output PNG (500 rows, no model)"
TRAIN = "forecast train harvest.csv"
QUICK = "forecast train harvest.csv --quick"


def main() -> None:
    """Measure and print."""
    arguments = parser(__doc__)
    arguments.add_argument("--rounds", type=int, default=11, help="rounds of the light commands [11]")
    arguments.add_argument("--heavy-rounds", type=int, default=3, help="rounds with TensorFlow [3]")
    options = arguments.parse_args()
    pin()
    with tempfile.TemporaryDirectory() as folder:
        light = interleaved(_light(Path(folder)), options.rounds)
        heavy = interleaved(_heavy(Path(folder)), options.heavy_rounds)
    show(_rows(light | heavy), as_json=options.json)


def _light(folder: Path) -> dict[str, Command]:
    data, model = folder / "months.csv", folder / "gru64.forecast"
    data.write_text(monthly_csv(500))
    cost([*FORECAST, "train", data, "--units", "64", "--epochs", "3", "--backtests", "1", "--model", model])
    return {
        NUMPY: [sys.executable, "-c", "import numpy"],
        HELP: [*FORECAST, "--help"],
        PREDICT: [*FORECAST, "predict", data, "--model", model],
        UNTRAINED: [*FORECAST, "predict", data, "--model", "pretrained"],
        MEMORY: [*FORECAST, "explain", "memory", data, "--model", "pretrained"],
        PLOT: [*FORECAST, "plot", data, "--model", "pretrained"],
        PNG: [*FORECAST, "plot", data, "--model", "pretrained", "--output", folder / "plot.png"],
    }


def _heavy(folder: Path) -> dict[str, Command]:
    return {
        TENSORFLOW: [sys.executable, "-c", "import tensorflow, keras"],
        TRAIN: [*FORECAST, "train", HARVEST, "--model", folder / "harvest.forecast"],
        QUICK: [*FORECAST, "train", HARVEST, "--quick", "--model", folder / "quick.forecast"],
    }


def _rows(costs: Mapping[str, Cost]) -> list[Row]:
    targets = {
        HELP: "< 0.5 s",
        PREDICT: "< 0.5 s, < 60 MB",
        UNTRAINED: "<= 7 imports, < 80 MB",
        MEMORY: "< 0.6 s",
        PLOT: "< 0.6 s",
        PNG: "< 2 s",
        TRAIN: "<= 3 imports",
    }
    imports = {name: TENSORFLOW if name in (TENSORFLOW, TRAIN) else NUMPY for name in costs}
    return [
        {
            "command": name,
            "CPU s": each.cpu_s,
            "wall s": each.wall_s,
            "peak MB": each.peak_mb,
            "x import": each.cpu_s / costs[imports[name]].cpu_s,
            "target": targets.get(name),
        }
        for name, each in costs.items()
    ]


if __name__ == "__main__":
    main()
