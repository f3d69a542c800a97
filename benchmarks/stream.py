"""What `forecast stream` costs, and what a carried hidden state changes in the accuracy.

Speed: lines for each CPU second of one whole process, and without its start, on one core. The model is a
GRU(64) that was trained for 3 epochs on 1,000 generated hours (window 48, horizon 24), alone or combined with
the other members; it is fed 20,000 lines, fewer where it is slow.

Accuracy: models of the sample data, trained on all rows but the newest fifth (of the panel the newest 20),
are fed these. Mean absolute error of the next row over that of the last value, the mean over the series.
"""

import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
from measuring import FORECAST, Row, cost, parser, pin, show

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "sample_data"

HOURS = 1_000
ROWS = 20_000

KINDS = (
    ("next row", ROWS, ()),
    ("next row, JSON lines in and out", ROWS, ("--format", "jsonl")),
    ("next row, state file", ROWS, ("--state", "{folder}/state")),
    ("24 rows ahead", ROWS // 4, ("--horizon", "24")),
    ("next row, newest window alone", 1_000, ("--memory", "window")),
    ("next row, whole combination", 200, ("--method", "combination")),
)

FILES = (
    ("weather.csv", "temp_max", {"target": "temp_max"}),
    ("weather.csv", "wind", {"target": "wind"}),
    ("co2.csv", "ppm", {}),
    ("harvest.csv", "tonnes", {}),
    ("harvest_panel.csv", "56 series", {}),
)


def main() -> None:
    """Measure and print."""
    arguments = parser(__doc__)
    arguments.add_argument("part", choices=["speed", "accuracy"])
    options = arguments.parse_args()
    if options.part == "speed":
        pin()
    show(_speed() if options.part == "speed" else _accuracy(), as_json=options.json)


def _speed() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder, rows = Path(name), []
        model = folder / "gru64.forecast"
        write_hours(folder / "old.csv", 0, HOURS)
        words = ["--units", "64", "--window", "48", "--horizon", "24", "--epochs", "3", "--backtests", "1"]
        cost([*FORECAST, "train", folder / "old.csv", *words, "--model", model])
        for kind, count, extra in KINDS:
            as_json = "jsonl" in extra
            given = [word.format(folder=folder) for word in extra]
            used = {}
            for part, lines in (("one", 1), ("all", count)):
                write_hours(folder / part, HOURS, HOURS + lines, as_json=as_json)
                command = [*FORECAST, "stream", folder / part, "--model", model, *given]
                used[part] = min(_cpu_seconds(command, folder / "state") for _ in range(2))
            rows.append(
                {
                    "kind": kind,
                    "lines": count,
                    "a CPU second": round(count / used["all"]),
                    "without the start": round(count / (used["all"] - used["one"])),
                }
            )
        return rows


def _cpu_seconds(command: list[str | Path], state: Path) -> float:
    state.unlink(missing_ok=True)
    return cost(command).cpu_s


def write_hours(path: Path, first: int, last: int, *, as_json: bool = False) -> None:
    """Days and noise."""
    hours = np.arange(first, last)
    times = np.datetime64("2020-01-01T00:00:00") + hours * np.timedelta64(1, "h")
    random = np.random.default_rng(first)
    values = 50 + 10 * np.sin(2 * np.pi * hours / 24) + random.normal(size=len(hours))
    rows = zip(times.astype(str), values, strict=True)
    if as_json:
        lines = [f'{{"hour": "{time}", "y": {value:.3f}}}' for time, value in rows]
    else:
        lines = ["hour,y", *(f"{time},{value:.3f}" for time, value in rows)]
    path.write_text("\n".join([*lines, ""]))


def _accuracy() -> list[Row]:
    import forecast

    rows = []
    for file, name, options in FILES:
        frame = forecast.repair(SAMPLES / file, **options)
        data = forecast.read(frame, **options).panel
        held = np.minimum(data.lengths // 5, 20 if len(data) > 1 else 10_000)
        kept = np.concatenate(
            [np.arange(length) < length - out for length, out in zip(data.lengths, held, strict=True)]
        )
        order = frame.sort_values([*data.columns.series_names, data.columns.time])
        trained = forecast.train(order[kept], **options).model
        found = {
            "carried": _errors(trained, data, held, method=None, memory="carried"),
            "newest window": _errors(trained, data, held, method=None, memory="window"),
            "combination": _errors(trained, data, held, method="combination", memory="carried"),
        }
        rows.append({"data": f"{file}, {name}", **{kind: round(error, 3) for kind, error in found.items()}})
        print(rows[-1], file=sys.stderr)
    return rows


def _errors(model, data, held, *, method, memory) -> float:
    from forecast.streaming.stream import Observation, Stream

    ratios = []
    for series, count in zip(data, held.tolist(), strict=True):
        stream = Stream(model, method=method, memory=memory)
        ours, naive = [], []
        for here, following in pairwise(series.values[-count:].tolist()):
            answer = stream.update(Observation(series.id, None, here, np.empty(0)))
            ours.append(abs(float(answer.values[0]) - following))
            naive.append(abs(here - following))
        ratios.append(np.mean(ours) / np.mean(naive))
    return float(np.mean(ratios))


if __name__ == "__main__":
    main()
