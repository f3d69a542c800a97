"""Prediction intervals from the errors of a combination at earlier origins.

The mean error of each step is estimated in units of the series' seasonal change: its own errors, shrunk
towards those usual for its season by how few they are, smoothed over neighbouring steps, and never
falling. Beyond the steps with errors of their own it grows by the usual power of the step. An interval is
that mean error times a quantile of errors between those of a normal and of a Laplace distribution.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import LARGEST, Floats, Integers
from forecast.data.panel import Panel
from forecast.forecasters.priors import error_growth, interval_width

_PRIOR_ORIGINS = 4.0
"""Origins that the usual size of errors counts as, against a series' own."""

_PRIOR_STEP_ORIGINS = 8.0
"""Origins that a series' mean error counts as, against those of a single step."""

_LEAST_FACTOR = 0.05
"""Least size of a series' mean error in units of the usual one: a perfect past is luck."""

_SMOOTHED_STEPS = 7

_SHAPE = 0.87
"""Of the Weibull distribution of absolute errors: 1 is a Laplace distribution, 0.75 nearly a normal one."""

_MEAN = 0.9505
"""Mean of that distribution: the gamma function at 1.87."""

DEVIATION = 1.329
"""Its standard deviation about zero, in units of that mean: by the gamma function at 2.74."""

_LARGEST_RATIO = 15.0
"""Bound on an error, in units of the seasonal change."""

_BATCH_ROWS = 1 << 16
"""Rows of series that are computed together."""

USUAL_CORRELATION = 0.55
"""Mean correlation of the errors of two steps of one forecast, measured on development series."""

_CORRELATIONS = np.array([0.0, 0.05, 0.15, 0.3, 0.5, 0.7, 0.9])
_CORRELATION_WEIGHTS = np.array([0.1, 0.05, 0.05, 0.1, 0.2, 0.25, 0.25])
"""Correlations that are compared by their likelihood, and what each weighs before."""

OTHER_SCALE = 10.0
"""Factor by which the unit differs from the earlier one where the data are others, or in other units."""

CHANGES = 24
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
    correlations: Floats | None = None
    """(series,) mean correlation of the errors of two steps; None for the usual one."""

    def select(self, series: Integers) -> "Spread":
        """That of some series, by index."""
        correlations = self.correlations
        return Spread(
            self.sizes[series],
            self.units[series],
            None if correlations is None else correlations[series],
        )

    def half_widths(self, history: Panel, levels: Sequence[float], horizon: int) -> Floats:
        """(levels, series, horizon) half-widths in the units of the data; NaN where nothing is known."""
        now = seasonal_changes(history)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            alike = np.abs(np.log(self.units) - np.log(now)) <= np.log(OTHER_SCALE)  # false for NaN
        past = np.where(alike, self.units, now)
        unit = np.sqrt(now) * np.sqrt(past)  # half of what is new in the volatility is believed
        sizes = _extended(self.sizes, history, horizon)
        unit = unit * np.array([interval_width(season) for season in history.seasons.tolist()])
        with np.errstate(over="ignore"):
            return np.asarray(np.minimum(quantiles(levels)[:, None, None] * unit[:, None] * sizes, LARGEST))

    def total_half_widths(self, half: Floats) -> Floats:
        """(levels, series) half-widths of intervals of the sum over the horizon, from those of its steps.

        `half` is (levels, series, horizon). Errors of one forecast are correlated, most of all where they
        are of its level: independent errors would give the square root of the sum of squares, errors that
        are always alike the sum.
        """
        correlations = USUAL_CORRELATION if self.correlations is None else self.correlations
        size = np.maximum(half.max(axis=2), np.finfo(float).tiny)  # squares stay finite
        shares = half / size[..., None]
        squares, whole = (shares**2).sum(axis=2), shares.sum(axis=2) ** 2
        with np.errstate(over="ignore"):
            total = size * np.sqrt(squares + correlations * np.maximum(whole - squares, 0.0))
            return np.asarray(np.minimum(total, LARGEST))


def no_spread() -> Spread:
    """That of a model without intervals."""
    return Spread(np.empty((1, 0)), np.full(1, np.nan))


def quantiles(levels: Sequence[float]) -> Floats:
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
    """(..., horizon) mean absolute errors of series of one season in units of their seasonal change.

    `errors` are absolute, (..., origins, horizon), NaN where unknown; `units`, (..., origins), the mean
    seasonal changes at these origins, NaN where a series has fewer origins than another.
    """
    horizon = errors.shape[-1]
    usual = error_growth(season, horizon)
    there = ~np.isnan(units)
    count = np.maximum(there.sum(axis=-1, keepdims=True), 1)
    mean = np.where(there, units / count, 0.0).sum(axis=-1, keepdims=True)  # the sum may be no number
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = (mean * np.sqrt(units / mean))[..., None]
        ratios = np.where(scale > 0, errors / scale, np.where(errors > 0, _LARGEST_RATIO, 0.0))
    ratios = np.fmin(ratios, _LARGEST_RATIO)
    known = np.isfinite(errors) & there[..., None]
    ratios = np.where(known, ratios, 0.0)
    origins = known.sum(axis=(-2, -1)) / horizon
    relative = (ratios / usual).sum(axis=(-2, -1)) / horizon / np.maximum(origins, 1 / horizon)
    # A geometric mean with 1, the usual factor: an arithmetic one is always drawn more to the larger of both.
    own = origins / (origins + _PRIOR_ORIGINS)
    factor = np.where(own > 0, np.maximum(relative, _LEAST_FACTOR), 1.0)[..., None] ** own[..., None]
    steps = (ratios.sum(axis=-2) + _PRIOR_STEP_ORIGINS * factor * usual) / (
        known.sum(axis=-2) + _PRIOR_STEP_ORIGINS
    )
    smoothed = _rising(_smoothed(steps))
    return np.where(there.any(axis=-1, keepdims=True), smoothed, usual)


def correlation_of(errors: Floats, sizes: Floats, independent: Floats | float) -> Floats:
    """(...) the mean correlation of the errors of two steps of a series: its expectation, given these errors.

    `errors` are signed, (..., origins, horizon), NaN where unknown; `sizes`, (..., horizon), the mean errors
    of the steps in any unit; `independent`, (...), is the share by which each further origin counts.
    """
    known = np.isfinite(errors)
    count = known.sum(axis=-1)
    largest = np.abs(np.where(known, errors, 0.0)).max(axis=(-2, -1), initial=0.0)
    unknown = (largest == 0) | ~(count > 1).any(axis=-1)
    if errors.shape[-1] < 2 or unknown.all():
        return np.full(errors.shape[:-2], USUAL_CORRELATION)
    unit = np.where(largest > 0, largest, 1.0)[..., None, None]
    most = sizes.max(axis=-1, keepdims=True)
    shares = np.where(sizes > 0, sizes / np.where(most > 0, most, 1.0), 1.0)[..., None, :]
    scaled = np.where(known, errors / unit, 0.0) / shares
    # The sum of k errors of variance 1 and correlation c has the variance k (1 + (k - 1) c).
    squares = np.where(unknown, 1.0, np.square(scaled).sum(axis=(-2, -1)))
    found = np.square(scaled.sum(axis=-1)).sum(axis=-1) / squares
    origins = 1 + ((count > 1).sum(axis=-1) - 1) * independent
    ratio = 1 + (count.max(axis=-1, initial=0) - 1)[..., None] * _CORRELATIONS
    likelihood = (-origins / 2)[..., None] * (np.log(np.maximum(ratio, 1.0)) + found[..., None] / ratio)
    weights = _CORRELATION_WEIGHTS * np.exp(likelihood - likelihood.max(axis=-1, keepdims=True))
    expected = (weights * _CORRELATIONS).sum(axis=-1) / weights.sum(axis=-1)
    return np.where(unknown, USUAL_CORRELATION, expected)


def _smoothed(steps: Floats) -> Floats:
    """(..., horizon) means over neighbouring steps."""
    horizon = steps.shape[-1]
    width = max(1, min(horizon // 3, _SMOOTHED_STEPS))
    width -= 1 - width % 2  # odd, so that the mean is around each step
    index = np.arange(horizon)[:, None] + np.arange(width) - width // 2
    return np.asarray(steps[..., index.clip(0, horizon - 1)].sum(axis=-1) / width)


def _rising(steps: Floats) -> Floats:
    """(..., horizon) numbers that never fall, nor are larger than these on average by much.

    Half-way between the largest so far and the smallest from there on; the largest so far alone would be too
    large wherever few errors are known.
    """
    so_far = np.maximum.accumulate(steps, axis=-1)
    from_there = np.flip(np.minimum.accumulate(np.flip(steps, axis=-1), axis=-1), axis=-1)
    return np.asarray((so_far + from_there) / 2)


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
    newest = changes[:, -max(4 * season, CHANGES) :]
    unit = newest.mean(axis=1) if newest.shape[1] else np.zeros(len(values))
    if newest.shape[1]:
        unit = np.where(unit > 0, unit, changes.mean(axis=1))
    moved = (unit > 0) | (rows >= _LEAST_CONSTANT)
    with np.errstate(over="ignore"):
        return np.where(moved, np.minimum(unit * size, LARGEST), np.nan)
