"""What is asked of training, and what it does."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

from forecast.errors import UsageError
from forecast.spec.limits import MAX_HORIZON, MAX_MEMBERS, MAX_WINDOW, check_range
from forecast.spec.model import Bounds, Cell
from forecast.spec.reading import ReadSpec

Device = Literal["auto", "cpu", "gpu"]
Decay = Literal["constant", "cosine"]
Blend = Literal["none", "theta", "last-value"]
Start = Literal["pretrained", "scratch"]
DEVICES: tuple[Device, ...] = get_args(Device)


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How a network is trained."""

    epochs: int = 300
    """Epochs at most; early stopping may end sooner."""
    batch_size: int = 32
    """Windows in one update."""
    epoch_windows: int | None = None
    """Windows in one epoch, drawn without repeats until all were seen; None is all of them."""
    learning_rate: float = 1e-3
    decay: Decay = "constant"
    """How the learning rate goes: the averaged weights make up for a constant one in short trainings."""
    clip: float = 1.0
    """Global norm that a gradient is clipped to."""
    patience: int = 30
    """Epochs without a better validation loss before training stops."""
    seed: int = 0
    device: Device = "auto"
    max_seconds: float | None = None
    """Wall-clock seconds for all fits together."""

    def __post_init__(self) -> None:
        check_range("epochs", self.epochs, 1, 1_000_000)
        check_range("batch-size", self.batch_size, 1, 1_000_000)
        check_range("patience", self.patience, 1, 1_000_000)
        check_range("seed", self.seed, 0, 2**31 - 1)
        if not 0 < self.learning_rate <= 10:
            raise UsageError(f"learning-rate must be over 0 and at most 10, not {self.learning_rate:g}")
        if not self.clip > 0:
            raise UsageError(f"clip must be over 0, not {self.clip:g}")
        if self.max_seconds is not None and not self.max_seconds > 0:
            raise UsageError(f"max-time must be over 0 seconds, not {self.max_seconds:g}")
        if self.device not in DEVICES:
            raise UsageError(f'device must be one of {", ".join(DEVICES)}, not "{self.device}"')


Searched = Literal["cell", "window"]


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What a user asks of training; None is left to the tool."""

    read: ReadSpec = field(default_factory=ReadSpec)
    horizon: int | None = None
    window: int | None = None
    season: int | None = None
    calendar: bool = False
    """Whether the network reads where a row stands in its day, week and year."""
    holidays: str | None = None
    """Country whose holidays it reads."""
    start: Start | Path | None = None
    """What training starts from; a path is that of a model file, to be trained on."""
    blend: Blend | None = None
    members: int = 1
    """Networks to train and average; 1 to 64."""
    cell: Cell | None = None
    units: tuple[int, ...] | None = None
    dropout: float | None = None
    learning_rate: float | None = None
    epochs: int | None = None
    batch_size: int | None = None
    backtests: int | None = None
    search: tuple[Searched, ...] = ()
    """What to decide by trying candidates on rows before the backtests."""
    level: float = 80.0
    """Coverage, in percent, that the report checks."""
    minimum: float | None = None
    maximum: float | None = None
    whole: bool | None = None
    """Whether forecasts are whole numbers."""
    training: TrainingPlan = field(default_factory=TrainingPlan)
    """The rest of the training; its epochs, sizes and rate are replaced by the above."""

    def __post_init__(self) -> None:
        check_range("members", self.members, 1, MAX_MEMBERS)
        if self.horizon is not None:
            check_range("horizon", self.horizon, 1, MAX_HORIZON)
        if self.season is not None:
            if self.read.columns.season is not None:
                raise UsageError("season is one number for all series or a column, not both")
            check_range("season", self.season, 1, MAX_WINDOW)
        Bounds(self.minimum, self.maximum, whole=bool(self.whole))
        if self.learning_rate is not None:
            replace(self.training, learning_rate=self.learning_rate)  # refuses what is none
