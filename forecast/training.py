"""A panel and a plan become a judged model: find the epochs, backtest, refit, calibrate."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from forecast import __version__
from forecast.data.channels import rows_remembered
from forecast.data.panel import Floats, Panel
from forecast.data.results import Coverage, ModelCard, Scores, Verdict
from forecast.evaluation.backtest import Fold, Origins, backtest, came_after, cuts, score
from forecast.evaluation.verdict import OneStep, judge
from forecast.events import Listener
from forecast.forecasters.baselines import yardsticks
from forecast.forecasters.calibration import Calibration, achieved, calibrate
from forecast.forecasters.protocol import Forecaster
from forecast.forecasters.recurrent import Network, RecurrentForecaster
from forecast.network.fit import Trainer
from forecast.planning import Plan

_ENOUGH_FORECASTS = 100
"""Numbers forecast at an origin from which the rows up to the next need not be origins too."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the backtests said of a recipe."""

    scores: Scores
    verdict: Verdict
    coverage: Coverage
    calibration: Calibration


def learn(panel: Panel, plan: Plan, *, source: str, level: float, listener: Listener) -> RecurrentForecaster:
    """A model of all rows, judged by models of the same recipe that saw only rows before each origin.

    The number of epochs is found once, on rows before the oldest origin. Then every
    backtest and the refit train for that many on all rows they may see.
    """
    trainer = Trainer(plan.spec, plan.training, panel, listener=listener)
    budget = _Budget(plan.training.max_seconds, stages=plan.backtests + 2)
    origins = Origins(plan.backtests, plan.spec.windows.horizon)
    oldest = panel.first(cuts(panel, origins)[0])
    epochs = trainer.find_epochs(oldest, stage="finding epochs", seconds=budget.share())
    networks: list[Network] = []

    def recipe(past: Panel) -> Sequence[Forecaster]:
        stage = f"backtest {len(networks) + 1} of {plan.backtests}"
        weights = trainer.fit(past, epochs, stage=stage, seconds=budget.share())
        networks.append(Network(plan.spec, weights))
        return [networks[-1], *yardsticks(past, plan.spec.windows)]

    folds = list(backtest(recipe, panel, origins))
    judgement = _judge(panel, networks, folds, level=level)
    weights = trainer.fit(panel, epochs, stage="refit", seconds=budget.share())
    return RecurrentForecaster(
        spec=plan.spec,
        weights=weights,
        columns=panel.columns,
        frequency=panel.frequency,
        tail=panel.tail(plan.spec.windows.window + rows_remembered(plan.spec.season)),
        calibration=judgement.calibration,
        card=_card(panel, plan, judgement, source=source, epochs=epochs, parameters=trainer.parameters),
    )


class _Budget:
    """Wall-clock seconds shared among the stages still to come."""

    def __init__(self, seconds: float | None, *, stages: int) -> None:
        self._deadline = time.monotonic() + (np.inf if seconds is None else seconds)
        self._stages = stages

    def share(self) -> float:
        """Seconds for the next stage."""
        self._stages -= 1
        return max(self._deadline - time.monotonic(), 0.0) / (self._stages + 1)


def _judge(panel: Panel, networks: Sequence[Network], folds: Sequence[Fold], *, level: float) -> Judgement:
    """Scores and verdict of the folds, and intervals from the errors of the networks that made them."""
    looks = [_looks(panel, network, fold) for network, fold in zip(networks, folds, strict=True)]
    errors = [np.concatenate([look.errors for look in each]) for each in looks]
    scores = score(folds, panel)
    return Judgement(
        scores=scores,
        verdict=judge(scores, folds, OneStep.joined([look.one_step for each in looks for look in each])),
        coverage=achieved(errors, level),
        calibration=calibrate(np.concatenate(errors)),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """What a network said at one origin against what came."""

    errors: Floats
    """(series, horizon) in units of volatility, of the series judged."""
    one_step: OneStep


def _looks(panel: Panel, network: Network, fold: Fold) -> list[_Look]:
    """Errors of a fold's network from its origin, and from the rows up to the next where they are few.

    The network was trained on rows up to the origin alone, so the later ones are
    just as new to it; only its horizon overlaps.
    """
    few = len(fold.judged) * len(fold.actual[0]) < _ENOUGH_FORECASTS
    return [_look(panel, network, fold, later) for later in range(len(fold.actual[0]) if few else 1)]


def _look(panel: Panel, network: Network, fold: Fold, later: int) -> _Look:
    rows = np.where(fold.rows > 0, np.minimum(fold.rows + later, panel.lengths), 0)
    actual = came_after(panel, rows, fold.actual.shape[1])
    judged = np.flatnonzero(~np.isnan(actual).all(axis=1))
    history = panel.first(rows).select(judged)
    everywhere = np.full((2, len(panel)), np.nan)
    everywhere[0, judged] = network.predict(history, 1).values[:, 0]
    everywhere[1, judged] = history.values[history.bounds[1:] - 1]
    return _Look(
        errors=network.errors(history, actual[judged]),
        one_step=OneStep(forecast=everywhere[0], last=everywhere[1], actual=actual[:, 0]),
    )


def _card(
    panel: Panel, plan: Plan, judgement: Judgement, *, source: str, epochs: int, parameters: int
) -> ModelCard:
    first, last = panel.frequency.text(np.array([panel.times.min(), panel.times.max()]))
    return ModelCard(
        source=source,
        rows=len(panel.values),
        series=len(panel),
        first_time=first,
        last_time=last,
        data_sha256=_digest(panel),
        parameters=parameters,
        epochs=epochs,
        training=plan.training,
        scores=judgement.scores,
        verdict=judgement.verdict,
        coverage=judgement.coverage,
        versions=(
            ("forecast", __version__),
            *((name, version(name)) for name in ("keras", "numpy", "tensorflow")),
        ),
    )


def _digest(panel: Panel) -> str:
    digest = hashlib.sha256("\0".join(panel.ids).encode("utf-8", "surrogateescape"))
    for array in (panel.bounds, panel.times.astype(np.int64), panel.values):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
