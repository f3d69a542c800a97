"""A panel as the table it could have been read from: sorted, one row a step, nothing missing."""

from collections.abc import Iterator

import numpy as np

from forecast.data.arrays import Floats, Integers, row_positions
from forecast.data.covariates import Covariates
from forecast.data.panel import Panel
from forecast.data.results import Labels, ResultTable, numbers_column, texts_column, times_column
from forecast.reading.wide import SERIES

VALUE = "value"
"""How the column of numbers of a wide file is called, once it is long."""


def clean_table(panel: Panel) -> ResultTable:
    """The id where there is one, the time, the target or label, season and covariates, as the data name them.

    Reading it gives the same panel, but that fills count as observed. A series with
    columns known ahead goes on behind its end, without a number there.
    """
    columns, covariates = panel.columns, panel.covariates
    bounds = panel.bounds if covariates is None or not columns.known else covariates.known_bounds
    lengths = np.diff(bounds)
    table: ResultTable = {}
    if columns.series is not None or len(panel) > 1:
        table[columns.series or SERIES] = np.repeat(np.array(panel.ids, dtype=object), lengths)
    if columns.time is not None:
        starts = panel.times[np.repeat(panel.bounds[:-1], lengths)]
        table[columns.time] = times_column(
            panel.frequency.shift(starts, row_positions(bounds)), panel.frequency
        )
    values = _placed(panel.values, panel.bounds, bounds)
    texts = panel.target.classes and not panel.target.is_event
    written = texts_column(values, panel.target.classes) if texts else numbers_column(values)
    table[columns.target or VALUE] = written
    if columns.season is not None:
        table[columns.season] = np.repeat(panel.seasons, lengths)
    if covariates is not None:
        table.update(_beside(panel, covariates, bounds))
    return table


def _beside(panel: Panel, covariates: Covariates, bounds: Integers) -> Iterator[tuple[str, Labels | Floats]]:
    """Names and values of the covariates in the order past, known, static."""
    known = covariates.known if panel.columns.known else np.empty((bounds[-1], 0))
    parts = (
        *(_placed(column, panel.bounds, bounds) for column in covariates.past.T),
        *known.T,
        *(np.repeat(column, np.diff(bounds)) for column in covariates.static.T),
    )
    for name, values, vocabulary in zip(
        panel.columns.covariates, parts, covariates.vocabularies, strict=True
    ):
        yield name, texts_column(values, vocabulary) if vocabulary else numbers_column(values)


def _placed(values: Floats, of: Integers, bounds: Integers) -> Floats:
    """Rows of series at `of` as the first rows of series at `bounds`; NaN behind them."""
    lengths = np.diff(of)
    placed = np.full(bounds[-1], np.nan)
    placed[np.arange(len(values)) + np.repeat(bounds[:-1] - of[:-1], lengths)] = values
    return placed
