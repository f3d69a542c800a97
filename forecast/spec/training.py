"""What is requested of training, and the training as decided."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar, get_args

from forecast.errors import UsageError
from forecast.spec.limits import (
    MAX_BACKTESTS,
    MAX_HORIZON,
    MAX_MEMBERS,
    MAX_PERIODS,
    MAX_WINDOW,
    check_level,
    check_range,
)
from forecast.spec.model import CELLS, Bounds, Cell, Statistic
from forecast.spec.reading import ReadSpec

Device = Literal["auto", "cpu", "gpu"]
Decay = Literal["constant", "cosine"]
Combine = Literal["weighted", "none"]
Method = Literal[
    "combination",
    "gru",
    "lstm",
    "simple-rnn",
    "pretrained",
    "theta",
    "ridge",
    "ets",
    "harmonic",
    "croston",
    "seasonal-drift",
    "naive",
    "seasonal-naive",
    "drift",
    "mean",
]
METHODS: tuple[Method, ...] = get_args(Method)
METHOD_OPTIONS = ("season", "cell", "method", "combine", "statistic")
"""Options that say what forecasts where there is no model."""
Start = Literal["pretrained", "scratch"]
START_WORDS: tuple[Start, ...] = get_args(Start)
DEVICES: tuple[Device, ...] = get_args(Device)


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How a network is trained, decided."""

    epochs: int = 300
    """Maximum epochs; early stopping may end sooner."""
    batch_size: int = 32
    """Windows per update."""
    gpu_batch_size: int | None = None
    """The same on a GPU; None for no other."""
    epoch_windows: int | None = None
    """Windows per epoch on a CPU, drawn without repeats until all were seen; None for all."""
    learning_rate: float = 1e-3
    decay: Decay = "constant"
    """Schedule of the learning rate: averaged weights make up for a constant one in short trainings."""
    clip: float = 1.0
    """Global norm to which gradients are clipped; 0 for no clipping."""
    patience: int = 30
    """Early-stopping patience, in epochs."""
    seed: int = 0
    device: Device = "auto"
    max_seconds: float | None = None
    """Wall-clock seconds for all fits together."""
    workers: int = 1
    """Workers that train on a share of the batches each, and whose weights are averaged."""

    def __post_init__(self) -> None:
        check_range("workers", self.workers, 1, MAX_AVERAGED)
        check_range("epochs", self.epochs, 1, 1_000_000)
        check_range("batch-size", self.batch_size, 1, 1_000_000)
        if self.gpu_batch_size is not None:
            check_range("gpu-batch-size", self.gpu_batch_size, 1, 1_000_000)
        check_range("patience", self.patience, 1, 1_000_000)
        check_range("seed", self.seed, 0, 2**31 - 1)
        if not 0 < self.learning_rate <= 10:
            raise UsageError(f"learning-rate must be over 0 and at most 10, not {self.learning_rate:g}")
        if not self.clip >= 0:
            raise UsageError(f"clip must be 0 or more, not {self.clip:g}", hint="0 switches clipping off")
        if self.max_seconds is not None and not self.max_seconds > 0:
            raise UsageError(f"max-time must be over 0 seconds, not {self.max_seconds:g}")
        if self.device not in DEVICES:
            raise UsageError(f'device must be one of {", ".join(DEVICES)}, not "{self.device}"')


Tunable = Literal["cell", "window"]


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What a user asks of training, by the names of the flags; None is decided by the tool."""

    read: ReadSpec = field(default_factory=ReadSpec)
    horizon: int | None = None
    """Rows to forecast."""
    window: int | None = None
    """Rows that the network reads."""
    season: int | None = None
    """Rows in a period, for all series; 1 is no season."""
    calendar: bool = False
    """Whether the network reads the position of a row in its day, week and year."""
    holidays: str | None = None
    """Country whose holidays it reads."""
    from_: Start | Path | None = None
    """What training starts from; a path is that of a model file, to be trained on."""
    periods: tuple[float, ...] | None = None
    """Rows in periods longer than the season; None where they are found in the data, () for none."""
    combine: Combine | None = None
    """Whether forecasts are combined, weighted by past errors; "none" is the network alone."""
    method: Method | None = None
    """The only method that forecasts; None for the combination of all."""
    quick: bool = False
    """Whether no network is trained on the data of a few series."""
    ensemble: int = 1
    """Networks to train and average; 1 to 64."""
    cell: Cell | None = None
    units: tuple[int, ...] | None = None
    """Units of each recurrent layer."""
    dropout: float | None = None
    tune: tuple[Tunable, ...] = ()
    """What is decided by a search on rows before the backtests."""
    epochs: int | None = None
    """Epochs at most."""
    batch_size: int | None = None
    epoch_windows: int | None = None
    """Windows in one epoch; no flag has it."""
    learning_rate: float | None = None
    clip: float | None = None
    patience: int | None = None
    seed: int | None = None
    device: Device | None = None
    average: int | None = None
    """Workers that train one network together; None for this process alone."""
    max_time: float | None = None
    """Seconds for all fits together; None for `DEFAULT_MAX_SECONDS`."""
    backtests: int | None = None
    level: float = 80.0
    """Coverage, in percent, that the evaluation checks."""
    min: float | None = None
    max: float | None = None
    integer: bool | None = None
    """Whether values are whole numbers."""
    statistic: Statistic | None = None
    """What is forecast; None is the mean of intermittent demand, else the median."""

    def __post_init__(self) -> None:
        check_range("ensemble", self.ensemble, 1, MAX_MEMBERS)
        if self.horizon is not None:
            check_range("horizon", self.horizon, 1, MAX_HORIZON)
        if self.backtests is not None:
            check_range("backtests", self.backtests, 1, MAX_BACKTESTS)
        if self.window is not None:
            check_range("window", self.window, 1, MAX_WINDOW)
        if self.season is not None:
            if self.read.columns.season is not None:
                raise UsageError("season is one number for all series or a column, not both")
            check_range("season", self.season, 1, MAX_WINDOW)
        for name in self.tune:
            if name not in get_args(Tunable):
                raise UsageError(f'tune must be of {", ".join(get_args(Tunable))}, not "{name}"')
            if getattr(self, name) is not None:
                raise UsageError(
                    f"{name} is either given or tuned", hint=f"leave out --{name}, or --tune {name}"
                )
        if self.method is not None and self.method not in METHODS:
            raise UsageError(f'there is no method "{self.method}"; there are {", ".join(METHODS)}')
        self._check_cell()
        check_range("season", len(self.periods or ()), 0, MAX_PERIODS)
        for period in self.periods or ():
            if not 1 < period <= MAX_WINDOW:
                raise UsageError(f"a season is more than 1 and at most {MAX_WINDOW:,} rows, not {period:g}")
        check_level(self.level)
        Bounds(self.min, self.max, whole=bool(self.integer), statistic=self.statistic)
        self.training_plan()  # refuses what cannot be

    def _check_cell(self) -> None:
        """Refuse a cell, or a combination, that contradicts the only method."""
        if self.method in (None, "combination"):
            return
        if self.method in CELLS and self.cell not in (None, self.method):
            raise UsageError(f"--method {self.method} and --cell {self.cell} contradict each other")
        own = {
            "cell": self.cell,
            "units": self.units,
            "ensemble": self.ensemble > 1 or None,
            "tune": self.tune or None,
        }
        given = [f"--{name}" for name, value in own.items() if value is not None]
        if self.method not in (*CELLS, "pretrained") and given:
            raise UsageError(
                f"--method {self.method} trains no network: {', '.join(given)} mean nothing for it"
            )
        if self.combine == "weighted":
            raise UsageError("--method names one method; --combine weighted is for all of them")

    def training_plan(self) -> TrainingPlan:
        """The training as asked, with the defaults for what is left open."""
        default = TrainingPlan()
        return TrainingPlan(
            epochs=_given(self.epochs, default.epochs),
            batch_size=_given(self.batch_size, default.batch_size),
            epoch_windows=self.epoch_windows,
            learning_rate=_given(self.learning_rate, default.learning_rate),
            clip=_given(self.clip, default.clip),
            patience=_given(self.patience, default.patience),
            seed=_given(self.seed, default.seed),
            device=_given(self.device, default.device),
            max_seconds=self.max_time,
            workers=_given(self.average, 1),
        )


MAX_AVERAGED = 256
"""Workers that train one network: each has a share of every batch of updates."""

DEFAULT_MAX_SECONDS = 600.0
"""Seconds for all fits together, where the request says nothing."""

T = TypeVar("T")


def _given(value: T | None, default: T) -> T:
    return default if value is None else value
