"""A stored model on rows that it was not trained on, or retrained with the same settings at every origin."""

from collections.abc import Callable
from dataclasses import replace

from forecast.data.panel import Panel, time_range
from forecast.data.results import Scores
from forecast.evaluation.backtest import rows_known_at
from forecast.features.covariates import rescaled
from forecast.forecasters.recurrent import Network, RecurrentForecaster
from forecast.planning.recipe import recipe_of
from forecast.tasks.kinds import task_for
from forecast.tasks.task import EvaluationRequest
from forecast.tasks.values import refit_origins
from forecast.training.learner import learner_for
from forecast.training.run import Run


def evaluate_model(model: RecurrentForecaster, panel: Panel, request: EvaluationRequest, run: Run) -> Scores:
    """Rolling-origin scores of the model and of the baselines."""
    task = task_for(model.spec.target)
    backtests = task.unseen(model, panel, request)
    network_for = _refit(model, panel, request, run) if request.refit else (lambda _past: model.network)
    return task.scores([each.evaluate(network_for(each.train)) for each in backtests], panel)


def _refit(
    model: RecurrentForecaster, panel: Panel, request: EvaluationRequest, run: Run
) -> Callable[[Panel], Network]:
    """What makes a network of any past of `panel` as the model was made."""
    origins, recipe = refit_origins(model, request), recipe_of(model)
    oldest = panel.first(rows_known_at(panel, origins)[0])
    spec = replace(recipe.spec, covariates=rescaled(recipe.spec.covariates, oldest))
    run = run.within(recipe.training.max_seconds)
    learner = learner_for(
        replace(recipe, spec=spec), panel, run, fits=origins.count, epochs=model.card.epochs
    )
    return lambda past: learner.fit(past, f"refit up to {time_range(past)[1]}")
