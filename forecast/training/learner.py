"""A recipe at work: what turns the rows before any origin into a network."""

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from forecast.data.cards import Losses
from forecast.data.panel import Panel
from forecast.events import FitsAhead, Loading, Note, Warned
from forecast.forecasters.intervals import seasonal_changes
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import Weights
from forecast.planning.recipe import Recipe
from forecast.spec.model import Origin
from forecast.training.run import Run

if TYPE_CHECKING:
    from forecast.network.fit import Trainer


MAX_SCALED_ERROR = 1e6
"""Bound on an error in units of the seasonal change, so that one series does not decide for all."""

_FAR = 0.3
"""Share of the pretrained network's errors by which training must improve it to replace it."""


class Learner(Protocol):
    """What makes a network of any rows by one recipe."""

    origin: Origin
    """Where the weights come from."""
    epochs: int
    """Epochs of every fit."""
    losses: Losses | None
    """Of the fit in which the epochs were found."""

    @property
    def rounds(self) -> int:
        """How often the weights of several workers were averaged in the last fit; 0 for one process."""
        ...

    def find_epochs(self, oldest: Panel, /) -> "Learner":
        """The learner to continue with; epochs and origin are decided on rows that no backtest evaluates."""
        ...

    def fit(self, past: Panel, stage: str, /) -> Network | None:
        """The network that the recipe makes of these rows; None where it makes none."""
        ...


def learner_for(recipe: Recipe, panel: Panel, run: Run, *, fits: int, epochs: int = 0) -> Learner:
    """The learner of a recipe; TensorFlow is imported only where something is to be trained.

    `panel` is the largest of the `fits` to come; `epochs` may be known already.
    """
    if not recipe.trains:
        return UntrainedLearner(recipe.origin, None)
    from forecast.network import backend

    if not backend.is_loaded():
        run.listener(Loading("TensorFlow"))
    from forecast.network.fit import Trainer

    trainer = Trainer(
        recipe.spec,
        recipe.training,
        panel,
        initial_weights=recipe.initial_weights,
        listener=run.listener,
        checkpoint=run.checkpoint,
        crew=run.crew,
    )
    return TrainedLearner(recipe, trainer, run, fits=fits, epochs=epochs)


class UntrainedLearner:
    """A network that is given, or none."""

    epochs = 0
    rounds = 0

    def __init__(self, origin: Origin, network: Network | None, losses: Losses | None = None) -> None:
        self.origin = origin
        self.losses = losses
        self._network = network

    def find_epochs(self, _oldest: Panel) -> Learner:
        """Nothing is to be decided."""
        return self

    def fit(self, _past: Panel, _stage: str) -> Network | None:
        """The same for any rows."""
        return self._network


class TrainedLearner:
    """Networks trained on the rows at hand, from random or from given weights."""

    def __init__(self, recipe: Recipe, trainer: "Trainer", run: Run, *, fits: int, epochs: int) -> None:
        self.origin = recipe.origin
        self.epochs = epochs
        self.losses: Losses | None = None
        self._recipe = recipe
        self._run = run
        self._trainer = trainer
        self._stages = recipe.fits(fits) - (1 if epochs else 0)
        """Fits to come: they share the time that is left."""
        run.listener(FitsAhead(self._stages))

    @property
    def rounds(self) -> int:
        """See `Learner`."""
        return 0 if self._run.crew is None else self._trainer.rounds(self.epochs)

    def find_epochs(self, oldest: Panel) -> Learner:
        """Choose the number of epochs; pretrained weights that no epoch improves are used unchanged.

        A fine-tuned network is averaged with the pretrained one unless it is better by far.
        """
        self.epochs = self._trainer.find_epochs(
            oldest, stage="choosing the number of epochs", seconds=self._seconds()
        )
        self.losses = self._trainer.losses
        pretrained, note = self._recipe.pretrained, self._run.listener
        note(FitsAhead(self._stages))
        if self.origin != "fine-tuned" or pretrained is None:
            return self
        same_inputs = pretrained.spec == self._recipe.spec
        if self.epochs == 0:
            note(FitsAhead(0))
            covariates = "" if same_inputs else ", and no covariate is read"
            note(Note("fine-tuning", f"did not improve it: pretrained network used unchanged{covariates}"))
            return UntrainedLearner("pretrained", pretrained, self.losses)
        if same_inputs and self._recipe.averaged and self._trainer.best is not None:
            gain = _gain(replace(pretrained, members=(self._trainer.best,)), pretrained, oldest)
            averaged = gain < _FAR
            self.origin = "averaged" if averaged else self.origin
            used = "averaged with it" if averaged else "used alone"
            note(Note("fine-tuning", f"changed the errors on newer rows by {-100 * gain:+.0f} %: {used}"))
        return self

    def fit(self, past: Panel, stage: str) -> Network:
        """Every network of the ensemble, trained on all rows of `past`, and what they are averaged with."""
        if self._run.budget.is_spent and self._trainer.best is not None:
            self._run.listener(FitsAhead(0))
            self._run.listener(Warned(f"{stage}: no time left; the best weights on older rows are used"))
            members: tuple[Weights, ...] = (self._trainer.best,)
        else:
            members = tuple(self._member(past, stage, member) for member in range(self._recipe.ensemble))
        pretrained = self._recipe.pretrained
        if self.origin == "averaged" and pretrained is not None:
            # As many pretrained networks as trained ones.
            own = tuple(pretrained.members[i % len(pretrained.members)] for i in range(len(members)))
            return replace(pretrained, members=members + own)
        return Network(self._recipe.spec, members)

    def _member(self, past: Panel, stage: str, member: int) -> Weights:
        named = f"{stage}, network {member + 1}" if self._recipe.ensemble > 1 else stage
        return self._trainer.fit(past, self.epochs, stage=named, member=member, seconds=self._seconds())

    def _seconds(self) -> float:
        """Seconds for the next fit: an equal share of the time left."""
        seconds = self._run.budget.share(self._stages)
        self._stages -= 1
        return seconds


def _gain(tuned: Network, pretrained: Network, panel: Panel) -> float:
    """Share of the errors in the newest rows of every series that fine-tuning on older rows removed."""
    horizon = pretrained.spec.trained_horizon
    long = panel.lengths >= 2 * horizon + 2
    if not long.any():
        return 0.0
    some = panel.select(np.flatnonzero(long))
    past = some.first(some.lengths - horizon)
    actual = some.tail(horizon).values.reshape(-1, horizon)
    scales = np.maximum(np.nan_to_num(seasonal_changes(past)), 1e-300)[:, None]
    with np.errstate(over="ignore"):
        after, before = (
            np.fmin(np.abs(network.forecast(past, horizon) - actual) / scales, MAX_SCALED_ERROR).sum()
            for network in (tuned, pretrained)
        )
    return float(1 - after / before) if before > 0 else 0.0
