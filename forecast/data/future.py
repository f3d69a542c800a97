"""Known covariates after the end of a panel: filled in, or written as a table to fill in."""

from dataclasses import replace

import numpy as np

from forecast.data import results
from forecast.data.arrays import Floats, Integers, bounds_of, series_at, slices
from forecast.data.covariates import align
from forecast.data.panel import Panel
from forecast.data.written import numbers_column, texts_column, times_column
from forecast.errors import DataError, UsageError
from forecast.spec.reading import FutureMissing


def with_known_future(panel: Panel, steps: int, missing: FutureMissing | None = None) -> Panel:
    """The panel with known covariates for `steps` rows after the end of every series.

    Missing values are filled with the last one ("hold") or that of a season before ("season"); without
    `missing` they are a `DataError` that names series, time and column.
    """
    covariates = panel.covariates
    if covariates is None or not covariates.known.shape[1]:
        return panel
    lengths = np.maximum(np.diff(covariates.known_bounds), panel.lengths + steps)
    bounds = bounds_of(lengths)
    known = align(covariates.known, covariates.known_bounds, bounds)
    ends = bounds[:-1] + panel.lengths
    rows = ends[:, None] + np.arange(steps)
    incomplete = rows[np.isnan(known[rows]).any(axis=2)]
    if len(incomplete) and missing is None:
        raise _missing_error(panel, known, bounds, int(incomplete[0]))
    season = np.ones_like(lengths) if missing == "hold" else panel.seasons
    for step in range(steps):
        # A series that is shorter than a season holds its last value.
        lag = np.where(season <= panel.lengths + step, season, 1)
        values = known[ends + step]
        known[ends + step] = np.where(np.isnan(values), known[ends + step - lag], values)
    return replace(panel, covariates=replace(covariates, known=known, known_bounds=bounds))


def _missing_error(panel: Panel, known: Floats, bounds: Integers, row: int) -> DataError:
    series = int(series_at(bounds, row))
    column = panel.columns.known[int(np.argmax(np.isnan(known[row])))]
    last = panel.bounds[series + 1] - 1
    steps = np.array([row - bounds[series] - panel.lengths[series] + 1])
    time = panel.frequency.text(panel.frequency.shift(panel.times[last : last + 1], steps))[0]
    within = f' in series "{panel.ids[series]}"' if panel.columns.series else ""
    return DataError(
        f'"{column}" is not known for {time}{within}',
        hint="forecast future writes the rows to fill in, for --future; or --future-missing hold",
    )


def future_rows(panel: Panel, steps: int) -> results.ResultTable:
    """The next `steps` rows of every series to fill in: id, time, and what is known of known covariates."""
    covariates, columns = panel.covariates, panel.columns
    if covariates is None or not columns.known:
        raise UsageError(
            "the model has no known covariates: there is nothing to fill in",
            hint="forecast train --known names such columns",
        )
    table: results.ResultTable = {}
    for name, ids in results.id_columns(columns, panel.ids).items():
        table[name] = ids.repeat(steps)
    times = panel.frequency.after(panel.last_times, steps)
    table[results.time_name(columns)] = times_column(times.ravel(), panel.frequency)
    # The known rows of each series, cut or extended so that it ends `steps` rows after the panel's end.
    bounds = panel.bounds + steps * np.arange(len(panel) + 1)
    kept = np.minimum(np.diff(covariates.known_bounds), panel.lengths + steps)
    kept_bounds, rows = slices(covariates.known_bounds[:-1], kept)
    known = align(covariates.known[rows], kept_bounds, bounds)
    future = (bounds[1:, None] - steps + np.arange(steps)).ravel()
    vocabularies = covariates.vocabularies[len(columns.past) :]
    for index, name in enumerate(columns.known):
        values, vocabulary = known[future, index], vocabularies[index]
        table[name] = texts_column(values, vocabulary) if vocabulary else numbers_column(values)
    return table
