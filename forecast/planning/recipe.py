"""What makes a network of any rows: decided for new data, or read off a model."""

from dataclasses import dataclass, replace

from forecast.errors import ModelError
from forecast.forecasters.calibration import Calibration
from forecast.forecasters.recurrent import Network, RecurrentForecaster, widen_inputs
from forecast.forecasters.weights import Weights
from forecast.spec.model import ModelSpec, Origin
from forecast.spec.training import Combine, TrainingPlan
from forecast.storage import pretrained


@dataclass(frozen=True, slots=True)
class Recipe:
    """What makes a network of any rows: given the same rows and epochs, the same network."""

    spec: ModelSpec
    """Shape of the networks; pretrained ones have a window and a horizon of their own."""
    origin: Origin
    start: tuple[Weights, ...]
    """Weights to start from, or none."""
    combine: Combine
    untuned: Network | None
    """What it starts from, as it is where training does not better it."""
    averaged: bool
    """Averaged with what it starts from, where training does not better that by far."""
    members: int
    training: TrainingPlan
    before: Calibration | None = None
    """Intervals of the network it starts from, learned on other series."""


def recipe_of(model: RecurrentForecaster) -> Recipe:
    """What a model was made by, to be carried out again; a `ModelError` where that began with another."""
    origin, network = model.card.origin, model.network
    if origin == "continued":
        raise ModelError(
            "it was trained on from an older model, whose weights it does not hold: it cannot be made again",
            hint="leave --refit out to judge it as it is on rows newer than those it was trained on",
        )
    untuned, start = network, network.members
    if origin in ("fine-tuned", "averaged"):
        ready = pretrained.open_pretrained(model.spec.network.cell, model.spec.season).network
        untuned, start = replace(ready, combine=network.combine), widen_inputs(ready, model.spec).members
    return Recipe(
        spec=model.spec,
        origin=origin,
        start=() if origin == "scratch" else start,
        combine=network.combine,
        untuned=untuned,
        averaged=origin == "averaged",
        members=len(network.members) // (2 if origin == "averaged" else 1),
        training=model.card.training,
    )
