"""What an evaluation gives: scores, the verdict, and each forecast with the actual value."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from forecast.data.arrays import Floats, Integers, Times
from forecast.data.frequency import Frequency
from forecast.data.results import (
    Coverage,
    ResultTable,
    ScoredBy,
    Scores,
    Verdict,
    frame_of,
    html_of,
    id_columns,
    time_name,
)
from forecast.data.written import numbers_column, times_column
from forecast.phrases import counted
from forecast.spec.reading import Columns

if TYPE_CHECKING:
    import pandas as pd

    from forecast.data.panel import Panel

Basis = Literal["new rows", "refit", "stored", "as of"]
"""What was forecast: rows newer than those the model was trained on; any rows, by the same settings
trained again at every origin; nothing, where the scores are those of the model's own backtests; or the
rows after one date."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """Every forecast of an evaluation with the actual value, as cross-validation gives them."""

    models: tuple[str, ...]
    """`models[0]` is the one evaluated; the others are baselines and have no intervals."""
    ids: tuple[str, ...]
    origins: Times
    """(series, backtests) time of the last known row."""
    actual: Floats
    """(series, backtests, horizon) NaN where no forecast is scored."""
    values: Floats
    """(models, series, backtests, horizon)"""
    level: float
    """Coverage of the intervals, in percent."""
    lower: Floats
    """(series, backtests, horizon) of `models[0]`."""
    upper: Floats
    columns: Columns
    frequency: Frequency
    places: Integers | None = None
    """(series,) decimal places to which files are written; values here are not rounded."""

    def __repr__(self) -> str:
        """Such as: Predictions of GRU, drift for 2 series, 3 backtests, 4 steps."""
        series, backtests, horizon = self.actual.shape
        return (
            f"Predictions of {', '.join(self.models)} for {counted(series, 'series')}, "
            f"{counted(backtests, 'backtest')}, {counted(horizon, 'step')}"
        )

    def select(self, series: Sequence[int]) -> "Predictions":
        """The series at these indices, in this order."""
        some = list(series)
        return replace(
            self,
            ids=tuple(self.ids[index] for index in some),
            origins=self.origins[some],
            actual=self.actual[some],
            values=self.values[:, some],
            lower=self.lower[some],
            upper=self.upper[some],
            places=None if self.places is None else self.places[some],
        )

    @property
    def covered(self) -> Coverage:
        """The share of the actual values within the intervals; NaN without intervals."""
        return Coverage.of(self.level, *self.inside)

    @property
    def inside(self) -> tuple[int, int]:
        """The number of actual values within the intervals, and of those that have an interval."""
        known = ~np.isnan(self.actual) & ~np.isnan(self.lower)
        inside = (self.lower <= self.actual) & (self.actual <= self.upper)
        return int(inside[known].sum()), int(known.sum())

    @property
    def row_places(self) -> Integers | None:
        """The decimal places of each row of the table."""
        series = np.nonzero(~np.isnan(self.actual))[0]
        return None if self.places is None else np.tile(self.places[series], len(self.models))

    def to_table(self) -> ResultTable:
        """One row per model, series, origin and step with an actual value.

        The columns are the id, where there is one, origin, time, step, actual, forecast, lower_80, upper_80,
        model. Ids and times are named as in the data, save where one of the other columns has that name.
        """
        scored = np.nonzero(~np.isnan(self.actual))
        series, backtest, step = scored
        every = np.tile(np.arange(len(series)), len(self.models))  # the same rows for each model
        times = self.frequency.after(self.origins.ravel(), self.actual.shape[2]).reshape(self.actual.shape)
        unknown = np.full(len(every) - len(series), np.nan)
        table: ResultTable = {
            "step": (step + 1)[every],
            "actual": numbers_column(self.actual[scored])[every],
            "forecast": self.values[:, series, backtest, step].ravel(),
            f"lower_{self.level:g}": np.concatenate([self.lower[scored], unknown]),
            f"upper_{self.level:g}": np.concatenate([self.upper[scored], unknown]),
            "model": np.array(self.models, dtype=object).repeat(len(series)),
        }
        used, index = {"origin", *table}, ResultTable()
        time = time_name(self.columns, used)
        for name, ids in id_columns(self.columns, self.ids, {time, *used}).items():
            index[name] = ids[series[every]]
        index["origin"] = times_column(self.origins[series, backtest], self.frequency)[every]
        index[time] = times_column(times[scored], self.frequency)[every]
        return index | table

    def to_frame(self) -> "pd.DataFrame":
        """The columns of `to_table` as a pandas frame, with timestamps where times are dates."""
        return frame_of(self.to_table(), self.frequency, self.columns, times=2)

    def _repr_html_(self) -> str:
        """The frame as a table, for notebooks."""
        return html_of(self.to_frame())


@dataclass(frozen=True, slots=True)
class KeptBacktests:
    """What was forecast in the backtests of a training: of the first series, to be drawn with their rows."""

    rows_back: Integers
    """(series, backtests) rows from each origin to the end of its series; 0 where none was forecast."""
    values: Floats
    """(series, backtests, horizon) NaN where nothing is scored."""
    lower: Floats
    upper: Floats
    level: float
    """Coverage of the intervals, in percent."""
    covered: Floats
    """(horizon,) percent of the values of all series within the intervals, by step; NaN without any."""
    counts: Integers
    """(horizon,) values that `covered` rests on."""

    def predictions(self, panel: "Panel", name: str) -> Predictions:
        """The same with times and actual values, from a panel that ends where that of the training did.

        Its first series are those of the backtests; origins before its first row are left out.
        """
        series, _, horizon = self.values.shape
        lengths = panel.lengths[:series, None]
        known = (self.rows_back > 0) & (self.rows_back < lengths)
        last = panel.bounds[:series, None] + np.where(known, lengths - self.rows_back - 1, 0)
        steps = np.arange(1, horizon + 1)
        there = known[:, :, None] & (steps <= self.rows_back[:, :, None])
        rows = np.where(there, last[:, :, None] + steps, 0)
        scored = there & panel.observed[rows] & ~np.isnan(self.values)
        return Predictions(
            models=(name,),
            ids=panel.ids[:series],
            origins=panel.times[last],
            actual=np.where(scored, panel.values[rows], np.nan),
            values=self.values[None],
            level=self.level,
            lower=self.lower,
            upper=self.upper,
            columns=panel.columns,
            frequency=panel.frequency,
        )


@dataclass(frozen=True, slots=True)
class KeptClasses:
    """The probabilities of classes in the backtests of a training: of the first series, to be drawn."""

    probabilities: Floats
    """(series, rows, classes) of the newest rows, the last one the newest; NaN where none was forecast."""
    actual: Floats
    """(series, rows) indices of the classes that came; NaN where none was forecast, or none is known."""


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """The scores of a model and of baselines, the verdict on the model, and the forecasts they rest on."""

    scores: Scores
    verdict: Verdict | None
    coverage: Coverage | None
    """Of the model's intervals; None for classes."""
    basis: Basis
    predictions: Predictions | None = None
    """None for stored scores and for classes."""

    def __repr__(self) -> str:
        """Such as: Scores of GRU, drift on 3 backtests, 12 forecasts; ...; verdict: useful: ..."""
        return f"{self.scores!r}" + ("" if self.verdict is None else f"; verdict: {self.verdict.text}")

    def to_table(self, by: ScoredBy = "model") -> ResultTable:
        """The scores by model, series or step; see `Scores.to_table`."""
        return self.scores.to_table(by)

    def to_frame(self, by: ScoredBy = "model") -> "pd.DataFrame":
        """The columns of `to_table` as a pandas frame."""
        return self.scores.to_frame(by)

    def _repr_html_(self) -> str:
        """The scores as a table, for notebooks."""
        return html_of(self.to_frame())
