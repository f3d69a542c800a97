"""The verbs: check, train, predict, evaluate. Read, call, save; nothing is printed here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from forecast.data.reading import Source
from forecast.data.results import Card, Forecast, Scores
from forecast.events import Listener, ignore
from forecast.forecasters.recurrent import RecurrentForecaster
from forecast.spec import Cell, Columns, TrainingPlan


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What a user asked of `train`; None is left to the tool."""

    columns: Columns = field(default_factory=Columns)
    horizon: int | None = None
    window: int | None = None
    season: int | None = None
    cell: Cell | None = None
    units: tuple[int, ...] | None = None
    dropout: float = 0.0
    epochs: int | None = None
    batch_size: int | None = None
    backtests: int | None = None
    level: float = 80.0
    """Coverage, in percent, that the report checks."""
    training: TrainingPlan = field(default_factory=TrainingPlan)


@dataclass(frozen=True, slots=True)
class Trained:
    """A judged model and where it was saved; its card holds scores, verdict and coverage."""

    model: RecurrentForecaster
    path: Path | None


def check(source: Source, request: TrainRequest = TrainRequest()) -> Card:
    """What the tool sees in the data and what `train` would do with it."""
    raise NotImplementedError


def train(source: Source, request: TrainRequest = TrainRequest(), *, out: Path | None = None, listener: Listener = ignore) -> Trained:
    """Learn a model from the data, judge it on rows it has not seen, and save it to `out`."""
    raise NotImplementedError


def load(path: Path) -> RecurrentForecaster:
    """The model in a file."""
    raise NotImplementedError


def show(model: RecurrentForecaster) -> Card:
    """The model card, for a person."""
    raise NotImplementedError


def predict(
    model: RecurrentForecaster,
    source: Source | None = None,
    *,
    horizon: int | None = None,
    levels: Sequence[float] = (80.0,),
    listener: Listener = ignore,
) -> Forecast:
    """The values behind the end of the data, or behind the model's own tail without data."""
    raise NotImplementedError


def evaluate(
    model: RecurrentForecaster,
    source: Source,
    *,
    backtests: int | None = None,
    horizon: int | None = None,
    baselines: Sequence[str] = (),
    refit: bool = False,
    listener: Listener = ignore,
) -> Scores:
    """Rolling-origin scores on rows the model has not seen; with `refit` a new model at each origin."""
    raise NotImplementedError
