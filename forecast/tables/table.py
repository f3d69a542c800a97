"""Columns of text as the data have them, and the numbers and times in them."""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import Flags
from forecast.errors import DataError
from forecast.phrases import JOINER, listed
from forecast.spec.reading import Notation
from forecast.tables import date_formats, dates, numbers, time_parts
from forecast.tables.columns import CellError, Column, joined_column
from forecast.tables.dates import ParsedTimes
from forecast.tables.numbers import Numbers

FIRST_MOMENT = np.datetime64("0001-01-01", "s")


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equal length, with the line of each row in the data."""

    source: str
    """The name of the source in messages: "harvest.csv", "standard input"."""
    columns: tuple[Column, ...]
    rows: int
    line: Callable[[int], str]
    """Where a row, counted from 0, is in the data: "line 19" of a file, "row 19" of a frame."""
    delimiter: str = ","
    """The field separator; "," for frames and Parquet files."""
    repairs: tuple[str, ...] = ()
    heading: Callable[[int, Column], str] = lambda _row, column: column.name
    """The name, in the data, of the column that holds a row's field."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns, from left to right."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of this name, or several as one; a `DataError` that suggests the most similar name.

        Names joined by `JOINER` are those of several columns.
        """
        for column in self.columns:
            if column.name == name:
                return column
        if JOINER in name:
            return joined_column([self.column(part) for part in name.split(JOINER)])
        similar = difflib.get_close_matches(name.lower(), [known.lower() for known in self.names], n=1)
        meant = [known for known in self.names if similar and known.lower() == similar[0]]
        hint = f'did you mean "{meant[0]}"? ' if meant else ""
        raise DataError(
            f'there is no column "{name}"',
            where=self.source,
            hint=f"{hint}it has {listed(self.names, most=20)}",
        )

    def without(self, *excluded: Column | None) -> list[Column]:
        """The other columns; those of a joined one are excluded with it."""
        names = {name for column in excluded if column is not None for name in column.name.split(JOINER)}
        return [column for column in self.columns if column.name not in names]

    def repaired(self, sentence: str) -> "Table":
        """The same, with one more sentence about what was done to it."""
        return replace(self, repairs=(*self.repairs, sentence))

    def select(self, keep: Flags) -> "Table":
        """The rows where `keep`, (rows,), is true; each is still at its line in the data."""
        if keep.all():
            return self
        kept = np.flatnonzero(keep)
        columns = tuple(column.select(keep) for column in self.columns)

        def heading(row: int, column: Column) -> str:
            pairs = zip(self.columns, columns, strict=True)
            return self.heading(int(kept[row]), next((old for old, new in pairs if new is column), column))

        return replace(
            self,
            columns=columns,
            rows=len(kept),
            line=lambda row: self.line(int(kept[row])),
            heading=heading,
        )

    def numbers(self, column: Column, notation: Notation) -> Numbers:
        """The numbers in the texts of a column, NaN where missing; a `DataError` for any other text."""
        try:
            return numbers.parse(column.texts, notation, delimiter=self.delimiter)
        except CellError as error:
            separator = "" if len(self.columns) > 1 else _undetected_separator(column)
            if separator:
                error.hint = f'if "{separator}" separates the fields, use --delimiter "{separator}"'
            raise self.refusal(column, error) from None

    def times(
        self,
        column: Column,
        date_format: str | None = None,
        *,
        integer_steps: bool = False,
        day_first: bool | None = None,
    ) -> ParsedTimes:
        """The times in the texts of a column; a `DataError` for a text that is no time.

        The format is detected where `date_format` is None. With `integer_steps`, integers are
        plain counters even if they look like dates.
        """
        try:
            texts = self.time_texts(column, separate=date_format is not None)
            if date_format is not None:
                parsed = date_formats.parse(texts, date_format)
            else:
                named_week = time_parts.names_week(column.name)
                parsed = dates.parse(
                    texts, integer_steps=integer_steps, named_week=named_week, day_first=day_first
                )
            _refuse_year_zero(column, parsed)
        except CellError as error:
            raise self.refusal(column, error) from None
        return parsed

    def time_texts(self, column: Column, *, separate: bool = False) -> list[str]:
        """The texts of a column of times; those of several columns as one time, or side by side."""
        if JOINER not in column.name:
            return column.texts
        rows = [text.split(JOINER) for text in column.texts]
        if separate:
            return [" ".join(parts) for parts in rows]
        names = column.name.split(JOINER)
        parts = [
            time_parts.part_of(name, texts)
            for name, texts in zip(names, zip(*rows, strict=True), strict=True)
        ]
        return time_parts.join(parts, rows)

    def where(self, row: int, column: Column | None = None) -> str:
        """The location of a row, or of a field in it, for an error: 'harvest.csv, line 19, column "tons"'."""
        location = f"{self.source}, {self.line(row)}"
        return location if column is None else f'{location}, column "{self.heading(row, column)}"'

    def refusal(self, column: Column, error: CellError) -> DataError:
        """The error for a text of `column`, located at the first row that holds this text."""
        row = int(np.argmax(column.codes == error.index))
        return DataError(error.message, where=self.where(row, column), hint=error.hint)


def _refuse_year_zero(column: Column, parsed: ParsedTimes) -> None:
    """Refuse times before the year 1, such as 0000-00-00 and 0000 for a missing one."""
    if parsed.form == "integer":
        early = [index for index, text in enumerate(column.texts) if text.strip() == "0000"]
    else:
        early = np.flatnonzero(parsed.times < FIRST_MOMENT).tolist()
    if early:
        index = early[0]
        hint = "years are 1 to 9999; correct it, or remove the row"
        raise CellError(index, f'"{column.texts[index]}" is in the year 0', hint=hint)


def _undetected_separator(column: Column) -> str:
    """What may separate the fields of a file that was read as one column; "" for nothing.

    It is the first character that every row contains as often as the header does.
    """
    marks: list[str] = re.findall(r"[^\w\s.,+-]|\s", column.name)
    for mark in dict.fromkeys(marks):
        if all(text.count(mark) == column.name.count(mark) for text in column.texts):
            return mark
    return ""
