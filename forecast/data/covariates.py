"""The covariates of a panel."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import Floats, Integers, row_positions, slices

Vocabulary = tuple[str, ...]
"""The distinct texts of a column; its values are indices of these."""


def recode(codes: Floats, vocabulary: Vocabulary, into: dict[str, int], *, other: float = np.nan) -> Floats:
    """Indices of texts in `vocabulary` as the codes that `into` gives these texts.

    `other` for texts that it lacks and for missing values (NaN).
    """
    new = np.array([*(into.get(text, other) for text in vocabulary), other], dtype=np.float64)
    return new[np.where(np.isnan(codes), len(vocabulary), codes).astype(np.int64)]


def align(values: Floats, bounds: Integers, longer: Integers) -> Floats:
    """Rows of series with `bounds`, extended by rows of NaN at their ends to the bounds `longer`."""
    aligned = np.full((longer[-1], values.shape[1]), np.nan)
    aligned[np.repeat(longer[:-1], np.diff(bounds)) + row_positions(bounds)] = values
    return aligned


def as_columns(columns: Sequence[Floats], rows: int) -> Floats:
    """(rows, columns), also where there is no column."""
    return np.stack(columns, axis=1) if columns else np.empty((rows, 0))


@dataclass(frozen=True, slots=True)
class Covariates:
    """The covariates of a panel, in the order past, known, static.

    A categorical column holds indices of its vocabulary; NaN is a missing value. Known covariates may
    extend beyond the last row of their series, into the future.
    """

    past: Floats
    """(rows, past columns) for the rows of the panel."""
    known: Floats
    """(known rows, known columns); each series starts with its first row in the panel."""
    known_bounds: Integers
    """(series + 1,) bounds of the known rows."""
    static: Floats
    """(series, static columns)"""
    vocabularies: tuple[Vocabulary, ...]
    """The texts of each column; () for a column of numbers."""

    def rows(self, rows: Integers, first: Integers) -> "Covariates":
        """These rows of the past ones, and the known ones of each series from its row `first[i]` on."""
        bounds, known = slices(self.known_bounds[:-1] + first, np.diff(self.known_bounds) - first)
        return replace(self, past=self.past[rows], known=self.known[known], known_bounds=bounds)

    def select(self, series: Integers, rows: Integers) -> "Covariates":
        """The series at these indices; `rows` are the indices of their rows."""
        bounds, known = slices(self.known_bounds[:-1][series], np.diff(self.known_bounds)[series])
        return replace(
            self,
            past=self.past[rows],
            known=self.known[known],
            known_bounds=bounds,
            static=self.static[series],
        )

    def extended(self, bounds: Integers, steps: int) -> "Covariates":
        """With `steps` more past rows after the end of each series, which repeat its last one.

        `bounds` are those of the panel.
        """
        ends = np.repeat(bounds[1:], steps)
        return replace(self, past=np.insert(self.past, ends, self.past[ends - 1], axis=0))
