"""Intermittent demand: series of which many steps are 0, such as the sales of a spare part.

The best forecast of a single step in absolute error is then often 0, which helps nobody to order. What is
forecast is the *mean*, the expected demand per step.

The member is Croston's method (Croston 1972, "Forecasting and stock control for intermittent demands") in the
variant of Teunter, Syntetos & Babai (2011, "Intermittent demand: linking forecasting to inventory
obsolescence"): exponential smoothing of the probability that a step has a demand, and of its size;
the forecast is their product. It is not biased as Croston's own is, and falls where demand ends. Both
smoothing parameters are those of the smallest squared one-step errors, 0 among them, which is the mean of
the history. A season is taken off first and put back: the mean of each phase, shrunk towards 1 by how much
chance explains.
"""

import numpy as np

from forecast.data.arrays import LARGEST, Flags, Floats, Integers, row_series
from forecast.data.panel import Panel

CROSTON = "croston"
"""Name of the method."""

LEAST_INTERVAL = 1.32
"""Mean steps from one demand to the next from which demand is intermittent (Syntetos, Boylan & Croston 2005,
"On the categorization of demand patterns")."""

ROWS_READ = 400
"""Newest rows that a forecast depends on."""

_LEAST_ROWS = 8
"""Rows, from the first demand on, under which nothing is known of its intervals."""

_SEASONAL = 0.5
"""Share of the variance of "has a demand" that the phases of the season explain from which zeros are a
pattern of the calendar (closed days, nights without sun), not chance."""

_LASTING = 0.6
"""Correlation of "has a demand" with that of the step before from which zeros come in long stretches: a crop
that is given up, a product of one half of the year."""

_ENDED = 1e-3
"""Probability of so many zeros at the end under which demand has ended, if no earlier interval was nearly so
long."""

_OF_PROBABILITY = np.array([0.0, 0.02, 0.05, 0.1, 0.2])
_OF_SIZE = np.array([0.0, 0.05, 0.1, 0.3])
"""Smoothing parameters that are tried, each with each."""

_LEAST_INDEX = 0.05
"""Smallest seasonal index that is divided by."""

_BATCH_ROWS = 1 << 18


def is_intermittent(panel: Panel) -> Flags:
    """(series,) whether a series is one of intermittent demand.

    It was never negative, and from its first demand on the mean interval between demands is
    `LEAST_INTERVAL` or more, neither by the calendar nor in long stretches, and it has not ended.
    """
    found = np.zeros(len(panel), dtype=bool)
    if not len(panel.values):
        return found
    zeros = np.bincount(row_series(panel.bounds), panel.values == 0, minlength=len(panel))
    candidates = np.flatnonzero(zeros > (1 - 1 / LEAST_INTERVAL) * _LEAST_ROWS / 2)
    for some, values, season in panel.select(candidates).alike(most_rows=_BATCH_ROWS):
        found[candidates[some]] = _are_intermittent(values, season)
    return found


def is_mostly_intermittent(panel: Panel) -> bool:
    """Whether most series are of intermittent demand: then squared errors say which forecast is better."""
    return bool(2 * is_intermittent(panel).sum() > len(panel))


def _are_intermittent(values: Floats, season: int) -> Flags:
    """(series,) the same of series of one length, (series, rows)."""
    demand = values > 0
    begun = np.maximum.accumulate(demand, axis=1)
    rows, count = begun.sum(axis=1), demand.sum(axis=1)
    found = (
        ~(values < 0).any(axis=1) & (count >= 2) & (rows >= np.maximum(_LEAST_ROWS, LEAST_INTERVAL * count))
    )
    some = np.flatnonzero(found)
    demand, begun, rows, count = demand[some], begun[some], rows[some], count[some]
    occurs = np.where(begun, demand - (count / np.maximum(rows, 1))[:, None], 0.0)
    variance = np.square(occurs).sum(axis=1)
    chance = (occurs[:, 1:] * occurs[:, :-1]).sum(axis=1) <= _LASTING * variance
    found[some] = (
        chance & ~_has_ended(demand, rows, count) & ~_is_of_phases(occurs, begun, rows, variance, season)
    )
    return np.asarray(found)


def _is_of_phases(occurs: Floats, begun: Flags, rows: Integers, variance: Floats, season: int) -> Flags:
    """(series,) whether the phases of the season say when there is a demand; three seasons show it."""
    if season == 1:
        return np.zeros(len(rows), dtype=bool)
    # So many rows before the first demand: phases are counted from there.
    series, phase = np.arange(len(rows))[:, None], (np.arange(begun.shape[1]) + rows[:, None]) % season
    index, size = series * season + phase, len(rows) * season
    sums = np.bincount(index.ravel(), occurs.ravel(), minlength=size).reshape(-1, season)
    counts = np.bincount(index[begun], minlength=size).reshape(-1, season)
    explained = (sums**2 / np.maximum(counts, 1)).sum(axis=1)
    # So many phases explain (season - 1) / (rows - 1) of chance alone.
    share = explained / variance - (season - 1) / (rows - 1)
    return np.asarray((rows >= 3 * season) & (share > _SEASONAL))


def _has_ended(demand: Flags, rows: Integers, count: Integers) -> Flags:
    """(series,) whether so many steps without a demand at the end are no chance.

    `demand` is (series, rows), of which the newest `rows` count: from the first demand on.
    """
    steps = np.arange(demand.shape[1])
    newest = np.maximum.accumulate(np.where(demand, steps, -1), axis=1)
    since = demand.shape[1] - 1 - newest[:, -1]
    earlier = newest[:, :-1]
    interval = np.where(demand[:, 1:] & (earlier >= 0), steps[1:] - earlier, 0).max(axis=1, initial=0)
    return np.asarray(((1 - count / rows) ** since < _ENDED) & (since > 1.5 * interval))


def croston(history: Panel, horizon: int) -> Floats:
    """(series, horizon) the expected demand of each step after the end of every series."""
    forecasts = np.empty((len(history), horizon))
    for some, values, season in history.tail(ROWS_READ).alike(most_rows=_BATCH_ROWS):
        size = np.abs(values).max(axis=1, keepdims=True)
        size = np.where(size > 0, size, 1.0)
        with np.errstate(over="ignore"):
            forecasts[some] = np.clip(size * _forecasts(values / size, season, horizon), -LARGEST, LARGEST)
    return forecasts


def _forecasts(values: Floats, season: int, horizon: int) -> Floats:
    """(series, horizon) forecasts of series of one length, (series, rows)."""
    rows = values.shape[1]
    index = _seasonal_indices(values, season)
    ahead = index[:, (rows + np.arange(horizon)) % index.shape[1]]
    adjusted = values / np.maximum(index[:, np.arange(rows) % index.shape[1]], _LEAST_INDEX)
    return _levels(adjusted)[:, None] * ahead


def _seasonal_indices(values: Floats, season: int) -> Floats:
    """(series, season) the mean of each phase relative to that of all, that of the first row first.

    Shrunk towards 1 by the share of their variance that is chance; 1 with fewer than three seasons.
    """
    series, rows = values.shape
    mean = values.mean(axis=1, keepdims=True)
    if season == 1 or rows < 3 * season:
        return np.ones((series, 1))
    whole = values[:, rows % season :].reshape(series, -1, season)
    phases = whole.mean(axis=1)
    chance = whole.var(axis=1, ddof=1).mean(axis=1, keepdims=True) / whole.shape[1]
    between = phases.var(axis=1, ddof=1, keepdims=True)
    kept = np.maximum(between - chance, 0.0) / np.where(between > 0, between, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        index = np.where(mean > 0, 1 + kept * (phases / phases.mean(axis=1, keepdims=True) - 1), 1.0)
    return np.roll(np.nan_to_num(index, nan=1.0), rows % season, axis=1)


def _levels(values: Floats) -> Floats:
    """(series,) expected demand of the next step of series without a season, (series, rows)."""
    demand = values != 0
    begun = np.maximum.accumulate(demand, axis=1)  # the steps before the first demand do not count
    counts = np.maximum(demand.sum(axis=1), 1)
    probability = (counts / np.maximum(begun.sum(axis=1), 1))[:, None, None]
    size = (values.sum(axis=1) / counts)[:, None, None]
    beta, alpha = _OF_PROBABILITY[None, :, None], _OF_SIZE[None, None, :]
    squared = np.zeros((len(values), _OF_PROBABILITY.size, _OF_SIZE.size))
    probability, size = probability + 0 * beta, size + 0 * alpha
    for step in range(values.shape[1]):
        now, occurs, counted = (each[:, step, None, None] for each in (values, demand, begun))
        squared += counted * (now - probability * size) ** 2
        probability = probability + counted * beta * (occurs - probability)
        size = size + occurs * alpha * (now - size)
    best = squared.reshape(len(values), -1).argmin(axis=1)
    return np.asarray((probability * size).reshape(len(values), -1)[np.arange(len(values)), best])
