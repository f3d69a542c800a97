"""Rows of a table in the order of their series and times."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers, Times, bounds_of, row_series
from forecast.data.frequency import Frequency
from forecast.phrases import JOINER, counted
from forecast.tables.columns import CellError, Column
from forecast.tables.dates import ParsedTimes
from forecast.tables.table import Table

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
"""An integer as it is written: 007 is a text."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table, sorted by series and time; rows of one time are in the order of the data.

    Rows of series `i` are `bounds[i]:bounds[i + 1]`; a series may be empty.
    """

    ids: tuple[str, ...]
    times: Times
    values: Floats
    """(rows,) NaN where missing."""
    table: Table
    """The table that they were read from."""
    origin: Integers
    """(rows,) the row of the table that each was read from; the first one for an aggregate of rows."""
    bounds: Integers
    """(series + 1,) first row of each series, and the number of rows."""
    first_origin: Integers
    """(series,) the row of the table that is the first of each series, even if that has no rows left."""
    seasons: Integers
    """(series,) rows in a period of each series; 1 is no season, and the value until seasons are known."""

    @property
    def series(self) -> Integers:
        """(rows,) the series of each row."""
        return row_series(self.bounds)

    @property
    def first_times(self) -> Times:
        """(rows,) the first time of each row's series."""
        times: Times = self.times[self.bounds[:-1][self.series]]
        return times

    @property
    def leading(self) -> Flags:
        """(rows,) whether a row is before the first number of its series, or its series has none."""
        numbers = bounds_of(~np.isnan(self.values))
        return np.asarray(numbers[1:] == numbers[self.bounds[:-1]][self.series])

    @property
    def trailing(self) -> Flags:
        """(rows,) whether a row is after the last number of its series, or its series has none."""
        numbers = bounds_of(~np.isnan(self.values))
        return np.asarray(numbers[:-1] == numbers[self.bounds[1:]][self.series])

    @property
    def trimmed(self) -> "Rows":
        """The rows from the first number of each series to its last."""
        return self.select(~(self.leading | self.trailing))

    @property
    def repeats(self) -> Flags:
        """(rows,) whether a row has the same series and time as the row before it."""
        same = np.zeros(len(self.times), dtype=bool)
        same[1:] = self.times[1:] == self.times[:-1]
        firsts = self.bounds[:-1]
        same[firsts[firsts < len(same)]] = False
        return same

    def on_next_step(self, frequency: Frequency) -> Flags:
        """(rows with a predecessor in their series,) whether a row is one step after its predecessor."""
        previous = np.flatnonzero(np.diff(self.series) == 0)
        next_times = frequency.shift(self.times[previous], np.ones_like(previous))
        return np.asarray(next_times == self.times[previous + 1])

    def of_texts(self, column: Column, values: Floats) -> Floats:
        """(rows,) the value of each row, given those of a column's distinct texts, (texts,)."""
        return values[column.codes[self.origin]]

    def line(self, row: int) -> str:
        """Where a row is in the data: "line 19"."""
        return self.table.line(int(self.origin[row]))

    def where(self, row: int, column: Column | None = None) -> str:
        """The location of a row, or of a field in it, for an error: 'harvest.csv, line 19, column "tons"'."""
        return self.table.where(int(self.origin[row]), column)

    def where_series(self, series: int) -> str:
        """The location of the first row of a series."""
        first, end = self.bounds[series], self.bounds[series + 1]
        return self.table.where(int(self.origin[first] if first < end else self.first_origin[series]))

    def select(self, keep: Flags) -> "Rows":
        """The rows where `keep`, (rows,), is true; may leave series empty."""
        if keep.all():
            return self
        counts = np.bincount(self.series[keep], minlength=len(self.ids))
        return replace(
            self,
            times=self.times[keep],
            values=self.values[keep],
            origin=self.origin[keep],
            bounds=bounds_of(counts),
        )

    def without(self, series: list[int]) -> "Rows":
        """The rows of all series but these."""
        remaining = np.ones(len(self.ids), dtype=bool)
        remaining[series] = False
        rows = self.select(remaining[self.series])
        return replace(
            rows,
            ids=tuple(id for id, stays in zip(self.ids, remaining.tolist(), strict=True) if stays),
            bounds=bounds_of(np.diff(rows.bounds)[remaining]),
            first_origin=rows.first_origin[remaining],
            seasons=rows.seasons[remaining],
        )

    def single(self, series: int) -> "Rows":
        """The rows of one series."""
        part = slice(self.bounds[series], self.bounds[series + 1])
        return replace(
            self,
            ids=(self.ids[series],),
            times=self.times[part],
            values=self.values[part],
            origin=self.origin[part],
            bounds=np.array([0, part.stop - part.start]),
            first_origin=self.first_origin[[series]],
            seasons=self.seasons[[series]],
        )


def sort_rows(
    table: Table, values: Floats, *, times: ParsedTimes, time: Column | None, id: Column | None
) -> Rows:
    """The rows of a table with their values, (rows,), by id and time; ids that are integers by their size.

    `times` are those of the texts of the column `time`, or without this column those of the
    rows. Without a column of ids there is one series, "". A `DataError` for a row without an id.
    """
    row_times = times.times if time is None else times.times[time.codes]
    if id is None:
        ids: tuple[str, ...] = ("",)
        series = np.zeros(table.rows, dtype=np.int64)
    else:
        _refuse_empty_id(table, id)
        by_id = sorted(range(len(id.texts)), key=_keys(id).__getitem__)
        ids = tuple(id.texts[index] for index in by_id)
        series = np.argsort(by_id)[id.codes]
    origin = np.lexsort((row_times, series))  # stable
    bounds = bounds_of(np.bincount(series, minlength=len(ids)))
    return Rows(
        ids=ids,
        times=row_times[origin],
        values=values[origin],
        table=table,
        origin=origin,
        bounds=bounds,
        first_origin=origin[bounds[:-1]],
        seasons=np.ones(len(ids), dtype=np.int64),
    )


def _keys(id: Column) -> Sequence[tuple[str | int, ...]]:
    """What ids are sorted by: their texts, or integers where all of a column are such, 2 before 10."""
    several = JOINER in id.name
    columns = zip(*(text.split(JOINER) if several else [text] for text in id.texts), strict=True)
    keys: list[Sequence[str | int]] = [
        [*map(int, texts)] if all(map(_INTEGER.fullmatch, texts)) else texts for texts in columns
    ]
    return list(zip(*keys, strict=True))


def _refuse_empty_id(table: Table, id: Column) -> None:
    """Refuse a row whose id is empty: it may belong to any series."""
    empty = next((index for index, text in enumerate(id.texts) if not text.strip()), None)
    if empty is not None:
        count = counted(int((id.codes == empty).sum()), "row")
        message = f"the id is missing in {count}, the first of them here"
        hint = "write the id in every row, also where a spreadsheet shows it once for several rows"
        raise table.refusal(id, CellError(empty, message, hint=hint))
