"""Sorted rows become one row a step: gaps and missing values are filled by a policy and counted.

Where nobody says, a fill is what the naive forecast for the row would have been, so
no row is changed by a later one. A series that cannot be used is left out of several,
and refused alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import bounds_of, row_positions
from forecast.data.frequency import Frequency, Times
from forecast.errors import DataError
from forecast.events import SeriesSkipped
from forecast.phrases import counted
from forecast.reading.filling import filled
from forecast.reading.rows import Rows
from forecast.spec.reading import Gaps, Policy
from forecast.tables.table import Table

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_FILLED = 0.4
"""Share of a series' rows that may be fills."""


@dataclass(frozen=True, slots=True)
class Regular:
    """Rows one step apart, without a missing value."""

    ids: tuple[str, ...]
    times: Times
    values: Floats
    observed: Flags
    bounds: Integers
    seasons: Integers
    """(series,) rows in a period of each series."""
    repairs: tuple[str, ...]
    skipped: tuple[SeriesSkipped, ...] = ()
    interpolated: bool = False
    """Some fills lie between the numbers on both sides."""


@dataclass(frozen=True, slots=True)
class Holes:
    """Steps of sorted rows that hold no number."""

    steps: Integers
    """(rows,) the step that each row stands on, counted from 0 in each series."""
    missing: Integers
    """Rows without a number."""
    behind: Integers
    """(gaps,) the row behind each gap."""
    absent: Integers
    """(gaps,) the steps without a row in each."""


def holes(rows: Rows, steps: Integers) -> Holes:
    """The gaps and missing values of rows that stand on `steps`, (rows,), counted from 0 in each series."""
    jumps = np.diff(steps, prepend=0)
    firsts = rows.bounds[:-1]
    jumps[firsts[firsts < len(jumps)]] = 1
    behind = np.flatnonzero(jumps > 1)
    return Holes(steps, np.flatnonzero(np.isnan(rows.values)), behind, jumps[behind] - 1)


def regular(rows: Rows, frequency: Frequency, table: Table, policy: Policy) -> Regular:
    """The rows with every step filled, without the series that keep no step or miss too much.

    A `DataError` where no series is left, or where the policy allows no fill and one is due.
    """
    leading, trailing = _before_and_behind_numbers(rows)
    inner = rows.kept(~(leading | trailing))
    steps = frequency.steps_between(inner.starts, inner.times)
    faults = dict(sorted(_faults(inner, steps, frequency, table)))
    if faults:
        _refuse_if_none_is_left(rows.ids, faults, table)
        skipped = tuple(
            SeriesSkipped(rows.ids[series], fault.message, table.where(int(rows.origin[rows.bounds[series]])))
            for series, fault in faults.items()
        )
        return replace(regular(rows.without(list(faults)), frequency, table, policy), skipped=skipped)
    found = holes(inner, steps)
    _refuse_errors(rows, inner, found, table, policy)
    repairs = (
        *_told_dropped(rows, leading, trailing, table),
        *_told_fills(inner, found, frequency, table, policy),
    )
    return _filled(inner, steps, frequency, policy, repairs=repairs)


def _before_and_behind_numbers(rows: Rows) -> tuple[Flags, Flags]:
    """(rows,) rows before the first number of their series, and rows behind its last."""
    numbers = bounds_of(~np.isnan(rows.values))
    before, up_to = numbers[rows.bounds[:-1]][rows.series], numbers[rows.bounds[1:]][rows.series]
    return numbers[1:] == before, numbers[:-1] == up_to


def within_numbers(rows: Rows) -> Rows:
    """The rows from the first number of each series to its last."""
    leading, trailing = _before_and_behind_numbers(rows)
    return rows.kept(~(leading | trailing))


def _faults(
    rows: Rows, steps: Integers, frequency: Frequency, table: Table
) -> Iterator[tuple[int, DataError]]:
    """Position of each series that cannot be used, and why; one reason each."""
    series = rows.series
    numbers = np.bincount(series[~np.isnan(rows.values)], minlength=len(rows.ids))
    for each in np.flatnonzero(numbers == 0).tolist():
        yield each, DataError("no row holds a number", where=table.source, hint="leave it out, or fill it in")
    off = np.flatnonzero(frequency.shift(rows.starts, steps) != rows.times)
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
        hint="--resample mean puts them on the step, --resample sum adds them up; --freq names another",
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


def _refuse_errors(rows: Rows, inner: Rows, found: Holes, table: Table, policy: Policy) -> None:
    """Refuse gaps and missing values that the policy calls errors, those at both ends too."""
    missing = np.flatnonzero(np.isnan(rows.values))
    if policy.missing == "error" and len(missing):
        told = counted(len(missing), "missing value")
        raise _hole(told, rows, int(missing[0]), table, option="--missing")
    if policy.gaps == "error" and len(found.behind):
        told = f"{counted(len(found.behind), 'gap')} of {counted(int(found.absent.sum()), 'row')}"
        raise _hole(f"{told}, the first before this one", inner, int(found.behind[0]), table, option="--gaps")


def _hole(told: str, rows: Rows, row: int, table: Table, *, option: str) -> DataError:
    id = rows.ids[int(rows.series[row])]
    series = f', series "{id}"' if len(rows.ids) > 1 else ""
    return DataError(
        told,
        where=f"{table.where(int(rows.origin[row]))}{series}",
        hint=f"{option} hold, season or interpolate fills them",
    )


def _filled(
    rows: Rows, steps: Integers, frequency: Frequency, policy: Policy, *, repairs: tuple[str, ...]
) -> Regular:
    """Rows within their first and last numbers, with every step between filled."""
    sizes = steps[rows.bounds[1:] - 1] + 1
    bounds = bounds_of(sizes)
    values = np.full(bounds[-1], np.nan)
    there = np.zeros(bounds[-1], dtype=bool)
    places = bounds[:-1][rows.series] + steps
    values[places] = rows.values
    there[places] = True
    observed = ~np.isnan(values)
    times = rows.times
    if len(times) < len(values):
        starts: Times = rows.times[np.repeat(rows.bounds[:-1], sizes)]
        times = frequency.shift(starts, row_positions(bounds))
    assert rows.seasons is not None
    season = np.repeat(rows.seasons, sizes)
    whole = filled(values, bounds, there=there, missing=policy.missing, gaps=policy.gaps, season=season)
    ahead = "interpolate" in (policy.missing, policy.gaps) and not observed.all()
    return Regular(rows.ids, times, whole, observed, bounds, rows.seasons, repairs, interpolated=ahead)


def _told_dropped(rows: Rows, leading: Flags, trailing: Flags, table: Table) -> list[str]:
    return [
        f"{counted(int(gone.sum()), f'{name} missing value')} dropped "
        f"(first: {table.place(int(rows.origin[gone].min()))})"
        for name, gone in (("leading", leading), ("trailing", trailing))
        if gone.any()
    ]


def _told_fills(rows: Rows, found: Holes, frequency: Frequency, table: Table, policy: Policy) -> list[str]:
    told, seasons = [], rows.seasons
    assert seasons is not None
    if len(found.missing):
        row = found.missing[0]
        first = frequency.text(rows.times[row : row + 1])[0]
        how = _how(policy.missing, seasons, until=int(found.steps[found.missing].max()))
        told.append(
            f"{counted(len(found.missing), 'missing value')} {how} "
            f"(first: {first}, {table.place(int(rows.origin[row]))})"
        )
    if len(found.behind):
        row = found.behind[0]
        first = frequency.text(frequency.shift(rows.times[row - 1 : row], np.array([1])))[0]
        how = _how(policy.gaps, seasons, until=int(found.steps[found.behind].max()) - 1)
        told.append(
            f"{counted(len(found.behind), 'gap')} of {counted(int(found.absent.sum()), 'row')} {how} "
            f"(first: {first}, before {table.place(int(rows.origin[row]))})"
        )
    return told


def _how(policy: Gaps | None, seasons: Integers, *, until: int) -> str:
    """Words like "filled with the last value"; no step after `until` was filled."""
    if policy == "interpolate":
        return "filled by interpolation"
    seasonal = policy != "hold" and ((seasons > 1) & (seasons <= until)).any()
    return f"filled with {'the value a season before' if seasonal else 'the last value'}"
