"""What a comparison of models gives: their scores on the same rows, and how they differ."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from forecast.data.arrays import Floats
from forecast.data.results import ResultTable, Scores, frame_of_columns, html_of

if TYPE_CHECKING:
    import pandas as pd

Basis = Literal["new rows", "seen rows", "refit", "stored"]
"""What was forecast: rows newer than those of every model; rows that a model was trained on; any rows, by
models trained again at every origin; or nothing, where the scores are those of the models' own backtests."""


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """Which of two models is better, with the size of the sample that this rests on."""

    outcome: Literal["better", "unclear", "equal"]
    text: str
    better: str | None
    """The model with the smaller error."""
    better_by: float
    """1 - its error / error of the other."""
    fair: bool
    """Whether no model was trained on a row that it forecast."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Models and baselines on the same rolling origins."""

    scores: Scores
    """The models first, then the baselines."""
    interval_score: Floats
    """(models and baselines,) NaN for those without intervals."""
    coverage: Floats
    """The same: percent of the actual values within the intervals."""
    level: float
    """Level of the intervals, in percent."""
    verdict: PairVerdict
    basis: Basis

    def __repr__(self) -> str:
        """Such as: Scores of a.forecast, b.forecast, drift on 3 backtests, ...; verdict: ..."""
        return f"{self.scores!r}; verdict: {self.verdict.text}"

    def to_table(self) -> ResultTable:
        """One row per model and baseline: model, metrics, forecasts, interval_score, coverage."""
        table = self.scores.to_table()
        table.pop("weight", None)
        return table | {"interval_score": self.interval_score, "coverage": self.coverage}

    def to_frame(self) -> "pd.DataFrame":
        """The columns of `to_table` as a pandas frame."""
        return frame_of_columns(self.to_table())

    def _repr_html_(self) -> str:
        """The frame as a table, for notebooks."""
        return html_of(self.to_frame())


def no_numbers(count: int) -> Floats:
    """A number for each of so many models, all unknown."""
    return np.full(count, np.nan)
