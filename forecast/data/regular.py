"""Sorted rows become one row a step: gaps and missing values are filled from the past and counted.

A fill is what the naive forecast for the row would have been, so no row is
changed by a later one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.data.frequency import Frequency, Times
from forecast.data.table import Table, counted, listed
from forecast.errors import DataError

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_FILLED = 0.4
"""Share of a series' rows that may be fills."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table, sorted by series and time, each time once a series."""

    ids: tuple[str, ...]
    times: Times
    values: Floats
    """NaN where missing."""
    origin: Integers
    """The row of the table that each came from."""
    bounds: Integers
    """(series + 1,) first row of each series, and the number of rows."""

    @property
    def series(self) -> Integers:
        """(rows,) the series of each row."""
        return np.repeat(np.arange(len(self.ids)), np.diff(self.bounds))

    def kept(self, keep: Flags) -> "Rows":
        """These rows alone; every series must keep one."""
        counts = np.bincount(self.series[keep], minlength=len(self.ids))
        bounds = np.concatenate(([0], np.cumsum(counts)))
        return Rows(self.ids, self.times[keep], self.values[keep], self.origin[keep], bounds)


@dataclass(frozen=True, slots=True)
class Regular:
    """Rows one step apart, without a missing value."""

    times: Times
    values: Floats
    observed: Flags
    bounds: Integers
    repairs: tuple[str, ...]


def regular(rows: Rows, frequency: Frequency, table: Table) -> Regular:
    """The rows with every step filled, or an error where they keep no step or too much is missing."""
    rows, repairs = _trimmed(rows, table)
    steps = _steps(rows, frequency, table)
    sizes = steps[rows.bounds[1:] - 1] + 1
    _refuse_hollow(rows, sizes, table)
    bounds = np.concatenate(([0], np.cumsum(sizes)))
    places = bounds[:-1][rows.series] + steps
    values = np.full(bounds[-1], np.nan)
    values[places] = rows.values
    observed = ~np.isnan(values)
    times = rows.times
    if len(times) < len(values):
        since_first = np.arange(bounds[-1]) - np.repeat(bounds[:-1], sizes)
        starts: Times = rows.times[np.repeat(rows.bounds[:-1], sizes)]
        times = frequency.shift(starts, since_first)
    _fill(values, np.repeat(bounds[:-1], sizes), season=frequency.season)
    repairs = [*repairs, *_told_fills(rows, steps, frequency, table)]
    return Regular(times, values, observed, bounds, tuple(repairs))


def _trimmed(rows: Rows, table: Table) -> tuple[Rows, list[str]]:
    """Rows from the first to the last number of each series."""
    present = np.flatnonzero(~np.isnan(rows.values))
    first = np.searchsorted(present, rows.bounds[:-1])
    behind = np.searchsorted(present, rows.bounds[1:])
    empty = np.flatnonzero(first == behind)
    if len(empty):
        raise DataError(
            "no row holds a number"
            if len(rows.ids) == 1
            else f"{counted(len(empty), 'series')} without a number: {listed([rows.ids[i] for i in empty])}",
            where=table.source,
            hint="remove them",
        )
    row = np.arange(len(rows.values))
    leading = row < present[first][rows.series]
    trailing = row > present[behind - 1][rows.series]
    repairs = [
        f"{counted(int(gone.sum()), f'{name} missing value')} dropped "
        f"(first: {table.place(int(rows.origin[gone].min()))})"
        for name, gone in (("leading", leading), ("trailing", trailing))
        if gone.any()
    ]
    return (rows.kept(~(leading | trailing)) if repairs else rows), repairs


def _steps(rows: Rows, frequency: Frequency, table: Table) -> Integers:
    """Steps from the first row of each series to each row; rows between two steps are named."""
    first: Times = rows.times[rows.bounds[:-1][rows.series]]
    steps = frequency.steps_between(first, rows.times)
    off = np.flatnonzero(frequency.shift(first, steps) != rows.times)
    if not len(off):
        return steps
    named = [
        f"{text} ({table.place(int(rows.origin[row]))})"
        for row, text in zip(off[:3], frequency.text(rows.times[off[:3]]), strict=True)
    ]
    raise DataError(
        f"{len(off):,} of {len(steps):,} rows do not keep the {frequency.adjective} step: {', '.join(named)}"
        + ("" if len(off) <= 3 else ", ..."),
        where=table.source,
        hint="put the rows on a regular step",
    )


def _refuse_hollow(rows: Rows, sizes: Integers, table: Table) -> None:
    present = np.bincount(rows.series[~np.isnan(rows.values)], minlength=len(rows.ids))
    hollow = np.flatnonzero(sizes - present > MOST_FILLED * sizes)
    if not len(hollow):
        return
    worst = hollow[0]
    names = (
        ""
        if rows.ids == ("",)
        else f" in {counted(len(hollow), 'series')}: {listed([rows.ids[i] for i in hollow])}"
    )
    raise DataError(
        f"over {MOST_FILLED:.0%} of the steps have no number{names} "
        f"({sizes[worst] - present[worst]:,} of {sizes[worst]:,}{' in the first' if names else ''})",
        where=table.source,
        hint="start where the data is denser, or leave such series out",
    )


def _fill(values: Floats, starts: Integers, *, season: int) -> None:
    """Each missing value becomes the one a season before it, or the last one in the first season."""
    for row in np.flatnonzero(np.isnan(values)).tolist():
        before = row - season
        values[row] = values[before] if before >= starts[row] else values[row - 1]


def _told_fills(rows: Rows, steps: Integers, frequency: Frequency, table: Table) -> list[str]:
    how = "the value a season before" if frequency.season > 1 else "the last value"
    missing = np.flatnonzero(np.isnan(rows.values))
    jumps = np.diff(steps, prepend=0)
    jumps[rows.bounds[:-1]] = 1
    gaps = np.flatnonzero(jumps > 1)
    told = []
    if len(missing):
        row = missing[0]
        told.append(
            f"{counted(len(missing), 'missing value')} filled with {how} "
            f"(first: {frequency.text(rows.times[row : row + 1])[0]}, {table.place(int(rows.origin[row]))})"
        )
    if len(gaps):
        row = gaps[0]
        absent = int((jumps[gaps] - 1).sum())
        first = frequency.shift(rows.times[row - 1 : row], np.array([1]))
        told.append(
            f"{counted(len(gaps), 'gap')} of {counted(absent, 'row')} filled with {how} "
            f"(first: {frequency.text(first)[0]}, before {table.place(int(rows.origin[row]))})"
        )
    return told
