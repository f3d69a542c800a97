"""What makes a network of any rows: decided for new data, or read off a model."""

from dataclasses import dataclass, replace

from forecast.errors import ModelError
from forecast.forecasters.calibration import Calibration
from forecast.forecasters.recurrent import Network, RecurrentForecaster, widen_inputs
from forecast.forecasters.weights import Weights
from forecast.spec.model import ModelSpec, Origin
from forecast.spec.training import Combine, TrainingPlan
from forecast.storage.pretrained import open_pretrained


@dataclass(frozen=True, slots=True)
class Recipe:
    """What makes a network of any rows: given the same rows and epochs, the same network."""

    spec: ModelSpec
    """Shape of the networks; pretrained ones have their own window and horizon."""
    origin: Origin
    initial_weights: tuple[Weights, ...]
    """Weights to start from; () for random ones."""
    combine: Combine
    pretrained: Network | None
    """The network that training starts from, used unchanged where training does not improve it."""
    averaged: bool
    """Averaged with that network, unless training improves it by far."""
    ensemble: int
    """Networks to train and average."""
    training: TrainingPlan
    prior: Calibration | None = None
    """Intervals of the network that training starts from, calibrated on other series."""

    @classmethod
    def from_scratch(
        cls, spec: ModelSpec, training: TrainingPlan, *, combine: Combine = "none", ensemble: int = 1
    ) -> "Recipe":
        """Networks trained from random weights."""
        return cls(spec, "scratch", (), combine, None, False, ensemble, training)


def recipe_of(model: RecurrentForecaster) -> Recipe:
    """The recipe that a model was made by; raises `ModelError` where it started from another model."""
    origin, network, training = model.card.origin, model.network, model.card.training
    if origin == "continued":
        raise ModelError(
            "its training started from an older model, whose weights it does not hold: it cannot be repeated",
            hint="leave --refit out to evaluate the model on rows newer than those it was trained on",
        )
    if origin == "scratch":
        ensemble = len(network.members)
        return Recipe.from_scratch(model.spec, training, combine=network.combine, ensemble=ensemble)
    start, initial_weights = network, network.members
    if origin in ("fine-tuned", "averaged"):
        pretrained = open_pretrained(model.spec.network.cell, model.spec.season).network
        start = replace(pretrained, combine=network.combine)
        initial_weights = widen_inputs(pretrained, model.spec).members
    return Recipe(
        spec=model.spec,
        origin=origin,
        initial_weights=initial_weights,
        combine=network.combine,
        pretrained=start,
        averaged=origin == "averaged",
        # An averaged model holds as many pretrained networks as trained ones.
        ensemble=len(network.members) // (2 if origin == "averaged" else 1),
        training=training,
    )
