"""Known covariates after the end of a panel: filled, or written as rows to fill in."""

from dataclasses import replace
from typing import Literal

import numpy as np

from forecast.data import results
from forecast.data.arrays import Floats, Integers, bounds_of, series_at, slices
from forecast.data.covariates import align
from forecast.data.panel import Panel
from forecast.errors import DataError, UsageError

FutureMissing = Literal["hold", "season"]


def ahead(panel: Panel, steps: int, missing: FutureMissing | None = None) -> Panel:
    """The panel with known covariates for `steps` rows behind the end of every series.

    What is not there is what `missing` makes of it, or a `DataError` that names series, time and column.
    """
    there = panel.covariates
    if there is None or not there.known.shape[1]:
        return panel
    lengths = np.maximum(np.diff(there.known_bounds), panel.lengths + steps)
    bounds = bounds_of(lengths)
    known = align(there.known, there.known_bounds, bounds)
    ends = bounds[:-1] + panel.lengths
    rows = ends[:, None] + np.arange(steps)
    not_there = rows[np.isnan(known[rows]).any(axis=2)]
    if len(not_there) and missing is None:
        raise _not_known(panel, known, bounds, int(not_there[0]))
    season = np.ones_like(lengths) if missing == "hold" else panel.seasons
    for step in range(steps):
        back = np.where(season <= panel.lengths + step, season, 1)
        here = known[ends + step]
        known[ends + step] = np.where(np.isnan(here), known[ends + step - back], here)
    return replace(panel, covariates=replace(there, known=known, known_bounds=bounds))


def _not_known(panel: Panel, known: Floats, bounds: Integers, row: int) -> DataError:
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


def future_rows(panel: Panel, steps: int) -> results.Table:
    """The next `steps` rows of every series to fill in: id, time, and of known covariates what is known."""
    there, columns = panel.covariates, panel.columns
    if there is None or not columns.known:
        raise UsageError(
            "the model reads nothing that is known ahead: there is nothing to fill in",
            hint="forecast train --known names such columns",
        )
    table: results.Table = {}
    if columns.series is not None:
        table[columns.series] = np.repeat(np.array(panel.ids, dtype=object), steps)
    times = panel.frequency.after(panel.last_times, steps)
    table[columns.time or results.TIME] = results.times_column(times.ravel(), panel.frequency)
    bounds = panel.bounds + steps * np.arange(len(panel) + 1)
    told = np.minimum(np.diff(there.known_bounds), panel.lengths + steps)
    cut, rows = slices(there.known_bounds[:-1], told)
    known = align(there.known[rows], cut, bounds)
    ends = (bounds[1:, None] - steps + np.arange(steps)).ravel()
    first = len(columns.past)
    for place, name in enumerate(columns.known):
        values, vocabulary = known[ends, place], there.vocabularies[first + place]
        table[name] = (
            results.texts_column(values, vocabulary) if vocabulary else results.numbers_column(values)
        )
    return table
