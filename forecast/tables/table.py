"""Columns of text as they stand in the data, each distinct text held once."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.errors import DataError
from forecast.phrases import listed
from forecast.tables.columns import CellError, Column

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of one length, and the way back from a row to its place in the data."""

    source: str
    columns: tuple[Column, ...]
    rows: int
    place: Callable[[int], str]
    """"line 19" for a row, counted from 0."""
    delimiter: str = ","
    """What parts the fields; "," for tables that never were text."""
    repairs: tuple[str, ...] = ()
    heading: Callable[[int, Column], str] = lambda _row, column: column.name
    """The name in the data of the column that a row's field stands in."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of all columns, from left to right."""
        return tuple(column.name for column in self.columns)

    def named(self, name: str) -> Column:
        """The column of that name; else an error with the nearest one."""
        for column in self.columns:
            if column.name == name:
                return column
        near = difflib.get_close_matches(name.lower(), [known.lower() for known in self.names], n=1)
        meant = [known for known in self.names if near and known.lower() == near[0]]
        hint = f'did you mean "{meant[0]}"? ' if meant else ""
        raise DataError(
            f'there is no column "{name}"',
            where=self.source,
            hint=f"{hint}it has {listed(self.names, most=20)}",
        )

    def without(self, *taken: Column | None) -> list[Column]:
        """The other columns."""
        return [column for column in self.columns if not any(column is other for other in taken)]

    def where(self, row: int, column: Column | None = None) -> str:
        """The place of a row, or of a field in it, for an error: 'harvest.csv, line 19, column "tons"'."""
        place = f"{self.source}, {self.place(row)}"
        return place if column is None else f'{place}, column "{self.heading(row, column)}"'

    def refusal(self, column: Column, bad: CellError) -> DataError:
        """The error for a text of `column`, naming the first row that holds it."""
        row = int(np.argmax(column.codes == bad.index))
        return DataError(bad.message, where=self.where(row, column), hint=bad.hint)
