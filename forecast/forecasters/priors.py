"""What is known before a series is seen: weights of members, and how errors grow with the step.

Measured on development series (docs/combination.md); none of them is part of a test set.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

from forecast.data.arrays import Flags, Floats
from forecast.data.panel import Panel

OWN = "own"
"""Any network that was trained on the data at hand."""

OWN_WITH_COVARIATES = "own with covariates"
"""One that reads covariates, which no other member does: its errors were 10 to 40 % lower than without."""

_WEIGHTS: dict[int, dict[str, float]] = {
    1: {OWN: 0.3, "theta": 0.03, "ets": 0.05, "ridge": 0.025, "seasonal-drift": 0.005, "naive": 0.025},
    4: {OWN: 0.5, "theta": 0.4, "ets": 0.1, "ridge": 0.05, "seasonal-drift": 0.02, "naive": 0.02},
    12: {OWN: 0.7, "theta": 0.5, "ets": 0.2, "ridge": 0.2, "seasonal-drift": 0.04, "naive": 0.04},
    5: {OWN: 1.6, "theta": 1.0, "ets": 1.4, "ridge": 1.4, "seasonal-drift": 0.2, "naive": 0.8},
    7: {OWN: 0.8, "theta": 0.5, "ets": 0.7, "ridge": 0.7, "seasonal-drift": 0.1, "naive": 0.4},
    24: {OWN: 0.8, "theta": 0.3, "ets": 0.3, "ridge": 0.7, "seasonal-drift": 0.1, "naive": 0.1},
    52: {OWN: 0.5, "theta": 0.5, "ets": 0.3, "ridge": 0.7, "seasonal-drift": 0.1, "naive": 0.1},
}
"""Season -> prior weight of each member, in units of that of the pretrained network. Working days, of
season 5, are read by the network for all seasons, which is weaker than that for days: half its weight."""

_OTHER_WEIGHTS = {"pretrained": 1.0, "seasonal-naive": 0.05, "harmonic": 0.4, OWN_WITH_COVARIATES: 5.0}

_INTERMITTENT = {
    "croston": 1.0,
    "harmonic": 0.4,
    "ets": 0.2,
    "theta": 0.2,
    "mean": 0.2,
    OWN_WITH_COVARIATES: 0.3,
}
"""Prior weights for a series of intermittent demand: of the members that forecast the mean. Networks, and the
last values, forecast the median, or the value that there was."""

_AIMLESS: dict[int, dict[str, float]] = {
    1: {"naive": 2.0, "ets": 1.0, "ridge": 1.0},
    5: {"naive": 8.0},
    7: {"naive": 4.0},
}
"""Season -> what the prior weight of a member is higher by for a series that is `aimless`; of days, where it
has no week either: see `walks`."""

_AIMLESS_ROWS = 40
"""Newest rows whose way says whether a series is going anywhere."""

_DAYS = (5, 7)
"""Seasons of days: without weekends, and with them."""

_WALK_SEASONS = 16
"""Newest seasons whose changes say whether a series has a season at all."""

_WALK = (1.2, 1.45)
"""Size of the steps where it surely has none, and from which on it may have one: see `walks`."""

_LONG_ROWS = 50
"""Rows from which a series without a trend is taken for one; fewer may be those before a trend is seen."""

_NEAR = 14
"""Days ahead beyond which the weight of harmonic regression rises: the level of the newest days, which the
other members follow, says less and less."""

_POWER = 1.5
"""Power of the days ahead with which it rises."""

_RARE = 0.02
"""That of a method which forecasts only where it is asked for, alone."""

_GROWTH: dict[int, tuple[float, float]] = {
    1: (1.3, 0.55),
    4: (0.9, 0.5),
    12: (0.65, 0.35),
    5: (0.5, 0.35),
    7: (0.5, 0.35),
    24: (0.45, 0.15),
    52: (0.25, 0.4),
}
"""Season -> mean error of the first step in units of the mean seasonal change, and the power of the step
that errors grow with."""


_WIDTHS = {4: 1.1}
"""Season -> width of an interval that held the values of development series, in units of that of errors
between a normal and a Laplace distribution; 1 for the others."""


@cache
def nearest_season(season: int) -> int:
    """The measured season that is most like this one."""
    if season == 1:
        return 1
    return min((known for known in _WEIGHTS if known > 1), key=lambda known: abs(np.log(known / season)))


def prior_weights(season: int, members: Sequence[str], *, intermittent: bool = False) -> Floats:
    """(members,) prior weights, not normalized; those of an `intermittent` series where one has any."""
    if intermittent and any(member in _INTERMITTENT for member in members):
        return np.array([_INTERMITTENT.get(member, 0.0) for member in members])
    known = _OTHER_WEIGHTS | _WEIGHTS[nearest_season(season)]
    return np.array([known.get(member, _RARE) for member in members])


def priors_of(history: Panel, members: Sequence[str], intermittent: Flags | None = None) -> Floats:
    """(members, series) the prior weights of each series, not normalized; `intermittent` is (series,)."""
    each, of_series = np.unique(history.seasons, return_inverse=True)
    known = [prior_weights(season, members) for season in each.tolist()] or [np.ones(len(members))]
    higher = np.array([[_AIMLESS.get(s, {}).get(m, 0.0) for m in members] for s in each.tolist()])
    prior = np.asarray(np.array(known).T[:, of_series])
    if higher.any():
        sure = aimless(history)
        sure = np.where(history.seasons > 1, np.sqrt(sure) * walks(history), sure)
        prior = prior + higher.T[:, of_series] * sure
    if intermittent is None or not intermittent.any():
        return prior
    return np.where(intermittent, prior_weights(1, members, intermittent=True)[:, None], prior)


def aimless(history: Panel) -> Floats:
    """(series,) how sure it is that a series has no trend: 0 of one that only rises, or is short; up to 1.

    The way that its newest steps lead is short beside all of them together, as that of a random walk or of
    harvests is, to which the simplest methods do justice. The largest two steps count as much as the third:
    an outlier makes two.
    """
    if not len(history.values):
        return np.zeros(len(history))
    rows = history.bounds[1:, None] - np.arange(_AIMLESS_ROWS, 0, -1)
    known = rows >= history.bounds[:-1, None]
    values = np.where(known, history.values[np.maximum(rows, 0)], 0.0)
    largest = np.abs(values).max(axis=1, keepdims=True)
    steps = np.diff(values / np.where(largest > 0, largest, 1.0), axis=1) * known[:, :-1]
    third = np.sort(np.abs(steps), axis=1)[:, -3:][:, :1]
    steps = np.clip(steps, -third, third)
    all_steps = np.abs(steps).sum(axis=1)
    straight = np.divide(np.abs(steps.sum(axis=1)), all_steps, out=np.zeros(len(steps)), where=all_steps > 0)
    return np.asarray(np.maximum(1 - straight, 0) ** 4 * np.minimum(history.lengths / _LONG_ROWS, 1) ** 3)


def walks(history: Panel) -> Floats:
    """(series,) how sure it is that a series of days has no week: it walks from value to value, as prices do.

    Changes over a season of m rows are the square root of m times as large as those from row to row where
    each step is independent of the others; where values come back every season they are about as large.
    So the size of steps, that root times the ratio of both, is 1 for a random walk. The largest two changes
    count as much as the third. Other seasons get 0.
    """
    sure = np.zeros(len(history))
    for season in _DAYS:
        some = np.flatnonzero((history.seasons == season) & (history.lengths > season))
        if len(some):
            by_row, by_season = (_mean_change(history.select(some), season, lag) for lag in (1, season))
            size = np.divide(by_row, by_season, out=np.full(len(some), np.inf), where=by_season > 0)
            low, high = _WALK
            sure[some] = np.clip((high - size * np.sqrt(season)) / (high - low), 0.0, 1.0)
    return sure


def _mean_change(history: Panel, season: int, lag: int) -> Floats:
    """(series,) mean size of changes over `lag` rows in the newest seasons, in units of the largest value."""
    rows = history.bounds[1:, None] - np.arange(_WALK_SEASONS * season, 0, -1)
    known = rows >= history.bounds[:-1, None]
    values = np.where(known, history.values[np.maximum(rows, 0)], 0.0)
    largest = np.abs(values).max(axis=1, keepdims=True)
    values = values / np.where(largest > 0, largest, 1.0)
    changes = np.abs(values[:, lag:] - values[:, :-lag]) * known[:, :-lag]
    changes = np.minimum(changes, np.sort(changes, axis=1)[:, -3:][:, :1])
    return np.asarray(changes.sum(axis=1) / np.maximum(known[:, :-lag].sum(axis=1), 1))


def weight_growth(season: int, member: str, horizon: int) -> Floats:
    """(horizon,) factor on the weight of a member at each step, before the weights are normalized."""
    if member != "harmonic" or season not in _DAYS:
        return np.ones(horizon)
    return np.asarray(np.maximum(np.arange(1, horizon + 1) / _NEAR, 1.0) ** _POWER)


def error_growth(season: int, horizon: int) -> Floats:
    """(horizon,) expected mean absolute errors in units of the mean seasonal change."""
    first, power = _GROWTH[nearest_season(season)]
    return np.asarray(first * np.arange(1, horizon + 1) ** power)


def interval_width(season: int) -> float:
    """By how much intervals are wider than the distribution of errors says."""
    return _WIDTHS.get(nearest_season(season), 1.0)
