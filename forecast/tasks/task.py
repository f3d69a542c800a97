"""What training and evaluation ask of a kind of target: numbers, a class per row, a label per series."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from forecast.data.arrays import Floats
from forecast.data.evaluation import EvaluationResult, KeptBacktests, KeptClasses
from forecast.data.panel import Panel
from forecast.data.results import Coverage, Scores, Verdict
from forecast.forecasters.intervals import Spread
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.recurrent import Network
from forecast.planning.plan import Plan
from forecast.spec.model import Origin
from forecast.spec.training import TrainRequest


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """How a stored model is to be evaluated; None is decided by the tool."""

    baselines: tuple[str, ...] = ()
    backtests: int | None = None
    horizon: int | None = None
    refit: bool = False
    """Retrain at each origin."""
    predictions: bool = False
    """Give every forecast too: stored scores are not enough."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the backtests of a recipe gave."""

    scores: Scores
    verdict: Verdict
    coverage: Coverage | None
    weights: Floats
    """(series + 1, members) of the series, and of any other."""
    spread: Spread
    """Mean errors of the same; empty for classes."""
    backtests: KeptBacktests | None = None
    """What was forecast at each origin; None for classes."""
    class_backtests: KeptClasses | None = None
    """The same of classes; None for numbers and labels."""


Fold = TypeVar("Fold")
"""Forecasts of one backtest with the actual values, in the form that suits the kind of target."""
FoldOut = TypeVar("FoldOut", covariant=True)


class Backtest(Protocol[FoldOut]):
    """Rows or series to train on, and others to forecast from there."""

    @property
    def train(self) -> Panel:
        """All that a network evaluated here may be trained on."""
        ...

    def evaluate(self, network: Network | None, origin: Origin, /) -> FoldOut:
        """The forecasts with the network, if there is one, and of the baselines, with the actual values."""
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

    def training_rows(self, panel: Panel, plan: Plan, /) -> Panel:
        """All rows, as a network is trained on them."""
        ...

    def backtests(self, panel: Panel, plan: Plan, /) -> Sequence[Backtest[Fold]]:
        """The backtests of a plan, the oldest first."""
        ...

    def evaluation(self, folds: Sequence[Fold], panel: Panel, plan: Plan, /) -> Evaluation:
        """Scores, verdict, weights and intervals from the folds of all backtests."""
        ...

    def has_unseen(self, model: RecurrentForecaster, panel: Panel, /) -> bool:
        """Whether there is a row, or a series, that a stored model was not trained on."""
        ...

    def unseen(
        self, model: RecurrentForecaster, panel: Panel, request: EvaluationRequest, /
    ) -> Sequence[Backtest[Fold]]:
        """Backtests on what a stored model was not trained on.

        Raises `DataError` where that is too little, `UsageError` for a request that does not fit.
        """
        ...

    def result(self, model: RecurrentForecaster, folds: Sequence[Fold], panel: Panel, /) -> EvaluationResult:
        """What the folds of a stored model give."""
        ...
