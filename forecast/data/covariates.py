"""What stands beside a panel's target: as a network reads it, ahead of the target, to be filled in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import Floats, Integers, slices

Texts = tuple[str, ...]


def recode(places: Floats, texts: Texts, into: dict[str, int], *, other: float = np.nan) -> Floats:
    """Places among `texts` as those that `into` gives them; `other` for what it lacks and what is missing."""
    codes = np.array([*(into.get(text, other) for text in texts), other], dtype=np.float64)
    return codes[np.where(np.isnan(places), len(texts), places).astype(np.int64)]


def align(values: Floats, bounds: Integers, wider: Integers) -> Floats:
    """Rows of series cut at `bounds` with NaN behind each, so that they are cut at `wider`."""
    lengths = np.diff(bounds)
    found = np.full((wider[-1], values.shape[1]), np.nan)
    found[np.repeat(wider[:-1] - bounds[:-1], lengths) + np.arange(bounds[-1])] = values
    return found


def as_columns(columns: Sequence[Floats], rows: int) -> Floats:
    """(rows, columns), also where there is no column."""
    return np.stack(columns, axis=1) if columns else np.empty((rows, 0))


@dataclass(frozen=True, slots=True)
class Covariates:
    """The columns beside the target, in the order past, known, static; texts as places in a vocabulary.

    Known columns go on behind the last row of their series: what is known ahead.
    """

    past: Floats
    """(rows, past columns), row for row with the panel."""
    known: Floats
    """(known rows, known columns); each series starts with its first row of the panel."""
    known_bounds: Integers
    """(series + 1,) first known row of each series, and their number."""
    static: Floats
    """(series, static columns)"""
    vocabularies: tuple[tuple[str, ...], ...]
    """The texts of each column; () for a column of numbers. NaN stands for what is not known."""

    def rows(self, taken: Integers, first: Integers) -> "Covariates":
        """Past rows `taken`, and the known ones from row `first[i]` of each series on."""
        bounds, behind = slices(self.known_bounds[:-1] + first, np.diff(self.known_bounds) - first)
        return replace(self, past=self.past[taken], known=self.known[behind], known_bounds=bounds)

    def select(self, chosen: Integers, taken: Integers) -> "Covariates":
        """The series at these positions; `taken` are their rows."""
        counts = np.diff(self.known_bounds)[chosen]
        bounds, behind = slices(self.known_bounds[:-1][chosen], counts)
        return replace(
            self,
            past=self.past[taken],
            known=self.known[behind],
            known_bounds=bounds,
            static=self.static[chosen],
        )

    def held(self, bounds: Integers, steps: int) -> "Covariates":
        """With `steps` more past rows behind each series of these bounds, the last one repeated."""
        ends = np.repeat(bounds[1:], steps)
        return replace(self, past=np.insert(self.past, ends, self.past[ends - 1], axis=0))
