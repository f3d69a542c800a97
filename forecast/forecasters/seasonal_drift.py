"""The last season, repeated and moved on by the mean change from one season to the next."""

import numpy as np

from forecast.data.arrays import LARGEST, Floats
from forecast.data.panel import Panel

ROWS_READ = 400
"""Newest rows of a series that a forecast depends on."""

_BATCH_ROWS = 1 << 16
"""Rows of series that are computed together."""

_CLEARLY = 0.8
"""Relative spread of growth rates, as a share of that of changes, below which a series grows in percent."""


def seasonal_drift(history: Panel, horizon: int) -> Floats:
    """(series, horizon) forecasts after the end of every series.

    A positive series grows in percent where that explains its seasonal changes better.
    """
    newest = history.tail(np.maximum(ROWS_READ, 4 * history.seasons))
    forecasts = np.empty((len(history), horizon))
    for some, values, season in newest.alike(most_rows=_BATCH_ROWS):
        forecasts[some] = _forecasts(values, season, horizon)
    return np.clip(forecasts, -LARGEST, LARGEST)


def _forecasts(values: Floats, season: int, horizon: int) -> Floats:
    """(series, horizon) forecasts of series of one length, (series, rows)."""
    rows, steps = values.shape[1], np.arange(1, horizon + 1)
    period = season if rows > season else 1
    size = np.abs(values).max(axis=1, keepdims=True)
    size = np.where(size > 0, size, 1.0)
    base, periods = values[:, rows - period + (steps - 1) % period], -(-steps // period)
    with np.errstate(over="ignore"):
        added: Floats = base + periods * _mean_change(values / size, period)[:, None] * size
        if rows <= 2 * period:
            return added
        shares = values / size  # a share may be too small for a float
        positive = shares.min(axis=1) > 0
        logs = np.log(np.where(positive[:, None], shares, 1.0))
        grown = base * np.exp(periods * _mean_change(logs, period)[:, None])
        steady = _relative_spread(logs, period) < _CLEARLY * _relative_spread(shares, period)
    return np.where((positive & steady)[:, None], grown, added)


def _relative_spread(values: Floats, period: int) -> Floats:
    """(series,) standard deviation of the changes over a period, relative to their mean."""
    changes = values[:, period:] - values[:, :-period]
    mean = np.abs(changes.mean(axis=1))
    return np.where(mean > 0, changes.std(axis=1) / np.where(mean > 0, mean, 1.0), np.inf)


def _mean_change(values: Floats, period: int) -> Floats:
    """(series,) mean change over a period, between the newest and the oldest whole season."""
    rows = values.shape[1]
    seasons = rows // period
    if rows <= period:
        return np.zeros(len(values))
    if seasons < 2:
        return np.asarray((values[:, period:] - values[:, :-period]).mean(axis=1))
    newest, oldest = values[:, -period:], values[:, rows - seasons * period :][:, :period]
    return np.asarray((newest - oldest).mean(axis=1) / (seasons - 1))
