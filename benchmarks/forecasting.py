"""The forecasts that the benchmarks compare: ours and statsforecast's.

Ours come through the Python interface, or from the installed command, run as a user does (`Program`).
"""

import csv
import io
import shlex
import subprocess
import tempfile
import time
import warnings
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

LEVEL = 80.0
"""Coverage of the intervals, in percent."""


@dataclass(frozen=True, slots=True)
class Forecasts:
    """The forecasts of a method: arrays of (series, horizon)."""

    values: Any
    lower: Any = None
    upper: Any = None
    cpu_s: float | None = None


def zero_shot(source, horizon: int, *, season: int | None = None, cell=None) -> Forecasts:
    """The forecasts of `forecast predict` without a model."""
    import forecast

    started_at = time.process_time()
    result = forecast.predict(
        source, model="pretrained", horizon=horizon, level=LEVEL, season=season, cell=cell
    )
    return _forecasts(result, started_at)


def train_and_predict(source, horizon: int, *, season: int | None = None, cell=None, seed=0) -> Forecasts:
    """The forecasts of `forecast train` and then `forecast predict`."""
    import forecast

    started_at = time.process_time()
    request = forecast.TrainRequest(horizon=horizon, season=season, cell=cell, seed=seed)
    model = forecast.train(source, request).model
    return _forecasts(forecast.predict(model=model, horizon=horizon, level=LEVEL), started_at)


def train_and_predict_or_none(source, horizon: int, *, season: int | None) -> Forecasts | None:
    """The same, or None where `train` refuses the series as too short to backtest."""
    from forecast import DataError

    try:
        return train_and_predict(source, horizon, season=season)
    except DataError:
        return None


def _forecasts(result, started_at: float) -> Forecasts:
    return Forecasts(result.values, result.lower[0], result.upper[0], time.process_time() - started_at)


def peer(name: str, past, horizon: int, *, season: int) -> Forecasts:
    """The forecasts of a method of statsforecast for every series, with intervals where it is AutoETS."""
    import numpy as np
    from statsforecast import models

    started_at = time.process_time()
    levels = {"level": [round(LEVEL)]} if name == "AutoETS" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of statsforecast
        results = [
            getattr(models, name)(season_length=season).forecast(y=series.values, h=horizon, **levels)
            for series in past
        ]
    keys = ("mean", f"lo-{LEVEL:.0f}", f"hi-{LEVEL:.0f}") if levels else ("mean",)
    arrays = (np.stack([result[key] for result in results]) for key in keys)
    return replace(Forecasts(*arrays), cpu_s=time.process_time() - started_at)


def frame(panel):
    """A series as a data frame of time and value."""
    import pandas as pd

    return pd.DataFrame({"ds": panel.times, "y": panel.values})


def stack(forecasts: Sequence[Forecasts]) -> Forecasts:
    """Forecasts of single series as those of a panel."""
    import numpy as np

    return Forecasts(np.concatenate([each.values for each in forecasts]))


class ProgramError(Exception):
    """The command ended with an error; the text is the end of what it wrote on stderr."""


@dataclass(frozen=True, slots=True)
class Program:
    """The installed command, which reads a CSV file in an empty folder and forecasts."""

    command: tuple[str, ...]
    trains: bool = False
    """Whether a model is trained first, instead of `predict` without a model."""
    train_options: tuple[str, ...] = ()

    @staticmethod
    def add_option(arguments: ArgumentParser) -> None:
        """Add --forecast to the options of a script."""
        arguments.add_argument(
            "--forecast", default="forecast", metavar="CMD", help="the command to run [forecast]"
        )

    @staticmethod
    def of(options: Namespace, *, trains: bool, train_options: Sequence[str] = ()) -> "Program":
        """The program that the options of a script name."""
        return Program(tuple(shlex.split(options.forecast)), trains, tuple(train_options))

    def forecasts(self, data: str, horizon: int, *, columns: Sequence[str] = ()) -> dict[str, Forecasts]:
        """Id -> forecasts of each series, arrays of (horizon,); the only series of a file has the id "".

        `data` is the text of a CSV file, `columns` are options that say how to read it. Series that
        could not be used are missing.
        """
        rows = ["--horizon", str(horizon)]
        output = ["--level", f"{LEVEL:.0f}", "--format", "csv"]
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "data.csv").write_text(data)
            source = ["data.csv", *columns]
            if self.trains:
                model = ["--model", "trained.forecast"]
                self._run(folder, "train", *source, *rows, *model, *self.train_options)
                source = model
            return _by_series(self._run(folder, "predict", *source, *rows, *output))

    def _run(self, folder: str, *arguments: str) -> str:
        """What the command writes to stdout; 6 is the exit code of a few unusable series among others."""
        done = subprocess.run([*self.command, *arguments], cwd=folder, capture_output=True, text=True)
        if done.returncode not in (0, 6):
            raise ProgramError(f"{arguments[0]}: exit {done.returncode}: {done.stderr.strip()[-300:]}")
        return done.stdout


def _by_series(text: str) -> dict[str, Forecasts]:
    import numpy as np

    columns = ("forecast", f"lower_{LEVEL:.0f}", f"upper_{LEVEL:.0f}")
    series: dict[str, list[list[float]]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        numbers = [float(row[column] or "nan") for column in columns]
        series.setdefault(row.get("unique_id", ""), []).append(numbers)
    return {id: Forecasts(*np.array(rows).T) for id, rows in series.items()}


def csv_text(series: Mapping[str, tuple[Sequence[str], Sequence[float]]]) -> str:
    """A CSV file of times and values by id; a missing value is empty. The id "" gives a file without ids."""
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    ids = [] if list(series) == [""] else ["unique_id"]
    rows.writerow([*ids, "ds", "y"])
    for id, (times, values) in series.items():
        for time_, value in zip(times, values, strict=True):
            rows.writerow([*([id] if ids else []), time_, "" if value != value else repr(value)])
    return file.getvalue()


_STEPS = {"h": ("h", 1), "D": ("D", 1), "W": ("D", 7), "MS": ("M", 1), "QS": ("M", 3), "YS": ("Y", 1)}
"""Frequency as pandas names it -> unit of NumPy, and how many of them are a step."""


def timestamps(count: int, frequency: str, newest: str) -> list[str]:
    """So many regular times, none after the newest; quarters begin in January, April, July and October."""
    import numpy as np

    unit, step = _STEPS[frequency]
    last = np.datetime64(newest).astype(f"datetime64[{unit}]")
    if unit == "M":
        last -= last.astype(int) % step
    times = last - step * np.arange(count)[::-1]
    texts = np.datetime_as_string(times, unit="m" if frequency == "h" else "D")
    return [text.replace("T", " ") for text in texts.tolist()]
