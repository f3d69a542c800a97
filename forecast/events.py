"""What happened, as values; the core never prints."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """One labelled line of what the tool saw or decided: label "guessed", text "time=year"."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision and its reason, shown with `--verbose`."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the user should know and may want to change."""

    message: str


@dataclass(frozen=True, slots=True)
class SeriesSkipped:
    """A series of the data that cannot be used; the others go on."""

    id: str
    reason: str
    place: str
    """Where it begins in the data: "sales.csv, line 42"."""


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """One or more epochs of one fit are over."""

    stage: str
    """Which fit: "choosing the number of epochs", "backtest 1 of 3", "refit"."""
    epoch: int
    """Epochs done, from 1."""
    epochs: int
    """Epochs there will be at most."""
    loss: float
    validation_loss: float | None
    """None where the fit holds nothing back."""
    best_epoch: int | None
    seconds_left: float
    """Time this fit may still take, an upper bound where it may stop early."""


@dataclass(frozen=True, slots=True)
class FitEnded:
    """A fit is over; its progress line can go."""

    stage: str


@dataclass(frozen=True, slots=True)
class CheckpointSaved:
    """A training was interrupted; what it learned is in a file, and `--resume` goes on from there."""

    path: str
    where: str
    """The part that comes next: "backtest 2 of 3, after epoch 40"."""


Event = Note | Decision | Warned | SeriesSkipped | EpochEnded | FitEnded | CheckpointSaved
Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """The listener that hears nothing."""
