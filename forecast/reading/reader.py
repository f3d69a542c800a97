"""Reading: a file, a pipe or a frame becomes a panel, or one `DataError` that names its place."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from forecast.data import frequency_names
from forecast.data.arrays import row_positions
from forecast.data.frequency import Frequency
from forecast.data.frequency_names import NamedFrequency
from forecast.data.panel import Panel
from forecast.data.results import TIME
from forecast.errors import DataError, UsageError
from forecast.events import SeriesSkipped
from forecast.phrases import JOINER, counted
from forecast.reading.across import across_to_long, requested_across
from forecast.reading.aggregation import period_start_frequency, resample
from forecast.reading.classes import parse_target
from forecast.reading.covariates import (
    CovariateRows,
    align_covariates,
    find_categorical,
    parse_covariates,
    with_future,
)
from forecast.reading.duplicates import resolve_duplicates
from forecast.reading.ends import with_last_zeros
from forecast.reading.labelled import STEPS, find_label_roles, has_model_classes, label_rows, labelled_panel
from forecast.reading.opening import open_table
from forecast.reading.periods import read_as_periods
from forecast.reading.regular import regular_panel, skip_unusable
from forecast.reading.roles import Roles, find_roles, notation_guesses
from forecast.reading.rows import Rows, sort_rows
from forecast.reading.seasons import read_seasons, refuse_other_steps
from forecast.reading.sparse import start_after_gaps
from forecast.reading.time_column import without_annual_rows
from forecast.reading.time_steps import find_frequency, parse_times, refuse_unclear_step
from forecast.reading.wide import to_long
from forecast.spec.reading import NO_TIME, Columns, ReadSpec, Target
from forecast.tables.columns import Guess
from forecast.tables.dates import ParsedTimes
from forecast.tables.source import Source
from forecast.tables.table import Table

if TYPE_CHECKING:
    # What cuts the rows at a date is imported where there is one.
    from forecast.reading.as_of import Cut


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A panel, with what was guessed and repaired to get it."""

    panel: Panel
    source: str
    """The name of the source in messages: "harvest.csv", "standard input"."""
    guesses: tuple[Guess, ...]
    """(role, guess, reason): ("time", "year", "integers that look like years")."""
    repairs: tuple[str, ...]
    """Sentences: "3 gaps of 5 rows filled with the last value (first: 1914, before line 8)"."""
    skipped: tuple[SeriesSkipped, ...]
    """Series that cannot be used; they are not in the panel."""
    read: ReadSpec
    """How the data were read: as requested, with the columns and the target that were found."""
    zeros: int = 0
    """Steps without a row or a number that are 0 by the policy "zero"."""

    def __repr__(self) -> str:
        """Such as: ReadResult of 'harvest.csv', 0 repairs, 0 skipped series, Panel of 1 series, ..."""
        repairs, skipped = counted(len(self.repairs), "repair"), f"{len(self.skipped):,} skipped series"
        return f"ReadResult of {self.source!r}, {repairs}, {skipped}, {self.panel!r}"


@dataclass(slots=True)
class PartialRead:
    """What reading has found so far; each stage stores its results here, None is what was not reached."""

    read: ReadSpec
    """How the data are to be read."""
    file: Table
    """The columns of the data."""
    table: Table
    """The columns that are read: those of the data, but for a wide file long ones."""
    roles: Roles | None = None
    columns: Columns | None = None
    """The names of all columns with a role."""
    notation: tuple[Guess, ...] = ()
    """Guesses of the delimiter and the style of numbers."""
    target: Target | None = None
    """What the values of the rows are: numbers, or indices of its classes."""
    times: ParsedTimes | None = None
    rows: Rows | None = None
    """Sorted, with the duplicates of the data; None for labelled series."""
    frequency: Frequency | None = None
    """The requested or inferred step, before resampling."""
    reading: ReadResult | None = None
    until: str | None = None
    """The date up to which rows are read; None for all of them."""
    cut: "Cut | None" = None
    """The last moment of that date."""


def read_panel(
    source: Source,
    read: ReadSpec | None = None,
    *,
    frequency: Frequency | None = None,
    season: int | None = None,
) -> ReadResult:
    """The panel in `source`, a path, "-" for standard input, a file object or a frame.

    Series are in the order of their ids, so the order of rows makes no difference. Series that
    cannot be used are skipped if others remain. For a model, `frequency` and `season` are its
    own: the data need not show a step, so a single row will do. Raises a `DataError` that names
    the place in the data, or a `UsageError` for options that exclude each other.
    """
    read = read or ReadSpec()
    step = frequency or _requested_step(read)
    return _run_stages(_open(source, read), step, season)


def read_until(
    source: Source,
    until: str,
    read: ReadSpec | None = None,
    *,
    frequency: Frequency | None = None,
    season: int | None = None,
) -> "tuple[ReadResult, Cut, Panel]":
    """What `read_panel` gives of the rows up to a date, its last moment, and the panel of all rows."""
    read = read or ReadSpec()
    table = open_table(source, read)
    partial = PartialRead(read, file=table, table=table, until=until)
    then = _run_stages(partial, frequency or _requested_step(read), season)
    assert partial.cut is not None
    whole = PartialRead(then.read, file=table, table=table)
    return then, partial.cut, _run_stages(whole, then.panel.frequency, season).panel


def read_as_far_as_possible(
    source: Source, read: ReadSpec, *, frequency: Frequency | None = None
) -> tuple[PartialRead, DataError | None]:
    """What reading finds in `source`, and the `DataError` that ended it, None where there is a panel.

    Data whose rows show no step may have that of others, `frequency`. Raises a `DataError` where the source
    is no table.
    """
    step = frequency or _requested_step(read)
    partial = _open(source, read)
    try:
        _run_stages(partial, step)
    except DataError as error:
        return partial, error
    return partial, None


def _requested_step(read: ReadSpec) -> NamedFrequency | None:
    return frequency_names.parse_frequency(read.frequency) if read.frequency else None


def _open(source: Source, read: ReadSpec) -> PartialRead:
    table = open_table(source, read)
    return PartialRead(read, file=table, table=table)


def _run_stages(
    partial: PartialRead, step: Frequency | NamedFrequency | None, season: int | None = None
) -> ReadResult:
    """Read an opened table to the end; each stage stores what it finds in `partial`.

    `step` is the frequency of a model or the requested one, None to infer it.
    """
    model_frequency = step if isinstance(step, Frequency) else None
    roles = _find_roles(partial)
    parsed = _parse_rows(partial, roles, model_frequency)
    if _is_labelled(partial.read):
        result = _labelled_result(partial, parsed)
    else:
        frequency = partial.frequency = find_frequency(parsed.rows, parsed.times, step)
        result = _regular_result(partial, parsed, frequency, season, is_sure=model_frequency is not None)
    partial.reading = _with_covariates(result, parsed.covariates)
    return partial.reading


def _is_labelled(read: ReadSpec) -> bool:
    return read.target is not None and read.target.kind == "label"


def _find_roles(partial: PartialRead) -> Roles:
    """The columns that are read; a wide table becomes a long one."""
    if _is_labelled(partial.read):
        roles = find_label_roles(partial.table, partial.read)
        partial.columns = partial.read.columns
    elif (across := requested_across(partial.table, partial.read)) is not None:
        partial.read = replace(partial.read, wide=True)
        partial.table, roles = across_to_long(partial.table, across, partial.read)
    elif partial.read.wide:
        partial.table, roles = to_long(partial.table, partial.read)
    else:
        roles = find_roles(partial.table, partial.read)
        without_annual = None if roles.time is None else without_annual_rows(partial.table, roles.time)
        if without_annual is not None:
            partial.table = without_annual
            roles = find_roles(partial.table, partial.read)
    partial.roles = roles
    return roles


@dataclass(frozen=True, slots=True)
class _ParsedRows:
    """The sorted rows of a table, and what was found in its columns."""

    rows: Rows
    roles: Roles
    columns: Columns
    target: Target
    times: ParsedTimes
    covariates: CovariateRows
    skipped: tuple[SeriesSkipped, ...] = ()
    """Series without a label."""
    notes: tuple[str, ...] = ()
    """Sentences about units that were read away."""


def _parse_rows(partial: PartialRead, roles: Roles, model_frequency: Frequency | None) -> _ParsedRows:
    """The times, target, seasons and covariates of all rows."""
    table, read, is_labelled = partial.table, partial.read, _is_labelled(partial.read)
    expected = None if is_labelled else model_frequency  # labelled rows are counted, whatever their times
    times = parse_times(table, roles.time, expected, read.notation)
    target, numbers = parse_target(table, roles.target, read)
    values = numbers.values[roles.target.codes]
    rows = sort_rows(table, values, times=times, time=roles.time, id=roles.series)
    skipped: tuple[SeriesSkipped, ...] = ()
    left_out: tuple[str, ...] = ()
    if roles.time is None:
        rows = replace(rows, times=row_positions(rows.bounds) + 1)
    every_row = None if partial.until is None else rows
    if partial.until is not None:
        from forecast.reading import as_of

        partial.cut = as_of.last_moment(partial.until, times)
        rows, left_out = as_of.rows_until(rows, partial.cut, times)
    if is_labelled:
        rows, skipped = label_rows(rows, roles.target, read)
    if roles.season is not None:
        rows = read_seasons(rows, roles.season, read.notation)

    # New data of a model have categories where its training data had them, and only there.
    is_for_model = has_model_classes(read) if is_labelled else model_frequency is not None
    categorical = read.columns.categorical
    if not is_for_model:
        categorical = find_categorical(roles.covariates, categorical)
    covariates = parse_covariates(
        roles.covariates, every_row or rows, categorical=categorical, notation=read.notation
    )

    partial.target, partial.times = target, times
    partial.columns = columns = _find_columns(roles, read, covariates)
    partial.notation = notation_guesses(table, numbers.style, read.notation)
    if partial.cut is not None:
        covariates = as_of.covariates_until(covariates, columns, partial.cut)
    notes = (*numbers.note(roles.target.name), *covariates.notes, *left_out)
    if not is_labelled:
        if columns.known:
            rows = rows.select(~rows.trailing | rows.leading)  # without rows of known covariates alone
        partial.rows = rows = rows.trimmed if read.wide else rows
    return _ParsedRows(rows, roles, columns, target, times, covariates, skipped, notes)


def _find_columns(roles: Roles, read: ReadSpec, covariates: CovariateRows) -> Columns:
    """The names of the columns that are read; a `UsageError` for a wide file with covariates or seasons."""
    given = read.columns
    if read.wide and (given.covariates or given.season is not None):
        raise UsageError(
            "a wide file has a column for each series, and none for covariates or seasons",
            hint="make it long: one row for each series and time",
        )
    categorical = covariates.categorical
    if _is_labelled(read):
        return replace(given, categorical=categorical)
    counted_rows = {"time": NO_TIME} if given.time == NO_TIME and roles.time is None else {}
    return replace(
        roles.columns,
        **counted_rows,
        past=given.past,
        known=given.known,
        static=given.static,
        categorical=categorical,
    )


def _labelled_result(partial: PartialRead, parsed: _ParsedRows) -> ReadResult:
    """The panel of labelled series, without covariates."""
    partial.frequency = STEPS
    panel = labelled_panel(parsed.rows, parsed.columns, parsed.target)
    return _result(partial, parsed, panel, repairs=(), skipped=parsed.skipped)


def _regular_result(
    partial: PartialRead, parsed: _ParsedRows, frequency: Frequency, season: int | None, *, is_sure: bool
) -> ReadResult:
    """The panel with one row per step, without covariates: duplicates merged, resampled, filled.

    With `is_sure` the frequency is that of a model, not one of these rows.
    """
    read = partial.read
    rows, merged = resolve_duplicates(parsed.rows, parsed.roles, read.policy)
    of_events = read.policy.gaps_or_default == "zero" and not parsed.columns.covariates
    if read.policy.resample is not None and len(rows.times):
        if not (is_sure or read.frequency):
            refuse_unclear_step(rows, frequency)
        frequency = period_start_frequency(frequency)
        rows, resampled = resample(rows, frequency, read.policy.resample, of_events=of_events)
    else:
        is_requested = read.frequency is not None
        rows, frequency, placed = read_as_periods(
            rows, frequency, is_model=is_sure, is_requested=is_requested
        )
        partial.frequency, resampled = frequency, (placed,) if placed else ()
        if parsed.columns.season is not None:
            refuse_other_steps(rows, frequency)
    if parsed.columns.season is None:
        rows = replace(rows, seasons=np.full(len(rows.ids), season or frequency.default_season))
    ends: tuple[str, ...] = ()
    if of_events:
        rows, ends = with_last_zeros(rows, frequency)
    elif read.policy.gaps_or_default is None:
        rows, ends = start_after_gaps(rows, frequency)
    rows, skipped = skip_unusable(rows, frequency, read.policy)
    panel, filled = regular_panel(rows, frequency, read.policy, columns=parsed.columns, target=parsed.target)
    result = _result(partial, parsed, panel, repairs=(*merged, *resampled, *ends, *filled), skipped=skipped)
    return replace(result, zeros=int(panel.observed.sum() - (~np.isnan(rows.values)).sum()))


def _result(
    partial: PartialRead,
    parsed: _ParsedRows,
    panel: Panel,
    *,
    repairs: tuple[str, ...],
    skipped: tuple[SeriesSkipped, ...],
) -> ReadResult:
    table, times = partial.table, parsed.times
    return ReadResult(
        panel=panel,
        source=table.source,
        guesses=(*partial.notation, *parsed.roles.guesses, *times.guesses),
        repairs=(*table.repairs, *parsed.notes, *((times.repair,) if times.repair else ()), *repairs),
        skipped=skipped,
        read=replace(
            partial.read,
            columns=parsed.columns,
            target=parsed.target,
            notation=replace(partial.read.notation, day_first=times.day_first),
        ),
    )


def _with_covariates(result: ReadResult, covariates: CovariateRows) -> ReadResult:
    """The result with the covariates on the steps of its panel."""
    if not covariates.columns:
        return result
    aligned, messages = align_covariates(covariates, result.panel)
    panel = replace(result.panel, covariates=aligned)
    return replace(result, panel=panel, repairs=(*result.repairs, *messages))


def with_future_rows(panel: Panel, source: Source, read: ReadSpec) -> Panel:
    """The panel with the known covariates after its end from the rows of `source`.

    `read` is that of the panel. Raises a `DataError` where the rows cannot be read, or a
    `UsageError` where no covariate is known ahead.
    """
    table = open_table(source, read)
    columns = read.columns
    if not columns.known:
        raise UsageError("--future: the model has no known covariates")
    name = columns.time or TIME
    if JOINER in name and TIME in table.names:  # as `forecast future` writes them
        name = TIME
    time = None if name == NO_TIME else table.column(name)
    series = None if columns.series is None else table.column(columns.series)
    times = parse_times(table, time, panel.frequency, read.notation)
    rows = sort_rows(table, np.zeros(table.rows), times=times, time=time, id=series)
    known = [table.column(name) for name in columns.known]
    future = parse_covariates(known, rows, categorical=columns.categorical, notation=read.notation)
    return with_future(panel, future)
