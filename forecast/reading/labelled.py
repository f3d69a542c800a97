"""Series with one label each, such as the words of a sentence and what it asks for.

The order of rows is that of the time column where there is one, else that of the data. The
label is in one row of a series, or in all of them.
"""

from dataclasses import replace

import numpy as np

from forecast.data.arrays import Floats, first_true, row_positions
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.errors import DataError, UsageError
from forecast.events import SeriesSkipped
from forecast.reading.roles import Roles, refuse_double_use, refuse_equal_names
from forecast.reading.rows import Rows
from forecast.spec.reading import Columns, ReadSpec, Target
from forecast.tables.columns import Column
from forecast.tables.table import Table

STEPS = Frequency("step", form="integer")
"""The frequency of counted rows."""


def find_label_roles(table: Table, read: ReadSpec) -> Roles:
    """The columns of labelled series; an empty column of labels where a model predicts them.

    A `UsageError` for options that a label excludes; a `DataError` for a column that does not
    exist or has two roles.
    """
    columns = read.columns
    _refuse_other_options(read)
    covariates = tuple(table.column(name) for name in (*columns.past, *columns.static))
    if columns.target not in table.names and has_model_classes(read):
        label = Column("", [""], np.zeros(table.rows, np.int32))
    else:
        label = table.column(columns.target or "")
    time = None if columns.time is None else table.column(columns.time)
    series = table.column(columns.series or "")
    requested = [("label", label), ("time", time), ("id", series)]
    refuse_double_use(table, [*requested, *(("a covariate", column) for column in covariates)])
    for column in (label, time, series, *covariates):
        refuse_equal_names(table, column)
    return Roles(label, time, series, (), covariates)


def has_model_classes(read: ReadSpec) -> bool:
    """Whether the data are read for a model, which knows the classes: then they need no label."""
    return read.target is not None and bool(read.target.classes)


def _refuse_other_options(read: ReadSpec) -> None:
    """Refuse a label without ids and covariates, and options that exclude a label."""
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


def label_rows(rows: Rows, label: Column, read: ReadSpec) -> tuple[Rows, tuple[SeriesSkipped, ...]]:
    """The rows, counted within each series from 1, with the label of their series as value.

    Series without a label are skipped, unless a model predicts it; a `DataError` for two labels
    of a series.
    """
    labels = _series_labels(rows, label)
    counted = replace(rows, times=row_positions(rows.bounds) + 1, values=labels[rows.series])
    if has_model_classes(read):
        return counted, ()
    unlabelled = np.flatnonzero(np.isnan(labels)).tolist()
    skipped = tuple(
        SeriesSkipped(rows.ids[series], "no row has a label", rows.where_series(series))
        for series in unlabelled
    )
    return counted.without(unlabelled), skipped


def _series_labels(rows: Rows, label: Column) -> Floats:
    """(series,) the label of each series, NaN where no row has one; a `DataError` for two labels."""
    present = ~np.isnan(rows.values)
    given = np.flatnonzero(present)
    labels = np.full(len(rows.ids), np.nan)
    labels[rows.series[given][::-1]] = rows.values[given][::-1]  # the first of each series stays
    if (row := first_true(present & (rows.values != labels[rows.series]))) is not None:
        id, text = rows.ids[rows.series[row]], label.texts[label.codes[rows.origin[row]]]
        raise DataError(
            f'series "{id}" has another label before "{text}"',
            where=rows.where(row, label),
            hint="one label per series; --target forecasts what changes from row to row",
        )
    return labels


def labelled_panel(rows: Rows, columns: Columns, target: Target) -> Panel:
    """The panel of labelled series; rows of a series whose label is unknown are not observed."""
    return Panel(
        ids=rows.ids,
        times=rows.times,
        values=np.nan_to_num(rows.values),
        observed=~np.isnan(rows.values),
        bounds=rows.bounds,
        columns=columns,
        frequency=STEPS,
        seasons=rows.seasons,
        target=target,
    )
