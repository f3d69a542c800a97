"""Shares of classes in the cells of a terminal: blocks in colours, or letters where there are none."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from forecast.data.arrays import Floats, Integers
from forecast.drawing.shares import CLASS_INKS, ClassInk, Shares

MANY: dict[ClassInk, int] = dict(zip(CLASS_INKS, (32, 214, 36, 175, 74, 166, 227, 245), strict=True))
"""Of 256 colours."""

FEW: dict[ClassInk, int] = dict(zip(CLASS_INKS, (4, 3, 2, 5, 6, 1, 7, 0), strict=True))
"""Of 8."""

Cell = tuple[int, int, str]
"""The class below, the class above it or -1 for none, and the block that shows how much is the lower one's.

Without a class, -1, only the sign.
"""

_BLOCKS = " ▁▂▃▄▅▆▇█"
_HALF = 4

_LEAST = 6
"""Rows of cells from which the strip of classes that came has a line of space above it."""


def rows_of(shares: Shares, width: int, height: int) -> tuple[list[list[Cell]], dict[int, str]]:
    """The cells of `height` rows, and the labels of some."""
    seen = shares.across(width)
    strip = 0 if seen.actual is None else 2 if height >= _LEAST else 1
    tall = height - strip
    rows = [
        [_faint(cell) if column < seen.past else cell for column, cell in enumerate(row)]
        for row in _stacked(seen.parts, tall)
    ]
    labels = {0: "100 %", (tall - 1) // 2: "50 %", tall - 1: "0 %"}
    if tall < 3:
        labels = {0: "100 %"}
    if seen.actual is not None:
        known = np.isfinite(seen.actual).all(axis=1)
        came = np.where(known, np.where(np.isfinite(seen.actual), seen.actual, 0.0).argmax(axis=1), -1)
        rows += [[(-1, -1, " ")] * width] * (strip - 1)
        rows.append([(each, -1, "█" if each >= 0 else " ") for each in came.tolist()])
        labels[height - 1] = "actual"
    return rows, labels


def _faint(cell: Cell) -> Cell:
    """A cell of the history: shaded, in the colour of the class that has most of it."""
    return cell if cell[0] < 0 else (_most(cell), -1, "▒")


def _most(cell: Cell) -> int:
    """The class that has most of a cell."""
    below, above, block = cell
    return below if above < 0 or _BLOCKS.index(block) >= _HALF else above


def _stacked(parts: Floats, height: int) -> list[list[Cell]]:
    """The two classes that have most of each cell, and how much of it is the lower one's."""
    upper = height * np.cumsum(np.nan_to_num(parts), axis=1)
    lower = np.concatenate([np.zeros((len(parts), 1)), upper[:, :-1]], axis=1)
    floors = np.arange(height - 1, -1, -1.0)[:, None, None]
    cover = np.clip(np.minimum(upper, floors + 1) - np.maximum(lower, floors), 0.0, 1.0)
    two: Integers = np.sort(np.argsort(-cover, axis=2, kind="stable")[:, :, :2], axis=2)
    sizes = np.take_along_axis(cover, two, axis=2)
    total = sizes.sum(axis=2)
    eighths = np.rint(8 * sizes[:, :, 0] / np.where(total > 0, total, 1.0)).astype(np.int64)
    rows: list[list[Cell]] = []
    for row in range(height):
        cells: list[Cell] = []
        for (below, above), count, some in zip(
            two[row].tolist(), eighths[row].tolist(), total[row].tolist(), strict=True
        ):
            if some <= 0:
                cells.append((-1, -1, " "))
            elif count in (0, 8):
                cells.append((below if count else above, -1, "█"))
            else:
                cells.append((below, above, _BLOCKS[count]))
        rows.append(cells)
    return rows


def colored(cells: Sequence[Cell], colors: int) -> str:
    """Cells in 256 or 16 colours."""
    palette, own, behind = (MANY, "38;5;{}", "48;5;{}") if colors >= 256 else (FEW, "3{}", "4{}")
    parts = []
    for (below, above), group in groupby(cells, key=lambda cell: cell[:2]):
        text = "".join(cell[2] for cell in group)
        if below < 0:
            parts.append(text)
            continue
        styles = [own.format(palette[CLASS_INKS[below]])]
        if above >= 0:
            styles.append(behind.format(palette[CLASS_INKS[above]]))
        parts.append(f"\x1b[{';'.join(styles)}m{text}\x1b[0m")
    return "".join(parts)


def plain(cells: Sequence[Cell], letters: Sequence[str]) -> str:
    """Cells as letters, that of the class with the larger part."""
    return "".join(cell[2] if cell[0] < 0 else letters[_most(cell)] for cell in cells)


def letters_of(names: Sequence[str]) -> list[str]:
    """A letter of ASCII for each class, of its own name where that is free."""
    found: list[str] = []
    spare = "0123456789"
    for name in names:
        wanted = [sign for sign in name.lower() if sign.isascii() and sign.isalnum()]
        found.append(next(sign for sign in (*wanted, *spare) if sign not in found))
    return found
