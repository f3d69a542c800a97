"""What a network's forecast is blended with, and how much of it: what each series' own past says.

The network and the other method, Theta or the last value, both forecast the newest horizons
of the past from the rows before them, and the usual share of the other one is weighted by that.
Weights that fall with the square of the errors there are those of the best mean of two forecasts
whose errors are independent (Bates & Granger 1969, "The combination of forecasts").
"""

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers
from forecast.data.panel import Panel
from forecast.forecasters.seasonality import is_seasonal
from forecast.forecasters.theta import theta
from forecast.spec.training import Combine

ORIGINS = 2
"""Horizons of a series' past that tell how good both were: better than one, three or four."""

IN_NAMES: dict[Combine, str] = {"none": "", "theta": " + Theta", "last-value": " + last value"}
"""How the names of blended networks end."""

FARTHEST = 1e100
"""Sizes of a series by which a forecast is off at most, so that sums of squares stay numbers."""

LONG_ROWS = 60
"""Rows from which a series counts as long."""

SHORT_SHARE, LONG_SHARE = 0.15, 0.4
"""Theta's usual part in the forecast of a short and of a long series: better on held-back rows than one
share for both, see docs/pretrained.md."""

SEASONAL_SHARE, RESTLESS_SHARE = 0.15, 0.75
"""The last value's usual part where the changes of a series show its season or are too few to, and where
they do not: then it is close to a random walk, and its last value nearly all there is to know."""


def other(combine: Combine, history: Panel, steps: int) -> Floats:
    """(series, steps) forecasts of what the network is blended with."""
    if combine == "theta":
        return theta(history, steps)
    return np.repeat(history.last_values[:, None], steps, axis=1)


def prior_weight(combine: Combine, history: Panel, season: int | Integers) -> Floats:
    """(series,) part of the forecast that is the other method's, before it is asked how good it was."""
    if combine == "theta":
        return np.where(history.lengths < LONG_ROWS, SHORT_SHARE, LONG_SHARE)
    seasons = np.broadcast_to(season, len(history)).tolist()
    restless = [_lacks_season(each.values, rows) for each, rows in zip(history, seasons, strict=True)]
    return np.where(restless, RESTLESS_SHARE, SEASONAL_SHARE)


def _lacks_season(values: Floats, season: int) -> bool:
    """Would a season show in the changes of the series, and does not?"""
    changes = np.diff(values / (np.abs(values).max() or 1.0))  # so small that their squares are numbers
    return len(changes) >= 3 * season and not is_seasonal(changes, season)


def earlier_origins(lengths: Integers, season: int | Integers, horizon: int) -> list[tuple[Integers, Flags]]:
    """For each look back: (series,) rows before the origin, and which series have enough of them to judge."""
    least = np.maximum(2 * np.asarray(season) + 4, 12)
    looks = [lengths - back * horizon for back in range(1, ORIGINS + 1)]
    return [(rows, rows >= least) for rows in looks]


def share(usual: Floats, network: Floats, others: Floats) -> Floats:
    """(series,) the other method's part, given how far off both were; the usual one where neither was."""
    both = np.where(network + others > 0, network + others, 1.0)
    fors, against = usual * np.square(network / both), (1 - usual) * np.square(others / both)
    with np.errstate(invalid="ignore"):
        return np.where(fors + against > 0, fors / (fors + against), usual)
