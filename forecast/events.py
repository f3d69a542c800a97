"""What happens in a run, as values for a listener; only the command line prints."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

from forecast.phrases import shown


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

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", shown(self.id))


@dataclass(frozen=True, slots=True)
class Loading:
    """A library is being imported, which takes seconds; the next event comes after it."""

    library: str


@dataclass(frozen=True, slots=True)
class FitsAhead:
    """How many fits a training still has to do, as far as is known: a later event may correct it."""

    count: int


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """One or more epochs of one fit have ended."""

    stage: str
    """Which fit: "choosing the number of epochs", "backtest 1 of 3", "refit"."""
    epoch: int
    """Number of epochs so far."""
    epochs: int
    """Expected number of epochs: a fit with validation rows takes more where a later epoch is better."""
    loss: float
    validation_loss: float | None
    """None for a fit without validation rows."""
    best_epoch: int | None
    seconds_per_epoch: float
    """Measured in this fit."""


@dataclass(frozen=True, slots=True)
class FitEnded:
    """A fit has ended, or its result is known from a checkpoint and no epoch of it was trained."""

    stage: str


@dataclass(frozen=True, slots=True)
class CheckpointSaved:
    """An interrupted training saved its state to a file, from which `--resume` continues."""

    path: str
    where: str
    """The position in the training: "backtest 2 of 3, after epoch 40"."""


@dataclass(frozen=True, slots=True)
class FilesAhead:
    """How many files of a data set, or groups of series, are to be worked on."""

    count: int
    what: str = "file"


@dataclass(frozen=True, slots=True)
class FileDone:
    """One file of a data set is finished, or has failed."""

    name: str


@dataclass(frozen=True, slots=True)
class FileFailed:
    """A file of a data set that cannot be used; the others are."""

    name: str
    reason: str
    hint: str = ""


Event = (
    Note
    | Decision
    | Warned
    | SeriesSkipped
    | Loading
    | FitsAhead
    | EpochEnded
    | FitEnded
    | CheckpointSaved
    | FilesAhead
    | FileDone
    | FileFailed
)
Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """The listener that does nothing."""


def once(listener: Listener) -> Listener:
    """A listener that passes each note on once."""
    heard: set[Note] = set()

    def listen(event: Event) -> None:
        if not isinstance(event, Note) or event not in heard:
            listener(event)
        if isinstance(event, Note):
            heard.add(event)

    return listen


def warn(event: Event) -> None:
    """A listener that turns warnings, skipped series and failed files into Python warnings."""
    if isinstance(event, Warned):
        warnings.warn(event.message, stacklevel=2)
    elif isinstance(event, SeriesSkipped):
        warnings.warn(f'series "{event.id}" skipped: {event.reason} ({event.place})', stacklevel=2)
    elif isinstance(event, FileFailed):
        warnings.warn(f"{event.name} skipped: {event.reason}", stacklevel=2)
