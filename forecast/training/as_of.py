"""A stored model as it would have been at an earlier date, and its forecast against the actual values."""

from dataclasses import replace

import numpy as np

from forecast.classification.baselines import fit_class_baselines
from forecast.classification.classifier import Classifier
from forecast.data.arrays import Floats
from forecast.data.evaluation import EvaluationResult
from forecast.data.panel import Panel
from forecast.errors import DataError, ModelError
from forecast.evaluation.backtest import Split
from forecast.features.covariates import rescaled
from forecast.forecasters.baselines import BASELINES, baselines_of
from forecast.forecasters.combination import Combination
from forecast.forecasters.model import RecurrentForecaster
from forecast.planning import defaults
from forecast.planning.plan import LEAST_KNOWN, Plan
from forecast.planning.recipe import recipe_of
from forecast.reading.reader import ReadResult
from forecast.spec.model import Bounds
from forecast.spec.training import TrainRequest
from forecast.tasks.classes import ClassTask, class_predictions
from forecast.tasks.stored import LEVEL
from forecast.tasks.task import EvaluationRequest
from forecast.tasks.values import StoredBacktest, ValueTask, refit_plan
from forecast.training.run import Run
from forecast.training.train import train_model


def train_as_of(model: RecurrentForecaster, then: ReadResult, whole: Panel, run: Run) -> RecurrentForecaster:
    """The model that the same settings make of the rows that were known `then`.

    Members, weights, long seasons, epochs, scales, bounds and intervals follow from these rows; window, cell
    and horizon are those of the model. `whole` are all rows. Raises `ModelError` where the model started
    from another one, and `DataError` where the rows are too few.
    """
    if model.card.origin == "continued":
        raise ModelError(
            "its training started from an older model, whose weights it does not hold: it cannot be repeated",
            where=model.file,
            hint=f"write --as-of {model.card.last_time} or later: from there on it is used as it is",
        )
    plan = _class_plan(model, then.panel) if model.spec.target.classes else _plan(model, then.panel, whole)
    return train_model(then, plan, run.within(plan.recipe.training.max_seconds))


def _plan(model: RecurrentForecaster, panel: Panel, whole: Panel) -> Plan:
    """The plan to train it again, with as many backtests as it had, or as the rows allow."""
    rows, horizon, scores = int(panel.lengths.max()), model.horizon, model.card.scores
    most = 1 if scores is None else scores.backtests
    needed = model.spec.windows.window + model.spec.trained_horizon
    from_scratch = model.card.origin == "scratch"
    count = min(most, (rows - needed) // horizon) if from_scratch else 0
    trains = not from_scratch or count >= 1
    count = count if count >= 1 else min(most, (rows - LEAST_KNOWN) // horizon)
    if count < 1:
        raise DataError(
            f"{rows} rows up to then are too few: a backtest of {horizon} needs {LEAST_KNOWN} before it",
            hint="write a later --as-of; --model pretrained needs two rows",
        )
    plan = refit_plan(model, panel, EvaluationRequest(backtests=count, horizon=horizon))
    if not trains and not plan.combination.members:
        raise DataError(
            f"{rows} rows up to then are too few to train a network that reads {needed} rows in a window",
            hint="write a later --as-of; --model pretrained needs two rows",
        )
    plan = plan if trains else plan.without_own()
    return replace(plan, bounds=_bounds_then(model.bounds, panel, whole))


def _bounds_then(bounds: Bounds, panel: Panel, whole: Panel) -> Bounds:
    """The bounds that were requested, and those that follow from the rows known then."""
    request = TrainRequest(min=bounds.minimum, max=bounds.maximum, statistic=bounds.statistic)
    if defaults.bounds(whole, request).whole != bounds.whole:
        request = replace(request, integer=bounds.whole)
    return defaults.bounds(panel, request)


def _class_plan(model: RecurrentForecaster, panel: Panel) -> Plan:
    """The plan to train a network of classes again."""
    recipe, scores = recipe_of(model), model.card.scores
    plan = Plan(
        recipe=recipe,
        combination=Combination(()),
        horizon=model.horizon,
        bounds=model.bounds,
        backtests=1 if scores is None else scores.backtests,
        unseen=True,
        windows=0,
        level=LEVEL,
        reasons=(),
    )
    oldest, spec = ClassTask().before_backtests(panel, plan), recipe.spec
    needed = spec.windows.window + spec.trained_horizon
    if oldest.lengths.max() < needed:
        raise DataError(
            f"{oldest.lengths.max()} rows before those that are evaluated are fewer than window and horizon "
            f"need, {needed}",
            hint="write a later --as-of",
        )
    spec = replace(spec, covariates=rescaled(spec.covariates, oldest))
    return replace(plan, recipe=replace(recipe, spec=spec))


def actual_after(then: Panel, whole: Panel, horizon: int) -> Floats:
    """(series, horizon) the observed values of `whole` after the end of each series of `then`; else NaN."""
    actual = np.full((len(then), horizon), np.nan)
    times, index = then.frequency.after(then.last_times, horizon), {id: n for n, id in enumerate(whole.ids)}
    for number, id in enumerate(then.ids):
        if id not in index:
            continue
        series = whole[index[id]]
        row = np.searchsorted(series.times, times[number])
        found = np.minimum(row, len(series.times) - 1)
        known = (series.times[found] == times[number]) & series.observed[found]
        actual[number, known] = series.values[found[known]]
    return actual


def evaluate_as_of(
    model: RecurrentForecaster, then: Panel, whole: Panel, request: EvaluationRequest
) -> EvaluationResult:
    """The scores of the forecast after the rows known `then`; a `DataError` where no actual value follows."""
    horizon = request.horizon or model.horizon
    actual = actual_after(then, whole, horizon)
    known = ~np.isnan(actual)
    newest = then.frequency.text(then.times.max(keepdims=True))[0]
    if not known.any():
        raise DataError(
            f"no value after {newest} to compare forecasts with",
            hint="write an earlier --as-of; forecast predict --as-of needs none",
        )
    actual = actual[:, : np.flatnonzero(known.any(axis=0)).max() + 1]
    if model.spec.target.classes:
        scored = np.flatnonzero(known.any(axis=1))
        models = [Classifier(model.network), *fit_class_baselines(then, model.horizon)]
        fold = class_predictions(models, then.select(scored), actual[scored], series=scored, block=scored)
        result = ClassTask().result(model, [fold], then)
    else:
        windows = replace(model.spec.windows, horizon=actual.shape[1])
        split = Split(newest, then, actual)
        baselines = baselines_of(then, request.baselines or BASELINES)
        backtest = StoredBacktest(split, model, windows, baselines, np.zeros_like(then.lengths))
        result = ValueTask().result(model, [backtest.evaluate(None, model.card.origin)], then)
    return replace(result, basis="as of")
