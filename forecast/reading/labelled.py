"""Series that end in one label each: the words of a sentence, and what it asks for.

The order of rows is that of the time column where one is named, else that of the data.
A class is told once for a series, or in each of its rows.
"""

from dataclasses import replace

import numpy as np

from forecast.data.arrays import Floats, Integers, Times
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.errors import DataError, UsageError
from forecast.events import SeriesSkipped
from forecast.reading.classes import Classes, classes_of
from forecast.reading.covariates import covariates_of, parsed, texts_among
from forecast.reading.roles import Roles, refuse_double_use, refuse_twins
from forecast.reading.rows import Rows
from forecast.spec.reading import ReadSpec, Target
from forecast.tables.columns import Column
from forecast.tables.table import Table

STEPS = Frequency("step", form="integer")
"""The clock of rows that are counted."""


def label_roles(table: Table, read: ReadSpec) -> Roles:
    """The columns of sequences; without the label where it is to be told."""
    columns = read.columns
    _refuse_others(read)
    beside = tuple(table.named(name) for name in (*columns.past, *columns.static))
    there = columns.target in table.names or not _known(read)
    label = table.named(columns.target or "") if there else Column("", [""], np.zeros(table.rows, np.int32))
    time = None if columns.time is None else table.named(columns.time)
    series = table.named(columns.series or "")
    parts = {"label": label, "time": time, "id": series}
    named = [(part, column) for part, column in parts.items() if column is not None]
    refuse_double_use(table, [*named, *(("a covariate", column) for column in beside)])
    for column in (label, time, series, *beside):
        refuse_twins(table, column)
    return Roles(label, time, series, (), beside)


def _known(read: ReadSpec) -> bool:
    """Whether a model knows the classes: then data need no label."""
    return read.target is not None and bool(read.target.classes)


def _refuse_others(read: ReadSpec) -> None:
    """Refuse options that do not go together with a label, and a label that has nothing to be told from."""
    columns = read.columns
    if columns.series is None or not (columns.past or columns.static):
        raise UsageError(
            "--label needs --id and --past: which rows belong together, and what is read of each",
            hint="such as --id sentence --past word --label intent",
        )
    others = {
        "--known": columns.known,
        "--season": columns.season,
        "--freq": read.frequency,
        "--resample": read.policy.resample,
    }
    given = [option for option, value in others.items() if value]
    if given:
        raise UsageError(f"--label and {', '.join(given)} do not go together: a label is of a whole series")


def sorted_rows(series: Column, order: Times) -> Rows:
    """The rows by id and `order`, (rows,), counted within each series from 1."""
    by_id = sorted(range(len(series.texts)), key=series.texts.__getitem__)
    number = np.argsort(by_id)[series.codes]
    origin = np.lexsort((order, number))
    bounds = np.concatenate(([0], np.cumsum(np.bincount(number, minlength=len(by_id)))))
    position = np.arange(len(origin)) - np.repeat(bounds[:-1], np.diff(bounds)) + 1
    ids = tuple(series.texts[index] for index in by_id)
    return Rows(ids, position, np.zeros(len(origin)), origin, bounds)


def labelled_panel(
    table: Table, roles: Roles, rows: Rows, read: ReadSpec
) -> tuple[Panel, tuple[str, ...], tuple[SeriesSkipped, ...]]:
    """The panel of sequences, its values places of their classes; what was filled; what has no label."""
    classes = classes_of(table, roles.target, read)
    assert classes is not None
    labels = _labels(table, roles.target, rows, classes)
    skipped: tuple[SeriesSkipped, ...] = ()
    if roles.target.name and not _known(read):
        bare = np.flatnonzero(np.isnan(labels)).tolist()
        skipped = tuple(_unlabelled(rows, series, table) for series in bare)
        rows, labels = rows.without(bare), np.delete(labels, bare)
    named = read.columns.categorical
    texts = named if _known(read) else texts_among(roles.beside, named)
    beside = parsed(table, roles.beside, rows, texts=texts, notation=read.notation)
    panel = Panel(
        ids=rows.ids,
        times=rows.times,
        values=np.repeat(np.nan_to_num(labels), np.diff(rows.bounds)),
        observed=np.repeat(~np.isnan(labels), np.diff(rows.bounds)),
        bounds=rows.bounds,
        columns=replace(read.columns, categorical=beside.texts),
        frequency=STEPS,
        seasons=np.ones(len(rows.ids), dtype=np.int64),
        target=Target("label", classes.names),
    )
    covariates, told = covariates_of(beside, panel, table)
    return replace(panel, covariates=covariates), told, skipped


def _unlabelled(rows: Rows, series: int, table: Table) -> SeriesSkipped:
    first = int(rows.origin[rows.bounds[series]])
    return SeriesSkipped(rows.ids[series], "no row holds a label", table.where(first))


def _labels(table: Table, label: Column, rows: Rows, classes: Classes) -> Floats:
    """(series,) the class of each; NaN where no row tells it."""
    told = classes.values[label.codes[rows.origin]]
    found = np.full(len(rows.ids), np.nan)
    there = np.flatnonzero(~np.isnan(told))
    found[rows.series[there][::-1]] = told[there][::-1]
    _refuse_two(table, label, rows, there[told[there] != found[rows.series[there]]])
    return found


def _refuse_two(table: Table, label: Column, rows: Rows, other: Integers) -> None:
    for row in other[:1].tolist():
        origin = int(rows.origin[row])
        id, text = rows.ids[rows.series[row]], label.texts[label.codes[origin]]
        raise DataError(
            f'series "{id}" has another label before "{text}"',
            where=table.where(origin, label),
            hint="one label a series; --target forecasts what changes from row to row",
        )
