"""The options of training: `request` of the commands train and check."""

import re
from typing import Annotated

from forecast.cli import completion
from forecast.cli.option_groups import takes
from forecast.cli.options import (
    EVALUATION,
    NETWORK,
    PLAN,
    Backtests,
    CellName,
    CombineName,
    Horizon,
    MethodName,
    Season,
    StatisticName,
    option,
)
from forecast.cli.parsing import parse_levels, parse_names
from forecast.cli.reading_options import read_spec
from forecast.errors import UsageError
from forecast.spec import options
from forecast.spec.reading import ReadSpec
from forecast.spec.training import Device, TrainingPlan, TrainRequest

VALUES = "Values"
TRAINING = "Training"

_DEFAULT = TrainingPlan()

Window = Annotated[
    int | None,
    option(
        "--window",
        metavar="ROWS",
        help="Rows that the network reads.  [default: by season and horizon]",
        panel=PLAN,
    ),
]
Calendar = Annotated[
    bool, option("--calendar", help="Time of day, week and year as network inputs.", panel=PLAN)
]
Holidays = Annotated[
    str | None,
    option("--holidays", metavar="PLACE", help="Public holidays of FR, or US-CA, as inputs.", panel=PLAN),
]

Minimum = Annotated[
    float | None,
    option("--min", metavar="NUMBER", help="Lower bound of forecasts, such as 0 for counts.", panel=VALUES),
]
Maximum = Annotated[
    float | None, option("--max", metavar="NUMBER", help="Upper bound of forecasts.", panel=VALUES)
]
Integer = Annotated[
    bool | None,
    option(
        "--integer/--no-integer",
        help="Whole-number forecasts, or not.  [default: detected from the data]",
        panel=VALUES,
    ),
]

From = Annotated[
    str | None,
    option(
        "--from",
        metavar="START",
        complete=completion.starts,
        help="Start of training: pretrained, scratch, or a model file.  [default: by season and options]",
        panel=NETWORK,
    ),
]
Quick = Annotated[
    bool,
    option(
        "--quick", help="Train no network on a few series: combine what needs no training.", panel=NETWORK
    ),
]
Ensemble = Annotated[
    int,
    option(
        "--ensemble",
        metavar="N",
        help="Number of networks to train and average.  [default: 1]",
        panel=NETWORK,
    ),
]
Tune = Annotated[
    list[str] | None,
    option(
        "--tune",
        metavar="NAME",
        complete=completion.tunable,
        help="Settings to search: cell, window, or cell,window.",
        panel=NETWORK,
    ),
]
Units = Annotated[
    str | None,
    option(
        "--units",
        metavar="N,N",
        help="Units of each layer: 64 or 64,32.  [default: by the number of rows]",
        panel=NETWORK,
    ),
]
Dropout = Annotated[
    float | None, option("--dropout", metavar="RATE", help="Dropout rate.  [default: 0]", panel=NETWORK)
]

Epochs = Annotated[
    int | None,
    option(
        "--epochs",
        metavar="N",
        help="Maximum number of epochs.  [default: by the number of rows]",
        panel=TRAINING,
    ),
]
BatchSize = Annotated[
    int | None,
    option(
        "--batch-size",
        metavar="N",
        help="Windows per update.  [default: by the number of rows]",
        panel=TRAINING,
    ),
]
LearningRate = Annotated[
    float | None,
    option(
        "--learning-rate",
        metavar="RATE",
        help=f"Initial learning rate.  [default: {_DEFAULT.learning_rate} from scratch]",
        panel=TRAINING,
    ),
]
Clip = Annotated[
    float | None,
    option(
        "--clip",
        metavar="NORM",
        help=f"Gradient clipping norm, 0 for none.  [default: {_DEFAULT.clip}]",
        panel=TRAINING,
    ),
]
Patience = Annotated[
    int | None,
    option(
        "--patience",
        metavar="N",
        help=f"Early-stopping patience, epochs.  [default: {_DEFAULT.patience}]",
        panel=TRAINING,
    ),
]
Seed = Annotated[
    int | None,
    option("--seed", metavar="N", help=f"Random seed.  [default: {_DEFAULT.seed}]", panel=TRAINING),
]
DeviceName = Annotated[
    Device | None,
    option(
        "--device",
        metavar="DEVICE",
        help=f"Device: auto, cpu or gpu.  [default: {_DEFAULT.device}]",
        panel=TRAINING,
    ),
]
MaxTime = Annotated[
    str | None,
    option(
        "--max-time",
        metavar="TIME",
        help="Time limit of training: 90, 90s, 5m, 1h.  [default: 10m]",
        panel=TRAINING,
    ),
]
Level = Annotated[
    str | None,
    option(
        "--level",
        metavar="PERCENT",
        help="Prediction interval to evaluate, percent.  [default: 80]",
        panel=EVALUATION,
    ),
]


@takes("read", read_spec)
def plan_request(
    *,
    read: ReadSpec,
    horizon: Horizon = None,
    window: Window = None,
    season: Season = None,
    calendar: Calendar = False,
    holidays: Holidays = None,
) -> TrainRequest:
    """What decides which rows a network reads and forecasts; all else is left open."""
    return options.train_request(locals(), TrainRequest(read=read))


@takes("plan", plan_request)
def train_request(
    *,
    plan: TrainRequest,
    min: Minimum = None,
    max: Maximum = None,
    integer: Integer = None,
    statistic: StatisticName = None,
    from_: From = None,
    method: MethodName = None,
    combine: CombineName = None,
    quick: Quick = False,
    ensemble: Ensemble = 1,
    cell: CellName = None,
    tune: Tune = None,
    units: Units = None,
    dropout: Dropout = None,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    learning_rate: LearningRate = None,
    clip: Clip = None,
    patience: Patience = None,
    seed: Seed = None,
    device: DeviceName = None,
    max_time: MaxTime = None,
    backtests: Backtests = None,
    level: Level = None,
) -> TrainRequest:
    """The whole `TrainRequest`."""
    parsed = {
        "units": parse_units(units),
        "tune": parse_names(tune),
        "max_time": parse_seconds(max_time),
        "level": parse_level(level),
    }
    return options.train_request({**locals(), **parsed}, plan)


def parse_units(text: str | None) -> tuple[int, ...] | None:
    """Units of each layer, from "64" or "64,32"."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(re.fullmatch(r"\d{1,9}", part, re.ASCII) for part in parts):
        raise UsageError(f'--units: "{text}" is not a list of whole numbers', hint="write 64 or 64,32")
    return tuple(int(part) for part in parts)


_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?", re.ASCII)


def parse_seconds(text: str | None) -> float | None:
    """Seconds, from "90", "90s", "5m", "1h" or "1h30m"."""
    if text is None:
        return None
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        raise UsageError(f'--max-time: "{text}" is not a length of time', hint="write 90, 90s, 5m or 1h")
    hours, minutes, rest = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + rest


def parse_level(text: str | None) -> float:
    """The one level in percent that `train` evaluates."""
    (first, *more) = parse_levels(None if text is None else [text])
    if more:
        raise UsageError("--level: train evaluates one level", hint="predict takes several")
    return first
