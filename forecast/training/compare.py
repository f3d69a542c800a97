"""Two stored models on the same rolling origins: as they are, or trained again at every origin."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forecast.data.arrays import Floats, Integers
from forecast.data.comparison import Basis, Comparison
from forecast.data.panel import Panel
from forecast.data.results import Forecast
from forecast.errors import DataError, UsageError
from forecast.evaluation.backtest import Fold, Origins, evaluate_split, splits
from forecast.evaluation.comparison import comparison_of, comparison_of_stored
from forecast.events import Note, Warned
from forecast.forecasters.baselines import BASELINES, fit_baselines
from forecast.forecasters.intermittent import is_mostly_intermittent
from forecast.forecasters.model import RecurrentForecaster
from forecast.phrases import counted
from forecast.planning.plan import BACKTESTS
from forecast.tasks.stored import LEVEL
from forecast.tasks.task import EvaluationRequest
from forecast.tasks.values import backtested, refit_plan, unseen_origins
from forecast.training.evaluate import refitted_folds
from forecast.training.run import Run

Models = dict[str, RecurrentForecaster]
"""The two models by their names in the table."""


def compare_models(
    models: Models, panels: Sequence[Panel], request: EvaluationRequest, run: Run
) -> Comparison:
    """The two models and baselines at rolling origins; `panels` are the data as each model reads them.

    Rows newer than those that either was trained on are forecast. Where there is none, the newest rows are,
    and it is said that this is not a fair test; `request.refit` makes it one.
    """
    panel = _common(models, panels)
    trained_on = np.stack([m.rows_trained_on(panel) for m in models.values()])
    horizon = request.horizon or min(model.horizon for model in models.values())
    baselines = request.baselines or BASELINES
    if request.refit:
        request = replace(request, backtests=request.backtests or BACKTESTS, horizon=horizon)
        return _refitted(models, panels, request, run)
    known, basis = trained_on.max(axis=0), _basis(panel, trained_on)
    if basis == "new rows":
        after = max((model.card.last_time for model in models.values()), key=str)
        origins = unseen_origins(int((panel.lengths - known).max()), request, horizon, after=after)
        run.listener(Note("rows", f"newer than those that {' and '.join(models)} were trained on"))
    else:
        origins = Origins(request.backtests or BACKTESTS, horizon)
    first = next(iter(models.values()))
    windows = replace(first.spec.windows, horizon=origins.horizon)
    folds = []
    for split in splits(panel, origins):
        fold = evaluate_split(fit_baselines(split.train, windows, names=baselines), split)
        folds.append(fold.without(fold.rows < known) if basis == "new rows" else fold)
    folds = [fold for fold in folds if len(fold.scored)]
    if not folds:
        raise DataError("no series has enough rows for a backtest", hint="a shorter --horizon needs fewer")
    if basis == "seen rows":
        for name, rows in zip(models, trained_on, strict=True):
            _warn_of_seen(name, folds, rows, run)
    forecasts = {
        name: [_forecast(model, fold, each) for fold in folds]
        for (name, model), each in zip(models.items(), panels, strict=True)
    }
    return comparison_of(forecasts, folds, panel, basis, squared=is_mostly_intermittent(panel))


def compare_stored(models: Models) -> Comparison:
    """The scores of the models' own backtests, where these were the same rows.

    Raises `UsageError` where they were not.
    """
    first, second = models.values()
    scores, others = first.card.scores, second.card.scores
    if scores is None or others is None or "mase" not in scores.metrics or "mase" not in others.metrics:
        raise UsageError("a model has no scores of its own", hint="forecast compare A B DATA")
    same_data = first.card.data_sha256 == second.card.data_sha256
    steps = (scores.forecasts_by_step.tolist(), others.forecasts_by_step.tolist())
    if not same_data or steps[0] != steps[1] or scores.backtests != others.backtests:
        reason = "backtests of other origins" if same_data else "other data"
        raise UsageError(
            f"the models were evaluated on {reason}: their scores cannot be compared",
            hint="forecast compare A B DATA, where DATA has rows that are new to both; or with --refit",
        )
    baselines = [
        index for index, name in enumerate(scores.models) if index and np.isnan(scores.weights[index])
    ]

    def together(one: Floats, other: Floats) -> Floats:
        return np.concatenate([one[:1], other[:1], one[baselines]])

    joined = replace(
        scores,
        models=(*models, *(scores.models[index] for index in baselines)),
        overall=together(scores.overall, others.overall),
        by_series=together(scores.by_series, others.by_series),
        by_step=together(scores.by_step, others.by_step),
        weights=np.full(2 + len(baselines), np.nan),
    )
    coverages = [model.card.coverage for model in models.values()]
    achieved = np.array([np.nan if each is None else each.achieved for each in coverages])
    level = next((each.nominal for each in coverages if each is not None), LEVEL)
    return comparison_of_stored(tuple(models), joined, achieved, level)


def _common(models: Models, panels: Sequence[Panel]) -> Panel:
    """The panel of the first model; raises `DataError` where the other reads other rows."""
    for name, model in models.items():
        if model.spec.target.kind != "value":
            raise UsageError(f"{name} forecasts classes: only models of numbers are compared")
    first, second = panels
    names = " and ".join(models)
    if first.ids != second.ids or not np.array_equal(first.bounds, second.bounds):
        raise DataError(f"{names} read other series or other rows in these data")
    if not np.array_equal(first.times, second.times):
        raise DataError(f"{names} read other times in these data")
    known = first.observed & second.observed
    if not np.array_equal(first.values[known], second.values[known]):
        raise DataError(
            f'{names} forecast other numbers: "{first.columns.target}" and "{second.columns.target}"'
        )
    return first


def _basis(panel: Panel, trained_on: Integers) -> Basis:
    return "new rows" if (panel.lengths > trained_on.max(axis=0)).any() else "seen rows"


def _warn_of_seen(name: str, folds: Sequence[Fold], trained_on: Integers, run: Run) -> None:
    """Warn where rows are forecast that a model was trained on."""
    total = seen = 0
    for fold in folds:
        scored = ~np.isnan(fold.actual)
        rows = fold.rows[:, None] + np.arange(fold.actual.shape[1])
        total += int(scored.sum())
        seen += int((scored & (rows < trained_on[:, None])).sum())
    if seen:
        run.listener(
            Warned(
                f"{name} was trained on {seen:,} of the {counted(total, 'row')} that are forecast: this is "
                "not a fair test; --refit trains it again before each of them"
            )
        )


def _forecast(model: RecurrentForecaster, fold: Fold, panel: Panel) -> Forecast:
    history = panel.first(fold.rows).select(fold.scored)
    return model.predict(history, fold.actual.shape[1], levels=(LEVEL,))


def _refitted(models: Models, panels: Sequence[Panel], request: EvaluationRequest, run: Run) -> Comparison:
    """Each model trained again at every origin, on the rows before it."""
    forecasts: dict[str, list[Forecast]] = {}
    folds: list[Fold] = []
    for (name, model), panel in zip(models.items(), panels, strict=True):
        plan = refit_plan(model, panel, request)
        run.listener(Note("refit", f"{name} at {counted(plan.backtests, 'origin')}"))
        made = refitted_folds(model, panel, plan, request, run)
        folds = folds or [each.fold for each in made]
        forecasts[name] = backtested(made, panel, plan).intervals(LEVEL)
    squared = is_mostly_intermittent(panels[0])
    return comparison_of(forecasts, folds, panels[0], "refit", squared=squared)
