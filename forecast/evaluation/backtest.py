"""Rolling-origin backtests: forecasts from the rows up to each origin, against the actual values after it.

The panel that a forecaster is fitted to holds no row after its origin, so nothing can leak.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers
from forecast.data.panel import Panel
from forecast.data.results import Scores
from forecast.errors import DataError
from forecast.evaluation import metrics
from forecast.forecasters.methods import seasonal_naive
from forecast.forecasters.protocol import Forecaster

OriginAlignment = Literal["by time", "by rows before the end"]

METRICS = ("mae", "rmse", "smape", "mase", "skill")


@dataclass(frozen=True, slots=True)
class Origins:
    """The origins of a backtest, a horizon apart: no row is forecast twice."""

    count: int
    horizon: int
    """Rows that are forecast from each; as many follow the newest."""

    @property
    def rows_back(self) -> list[int]:
        """Rows between each origin and the end, the oldest origin first."""
        return [self.horizon * back for back in range(self.count, 0, -1)]


@dataclass(frozen=True, slots=True)
class Split:
    """One origin: the rows before it, and the actual values after it. Series keep the panel's order."""

    origin: str
    """Its time as the data writes it, or "12 rows before the end"."""
    past: Panel
    """The rows up to the origin; a series that begins later has none."""
    actual: Floats
    """(series, horizon) NaN where no observed row follows, or no row of the series precedes."""

    @property
    def train(self) -> Panel:
        """The series that have rows before the origin."""
        return self.past.select(np.flatnonzero(self.past.lengths > 0))


@dataclass(frozen=True, slots=True)
class Fold:
    """One origin: what each forecaster forecast there, and the actual values."""

    rows: Integers
    """(series,) rows of each that were known."""
    actual: Floats
    """(series, horizon) NaN where no observed row follows, or no row of the series precedes."""
    forecasts: dict[str, Floats]
    """Name -> (series, horizon), NaN for series that are not scored."""
    seasonal_naive: Floats
    """(series, horizon) the reference of skill; the last value where there is no season."""
    scales: Floats
    """(series,) the denominators of MASE."""

    @property
    def scored(self) -> Integers:
        """Indices of the series with an actual value to compare."""
        return np.flatnonzero(~np.isnan(self.actual).all(axis=1))

    def without(self, series: Flags) -> "Fold":
        """The same with some series, (series,), not scored, as if none of their rows were known."""
        return replace(
            self,
            rows=np.where(series, 0, self.rows),
            actual=np.where(series[:, None], np.nan, self.actual),
        )


def origin_alignment(panel: Panel, origins: Origins) -> OriginAlignment:
    """By time, as it was lived, unless the series have no time in common.

    They have none when rows are merely counted, or when fewer than half of the series
    continue after the newest origin, as in collections of series that end here and there.
    """
    if panel.frequency.unit == "step":
        return "by rows before the end"
    newest = _rows_until(panel, origins.horizon)
    continuing = (newest < panel.lengths)[panel.lengths > 0].mean()
    return "by time" if continuing >= 0.5 else "by rows before the end"


def rows_known_at(panel: Panel, origins: Origins) -> list[Integers]:
    """(series,) rows of each series known at each origin, the oldest origin first; 0 before its first."""
    if origin_alignment(panel, origins) == "by time":
        return [_rows_until(panel, back) for back in origins.rows_back]
    return [np.maximum(panel.lengths - back, 0) for back in origins.rows_back]


def splits(panel: Panel, origins: Origins) -> Iterator[Split]:
    """The origins, the oldest first, without those after which no actual value is known."""
    by_time = origin_alignment(panel, origins) == "by time"
    for rows, back in zip(rows_known_at(panel, origins), origins.rows_back, strict=True):
        actual = actuals_after(panel, rows, origins.horizon)
        if np.isnan(actual).all():
            continue
        past = panel.first(rows)
        yield Split(_newest_time(past) if by_time else f"{back} rows before the end", past, actual)


def evaluate_split(models: Sequence[Forecaster], split: Split) -> Fold:
    """The forecasts of `models`, fitted to the rows before the origin, with the actual values."""
    past, actual = split.past, split.actual
    scored = np.flatnonzero(~np.isnan(actual).all(axis=1))
    history, horizon = past.select(scored), actual.shape[1]

    def for_all_series(values: Floats) -> Floats:
        everywhere = np.full((len(past), *values.shape[1:]), np.nan)
        everywhere[scored] = values
        return everywhere

    return Fold(
        rows=past.lengths,
        actual=actual,
        forecasts={model.name: for_all_series(model.predict(history, horizon).values) for model in models},
        seasonal_naive=for_all_series(seasonal_naive(history, horizon)),
        scales=for_all_series(metrics.seasonal_scales(history)),
    )


def backtest(fit: Callable[[Panel], Sequence[Forecaster]], panel: Panel, origins: Origins) -> Iterator[Fold]:
    """A fold for each origin, the oldest first; `fit` makes the forecasters from the rows before it."""
    return (evaluate_split(fit(split.train), split) for split in splits(panel, origins))


def _rows_until(panel: Panel, back: int) -> Integers:
    """(series,) rows up to the time `back` steps before the panel's newest."""
    newest = panel.times.max(keepdims=True)
    origin = panel.frequency.shift(newest, np.array([-back]))
    known = np.less_equal(panel.times, origin)
    before: Integers = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(known)))
    return np.diff(before[panel.bounds])


def actuals_after(panel: Panel, rows: Integers, horizon: int) -> Floats:
    """(series, horizon) observed values after the first `rows` of each series that has any; else NaN."""
    steps = rows[:, None] + np.arange(horizon)
    present = (steps < panel.lengths[:, None]) & (rows > 0)[:, None]
    index = np.where(present, panel.bounds[:-1, None] + steps, 0)
    return np.where(present & panel.observed[index], panel.values[index], np.nan)


def _newest_time(panel: Panel) -> str:
    return panel.frequency.text(panel.times.max(keepdims=True))[0]


def score(folds: Sequence[Fold], panel: Panel) -> Scores:
    """Metrics of the forecasters that are in every fold of `panel`.

    Each series gets its metrics over all folds and steps; a panel's are the means of
    its series', so that no long series outweighs another. Skill is 1 - error / error
    of the seasonal naive forecast: the error is MAE for one series, and MASE for a
    panel, where a mean of tonnes and kilogrammes would mean nothing.
    """
    if not folds:
        raise DataError("no series has enough rows for a backtest", hint="a shorter --horizon needs fewer")
    models = tuple(name for name in folds[-1].forecasts if all(name in fold.forecasts for fold in folds))
    actual = np.stack([fold.actual for fold in folds])
    scales = np.stack([fold.scales for fold in folds])[..., None]
    naive = [fold.seasonal_naive for fold in folds]
    forecasts = np.array([naive, *([fold.forecasts[name] for fold in folds] for name in models)])
    by_series = _measure(actual, forecasts, scales, axis=(1, 3))
    by_step = metrics.mean(_measure(actual, forecasts, scales, axis=1), axis=1)
    decisive = deciding_metric(panel.ids)
    known = ~np.isnan(actual)
    return Scores(
        models=models,
        metrics=METRICS,
        overall=_with_skill(metrics.mean(by_series, axis=1), decisive),
        by_series=_with_skill(by_series, "mae"),
        by_step=_with_skill(by_step, decisive),
        ids=panel.ids,
        series_column=panel.columns.series,
        backtests=len(folds),
        forecasts=int(known.sum()),
        weights=np.full(len(models), np.nan),
        forecasts_by_series=known.sum(axis=(0, 2)),
        forecasts_by_step=known.sum(axis=(0, 1)),
    )


def deciding_metric(ids: tuple[str, ...]) -> Literal["mae", "mase"]:
    """The error by which forecasters are compared."""
    return "mae" if len(ids) == 1 else "mase"


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
