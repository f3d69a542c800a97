"""Sorted rows become one row a step: gaps and missing values are filled from the past and counted.

A fill is what the naive forecast for the row would have been, so no row is
changed by a later one. A series that cannot be used is left out of several, and
refused alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast.data.frequency import Frequency, Times
from forecast.data.table import Table, counted
from forecast.errors import DataError
from forecast.events import LeftOut

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
        """These rows alone; may leave series empty."""
        if keep.all():
            return self
        counts = np.bincount(self.series[keep], minlength=len(self.ids))
        bounds = np.concatenate(([0], np.cumsum(counts)))
        return Rows(self.ids, self.times[keep], self.values[keep], self.origin[keep], bounds)

    def without(self, series: list[int]) -> "Rows":
        """The rows of all series but these."""
        stays = np.ones(len(self.ids), dtype=bool)
        stays[series] = False
        rows = self.kept(stays[self.series])
        ids = tuple(id for id, stay in zip(self.ids, stays.tolist(), strict=True) if stay)
        return replace(rows, ids=ids, bounds=np.append(rows.bounds[:-1][stays], rows.bounds[-1]))


@dataclass(frozen=True, slots=True)
class Regular:
    """Rows one step apart, without a missing value."""

    ids: tuple[str, ...]
    times: Times
    values: Floats
    observed: Flags
    bounds: Integers
    repairs: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()


def regular(rows: Rows, frequency: Frequency, table: Table) -> Regular:
    """The rows with every step filled, without the series that keep no step or miss too much.

    A `DataError` where no series is left.
    """
    leading, trailing = _before_and_behind_numbers(rows)
    inner = rows.kept(~(leading | trailing))
    steps = frequency.steps_between(_starts(inner), inner.times)
    faults = dict(sorted(_faults(inner, steps, frequency, table)))
    if faults:
        _refuse_if_none_is_left(rows.ids, faults, table)
        left_out = tuple(LeftOut(rows.ids[series], fault.message) for series, fault in faults.items())
        return replace(regular(rows.without(list(faults)), frequency, table), left_out=left_out)
    repairs = [*_told_dropped(rows, leading, trailing, table), *_told_fills(inner, steps, frequency, table)]
    return _filled(inner, steps, frequency, repairs=tuple(repairs))


def _before_and_behind_numbers(rows: Rows) -> tuple[Flags, Flags]:
    """(rows,) rows before the first number of their series, and rows behind its last."""
    numbers = np.concatenate(([0], np.cumsum(~np.isnan(rows.values))))
    before, up_to = numbers[rows.bounds[:-1]][rows.series], numbers[rows.bounds[1:]][rows.series]
    return numbers[1:] == before, numbers[:-1] == up_to


def _starts(rows: Rows) -> Times:
    """(rows,) the first time of each row's series."""
    starts: Times = rows.times[rows.bounds[:-1][rows.series]]
    return starts


def _faults(
    rows: Rows, steps: Integers, frequency: Frequency, table: Table
) -> Iterator[tuple[int, DataError]]:
    """Position of each series that cannot be used, and why; one reason each."""
    series = rows.series
    numbers = np.bincount(series[~np.isnan(rows.values)], minlength=len(rows.ids))
    for each in np.flatnonzero(numbers == 0).tolist():
        yield each, DataError("no row holds a number", where=table.source, hint="remove them")
    off = np.flatnonzero(frequency.shift(_starts(rows), steps) != rows.times)
    irregular, first = np.unique(series[off], return_index=True)
    for each, places in zip(irregular.tolist(), np.split(off, first)[1:], strict=True):
        yield each, _off_step(rows, each, places=places, frequency=frequency, table=table)
    sizes = np.zeros_like(numbers)
    sizes[series] = steps + 1
    hollow = sizes - numbers > MOST_FILLED * sizes
    hollow[irregular] = False
    for each in np.flatnonzero(hollow).tolist():
        yield each, _hollow(int(sizes[each] - numbers[each]), int(sizes[each]), table=table)


def _off_step(rows: Rows, series: int, *, places: Integers, frequency: Frequency, table: Table) -> DataError:
    """Rows of one series that lie between two steps, the first three with their places."""
    named = [
        f"{text} ({table.place(int(rows.origin[row]))})"
        for row, text in zip(places[:3], frequency.text(rows.times[places[:3]]), strict=True)
    ]
    of = rows.bounds[series + 1] - rows.bounds[series]
    return DataError(
        f"{len(places):,} of {of:,} rows do not keep the {frequency.adjective} step: {', '.join(named)}"
        + ("" if len(places) <= 3 else ", ..."),
        where=table.source,
        hint="put the rows on a regular step",
    )


def _hollow(missing: int, steps: int, *, table: Table) -> DataError:
    return DataError(
        f"over {MOST_FILLED:.0%} of the steps have no number ({missing:,} of {steps:,})",
        where=table.source,
        hint="start where the data is denser",
    )


def _refuse_if_none_is_left(ids: tuple[str, ...], faults: dict[int, DataError], table: Table) -> None:
    if len(faults) < len(ids):
        return
    if len(ids) == 1:
        raise faults[0]
    named = ", ".join(f'"{ids[series]}" ({fault.message})' for series, fault in [*faults.items()][:5])
    raise DataError(
        f"none of {len(ids):,} series can be used: {named}"
        + ("" if len(ids) <= 5 else f" and {len(ids) - 5:,} more"),
        where=table.source,
        hint=faults[0].hint,
    )


def _filled(rows: Rows, steps: Integers, frequency: Frequency, *, repairs: tuple[str, ...]) -> Regular:
    """Rows within their first and last numbers, with every step between filled."""
    sizes = steps[rows.bounds[1:] - 1] + 1
    bounds = np.concatenate(([0], np.cumsum(sizes)))
    values = np.full(bounds[-1], np.nan)
    values[bounds[:-1][rows.series] + steps] = rows.values
    observed = ~np.isnan(values)
    times = rows.times
    if len(times) < len(values):
        since_first = np.arange(bounds[-1]) - np.repeat(bounds[:-1], sizes)
        starts: Times = rows.times[np.repeat(rows.bounds[:-1], sizes)]
        times = frequency.shift(starts, since_first)
    _fill(values, np.repeat(bounds[:-1], sizes), season=frequency.season)
    return Regular(rows.ids, times, values, observed, bounds, repairs)


def _fill(values: Floats, starts: Integers, *, season: int) -> None:
    """Each missing value becomes the one a season before it, or the last one in the first season."""
    for row in np.flatnonzero(np.isnan(values)).tolist():
        before = row - season
        values[row] = values[before] if before >= starts[row] else values[row - 1]


def _told_dropped(rows: Rows, leading: Flags, trailing: Flags, table: Table) -> list[str]:
    return [
        f"{counted(int(gone.sum()), f'{name} missing value')} dropped "
        f"(first: {table.place(int(rows.origin[gone].min()))})"
        for name, gone in (("leading", leading), ("trailing", trailing))
        if gone.any()
    ]


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
