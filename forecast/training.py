"""A panel and a plan become a judged model: find the epochs, backtest, refit, calibrate."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from forecast import __version__
from forecast.data.channels import rows_remembered
from forecast.data.panel import Floats, Integers, Panel
from forecast.data.results import Coverage, ModelCard, Scores, Verdict
from forecast.evaluation.backtest import Fold, Origins, backtest, cuts, score
from forecast.evaluation.verdict import OneStep, judge
from forecast.events import Listener
from forecast.forecasters.baselines import yardsticks
from forecast.forecasters.calibration import Calibration, achieved, calibrate
from forecast.forecasters.protocol import Forecaster
from forecast.forecasters.recurrent import Network, RecurrentForecaster
from forecast.network.fit import Trainer
from forecast.planning import Plan

_ENOUGH_ORIGINS = 100
"""Forecasts, series times backtests, from which the rows between two backtests need not be origins too."""


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
    kept = cuts(panel, Origins(plan.backtests, plan.spec.windows.horizon))
    epochs = trainer.find_epochs(panel.first(kept[0]), stage="finding epochs", seconds=budget.share())
    networks: list[Network] = []

    def recipe(past: Panel) -> Sequence[Forecaster]:
        stage = f"backtest {len(networks) + 1} of {plan.backtests}"
        weights = trainer.fit(past, epochs, stage=stage, seconds=budget.share())
        networks.append(Network(plan.spec, weights))
        return [networks[-1], *yardsticks(past, plan.spec.windows)]

    folds = list(backtest(recipe, panel, kept))
    judgement = _judge(panel, networks, kept, folds, level=level)
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


def _judge(
    panel: Panel, networks: Sequence[Network], kept: Sequence[Integers], folds: Sequence[Fold], *, level: float
) -> Judgement:
    """Scores and verdict of the folds, and intervals from the errors of the networks that made them."""
    horizon = networks[0].spec.windows.horizon
    origins = horizon if sum(len(fold.ids) for fold in folds) < _ENOUGH_ORIGINS else 1
    looks = [_looks(panel, network, counts, origins) for network, counts in zip(networks, kept, strict=True)]
    errors = [np.concatenate([look.errors for look in each]) for each in looks]
    one_step = OneStep.joined([look.one_step for each in looks for look in each])
    scores = score(folds, panel)
    return Judgement(
        scores=scores,
        verdict=judge(scores, folds, one_step),
        coverage=achieved(errors, level),
        calibration=calibrate(np.concatenate(errors)),
    )
