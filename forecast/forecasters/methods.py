"""The methods in NumPy that a forecast combination has as members, by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Floats, row_series
from forecast.data.panel import Panel
from forecast.data.results import Forecast
from forecast.forecasters.autoregression import autoregression
from forecast.forecasters.harmonic import harmonic
from forecast.forecasters.intermittent import CROSTON, croston
from forecast.forecasters.seasonal_drift import seasonal_drift
from forecast.forecasters.smoothing import smoothing
from forecast.forecasters.theta import theta

MethodForecast = Callable[[Panel, int], Floats]
"""A history and a horizon -> (series, horizon) forecasts; fitted to each series alone."""


def naive(history: Panel, horizon: int) -> Floats:
    """(series, horizon) the last value of each series, repeated."""
    return np.repeat(history.last_values[:, None], horizon, axis=1)


def seasonal_naive(history: Panel, horizon: int) -> Floats:
    """(series, horizon) the last season, repeated; the last value where a series is shorter than a season."""
    season = history.seasons
    period = np.where(history.lengths >= season, season, 1)
    rows = (history.bounds[1:] - period)[:, None] + np.arange(horizon) % period[:, None]
    return np.asarray(history.values[rows])


def drift(history: Panel, horizon: int) -> Floats:
    """(series, horizon) the line through the first and the last value; a single row is repeated."""
    steps = np.maximum(history.lengths - 1, 1)
    last = history.last_values
    with np.errstate(over="ignore"):
        slope = last / steps - history.values[history.bounds[:-1]] / steps
        line = last[:, None] + slope[:, None] * np.arange(1, horizon + 1)
    return np.nan_to_num(line)


def mean(history: Panel, horizon: int) -> Floats:
    """(series, horizon) the mean of the whole history, repeated."""
    series = row_series(history.bounds)
    last, lengths = history.last_values, history.lengths[series]
    # The mean of differences from the last value: exact for a constant series, and without overflow.
    deviations = history.values / lengths - last[series] / lengths
    means = last + np.bincount(series, weights=deviations, minlength=len(history))
    return np.repeat(means[:, None], horizon, axis=1)


METHODS: dict[str, MethodForecast] = {
    "theta": theta,
    "ets": smoothing,
    "ridge": autoregression,
    "harmonic": harmonic,
    CROSTON: croston,
    "seasonal-drift": seasonal_drift,
    "seasonal-naive": seasonal_naive,
    "naive": naive,
    "drift": drift,
    "mean": mean,
}
"""Name in tables and options -> the method."""

COMBINED = ("theta", "ets", "ridge", "harmonic", "seasonal-drift", "seasonal-naive", "naive")
"""Methods that a combination has by default; without a season the seasonal naive is the naive method. Where a
series is one of intermittent demand, Croston's method is a member too."""


PLAIN = ("naive", "seasonal-naive", "drift", "mean")
"""Methods that, asked for alone, forecast the series as it is: their names say what they do."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method as a `Forecaster`, without intervals."""

    name: str

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """See `Forecaster.predict`."""
        return Forecast.of(history, METHODS[self.name](history, horizon), levels)
