"""Probabilities of classes, one above the other: a class that is known has all of its row."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from forecast.data.arrays import Floats, Integers

ClassInk = Literal[
    "class 1", "class 2", "class 3", "class 4", "class 5", "class 6", "class 7", "other classes"
]
"""What the parts of classes are drawn in, from below."""

CLASS_INKS: tuple[ClassInk, ...] = get_args(ClassInk)

_STRIP = (-0.16, -0.07)
"""Where the classes that came are, below the probabilities, which are from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Probabilities of a few classes in consecutive rows."""

    names: tuple[str, ...]
    """Of the classes, from below."""
    x: Floats
    """(rows,) positions on the axis, ascending."""
    parts: Floats
    """(rows, classes) adding up to 1; NaN for a row of which nothing is known."""
    actual: Floats | None = None
    """(rows, classes) 1 for the class that came, beside its probabilities; NaN where none is known."""
    past: int = 0
    """First rows that are history: they are drawn faintly."""

    @property
    def edges(self) -> Floats:
        """(rows + 1,) where the rows begin and end: half way between two."""
        middle = (self.x[1:] + self.x[:-1]) / 2
        if not len(middle):
            return np.array([self.x[0] - 0.5, self.x[0] + 0.5])
        return np.concatenate([[2 * self.x[0] - middle[0]], middle, [2 * self.x[-1] - middle[-1]]])

    @property
    def inks(self) -> tuple[ClassInk, ...]:
        """What each class is drawn in."""
        return CLASS_INKS[: len(self.names)]

    @property
    def y_range(self) -> tuple[float, float]:
        """0 to 1, with the strip of classes that came below it, if there is one."""
        return (0.0 if self.actual is None else _STRIP[0]), 1.0

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Labels of the axis."""
        marks = [(0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")]
        return marks if self.actual is None else [(sum(_STRIP) / 2, "actual"), *marks]

    def binned(self, most: int) -> "Shares":
        """The same with at most so many rows: means of those beside each other."""
        rows = len(self.x)
        if rows <= most:
            return self
        starts = np.arange(most) * rows // most
        counts = np.diff(np.append(starts, rows))

        def means(values: Floats) -> Floats:
            known = np.isfinite(values)
            sums = np.add.reduceat(np.where(known, values, 0.0), starts, axis=0)
            some = np.add.reduceat(known.astype(np.int64), starts, axis=0)
            return np.where(some > 0, sums / np.maximum(some, 1), np.nan)

        x = np.add.reduceat(self.x, starts) / counts
        actual = None if self.actual is None else means(self.actual)
        past = int(np.searchsorted(starts, self.past))
        return replace(self, x=x, parts=means(self.parts), actual=actual, past=past)

    def across(self, columns: int) -> "Shares":
        """The rows as they are seen in columns of one width, the mean of all that begin in a column."""
        edges = self.edges
        at = edges[0] + (edges[-1] - edges[0]) * (np.arange(columns) + 0.5) / columns
        some = self.binned(columns)
        rows = np.clip(np.searchsorted(some.edges, at, side="right") - 1, 0, len(some.x) - 1)
        actual = None if some.actual is None else some.actual[rows]
        past = int(np.searchsorted(rows, some.past))
        return Shares(self.names, at, some.parts[rows], actual, past)

    def areas(self, *, most: int) -> "list[Part]":
        """The runs of rows in which a class has a part, as areas; the history first."""
        some = self.binned(most)
        past, edges, between = some.past, some.edges, (0.0, 1.0)
        found = _areas(some.parts[:past], edges[: past + 1], some.inks, between, faint=True)
        found += _areas(some.parts[past:], edges[past:], some.inks, between)
        if some.actual is not None:
            known = np.isfinite(some.actual)
            often = np.where(known, some.actual, 0.0).argmax(axis=1)
            came = np.where(known, np.eye(len(some.names))[often], np.nan)
            found += _areas(came, some.edges, some.inks, _STRIP)
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """What one class has of some rows beside each other."""

    ink: ClassInk
    x: Floats
    lower: Floats
    upper: Floats
    faint: bool


def few(
    names: tuple[str, ...],
    x: Floats,
    parts: Floats,
    actual: Floats | None = None,
    *,
    kept: Integers,
    past: int = 0,
) -> Shares:
    """The shares of the classes `kept`, as indices, and of all others together."""
    if len(kept) == len(names):
        return Shares(names, x, parts, actual, past)
    others = np.setdiff1d(np.arange(len(names)), kept)

    def together(values: Floats) -> Floats:
        rest = values[:, others].sum(axis=1, keepdims=True)
        return np.concatenate([values[:, kept], rest], axis=1)

    shown = (*(names[index] for index in kept.tolist()), f"{len(others)} others")
    return Shares(shown, x, together(parts), None if actual is None else together(actual), past)


def likeliest(parts: Floats) -> Integers:
    """Indices, in their order, of the classes that have a part of their own in a picture of `parts`."""
    if parts.shape[1] <= len(CLASS_INKS):
        return np.arange(parts.shape[1])
    weight = np.nansum(parts, axis=0)
    return np.sort(np.argsort(-weight, kind="stable")[: len(CLASS_INKS) - 1])


def _areas(
    parts: Floats,
    edges: Floats,
    inks: tuple[ClassInk, ...],
    between: tuple[float, float],
    *,
    faint: bool = False,
) -> list[Part]:
    bottom, top = between
    upper = bottom + (top - bottom) * np.cumsum(parts, axis=1)
    lower = np.concatenate([np.full((len(parts), 1), bottom), upper[:, :-1]], axis=1)
    found = []
    for index, ink in enumerate(inks):
        there = upper[:, index] > lower[:, index]
        changes = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(np.int8)))
        for start, end in zip(changes[::2].tolist(), changes[1::2].tolist(), strict=True):
            x = np.repeat(edges[start : end + 1], 2)[1:-1]
            low, high = (np.repeat(bound[start:end, index], 2) for bound in (lower, upper))
            found.append(Part(ink, x, low, high, faint))
    return found
