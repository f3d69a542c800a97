"""How far off a network would have been, had it been asked earlier."""

import numpy as np

from forecast.data.arrays import Floats
from forecast.data.panel import Panel
from forecast.forecasters.recurrent import Network

MOST_ORIGINS = 8
"""Origins of a series that are looked back from at most, a horizon apart."""

ENOUGH_ERRORS = 250
"""Errors at a step from which older origins are left out."""

MOST_SERIES = 2_000
"""Series that are looked back on at most, spread evenly over all."""

_LEAST_ROWS = 8
"""Rows that a forecast starts from at least, and a season."""


def past_errors(network: Network, panel: Panel, *, most: int = MOST_ORIGINS) -> Floats:
    """(forecasts, horizon) errors in units of volatility, NaN where nothing was measured.

    From the origin a horizon before the end of every series that is long enough, and, until there
    are enough of them, from older ones, `most` in all.
    """
    horizon = network.spec.trained_horizon
    if len(panel) > MOST_SERIES:
        panel = panel.select(np.linspace(0, len(panel) - 1, MOST_SERIES).astype(np.int64))
    ends = panel.lengths - horizon * np.arange(most)[:, None]
    long = ends > horizon + np.maximum(_LEAST_ROWS, panel.seasons)
    looks = 1 + int(np.searchsorted(long.sum(axis=1).cumsum(), ENOUGH_ERRORS))
    origins, series = np.nonzero(long[:looks])
    if not len(series):
        return np.empty((0, horizon))
    past = panel.select(series).first(ends[origins, series])
    came = past.tail(horizon)
    actual = np.where(came.observed, came.values, np.nan).reshape(-1, horizon)
    return network.errors(past.first(past.lengths - horizon), actual)
