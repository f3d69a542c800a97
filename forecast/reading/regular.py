"""Sorted rows become a panel with one row per step; gaps and missing values are filled and counted.

By default a fill is the (seasonal) naive forecast for its row, so it does not depend on later
rows. Of several series, those that cannot be used are skipped; a single one is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Integers, Times, bounds_of, row_positions
from forecast.data.frequency import Frequency
from forecast.data.inference import calendar_unit
from forecast.data.panel import Panel
from forecast.errors import DataError
from forecast.events import SeriesSkipped
from forecast.phrases import counted
from forecast.reading.filling import fill, with_zeros
from forecast.reading.rows import Rows
from forecast.reading.sparse import MAX_FILLED_SHARE, sparse_error
from forecast.spec.reading import Columns, Gaps, Policy, Target

MAX_ZEROS_SHARE = 0.99
"""Share of a series' steps that may be without a row where these are zeros."""


LEAST_MANY, MANY_GAPS = 10, 0.1
"""Steps without a row, and their share of rows, from which nothing may have happened on them."""


@dataclass(frozen=True, slots=True)
class Holes:
    """The steps of sorted rows without a number."""

    steps: Integers
    """(rows,) the step of each row, counted from 0 in each series."""
    missing: Integers
    """Rows without a number."""
    after_gap: Integers
    """(gaps,) the first row after each gap."""
    gap_lengths: Integers
    """(gaps,) the number of steps without a row."""


def find_holes(rows: Rows, frequency: Frequency) -> Holes:
    """The gaps and missing values of rows without duplicates."""
    steps = frequency.steps_between(rows.first_times, rows.times)
    increments = np.diff(steps, prepend=0)
    firsts = rows.bounds[:-1]
    increments[firsts[firsts < len(increments)]] = 1
    after_gap = np.flatnonzero(increments > 1)
    return Holes(steps, np.flatnonzero(np.isnan(rows.values)), after_gap, increments[after_gap] - 1)


def skip_unusable(rows: Rows, frequency: Frequency, policy: Policy) -> tuple[Rows, tuple[SeriesSkipped, ...]]:
    """The rows without the series that cannot be used, and those series; a `DataError` if none is left.

    A series cannot be used where it has no number, rows between two steps, or too many holes.
    """
    errors = dict(sorted(_find_errors(rows, frequency, policy), key=lambda pair: pair[0]))
    if not errors:
        return rows, ()
    if len(errors) == len(rows.ids):
        raise _no_series_left(rows, [*errors.values()])
    skipped = tuple(
        SeriesSkipped(rows.ids[series], error.message, rows.where_series(series))
        for series, error in errors.items()
    )
    return rows.without([*errors]), skipped


def _find_errors(rows: Rows, frequency: Frequency, policy: Policy) -> Iterator[tuple[int, DataError]]:
    """The index of each series that cannot be used, with one reason, in no particular order."""
    rows = rows.trimmed
    steps = frequency.steps_between(rows.first_times, rows.times)
    series = rows.series
    numbers = np.bincount(series[~np.isnan(rows.values)], minlength=len(rows.ids))
    for index in np.flatnonzero(numbers == 0).tolist():
        yield index, _error(rows, "no row has a number", hint="leave it out, or fill it in")

    between_steps = np.flatnonzero(frequency.shift(rows.first_times, steps) != rows.times)
    irregular, first = np.unique(series[between_steps], return_index=True)
    for index, wrong in zip(irregular.tolist(), np.split(between_steps, first)[1:], strict=True):
        yield index, _irregular(rows, index, wrong, frequency)

    sizes = np.zeros_like(numbers)
    sizes[series] = steps + 1  # the last row of each series counts
    with_row = np.bincount(series, minlength=len(rows.ids))
    too_few_rows = (sizes - with_row > MAX_ZEROS_SHARE * sizes) & (policy.gaps_or_default == "zero")
    too_few_rows[irregular] = False
    for index in np.flatnonzero(too_few_rows).tolist():
        message = f"only {with_row[index]:,} of {sizes[index]:,} steps have a row"
        yield index, _error(rows, message, hint="a longer step: --resample sum --freq week, month or quarter")

    missing = np.zeros_like(sizes)
    missing += 0 if policy.gaps_or_default == "zero" else sizes - with_row
    missing += 0 if policy.missing == "zero" else with_row - numbers
    too_sparse = missing > MAX_FILLED_SHARE * sizes
    too_sparse[irregular] = False
    for index in np.flatnonzero(too_sparse).tolist():
        lacking, total = int(missing[index]), int(sizes[index])
        yield index, sparse_error(rows.single(index), frequency, missing=lacking, steps=total)


def _error(rows: Rows, message: str, *, hint: str) -> DataError:
    return DataError(message, where=rows.table.source, hint=hint)


def _irregular(rows: Rows, series: int, wrong: Integers, frequency: Frequency) -> DataError:
    """The error for a series with rows between two steps, `wrong`; the first three are named."""
    named = [
        f"{text} ({rows.line(int(row))})"
        for row, text in zip(wrong[:3], frequency.text(rows.times[wrong[:3]]), strict=True)
    ]
    first, last = rows.bounds[series : series + 2]
    total = last - first
    hint = "--resample mean puts them on the step, --resample sum adds them up; --freq names another"
    unit = calendar_unit(rows.times[first:last])
    if unit is not None and frequency.count > 1 and len(wrong) > total / 2:
        hint = f"they are about one {unit} apart: --freq {unit} --resample mean, or sum to add up"
    return _error(
        rows,
        f"{len(wrong):,} of {total:,} rows do not keep the {frequency.adjective} step: {', '.join(named)}"
        + ("" if len(wrong) <= 3 else ", ..."),
        hint=hint,
    )


def _no_series_left(rows: Rows, errors: list[DataError]) -> DataError:
    """The error where no series can be used; of several the first five are named."""
    if len(errors) == 1:
        return errors[0]
    pairs = zip(rows.ids[:5], errors[:5], strict=True)
    named = ", ".join(f'"{id}" ({error.message})' for id, error in pairs)
    more = "" if len(errors) <= 5 else f" and {len(errors) - 5:,} more"
    return _error(rows, f"none of {len(errors):,} series can be used: {named}{more}", hint=errors[0].hint)


def regular_panel(
    rows: Rows, frequency: Frequency, policy: Policy, *, columns: Columns, target: Target
) -> tuple[Panel, tuple[str, ...]]:
    """The panel of usable series, from the first number of each to its last, and what was repaired.

    A `DataError` where the policy refuses gaps or missing values and there are some.
    """
    trimmed = rows.trimmed
    holes = find_holes(trimmed, frequency)
    _refuse_holes(rows, trimmed, holes, policy)
    sizes = holes.steps[trimmed.bounds[1:] - 1] + 1
    bounds = bounds_of(sizes)
    values = np.full(bounds[-1], np.nan)
    has_row = np.zeros(bounds[-1], dtype=bool)
    indices = bounds[:-1][trimmed.series] + holes.steps
    values[indices] = trimmed.values
    has_row[indices] = True
    times = trimmed.times
    if len(times) < len(values):
        first_times: Times = trimmed.times[np.repeat(trimmed.bounds[:-1], sizes)]
        times = frequency.shift(first_times, row_positions(bounds))
    season = np.repeat(trimmed.seasons, sizes)
    missing, gaps = policy.missing, policy.gaps_or_default
    values = with_zeros(values, has_row=has_row, missing=missing, gaps=gaps)
    filled = fill(values, bounds, has_row=has_row, missing=missing, gaps=gaps, season=season)
    observed = ~np.isnan(values)
    panel = Panel(
        ids=trimmed.ids,
        times=times,
        values=filled,
        observed=observed,
        bounds=bounds,
        columns=columns,
        frequency=frequency,
        seasons=trimmed.seasons,
        interpolated="interpolate" in (missing, gaps) and not observed.all(),
        target=target,
    )
    return panel, (*_dropped(rows), *_filled(trimmed, holes, frequency, policy))


def _refuse_holes(rows: Rows, trimmed: Rows, holes: Holes, policy: Policy) -> None:
    """Refuse gaps and missing values, those at both ends of a series too, where the policy is "error"."""
    missing = np.flatnonzero(np.isnan(rows.values))
    if policy.missing == "error" and len(missing):
        raise _hole(counted(len(missing), "missing value"), rows, int(missing[0]), option="--missing")
    if policy.gaps == "error" and len(holes.after_gap):
        message = f"{_count_gaps(holes)}, the first before this one"
        raise _hole(message, trimmed, int(holes.after_gap[0]), option="--gaps")


def _hole(message: str, rows: Rows, row: int, *, option: str) -> DataError:
    series = f', series "{rows.ids[rows.series[row]]}"' if len(rows.ids) > 1 else ""
    return DataError(
        message,
        where=f"{rows.where(row)}{series}",
        hint=f"{option} hold, season or interpolate fills them; {option} zero where nothing happened",
    )


def _count_gaps(holes: Holes) -> str:
    """Words like "3 gaps of 5 rows"."""
    return f"{counted(len(holes.after_gap), 'gap')} of {counted(int(holes.gap_lengths.sum()), 'row')}"


def _dropped(rows: Rows) -> Iterator[str]:
    """Sentences about missing values at both ends of series."""
    for name, dropped in (("leading", rows.leading), ("trailing", rows.trailing)):
        if dropped.any():
            first = rows.table.line(int(rows.origin[dropped].min()))
            yield f"{counted(int(dropped.sum()), f'{name} missing value')} dropped (first: {first})"


def _filled(rows: Rows, holes: Holes, frequency: Frequency, policy: Policy) -> Iterator[str]:
    """Sentences about the fills, with the first one of each kind."""
    if len(holes.missing):
        row = int(holes.missing[0])
        first = frequency.text(rows.times[row : row + 1])[0]
        how = how_filled(policy.missing, rows.seasons, last_step=int(holes.steps[holes.missing].max()))
        yield f"{counted(len(holes.missing), 'missing value')} {how} (first: {first}, {rows.line(row)})"
    if len(holes.after_gap):
        row = int(holes.after_gap[0])
        first = frequency.text(frequency.shift(rows.times[row - 1 : row], np.array([1])))[0]
        how = how_filled(
            policy.gaps_or_default, rows.seasons, last_step=int(holes.steps[holes.after_gap].max()) - 1
        )
        hint = _zero_hint(rows, holes, policy)
        yield f"{_count_gaps(holes)} {how} (first: {first}, before {rows.line(row)}){hint}"


def _zero_hint(rows: Rows, holes: Holes, policy: Policy) -> str:
    """A hint where many steps have no row, which may mean that nothing happened."""
    steps = holes.gap_lengths.sum()
    many = steps >= LEAST_MANY and steps >= MANY_GAPS * len(rows.times)
    may_be_none = policy.gaps_or_default is None and np.nanmin(rows.values) >= 0
    return "; --gaps zero where no row means 0" if many and may_be_none else ""


def how_filled(policy: Gaps | None, seasons: Integers, *, last_step: int) -> str:
    """Words like "filled with the last value"; `last_step` is the last one that was filled."""
    if policy == "zero":
        return "filled with 0"
    if policy == "interpolate":
        return "filled by interpolation"
    is_seasonal = policy != "hold" and ((seasons > 1) & (seasons <= last_step)).any()
    return f"filled with {'the value one season earlier' if is_seasonal else 'the last value'}"
