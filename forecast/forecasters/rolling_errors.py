"""Errors of a network at earlier origins of the series that it is to forecast."""

import numpy as np

from forecast.data.arrays import Floats
from forecast.data.panel import Panel
from forecast.forecasters.recurrent import Network

MAX_ORIGINS = 8
"""Most origins of a series, a horizon apart."""

SUFFICIENT_ERRORS = 250
"""Errors per step from which no older origins are added."""

MAX_SERIES = 2_000
"""Most series that errors are measured on, spread evenly over all."""

_MIN_ROWS = 8
"""Fewest rows before an origin, in addition to at least a season."""


def past_errors(network: Network, panel: Panel, *, max_origins: int = MAX_ORIGINS) -> Floats:
    """(forecasts, horizon) errors in units of volatility, NaN where the actual value is unobserved.

    The first origin of every series that is long enough is a horizon before its end; as long as
    errors are too few, older origins are added, up to `max_origins`.
    """
    horizon = network.spec.trained_horizon
    if len(panel) > MAX_SERIES:
        panel = panel.select(np.linspace(0, len(panel) - 1, MAX_SERIES).astype(np.int64))
    ends = panel.lengths - horizon * np.arange(max_origins)[:, None]
    long = ends > horizon + np.maximum(_MIN_ROWS, panel.seasons)
    needed = 1 + int(np.searchsorted(long.sum(axis=1).cumsum(), SUFFICIENT_ERRORS))
    origins, series = np.nonzero(long[:needed])
    if not len(series):
        return np.empty((0, horizon))
    past = panel.select(series).first(ends[origins, series])
    future = past.tail(horizon)
    actual = np.where(future.observed, future.values, np.nan).reshape(-1, horizon)
    return network.errors(past.first(past.lengths - horizon), actual)
