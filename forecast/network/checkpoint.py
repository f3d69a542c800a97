"""The progress of a training in a file, from which an interrupted one is resumed.

A training is a sequence of fits, and each depends on those before it. So a checkpoint holds
the results of the finished fits, in order, and the state of the current one. A resumed
training runs from the top again: it takes the results that are known and computes the others,
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

WRITE_SECONDS = 30.0
"""Time between two writes of the file, which take 5 ms for a GRU(64): a kill loses as much work."""

COPY_SECONDS = 1.0
"""Time between two copies of the state, which take 1 ms for a GRU(64): a signal loses as much work."""

REST_FACTOR = 100
"""Next copy or write after this many times its duration at the earliest: under 1 % of any training."""

MIN_SECONDS = 5.0
"""An interrupted training shorter than this leaves no file: starting over costs as little."""

_MAX_DIFFERENCES = 5

Facts = tuple[tuple[str, str], ...]
"""What the result of a training depends on, by name: its data, options and versions."""

EpochPairs = tuple[tuple[float, float], ...]
"""Training and validation loss of each epoch."""

Variables = tuple[NDArray[np.generic], ...]


@dataclass(frozen=True, slots=True)
class FitResult:
    """The result of a finished fit."""

    epochs: int
    """The best epoch, 0 being the start; the last one where nothing was validated."""
    weights: Weights
    losses: EpochPairs = ()
    """Of a fit with validation rows."""


@dataclass(frozen=True, slots=True)
class FitState:
    """The state of a fit between two compiled calls: all that the rest of it depends on."""

    learning_rate: float
    """The initial one."""
    epoch: int
    """Epochs done."""
    best_epoch: int | None
    best_loss: float
    call_losses: tuple[float, ...]
    """Training losses of the calls done in the current epoch, where an epoch takes several."""
    variables: Variables
    """Weights, averages, moments, the state of dropout: flat, in the order of `Loop.state`."""
    losses: EpochPairs = ()
    """Of the epochs done, with validation rows."""


@dataclass(frozen=True, slots=True)
class _ResultFields:
    """All of a finished fit that is no array."""

    stage: str
    epochs: int
    names: tuple[str, ...]
    losses: EpochPairs = ()


@dataclass(frozen=True, slots=True)
class _StateFields:
    """All of the current fit that is no array."""

    stage: str
    learning_rate: float
    epoch: int
    best_epoch: int | None
    best_loss: float
    call_losses: tuple[float, ...]
    variables: int
    losses: EpochPairs = ()


@dataclass(frozen=True, slots=True)
class _CheckpointFields:
    """All of a checkpoint that is no array."""

    facts: Facts
    results: tuple[_ResultFields, ...]
    current: _StateFields | None


@dataclass(frozen=True, slots=True)
class _CurrentFit:
    """An unfinished fit."""

    number: int
    """Fits finished before it."""
    stage: str
    state: FitState


class Checkpoint:
    """A context manager that records one training: the file is removed at its end, kept if interrupted.

    An error keeps it as well, but for a loss that became NaN: that would happen again.
    """

    def __init__(self, path: Path | None, facts: Facts = (), *, listener: Listener = ignore) -> None:
        """Record in the file at `path`; None records nothing."""
        self._path = path
        self._facts = facts
        self._listener = listener
        self._results: list[tuple[str, FitResult]] = []
        self._current: _CurrentFit | None = None
        self._position = 0
        """Fits that the training in progress has finished, or was given the results of."""
        self._started_at: float | None = None
        self._next_copy = self._next_write = 0.0
        self._file_is_ours = False
        self._write_failed = False

    def resume(self) -> None:
        """Read the file; a ModelError where it is damaged or of another training."""
        if self._path is None or not self._path.exists():
            self._listener(Note("resume", "no interrupted training found: starting from the beginning"))
            return
        facts, self._results, self._current = _read(self._path)
        _refuse_different_training(facts, self._facts, self._path)
        self._file_is_ours = True
        self._listener(Note("resume", self._where()))

    def next_result(self, stage: str) -> FitResult | None:
        """The result of the next fit, which is of `stage`; None where it must be computed."""
        if self._started_at is None:
            self._started_at = time.monotonic()
            self._next_copy = self._started_at + COPY_SECONDS
            self._next_write = self._started_at + WRITE_SECONDS
        if self._position < len(self._results) and self._results[self._position][0] != stage:
            # With --max-time the resumed training may have other stages, to which the rest does not belong.
            del self._results[self._position :]
            self._current = None
        if self._position == len(self._results):
            return None
        self._position += 1
        return self._results[self._position - 1][1]

    def interrupted_state(self, stage: str) -> FitState | None:
        """The state in which the next fit, which is of `stage`, was interrupted; None where it was not."""
        current = self._current
        if current is None or (current.number, current.stage) != (self._position, stage):
            return None
        return current.state

    def update(self, stage: str, state: Callable[[], FitState]) -> None:
        """Record the state of the current fit, where the last copy is long enough ago."""
        now = time.monotonic()
        if self._path is not None and now >= self._next_copy:
            self._current = _CurrentFit(self._position, stage, state())
            self._next_copy = _next_time(now, COPY_SECONDS)
            self._write_when_due()

    def add_result(self, stage: str, result: FitResult) -> None:
        """Record the result of the current fit, which is finished."""
        if self._path is not None:
            self._results.append((stage, result))
            self._position += 1
            self._write_when_due()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._path is None:
            return
        if kind is None or (self._file_is_ours and issubclass(kind, TrainingError)):
            with suppress(OSError):
                self._path.unlink()
            return
        if self._started_at is not None and time.monotonic() - self._started_at >= MIN_SECONDS:
            self._write()
        if self._file_is_ours:
            self._listener(CheckpointSaved(str(self._path), self._where()))

    def _where(self) -> str:
        """Where the training continues, in words."""
        if self._current is not None and self._current.number == len(self._results):
            return f"{self._current.stage}, after epoch {self._current.state.epoch}"
        return f"after {self._results[-1][0]}" if self._results else "the start"

    def _write_when_due(self) -> None:
        now = time.monotonic()
        if now >= self._next_write:
            self._write()
            self._next_write = _next_time(now, WRITE_SECONDS)

    def _write(self) -> None:
        """Write all that is known to the file; where that fails, warn once and let the training continue."""
        if self._path is None or self._write_failed:
            return
        current = self._current
        if current is not None and current.number != len(self._results):
            current = None
        try:
            content = tensorfile.encode(_encode(self._facts, self._results, current))
            atomic.write_atomically(self._path, lambda stream: _put(stream, content))
            self._file_is_ours = True
        except ForecastError as error:
            self._write_failed = True
            self._listener(Warned(f"{error}; if this training is interrupted, it cannot be resumed"))


def _next_time(started_at: float, interval: float) -> float:
    """When to do again what was started then and has just ended."""
    now = time.monotonic()
    return now + max(interval, REST_FACTOR * (now - started_at))


def _refuse_different_training(then: Facts, now: Facts, path: Path) -> None:
    """Raise a ModelError that names what differs between the interrupted training and this one."""
    old, new = dict(then), dict(now)
    names = [name for name in {**new, **old} if old.get(name) != new.get(name)]
    if not names:
        return
    differences = [_difference(name, old.get(name), new.get(name)) for name in names[:_MAX_DIFFERENCES]]
    more = len(names) - len(differences)
    raise ModelError(
        f"belongs to a training with different {', '.join(differences)}{f' and {more} more' if more else ''}",
        where=str(path),
        hint="resume with the data, options and versions it started with; without --resume it is replaced",
    )


def _difference(name: str, then: str | None, now: str | None) -> str:
    # Data are compared by their digests, which mean nothing to a reader.
    if name.startswith("data"):
        return name
    return f"{name} ({then or 'none'} then, {now or 'none'} now)"


def _put(stream: BinaryIO, content: bytes) -> None:
    stream.write(content)


# To the contents of a file and back.


def _encode(facts: Facts, results: Sequence[tuple[str, FitResult]], current: _CurrentFit | None) -> Contents:
    fields = _CheckpointFields(
        facts=facts,
        results=tuple(
            _ResultFields(stage, each.epochs, tuple(each.weights), each.losses) for stage, each in results
        ),
        current=None if current is None else _state_fields(current.stage, current.state),
    )
    tensors: Tensors = {
        f"fit/{number}/{name}": weight
        for number, (_, each) in enumerate(results)
        for name, weight in each.weights.items()
    }
    if current is not None:
        tensors |= {f"state/{index}": each for index, each in enumerate(current.state.variables)}
    return Contents(FORMAT, {"checkpoint": to_plain(fields)}, tensors)


def _state_fields(stage: str, state: FitState) -> _StateFields:
    return _StateFields(
        stage=stage,
        learning_rate=state.learning_rate,
        epoch=state.epoch,
        best_epoch=state.best_epoch,
        best_loss=state.best_loss,
        call_losses=state.call_losses,
        variables=len(state.variables),
        losses=state.losses,
    )


def _read(path: Path) -> tuple[Facts, list[tuple[str, FitResult]], _CurrentFit | None]:
    """The facts, results and current fit in the file, or a ModelError that says what else it is."""
    contents = tensorfile.read(path, format=FORMAT)
    with tensorfile.model_errors(path):
        if contents.fields.keys() != {"checkpoint"}:
            raise ModelError("is a model, not the checkpoint of an interrupted training")
        fields = from_plain(_CheckpointFields, contents.fields["checkpoint"], "checkpoint")
        try:
            results = [_result(number, each, contents.tensors) for number, each in enumerate(fields.results)]
            current = _current(len(results), fields.current, contents.tensors)
        except KeyError as error:
            raise ValueError(f"it lacks tensor {error}") from error
    return fields.facts, results, current


def _result(number: int, fields: _ResultFields, tensors: Tensors) -> tuple[str, FitResult]:
    weights = {name: tensors[f"fit/{number}/{name}"].astype(np.float32) for name in fields.names}
    return fields.stage, FitResult(fields.epochs, weights, fields.losses)


def _current(number: int, fields: _StateFields | None, tensors: Tensors) -> _CurrentFit | None:
    if fields is None:
        return None
    state = FitState(
        learning_rate=fields.learning_rate,
        epoch=fields.epoch,
        best_epoch=fields.best_epoch,
        best_loss=fields.best_loss,
        call_losses=fields.call_losses,
        variables=tuple(tensors[f"state/{index}"] for index in range(fields.variables)),
        losses=fields.losses,
    )
    return _CurrentFit(number, fields.stage, state)
