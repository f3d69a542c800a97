"""Rolling origins: what would have been said then, against what came.

A forecaster is made anew at every origin from the rows up to it: later ones are not
in the panel it is given. Whoever wants a stored model judged passes
`lambda past: [model]`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers, bounds_of
from forecast.data.panel import Panel
from forecast.data.results import Scores
from forecast.errors import DataError
from forecast.evaluation import metrics
from forecast.forecasters.baselines import SeasonalNaive
from forecast.forecasters.protocol import Forecaster

OriginAlignment = Literal["the same time in all series", "rows before each series' own end"]

METRICS = ("mae", "rmse", "smape", "mase", "skill")


@dataclass(frozen=True, slots=True)
class Origins:
    """Where a backtest stands and looks forward."""

    count: int
    """How many origins, the newest last."""
    horizon: int
    """Rows that are forecast from each; as many lie behind the newest."""
    step: int | None = None
    """Rows between two of them; None is the horizon, so that no row is forecast twice."""

    @property
    def rows_back(self) -> list[int]:
        """Rows between each origin and the end, the newest last."""
        step = self.horizon if self.step is None else self.step
        return [self.horizon + back * step for back in reversed(range(self.count))]


@dataclass(frozen=True, slots=True)
class Fold:
    """One origin: what each forecaster said there, and what came. Series keep the panel's order."""

    origin: str
    """Its time as the data writes it, or "12 rows before the end"."""
    rows: Integers
    """(series,) rows of each that were known."""
    actual: Floats
    """(series, horizon) NaN where no observed row came, or nothing was known before."""
    forecasts: dict[str, Floats]
    """Name -> (series, horizon), NaN for series that are not judged."""
    seasonal_naive: Floats
    """(series, horizon) what skill is measured against; the last value where there is no season."""
    last: Floats
    """(series,) the last value known."""
    scales: Floats
    """(series,) what MASE divides by."""

    @property
    def judged(self) -> Integers:
        """Positions of the series with something to compare."""
        return np.flatnonzero(~np.isnan(self.actual).all(axis=1))

    def without(self, series: Flags) -> "Fold":
        """The same with some series not judged."""
        return replace(self, actual=np.where(series[:, None], np.nan, self.actual))


def origin_alignment(panel: Panel, origins: Origins) -> OriginAlignment:
    """How origins are told: by time, as it was lived, unless the series have no time in common.

    They have none when rows are merely counted, or when fewer than half of the series
    go on after the newest origin, as in collections of series that end here and there.
    """
    if panel.frequency.unit == "step":
        return "rows before each series' own end"
    newest = _rows_until(panel, origins.horizon)
    lasting = (newest < panel.lengths)[panel.lengths > 0].mean()
    return "the same time in all series" if lasting >= 0.5 else "rows before each series' own end"


def rows_known_at(panel: Panel, origins: Origins) -> list[Integers]:
    """(series,) rows of each series known at each origin, the newest last; 0 before its first."""
    if origin_alignment(panel, origins) == "the same time in all series":
        return [_rows_until(panel, back) for back in origins.rows_back]
    return [np.maximum(panel.lengths - back, 0) for back in origins.rows_back]


def backtest(fit: Callable[[Panel], Sequence[Forecaster]], panel: Panel, origins: Origins) -> Iterator[Fold]:
    """The origins one after the other, the oldest first, without those where no series can be judged."""
    by_time = origin_alignment(panel, origins) == "the same time in all series"
    for rows, back in zip(rows_known_at(panel, origins), origins.rows_back, strict=True):
        actual = actuals_after(panel, rows, origins.horizon)
        if np.isnan(actual).all():
            continue
        past = panel.first(rows)
        origin = _newest_time(past) if by_time else f"{back} rows before the end"
        yield _fold(fit(past.select(np.flatnonzero(rows > 0))), past, actual, origin=origin)


def _fold(models: Sequence[Forecaster], past: Panel, actual: Floats, *, origin: str) -> Fold:
    judged = np.flatnonzero(~np.isnan(actual).all(axis=1))
    history, horizon = past.select(judged), actual.shape[1]

    def placed(values: Floats) -> Floats:
        everywhere = np.full((len(past), *values.shape[1:]), np.nan)
        everywhere[judged] = values
        return everywhere

    return Fold(
        origin=origin,
        rows=past.lengths,
        actual=actual,
        forecasts={model.name: placed(model.predict(history, horizon).values) for model in models},
        seasonal_naive=placed(SeasonalNaive().predict(history, horizon).values),
        last=placed(history.last_values),
        scales=placed(metrics.seasonal_scales(history)),
    )


def _rows_until(panel: Panel, back: int) -> Integers:
    """(series,) rows up to the time `back` steps before the panel's newest."""
    newest = panel.times.max(keepdims=True)
    origin = panel.frequency.shift(newest, np.array([-back]))
    known = np.less_equal(panel.times, origin)
    return np.diff(bounds_of(known)[panel.bounds])


def actuals_after(panel: Panel, rows: Integers, horizon: int) -> Floats:
    """(series, horizon) observed values after the first `rows` of each series that has any."""
    steps = rows[:, None] + np.arange(horizon)
    there = (steps < panel.lengths[:, None]) & (rows > 0)[:, None]
    index = np.where(there, panel.bounds[:-1, None] + steps, 0)
    return np.where(there & panel.observed[index], panel.values[index], np.nan)


def _newest_time(panel: Panel) -> str:
    return panel.frequency.text(panel.times.max(keepdims=True))[0]


def score(folds: Sequence[Fold], panel: Panel) -> Scores:
    """How far the forecasters that spoke in every fold of `panel` were from what came.

    Each series gets its metrics over all folds and steps; a panel's are the means of
    its series', so that no long series outweighs another. Skill is 1 - error / error
    of the seasonal naive forecast: the error is MAE for one series, and MASE for a
    panel, where a mean of tonnes and kilogrammes would say nothing.
    """
    if not folds:
        raise DataError("no series has enough rows for a backtest", hint="a shorter --horizon needs fewer")
    models = tuple(name for name in folds[-1].forecasts if all(name in fold.forecasts for fold in folds))
    actual = np.stack([fold.actual for fold in folds])
    scales = np.stack([fold.scales for fold in folds])[..., None]
    naive = [fold.seasonal_naive for fold in folds]
    said = np.array([naive, *([fold.forecasts[name] for fold in folds] for name in models)])
    by_series = _measure(actual, said, scales, axis=(1, 3))
    by_step = metrics.mean(_measure(actual, said, scales, axis=1), axis=1)
    decisive = deciding_metric(panel.ids)
    there = ~np.isnan(actual)
    return Scores(
        models=models,
        metrics=METRICS,
        overall=_with_skill(metrics.mean(by_series, axis=1), decisive),
        by_series=_with_skill(by_series, "mae"),
        by_step=_with_skill(by_step, decisive),
        ids=panel.ids,
        series_column=panel.columns.series,
        backtests=len(folds),
        forecasts=int(there.sum()),
        forecasts_by_series=there.sum(axis=(0, 2)),
        forecasts_by_step=there.sum(axis=(0, 1)),
    )


def deciding_metric(ids: tuple[str, ...]) -> Literal["mae", "mase"]:
    """The error that forecasters are compared by."""
    return "mae" if len(ids) == 1 else "mase"


def _measure(actual: Floats, said: Floats, scales: Floats, *, axis: int | tuple[int, ...]) -> Floats:
    """All metrics but skill, on a new last axis, of `said`, (models, folds, series, horizon)."""
    with np.errstate(over="ignore", invalid="ignore"):  # errors of values near 1e308 may be infinite
        return np.stack(
            [
                metrics.mae(actual, said, axis=axis),
                metrics.rmse(actual, said, axis=axis),
                metrics.smape(actual, said, axis=axis),
                metrics.mase(actual, said, scales, axis=axis),
            ],
            axis=-1,
        )


def _with_skill(measured: Floats, decisive: Literal["mae", "mase"]) -> Floats:
    """The metrics of all but the first model, with their skill against that first one behind them."""
    errors = measured[..., METRICS.index(decisive)]
    skill = improvement(errors[1:], errors[:1])
    return np.concatenate([measured[1:], skill[..., None]], axis=-1)


def improvement(error: Floats, reference: Floats) -> Floats:
    """1 - error / reference; 0 where neither errs, NaN where only the reference is without error."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(reference > 0, 1 - error / reference, np.nan)
    return np.where((error == 0) & (reference == 0), 0.0, share)
