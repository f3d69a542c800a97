"""A panel and a plan become an evaluated model, whatever the kind of target."""

from dataclasses import replace
from importlib.metadata import version
from typing import Literal

from forecast.data.panel import Panel, data_sha256, time_range
from forecast.data.results import ModelCard
from forecast.events import Listener, Warned
from forecast.features.covariates import encode_categories
from forecast.forecasters.recurrent import Network, RecurrentForecaster
from forecast.planning.plan import Plan
from forecast.reading.reader import ReadResult
from forecast.spec.reading import ReadSpec
from forecast.tasks.kinds import task_for
from forecast.tasks.task import Evaluation
from forecast.training.learner import Learner, learner_for
from forecast.training.run import Run
from forecast.version import __version__


def train_model(reading: ReadResult, plan: Plan, run: Run) -> RecurrentForecaster:
    """A model of all rows, evaluated by networks of the same recipe that saw none of what they forecast.

    The number of epochs is chosen once, on rows that no backtest evaluates. Then every
    backtest and the refit train for that many on all rows they may see.
    """
    panel, task = reading.panel, task_for(reading.panel.target)
    learner = learner_for(plan.recipe, panel, run, fits=plan.backtests + 1)
    learner = learner.find_epochs(task.before_backtests(panel, plan))
    folds = []
    for number, backtest in enumerate(task.backtests(panel, plan), start=1):
        network = learner.fit(backtest.train, f"backtest {number} of {plan.backtests}")
        folds.append(backtest.evaluate(network))
    evaluation = task.evaluation(folds, panel, plan, learner.prior)
    if not plan.unseen:
        evaluation = _with_doubt(evaluation, run.listener)
    return build_model(reading, plan, evaluation, learner.fit(panel, "refit"), learner)


def build_model(
    reading: ReadResult, plan: Plan, evaluation: Evaluation, network: Network, learner: Learner
) -> RecurrentForecaster:
    """The model of a network: with how data are read, the newest rows, and its card."""
    panel = reading.panel
    return RecurrentForecaster(
        network=network,
        horizon=plan.horizon,
        bounds=plan.bounds,
        read=_remembered(reading.read, network),
        frequency=panel.frequency,
        tail=_tail(panel, network),
        calibration=evaluation.calibration,
        card=_card(reading, plan, evaluation, network, learner),
    )


def _remembered(read: ReadSpec, network: Network) -> ReadSpec:
    """How new data are read: with the covariates that the network has; `unusable` is not remembered."""
    read = replace(read, policy=replace(read.policy, unusable=None))
    return read if network.spec.covariates else read.alone


def _tail(panel: Panel, network: Network) -> Panel:
    """The rows that a forecast without data continues from; a series that ends in a label has none."""
    labels = network.spec.target.kind == "label"
    tail = panel.select([]) if labels else panel.tail(network.rows_read(panel))
    if tail.covariates is None or not network.spec.covariates:
        return replace(tail, columns=tail.columns.alone, covariates=None)
    return replace(tail, covariates=encode_categories(tail.covariates, network.spec.covariates))


def _with_doubt(evaluation: Evaluation, listener: Listener) -> Evaluation:
    """The same, with a verdict that is unclear at best: the scores are on rows that were trained on."""
    why = "the model that training starts from was trained on rows of the backtests"
    listener(Warned(f"{why}: scores and intervals are too optimistic; give newer rows, or fewer --backtests"))
    verdict = evaluation.verdict
    outcome: Literal["unclear", "no better"] = "no better" if verdict.outcome == "no better" else "unclear"
    return replace(evaluation, verdict=replace(verdict, outcome=outcome, text=f"{why}; {verdict.text}"))


def _card(
    reading: ReadResult, plan: Plan, evaluation: Evaluation, network: Network, learner: Learner
) -> ModelCard:
    panel = reading.panel
    first, last = time_range(panel)
    libraries = ("numpy",) if learner.origin == "pretrained" else ("keras", "numpy", "tensorflow")
    return ModelCard(
        source=reading.source,
        rows=len(panel.values),
        series=len(panel),
        first_time=first,
        last_time=last,
        data_sha256=data_sha256(panel),
        origin=learner.origin,
        parameters=sum(weight.size for weights in network.members for weight in weights.values()),
        epochs=learner.epochs,
        training=plan.recipe.training,
        scores=evaluation.scores,
        verdict=evaluation.verdict,
        coverage=evaluation.coverage,
        versions=(("forecast", __version__), *((name, version(name)) for name in libraries)),
    )
