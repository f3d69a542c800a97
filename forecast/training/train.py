"""A panel and a plan become a judged model: find the epochs, backtest, refit, calibrate."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal

import numpy as np

from forecast.data.arrays import Floats
from forecast.data.panel import Panel, data_sha256
from forecast.data.results import Coverage, ModelCard, Scores, Verdict
from forecast.evaluation.backtest import Fold, Origins, actuals_after, backtest, rows_known_at, score
from forecast.evaluation.verdict import OneStepForecasts, judge
from forecast.events import Listener, Warned
from forecast.features.covariates import encode_categories
from forecast.forecasters.baselines import fit_baselines
from forecast.forecasters.calibration import Calibration, calibrate, measured_coverage
from forecast.forecasters.protocol import Forecaster
from forecast.forecasters.recurrent import BoundedForecaster, Network, RecurrentForecaster
from forecast.planning.plan import Plan
from forecast.reading.reader import ReadResult
from forecast.spec.reading import ReadSpec
from forecast.training.learner import Learner, learner_for
from forecast.version import __version__

if TYPE_CHECKING:
    from forecast.network.checkpoint import Checkpoint

_ENOUGH_FORECASTS = 100
"""Numbers forecast at an origin from which the rows up to the next need not be origins too."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the backtests said of a recipe."""

    scores: Scores
    verdict: Verdict
    coverage: Coverage | None
    calibration: Calibration


def learn(
    reading: ReadResult,
    plan: Plan,
    *,
    level: float,
    listener: Listener,
    checkpoint: "Checkpoint | None" = None,
) -> RecurrentForecaster:
    """A model of all rows, judged by models of the same recipe that saw only rows before each origin.

    The number of epochs is found once, on rows before the oldest origin. Then every
    backtest and the refit train for that many on all rows they may see.
    """
    panel = reading.panel
    origins = Origins(plan.backtests, plan.horizon)
    learner = learner_for(plan.recipe, panel, listener, fits=plan.backtests + 1, checkpoint=checkpoint)
    learner = learner.find_epochs(panel.first(rows_known_at(panel, origins)[0]))
    networks: list[Network] = []

    def recipe(past: Panel) -> Sequence[Forecaster]:
        networks.append(learner.fit(past, f"backtest {len(networks) + 1} of {plan.backtests}"))
        return [BoundedForecaster(networks[-1], plan.bounds), *fit_baselines(past, plan.asked_windows)]

    folds = list(backtest(recipe, panel, origins))
    before = plan.recipe.before if learner.origin == "pretrained" else None
    judgement = _judge(panel, networks, folds, level=level, before=before)
    if not plan.judged_unseen:
        judgement = _doubted(judgement, listener)
    return build_model(reading, plan, judgement, learner.fit(panel, "refit"), learner)


def build_model(
    reading: ReadResult, plan: Plan, judgement: Judgement, network: Network, learner: "Learner"
) -> RecurrentForecaster:
    """A model of its parts."""
    panel = reading.panel
    return RecurrentForecaster(
        network=network,
        horizon=plan.horizon,
        bounds=plan.bounds,
        read=_remembered(reading.read, network),
        frequency=panel.frequency,
        tail=_encode_categories(network, _tail(panel, network)),
        calibration=judgement.calibration,
        card=_card(panel, plan, judgement, source=reading.source, network=network, learner=learner),
    )


def _remembered(read: ReadSpec, network: Network) -> ReadSpec:
    """How new data are read: with the covariates that the network has; `unusable` is not remembered."""
    read = replace(read, policy=replace(read.policy, unusable=None))
    return read if network.spec.covariates else read.alone


def _tail(panel: Panel, network: Network) -> Panel:
    """What a forecast without data continues from; what ends in a label has no continuation."""
    if network.spec.target.kind == "label":
        return panel.select([])
    return panel.tail(network.rows_read(panel))


def _encode_categories(network: Network, tail: Panel) -> Panel:
    """The tail with the covariates that the network reads, in its own words."""
    if tail.covariates is None or not network.spec.covariates:
        return replace(tail, columns=tail.columns.alone, covariates=None)
    return replace(tail, covariates=encode_categories(tail.covariates, network.spec.covariates))


def _judge(
    panel: Panel,
    networks: Sequence[Network],
    folds: Sequence[Fold],
    *,
    level: float,
    before: Calibration | None,
) -> Judgement:
    """Scores and verdict of the folds, and intervals from the errors of the networks that made them."""
    looks = [_looks(panel, network, fold) for network, fold in zip(networks, folds, strict=True)]
    errors = [np.concatenate([look.errors for look in each]) for each in looks]
    scores = score(folds, panel)
    return Judgement(
        scores=scores,
        verdict=judge(
            scores, folds, OneStepForecasts.joined([look.one_step for each in looks for look in each])
        ),
        coverage=measured_coverage(errors, level, prior=before),
        calibration=calibrate(np.concatenate(errors), prior=before),
    )


def _doubted(judgement: Judgement, listener: Listener) -> Judgement:
    """The same with a verdict that no longer vouches for scores of rows known before."""
    why = "the model it starts from was trained on rows that it is judged on"
    listener(Warned(f"{why}: scores and intervals flatter it; give newer rows, or fewer --backtests"))
    verdict = judgement.verdict
    outcome: Literal["unclear", "no better"] = "no better" if verdict.outcome == "no better" else "unclear"
    return replace(judgement, verdict=replace(verdict, outcome=outcome, text=f"{why}; {verdict.text}"))


@dataclass(frozen=True, slots=True)
class _Look:
    """What a network said at one origin against what came."""

    errors: Floats
    """(series, horizon) in units of volatility, of the series judged."""
    one_step: OneStepForecasts


def _looks(panel: Panel, network: Network, fold: Fold) -> list[_Look]:
    """Errors of a fold's network from its origin, and from the rows up to the next where they are few.

    The network was trained on rows up to the origin alone, so the later ones are
    just as new to it; only its horizon overlaps.
    """
    few = len(fold.judged) * len(fold.actual[0]) < _ENOUGH_FORECASTS
    return [_look(panel, network, fold, later) for later in range(len(fold.actual[0]) if few else 1)]


def _look(panel: Panel, network: Network, fold: Fold, later: int) -> _Look:
    rows = np.where(fold.rows > 0, np.minimum(fold.rows + later, panel.lengths), 0)
    actual = actuals_after(panel, rows, fold.actual.shape[1])
    judged = np.flatnonzero(~np.isnan(actual).all(axis=1))
    history = panel.first(rows).select(judged)
    everywhere = np.full((2, len(panel)), np.nan)
    everywhere[0, judged] = network.predict(history, 1).values[:, 0]
    everywhere[1, judged] = history.last_values
    return _Look(
        errors=network.errors(history, actual[judged][:, : network.spec.trained_horizon]),
        one_step=OneStepForecasts(forecast=everywhere[0], last=everywhere[1], actual=actual[:, 0]),
    )


def _card(
    panel: Panel, plan: Plan, judgement: Judgement, *, source: str, network: Network, learner: Learner
) -> ModelCard:
    first, last = panel.frequency.text(np.array([panel.times.min(), panel.times.max()]))
    libraries = ("numpy",) if learner.origin == "pretrained" else ("keras", "numpy", "tensorflow")
    return ModelCard(
        source=source,
        rows=len(panel.values),
        series=len(panel),
        first_time=first,
        last_time=last,
        data_sha256=data_sha256(panel),
        origin=learner.origin,
        parameters=sum(weight.size for weights in network.members for weight in weights.values()),
        epochs=learner.epochs,
        training=plan.recipe.training,
        scores=judgement.scores,
        verdict=judgement.verdict,
        coverage=judgement.coverage,
        versions=(("forecast", __version__), *((name, version(name)) for name in libraries)),
    )
