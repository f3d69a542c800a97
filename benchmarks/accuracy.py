"""Accuracy of the default settings on held-out rows, and the CPU time it takes.

Every model is trained and used by whole processes, `forecast train` and `forecast predict`, with
no options but --horizon, --cell and --seed. Never tune anything on these numbers.

AirPassengers: the last 24 months are held out, the first 120 rows are a file of their own.
MASE of the 24 (scale: the mean seasonal change of the first 120), for GRU and LSTM, mean and
range over seeds: with the horizon 12 that `train` chooses, the second year forecast recursively, and
with --horizon 24. For comparison the seasonal naive and ridge regression baselines.

M4: 200 monthly (horizon 18), 200 quarterly (8) and 198 yearly (6) series of the competition, one
model per frequency. OWA is the mean of sMAPE and MASE, each relative to that of Naive2 as the
organisers define it (computed here, and checked against the published sMAPE and MASE).

The folder given by --data holds airpassengers.csv and m4_FREQUENCY_sample_train.parquet and
_test.parquet, each with the columns unique_id, ds, y: AirPassengers from Rdatasets
(datasets/AirPassengers), the M4 subsets from aimclub/FEDOT (examples/data/ts/M4Monthly.csv ...).
"""

import shlex
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from measuring import FORECAST, Row, cost, parser, pin, show
from scoring import as_future, check_published, naive2, owa, scored

CELLS = ("gru", "lstm")
M4 = {"monthly": 18, "quarterly": 8, "yearly": 6}

HELD_OUT = 24


def main() -> None:
    """Measure and print."""
    arguments = parser(__doc__)
    arguments.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="see above")
    arguments.add_argument("--seeds", type=int, default=5, help="seeds for AirPassengers [5]")
    arguments.add_argument("--m4-seeds", type=int, default=1, help="seeds for M4 [1]")
    arguments.add_argument("--only", choices=("airpassengers", *M4), help="run only this part")
    arguments.add_argument("--train-with", default="", metavar="OPTIONS", help="more options for train")
    options = arguments.parse_args()
    pin()
    with tempfile.TemporaryDirectory() as folder:
        trainer = _Trainer(Path(folder), shlex.split(options.train_with))
        tables = [
            _air_passengers(trainer, options.data, options.seeds)
            if part == "airpassengers"
            else _m4(trainer, options.data, part, options.m4_seeds)
            for part in ([options.only] if options.only else ["airpassengers", *M4])
        ]
    show(*tables, as_json=options.json)


@dataclass(frozen=True, slots=True)
class _Result:
    """Forecasts, and the CPU time of training and prediction."""

    panel: object
    """A `Panel`, read from the output of the program."""
    cpu_s: float


@dataclass(frozen=True, slots=True)
class _Trainer:
    """Runs the program, with its files in a folder."""

    folder: Path
    options: list[str]

    def train_and_predict(self, data: Path, *options: str, steps: int) -> _Result:
        """Forecasts of the next `steps` rows by a model trained on `data`."""
        from forecast import Columns, ReadSpec
        from forecast.reading.reader import read_panel

        model, output = self.folder / "model.forecast", self.folder / "forecast.csv"
        trained = cost([*FORECAST, "train", data, "--model", model, *options, *self.options])
        predicted = cost([*FORECAST, "predict", "--model", model, "-H", str(steps), "--output", output])
        series = "unique_id" if "unique_id" in output.read_text().splitlines()[0] else None
        columns = Columns(target="forecast", time="ds", series=series)
        return _Result(read_panel(output, ReadSpec(columns)).panel, trained.cpu_s + predicted.cpu_s)


def _air_passengers(trainer: _Trainer, data: Path, seeds: int) -> list[Row]:
    from forecast.reading.reader import read_panel

    lines = (data / "airpassengers.csv").read_text().splitlines()
    (trainer.folder / "past.csv").write_text("\n".join(lines[:-HELD_OUT]) + "\n")
    (trainer.folder / "future.csv").write_text("\n".join(lines[:1] + lines[-HELD_OUT:]) + "\n")
    past, future = (read_panel(trainer.folder / f"{part}.csv").panel for part in ("past", "future"))
    rows = [_air_row(name, [scored(past, future, panel)[1]]) for name, panel in _baselines(past)]
    for cell in CELLS:
        for setting, options in (("horizon 12, recursive", []), ("--horizon 24", ["--horizon", "24"])):
            results = [
                trainer.train_and_predict(
                    trainer.folder / "past.csv", "--cell", cell, "--seed", str(seed), *options, steps=HELD_OUT
                )
                for seed in range(seeds)
            ]
            mase = [scored(past, future, result.panel)[1] for result in results]
            spent = statistics.median(result.cpu_s for result in results)
            rows.append(_air_row(f"{cell}, {setting}", mase, cpu_s=spent))
    return rows


def _baselines(past):
    """Name and panel of forecasts of each baseline for the held-out rows of AirPassengers."""
    from forecast import WindowSpec
    from forecast.forecasters.baselines import fit_ridge
    from forecast.forecasters.methods import Method

    for model, name in (
        (Method("seasonal-naive"), "seasonal naive"),
        (fit_ridge(past, WindowSpec(24, 12)), "ridge, window 24, horizon 12, recursive"),
        (fit_ridge(past, WindowSpec(24, HELD_OUT)), "ridge, window 24, horizon 24"),
    ):
        yield name, as_future(past, model.predict(past, HELD_OUT).values)


def _air_row(name: str, mase: list[float], *, cpu_s: float | None = None) -> Row:
    trained = cpu_s is not None
    return {
        "AirPassengers, last 24": name,
        "MASE": statistics.mean(mase),
        "lowest": min(mase),
        "highest": max(mase),
        "seeds": len(mase) if trained else None,
        "CPU s": cpu_s,
        "target": "<= 1.0" if trained else None,
    }


def _m4(trainer: _Trainer, data: Path, frequency: str, seeds: int) -> list[Row]:
    from forecast.forecasters.methods import Method
    from forecast.reading.reader import read_panel

    horizon = M4[frequency]
    train = data / f"m4_{frequency}_sample_train.parquet"
    past = read_panel(train).panel
    future = read_panel(data / f"m4_{frequency}_sample_test.parquet").panel
    reference = scored(past, future, as_future(past, naive2(past, horizon)))
    check_published(frequency, reference)
    naive = scored(past, future, as_future(past, Method("seasonal-naive").predict(past, horizon).values))
    known = (("Naive2", reference), ("seasonal naive", naive))
    rows = [_m4_row(frequency, name, scores, reference) for name, scores in known]
    for seed in range(seeds):
        result = trainer.train_and_predict(
            train, "--horizon", str(horizon), "--seed", str(seed), steps=horizon
        )
        scores = scored(past, future, result.panel)
        rows.append(_m4_row(frequency, f"default, seed {seed}", scores, reference, cpu_s=result.cpu_s))
    return rows


def _m4_row(frequency: str, name: str, scores, reference, *, cpu_s: float | None = None) -> Row:
    has_target = cpu_s is not None and frequency == "monthly"
    return {
        f"M4 {frequency} sample": name,
        "sMAPE": scores[0],
        "MASE": scores[1],
        "OWA": owa(scores, reference),
        "CPU s": cpu_s,
        "target": "OWA < 0.90, < 300 CPU s" if has_target else None,
    }


if __name__ == "__main__":
    main()
