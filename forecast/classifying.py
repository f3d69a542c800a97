"""A panel of classes and a plan become a judged model: of the next rows, or of whole series."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from forecast.data.panel import Floats, Integers, Panel
from forecast.data.reading import Reading
from forecast.evaluation.backtest import Origins, came_after, cuts
from forecast.evaluation.classes import Told, judge_classes, score_classes
from forecast.events import Listener
from forecast.forecasters.calibration import calibrate
from forecast.forecasters.class_baselines import ClassForecaster, class_yardsticks, label_yardsticks
from forecast.forecasters.classifier import Classifier
from forecast.forecasters.recurrent import RecurrentForecaster
from forecast.planning import Plan
from forecast.training import Judgement, Learner, assembled, learner_for

if TYPE_CHECKING:
    from forecast.network.checkpoint import Checkpoint

JUDGED_SHARE = 0.2
"""Part of the rows of each series, or of the series, that a model is judged on."""

MOST_TOLD = 200_000
"""Probabilities that a backtest looks at, about: origins are spread evenly over its rows."""


def learn_classes(
    reading: Reading, plan: Plan, *, listener: Listener, checkpoint: "Checkpoint | None" = None
) -> RecurrentForecaster:
    """A model of all rows, judged by models of the same recipe that saw none of what they are judged on.

    The number of epochs is found once, on rows or series that decide no score.
    """
    panel = reading.panel
    learner = learner_for(plan.recipe, panel, listener, fits=plan.backtests + 1, checkpoint=checkpoint)
    if plan.recipe.spec.answers == "whole series":
        parts = held_series(len(panel), plan.backtests)
        rest = np.setdiff1d(np.arange(len(panel)), np.concatenate(parts))
        learner = learner.prepared(panel.select(rest))
        told = [_told_of_series(learner, panel, part, number, plan) for number, part in enumerate(parts)]
    else:
        origins = Origins(plan.backtests, judged_rows(panel, plan))
        places = cuts(panel, origins)
        learner = learner.prepared(panel.first(places[0]))
        told = [_told_from(learner, panel, rows, number, plan) for number, rows in enumerate(places)]
    judgement = _judged(Told.joined(told), panel, plan)
    network = learner.fit(panel, "refit")
    return assembled(reading, plan, judgement, network, learner)


def _judged(told: Told, panel: Panel, plan: Plan) -> Judgement:
    scores = score_classes(told, panel.ids, panel.columns.series, backtests=plan.backtests)
    empty = calibrate(np.full((1, min(plan.horizon, plan.recipe.spec.windows.horizon)), np.nan))
    return Judgement(scores, judge_classes(scores, told, panel.classes), None, empty)


def judged_rows(panel: Panel, plan: Plan) -> int:
    """Rows behind each origin that its model is judged on: a fifth of the longest series in all."""
    return max(plan.horizon, int(JUDGED_SHARE * panel.lengths.max()) // plan.backtests)


def held_series(series: int, backtests: int) -> list[Integers]:
    """Positions of the series that each backtest is judged on, drawn once for all."""
    drawn = np.random.default_rng(0).permutation(series)[: max(int(JUDGED_SHARE * series), backtests)]
    return [np.sort(part) for part in np.array_split(drawn, backtests)]


def _told_from(learner: Learner, panel: Panel, rows: Integers, number: int, plan: Plan) -> Told:
    """What a model of the rows up to an origin says from there and from the rows up to the next."""
    past = panel.first(rows).select(np.flatnonzero(rows > 0))
    network = learner.fit(past, f"backtest {number + 1} of {plan.backtests}")
    models = [Classifier(network), *class_yardsticks(past, plan.horizon)]
    return Told.joined(list(told_from_rows(models, panel, rows, judged_rows(panel, plan), plan.horizon)))


def told_from_rows(
    models: Sequence[ClassForecaster], panel: Panel, rows: Integers, span: int, horizon: int
) -> Iterator[Told]:
    """What fitted models say from row `rows[i]` of each series on, and from later rows of the next `span`."""
    every = max(1, span * int((rows > 0).sum()) * horizon // MOST_TOLD)
    for later in range(0, span, every):
        here = np.where(rows > 0, np.minimum(rows + later, panel.lengths), 0)
        came = came_after(panel, here, horizon)
        (judged,) = np.nonzero(~np.isnan(came).all(axis=1))
        if not len(judged):
            return
        history = panel.first(here).select(judged)
        blocks = np.repeat(judged, horizon)
        yield told_of(models, history, came[judged], series=blocks, block=blocks)


def _told_of_series(learner: Learner, panel: Panel, part: Integers, number: int, plan: Plan) -> Told:
    """What a model of all other series says of some."""
    past = panel.select(np.setdiff1d(np.arange(len(panel)), part))
    network = learner.fit(past, f"backtest {number + 1} of {plan.backtests}")
    judged = panel.select(part)
    came = judged.values[judged.bounds[1:] - 1][:, None]
    models = [Classifier(network), *label_yardsticks(past)]
    return told_of(models, judged, came, series=part, block=np.arange(len(part)))


def told_of(
    models: Sequence[ClassForecaster], history: Panel, came: Floats, *, series: Integers, block: Integers
) -> Told:
    """What models say of the rows behind `history`, against what `came`, (series, horizon), NaN for nothing."""
    horizon = came.shape[1]
    known = ~np.isnan(came.ravel())
    step = np.tile(np.arange(horizon), len(came))
    return Told(
        came=came.ravel()[known].astype(np.int64),
        series=series[known],
        step=step[known],
        block=block[known],
        shares={
            model.name: model.shares(history, horizon).reshape(len(known), -1)[known] for model in models
        },
    )
