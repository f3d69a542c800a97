"""How well the default settings forecast rows that `train` never saw, and what that costs.

Every model is made and asked by whole processes, `forecast train` and `forecast predict`, with
nothing but --horizon, --cell and --seed said. Never tune anything on these numbers.

AirPassengers: the last 24 months are held out, the first 120 rows are a file of their own.
MASE of the 24 (scale: the mean seasonal change of the first 120), for GRU and LSTM, mean and
range over seeds: with the horizon 12 that `train` chooses, the second year fed back, and with
--horizon 24. Beside it the seasonal naive and the ridge regression of the baselines.

M4: 200 monthly (horizon 18), 200 quarterly (8) and 198 yearly (6) series of the competition, one
model for each frequency. OWA is the mean of sMAPE and MASE, both over those of Naive2 as the
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
    arguments.add_argument("--only", choices=("airpassengers", *M4), help="one part alone")
    arguments.add_argument("--train-with", default="", metavar="OPTIONS", help="more options for train")
    asked = arguments.parse_args()
    pin()
    with tempfile.TemporaryDirectory() as folder:
        trainer = _Trainer(Path(folder), shlex.split(asked.train_with))
        tables = [
            _air_passengers(trainer, asked.data, asked.seeds)
            if part == "airpassengers"
            else _m4(trainer, asked.data, part, asked.m4_seeds)
            for part in ([asked.only] if asked.only else ["airpassengers", *M4])
        ]
    show(*tables, as_json=asked.json)


@dataclass(frozen=True, slots=True)
class _Answer:
    """Forecasts, and what it took to train and ask the model."""

    panel: object
    """Their `Panel`, as read from the program's own output."""
    cpu_s: float


@dataclass(frozen=True, slots=True)
class _Trainer:
    """Runs the program in a folder."""

    folder: Path
    options: list[str]

    def answer(self, data: Path, *options: str, steps: int) -> _Answer:
        """What a model trained on `data` says of the next `steps` rows."""
        from forecast import Columns, ReadSpec
        from forecast.reading.reader import read_panel

        model, output = self.folder / "model.forecast", self.folder / "forecast.csv"
        trained = cost([*FORECAST, "train", data, "--model", model, *options, *self.options])
        asked = cost([*FORECAST, "predict", "--model", model, "-H", str(steps), "--output", output])
        series = "unique_id" if "unique_id" in output.read_text().splitlines()[0] else None
        columns = Columns(target="forecast", time="time", series=series)
        return _Answer(read_panel(output, ReadSpec(columns)).panel, trained.cpu_s + asked.cpu_s)


def _air_passengers(trainer: _Trainer, data: Path, seeds: int) -> list[Row]:
    from forecast.reading.reader import read_panel

    lines = (data / "airpassengers.csv").read_text().splitlines()
    (trainer.folder / "past.csv").write_text("\n".join(lines[:-HELD_OUT]) + "\n")
    (trainer.folder / "future.csv").write_text("\n".join(lines[:1] + lines[-HELD_OUT:]) + "\n")
    past, future = (read_panel(trainer.folder / f"{part}.csv").panel for part in ("past", "future"))
    rows = [_air_row(name, [scored(past, future, panel)[1]]) for name, panel in _baselines(past)]
    for cell in CELLS:
        for told, options in (("horizon 12, fed back", []), ("--horizon 24", ["--horizon", "24"])):
            answers = [
                trainer.answer(
                    trainer.folder / "past.csv", "--cell", cell, "--seed", str(seed), *options, steps=HELD_OUT
                )
                for seed in range(seeds)
            ]
            mase = [scored(past, future, answer.panel)[1] for answer in answers]
            spent = statistics.median(answer.cpu_s for answer in answers)
            rows.append(_air_row(f"{cell}, {told}", mase, cpu_s=spent))
    return rows


def _baselines(past):
    """Name -> panel of forecasts for the rows held out of AirPassengers."""
    from forecast import WindowSpec
    from forecast.forecasters.baselines import SeasonalNaive, fit_ridge

    for model, told in (
        (SeasonalNaive(), "seasonal naive"),
        (fit_ridge(past, WindowSpec(24, 12)), "ridge, window 24, horizon 12, fed back"),
        (fit_ridge(past, WindowSpec(24, HELD_OUT)), "ridge, window 24, horizon 24"),
    ):
        yield told, as_future(past, model.predict(past, HELD_OUT).values)


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
    from forecast.forecasters.baselines import SeasonalNaive
    from forecast.reading.reader import read_panel

    horizon = M4[frequency]
    train = data / f"m4_{frequency}_sample_train.parquet"
    past = read_panel(train).panel
    future = read_panel(data / f"m4_{frequency}_sample_test.parquet").panel
    reference = scored(past, future, as_future(past, naive2(past, horizon)))
    check_published(frequency, reference)
    naive = scored(past, future, as_future(past, SeasonalNaive().predict(past, horizon).values))
    known = (("Naive2", reference), ("seasonal naive", naive))
    rows = [_m4_row(frequency, name, scores, reference) for name, scores in known]
    for seed in range(seeds):
        answer = trainer.answer(train, "--horizon", str(horizon), "--seed", str(seed), steps=horizon)
        scores = scored(past, future, answer.panel)
        rows.append(_m4_row(frequency, f"default, seed {seed}", scores, reference, cpu_s=answer.cpu_s))
    return rows


def _m4_row(frequency: str, name: str, scores, reference, *, cpu_s: float | None = None) -> Row:
    judged = cpu_s is not None and frequency == "monthly"
    return {
        f"M4 {frequency} sample": name,
        "sMAPE": scores[0],
        "MASE": scores[1],
        "OWA": owa(scores, reference),
        "CPU s": cpu_s,
        "target": "OWA < 0.90, < 300 CPU s" if judged else None,
    }


if __name__ == "__main__":
    main()
