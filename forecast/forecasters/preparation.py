"""What is taken off a series before any member of a combination forecasts it, and put back after.

1. An offset, where the level is far above the changes (a meter, a cumulative count, a pressure in
   pascals): a series then stands a hundred changes above zero, whatever its level, so that the forecast of
   y + b is that of y, plus b.
2. Seasons longer than the one that the members know: the year of days, the week of hours, and cycles
   that are no season of the calendar.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.data import pattern
from forecast.data.arrays import Floats, row_series, slices
from forecast.data.frequency import SECONDS, Frequency
from forecast.data.panel import Panel
from forecast.data.pattern import DAY
from forecast.features.target import without_outliers
from forecast.forecasters.beginnings import joined_beginnings
from forecast.forecasters.decomposition import FoundSeason, rows_of_two, seasonal_component
from forecast.forecasters.finding import Found, find_seasons

ROWS_READ = 1_500
"""Newest rows of a series that a forecast depends on: four years of days, nine weeks of hours."""

LEVEL_IN_CHANGES = 100.0
"""Mean changes from one row to the next that a series stands above zero at most."""

_LASTING = 0.5
"""Share of an outlier's size from which the next value shows a new level."""

_LEAST_ROWS = 60
"""Rows from which longer seasons and cycles are looked for."""

_BATCH_ROWS = 1 << 14
"""Rows of series whose seasons are looked for together: their padded spectra fit the processor's cache."""

_YEAR_SECONDS = 365.25 * DAY


@dataclass(frozen=True, slots=True)
class Prepared:
    """A panel without offsets and long seasons."""

    panel: Panel
    continuation: Floats
    """(series, horizon) what is added to forecasts of the panel."""


def without_single_outliers(panel: Panel) -> Panel:
    """The panel with outliers clipped as networks read them: a 1e6 among threes is not a trend.

    A value whose next one is as large is the start of a new level, and stays.
    """
    joined = joined_beginnings(panel)
    seasons = joined.panel.seasons
    common = int(seasons[0]) if len(seasons) and (seasons == seasons[0]).all() else seasons
    clipped = without_outliers(joined.panel.values, joined.panel.bounds, season=common)
    clipped = clipped[slices(joined.ends - panel.lengths, panel.lengths)[1]]
    following = np.append(panel.values[1:], 0.0)
    following[panel.bounds[1:] - 1] = 0.0
    lasts = (np.abs(following) >= _LASTING * np.abs(panel.values)) & (following * np.sign(panel.values) > 0)
    return replace(panel, values=np.where(lasts, panel.values, clipped))


def long_seasons(panel: Panel, periods: Sequence[float] | None = None) -> tuple[tuple[FoundSeason, ...], ...]:
    """The seasons of each series that are longer than `panel.seasons`: those found, or `periods` if given.

    Given periods count where a series has two of them.
    """
    candidates = calendar_seasons(panel.frequency) if periods is None else ()
    newest = panel.tail(ROWS_READ)
    found: list[Found] = [()] * len(panel)
    for some, values, season in newest.alike(most_rows=_BATCH_ROWS):
        rows = values.shape[1]
        if periods is not None:
            held = [p for p in periods if p > season and rows_of_two(p) <= rows]
            alike: list[Found] = [tuple(FoundSeason(p, 1.0, cycle=False) for p in held)] * len(some)
        else:
            alike = [()] * len(some) if rows < _LEAST_ROWS else find_seasons(values, season, candidates)
        for index, each in zip(some.tolist(), alike, strict=True):
            found[index] = each
    return tuple(found)


def calendar_seasons(frequency: Frequency) -> tuple[float, ...]:
    """Rows in a week and a year of rows of this frequency, where these are not its default season."""
    if frequency.form == "integer":
        return ()
    if frequency.unit == "weekday" and frequency.count == 1:
        return (260.9,)
    if frequency.offsets:
        step = _YEAR_SECONDS / pattern.rows_per_year(frequency.unit, frequency.offsets)
    elif frequency.unit in SECONDS:
        step = frequency.count * SECONDS[frequency.unit]
    else:
        return ()
    week, year, default = 7 * DAY / step, _YEAR_SECONDS / step, frequency.default_season
    return tuple(p for p in (week, year) if default * 1.5 < p <= ROWS_READ / 2)


def prepare(panel: Panel, horizon: int, seasons: Sequence[Sequence[FoundSeason]]) -> Prepared:
    """The panel without offsets and `seasons`, those of each series, and what to add to its forecasts."""
    offsets = level_offsets(panel)
    values = panel.values - offsets[row_series(panel.bounds)]
    continuation = np.repeat(offsets[:, None], horizon, axis=1)
    for index, found in enumerate(seasons):
        periods = [season.period for season in found]
        if not periods:
            continue
        rows = slice(panel.bounds[index], panel.bounds[index + 1])
        component, ahead = seasonal_component(values[rows], periods, int(panel.seasons[index]), horizon)
        values[rows] -= component
        continuation[index] += ahead
    return Prepared(replace(panel, values=values), continuation)


def level_offsets(panel: Panel) -> Floats:
    """(series,) what to subtract so that no series is further than `LEVEL_IN_CHANGES` from zero."""
    offsets, present = np.zeros(len(panel)), np.flatnonzero(panel.lengths > 0)
    if len(present):
        offsets[present] = _level_offsets(panel.select(present).tail(ROWS_READ))
    return offsets


def _level_offsets(newest: Panel) -> Floats:
    """The same for series that all have rows."""
    starts = newest.bounds[:-1]
    lowest, highest = np.minimum.reduceat(newest.values, starts), np.maximum.reduceat(newest.values, starts)
    with np.errstate(over="ignore"):
        changes = np.abs(np.diff(newest.values, prepend=newest.values[:1]))
        changes[starts] = 0.0
        mean = np.add.reduceat(changes / np.maximum(newest.lengths - 1, 1)[row_series(newest.bounds)], starts)
        away = LEVEL_IN_CHANGES * mean
        positive = np.where(lowest > 0, np.maximum(lowest - away, 0.0), 0.0)
        negative = np.where(highest < 0, np.minimum(highest + away, 0.0), 0.0)
    return np.where(mean > 0, positive + negative, 0.0)
