"""Tables for the terminal: numbers rounded, text escaped, nothing truncated."""

import math
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from forecast.data.results import ResultTable
from forecast.output.escape import escape

if TYPE_CHECKING:
    import rich.table

SIGNIFICANT = 4
"""Significant digits of the median number of a column."""

Column = NDArray[np.object_] | NDArray[np.float64] | NDArray[np.int64]


def texts(table: ResultTable) -> dict[str, list[str]]:
    """Each column as the strings to print; a missing number is a dot."""
    return {escape(name): _texts(column) for name, column in table.items()}


def is_number(column: Column) -> bool:
    """Whether a column holds numbers, which are aligned right."""
    return column.dtype.kind in "fi"


def rich_table(table: ResultTable) -> "rich.table.Table":
    """A Rich table in which no text is read as markup."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as RichTable
    from rich.text import Text

    shown = RichTable(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for name, column in table.items():
        shown.add_column(Text(escape(name)), justify="right" if is_number(column) else "left", no_wrap=True)
    for row in zip(*texts(table).values(), strict=True):
        shown.add_row(*map(Text, row))
    return shown


def _texts(column: Column) -> list[str]:
    if column.dtype.kind != "f":
        return ["." if value is None else escape(str(value)) for value in column.tolist()]
    numbers = cast(list[float], column.tolist())
    decimals = _decimals([abs(number) for number in numbers if math.isfinite(number) and number])
    return [_rounded(number, decimals) for number in numbers]


def _decimals(sizes: list[float]) -> int:
    """Decimals that show `SIGNIFICANT` digits of the median, at most 12."""
    if not sizes:
        return 0
    return min(max(SIGNIFICANT - 1 - math.floor(float(np.median(np.log10(sizes)))), 0), 12)


def _rounded(number: float, decimals: int) -> str:
    if math.isnan(number):
        return "."
    size = abs(number)
    if size >= 1e15 or 0 < size < 10.0 ** (1 - decimals):
        return f"{number:.{SIGNIFICANT}g}"
    # Adding zero turns -0.0 into 0.0.
    return f"{round(number, decimals) + 0.0:.{decimals}f}"
