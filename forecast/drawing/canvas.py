"""A canvas of dots in the cells of a terminal: each braille character has 2 x 4 of them."""

from typing import Literal

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers
from forecast.drawing.chart import Ink

Glyphs = Literal["braille", "ascii"]

_BRAILLE = 0x2800
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""The bit of each dot of a braille character, (4, 2)."""

_ASCII: dict[Ink, str] = {
    "wide interval": ".",
    "interval": ":",
    "filled": "-",
    "reference": "-",
    "history": "*",
    "actual": "x",
    "training": "*",
    "validation": "o",
    "forecast": "o",
}

ORDER: tuple[Ink, ...] = (
    "wide interval",
    "interval",
    "filled",
    "reference",
    "history",
    "training",
    "validation",
    "actual",
    "forecast",
)
"""What lies above what, the lowest first."""

_DOTTED: tuple[Ink, ...] = ("filled", "reference")
"""Lines of which every third dot is drawn."""

_BANDS = 2
"""How many of `ORDER` are areas: a cell with a line shows none of their dots, so that the line is sharp."""


class Canvas:
    """Lines and areas on `width` x `height` cells, and what each cell shows of them."""

    def __init__(self, width: int, height: int, glyphs: Glyphs) -> None:
        self.width, self.height = width, height
        self._glyphs = glyphs
        self._per_cell = (4, 2) if glyphs == "braille" else (1, 1)
        self.rows, self.columns = height * self._per_cell[0], width * self._per_cell[1]
        self._dots = {ink: np.zeros((self.rows, self.columns), dtype=bool) for ink in ORDER}

    def line(self, ink: Ink, x: Floats, y: Floats) -> None:
        """Join points by lines; `x` and `y` are from 0 to 1, from the left and from below, NaN a gap."""
        column, row = x * (self.columns - 1), (1 - y) * (self.rows - 1)
        known = np.isfinite(row)
        joined = known[:-1] & known[1:]
        alone = known & ~np.append(joined, False) & ~np.insert(joined, 0, False)
        starts, steps = np.flatnonzero(joined), np.array([np.diff(column), np.diff(row)])
        # So many dots for each line that none is left out between two of them.
        counts = np.ceil(np.abs(steps[:, starts]).max(axis=0, initial=0)).astype(np.int64) + 1
        which = np.repeat(starts, counts)
        part = _positions(counts) / np.repeat(np.maximum(counts - 1, 1), counts)
        across, down = column[which] + part * steps[0, which], row[which] + part * steps[1, which]
        dotted = slice(None, None, 3 if ink in _DOTTED else 1)
        self._set(ink, across[dotted], down[dotted])
        self._set(ink, column[alone], row[alone])
        if self._glyphs == "braille":  # a single dot is hardly seen
            for right, down in ((1, 0), (0, 1), (1, 1)):
                self._set(ink, column[alone] + right, row[alone] + down)

    def area(self, ink: Ink, x: Floats, lower: Floats, upper: Floats) -> None:
        """Fill between two curves with every second dot; `x` ascends."""
        known = np.isfinite(lower) & np.isfinite(upper)
        if not known.any():
            return
        x, lower, upper = x[known], lower[known], upper[known]
        columns = np.arange(np.rint(x[0] * (self.columns - 1)), np.rint(x[-1] * (self.columns - 1)) + 1)
        at = columns / max(self.columns - 1, 1)
        top, bottom = (
            np.clip((1 - np.interp(at, x, bound)) * (self.rows - 1), -1, self.rows)
            for bound in (upper, lower)
        )
        rows = np.arange(self.rows)[:, None]
        inside = (rows >= np.rint(top)) & (rows <= np.rint(bottom))
        if self._glyphs == "braille":
            spread = 2 if ink == "interval" else 4
            inside &= (rows + 2 * (columns.astype(np.int64) % spread)) % spread == 0
        self._dots[ink][:, columns.astype(np.int64)] |= inside

    def cells(self) -> tuple[list[list[str]], Integers]:
        """The character of each cell, and which of `ORDER` it has the colour of; -1 for an empty one."""
        ink: Integers = np.full((self.height, self.width), -1)
        bits: Integers = np.zeros((self.height, self.width), dtype=np.int64)
        for index, name in enumerate(ORDER):
            dots = self._blocks(self._dots[name])
            some = dots.any(axis=(1, 3))
            mine = (dots * _BITS[None, :, None]).sum(axis=(1, 3)) if self._glyphs == "braille" else some * 1
            keep = (ink >= _BANDS) if index >= _BANDS else np.zeros_like(some)
            bits = np.where(some, np.where(keep, bits | mine, mine), bits)
            ink[some] = index
        if self._glyphs == "braille":
            return [[chr(_BRAILLE + bit) if bit else " " for bit in row] for row in bits.tolist()], ink
        signs = [_ASCII[name] for name in ORDER]
        return [[signs[index] if index >= 0 else " " for index in row] for row in ink.tolist()], ink

    def _blocks(self, dots: Flags) -> Flags:
        """The dots as (height, rows of a cell, width, columns of a cell)."""
        down, right = self._per_cell
        return dots.reshape(self.height, down, self.width, right)

    def _set(self, ink: Ink, column: Floats, row: Floats) -> None:
        columns, rows = np.rint(column).astype(np.int64), np.rint(row).astype(np.int64)
        there = (columns >= 0) & (columns < self.columns) & (rows >= 0) & (rows < self.rows)
        self._dots[ink][rows[there], columns[there]] = True


def _positions(counts: Integers) -> Integers:
    """0, 1, ... for each of several counts, one after another."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
