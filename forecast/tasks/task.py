"""What training and evaluation ask of a kind of target: numbers, a class per row, a label per series."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from forecast.data.panel import Panel
from forecast.data.results import Coverage, Scores, Verdict
from forecast.forecasters.calibration import Calibration
from forecast.forecasters.recurrent import Network, RecurrentForecaster
from forecast.planning.plan import Plan
from forecast.spec.training import TrainRequest


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """How a stored model is to be evaluated; None is decided by the tool."""

    baselines: tuple[str, ...] = ()
    backtests: int | None = None
    horizon: int | None = None
    refit: bool = False
    """Retrain at each origin."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the backtests of a recipe gave."""

    scores: Scores
    verdict: Verdict
    coverage: Coverage | None
    calibration: Calibration


Fold = TypeVar("Fold")
"""Forecasts of one backtest with the actual values, in the form that suits the kind of target."""
FoldOut = TypeVar("FoldOut", covariant=True)


class Backtest(Protocol[FoldOut]):
    """Rows or series to train on, and others to forecast from there."""

    @property
    def train(self) -> Panel:
        """All that a network evaluated here may be trained on."""
        ...

    def evaluate(self, network: Network, /) -> FoldOut:
        """The forecasts of the network and of the baselines, with the actual values."""
        ...


class Task(Protocol[Fold]):
    """All that depends on the kind of target, but for reading it and for the network's own arithmetic."""

    def plan(self, panel: Panel, request: TrainRequest, older: RecurrentForecaster | None, /) -> Plan:
        """What `train` will do; `older` is the model to start from.

        Raises `DataError` or `UsageError` where it cannot be done.
        """
        ...

    def before_backtests(self, panel: Panel, plan: Plan, /) -> Panel:
        """Rows or series that no backtest evaluates: on them the number of epochs is chosen."""
        ...

    def backtests(self, panel: Panel, plan: Plan, /) -> Sequence[Backtest[Fold]]:
        """The backtests of a plan, the oldest first."""
        ...

    def evaluation(
        self, folds: Sequence[Fold], panel: Panel, plan: Plan, prior: Calibration | None, /
    ) -> Evaluation:
        """Scores, verdict and intervals from the folds of all backtests.

        `prior` holds the errors of the same network on other series.
        """
        ...

    def unseen(
        self, model: RecurrentForecaster, panel: Panel, request: EvaluationRequest, /
    ) -> Sequence[Backtest[Fold]]:
        """Backtests on what a stored model was not trained on, or, to refit it, on all rows.

        Raises `DataError` where there is nothing new, `UsageError` for a request that does not fit.
        """
        ...

    def scores(self, folds: Sequence[Fold], panel: Panel, /) -> Scores:
        """The scores of all folds together."""
        ...
