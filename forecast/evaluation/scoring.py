"""Scores of a backtest: metrics of each series, and sums of them that parts of a panel add up to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from forecast.data.arrays import Floats, Integers
from forecast.data.panel import Panel
from forecast.data.results import Scores
from forecast.errors import DataError
from forecast.evaluation import metrics
from forecast.evaluation.backtest import Fold
from forecast.evaluation.sums import LongSum

METRICS = ("mae", "rmse", "smape", "mase", "skill")


@dataclass(frozen=True, slots=True)
class ErrorSums:
    """The metrics of all series of a part of a panel, added up; the sum of parts is that of the panel."""

    models: tuple[str, ...]
    by_model: LongSum
    """(1 + models, metrics) sums over series of all metrics but skill; the first model is the seasonal naive
    method, the reference of skill."""
    by_step: LongSum
    """(1 + models, horizon, metrics)"""
    forecasts_by_step: Integers
    """(horizon,)"""
    series: int
    """Those without a forecast included."""
    backtests: frozenset[int]
    """Numbers of the origins."""

    def __add__(self, other: "ErrorSums") -> "ErrorSums":
        """The sum of two parts with the same horizon, of the models that both have."""
        models = tuple(name for name in self.models if name in other.models)
        first, second = ([0, *(1 + each.models.index(name) for name in models)] for each in (self, other))
        return ErrorSums(
            models,
            self.by_model[first] + other.by_model[second],
            self.by_step[first] + other.by_step[second],
            self.forecasts_by_step + other.forecasts_by_step,
            self.series + other.series,
            self.backtests | other.backtests,
        )

    @property
    def scores(self) -> Scores:
        """The scores of all series together, without those of each."""
        decisive = deciding_metric(self.series)
        return Scores(
            models=self.models,
            metrics=METRICS,
            overall=_with_skill(self.by_model.mean, decisive),
            by_series=np.empty((len(self.models), 0, len(METRICS))),
            by_step=_with_skill(self.by_step.mean, decisive),
            ids=(),
            series_column=None,
            backtests=len(self.backtests),
            forecasts=int(self.forecasts_by_step.sum()),
            weights=np.full(len(self.models), np.nan),
            forecasts_by_series=np.empty(0, dtype=np.int64),
            forecasts_by_step=self.forecasts_by_step,
        )


def score(folds: Sequence[Fold], panel: Panel) -> Scores:
    """Metrics of the forecasters that are in every fold of `panel`.

    Each series gets its metrics over all folds and steps; a panel's are the means of
    its series', so that no long series outweighs another. Skill is 1 - error / error
    of the seasonal naive forecast: the error is MAE for one series, and MASE for a
    panel, where a mean of tonnes and kilogrammes would mean nothing.
    """
    if not folds:
        raise DataError("no series has enough rows for a backtest", hint="a shorter --horizon needs fewer")
    sums, by_series = _measured(folds, range(len(folds)))
    return replace(
        sums.scores,
        by_series=_with_skill(by_series, "mae"),
        ids=panel.ids,
        series_column=panel.columns.series,
        forecasts_by_series=sum((~np.isnan(fold.actual)).sum(axis=1) for fold in folds),
    )


def error_sums(folds: Sequence[Fold], numbers: Sequence[int]) -> ErrorSums:
    """The sums of the forecasters that are in every fold; `numbers` are those of the origins."""
    return _measured(folds, numbers)[0]


def _measured(folds: Sequence[Fold], numbers: Sequence[int]) -> tuple[ErrorSums, Floats]:
    """The sums, and the metrics of each series, (1 + models, series, metrics)."""
    models = tuple(name for name in folds[-1].forecasts if all(name in fold.forecasts for fold in folds))
    actual = np.stack([fold.actual for fold in folds])
    scales = np.stack([fold.scales for fold in folds])[..., None]
    naive = [fold.seasonal_naive for fold in folds]
    forecasts = np.array([naive, *([fold.forecasts[name] for fold in folds] for name in models)])
    by_series = _measure(actual, forecasts, scales, axis=(1, 3))
    sums = ErrorSums(
        models,
        by_model=LongSum.of(by_series, axis=1),
        by_step=LongSum.of(_measure(actual, forecasts, scales, axis=1), axis=1),
        forecasts_by_step=(~np.isnan(actual)).sum(axis=(0, 1)),
        series=len(actual[0]),
        backtests=frozenset(numbers),
    )
    return sums, by_series


def deciding_metric(series: int) -> Literal["mae", "mase"]:
    """The error by which forecasters of so many series are compared."""
    return "mae" if series == 1 else "mase"


def _measure(actual: Floats, forecasts: Floats, scales: Floats, *, axis: int | tuple[int, ...]) -> Floats:
    """All metrics but skill, on a new last axis, of `forecasts`, (models, folds, series, horizon)."""
    with np.errstate(over="ignore", invalid="ignore"):  # errors of values near 1e308 may be infinite
        return np.stack(
            [
                metrics.mae(actual, forecasts, axis=axis),
                metrics.rmse(actual, forecasts, axis=axis),
                metrics.smape(actual, forecasts, axis=axis),
                metrics.mase(actual, forecasts, scales, axis=axis),
            ],
            axis=-1,
        )


def _with_skill(measured: Floats, decisive: Literal["mae", "mase"]) -> Floats:
    """The metrics of all but the first model, with the skill against that first one after them."""
    errors = measured[..., METRICS.index(decisive)]
    skill = improvement(errors[1:], errors[:1])
    return np.concatenate([measured[1:], skill[..., None]], axis=-1)


def improvement(error: Floats, reference: Floats) -> Floats:
    """1 - error / reference; 0 where both are 0, NaN where only the reference is."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(reference > 0, 1 - error / reference, np.nan)
    return np.where((error == 0) & (reference == 0), 0.0, share)
