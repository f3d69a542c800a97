"""A stored model of numbers that is evaluated: as it is on new rows, or retrained at every origin."""

from collections.abc import Sequence

from forecast.data.evaluation import EvaluationResult
from forecast.data.panel import Panel
from forecast.data.results import Forecast
from forecast.evaluation.backtest import Fold, score
from forecast.evaluation.predictions import predictions_of
from forecast.evaluation.verdict import verdict_of
from forecast.forecasters.model import RecurrentForecaster
from forecast.tasks.combined import Backtested, is_mostly

LEVEL = 80.0
"""Level of the intervals, in percent."""


def result_on_new_rows(model: RecurrentForecaster, folds: Sequence[Fold], panel: Panel) -> EvaluationResult:
    """The result of a model as it is, with its own intervals: the rows were used for neither."""
    scores = score(folds, panel)
    combination = model.combination
    squared = is_mostly(combination.forecasts_mean(panel))
    verdict = verdict_of(scores, folds, members=combination.members, squared=squared)
    intervals = [_forecast(model, fold, panel) for fold in folds]
    predictions = predictions_of(folds, intervals, panel, scores.models)
    return EvaluationResult(scores, verdict, predictions.covered, "new rows", predictions)


def result_of_refit(done: Backtested, panel: Panel) -> EvaluationResult:
    """The result of retraining at every origin; intervals at each are calibrated on earlier errors."""
    predictions = predictions_of(done.folds, done.intervals(LEVEL), panel, done.scores.models)
    return EvaluationResult(done.scores, done.verdict, done.coverage(LEVEL), "refit", predictions)


def _forecast(model: RecurrentForecaster, fold: Fold, panel: Panel) -> Forecast:
    history = panel.first(fold.rows).select(fold.scored)
    return model.predict(history, fold.actual.shape[1], levels=(LEVEL,))
