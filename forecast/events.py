"""What happens in a run, as values for a listener; only the command line prints."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """One labelled line about the run: label "guessed", text "time=year"."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision and its reason, shown with `--verbose`."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning: something the user may want to change."""

    message: str


@dataclass(frozen=True, slots=True)
class SeriesSkipped:
    """A series that cannot be used; the others are."""

    id: str
    reason: str
    place: str
    """Its first row: "sales.csv, line 42"."""


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """One or more epochs of one fit have ended."""

    stage: str
    """Which fit: "choosing the number of epochs", "backtest 1 of 3", "refit"."""
    epoch: int
    """Number of epochs so far."""
    epochs: int
    """Maximum number of epochs."""
    loss: float
    validation_loss: float | None
    """None for a fit without validation rows."""
    best_epoch: int | None
    seconds_left: float
    """Estimated time that the fit still takes; an upper bound if it may stop early."""


@dataclass(frozen=True, slots=True)
class FitEnded:
    """A fit has ended; its progress line can be removed."""

    stage: str


@dataclass(frozen=True, slots=True)
class CheckpointSaved:
    """An interrupted training saved its state to a file, from which `--resume` continues."""

    path: str
    where: str
    """The position in the training: "backtest 2 of 3, after epoch 40"."""


Event = Note | Decision | Warned | SeriesSkipped | EpochEnded | FitEnded | CheckpointSaved
Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """The listener that does nothing."""


def warn(event: Event) -> None:
    """A listener that turns warnings and skipped series into Python warnings."""
    if isinstance(event, Warned):
        warnings.warn(event.message, stacklevel=2)
    elif isinstance(event, SeriesSkipped):
        warnings.warn(f'series "{event.id}" skipped: {event.reason} ({event.place})', stacklevel=2)
