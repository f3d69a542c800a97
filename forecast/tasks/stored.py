"""A stored model of numbers that is evaluated: as it is on new rows, or retrained at every origin."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forecast.data.evaluation import EvaluationResult
from forecast.data.panel import Panel
from forecast.data.results import Coverage, Forecast
from forecast.evaluation.backtest import Fold
from forecast.evaluation.predictions import predictions_of
from forecast.evaluation.scoring import ErrorSums, error_sums, score
from forecast.evaluation.verdict import BlockSums, verdict_from, verdict_of
from forecast.forecasters.model import RecurrentForecaster
from forecast.tasks.combined import Backtested, are_most, is_mostly

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


@dataclass(frozen=True, slots=True)
class StoredSums:
    """What `result_on_new_rows` gives, of some series; the sum of parts is that of all of them."""

    errors: ErrorSums
    blocks: BlockSums
    inside: int
    """Actual values within their intervals."""
    known: int
    """Actual values that have an interval."""

    @classmethod
    def of(
        cls, model: RecurrentForecaster, folds: Sequence[Fold], numbers: Sequence[int], panel: Panel
    ) -> "StoredSums":
        """Of the folds of a panel, each of which scores some series; `numbers` are those of the origins."""
        errors = error_sums(folds, numbers)
        intervals = [_forecast(model, fold, panel) for fold in folds]
        inside, known = predictions_of(folds, intervals, panel, errors.models[:1]).inside
        return cls(errors, BlockSums.of(folds, errors.models), inside, known)

    def __add__(self, other: "StoredSums") -> "StoredSums":
        return StoredSums(
            self.errors + other.errors,
            self.blocks + other.blocks,
            self.inside + other.inside,
            self.known + other.known,
        )

    def result(self, model: RecurrentForecaster, *, series: int, means: int) -> EvaluationResult:
        """The result of all parts together, without scores of single series and without predictions.

        There are `series` in all, and the forecasts of `means` of them are means.
        """
        scores = replace(self.errors, series=series).scores
        blocks, squared = replace(self.blocks, series=series), are_most(means, series)
        verdict = verdict_from(scores, blocks, members=model.combination.members, squared=squared)
        return EvaluationResult(scores, verdict, Coverage.of(LEVEL, self.inside, self.known), "new rows")


def result_of_refit(done: Backtested, panel: Panel) -> EvaluationResult:
    """The result of retraining at every origin; intervals at each are calibrated on earlier errors."""
    predictions = predictions_of(done.folds, done.intervals(LEVEL), panel, done.scores.models)
    return EvaluationResult(done.scores, done.verdict, done.coverage(LEVEL), "refit", predictions)


def _forecast(model: RecurrentForecaster, fold: Fold, panel: Panel) -> Forecast:
    history = panel.first(fold.rows).select(fold.scored)
    return model.predict(history, fold.actual.shape[1], levels=(LEVEL,))
