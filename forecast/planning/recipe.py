"""What makes a network of any rows: decided for new data, or read off a model."""

from dataclasses import dataclass, replace

from forecast.errors import ModelError
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.recurrent import Network, widen_inputs
from forecast.forecasters.weights import Weights
from forecast.spec.model import ModelSpec, Origin
from forecast.spec.training import TrainingPlan
from forecast.storage.pretrained import open_pretrained


@dataclass(frozen=True, slots=True)
class Recipe:
    """What makes a network of any rows: given the same rows and epochs, the same network."""

    spec: ModelSpec
    """Shape of the networks; pretrained ones have their own window and horizon."""
    origin: Origin
    """"pretrained" and "none": nothing is trained."""
    training: TrainingPlan
    initial_weights: tuple[Weights, ...] = ()
    """Weights to start from; () for random ones."""
    pretrained: Network | None = None
    """The network that training starts from, used unchanged where training does not improve it."""
    averaged: bool = False
    """Averaged with that network, unless training improves it by far."""
    ensemble: int = 1
    """Networks to train and average."""

    @property
    def trains(self) -> bool:
        """Whether a network is trained."""
        return self.origin not in ("pretrained", "none")

    def fits(self, pasts: int) -> int:
        """Fits for networks of so many pasts: one to choose the number of epochs, then an ensemble each."""
        return 1 + self.ensemble * pasts if self.trains else 0


def recipe_of(model: RecurrentForecaster) -> Recipe:
    """The recipe that a model was made by; raises `ModelError` where it started from another model."""
    origin, training = model.card.origin, model.card.training
    if training.device == "gpu":  # this machine may have none
        training = replace(training, device="auto")
    if origin == "continued":
        raise ModelError(
            "its training started from an older model, whose weights it does not hold: it cannot be repeated",
            hint="leave --refit out to evaluate the model on rows newer than those it was trained on",
        )
    if origin in ("pretrained", "none"):
        return Recipe(model.spec, origin, training)
    members = len(model.network.members)
    if origin == "scratch":
        return Recipe(model.spec, "scratch", training, ensemble=members)
    pretrained = open_pretrained(model.spec.network.cell, model.spec.season)
    return Recipe(
        spec=model.spec,
        origin=origin,
        training=training,
        initial_weights=widen_inputs(pretrained, model.spec).members,
        pretrained=pretrained,
        averaged=origin == "averaged",
        # An averaged model holds as many pretrained networks as trained ones.
        ensemble=members // (2 if origin == "averaged" else 1),
    )
