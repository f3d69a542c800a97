"""A target of numbers: rolling-origin backtests, errors, the verdict, calibrated intervals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import Floats, Integers
from forecast.data.panel import Panel
from forecast.data.results import Scores
from forecast.errors import DataError
from forecast.evaluation.backtest import (
    Fold,
    Origins,
    Split,
    actuals_after,
    evaluate_split,
    rows_known_at,
    score,
    splits,
)
from forecast.evaluation.verdict import OneStepForecasts, verdict_of
from forecast.forecasters.baselines import BASELINES, fit_baselines
from forecast.forecasters.calibration import Calibration, calibrate, measured_coverage
from forecast.forecasters.recurrent import BoundedForecaster, Network, RecurrentForecaster
from forecast.planning.plan import BACKTESTS, Plan, plan_values
from forecast.spec.model import Bounds, WindowSpec
from forecast.spec.training import TrainRequest
from forecast.tasks.task import Evaluation, EvaluationRequest

ENOUGH_FORECASTS = 100
"""Forecasts at an origin from which the rows up to the next origin need not be origins too."""

CHEAP_BASELINES = ("last value", "seasonal naive", "drift", "mean")
"""Default baselines of a stored model: those that need no scikit-learn."""

MOST_BACKTESTS = 12
"""Default maximum of backtests of a stored model."""


@dataclass(frozen=True, slots=True)
class ValueFold:
    """One origin evaluated, and the network that was trained on the rows before it."""

    fold: Fold
    network: Network


@dataclass(frozen=True, slots=True)
class ValueBacktest:
    """One origin: a network and the baselines forecast the rows after it."""

    split: Split
    bounds: Bounds
    windows: WindowSpec
    """What the baselines read and forecast."""
    baselines: tuple[str, ...] = tuple(BASELINES)
    trained_on: Integers | None = None
    """(series,) rows that a stored model was trained on: series with fewer rows here are not scored."""

    @property
    def train(self) -> Panel:
        """The rows before the origin."""
        return self.split.train

    def evaluate(self, network: Network) -> ValueFold:
        """Forecasts within the bounds, with those of the baselines."""
        models = [
            BoundedForecaster(network, self.bounds),
            *fit_baselines(self.train, self.windows, names=self.baselines),
        ]
        fold = evaluate_split(models, self.split)
        if self.trained_on is not None:
            fold = fold.without(fold.rows < self.trained_on)
        return ValueFold(fold, network)


class ValueTask:
    """See `Task`."""

    def plan(self, panel: Panel, request: TrainRequest, older: RecurrentForecaster | None) -> Plan:
        """The plan for numbers."""
        return plan_values(panel, request, older)

    def before_backtests(self, panel: Panel, plan: Plan) -> Panel:
        """The rows before the oldest origin."""
        return panel.first(rows_known_at(panel, Origins(plan.backtests, plan.horizon))[0])

    def backtests(self, panel: Panel, plan: Plan) -> list[ValueBacktest]:
        """One for each origin."""
        origins = Origins(plan.backtests, plan.horizon)
        return [ValueBacktest(split, plan.bounds, plan.evaluated_windows) for split in splits(panel, origins)]

    def evaluation(
        self, folds: Sequence[ValueFold], panel: Panel, plan: Plan, prior: Calibration | None
    ) -> Evaluation:
        """Scores and verdict of the folds, and intervals from the errors of the networks that made them."""
        errors: list[Floats] = []
        one_step: list[OneStepForecasts] = []
        for each in folds:
            origins = list(_origins_of(panel, each))
            errors.append(np.concatenate([origin.errors for origin in origins]))
            one_step += [origin.one_step for origin in origins]
        scores = self.scores(folds, panel)
        return Evaluation(
            scores=scores,
            verdict=verdict_of(
                scores, [each.fold for each in folds], OneStepForecasts.concatenated(one_step)
            ),
            coverage=measured_coverage(errors, plan.level, prior=prior),
            calibration=calibrate(np.concatenate(errors), prior=prior),
        )

    def unseen(
        self, model: RecurrentForecaster, panel: Panel, request: EvaluationRequest
    ) -> list[ValueBacktest]:
        """Origins after the rows that the model was trained on; to refit it, any."""
        if request.refit:
            origins, trained_on = refit_origins(model, request), np.zeros(len(panel), dtype=np.int64)
        else:
            trained_on = model.rows_trained_on(panel)
            origins = _unseen_origins(model, panel, trained_on, request)
        windows = replace(model.spec.windows, horizon=origins.horizon)
        baselines = request.baselines or CHEAP_BASELINES
        return [
            ValueBacktest(split, model.bounds, windows, baselines, trained_on)
            for split in splits(panel, origins)
        ]

    def scores(self, folds: Sequence[ValueFold], panel: Panel) -> Scores:
        """Errors and skill, by series and by step."""
        return score([each.fold for each in folds if len(each.fold.scored)], panel)


def refit_origins(model: RecurrentForecaster, request: EvaluationRequest) -> Origins:
    """The origins at which a model is retrained with the same settings."""
    return Origins(request.backtests or BACKTESTS, request.horizon or model.horizon)


def _unseen_origins(
    model: RecurrentForecaster, panel: Panel, trained_on: Integers, request: EvaluationRequest
) -> Origins:
    """Origins after the rows that the model was trained on."""
    unseen = int((panel.lengths - trained_on).max())
    steps = request.horizon or min(model.horizon, max(unseen, 1))
    wanted = request.backtests or 1
    if unseen == 0:
        raise DataError(
            f"the model was trained on every row, up to {model.card.last_time}",
            hint="give newer rows, or --refit to retrain with the same settings and backtest here",
        )
    if unseen < wanted * steps:
        raise DataError(
            f"{unseen} rows after {model.card.last_time} are too few for {wanted} backtests of {steps} rows",
            hint=f"try --horizon {max(unseen // wanted, 1)}, or --refit to backtest on older rows",
        )
    return Origins(request.backtests or min(unseen // steps, MOST_BACKTESTS), steps)


@dataclass(frozen=True, slots=True)
class _OriginErrors:
    """Forecasts of a network from one origin against the actual values."""

    errors: Floats
    """(series, horizon) in units of volatility, of the series scored."""
    one_step: OneStepForecasts


def _origins_of(panel: Panel, scored: ValueFold) -> list[_OriginErrors]:
    """Errors of a fold's network from its origin, and from the rows up to the next where they are few.

    The network was trained on rows up to the origin alone, so the later ones are
    just as new to it; only its horizon overlaps.
    """
    series, horizon = len(scored.fold.scored), scored.fold.actual.shape[1]
    later = range(horizon if series * horizon < ENOUGH_FORECASTS else 1)
    return [_errors_from(panel, scored, rows_later) for rows_later in later]


def _errors_from(panel: Panel, scored: ValueFold, rows_later: int) -> _OriginErrors:
    fold, network = scored.fold, scored.network
    rows = np.where(fold.rows > 0, np.minimum(fold.rows + rows_later, panel.lengths), 0)
    actual = actuals_after(panel, rows, fold.actual.shape[1])
    (known,) = np.nonzero(~np.isnan(actual).all(axis=1))
    history = panel.first(rows).select(known)
    forecast, last = np.full(len(panel), np.nan), np.full(len(panel), np.nan)
    forecast[known] = network.predict(history, 1).values[:, 0]
    last[known] = history.values[history.bounds[1:] - 1]
    return _OriginErrors(
        errors=network.errors(history, actual[known][:, : network.spec.trained_horizon]),
        one_step=OneStepForecasts(forecast=forecast, last=last, actual=actual[:, 0]),
    )
