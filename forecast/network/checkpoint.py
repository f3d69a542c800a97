"""What a training has learned so far, in a file: an interrupted one goes on from there.

A training is a row of fits, and each follows from those before it. So a checkpoint holds
what the fits that are over came to, in order, and where the one under way stands. A
resumed training runs from the top again: it is handed what is known and computes the rest,
to the same bytes.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from forecast import atomic
from forecast.errors import ForecastError, ModelError, TrainingError
from forecast.events import CheckpointSaved, Listener, Note, Warned, ignore
from forecast.forecasters.weights import Weights
from forecast.serialize import from_plain, to_plain
from forecast.storage import tensorfile
from forecast.storage.tensorfile import Contents, Tensors

FORMAT = 2

WRITTEN_EVERY = 30.0
"""Seconds of work that a kill may cost: so often the file is written, in 5 ms for a GRU(64)."""

HELD_EVERY = 1.0
"""Seconds of work that a signal may cost. Copying a GRU(64) with its optimizer takes 1 ms."""

REST = 100
"""Times as long as a copy or a file took must pass before the next: under 1 % of any training."""

WORTH_WRITING = 5.0
"""Seconds under which an interrupted training leaves no file: beginning again costs as little."""

_DIFFERENCES_NAMED = 5

Facts = tuple[tuple[str, str], ...]
"""What a training's outcome follows from, by name: its data, options and versions."""

Variables = tuple[NDArray[np.generic], ...]


@dataclass(frozen=True, slots=True)
class FitResult:
    """What a fit came to."""

    epochs: int
    """The best epoch, 0 being the start; the last one where nothing was validated."""
    weights: Weights


@dataclass(frozen=True, slots=True)
class FitState:
    """Where a fit stands between two compiled calls: all that the rest of it follows from."""

    learning_rate: float
    """The one that the fit began with."""
    epoch: int
    """Epochs done."""
    best_epoch: int | None
    best_loss: float
    losses: tuple[float, ...]
    """Training losses of the calls done of the epoch under way."""
    variables: Variables
    """Weights, averages, moments, the state of dropout: flat, in the order of `Loop.state`."""


@dataclass(frozen=True, slots=True)
class _FittedFields:
    """All of a finished fit that is no array."""

    stage: str
    epochs: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _StandingFields:
    """All of a fit under way that is no array."""

    stage: str
    learning_rate: float
    epoch: int
    best_epoch: int | None
    best_loss: float
    losses: tuple[float, ...]
    variables: int


@dataclass(frozen=True, slots=True)
class _CheckpointFields:
    """All of a checkpoint that is no array."""

    facts: Facts
    fitted: tuple[_FittedFields, ...]
    standing: _StandingFields | None


@dataclass(frozen=True, slots=True)
class _Staged:
    """A standing, and the fit it is of."""

    number: int
    """Fits that were over before."""
    stage: str
    standing: FitState


class Checkpoint:
    """The memory of one training, as a context: at its end the file is gone, or holds what was learned.

    A signal or an error leaves the file, save a loss that became NaN: that would come again.
    """

    def __init__(self, path: Path | None, facts: Facts = (), *, listener: Listener = ignore) -> None:
        """Remember in the file at `path`; without one, forget."""
        self._path = path
        self._facts = facts
        self._listener = listener
        self._fitted: list[tuple[str, FitResult]] = []
        self._standing: _Staged | None = None
        self._number = 0
        self._began: float | None = None
        self._hold_due = self._write_due = 0.0
        self._ours = False
        self._fails = False

    def resume(self) -> None:
        """Take up what the file holds; a ModelError where it is of another training or damaged."""
        if self._path is None or not self._path.exists():
            self._listener(Note("resume", "no training was interrupted here: from the start"))
            return
        facts, self._fitted, self._standing = _read(self._path)
        _refuse_another(facts, self._facts, self._path)
        self._ours = True
        self._listener(Note("resume", self._where()))

    def fitted(self, stage: str) -> FitResult | None:
        """What the next fit, of `stage`, came to before the interruption."""
        if self._began is None:
            self._began = time.monotonic()
            self._hold_due, self._write_due = self._began + HELD_EVERY, self._began + WRITTEN_EVERY
        if self._number < len(self._fitted) and self._fitted[self._number][0] != stage:
            # With --max-time another row of fits may come about: what follows is not of this one.
            del self._fitted[self._number :]
            self._standing = None
        if self._number == len(self._fitted):
            return None
        self._number += 1
        return self._fitted[self._number - 1][1]

    def standing(self, stage: str) -> FitState | None:
        """Where the next fit, of `stage`, was interrupted."""
        known = self._standing
        if known is None or (known.number, known.stage) != (self._number, stage):
            return None
        return known.standing

    def hold(self, stage: str, standing: Callable[[], FitState]) -> None:
        """Remember where the fit under way stands, when the last time is long ago."""
        now = time.monotonic()
        if self._path is not None and now >= self._hold_due:
            self._standing = _Staged(self._number, stage, standing())
            self._hold_due = _next(now, HELD_EVERY)
            self._write_when_due()

    def add(self, stage: str, fitted: FitResult) -> None:
        """Remember what the fit under way came to."""
        if self._path is not None:
            self._fitted.append((stage, fitted))
            self._number += 1
            self._write_when_due()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._path is None:
            return
        if kind is None or (self._ours and issubclass(kind, TrainingError)):
            with suppress(OSError):
                self._path.unlink()
            return
        if self._began is not None and time.monotonic() - self._began >= WORTH_WRITING:
            self._write()
        if self._ours:
            self._listener(CheckpointSaved(str(self._path), self._where()))

    def _where(self) -> str:
        """The fit that comes next, in words."""
        if self._standing is not None and self._standing.number == len(self._fitted):
            return f"{self._standing.stage}, after epoch {self._standing.standing.epoch}"
        return f"after {self._fitted[-1][0]}" if self._fitted else "the start"

    def _write_when_due(self) -> None:
        now = time.monotonic()
        if now >= self._write_due:
            self._write()
            self._write_due = _next(now, WRITTEN_EVERY)

    def _write(self) -> None:
        """Put all that is known at the path; a training goes on where that fails."""
        if self._path is None or self._fails:
            return
        standing = self._standing
        if standing is not None and standing.number != len(self._fitted):
            standing = None
        try:
            content = tensorfile.encode(_contents(self._facts, self._fitted, standing))
            atomic.write_atomically(self._path, lambda stream: _put(stream, content))
            self._ours = True
        except ForecastError as error:
            self._fails = True
            self._listener(Warned(f"{error}; were the training interrupted now, it could not be resumed"))


def _next(began: float, every: float) -> float:
    """When what began then and is over now is due again."""
    now = time.monotonic()
    return now + max(every, REST * (now - began))


def _refuse_another(facts: Facts, wanted: Facts, path: Path) -> None:
    """A ModelError that says what differs between the interrupted training and this one."""
    then, now = dict(facts), dict(wanted)
    names = [name for name in {**now, **then} if then.get(name) != now.get(name)]
    if not names:
        return
    told = [_difference(name, then.get(name), now.get(name)) for name in names[:_DIFFERENCES_NAMED]]
    more = len(names) - len(told)
    raise ModelError(
        f"is of a training with other {', '.join(told)}{f' and {more} more' if more else ''}",
        where=str(path),
        hint="resume with the data, options and versions it began with; without --resume it is replaced",
    )


def _difference(name: str, then: str | None, now: str | None) -> str:
    # A digest tells a reader nothing.
    if name.startswith("data"):
        return name
    return f"{name} ({then or 'none'} then, {now or 'none'} now)"


def _put(stream: BinaryIO, content: bytes) -> None:
    stream.write(content)


# To contents of a file and back.


def _contents(facts: Facts, fitted: Sequence[tuple[str, FitResult]], standing: _Staged | None) -> Contents:
    fields = _CheckpointFields(
        facts=facts,
        fitted=tuple(_FittedFields(stage, each.epochs, tuple(each.weights)) for stage, each in fitted),
        standing=None if standing is None else _standing_fields(standing),
    )
    tensors: Tensors = {
        f"fit/{number}/{name}": weight
        for number, (_, each) in enumerate(fitted)
        for name, weight in each.weights.items()
    }
    if standing is not None:
        tensors |= {f"state/{index}": each for index, each in enumerate(standing.standing.variables)}
    return Contents(FORMAT, {"checkpoint": to_plain(fields)}, tensors)


def _standing_fields(staged: _Staged) -> _StandingFields:
    standing = staged.standing
    return _StandingFields(
        stage=staged.stage,
        learning_rate=standing.learning_rate,
        epoch=standing.epoch,
        best_epoch=standing.best_epoch,
        best_loss=standing.best_loss,
        losses=standing.losses,
        variables=len(standing.variables),
    )


def _read(path: Path) -> tuple[Facts, list[tuple[str, FitResult]], _Staged | None]:
    """What the file holds, or a ModelError that says what else it is."""
    contents = tensorfile.read(path, format=FORMAT)
    with tensorfile.model_errors(path):
        if contents.fields.keys() != {"checkpoint"}:
            raise ModelError("is a model, not the checkpoint of an interrupted training")
        fields = from_plain(_CheckpointFields, contents.fields["checkpoint"], "checkpoint")
        try:
            fitted = [_fitted(number, each, contents.tensors) for number, each in enumerate(fields.fitted)]
            standing = _staged(len(fitted), fields.standing, contents.tensors)
        except KeyError as error:
            raise ValueError(f"it lacks tensor {error}") from error
    return fields.facts, fitted, standing


def _fitted(number: int, fields: _FittedFields, tensors: Tensors) -> tuple[str, FitResult]:
    weights = {name: tensors[f"fit/{number}/{name}"].astype(np.float32) for name in fields.names}
    return fields.stage, FitResult(fields.epochs, weights)


def _staged(number: int, fields: _StandingFields | None, tensors: Tensors) -> _Staged | None:
    if fields is None:
        return None
    standing = FitState(
        learning_rate=fields.learning_rate,
        epoch=fields.epoch,
        best_epoch=fields.best_epoch,
        best_loss=fields.best_loss,
        losses=fields.losses,
        variables=tuple(tensors[f"state/{index}"] for index in range(fields.variables)),
    )
    return _Staged(number, fields.stage, standing)
