"""One column of text; each distinct text is stored once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Flags
from forecast.phrases import JOINER

Guess = tuple[str, str, str]
"""What was decided by what the data look like: role, decision, reason."""


class CellError(Exception):
    """One text of a column cannot be read; `Table.refusal` turns it into a `DataError`."""

    def __init__(self, index: int, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.index = index
        """Position in the column's texts."""
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Column:
    """One column: row `r` holds `texts[codes[r]]`."""

    name: str
    texts: list[str]
    """Distinct texts in order of first appearance, byte for byte as in the data."""
    codes: NDArray[np.int32]
    """(rows,) indices into `texts`."""

    def select(self, keep: Flags) -> "Column":
        """The rows where `keep`, (rows,), is true; a text that only other rows hold is gone."""
        codes = self.codes[keep]
        used, first = np.unique(codes, return_index=True)
        used = used[np.argsort(first)]
        new_codes = np.zeros(len(self.texts), dtype=np.int32)
        new_codes[used] = np.arange(len(used), dtype=np.int32)
        return Column(self.name, [self.texts[code] for code in used.tolist()], new_codes[codes])


def joined_column(columns: Sequence[Column]) -> Column:
    """Several columns as one: names, and texts of each row, joined by `JOINER`."""
    joined = columns[0]
    for column in columns[1:]:
        pairs = joined.codes.astype(np.int64) * len(column.texts) + column.codes
        distinct, first, inverse = np.unique(pairs, return_index=True, return_inverse=True)
        order = np.argsort(first)  # in order of first appearance, as the texts of all columns are
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        halves = zip(*np.divmod(distinct[order], len(column.texts)), strict=True)
        texts = [joined.texts[one] + JOINER + _one_part(column.texts[other]) for one, other in halves]
        joined = Column(f"{joined.name}{JOINER}{column.name}", texts, rank[inverse].astype(np.int32))
    return joined


def _one_part(text: str) -> str:
    return text.replace(JOINER, " ")
