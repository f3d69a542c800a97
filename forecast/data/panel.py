"""A panel: many series in one array, with row boundaries.

>>> panel = Panel(
...     ids=("north", "south"),
...     times=np.array([2021, 2022, 2023, 2022, 2023]),
...     values=np.array([1.0, 2.0, 4.0, 7.0, 5.0]),
...     observed=np.ones(5, dtype=bool),
...     bounds=np.array([0, 3, 5]),
...     columns=Columns(target="sales", time="year", series="region"),
...     frequency=Frequency("year", form="integer"),
...     seasons=np.array([1, 1]),
... )
>>> panel
Panel of 2 series, 5 rows, yearly, 2021 to 2023
>>> panel.select([1]).values
array([7., 5.])
>>> panel.tail(2).last_values
array([4., 5.])
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers, Times, row_positions, slices
from forecast.data.covariates import Covariates
from forecast.data.frequency import Frequency
from forecast.phrases import counted
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
    """Series one after another, each sorted by time, with one row per step.

    Rows of series `i` are `bounds[i]:bounds[i + 1]`. Values lie within +-`LARGEST`; a row that was a gap
    or a missing value in the data holds a filled value and is not `observed`.
    """

    ids: tuple[str, ...]
    """One text per series, byte for byte as in the data; ("",) for a file without an id column."""
    times: Times
    """(rows,) int64 for integer years and steps, datetime64[s] for dates (UTC where zoned)."""
    values: Floats
    """(rows,) float64, none of them NaN."""
    observed: Flags
    """(rows,) False where the value was filled in."""
    bounds: Integers
    """(series + 1,) first row of each series, and the number of rows."""
    columns: Columns
    """The names in the data; `series` is None for a file without an id column."""
    frequency: Frequency
    seasons: Integers
    """(series,) rows in a period of each series; 1 is no season."""
    interpolated: bool = False
    """Whether some values were filled by interpolation: these depend on later rows."""
    covariates: Covariates | None = None
    """None where the data have none, or none is read."""
    target: Target = field(default_factory=Target)
    """What the values are: numbers, or indices of its classes."""

    def __repr__(self) -> str:
        """Such as: Panel of 56 series, 3,360 rows, yearly, 1961 to 2020."""
        parts = [f"Panel of {counted(len(self), 'series')}", counted(len(self.values), "row")]
        parts.append(self.frequency.adjective)
        if len(self.times):
            parts.append(" to ".join(time_range(self)))
        return ", ".join(parts)

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, index: int) -> Series:
        rows = slice(self.bounds[index], self.bounds[index + 1])
        return Series(self.ids[index], self.times[rows], self.values[rows], self.observed[rows])

    def __iter__(self) -> Iterator[Series]:
        return (self[index] for index in range(len(self)))

    @property
    def valid_origins(self) -> Flags:
        """(rows,) which rows may be the newest of an example: not one interpolated with later values."""
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

    def alike(self, *, most_rows: int) -> Iterator[tuple[Integers, Floats, int]]:
        """Series of one length and one season at a time: their indices, values (series, rows), and season.

        A batch has at most `most_rows` rows, or one series.
        """
        lengths, seasons = self.lengths, self.seasons
        order = np.lexsort((seasons, lengths))
        changes = (np.diff(lengths[order]) != 0) | (np.diff(seasons[order]) != 0)
        for series in np.split(order, np.flatnonzero(changes) + 1) if len(order) else ():
            rows, season = int(lengths[series[0]]), int(seasons[series[0]])
            for some in np.array_split(series, max(-(-len(series) * rows // most_rows), 1)):
                if len(some):
                    yield some, self.values[self.bounds[some][:, None] + np.arange(rows)], season

    def blocks(self, *, most_rows: int) -> list[Integers]:
        """Indices of the series in blocks of at most `most_rows` rows, or one series.

        Series of one season and of similar length share a block. A panel without rows has one block.
        """
        if len(self.values) <= most_rows:
            return [np.arange(len(self))]
        order = np.lexsort((self.lengths, self.seasons))
        ends, first = np.cumsum(self.lengths[order]), 0
        blocks = []
        while first < len(order):
            before = ends[first - 1] if first else 0
            last = int(np.searchsorted(ends, before + most_rows, side="right"))
            last = max(last, first + 1)
            blocks.append(order[first:last])
            first = last
        return blocks

    def with_season(self, season: int | None) -> "Panel":
        """The panel with this season in every series; unchanged for None."""
        return self if season is None else replace(self, seasons=np.full(len(self), season))

    def rows(self, first: Integers, count: Integers) -> "Panel":
        """The `count[i]` rows of each series from its row `first[i]` on; may leave series empty."""
        bounds, rows = slices(self.bounds[:-1] + first, count)
        return replace(
            self,
            times=self.times[rows],
            values=self.values[rows],
            observed=self.observed[rows],
            bounds=bounds,
            covariates=self.covariates and self.covariates.rows(rows, first),
        )

    def first(self, counts: Integers) -> "Panel":
        """The first `counts[i]` rows of each series, as they were known at that time.

        In a series that then ends in interpolated rows, these become its last observed value.
        """
        known = self.rows(np.zeros_like(counts), counts)
        if not self.interpolated:
            return known
        return replace(known, values=hold_last_number(known.values, known.observed, known.bounds))

    def tail(self, rows: int | Integers) -> "Panel":
        """At most the last `rows` rows of each series, one number for all or (series,)."""
        count = np.minimum(self.lengths, rows)
        return self.rows(self.lengths - count, count)

    def extended(self, values: Floats) -> "Panel":
        """The panel with `values`, (series, steps), after the end of its series, as if observed."""
        series, steps = values.shape
        ends = np.repeat(self.bounds[1:], steps)
        new_times = self.frequency.after(self.last_times, steps).ravel()
        return replace(
            self,
            times=cast(Times, np.insert(self.times, ends, new_times)),
            values=np.insert(self.values, ends, values.ravel()),
            observed=np.insert(self.observed, ends, True),
            bounds=self.bounds + steps * np.arange(series + 1),
            covariates=self.covariates and self.covariates.extended(self.bounds, steps),
        )

    def select(self, indices: Sequence[int] | Integers) -> "Panel":
        """The series at these indices, in this order."""
        series = np.asarray(indices, dtype=np.int64)
        bounds, rows = slices(self.bounds[:-1][series], self.lengths[series])
        return replace(
            self,
            ids=tuple(map(self.ids.__getitem__, series.tolist())),
            times=self.times[rows],
            values=self.values[rows],
            observed=self.observed[rows],
            bounds=bounds,
            covariates=self.covariates and self.covariates.select(series, rows),
            seasons=self.seasons[series],
        )


def hold_last_number(values: Floats, observed: Flags, bounds: Integers) -> Floats:
    """The values, with filled rows at the end of each series replaced by its last observed value."""
    last = bounds[1:][bounds[1:] > bounds[:-1]] - 1
    if observed[last].all():
        return values
    rows = np.arange(len(values))
    newest = np.maximum.accumulate(np.where(observed, rows, 0))
    ends = np.repeat(newest[last], np.diff(bounds)[np.diff(bounds) > 0])
    return np.asarray(values[np.minimum(rows, ends)])


def data_sha256(panel: Panel) -> str:
    """The digest of all that a panel's series and covariates hold."""
    arrays = [panel.bounds, panel.times.astype(np.int64), panel.values]
    texts = [*panel.ids]
    if panel.columns.season is not None:
        arrays.append(panel.seasons)
    if panel.covariates is not None:
        covariates = panel.covariates
        arrays += [covariates.past, covariates.known, covariates.known_bounds, covariates.static]
        texts += [text for vocabulary in covariates.vocabularies for text in ("", *vocabulary)]
    texts += panel.target.classes
    digest = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogateescape"))
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def time_range(panel: Panel) -> tuple[str, str]:
    """The oldest and the newest time of a panel, as results write them."""
    first, last = panel.frequency.text(np.array([panel.times.min(), panel.times.max()]))
    return first, last


def rows_within(panel: Panel, bounds: Integers) -> Integers:
    """(rows,) index of each row of a panel among rows with `bounds`, where its series may be longer."""
    return np.asarray(np.repeat(bounds[:-1], panel.lengths) + row_positions(panel.bounds))
