"""The three cells, trained on the same rows in the same way."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from forecast.data.panel import Panel
from forecast.events import Loading, once
from forecast.forecasters.combination import Combination
from forecast.forecasters.recurrent import CELL_NAMES, Network
from forecast.spec.model import Cell
from forecast.spec.training import TrainRequest
from forecast.tasks.kinds import task_for
from forecast.training.learner import learner_for
from forecast.training.run import Run


@dataclass(frozen=True, slots=True)
class TrainedCell:
    """A network of one cell, trained from random weights."""

    network: Network
    combination: Combination
    """With the network alone: how it reads a series."""
    epochs: int
    seconds: float
    """Of its training, the choice of the number of epochs included."""


def train_cells(
    panel: Panel, request: TrainRequest, cells: Sequence[Cell], run: Run
) -> tuple[TrainedCell, ...]:
    """Train each cell from random weights, with the window, the units and the epochs that `train` chooses.

    Nothing is evaluated. Raises `DataError` where the rows are too few to train on.
    """
    from forecast.network import backend

    if not backend.is_loaded():
        run.listener(Loading("TensorFlow"))
        backend.load()
    run = replace(run, listener=once(run.listener))  # all three say on which device they are trained
    return tuple(_trained(panel, replace(request, cell=cell, from_="scratch"), run) for cell in cells)


def _trained(panel: Panel, request: TrainRequest, run: Run) -> TrainedCell:
    task = task_for(panel.target)
    plan = task.plan(panel, request, None)
    rows = task.training_rows(panel.with_season(plan.recipe.spec.season), plan)
    recipe = replace(plan.recipe, ensemble=1)
    started = time.monotonic()
    learner = learner_for(recipe, rows, run, fits=1).find_epochs(rows)
    network = learner.fit(rows, CELL_NAMES[recipe.spec.network.cell])
    if network is None:
        raise TypeError("a recipe from random weights makes a network")
    combination = Combination(((network.name, network),), (), plan.combination.periods)
    return TrainedCell(network, combination, learner.epochs, time.monotonic() - started)
