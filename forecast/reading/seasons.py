"""The column that gives each series of a panel a season of its own."""

from dataclasses import replace

import numpy as np

from forecast.data.arrays import first_true
from forecast.data.frequency import Frequency, infer_frequency
from forecast.errors import DataError
from forecast.reading.rows import Floats, Rows
from forecast.spec.limits import MAX_WINDOW
from forecast.spec.reading import Notation
from forecast.tables import numbers
from forecast.tables.columns import CellError, Column
from forecast.tables.table import Table

_KEPT = 0.5
"""Share of a series' rows from which it keeps a step."""


def with_seasons(rows: Rows, column: Column | None, table: Table, notation: Notation) -> Rows:
    """The rows with the season of each series; as they are where no column tells it."""
    if column is None:
        return rows
    told = _told(column, table, notation)[column.codes[rows.origin]]
    there = np.flatnonzero(~np.isnan(told))
    known, first = np.unique(rows.series[there], return_index=True)
    for series in np.setdiff1d(np.arange(len(rows.ids)), known)[:1].tolist():
        raise DataError(
            f'no row of series "{rows.ids[series]}" tells its season',
            where=table.where(int(rows.origin[rows.bounds[series]]), column),
            hint="write 1 for none",
        )
    seasons = told[there[first]].astype(np.int64)
    for row in there[told[there] != seasons[rows.series[there]]][:1].tolist():
        before = f"season {seasons[rows.series[row]]} stood before"
        alone = len(rows.ids) == 1
        raise DataError(
            f"{told[row]:g}, and {before}" + ("" if alone else f' in series "{rows.ids[rows.series[row]]}"'),
            where=table.where(int(rows.origin[row]), column),
            hint="a season stays the same within a series"
            + ("; --id names the column that tells several apart" if alone else ""),
        )
    return replace(rows, seasons=seasons)


def _told(column: Column, table: Table, notation: Notation) -> Floats:
    """(texts,) the season that each text of the column means; NaN for none."""
    try:
        told = numbers.parse(column.texts, notation, delimiter=table.delimiter).values
        wrong = ~np.isnan(told) & ~((told >= 1) & (told <= MAX_WINDOW) & (told == np.rint(told)))
        if (index := first_true(wrong)) is not None:
            raise CellError(
                index,
                f'"{column.texts[index]}" is no season',
                hint=f"a season is a whole number of rows from 1, which is none, to {MAX_WINDOW:,}",
            )
    except CellError as bad:
        raise table.refusal(column, bad) from None
    return told


def refuse_other_steps(rows: Rows, frequency: Frequency, table: Table) -> None:
    """Refuse a series that keeps a step which is not the panel's, where each has a season of its own."""
    if rows.seasons is None:
        return
    within = rows.series[np.flatnonzero(np.diff(rows.series) == 0)]
    pairs = np.bincount(within, minlength=len(rows.ids))
    kept = np.bincount(within, rows.keeps(frequency), minlength=len(rows.ids))
    for series in np.flatnonzero((pairs > 1) & (kept < _KEPT * pairs)).tolist():
        one = rows.one(series)
        own = infer_frequency(
            one.times, one.bounds, form=frequency.form, offset_seconds=frequency.offset_seconds
        )
        if one.keeps(own).mean() > _KEPT:
            raise DataError(
                f'series "{rows.ids[series]}" is {own.adjective}, most rows are {frequency.adjective}',
                where=table.where(int(one.origin[0])),
                hint="times of one panel have one step: for series of several, number the rows of each "
                "1, 2, 3 and name that column with --time",
            )
