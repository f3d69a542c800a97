"""Many series in one float64 array, with row boundaries, never copied to be sliced."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers, Times, row_positions, slices
from forecast.data.covariates import Covariates
from forecast.data.frequency import Frequency
from forecast.spec.reading import Columns, Target


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a panel, as views of the panel's arrays."""

    id: str
    times: Times
    values: Floats
    observed: Flags


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
    seasons: Integers
    """(series,) rows in a period of each series; 1 is no season."""
    interpolated: bool = False
    """Some fills lie between the numbers on both sides: they know the row after them."""
    covariates: Covariates | None = None
    """None where no column beside the target is read."""
    target: Target = field(default_factory=Target)
    """What the values are: numbers, or indices of its classes."""

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
    def last_values(self) -> Floats:
        """(series,) the newest value of each series; every series must have a row."""
        return self.values[self.bounds[1:] - 1]

    def in_season(self, season: int | None) -> "Panel":
        """The panel with this season in every series; with None as it is."""
        return self if season is None else replace(self, seasons=np.full(len(self), season))

    def rows(self, first: Integers, count: Integers) -> "Panel":
        """The `count[i]` rows of each series from its row `first[i]` on; may leave series empty."""
        bounds, taken = slices(self.bounds[:-1] + first, count)
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
        bounds, taken = slices(self.bounds[:-1][chosen], lengths)
        return replace(
            self,
            ids=tuple(self.ids[index] for index in chosen),
            times=self.times[taken],
            values=self.values[taken],
            observed=self.observed[taken],
            bounds=bounds,
            covariates=self.covariates and self.covariates.select(chosen, taken),
            seasons=self.seasons[chosen],
        )


def held(values: Floats, observed: Flags, bounds: Integers) -> Floats:
    """The values with each series' last number in the rows behind it, where these are fills."""
    last = bounds[1:][bounds[1:] > bounds[:-1]] - 1
    if observed[last].all():
        return values
    rows = np.arange(len(values))
    newest = np.maximum.accumulate(np.where(observed, rows, 0))
    ends = np.repeat(newest[last], np.diff(bounds)[np.diff(bounds) > 0])
    return np.asarray(values[np.minimum(rows, ends)])


def data_sha256(panel: Panel) -> str:
    """The digest of all that a panel's series hold, and of the columns beside them."""
    arrays = [panel.bounds, panel.times.astype(np.int64), panel.values]
    texts = [*panel.ids]
    if panel.columns.season is not None:
        arrays.append(panel.seasons)
    if panel.covariates is not None:
        beside = panel.covariates
        arrays += [beside.past, beside.known, beside.known_bounds, beside.static]
        texts += [text for vocabulary in beside.vocabularies for text in ("", *vocabulary)]
    texts += panel.target.classes
    digest = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogateescape"))
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def ends(panel: Panel) -> tuple[str, str]:
    """The oldest and the newest time of a panel, as the data writes them."""
    first, last = panel.frequency.text(np.array([panel.times.min(), panel.times.max()]))
    return first, last


def history(panel: Panel, bounds: Integers) -> Integers:
    """(rows,) where each row of the panel stands among rows cut at `bounds`, which go on behind its ends."""
    return np.asarray(np.repeat(bounds[:-1], panel.lengths) + row_positions(panel.bounds))
