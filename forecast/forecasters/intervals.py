"""Prediction intervals from the errors of a combination at earlier origins.

The mean error of each step is estimated in units of the series' seasonal change: its own errors, shrunk
towards those usual for its season by how few they are, smoothed over neighbouring steps, and never
narrowing. Beyond the steps with errors of their own it grows by the usual power of the step. An interval is
that mean error times a quantile of errors between those of a normal and of a Laplace distribution.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import LARGEST, Floats
from forecast.data.panel import Panel
from forecast.forecasters.priors import error_growth, interval_width

_PRIOR_ORIGINS = 4.0
"""Origins that the usual size of errors counts as, against a series' own."""

_PRIOR_STEP_ORIGINS = 8.0
"""Origins that a series' mean error counts as, against those of a single step."""

_SMOOTHED_STEPS = 7

_SHAPE = 0.87
"""Of the Weibull distribution of absolute errors: 1 is a Laplace distribution, 0.75 nearly a normal one."""

_MEAN = 0.9505
"""Mean of that distribution: the gamma function at 1.87."""

_LARGEST_RATIO = 15.0
"""Bound on an error, in units of the seasonal change."""

_BATCH_ROWS = 1 << 16
"""Rows of series that are computed together."""

_OTHER_SCALE = 10.0
"""Factor by which the unit differs from the earlier one where the data are others, or in other units."""

_CHANGES = 24
"""Fewest newest changes that the unit is a mean of."""

_LEAST_CONSTANT = 8
"""Rows of a series that never moved from which its intervals have no width; shorter ones have none."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How far forecasts are off, by series and step."""

    sizes: Floats
    """(series, horizon) mean absolute errors, in units of the seasonal change."""
    units: Floats
    """(series,) mean seasonal change at the origins of these errors; NaN where there were none."""

    def half_widths(self, history: Panel, levels: Sequence[float], horizon: int) -> Floats:
        """(levels, series, horizon) half-widths in the units of the data; NaN where nothing is known."""
        now = seasonal_changes(history)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            alike = np.abs(np.log(self.units) - np.log(now)) <= np.log(_OTHER_SCALE)  # false for NaN
        past = np.where(alike, self.units, now)
        unit = np.sqrt(now) * np.sqrt(past)  # half of what is new in the volatility is believed
        sizes = _extended(self.sizes, history, horizon)
        unit = unit * np.array([interval_width(season) for season in history.seasons.tolist()])
        with np.errstate(over="ignore"):
            return np.asarray(np.minimum(_quantiles(levels)[:, None, None] * unit[:, None] * sizes, LARGEST))


def no_spread() -> Spread:
    """That of a model without intervals."""
    return Spread(np.empty((1, 0)), np.full(1, np.nan))


def _quantiles(levels: Sequence[float]) -> Floats:
    """(levels,) the size that so many percent of errors do not exceed, in units of their mean."""
    share = np.clip(np.asarray(levels, dtype=np.float64) / 100, 0.0, 0.999)
    return np.asarray((-np.log1p(-share)) ** _SHAPE / _MEAN)


def _extended(sizes: Floats, history: Panel, horizon: int) -> Floats:
    """(series, horizon) the sizes, beyond their last step by the usual growth for the season."""
    known = sizes.shape[1]
    if horizon <= known:
        return sizes[:, :horizon]
    growth = np.array([error_growth(season, horizon) for season in history.seasons.tolist()])
    growth = growth.reshape(len(history), horizon)
    return np.concatenate([sizes, sizes[:, -1:] * growth[:, known:] / growth[:, known - 1 : known]], axis=1)


def spread_of(errors: Floats, units: Floats, season: int) -> Floats:
    """(horizon,) mean absolute errors of one series in units of its seasonal change.

    `errors` are absolute, (origins, horizon), NaN where unknown; `units`, (origins,), the mean seasonal
    changes at these origins.
    """
    horizon = errors.shape[1]
    usual = error_growth(season, horizon)
    if not len(errors):
        return usual
    mean = (units / len(units)).sum()  # the sum of large units may be no number
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = (mean * np.sqrt(units / mean))[:, None]
        ratios = np.where(scale > 0, errors / scale, np.where(errors > 0, _LARGEST_RATIO, 0.0))
    ratios = np.fmin(ratios, _LARGEST_RATIO)
    known = np.isfinite(errors)
    ratios = np.where(known, ratios, 0.0)
    origins = known.sum() / horizon
    factor = ((ratios / usual).sum() / horizon + _PRIOR_ORIGINS) / (origins + _PRIOR_ORIGINS)
    steps = (ratios.sum(axis=0) + _PRIOR_STEP_ORIGINS * factor * usual) / (
        known.sum(axis=0) + _PRIOR_STEP_ORIGINS
    )
    return np.asarray(np.maximum.accumulate(_smoothed(steps)))


def _smoothed(steps: Floats) -> Floats:
    width = max(1, min(len(steps) // 3, _SMOOTHED_STEPS))
    width -= 1 - width % 2  # odd, so that the mean is around each step
    padded = np.pad(steps, (width // 2, width - 1 - width // 2), mode="edge")
    return np.convolve(padded, np.ones(width) / width, mode="valid")


def seasonal_changes(panel: Panel) -> Floats:
    """(series,) mean size of the newest seasonal changes; NaN where a series is too short to have any.

    Changes from row to row where a series has no more than a season and two rows; all changes where the
    newest ones are zero. 0 only for a series of many rows that never changed.
    """
    units = np.empty(len(panel))
    for some, values, season in panel.alike(most_rows=_BATCH_ROWS):
        units[some] = _changes_of(values, season)
    return units


def _changes_of(values: Floats, season: int) -> Floats:
    """(series,) mean size of the newest seasonal changes of series of one length, (series, rows)."""
    rows = values.shape[1]
    lag = season if rows > season + 2 else 1
    size = np.abs(values).max(axis=1)
    size = np.where(size > 0, size, 1.0)
    scaled = values / size[:, None]
    changes = np.abs(scaled[:, lag:] - scaled[:, :-lag])
    newest = changes[:, -max(4 * season, _CHANGES) :]
    unit = newest.mean(axis=1) if newest.shape[1] else np.zeros(len(values))
    if newest.shape[1]:
        unit = np.where(unit > 0, unit, changes.mean(axis=1))
    moved = (unit > 0) | (rows >= _LEAST_CONSTANT)
    with np.errstate(over="ignore"):
        return np.where(moved, np.minimum(unit * size, LARGEST), np.nan)
