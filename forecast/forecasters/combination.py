"""Forecast combination: the weight that another method gets in a network's forecast.

The network and the other method, Theta or the last value, both forecast the newest horizons of the
past from the rows before them, and a prior weight is updated with their errors there. Weights that
are inversely proportional to the squared errors are those of the best mean of two forecasts whose
errors are independent (Bates & Granger 1969, "The combination of forecasts").
"""

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers
from forecast.data.panel import Panel
from forecast.forecasters.seasonality import is_seasonal
from forecast.forecasters.theta import theta
from forecast.spec.training import Combine

ORIGINS = 2
"""Past origins, a horizon apart, at which both are compared: better than one, three or four."""

NAME_SUFFIXES: dict[Combine, str] = {"none": "", "theta": " + Theta", "last-value": " + last value"}
"""How the names of networks end that are combined with another method."""

MAX_SCALED_ERROR = 1e100
"""Bound on an error, in units of the series' scale, so that sums of squares stay finite."""

LONG_ROWS = 60
"""Rows from which a series counts as long."""

SHORT_WEIGHT, LONG_WEIGHT = 0.15, 0.4
"""Prior weight of Theta for a short and for a long series: better on held-back rows than one weight for
both, see docs/pretrained.md."""

SEASONAL_WEIGHT, NON_SEASONAL_WEIGHT = 0.15, 0.75
"""Prior weight of the last value where the changes of a series are seasonal or too few to tell, and where
they are not: such a series is close to a random walk, and its last value nearly the best forecast."""


def combined_method_forecast(combine: Combine, history: Panel, steps: int) -> Floats:
    """(series, steps) forecasts of the method that the network is combined with."""
    if combine == "theta":
        return theta(history, steps)
    return np.repeat(history.last_values[:, None], steps, axis=1)


def prior_weight(combine: Combine, history: Panel, season: int | Integers) -> Floats:
    """(series,) weight of the other method before any errors are known."""
    if combine == "theta":
        return np.where(history.lengths < LONG_ROWS, SHORT_WEIGHT, LONG_WEIGHT)
    seasons = np.broadcast_to(season, len(history)).tolist()
    non_seasonal = [_lacks_season(each.values, rows) for each, rows in zip(history, seasons, strict=True)]
    return np.where(non_seasonal, NON_SEASONAL_WEIGHT, SEASONAL_WEIGHT)


def _lacks_season(values: Floats, season: int) -> bool:
    """Whether the changes of a series are enough for the season test and fail it."""
    changes = np.diff(values / (np.abs(values).max() or 1.0))  # scaled so that squares stay finite
    return len(changes) >= 3 * season and not is_seasonal(changes, season)


def earlier_origins(lengths: Integers, season: int | Integers, horizon: int) -> list[tuple[Integers, Flags]]:
    """For each of `ORIGINS` past origins: (series,) rows before it, and which series have enough of them."""
    least = np.maximum(2 * np.asarray(season) + 4, 12)
    origins = [lengths - back * horizon for back in range(1, ORIGINS + 1)]
    return [(rows, rows >= least) for rows in origins]


def weight(prior: Floats, network_errors: Floats, other_errors: Floats) -> Floats:
    """(series,) weight of the other method, given sums of absolute errors of both, (series,).

    With prior weight w and errors e of the network and d of the other method it is
    w e^2 / (w e^2 + (1 - w) d^2); the prior where both errors are zero.
    """
    total = np.where(network_errors + other_errors > 0, network_errors + other_errors, 1.0)
    other = prior * np.square(network_errors / total)
    network = (1 - prior) * np.square(other_errors / total)
    with np.errstate(invalid="ignore"):
        return np.where(other + network > 0, other / (other + network), prior)
