"""Where a fit stands, and whether it is time to stop."""

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
"""Share of a training with a decaying rate in which the rate rises first."""

_LAST_RATE = 0.02
"""What is left of a decaying rate at the end."""

_LEAST_GAIN = 0.02
"""Share by which the first epochs must lower the loss of the start: less may be chance."""


@dataclass(frozen=True, slots=True)
class Fit:
    """One training: what on, what against, how long."""

    stage: str
    panel: Panel
    windows: Windows | WholeSeries
    validation: Slices | None
    epochs: int
    seconds: float
    member: int = 0


class Progress:
    """Epochs done, the best of them, and the losses of an epoch under way."""

    def __init__(self, fit: Fit, *, patience: int) -> None:
        self.epoch = 0
        self.best_epoch: int | None = None
        self.losses: list[float] = []
        """Training losses of the calls done of the epoch under way."""
        self._fit = fit
        self._patience = patience
        self._best_loss = np.inf
        self._began = time.monotonic()
        self._began_epoch = 0

    @property
    def over(self) -> bool:
        """True where the fit has had its epochs or its time, or waited long enough for a better one."""
        waited = self.best_epoch is not None and self.epoch - self.best_epoch >= self._patience
        late = self.epoch > 0 and time.monotonic() - self._began >= self._fit.seconds
        return self.epoch >= self._fit.epochs or waited or late

    @property
    def share(self) -> float:
        """How much of the epochs is over, from 0 to 1."""
        return self.epoch / self._fit.epochs

    def start(self, losses: EpochLosses) -> None:
        """Take the loss before the first epoch as the one to beat clearly."""
        self._best_loss, self.best_epoch = (1 - _LEAST_GAIN) * float(losses.validation[0]), 0

    def resume(self, standing: FitState) -> None:
        """Go on from where an interrupted fit stood; a ModelError where this one cannot stand there."""
        best = 0 if standing.best_epoch is None else standing.best_epoch
        if not 0 <= best <= standing.epoch <= self._fit.epochs:
            raise ModelError("the checkpoint does not fit this training")
        self.epoch = self._began_epoch = standing.epoch
        self.best_epoch, self._best_loss = standing.best_epoch, standing.best_loss
        self.losses = list(standing.losses)

    def standing(self, learning_rate: float, variables: Variables) -> FitState:
        """What to go on from, with the variables of the loop."""
        return FitState(
            learning_rate, self.epoch, self.best_epoch, self._best_loss, tuple(self.losses), variables
        )

    def add(self, losses: EpochLosses) -> EpochEnded:
        """Count the epochs of a call, and tell where the fit stands."""
        for loss in losses.validation:
            self.epoch += 1
            if loss < self._best_loss:
                self._best_loss, self.best_epoch = float(loss), self.epoch
        self.losses = []
        spent = time.monotonic() - self._began
        left = spent / (self.epoch - self._began_epoch) * (self._fit.epochs - self.epoch)
        checked = float(losses.validation[-1])
        return EpochEnded(
            stage=self._fit.stage,
            epoch=self.epoch,
            epochs=self._fit.epochs,
            loss=float(losses.training[-1]),
            validation_loss=checked if np.isfinite(checked) else None,
            best_epoch=self.best_epoch,
            seconds_left=min(left, self._fit.seconds - spent),
        )


def decayed(decay: Decay, share: float) -> float:
    """What is left of the learning rate after a share of the training."""
    if decay == "constant":
        return 1.0
    warm = min(1.0, (share + 0.005) / _WARM_UP)
    return float(warm * (_LAST_RATE + (1 - _LAST_RATE) * 0.5 * (1 + np.cos(np.pi * share))))
