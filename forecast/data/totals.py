"""The sum of a forecast over its horizon, with an interval of its own: the demand of the next month."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forecast.data.arrays import Floats, Integers, Times
from forecast.data.frequency import Frequency
from forecast.data.results import Forecast, ResultTable, Sums, frame_of, html_of, id_columns
from forecast.data.written import LARGEST_WHOLE, numbers_column, times_column
from forecast.spec.reading import Columns

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of the next values of every series of a panel."""

    ids: tuple[str, ...]
    first_times: Times
    """(series,) the first time that is added up."""
    last_times: Times
    """(series,)"""
    values: Floats
    """(series,) in the units of the data."""
    levels: tuple[float, ...]
    """Coverage of each interval in percent, ascending."""
    lower: Floats
    """(levels, series)"""
    upper: Floats
    columns: Columns
    frequency: Frequency
    whole: bool = False
    """Whether values are whole numbers, and written as such."""
    row_places: Integers | None = None
    """(series,) decimal places to which files are written; values here are not rounded."""
    actual: Floats | None = None
    """(series,) of an older forecast: the sum of the actual values, NaN unless all are known."""

    def __repr__(self) -> str:
        """Such as: Total of 56 series, intervals 80 %."""
        intervals = ", ".join(f"{level:g} %" for level in self.levels)
        return f"Total of {len(self.ids):,} series, intervals {intervals}"

    def to_table(self) -> ResultTable:
        """One row per series: id where there is one, from, to, forecast, lower_80, upper_80, ...

        The columns of ids are named as in the data.
        """
        values: ResultTable = {
            "from": times_column(self.first_times, self.frequency),
            "to": times_column(self.last_times, self.frequency),
            "forecast": self._written(self.values),
        }
        for index, level in enumerate(self.levels):
            values[f"lower_{level:g}"] = self._written(self.lower[index])
            values[f"upper_{level:g}"] = self._written(self.upper[index])
        if self.actual is not None:
            values["actual"] = numbers_column(self.actual)
        return {**id_columns(self.columns, self.ids, values), **values}

    def to_frame(self) -> "pd.DataFrame":
        """The columns of `to_table` as a pandas frame, with timestamps where times are dates."""
        return frame_of(self.to_table(), self.frequency, self.columns, times=2)

    def _repr_html_(self) -> str:
        """The frame as a table, for notebooks."""
        return html_of(self.to_frame())

    def _written(self, values: Floats) -> Floats | Integers:
        """Whole numbers as integers, where every one of them fits."""
        fits = self.whole and bool(((np.abs(values) < LARGEST_WHOLE) & (values == np.rint(values))).all())
        return values.astype(np.int64) if fits else values


def total_of(forecast: Forecast) -> Total:
    """The sums of a forecast of a model; those of a method alone have no intervals."""
    levels = (len(forecast.levels), len(forecast.ids))
    unknown = Sums(forecast.values.sum(axis=1), np.full(levels, np.nan), np.full(levels, np.nan))
    sums = forecast.sums or unknown
    return Total(
        ids=forecast.ids,
        first_times=forecast.times[:, 0],
        last_times=forecast.times[:, -1],
        values=sums.values,
        levels=forecast.levels,
        lower=sums.lower,
        upper=sums.upper,
        columns=forecast.columns,
        frequency=forecast.frequency,
        whole=forecast.whole,
        row_places=forecast.places,
        actual=None if forecast.actual is None else forecast.actual.sum(axis=1),
    )
