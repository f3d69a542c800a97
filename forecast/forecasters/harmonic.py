"""Harmonic regression: a straight trend, waves of the long seasons, the mean of each phase of the short one.

Hyndman & Athanasopoulos, "Forecasting: Principles and Practice", section 7.4. It does not follow the level
of the newest rows, which is what helps far ahead: the weather of last week says nothing about a day in
June.
"""

from collections.abc import Sequence

import numpy as np

from forecast.data.arrays import LARGEST, Flags, Floats
from forecast.data.panel import Panel
from forecast.forecasters.decomposition import FoundSeason
from forecast.forecasters.preparation import ROWS_READ, long_seasons

WAVES = 3
"""Sine and cosine pairs of each long season."""


def harmonic(history: Panel, horizon: int) -> Floats:
    """(series, horizon) forecasts with the long seasons found in each series, if any."""
    history = history.tail(ROWS_READ)
    return harmonic_of(history, horizon, long_seasons(history), always=np.ones(len(history), dtype=bool))


def harmonic_of(
    history: Panel,
    horizon: int,
    seasons: Sequence[Sequence[FoundSeason]],
    *,
    always: Flags | None = None,
    wanted: Flags | None = None,
) -> Floats:
    """The same with given seasons of each series; NaN where it has none, unless `always`, (series,).

    With `wanted`, (series,), NaN for all other series.
    """
    forecasts = np.full((len(history), horizon), np.nan)
    answered = np.array([bool(found) for found in seasons], dtype=bool)
    if always is not None:
        answered = answered | always
    if wanted is not None:
        answered = answered & wanted
    for index in np.flatnonzero(answered).tolist():
        values, short = history[index].values, int(history.seasons[index])
        periods = [season.period for season in seasons[index]]
        forecasts[index] = _forecast(values, periods, short, horizon)
    return forecasts


def _forecast(values: Floats, periods: Sequence[float], short: int, horizon: int) -> Floats:
    rows = len(values)
    steps = np.arange(rows + horizon)
    columns = [np.ones(rows + horizon), steps / rows - 0.5]
    columns += [steps % short == phase for phase in range(1, short)]
    for period in periods:
        angles = 2 * np.pi * steps / period
        columns += [wave(order * angles) for order in range(1, WAVES + 1) for wave in (np.sin, np.cos)]
    design = np.column_stack(columns).astype(np.float64)
    size, last = np.abs(values).max() or 1.0, values[-1]
    known = design[:rows]
    # Deviations from the last value: a constant series is continued to the last digit.
    fitted = np.linalg.lstsq(known.T @ known, known.T @ (values / size - last / size), rcond=1e-10)[0]
    with np.errstate(over="ignore"):
        return np.asarray(np.clip(last + design[rows:] @ fitted * size, -LARGEST, LARGEST))
