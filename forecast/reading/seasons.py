"""The column that gives each series of a panel its own season."""

from dataclasses import replace

import numpy as np

from forecast.data.arrays import Floats, first_true
from forecast.data.frequency import Frequency
from forecast.data.inference import infer_frequency
from forecast.errors import DataError
from forecast.reading.rows import Rows
from forecast.spec.limits import MAX_WINDOW
from forecast.spec.reading import Notation
from forecast.tables.columns import CellError, Column

_REGULAR_SHARE = 0.5
"""A series has a step if a larger share of its rows is one such step after the row before."""


def read_seasons(rows: Rows, column: Column, notation: Notation) -> Rows:
    """The rows with the season of each series; some rows of a series may leave it out.

    A `DataError` where a series has no season or two of them.
    """
    row_seasons = rows.of_texts(column, _parse_seasons(rows, column, notation))
    given = np.flatnonzero(~np.isnan(row_seasons))
    series_given, first = np.unique(rows.series[given], return_index=True)
    for series in np.setdiff1d(np.arange(len(rows.ids)), series_given)[:1].tolist():
        raise DataError(
            f'no row of series "{rows.ids[series]}" gives its season',
            where=rows.where(int(rows.bounds[series]), column),
            hint="write 1 for no season",
        )
    seasons = row_seasons[given[first]].astype(np.int64)
    other = np.zeros(len(row_seasons), dtype=bool)
    other[given] = row_seasons[given] != seasons[rows.series[given]]
    if (row := first_true(other)) is not None:
        raise _second_season(rows, row, column, row_seasons[row], int(seasons[rows.series[row]]))
    return replace(rows, seasons=seasons)


def _second_season(rows: Rows, row: int, column: Column, season: float, first: int) -> DataError:
    """The error for a row whose season is not that of the rows before it in its series."""
    message = f"season {season:g} differs from season {first} before it"
    hint = "a season is constant within a series"
    if len(rows.ids) > 1:
        message += f' in series "{rows.ids[rows.series[row]]}"'
    else:
        hint += "; if there are several series, name the column that identifies them with --id"
    return DataError(message, where=rows.where(row, column), hint=hint)


def _parse_seasons(rows: Rows, column: Column, notation: Notation) -> Floats:
    """(texts,) the season in each text of the column; NaN where missing."""
    seasons = rows.table.numbers(column, notation).values
    is_season = (seasons >= 1) & (seasons <= MAX_WINDOW) & (seasons == np.rint(seasons))
    if (index := first_true(~np.isnan(seasons) & ~is_season)) is not None:
        error = CellError(
            index,
            f'"{column.texts[index]}" is not a season',
            hint=f"a season is a whole number of rows, from 1 (no season) to {MAX_WINDOW:,}",
        )
        raise rows.table.refusal(column, error)
    return seasons


def refuse_other_steps(rows: Rows, frequency: Frequency) -> None:
    """Refuse a series that has a regular step other than that of the panel.

    Only for data with a column of seasons: it suggests that steps differ between series.
    """
    series = rows.series[np.flatnonzero(np.diff(rows.series) == 0)]
    pairs = np.bincount(series, minlength=len(rows.ids))
    regular = np.bincount(series, rows.on_next_step(frequency), minlength=len(rows.ids))
    for index in np.flatnonzero((pairs > 1) & (regular < _REGULAR_SHARE * pairs)).tolist():
        one = rows.single(index)
        own = infer_frequency(
            one.times, one.bounds, form=frequency.form, offset_seconds=frequency.offset_seconds
        )
        if one.on_next_step(own).mean() > _REGULAR_SHARE:
            raise DataError(
                f'series "{rows.ids[index]}" is {own.adjective}, most rows are {frequency.adjective}',
                where=one.where(0),
                hint="all series must have the same step: where steps differ, number the rows of each "
                "series 1, 2, 3 and name that column with --time",
            )
