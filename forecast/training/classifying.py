"""A panel of classes and a plan become a judged model: of the next rows, or of whole series."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from forecast.classification.baselines import ClassForecaster, fit_class_baselines, fit_label_baselines
from forecast.classification.classifier import Classifier
from forecast.classification.metrics import ClassPredictions, judge_classes, score_classes
from forecast.data.arrays import Floats, Integers
from forecast.data.panel import Panel, data_sha256
from forecast.data.results import Scores
from forecast.errors import DataError
from forecast.evaluation.backtest import actuals_after, rows_known_at
from forecast.events import Listener
from forecast.features.covariates import mask_unseen_categories
from forecast.forecasters.calibration import calibrate
from forecast.forecasters.recurrent import RecurrentForecaster
from forecast.planning.class_plan import held_series, judged_rows, never_judged, origins_of
from forecast.planning.plan import Plan
from forecast.reading.reader import ReadResult
from forecast.training.learner import Learner, learner_for
from forecast.training.train import Judgement, build_model

if TYPE_CHECKING:
    from forecast.network.checkpoint import Checkpoint

MOST_TOLD = 200_000
"""Probabilities that a backtest looks at, about: origins are spread evenly over its rows."""


def learn_classes(
    reading: ReadResult, plan: Plan, *, listener: Listener, checkpoint: "Checkpoint | None" = None
) -> RecurrentForecaster:
    """A model of all rows, judged by models of the same recipe that saw none of what they are judged on.

    The number of epochs is found once, on rows or series that decide no score.
    """
    panel = reading.panel
    learner = learner_for(plan.recipe, panel, listener, fits=plan.backtests + 1, checkpoint=checkpoint)
    if plan.recipe.spec.target.kind == "label":
        parts = held_series(len(panel), plan.backtests)
        learner = learner.find_epochs(never_judged(panel, plan.backtests))
        told = [_told_of_series(learner, panel, part, number, plan) for number, part in enumerate(parts)]
    else:
        places = rows_known_at(panel, origins_of(panel, plan))
        learner = learner.find_epochs(panel.first(places[0]))
        told = [_told_from(learner, panel, rows, number, plan) for number, rows in enumerate(places)]
    judgement = _judged(ClassPredictions.concatenated(told), panel, plan)
    network = learner.fit(panel, "refit")
    return build_model(reading, plan, judgement, network, learner)


def _judged(told: ClassPredictions, panel: Panel, plan: Plan) -> Judgement:
    scores = score_classes(told, panel.ids, panel.columns.series, backtests=plan.backtests)
    empty = calibrate(np.full((1, min(plan.horizon, plan.recipe.spec.trained_horizon)), np.nan))
    return Judgement(scores, judge_classes(scores, told, panel.target), None, empty)


def _told_from(learner: Learner, panel: Panel, rows: Integers, number: int, plan: Plan) -> ClassPredictions:
    """What a model of the rows up to an origin says from there and from the rows up to the next."""
    past = panel.first(rows).select(np.flatnonzero(rows > 0))
    network = learner.fit(past, f"backtest {number + 1} of {plan.backtests}")
    models = [Classifier(network), *fit_class_baselines(past, plan.horizon)]
    span, judged = judged_rows(panel, plan), mask_unseen_categories(past, panel)
    return told_from_rows(models, judged, rows, range(span), plan.horizon, first=number * span)


def told_from_rows(
    models: Sequence[ClassForecaster],
    panel: Panel,
    rows: Integers,
    later: range,
    horizon: int,
    *,
    first: int = 0,
) -> ClassPredictions:
    """What fitted models say so many rows `later` than row `rows[i]` of each series.

    What is said of a series within a horizon errs together; `first` numbers the first origin.
    """
    every = max(1, len(later) * int((rows > 0).sum()) * horizon // MOST_TOLD)
    parts = []
    for ahead in later[::every]:
        here = np.where(rows > 0, np.minimum(rows + ahead, panel.lengths), 0)
        came = actuals_after(panel, here, horizon)
        (judged,) = np.nonzero(~np.isnan(came).all(axis=1))
        if len(judged):
            history = panel.first(here).select(judged)
            block = (first + ahead) // horizon * len(panel) + judged
            parts.append(told_of(models, history, came[judged], series=judged, block=block))
    if not parts:
        raise DataError("no row holds a class to be judged by")
    return ClassPredictions.concatenated(parts)


def _told_of_series(
    learner: Learner, panel: Panel, part: Integers, number: int, plan: Plan
) -> ClassPredictions:
    """What a model of all other series says of some."""
    past = panel.select(np.setdiff1d(np.arange(len(panel)), part))
    network = learner.fit(past, f"backtest {number + 1} of {plan.backtests}")
    models = [Classifier(network), *fit_label_baselines(past)]
    return _told_of_labels(models, mask_unseen_categories(past, panel.select(part)), part)


def class_scores(model: RecurrentForecaster, panel: Panel) -> Scores:
    """Scores of a stored model on rows it has not seen; of whole series on all that hold a label.

    The base rates of whole series are those of the series judged, a little better than any known before.
    """
    horizon, spec = model.horizon, model.spec
    if spec.target.kind == "label":
        labelled = panel.select(np.flatnonzero(panel.observed[panel.bounds[:-1]]))
        if data_sha256(labelled) == model.card.data_sha256:
            raise DataError(
                "the model was trained on these very series",
                hint="give others; how it did on some that it had not seen: forecast show",
            )
        models = [Classifier(model.network), *fit_label_baselines(labelled)]
        told = _told_of_labels(models, labelled, np.arange(len(labelled)))
        return score_classes(told, labelled.ids, panel.columns.series, backtests=1)
    seen = model.rows_trained_on(panel)
    unseen = int((panel.lengths - seen)[seen > 0].max(initial=0))
    if not unseen:
        raise DataError(
            f"no row is newer than those the model was trained on, up to {model.card.last_time}",
            hint="give newer rows; how it did on others when it was trained: forecast show",
        )
    models = [Classifier(model.network), *fit_class_baselines(panel.first(seen), horizon)]
    told = told_from_rows(models, panel, seen, range(unseen), horizon)
    return score_classes(told, panel.ids, panel.columns.series, backtests=1)


def _told_of_labels(models: Sequence[ClassForecaster], judged: Panel, series: Integers) -> ClassPredictions:
    """What models say of whole series, which are number `series` of all."""
    if not len(judged):
        raise DataError("no series holds a label to be judged by")
    came = judged.last_values[:, None]
    return told_of(models, judged, came, series=series, block=np.arange(len(judged)))


def told_of(
    models: Sequence[ClassForecaster], history: Panel, came: Floats, *, series: Integers, block: Integers
) -> ClassPredictions:
    """What models say of the rows behind `history`, and what `came`, (series, horizon), NaN for nothing.

    `series` and `block` are those of each series of the history.
    """
    horizon, known = came.shape[1], ~np.isnan(came.ravel())
    probabilities = {model.name: model.probabilities(history, horizon) for model in models}
    return ClassPredictions(
        actual=came.ravel()[known].astype(np.int64),
        series=np.repeat(series, horizon)[known],
        step=np.tile(np.arange(horizon), len(came))[known],
        block=np.repeat(block, horizon)[known],
        probabilities={name: told.reshape(len(known), -1)[known] for name, told in probabilities.items()},
    )
