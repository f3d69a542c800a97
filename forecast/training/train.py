"""A panel and a plan become an evaluated model, whatever the kind of target."""

from dataclasses import replace
from importlib.metadata import version
from typing import Any, Literal

import numpy as np

from forecast.data.cards import ModelCard
from forecast.data.panel import Panel, data_sha256, time_range
from forecast.errors import TrainingError
from forecast.events import Listener, Warned
from forecast.features.covariates import encode_categories
from forecast.forecasters.combination import Combination
from forecast.forecasters.intermittent import CROSTON
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.preparation import ROWS_READ
from forecast.forecasters.recurrent import Network
from forecast.planning.plan import Plan
from forecast.reading.reader import ReadResult
from forecast.spec.model import ModelSpec
from forecast.spec.reading import ReadSpec
from forecast.tasks.kinds import task_for
from forecast.tasks.task import Evaluation, Task
from forecast.training.learner import Learner, learner_for
from forecast.training.run import Run
from forecast.version import __version__


def train_model(
    reading: ReadResult, plan: Plan, run: Run, task: Task[Any] | None = None
) -> RecurrentForecaster:
    """A model of all rows, evaluated by networks of the same recipe that saw none of what they forecast.

    `task` is that of the kind of target, if none is given. The number of epochs is chosen once, on rows that
    no backtest evaluates. Then every backtest and the refit train for that many on all rows they may see.
    """
    panel = reading.panel
    task = task or task_for(panel.target)
    learner = learner_for(plan.recipe, panel, run, fits=plan.backtests + 1)
    try:
        learner = learner.find_epochs(task.before_backtests(panel, plan))
        folds = []
        for number, backtest in enumerate(task.backtests(panel, plan), start=1):
            network = learner.fit(backtest.train, f"backtest {number} of {plan.backtests}")
            folds.append(backtest.evaluate(network, learner.origin))
        own = learner.fit(task.training_rows(panel, plan), "refit")
    except TrainingError as error:
        # The rest of the combination answers; without any it is an error.
        if not plan.combination.members:
            raise
        run.listener(Warned(f"no network was trained on these rows: {error.message}"))
        return train_model(reading, plan.without_own(), run, task)
    evaluation = task.evaluation(folds, panel, plan)
    if not plan.unseen:
        evaluation = _with_doubt(evaluation, run.listener)
    return _model(reading, plan, evaluation, own, learner)


def _model(
    reading: ReadResult, plan: Plan, evaluation: Evaluation, own: Network | None, learner: Learner
) -> RecurrentForecaster:
    """The model: with what has weight, how data are read, the newest rows, and its card."""
    panel, combination = reading.panel, plan.combination.with_own(own, learner.origin)
    used = np.flatnonzero((evaluation.weights > 0).any(axis=0))
    if own is not None:  # one's own network is always kept: it can be looked at, and trained further
        used = np.union1d(used, [0])
    if CROSTON in combination.members:  # what it has is that the mean is forecast, whatever its weight
        used = np.union1d(used, [combination.members.index(CROSTON)])
    combination = combination.only([combination.members[index] for index in used])
    spec = plan.recipe.spec if learner.origin != "pretrained" or own is None else own.spec
    return RecurrentForecaster(
        spec=spec,
        combination=combination,
        weights=evaluation.weights[:, used],
        spread=evaluation.spread,
        horizon=plan.horizon,
        bounds=plan.bounds,
        read=_remembered(reading.read, spec),
        frequency=panel.frequency,
        tail=tail_of(panel, spec, combination),
        card=_card(reading, plan, evaluation, own, learner),
    )


def _remembered(read: ReadSpec, spec: ModelSpec) -> ReadSpec:
    """How new data are read: with the covariates that the network has; `unusable` is not remembered."""
    read = replace(read, policy=replace(read.policy, unusable=None))
    return read if spec.covariates else read.alone


def tail_of(panel: Panel, spec: ModelSpec, combination: Combination) -> Panel:
    """The rows that a forecast without data continues from; a series that ends in a label has none."""
    rows = combination.networks[0][1].rows_read(panel) if spec.target.classes else ROWS_READ
    tail = panel.select([]) if spec.target.kind == "label" else panel.tail(rows)
    if tail.covariates is None or not spec.covariates:
        return replace(tail, columns=tail.columns.alone, covariates=None)
    return replace(tail, covariates=encode_categories(tail.covariates, spec.covariates))


def _with_doubt(evaluation: Evaluation, listener: Listener) -> Evaluation:
    """The same, with a verdict that is unclear at best: the scores are on rows that were trained on."""
    why = "the model that training starts from was trained on rows of the backtests"
    listener(Warned(f"{why}: scores and intervals are too optimistic; give newer rows, or fewer --backtests"))
    verdict = evaluation.verdict
    outcome: Literal["unclear", "no better"] = "no better" if verdict.outcome == "no better" else "unclear"
    return replace(evaluation, verdict=replace(verdict, outcome=outcome, text=f"{why}; {verdict.text}"))


def _card(
    reading: ReadResult, plan: Plan, evaluation: Evaluation, own: Network | None, learner: Learner
) -> ModelCard:
    panel = reading.panel
    first, last = time_range(panel)
    libraries = ("keras", "numpy", "tensorflow") if learner.epochs else ("numpy",)
    return ModelCard(
        source=reading.source,
        rows=len(panel.values),
        series=len(panel),
        first_time=first,
        last_time=last,
        data_sha256=data_sha256(panel),
        origin=learner.origin,
        parameters=sum(weight.size for weights in own.members for weight in weights.values()) if own else 0,
        epochs=learner.epochs,
        training=plan.recipe.training,
        scores=evaluation.scores,
        verdict=evaluation.verdict,
        coverage=evaluation.coverage,
        versions=(("forecast", __version__), *((name, version(name)) for name in libraries)),
        losses=learner.losses,
        backtests=evaluation.backtests,
        class_backtests=evaluation.class_backtests,
        rounds=learner.rounds,
    )
