"""How far off a network would have been, had it been asked earlier."""

import numpy as np

from forecast.data.panel import Floats, Panel
from forecast.forecasters.recurrent import Network

MOST_ORIGINS = 8
"""Origins of a series that are looked back from at most, a horizon apart."""

ENOUGH_ERRORS = 250
"""Errors at a step from which older origins are left out."""

_LEAST_ROWS = 8
"""Rows that a forecast starts from at least, and a season."""


def past_errors(network: Network, panel: Panel) -> Floats:
    """(forecasts, horizon) errors in units of volatility, NaN where nothing was measured.

    From the origin a horizon before the end of every series that is long enough, and, until there
    are enough of them, from older ones.
    """
    horizon = network.spec.windows.horizon
    errors = [np.empty((0, horizon))]
    for ends in panel.lengths - horizon * np.arange(MOST_ORIGINS)[:, None]:
        long = np.flatnonzero(ends > horizon + np.maximum(_LEAST_ROWS, panel.seasons))
        if not len(long):
            break
        past = panel.first(np.maximum(ends, 0)).select(long)
        came = past.tail(horizon)
        actual = np.where(came.observed, came.values, np.nan).reshape(-1, horizon)
        errors.append(network.errors(past.first(past.lengths - horizon), actual))
        if sum(map(len, errors)) >= ENOUGH_ERRORS:
            break
    return np.concatenate(errors)
