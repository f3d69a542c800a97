"""The batches of a fit: their sizes, and which windows are in each."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Integers
from forecast.data.panel import Panel
from forecast.features.windows import WholeSeries, Windows, windows_of
from forecast.network import validation
from forecast.network.loop import Slices
from forecast.network.validation import ValidationWindows
from forecast.spec.model import ModelSpec
from forecast.spec.training import TrainingPlan

Number = TypeVar("Number", np.int32, np.int64)

MAX_EPOCHS_PER_CALL = 10
"""Epochs in one compiled call: between calls a signal is noticed and progress reported."""

MAX_STEPS_PER_CALL = 400_000
"""Window steps in one compiled call: one to three seconds on one core."""


@dataclass(frozen=True, slots=True)
class BatchSizes:
    """Sizes that stay the same for all fits of a trainer, so that one compilation serves them."""

    rows: int
    batch_size: int
    batch_steps: int
    """Window steps in a batch."""
    epoch_windows: int
    updates: int
    """Updates in an epoch."""
    updates_per_call: int
    epochs_per_call: int
    """1 where an epoch takes more than one call."""
    validations: int
    """Batches of validation windows."""

    @classmethod
    def of(cls, spec: ModelSpec, plan: TrainingPlan, panel: Panel) -> "BatchSizes":
        """The sizes for all fits on `panel` or parts of it."""
        windows = len(windows_of(panel, spec))
        batch_steps = plan.batch_size * spec.windows.window
        epoch_windows = min(windows, plan.epoch_windows or windows)
        updates = max(1, -(-epoch_windows // plan.batch_size))
        held_out = validation.held_out_rows(panel, spec)
        validated = len(validation.validation_windows(panel, held_out, spec).starts)
        return cls(
            rows=len(panel.values),
            batch_size=plan.batch_size,
            batch_steps=batch_steps,
            epoch_windows=epoch_windows,
            updates=updates,
            updates_per_call=max(1, min(updates, MAX_STEPS_PER_CALL // batch_steps)),
            epochs_per_call=max(1, min(MAX_EPOCHS_PER_CALL, MAX_STEPS_PER_CALL // (updates * batch_steps))),
            validations=max(1, -(-validated // plan.batch_size)),
        )


class WindowSampler:
    """Draws the windows of epoch after epoch in random order: each once before any is drawn again."""

    def __init__(self, windows: Windows | WholeSeries, sizes: BatchSizes, *, seed: int) -> None:
        self._windows = windows
        self._sizes = sizes
        self._epoch_windows = min(len(windows), sizes.epoch_windows)
        self._random = np.random.default_rng(seed)
        self._remaining = np.empty(0, dtype=np.int64)
        self.updates = -(-self._epoch_windows // sizes.batch_size)
        """Updates in an epoch of these windows."""

    def draw(self, epochs: int) -> Slices:
        """Batches of the next epochs, (epochs_per_call, updates, batch_size), padded."""
        indices = np.full((self._sizes.epochs_per_call, self.updates * self._sizes.batch_size), -1)
        for epoch in range(epochs):
            indices[epoch, : self._epoch_windows] = self._next_epoch()
        batch = self._windows.batch(np.maximum(indices, 0))
        steps = np.where(indices >= 0, batch.steps, 0)
        return _slices(batch.starts, np.zeros_like(steps), steps, (len(indices), self.updates, -1))

    def skip(self, epochs: int) -> None:
        """Pass over the next epochs."""
        for _ in range(epochs):
            self._next_epoch()

    def _next_epoch(self) -> Integers:
        if len(self._remaining) < self._epoch_windows:
            self._remaining = self._random.permutation(len(self._windows))
        drawn, self._remaining = np.split(self._remaining, [self._epoch_windows])
        return drawn


def validation_batches(windows: ValidationWindows, batch_size: int) -> Slices:
    """(batches, batch_size) windows to validate on, padded."""
    size = -(-len(windows.starts) // batch_size) * batch_size
    starts, first, last = (resize(part[None], size) for part in (windows.starts, windows.first, windows.last))
    return _slices(starts, first, last, (-1, batch_size))


def no_batches(batches: int, batch_size: int) -> Slices:
    """(batches, batch_size) of padding."""
    return Slices(*(np.zeros((batches, batch_size), dtype=np.int32) for _ in Slices._fields))


def resize(array: NDArray[Number], size: int) -> NDArray[Number]:
    """The first `size` items of the second axis, padded with zeros."""
    missing = max(size - array.shape[1], 0)
    return np.pad(array[:, :size], [(0, 0), (0, missing)] + [(0, 0)] * (array.ndim - 2))


def _slices(starts: Integers, first: Integers, last: Integers, shape: tuple[int, ...]) -> Slices:
    return Slices(*(part.astype(np.int32).reshape(shape) for part in (starts, first, last)))
