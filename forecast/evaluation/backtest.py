"""Rolling-origin backtests: forecasts from the rows up to each origin, against the actual values after it.

The panel that a forecaster is fitted to holds no row after its origin, so nothing can leak.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers, Times
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.evaluation import metrics
from forecast.forecasters.methods import seasonal_naive
from forecast.forecasters.protocol import Forecaster

OriginAlignment = Literal["by time", "by rows before the end"]


@dataclass(frozen=True, slots=True)
class Origins:
    """The origins of a backtest, a horizon apart: no row is forecast twice."""

    count: int
    horizon: int
    """Rows that are forecast from each; as many follow the newest."""
    newest: Times | None = field(default=None, compare=False)
    """(1,) the time that they are counted back from; None is the newest of a panel."""
    alignment: OriginAlignment | None = None
    """None is decided by a panel."""

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
    number: int = 0
    """Its place among all origins, the oldest first, from 0."""

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
    if origins.alignment is not None:
        return origins.alignment
    newest = _rows_until(panel, origins, origins.horizon)
    continuing = (newest < panel.lengths)[panel.lengths > 0].mean()
    return alignment_of(panel.frequency, float(continuing))


def alignment_of(frequency: Frequency, continuing: float) -> OriginAlignment:
    """The alignment where a share of all series continues after the newest origin."""
    return "by time" if frequency.unit != "step" and continuing >= 0.5 else "by rows before the end"


def rows_known_at(panel: Panel, origins: Origins) -> list[Integers]:
    """(series,) rows of each series known at each origin, the oldest origin first; 0 before its first."""
    if origin_alignment(panel, origins) == "by time":
        return [_rows_until(panel, origins, back) for back in origins.rows_back]
    return [np.maximum(panel.lengths - back, 0) for back in origins.rows_back]


def splits(panel: Panel, origins: Origins) -> Iterator[Split]:
    """The origins, the oldest first, without those after which no actual value is known."""
    by_time = origin_alignment(panel, origins) == "by time"
    known = rows_known_at(panel, origins)
    for number, (rows, back) in enumerate(zip(known, origins.rows_back, strict=True)):
        actual = actuals_after(panel, rows, origins.horizon)
        if np.isnan(actual).all():
            continue
        past = panel.first(rows)
        origin = _newest_time(past) if by_time else f"{back} rows before the end"
        yield Split(origin, past, actual, number)


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


def _rows_until(panel: Panel, origins: Origins, back: int) -> Integers:
    """(series,) rows up to the time `back` steps before the newest."""
    newest = panel.times.max(keepdims=True) if origins.newest is None else origins.newest
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
