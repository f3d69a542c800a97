"""Whether new rows are still like those that a model was calibrated on, series by series."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from forecast.data.arrays import Floats, Integers
from forecast.data.frequency import Frequency
from forecast.data.results import ResultTable, frame_of_columns, html_of, id_columns
from forecast.phrases import counted
from forecast.spec.reading import Columns

if TYPE_CHECKING:
    import pandas as pd

Outcome = Literal["drifted", "steady", "too few rows"]


@dataclass(frozen=True, slots=True)
class DriftReport:
    """The tests of one-step forecasts of new rows, for each series."""

    ids: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    tests: tuple[str, ...]
    """The test that found a drift: "coverage", "level", "standstill", or several; "" for none."""
    since: tuple[str, ...]
    """The time from which on the rows are unlike those before; "" where nothing drifted."""
    rows: Integers
    """(series,) new rows that were forecast, without those filled in."""
    coverage: Floats
    """(series,) percent of them within the intervals; NaN for classes."""
    expected: Floats
    """(series,) percent that were expected, by the model's backtests and its newest rows."""
    bias: Floats
    """(series,) mean of actual value less forecast, since the drift or of all rows."""
    p_coverage: Floats
    """(series,) how probable so many misses are without a drift."""
    p_level: Floats
    p_standstill: Floats
    """(series,) how probable so long a run of one value is; NaN for classes."""
    alpha: float
    """Share of calls that find a drift where there is none, at most."""
    level: float
    """Level of the intervals, in percent."""
    columns: Columns
    frequency: Frequency

    def __repr__(self) -> str:
        """Such as: DriftReport of 56 series, 2 drifted."""
        return f"DriftReport of {counted(len(self.ids), 'series')}, {len(self.drifted):,} drifted"

    @property
    def drifted(self) -> Integers:
        """Indices of the series that drifted."""
        return np.flatnonzero([outcome == "drifted" for outcome in self.outcomes])

    def to_table(self) -> ResultTable:
        """One row per series: id where there is one, verdict, since, test, rows, coverage, expected, ..."""
        values: ResultTable = {
            "verdict": np.array(self.outcomes, dtype=object),
            "since": np.array([text or None for text in self.since], dtype=object),
            "test": np.array([text or None for text in self.tests], dtype=object),
            "rows": self.rows,
            "coverage": self.coverage,
            "expected": self.expected,
            "bias": self.bias,
            "p_coverage": self.p_coverage,
            "p_level": self.p_level,
            "p_standstill": self.p_standstill,
        }
        return id_columns(self.columns, self.ids, values) | values

    def to_frame(self) -> "pd.DataFrame":
        """The columns of `to_table` as a pandas frame."""
        return frame_of_columns(self.to_table())

    def _repr_html_(self) -> str:
        """The frame as a table, for notebooks."""
        return html_of(self.to_frame())
