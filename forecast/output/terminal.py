"""Tables for the terminal: numbers rounded and aligned, text escaped, nothing truncated."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Flags
from forecast.data.digits import Digits
from forecast.data.results import ResultTable
from forecast.output.escape import escape

if TYPE_CHECKING:
    import rich.table

SIGNIFICANT = 4
"""Significant digits of the median number of a column."""

_COLOR = "bold magenta"
"""Of cells in colour: it can be read on a light terminal and on a dark one."""

_BETWEEN = 3
"""Columns of a terminal between two of a table."""

Column = NDArray[np.object_] | NDArray[np.float64] | NDArray[np.int64]


def texts(table: ResultTable, digits: Digits = "data") -> dict[str, list[str]]:
    """Each column as the strings to print, thousands with commas; a missing number is a dot."""
    return {escape(name): _texts(column, digits) for name, column in table.items()}


def is_number(column: Column) -> bool:
    """Whether a column holds numbers, which are aligned right.

    Integers of which some are missing are objects, as are times that are integers, of which none is.
    """
    if column.dtype.kind != "O":
        return column.dtype.kind in "fi"
    values: list[object] = column.tolist()
    return all(value is None or type(value) is int for value in values) and None in values


def rich_table(
    table: ResultTable, digits: Digits = "data", colored: Mapping[str, Flags] | None = None
) -> "rich.table.Table":
    """A Rich table in which no text is read as markup, and points of numbers are below each other.

    `colored` are the cells in colour, (rows,) of each column that has some.
    """
    from rich.box import SIMPLE_HEAD
    from rich.cells import cell_len
    from rich.table import Table as RichTable
    from rich.text import Text

    shown = RichTable(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    cells = texts(table, digits)
    for (name, column), printed in zip(table.items(), cells.values(), strict=True):
        right = is_number(column)
        shown.add_column(Text(escape(name)), justify="right" if right else "left", no_wrap=True)
        if right:
            printed[:] = _aligned(printed, cell_len(escape(name)))
    plain = np.zeros(len(next(iter(cells.values()), ())), dtype=bool)
    styles = [(colored or {}).get(name, plain) for name in table]
    for index, row in enumerate(zip(*cells.values(), strict=True)):
        # Cells of numbers fill their column: Rich strips the spaces at the end of what it aligns right.
        shown.add_row(
            *(
                Text(cell, justify="left", style=_COLOR if style[index] else "")
                for cell, style in zip(row, styles, strict=True)
            )
        )
    return shown


def width_of(table: ResultTable) -> int:
    """Columns of a terminal that `rich_table` takes."""
    from rich.cells import cell_len

    widths = []
    for (name, column), printed in zip(table.items(), texts(table).values(), strict=True):
        head = cell_len(escape(name))
        cells = _aligned(printed, head) if is_number(column) else printed
        widths.append(max([head, *map(cell_len, cells)]))
    return sum(widths) + _BETWEEN * (len(widths) - 1)


def _aligned(numbers: list[str], least: int) -> list[str]:
    """The numbers with spaces on both sides, so that their points are below each other."""
    heads = [len(number.partition(".")[0]) for number in numbers]
    after = max((len(number) - head for number, head in zip(numbers, heads, strict=True)), default=0)
    padded = [
        number + " " * (after - len(number) + head) for number, head in zip(numbers, heads, strict=True)
    ]
    width = max([least, *map(len, padded)])
    return [number.rjust(width) for number in padded]


def _texts(column: Column, digits: Digits) -> list[str]:
    if column.dtype.kind != "f" and is_number(column):
        return ["." if number is None else f"{number:,}" for number in column.tolist()]
    if column.dtype.kind != "f":
        return ["." if value is None else escape(str(value)) for value in column.tolist()]
    numbers = cast(list[float], column.tolist())
    if digits == "full":
        return ["." if math.isnan(number) else f"{number:,}" for number in numbers]
    shown = SIGNIFICANT if digits == "data" else digits
    decimals = _decimals([abs(number) for number in numbers if math.isfinite(number) and number], shown)
    return [_rounded(number, decimals, shown) for number in numbers]


def _decimals(sizes: list[float], shown: int) -> int:
    """Decimals that show so many digits of the median, at most 12."""
    if not sizes:
        return 0
    return min(max(shown - 1 - math.floor(float(np.median(np.log10(sizes)))), 0), 12)


def _rounded(number: float, decimals: int, shown: int) -> str:
    if math.isnan(number):
        return "."
    size = abs(number)
    if size >= 1e15 or 0 < size < 10.0 ** (1 - decimals):
        return f"{number:.{shown}g}"
    # Adding zero turns -0.0 into 0.0.
    return f"{round(number, decimals) + 0.0:,.{decimals}f}"
