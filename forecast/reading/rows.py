"""Rows of a table in the order of their series and times."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import bounds_of, row_series
from forecast.data.frequency import Frequency, Times

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table, sorted by series and time; of equal times the first in the data comes first."""

    ids: tuple[str, ...]
    times: Times
    values: Floats
    """NaN where missing."""
    origin: Integers
    """The row of the table that each came from."""
    bounds: Integers
    """(series + 1,) first row of each series, and the number of rows."""
    seasons: Integers | None = None
    """(series,) rows in a period of each series; None where all have that of the step."""

    @property
    def series(self) -> Integers:
        """(rows,) the series of each row."""
        return row_series(self.bounds)

    def kept(self, keep: Flags) -> "Rows":
        """These rows alone; may leave series empty."""
        if keep.all():
            return self
        counts = np.bincount(self.series[keep], minlength=len(self.ids))
        bounds = bounds_of(counts)
        return Rows(self.ids, self.times[keep], self.values[keep], self.origin[keep], bounds, self.seasons)

    def without(self, series: list[int]) -> "Rows":
        """The rows of all series but these."""
        stays = np.ones(len(self.ids), dtype=bool)
        stays[series] = False
        rows = self.kept(stays[self.series])
        ids = tuple(id for id, stay in zip(self.ids, stays.tolist(), strict=True) if stay)
        seasons = None if rows.seasons is None else rows.seasons[stays]
        bounds = np.append(rows.bounds[:-1][stays], rows.bounds[-1])
        return replace(rows, ids=ids, bounds=bounds, seasons=seasons)

    def one(self, series: int) -> "Rows":
        """The rows of one series."""
        part = slice(self.bounds[series], self.bounds[series + 1])
        bounds = np.array([0, part.stop - part.start])
        return Rows((self.ids[series],), self.times[part], self.values[part], self.origin[part], bounds)

    @property
    def starts(self) -> Times:
        """(rows,) the first time of each row's series."""
        starts: Times = self.times[self.bounds[:-1][self.series]]
        return starts

    @property
    def behind_numbers(self) -> Flags:
        """(rows,) whether a row stands behind the last number of its series, where that has one."""
        numbers = bounds_of(~np.isnan(self.values))
        before, up_to = numbers[self.bounds[:-1]], numbers[self.bounds[1:]]
        return np.asarray((numbers[:-1] == up_to[self.series]) & (before < up_to)[self.series])

    @property
    def repeats(self) -> Flags:
        """(rows,) whether a row has the series and time of the one before it."""
        again = np.zeros(len(self.times), dtype=bool)
        again[1:] = self.times[1:] == self.times[:-1]
        inner = self.bounds[:-1]
        again[inner[inner < len(again)]] = False
        return again

    def keeps(self, frequency: Frequency) -> Flags:
        """(rows - series,) whether a row stands one step behind the one before it in its series."""
        inner = np.flatnonzero(np.diff(self.series) == 0)
        return np.asarray(frequency.shift(self.times[inner], np.ones_like(inner)) == self.times[inner + 1])
