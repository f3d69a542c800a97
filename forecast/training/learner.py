"""A recipe that turns any past into a network."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from forecast.data.panel import Panel
from forecast.events import Listener, Note, Warned
from forecast.forecasters.recurrent import Network
from forecast.forecasters.rolling_errors import past_errors
from forecast.forecasters.weights import Weights
from forecast.planning.recipe import Recipe
from forecast.spec.model import Origin

if TYPE_CHECKING:
    from forecast.network.checkpoint import Checkpoint
    from forecast.network.fit import Trainer


_FAR = 0.3
"""Share of the pretrained network's errors that training must take away to be better by far."""


class Learner(Protocol):
    """A recipe that turns any past into a network."""

    origin: Origin
    """Where its weights come from."""
    epochs: int
    """Epochs that every fit takes."""

    def find_epochs(self, oldest: Panel, /) -> "Learner":
        """The learner to go on with, what was left open decided on rows before all that will be judged."""
        ...

    def fit(self, past: Panel, stage: str, /) -> Network:
        """The network that the recipe makes of these rows."""
        ...


def learner_for(
    recipe: Recipe,
    panel: Panel,
    listener: Listener,
    *,
    fits: int,
    epochs: int = 0,
    checkpoint: "Checkpoint | None" = None,
) -> Learner:
    """What carries a recipe out; TensorFlow is imported only where there is something to train.

    `panel` is the largest of the `fits` to come. `epochs` may be known already, and
    what the `checkpoint` holds.
    """
    if recipe.origin == "pretrained":
        return PretrainedLearner(Network(recipe.spec, recipe.start, recipe.combine))
    from forecast.network.fit import Trainer

    trainer = Trainer(
        recipe.spec, recipe.training, panel, start=recipe.start, listener=listener, checkpoint=checkpoint
    )
    return TrainedLearner(recipe, trainer, listener, fits=fits, epochs=epochs)


class PretrainedLearner:
    """Pretrained networks as they are."""

    origin: Origin = "pretrained"
    epochs = 0

    def __init__(self, network: Network) -> None:
        self._network = network

    def find_epochs(self, _oldest: Panel) -> Learner:
        """Nothing is left open."""
        return self

    def fit(self, _past: Panel, _stage: str) -> Network:
        """The same for any rows."""
        return self._network


class TrainedLearner:
    """Networks trained on the rows at hand, from nothing or from given weights."""

    def __init__(
        self, recipe: Recipe, trainer: "Trainer", listener: Listener, *, fits: int, epochs: int
    ) -> None:
        self.origin = recipe.origin
        self.epochs = epochs
        self._recipe = recipe
        self._listener = listener
        self._trainer = trainer
        self._budget = _Budget(recipe.training.max_seconds, stages=1 + recipe.members * fits)

    def find_epochs(self, oldest: Panel) -> Learner:
        """Find the epochs; pretrained weights that no epoch betters are taken as they are."""
        seconds = self._budget.share()
        self.epochs = self._trainer.find_epochs(oldest, stage="finding epochs", seconds=seconds)
        untuned = self._recipe.untuned
        if self.origin != "fine-tuned" or untuned is None:
            return self
        alike = untuned.spec == self._recipe.spec
        if self.epochs == 0:
            beside = "" if alike else ", and nothing beside the target is read"
            self._listener(
                Note("fine-tuning", f"did not better the pretrained network: it is taken as it is{beside}")
            )
            return PretrainedLearner(untuned)
        if alike and self._recipe.averaged and self._trainer.best is not None:
            gain = _gain(replace(untuned, members=(self._trainer.best,)), untuned, oldest)
            self.origin = "averaged" if gain < _FAR else self.origin
            taken = "the mean of both is taken" if gain < _FAR else "it is taken alone"
            why = f"changed the errors of the pretrained network on newer rows by {-100 * gain:+.0f} %"
            self._listener(Note("fine-tuning", f"{why}: {taken}"))
        return self

    def fit(self, past: Panel, stage: str) -> Network:
        """Every member, trained on all rows of `past`, and beside them what they are averaged with."""
        if self._budget.over and self._trainer.best is not None:
            self._listener(Warned(f"{stage}: the time is over; the best weights on older rows stand in"))
            members: tuple[Weights, ...] = (self._trainer.best,)
        else:
            members = tuple(self._member(past, stage, member) for member in range(self._recipe.members))
        if self.origin == "averaged" and self._recipe.untuned is not None:
            return _averaged(members, self._recipe.untuned)
        return Network(self._recipe.spec, members, self._recipe.combine)

    def _member(self, past: Panel, stage: str, member: int) -> Weights:
        named = f"{stage}, member {member + 1}" if self._recipe.members > 1 else stage
        seconds = self._budget.share()
        return self._trainer.fit(past, self.epochs, stage=named, member=member, seconds=seconds)


def _averaged(members: tuple[Weights, ...], network: Network) -> Network:
    """A network of these members and as many of its own."""
    own = tuple(network.members[place % len(network.members)] for place in range(len(members)))
    return replace(network, members=members + own)


def _gain(tuned: Network, untuned: Network, panel: Panel) -> float:
    """Share of the errors in the newest rows of every series that training without them took away."""
    after, before = (
        np.abs(past_errors(replace(network, combine="none"), panel, max_origins=1))
        for network in (tuned, untuned)
    )
    return float(1 - np.nansum(after) / np.nansum(before)) if np.nansum(before) > 0 else 0.0


class _Budget:
    """Wall-clock seconds shared among the stages still to come."""

    def __init__(self, seconds: float | None, *, stages: int) -> None:
        self._deadline = time.monotonic() + (np.inf if seconds is None else seconds)
        self._stages = stages

    @property
    def over(self) -> bool:
        """Nothing is left."""
        return time.monotonic() >= self._deadline

    def share(self) -> float:
        """Seconds for the next stage."""
        self._stages -= 1
        return max(self._deadline - time.monotonic(), 0.0) / (self._stages + 1)
