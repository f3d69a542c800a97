"""The notations of files whose texts are put together: what one file means by a text, all must mean."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from forecast.data.arrays import Floats, Times
from forecast.errors import DataError
from forecast.spec.reading import Notation
from forecast.tables import date_formats, dates, numbers
from forecast.tables.columns import CellError

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS, _TEXTS = 20_000, 2_000
"""Rows of a file, and texts of a column, that are looked at."""


@dataclass(slots=True)
class Notations:
    """Some texts of each column of the files so far, and the file that they started with."""

    notation: Notation
    _texts: dict[str, list[str]] = field(default_factory=dict)
    _first: str = ""

    def add(self, block: "pa.Table", file: str) -> None:
        """Look at the first rows of another file.

        A `DataError` where numbers or times can be read in it alone, and in the others, but together cannot
        be, or mean something else: decimal commas beside points, days before months and after.
        """
        from pyarrow import types

        for name in block.column_names:
            column = block.column(name).slice(0, _ROWS)
            if types.is_string(column.type):
                texts = [text for text in column.unique().to_pylist() if text][:_TEXTS]
                known = self._texts.setdefault(name, [])
                if known and self._differ(known, texts):
                    raise DataError(
                        f'column "{name}" is written otherwise than in {self._first}: {texts[0]}',
                        where=file,
                        hint="write numbers and dates as in the other files, or leave it out",
                    )
                known += texts[: max(_TEXTS - len(known), 0)]
        self._first = self._first or file

    def _differ(self, known: Sequence[str], texts: Sequence[str]) -> bool:
        """Whether the texts, read with others, are no longer what they are alone."""
        for read in (self._numbers, self._times):
            one, other = read(list(known)), read(list(texts))
            if one is not None and other is not None:
                both = read([*known, *texts])
                return both is None or [*map(str, both)] != [*map(str, one), *map(str, other)]
        return False

    def _numbers(self, texts: list[str]) -> Floats | None:
        try:
            return numbers.parse(texts, self.notation).values
        except CellError:
            return None

    def _times(self, texts: list[str]) -> Times | None:
        if dates.kind_of(texts) != "dates":
            return None
        format = self.notation.date_format
        try:
            return (dates.parse(texts) if format is None else date_formats.parse(texts, format)).times
        except CellError:
            return None
