"""A panel as the table that it could have been read from: sorted, one row per step, nothing missing."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from forecast.data.arrays import Floats, Integers, row_positions
from forecast.data.covariates import Covariates, align
from forecast.data.panel import Panel
from forecast.data.results import ResultTable, id_columns, time_name
from forecast.data.written import Labels, numbers_column, texts_column, times_column
from forecast.reading.wide import SERIES
from forecast.spec.reading import NO_TIME

VALUE = "value"
"""The name of the column of numbers of a wide file, which becomes a long one."""


def clean_table(panel: Panel) -> ResultTable:
    """The id, if there is one, time, target or label, season and covariates, under their names in the data.

    Reading the table gives the same panel, except that fills are observed. With covariates
    that are known ahead, a series goes on after its end, without values of the target.
    """
    columns, covariates = panel.columns, panel.covariates
    bounds = panel.bounds if covariates is None or not columns.known else covariates.known_bounds
    lengths = np.diff(bounds)
    table: ResultTable = {}
    if columns.series is not None or len(panel) > 1:
        named = columns if columns.series is not None else replace(columns, series=SERIES)
        for name, ids in id_columns(named, panel.ids).items():
            table[name] = ids.repeat(lengths)
    if columns.time not in (None, NO_TIME):
        first_times = panel.times[np.repeat(panel.bounds[:-1], lengths)]
        times = panel.frequency.shift(first_times, row_positions(bounds))
        table[time_name(columns)] = times_column(times, panel.frequency)
    values = _extend(panel.values, panel.bounds, bounds)
    has_names = panel.target.classes and not panel.target.is_event
    target = texts_column(values, panel.target.classes) if has_names else numbers_column(values)
    table[columns.target or VALUE] = target
    if columns.season is not None:
        table[columns.season] = np.repeat(panel.seasons, lengths)
    if covariates is not None:
        table.update(_covariates(panel, covariates, bounds))
    return table


def _covariates(
    panel: Panel, covariates: Covariates, bounds: Integers
) -> Iterator[tuple[str, Labels | Floats]]:
    """Names and values of the covariates, in the order past, known, static."""
    known = covariates.known if panel.columns.known else np.empty((bounds[-1], 0))
    values = (
        *(_extend(column, panel.bounds, bounds) for column in covariates.past.T),
        *known.T,
        *(np.repeat(column, np.diff(bounds)) for column in covariates.static.T),
    )
    for name, column, vocabulary in zip(
        panel.columns.covariates, values, covariates.vocabularies, strict=True
    ):
        yield name, texts_column(column, vocabulary) if vocabulary else numbers_column(column)


def _extend(values: Floats, bounds: Integers, longer: Integers) -> Floats:
    """Rows of series cut at `bounds`, with NaN after each series, so that they are cut at `longer`."""
    return align(values[:, None], bounds, longer)[:, 0]
