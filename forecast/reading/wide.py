"""A table with a column for each series becomes one with a row for each series and time."""

from dataclasses import replace

import numpy as np

from forecast.errors import DataError
from forecast.phrases import counted, listed
from forecast.reading.roles import Guess, Roles, guess_time, is_numeric, refuse_twins
from forecast.spec.reading import ReadSpec
from forecast.tables.columns import Column
from forecast.tables.table import Table

SERIES = "series"
"""The name of the column of ids in results, where nobody gives one."""


def lengthened(table: Table, read: ReadSpec) -> tuple[Table, Roles]:
    """The table with its series one behind the other, and the parts its columns play then.

    A place still names the line and the column that a number stands in.
    """
    asked = [table.named(name) for name in read.targets]
    time, guesses = _time(table, asked, read)
    series = asked or _of_numbers(table, time)
    for column in (time, *series):
        refuse_twins(table, column)
    if not asked:
        guesses.append(("series", counted(len(series), "column"), "every column of numbers"))
    long = _stacked(table, time, series)
    times, ids, values = long.columns
    roles = Roles(values, times, replace(ids, name=read.columns.series or SERIES), tuple(guesses), wide=True)
    return long, roles


def _time(table: Table, asked: list[Column], read: ReadSpec) -> tuple[Column, list[Guess]]:
    if read.columns.time is not None:
        return table.named(read.columns.time), []
    time, reason = guess_time(table, table.without(*asked), read.notation.date_format)
    if time is None:
        raise DataError("a wide file needs a column of times", where=table.source)
    return time, [("time", time.name, reason)]


def _of_numbers(table: Table, time: Column) -> list[Column]:
    series = [column for column in table.without(time) if is_numeric(column)]
    if not series:
        raise DataError("no column holds numbers", where=table.source, hint=f"it has {listed(table.names)}")
    return series


def _stacked(table: Table, time: Column, series: list[Column]) -> Table:
    """Times, names of series and numbers: the rows of the first series, then those of the second."""
    names = [column.name for column in series]
    times = replace(time, codes=np.tile(time.codes, len(series)))
    ids = Column(SERIES, names, np.repeat(np.arange(len(series), dtype=np.int32), table.rows))
    values = _joined(series)

    def heading(row: int, column: Column) -> str:
        return column.name if column is not values else names[row // table.rows]

    return replace(
        table,
        columns=(times, ids, values),
        rows=table.rows * len(series),
        place=lambda row: table.place(row % table.rows),
        heading=heading,
    )


def _joined(series: list[Column]) -> Column:
    """The texts of all series in one column, each distinct one held once."""
    places: dict[str, int] = {}
    codes = []
    for column in series:
        renumber = np.array([places.setdefault(text, len(places)) for text in column.texts], dtype=np.int32)
        codes.append(renumber[column.codes])
    return Column("", list(places), np.concatenate(codes))
