"""Many series in one float64 array, with row boundaries, never copied to be sliced."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from forecast.data.frequency import Frequency
from forecast.reading.filling import held
from forecast.spec import OWN_SEASONS, Columns

Floats = NDArray[np.float64]
Times = NDArray[np.int64] | NDArray[np.datetime64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

LARGEST = 1e308
"""Size of the largest value there may be: what rounding adds to it is still a number."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a panel, as views of the panel's arrays."""

    id: str
    times: Times
    values: Floats
    observed: Flags


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
        bounds, behind = spans(self.known_bounds, first, np.diff(self.known_bounds) - first)
        return replace(self, past=self.past[taken], known=self.known[behind], known_bounds=bounds)

    def select(self, chosen: Integers, taken: Integers) -> "Covariates":
        """The series at these positions; `taken` are their rows."""
        counts = np.diff(self.known_bounds)[chosen]
        bounds = np.concatenate(([0], np.cumsum(counts)))
        behind = np.repeat(self.known_bounds[:-1][chosen] - bounds[:-1], counts) + np.arange(bounds[-1])
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


def spans(bounds: Integers, first: Integers, count: Integers) -> tuple[Integers, Integers]:
    """New bounds, and the rows taken: `count[i]` from row `first[i]` of each series on."""
    cut = np.concatenate(([0], np.cumsum(count)))
    return cut, np.repeat(bounds[:-1] + first - cut[:-1], count) + np.arange(cut[-1])


@dataclass(frozen=True, slots=True)
class Panel:
    """Series one behind the other, each sorted by time and regular: one row a step.

    Rows of series `i` are `bounds[i]:bounds[i + 1]`. Values lie within +-`LARGEST`; a row that
    was a gap or a missing value in the data holds a fill and is not `observed`.
    """

    ids: tuple[str, ...]
    """One text a series, byte for byte as in the data; ("",) for a file without an id column."""
    times: Times
    """(rows,) int64 for integer years and steps, datetime64[s] for dates (UTC where zoned)."""
    values: Floats
    """(rows,) float64, none of them NaN."""
    observed: Flags
    """(rows,) False where the value is a fill."""
    bounds: Integers
    """(series + 1,) first row of each series, and the number of rows."""
    columns: Columns
    """The names in the data; `series` is None for a file without an id column."""
    frequency: Frequency
    interpolated: bool = False
    """Some fills lie between the numbers on both sides: they know the row after them."""
    covariates: Covariates | None = None
    """None where no column beside the target is read."""
    classes: tuple[str, ...] = ()
    """What the target may be, where values are places among them; () for numbers."""
    own_seasons: Integers | None = None
    """(series,) rows in a period of each series; None where all have that of the frequency."""

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, index: int) -> Series:
        rows = slice(self.bounds[index], self.bounds[index + 1])
        return Series(self.ids[index], self.times[rows], self.values[rows], self.observed[rows])

    def __iter__(self) -> Iterator[Series]:
        return (self[index] for index in range(len(self)))

    @property
    def answerable(self) -> Flags:
        """(rows,) where the newest row of an example may stand: not on a fill that knows what comes."""
        return self.observed if self.interpolated else np.ones_like(self.observed)

    @property
    def lengths(self) -> Integers:
        """(series,) rows of each series."""
        return np.diff(self.bounds)

    @property
    def last_times(self) -> Times:
        """(series,) the newest time of each series; every series must have a row."""
        return self.times[self.bounds[1:] - 1]

    @property
    def seasons(self) -> Integers:
        """(series,) rows in a period of each series; 1 is no season."""
        return np.broadcast_to(np.asarray(self.season, dtype=np.int64), len(self))

    @property
    def season(self) -> int | Integers:
        """Rows in a period: one number for all series, or, (series,), that of each."""
        return self.frequency.season if self.own_seasons is None else self.own_seasons

    def in_season(self, season: int) -> "Panel":
        """The panel with this season in every series; with `OWN_SEASONS` as it is."""
        if season == OWN_SEASONS:
            return self
        return replace(self, frequency=replace(self.frequency, season=season), own_seasons=None)

    def rows(self, first: Integers, count: Integers) -> "Panel":
        """The `count[i]` rows of each series from its row `first[i]` on; may leave series empty."""
        bounds, taken = spans(self.bounds, first, count)
        return replace(
            self,
            times=self.times[taken],
            values=self.values[taken],
            observed=self.observed[taken],
            bounds=bounds,
            covariates=self.covariates and self.covariates.rows(taken, first),
        )

    def first(self, counts: Integers) -> "Panel":
        """The first `counts[i]` rows of each series: what was known then.

        A series that ends in interpolated rows is held at its last number.
        """
        known = self.rows(np.zeros_like(counts), counts)
        if not self.interpolated:
            return known
        return replace(known, values=held(known.values, known.observed, known.bounds))

    def tail(self, rows: int | Integers) -> "Panel":
        """At most the last `rows` rows of each series, one number for all or, (series,), for each."""
        count = np.minimum(self.lengths, rows)
        return self.rows(self.lengths - count, count)

    def extended(self, values: Floats) -> "Panel":
        """The panel with `values`, (series, steps), behind the end of its series, as if they had come."""
        series, steps = values.shape
        ends = np.repeat(self.bounds[1:], steps)
        new_times = self.frequency.after(self.last_times, steps).ravel()
        return replace(
            self,
            times=cast(Times, np.insert(self.times, ends, new_times)),
            values=np.insert(self.values, ends, values.ravel()),
            observed=np.insert(self.observed, ends, True),
            bounds=self.bounds + steps * np.arange(series + 1),
            covariates=self.covariates and self.covariates.held(self.bounds, steps),
        )

    def select(self, indices: Sequence[int] | Integers) -> "Panel":
        """The series at these positions, in this order."""
        chosen = np.asarray(indices, dtype=np.int64)
        lengths = self.lengths[chosen]
        bounds = np.concatenate(([0], np.cumsum(lengths)))
        taken = np.repeat(self.bounds[:-1][chosen] - bounds[:-1], lengths) + np.arange(bounds[-1])
        return replace(
            self,
            ids=tuple(self.ids[index] for index in chosen),
            times=self.times[taken],
            values=self.values[taken],
            observed=self.observed[taken],
            bounds=bounds,
            covariates=self.covariates and self.covariates.select(chosen, taken),
            own_seasons=None if self.own_seasons is None else self.own_seasons[chosen],
        )
