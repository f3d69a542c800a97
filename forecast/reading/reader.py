"""A file, a pipe or a frame becomes a checked `Panel`, or one `DataError` that names its place."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from forecast.data import frequency_names
from forecast.data.arrays import Floats
from forecast.data.frequency import DAY, Frequency, infer
from forecast.data.frequency_names import NamedFrequency
from forecast.data.panel import Panel
from forecast.data.results import TIME
from forecast.errors import DataError, UsageError
from forecast.events import SeriesSkipped
from forecast.reading.aggregation import calendar, one_row_a_time, resampled
from forecast.reading.classes import classes_of
from forecast.reading.covariates import CovariateRows, covariates_of, parsed, texts_among, with_future
from forecast.reading.labelled import label_roles, labelled_panel, sorted_rows
from forecast.reading.regular import regular, within_numbers
from forecast.reading.roles import Roles, duplicate_hint, find_roles
from forecast.reading.rows import Rows
from forecast.reading.seasons import refuse_other_steps, with_seasons
from forecast.reading.wide import lengthened
from forecast.spec.reading import Columns, Notation, Policy, ReadSpec, Target
from forecast.tables import date_formats, dates, numbers
from forecast.tables.columns import CellError, Column
from forecast.tables.delimited import read_table, unsniffed_mark
from forecast.tables.source import Source, open_source
from forecast.tables.table import Table

CLOCKS_PUT_BACK = (
    "where clocks were put back, write times with a zone such as +02:00; "
    "--duplicates mean or sum makes one row of both hours"
)

CLEAR_SHARE = 0.5
"""Share of rows that keep a step, from which it is clear to what they can be resampled."""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A panel, and what had to be guessed and mended to get it."""

    panel: Panel
    source: str
    """How messages call the source: "harvest.csv", "standard input"."""
    guesses: tuple[tuple[str, str, str], ...]
    """(part, guess, reason): ("time", "year", "integers that look like years")."""
    repairs: tuple[str, ...]
    """Sentences: "3 gaps of 5 rows filled with the last value (first: 1914, before line 8)"."""
    skipped: tuple[SeriesSkipped, ...]
    """Series of several that cannot be used; they are not in the panel."""
    read: ReadSpec
    """How it was asked to be read, its columns found."""


@dataclass(frozen=True, slots=True)
class PartialRead:
    """How far reading came; None is what it did not reach."""

    file: Table
    """The columns as they stand in the data."""
    table: Table
    """The columns that are read: the same, but for a wide file."""
    roles: Roles | None = None
    notation: tuple[tuple[str, str, str], ...] = ()
    """Guesses of how fields and numbers are written, where it is not the plain way."""
    columns: Columns | None = None
    """The parts that columns play, all found."""
    rows: Rows | None = None
    """As they stand in the data, sorted; times may stand twice."""
    target: Target | None = None
    """What the values of the rows are: numbers, or indices of its classes."""
    frequency: Frequency | None = None
    """The step that was asked for or inferred, before anything is put on it."""
    reading: ReadResult | None = None


def read_panel(
    source: Source,
    read: ReadSpec | None = None,
    *,
    frequency: Frequency | None = None,
    season: int | None = None,
) -> ReadResult:
    """The checked panel in `source`; "-" is standard input.

    Series stand in the order of their ids, so that the order of rows decides nothing.
    One that cannot be used is left out, unless it stands alone.
    With `frequency` (a model's own), the data need not show one: a single row will do.
    """
    *_, last = drafts(source, read or ReadSpec(), frequency=frequency, season=season)
    assert last.reading is not None
    return last.reading


def drafts(
    source: Source, read: ReadSpec, *, frequency: Frequency | None = None, season: int | None = None
) -> Iterator[PartialRead]:
    """What reading finds, step by step; the last holds the `ReadResult`, where no `DataError` comes first."""
    asked = frequency_names.named(read.frequency) if read.frequency and frequency is None else None
    table = _table(source, read.notation)
    yield (draft := PartialRead(table, table))
    if read.target is not None and read.target.kind == "label":
        yield from _labelled(draft, read)
        return
    table, roles = lengthened(table, read) if read.wide else (table, find_roles(table, read))
    yield (draft := replace(draft, table=table, roles=roles))
    clock = _clock(table, roles.time, frequency, read.notation.date_format)
    found, target = _target(table, roles, read)
    ordered = _sorted(table, roles.time, roles.series, clock, found.values[roles.target.codes])
    ordered = with_seasons(ordered, roles.season, table, read.notation)
    # A model's columns are what it learned them to be.
    texts = read.columns.categorical if frequency else texts_among(roles.beside, read.columns.categorical)
    beside = parsed(table, roles.beside, ordered, texts=texts, notation=read.notation)
    columns = _columns(roles, read, beside)
    if columns.known:
        ordered = ordered.kept(~ordered.behind_numbers)
    if read.wide:
        ordered = within_numbers(ordered)
    notation = _notation(table, found, read.notation)
    yield (draft := replace(draft, columns=columns, rows=ordered, target=target, notation=notation))
    step = frequency or _frequency(ordered, clock, table, asked)
    yield (draft := replace(draft, frequency=step))
    rows, merged = _one_row_a_time(ordered, roles, table, read.policy)
    rows, step, put = _on_the_step(rows, step, table, read, is_sure=frequency is not None)
    if rows.seasons is None:
        rows = replace(rows, seasons=np.full(len(rows.ids), season or step.default_season))
    whole = regular(rows, step, table, read.policy)
    panel = Panel(
        whole.ids,
        whole.times,
        whole.values,
        whole.observed,
        whole.bounds,
        columns,
        step,
        interpolated=whole.interpolated,
        target=target,
        seasons=whole.seasons,
    )
    panel, held = _with_covariates(panel, beside, table)
    repairs = (*table.repairs, *filter(None, [clock.repair]), *merged, *put, *whole.repairs, *held)
    guesses = (*draft.notation, *roles.guesses)
    found_read = replace(read, columns=columns, target=target)
    yield replace(draft, reading=ReadResult(panel, table.source, guesses, repairs, whole.skipped, found_read))


def _labelled(draft: PartialRead, read: ReadSpec) -> Iterator[PartialRead]:
    """The same for series that end in a label."""
    table, roles = draft.table, label_roles(draft.table, read)
    yield (draft := replace(draft, roles=roles, columns=read.columns))
    clock = _clock(table, roles.time, None, read.notation.date_format)
    assert roles.series is not None
    rows = sorted_rows(roles.series, clock.times if roles.time is None else clock.times[roles.time.codes])
    panel, held, skipped = labelled_panel(table, roles, rows, read)
    found_read = replace(read, columns=panel.columns, target=panel.target)
    repairs = (*table.repairs, *held)
    yield replace(
        draft,
        columns=panel.columns,
        frequency=panel.frequency,
        reading=ReadResult(panel, table.source, (), repairs, skipped, found_read),
    )


def _columns(roles: Roles, read: ReadSpec, beside: CovariateRows) -> Columns:
    """The columns that are read, with the parts they play."""
    asked = read.columns
    if read.wide and (asked.covariates or asked.season is not None):
        raise UsageError(
            "a wide file has a column for each series, and none beside them",
            hint="make it long, a row for each series and time, to read more than the target",
        )
    return replace(
        roles.columns, past=asked.past, known=asked.known, static=asked.static, categorical=beside.texts
    )


def _with_covariates(panel: Panel, beside: CovariateRows, table: Table) -> tuple[Panel, tuple[str, ...]]:
    """The panel with the columns beside its target, and what had to be filled in them."""
    if not beside.columns:
        return panel, ()
    covariates, told = covariates_of(beside, panel, table)
    return replace(panel, covariates=covariates), told


def with_future_rows(panel: Panel, source: Source, read: ReadSpec) -> Panel:
    """The panel with the known covariates that the rows of `source` tell for times behind its end."""
    table = _table(source, read.notation)
    columns = read.columns
    if not columns.known:
        raise UsageError("--future: the model reads nothing that is known ahead")
    time = table.named(columns.time or TIME)
    series = None if columns.series is None else table.named(columns.series)
    clock = _clock(table, time, panel.frequency, read.notation.date_format)
    rows = _sorted(table, time, series, clock, np.zeros(table.rows))
    known = [table.named(name) for name in columns.known]
    return with_future(
        panel, parsed(table, known, rows, texts=columns.categorical, notation=read.notation), table
    )


def _table(source: Source, notation: Notation) -> Table:
    if hasattr(source, "iloc"):
        from forecast.tables.frames import frame_table

        return frame_table(cast(Any, source))
    opened = open_source(source, encoding=notation.encoding)
    if not opened.is_parquet:
        return read_table(opened, notation)
    from forecast.tables.frames import parquet_table

    return parquet_table(opened)


def _clock(
    table: Table, time: Column | None, frequency: Frequency | None, date_format: str | None
) -> dates.ParsedTimes:
    """The times of the time column's texts, in the way the model's frequency needs them."""
    if time is None:
        return dates.ParsedTimes(np.arange(1, table.rows + 1), "integer", None, "rows are counted")
    integer_steps = frequency is not None and frequency.form == "integer"
    try:
        if date_format is not None:
            clock = date_formats.parse(time.texts, date_format)
        else:
            clock = dates.parse(time.texts, integer_steps=integer_steps)
    except CellError as bad:
        raise table.refusal(time, bad) from None
    if frequency is None:
        return clock
    if (clock.form == "integer") != integer_steps:
        found, wanted = ("integers", "dates") if integer_steps is False else ("dates", "integers")
        raise DataError(
            f'column "{time.name}" holds {found}, the model\'s times are {wanted}', where=table.source
        )
    if (clock.offset_seconds is None) != (frequency.offset_seconds is None):
        named = "no zone" if clock.offset_seconds is None else "a zone"
        raise DataError(
            f'times of column "{time.name}" have {named}, unlike the model\'s', where=table.source
        )
    return clock


def _target(table: Table, roles: Roles, read: ReadSpec) -> tuple[numbers.Numbers, Target]:
    """The numbers in the target's texts, or their places among its classes."""
    classes = classes_of(table, roles.target, read)
    if classes is None:
        return _numbers(table, roles, read.notation), Target()
    return numbers.Numbers(classes.values, numbers.PLAIN), Target("class", classes.names)


def _numbers(table: Table, roles: Roles, notation: Notation) -> numbers.Numbers:
    try:
        return numbers.parse(roles.target.texts, notation, delimiter=table.delimiter)
    except CellError as bad:
        mark = "" if len(table.columns) > 1 else unsniffed_mark(roles.target)
        hint = f'if "{mark}" parts the fields, say --delimiter "{mark}"' if mark else bad.hint
        raise table.refusal(roles.target, CellError(bad.index, bad.message, hint=hint)) from None


def _sorted(
    table: Table, time: Column | None, id: Column | None, clock: dates.ParsedTimes, values: Floats
) -> Rows:
    """The rows by id and time."""
    row_times = clock.times if time is None else clock.times[time.codes]
    if id is None:
        ids: tuple[str, ...] = ("",)
        series = np.zeros(table.rows, dtype=np.int64)
    else:
        by_id = sorted(range(len(id.texts)), key=id.texts.__getitem__)
        ids = tuple(id.texts[index] for index in by_id)
        series = np.argsort(by_id)[id.codes]
    order = np.lexsort((row_times, series))
    bounds = np.concatenate(([0], np.cumsum(np.bincount(series, minlength=len(ids)))))
    return Rows(ids, row_times[order], values[order], order, bounds)


def _one_row_a_time(rows: Rows, roles: Roles, table: Table, policy: Policy) -> tuple[Rows, tuple[str, ...]]:
    """Rows with each time once a series, by the policy, and what was done."""
    if policy.duplicates is None and policy.resample is not None:
        return rows, ()  # events may well share a second
    if policy.duplicates is None or policy.duplicates == "error":
        _refuse_duplicates(rows, roles, table)
        return rows, ()
    return one_row_a_time(rows, policy.duplicates, table)


def _on_the_step(
    rows: Rows, step: Frequency, table: Table, read: ReadSpec, *, is_sure: bool
) -> tuple[Rows, Frequency, tuple[str, ...]]:
    """Rows resampled where that was asked for, the step they stand on then, and what was done."""
    if read.policy.resample is None or not len(rows.times):
        refuse_other_steps(rows, step, table)
        return rows, step, ()
    if not (is_sure or read.frequency):
        _refuse_unclear(rows, step, table)
    standing = calendar(step)
    rows, told = resampled(rows, standing, read.policy.resample, table)
    return rows, standing, told


def _refuse_unclear(rows: Rows, step: Frequency, table: Table) -> None:
    """Rows of no step can be put on any, so it must be named."""
    keeps = rows.keeps(step)
    kept = keeps.mean() if len(keeps) else 0.0
    if kept < CLEAR_SHARE:
        raise DataError(
            f"no step is kept by {CLEAR_SHARE:.0%} of the rows: the most common is {step.adjective}, "
            f"kept by {kept:.0%}",
            where=table.source,
            hint="name the step to resample to, such as --freq day or --freq hour",
        )


def _refuse_duplicates(rows: Rows, roles: Roles, table: Table) -> None:
    """Lexsort is stable, so of two equal times the one that stands first in the data comes first."""
    again = np.flatnonzero(rows.repeats)
    if not len(again) or roles.time is None:
        return
    first, second = rows.origin[again[0] - 1], rows.origin[again[0]]
    text = roles.time.texts[roles.time.codes[second]]
    within = "" if roles.series is None else f' in series "{rows.ids[rows.series[again[0]]]}"'
    raise DataError(
        f'"{text}" stands twice{within}, first on {table.place(int(first))}',
        where=table.where(int(second), roles.time),
        hint=CLOCKS_PUT_BACK if _may_be_put_back(rows.times[again[0]]) else duplicate_hint(table, roles),
    )


def _may_be_put_back(time: np.int64 | np.datetime64) -> bool:
    """Whether a time is of the hours of a Sunday night in which summer time ends."""
    if not isinstance(time, np.datetime64):
        return False
    days, seconds = divmod(int(time.astype("datetime64[s]").astype(np.int64)), DAY)
    return (days + 3) % 7 == 6 and 0 < seconds <= 3 * 3600


def _frequency(rows: Rows, clock: dates.ParsedTimes, table: Table, asked: NamedFrequency | None) -> Frequency:
    try:
        if asked is not None:
            return asked.clock(rows.times, form=clock.form, offset_seconds=clock.offset_seconds)
        return infer(rows.times, rows.bounds, form=clock.form, offset_seconds=clock.offset_seconds)
    except DataError as error:
        raise DataError(error.message, where=table.source, hint=error.hint) from None


def _notation(table: Table, found: numbers.Numbers, asked: Notation) -> tuple[tuple[str, str, str], ...]:
    """How fields are parted and numbers written, where it is not the plain way and nobody said it."""
    told = []
    if table.delimiter != "," and asked.delimiter is None:
        mark = {"\t": "tab"}.get(table.delimiter, table.delimiter)
        told.append(("delimiter", mark, "every row has as many fields as the header"))
    if found.style.decimal != "." and asked.decimal is None:
        told.append(("decimal", found.style.decimal, "all numbers can be read so"))
    if found.style.group and asked.thousands is None:
        told.append(("thousands", found.style.group, "all numbers can be read so"))
    return tuple(told)
