"""The progress of a fit: its epochs and losses, and when to stop."""

import time
from dataclasses import dataclass

import numpy as np

from forecast.data.panel import Panel
from forecast.errors import ModelError
from forecast.events import EpochEnded
from forecast.features.windows import WholeSeries, Windows
from forecast.network.checkpoint import FitState, Variables
from forecast.network.loop import EpochLosses, Slices
from forecast.spec.training import Decay

_WARM_UP = 0.05
"""Fraction of a training with a decaying learning rate in which the rate rises first."""

_LAST_RATE = 0.02
"""Fraction of the learning rate that is left at the end of its decay."""

_MIN_GAIN = 0.02
"""Fraction by which an epoch must lower the loss of the initial weights: a smaller gain may be chance."""

_MOST_LOSSES = 1000
"""Epochs whose losses are kept, for the curve that a model file holds."""

NEGLIGIBLE_LOSS = 1e-3
"""Validation loss at which a fit ends: nothing is left to learn. It is a log loss of classes, a probability
of 99.9 %, or a mean error of a thousandth of the usual change. Data with any noise stay far above it."""


@dataclass(frozen=True, slots=True)
class Fit:
    """One training: its data, the windows it validates on, and its limits."""

    stage: str
    panel: Panel
    windows: Windows | WholeSeries
    validation: Slices | None
    epochs: int
    seconds: float
    member: int = 0


class Progress:
    """Epochs done, the best of them, and the losses of the current epoch."""

    def __init__(self, fit: Fit, *, patience: int) -> None:
        self.epoch = 0
        """Epochs done."""
        self.best_epoch: int | None = None
        """0 for the initial weights; None without validation."""
        self.call_losses: list[float] = []
        """Training losses of the calls done in the current epoch, where an epoch takes several."""
        self.losses: list[tuple[float, float]] = []
        """Training and validation loss of each of the first epochs, with validation."""
        self._fit = fit
        self._patience = patience
        self._best_loss = np.inf
        self._started_at = time.monotonic()
        self._measured_from = (self._started_at, 0)
        """When and after which epoch the time of an epoch began to be measured."""
        self._has_measured = False

    @property
    def finished(self) -> bool:
        """True at the last epoch, at the end of the time, without improvement, or at a negligible loss."""
        stalled = self.best_epoch is not None and self.epoch - self.best_epoch >= self._patience
        negligible = self.best_epoch is not None and self._best_loss <= NEGLIGIBLE_LOSS
        late = self.epoch > 0 and time.monotonic() - self._started_at >= self._fit.seconds
        return self.epoch >= self._fit.epochs or stalled or negligible or late

    @property
    def fraction(self) -> float:
        """Epochs done, from 0 to 1."""
        return self.epoch / self._fit.epochs

    def start(self, loss: float) -> None:
        """Set the validation loss of the initial weights, which an epoch must lower clearly."""
        self._best_loss, self.best_epoch = (1 - _MIN_GAIN) * loss, 0
        # The call that gave this loss may have compiled the loop: no epoch takes that long.
        self._measured_from = (time.monotonic(), 0)

    def resume(self, state: FitState) -> None:
        """Continue from an interrupted fit; a ModelError where its state is impossible in this one."""
        best = 0 if state.best_epoch is None else state.best_epoch
        if not 0 <= best <= state.epoch <= self._fit.epochs:
            raise ModelError("the checkpoint does not fit this training")
        self.epoch = state.epoch
        self._measured_from = (self._started_at, state.epoch)
        self.best_epoch, self._best_loss = state.best_epoch, state.best_loss
        self.call_losses = list(state.call_losses)
        self.losses = list(state.losses)

    def state(self, learning_rate: float, variables: Variables) -> FitState:
        """What an interrupted fit continues from, with the variables of the loop."""
        return FitState(
            learning_rate,
            self.epoch,
            self.best_epoch,
            self._best_loss,
            tuple(self.call_losses),
            variables,
            tuple(self.losses),
        )

    def add(self, losses: EpochLosses) -> EpochEnded:
        """Count finished epochs; return the event that reports them."""
        for training, loss in zip(losses.training.tolist(), losses.validation.tolist(), strict=True):
            self.epoch += 1
            if np.isfinite(loss) and len(self.losses) < _MOST_LOSSES:
                self.losses.append((float(f"{training:.5g}"), float(f"{loss:.5g}")))
            if loss < self._best_loss:
                self._best_loss, self.best_epoch = float(loss), self.epoch
        self.call_losses = []
        seconds_per_epoch = self._measure()
        validation_loss = float(losses.validation[-1])
        return EpochEnded(
            stage=self._fit.stage,
            epoch=self.epoch,
            epochs=self._expected_epochs(seconds_per_epoch),
            loss=float(losses.training[-1]),
            validation_loss=validation_loss if np.isfinite(validation_loss) else None,
            best_epoch=self.best_epoch,
            seconds_per_epoch=seconds_per_epoch,
        )

    def _measure(self) -> float:
        """Seconds per epoch, measured from the end of the first call on, which may have compiled the loop."""
        now = time.monotonic()
        seconds = (now - self._measured_from[0]) / (self.epoch - self._measured_from[1])
        if not self._has_measured:
            self._has_measured, self._measured_from = True, (now, self.epoch)
        return seconds

    def _expected_epochs(self, seconds_per_epoch: float) -> int:
        """The last epoch where none of the later ones is better, within the time of the fit."""
        last = self._fit.epochs if self.best_epoch is None else self.best_epoch + self._patience
        seconds = self._fit.seconds - (time.monotonic() - self._started_at)
        in_time = self.epoch + max(seconds, 0.0) / max(seconds_per_epoch, 1e-9)
        return max(self.epoch, int(min(last, self._fit.epochs, in_time)))


def decay_factor(decay: Decay, fraction: float) -> float:
    """The learning rate after a fraction of the epochs, relative to the initial one.

    "cosine" is a linear warm-up, then half a period of a cosine.
    """
    if decay == "constant":
        return 1.0
    warm_up = min(1.0, (fraction + 0.005) / _WARM_UP)
    return float(warm_up * (_LAST_RATE + (1 - _LAST_RATE) * 0.5 * (1 + np.cos(np.pi * fraction))))
