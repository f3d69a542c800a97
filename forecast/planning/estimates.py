"""Estimated cost of training: seconds and megabytes."""

import math

from forecast.data.panel import Panel
from forecast.features.inputs import input_layout
from forecast.forecasters.weights import weight_shapes
from forecast.planning.plan import Plan

TENSORFLOW_SECONDS = 10.0
"""Import of TensorFlow, on one core of 2.5 GHz."""

COMPILING_SECONDS = 4.0
"""The one compiled function of a training, and the ridge regression's library."""

STEP_SECONDS = 2e-10
"""Seconds for each weight and row that a window is trained on: eight trainings of 60 to 36,000 rows with
networks of 4,700 to 26,000 weights took 0.1 to 0.4 billionths of a CPU second."""

EVALUATION_SECONDS = 2.0
"""Reading, backtests and baselines of a single series: start-up for the most part."""

SERIES_SECONDS = 0.06
"""Evaluation of each further series."""

EPOCHS_SHARE = 0.25
"""Share of the maximum epochs after which the validation loss usually is lowest."""

TYPICAL_EPOCHS = 50
"""The same in epochs, at most."""


def seconds(panel: Panel, plan: Plan) -> float:
    """Estimated seconds of `train` on one core; the number of epochs is known only afterwards."""
    evaluation = EVALUATION_SECONDS + SERIES_SECONDS * len(panel)
    recipe, training = plan.recipe, plan.recipe.training
    if not recipe.trains:
        return evaluation
    best = min(math.ceil(EPOCHS_SHARE * training.epochs), TYPICAL_EPOCHS)
    searched = min(best + training.patience, training.epochs)
    epochs = searched + best * recipe.ensemble * (plan.backtests + 1)
    windows = min(plan.windows, training.epoch_windows or plan.windows)
    weights = sum(math.prod(shape) for shape in weight_shapes(recipe.spec).values())
    learning = STEP_SECONDS * weights * epochs * windows * recipe.spec.windows.window
    return (
        evaluation + TENSORFLOW_SECONDS + COMPILING_SECONDS + min(learning, training.max_seconds or math.inf)
    )


def megabytes(panel: Panel, plan: Plan) -> float:
    """Estimated memory of training: the libraries, and twice all rows as the network reads them."""
    horizon = plan.recipe.spec.trained_horizon
    library = 700 if plan.recipe.trains else 200
    return library + len(panel.values) * 8 * (input_layout(plan.recipe.spec).numbers + 2 * horizon) / 1e6
