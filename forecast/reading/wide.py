"""A table with one column per series becomes one with one row per series and time."""

from dataclasses import replace

import numpy as np

from forecast.errors import DataError
from forecast.phrases import counted
from forecast.reading.roles import Roles, is_numeric, no_numbers, refuse_equal_names
from forecast.reading.time_column import guess_time
from forecast.spec.reading import ReadSpec
from forecast.tables.columns import Column, Guess
from forecast.tables.table import Table

SERIES = "series"
"""The default name of the column of ids in results."""


def to_long(table: Table, read: ReadSpec) -> tuple[Table, Roles]:
    """The table with its series one after another, and the roles of its columns.

    The location of a row is still the line in the file, and that of a field its column there.
    """
    requested = [table.column(name) for name in read.targets]
    time, guesses = _find_time(table, requested, read)
    series = requested or [column for column in table.without(time) if is_numeric(column)]
    if not series:
        raise no_numbers(table)
    for column in (time, *series):
        refuse_equal_names(table, column)
    if not requested:
        guesses.append(("series", counted(len(series), "column"), "every column of numbers"))
    long = _concatenate(table, time, series)
    times, ids, values = long.columns
    roles = Roles(values, times, replace(ids, name=read.columns.series or SERIES), tuple(guesses), wide=True)
    return long, roles


def _find_time(table: Table, series: list[Column], read: ReadSpec) -> tuple[Column, list[Guess]]:
    """The column of times, and whether it was guessed."""
    if read.columns.time is not None:
        return table.column(read.columns.time), []
    time, reason = guess_time(table, table.without(*series), read.notation.date_format)
    if time is None:
        raise DataError("a wide file needs a column of times", where=table.source)
    return time, [("time", time.name, reason)]


def _concatenate(table: Table, time: Column, series: list[Column]) -> Table:
    """Times, names of series and numbers: the rows of the first series, then those of the second."""
    names = [column.name for column in series]
    times = replace(time, codes=np.tile(time.codes, len(series)))
    ids = Column(SERIES, names, np.repeat(np.arange(len(series), dtype=np.int32), table.rows))
    values = _concatenate_texts(series)

    def heading(row: int, column: Column) -> str:
        return names[row // table.rows] if column is values else column.name

    return replace(
        table,
        columns=(times, ids, values),
        rows=table.rows * len(series),
        line=lambda row: table.line(row % table.rows),
        heading=heading,
    )


def _concatenate_texts(series: list[Column]) -> Column:
    """The texts of all series in one column; each distinct text is stored once."""
    numbering: dict[str, int] = {}
    codes = []
    for column in series:
        new_codes = np.array([numbering.setdefault(text, len(numbering)) for text in column.texts], np.int32)
        codes.append(new_codes[column.codes])
    return Column("", list(numbering), np.concatenate(codes))
