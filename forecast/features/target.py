"""The target as a network reads it at each row, and its outputs converted back to values.

The features of row t are computed from rows up to t of the same series alone, so those of a whole
panel are one causal array, computed once for all windows, and no window can see past its end. Every
mean runs over a bounded number of rows (`rows_remembered`), so the tail of a series gives the same
outputs as all of it.

Values are transformed by w = asinh(x / scale): close to a logarithm for large values, linear near
zero, defined for zeros and negatives. Outliers are clipped first, so that a value of 1e6 among threes
does not set the scale for all. Outputs are changes from a naive reference in units of volatility: an
output of zero *is* the (seasonal) naive forecast.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import LARGEST, Flags, Floats, Integers, row_positions, slices

LAGS = 8
"""Newest values among the features of a row, in units of volatility around their level."""

CLIP = 20.0
"""Bound on every feature, so that an outlier does not dominate the others."""

OUTLIER = 10.0
"""Multiple of the median size of the newest nonzero values above which a value is an outlier."""

SURPRISE = 3.0
"""Multiple of that median, or of the previous value, by which a value may exceed the largest before it,
and an outlier the previous value: a lasting change of level counts in full from its second row on."""

_OTHER_FEATURES = 5
"""Age, volatility twice, whether there is a whole season of history, the season."""

CALMER = 2.0
"""Most that the volatility is of the mean size of the newest changes: growth that has reached its limit
leaves large changes behind, beside which small ones do not show."""

VOLATILITY_FLOOR = 1e-3
"""Smallest volatility that is divided by: 0.1 % of a series' scale."""

LONGER_SEASONS = {24: 168}
"""A second, longer season for a first one: hourly data with a daily season have a weekly one too."""

FIRST_TRAINING_ROW = 3
"""First row of a series that is trained on: earlier ones have too little history."""

_CHUNK = 1 << 17
"""Numbers sorted in one go: what the processor's cache holds."""

_MAX_TRANSFORMED = 700.0
"""Bound on w: the hyperbolic sine of larger numbers overflows."""


@dataclass(frozen=True, slots=True)
class TargetFeatures:
    """The inputs of every row, and what converts a network's outputs into values."""

    inputs: NDArray[np.float32]
    """(rows, features), within -CLIP..CLIP."""
    reference: Floats
    """(rows, horizon) the naive forecast from values without outliers, in the units of the data."""
    scale: Floats
    """(rows,) mean size of the newest values, in the units of the data; 1 where all are zero."""
    volatility: Floats
    """(rows,) mean size of a seasonal change of w, bounded by that of the newest; 0 where these are 0."""

    def at(self, rows: Integers) -> "TargetFeatures":
        """The features of these rows."""
        return TargetFeatures(
            self.inputs[rows], self.reference[rows], self.scale[rows], self.volatility[rows]
        )

    def to_values(self, outputs: Floats) -> Floats:
        """Values in the units of the data from `outputs`, (rows, steps) in units of volatility."""
        reference, scale = self.reference[:, : outputs.shape[1]], self.scale[:, None]
        start = _transformed(reference, scale)
        # Written as a change so that an output of zero gives the reference to the last bit.
        with np.errstate(over="ignore"):
            moved = np.sinh(
                np.clip(start + self.volatility[:, None] * outputs, -_MAX_TRANSFORMED, _MAX_TRANSFORMED)
            )
            values = reference + scale * (moved - np.sinh(start))
        return np.asarray(np.clip(values, -LARGEST, LARGEST))

    def to_outputs(self, actual: Floats) -> Floats:
        """The inverse of `to_values`: the outputs that would have given `actual`, (rows, steps)."""
        reference, scale = self.reference[:, : actual.shape[1]], self.scale[:, None]
        change = _transformed(actual, scale) - _transformed(reference, scale)
        return change / np.maximum(self.volatility, VOLATILITY_FLOOR)[:, None]


def _transformed(values: Floats, scale: Floats) -> Floats:
    """The transform w of values, bounded so that it can be inverted."""
    with np.errstate(over="ignore"):  # 1e308 among numbers of 1e-300
        return np.asarray(np.clip(np.arcsinh(values / scale), -_MAX_TRANSFORMED, _MAX_TRANSFORMED))


def feature_count(season: int | None, horizon: int) -> int:
    """Number of features of a row; for series with seasons of their own (None), enough for every season."""
    return LAGS + _features_per_step(season) * horizon + _OTHER_FEATURES


def _features_per_step(season: int | None) -> int:
    """Features for each row of the horizon: from one season before, two, and from the longer season."""
    return 0 if season == 1 else 3 if season in (None, *LONGER_SEASONS) else 2


def scale_rows(season: int) -> int:
    """Rows that the scale is a mean of."""
    return max(2 * season, 8)


def volatility_rows(season: int) -> int:
    """Changes that the volatility is a mean of."""
    return max(4 * season, 24)


def newest_rows(season: int) -> int:
    """Newest changes whose mean size bounds the volatility."""
    return max(season, 8)


def rows_remembered(season: int) -> int:
    """Rows before a row that its features depend on.

    The changes of a volatility depend on scales, a scale on values, and whether a value is an outlier
    on as many values before it.
    """
    used = volatility_rows(season) + max(scale_rows(season), season)
    return max(used, LONGER_SEASONS.get(season, 0)) + scale_rows(season)


@dataclass(frozen=True, slots=True)
class _Lagged:
    """The values of many series, and their lags within each series."""

    values: Floats
    position: Integers
    """(rows,) rows of the same series before each one."""
    first: Floats
    """(rows,) the first value of the same series."""

    @classmethod
    def of(cls, values: Floats, bounds: Integers) -> "_Lagged":
        position = row_positions(bounds)
        return cls(values, position, values[np.arange(len(values)) - position])

    def lag(self, lag: int) -> tuple[Floats, Flags]:
        """The values `lag` rows earlier, or the series' first where there is none, and where there is one."""
        exists = self.position >= lag
        return np.where(exists, _shifted(self.values, lag), self.first), exists


def target_features(
    values: Floats, bounds: Integers, *, season: int | Integers, horizon: int, forecast_rows: int = 0
) -> TargetFeatures:
    """The features of every row of the series in `values`, given by `bounds`.

    The season is one for all or, (series,), that of each. In the latter case all rows have the
    features of `feature_count(None, horizon)`, with zeros where a season lacks one. The newest
    `forecast_rows` of every series are forecasts that are fed back: these vary less than actual values,
    so scale and volatility there are those of the last actual row.
    """
    if isinstance(season, int):
        return _in_season(values, bounds, season=season, horizon=horizon, forecast_rows=forecast_rows)
    rows = len(values)
    inputs = np.zeros((rows, feature_count(None, horizon)), dtype=np.float32)
    features = TargetFeatures(inputs, np.empty((rows, horizon)), np.empty(rows), np.empty(rows))
    for each, some_bounds, some in _by_season(bounds, season):
        part = _in_season(
            values[some], some_bounds, season=each, horizon=horizon, forecast_rows=forecast_rows
        )
        inputs[some[:, None], feature_columns(each, horizon)] = part.inputs
        features.reference[some] = part.reference
        features.scale[some], features.volatility[some] = part.scale, part.volatility
    return features


def _by_season(bounds: Integers, seasons: Integers) -> Iterator[tuple[int, Integers, Integers]]:
    """Each season, the bounds of its series (others have no rows), and the indices of their rows."""
    for season in np.unique(seasons).tolist():
        yield season, *slices(bounds[:-1], np.where(seasons == season, np.diff(bounds), 0))


def feature_columns(season: int, horizon: int) -> Integers:
    """(features,) columns of one season's features among those of `feature_count(None, horizon)`."""
    most = _features_per_step(None)
    steps = np.arange(most * horizon).reshape(horizon, most)[:, : _features_per_step(season)].ravel()
    return np.concatenate((np.arange(LAGS), LAGS + steps, LAGS + most * horizon + np.arange(_OTHER_FEATURES)))


def _in_season(
    values: Floats, bounds: Integers, *, season: int, horizon: int, forecast_rows: int
) -> TargetFeatures:
    """The features of series of one season, in the order of `feature_columns`."""
    values = without_outliers(values, bounds, season=season)
    rows = _Lagged.of(values, bounds)
    known = _last_actual_rows(bounds, forecast_rows)
    scale = _scale(rows, season)[known]
    now = _transformed(values, scale)
    by_lag = {lag: _volatility(rows, scale, now, lag=lag, season=season)[known] for lag in {season, 1}}
    stepwise, has_season = by_lag[1], rows.position >= season
    volatility = np.where(has_season, by_lag[season], stepwise)
    unit = np.maximum(volatility, VOLATILITY_FLOOR)
    level = _level(rows, scale, season)

    inputs = np.zeros((len(values), feature_count(season, horizon)), dtype=np.float32)
    reference = np.empty((len(values), horizon))
    columns = iter(inputs.T)

    def put(feature: Floats, where: Flags | bool = True) -> None:
        next(columns)[:] = np.where(where, np.clip(feature, -CLIP, CLIP), 0.0)

    for lag in range(LAGS):
        earlier, exists = rows.lag(lag)
        put((_transformed(earlier, scale) - level) / unit, exists)
    longer, each = LONGER_SEASONS.get(season, 0), _features_per_step(season)
    cycle = min(longer or season, horizon)
    for step in range(1, cycle + 1):
        # The value a season before the row `step` ahead lies `-step % season` rows back.
        lag = -step % season
        phase, _ = rows.lag(lag)
        reference[:, step - 1] = np.where(has_season, phase, values)
        if season > 1:
            earlier, exists = rows.lag(lag + season)
            phase = _transformed(phase, scale)
            put((phase - level) / unit, has_season)
            put((phase - _transformed(earlier, scale)) / unit, exists)
        if longer:
            phase, exists = rows.lag(-step % longer)
            put((_transformed(phase, scale) - level) / unit, exists)
    _repeat(reference, cycle)
    last = LAGS + each * horizon
    _repeat(inputs[:, LAGS:last], each * cycle)
    columns = iter(inputs.T[last:])
    # Bounded, since a larger age would differ between a series and its tail.
    put(np.log1p(np.minimum(rows.position, rows_remembered(season)).astype(np.float64)) / 5)
    put(np.log(unit))
    put(np.log(unit / np.maximum(stepwise, VOLATILITY_FLOOR)))
    put(has_season.astype(np.float64))
    put(np.full(len(values), np.log(season) / 5))
    return TargetFeatures(inputs, reference, scale, volatility)


def _repeat(columns: NDArray[Any], cycle: int) -> None:
    """Fill all columns after the first `cycle` ones with these, again and again."""
    for first in range(cycle, columns.shape[1], max(cycle, 1)):
        part = columns[:, first : first + cycle]
        part[:] = columns[:, : part.shape[1]]


def _last_actual_rows(bounds: Integers, forecast_rows: int) -> Integers:
    """(rows,) each row itself, or the last one before the newest `forecast_rows` of its series."""
    last = np.repeat(np.maximum(bounds[1:] - 1 - forecast_rows, bounds[:-1]), np.diff(bounds))
    return np.asarray(np.minimum(np.arange(bounds[-1]), last))


def without_outliers(values: Floats, bounds: Integers, *, season: int | Integers) -> Floats:
    """The values, each clipped where it is far larger than those up to it (`OUTLIER`, `SURPRISE`)."""
    if not isinstance(season, int):
        clipped = np.empty_like(values)
        for each, some_bounds, some in _by_season(bounds, season):
            clipped[some] = without_outliers(values[some], some_bounds, season=each)
        return clipped
    sizes, position, clipped = np.abs(values), row_positions(bounds), values.copy()
    lags = np.arange(scale_rows(season))
    # Four times the previous value is within every limit: only what is larger is looked at closely.
    (large,) = np.nonzero(sizes / 4 > np.where(position > 0, _shifted(sizes, 1), 0.0))
    for some in np.array_split(large, -(-len(large) * len(lags) // _CHUNK)) if len(large) else ():
        # (rows, lags) sizes of each row's newest values, its own first; 0 before the start of the series.
        newest = np.where(lags <= position[some, None], sizes[np.maximum(some[:, None] - lags, 0)], 0.0)
        with np.errstate(over="ignore"):  # ten times 1e308
            median = _median_above_zero(newest)
            margin = SURPRISE * np.maximum(median, newest[:, 1])
            limit = np.maximum(OUTLIER * median, newest[:, 1] + margin)
            limit = np.minimum(limit, newest[:, 1:].max(axis=1) + margin)
        clipped[some] = np.clip(values[some], -limit, limit)
    return clipped


def _median_above_zero(sizes: Floats) -> Floats:
    """(rows,) median of the nonzero sizes, (rows, sizes): the larger of two in the middle, 0 without any."""
    count = np.count_nonzero(sizes, axis=1)
    middle = sizes.shape[1] - np.maximum((count + 1) // 2, 1)
    return np.asarray(np.sort(sizes, axis=1)[np.arange(len(sizes)), middle])


def _scale(rows: _Lagged, season: int) -> Floats:
    mean = _moving_mean(rows.position, np.abs(rows.values), scale_rows(season))
    return np.where(mean > 0, mean, 1.0)


def typical_sizes(values: Floats, bounds: Integers, *, rows: int) -> Floats:
    """(rows,) mean size of the newest `rows` values of each series; 1 where all are zero."""
    mean = _moving_mean(row_positions(bounds), np.abs(values), rows)
    return np.where(mean > 0, mean, 1.0)


def _level(rows: _Lagged, scale: Floats, season: int) -> Floats:
    """Mean of the last `season` values of w, all in the row's own scale."""
    total = np.zeros_like(scale)
    for lag in range(season):
        earlier, exists = rows.lag(lag)
        total += np.where(exists, _transformed(earlier, scale), 0.0)
    return total / np.minimum(rows.position + 1, season)


def _volatility(rows: _Lagged, scale: Floats, now: Floats, *, lag: int, season: int) -> Floats:
    newest, all_of_them = change_sizes(rows, scale, now, lag=lag, season=season)
    return np.minimum(all_of_them, CALMER * newest)


def change_sizes(
    rows: _Lagged, scale: Floats, now: Floats, *, lag: int, season: int
) -> tuple[Floats, Floats]:
    """(rows,) mean sizes of the newest changes from `lag` rows before, and of those of the volatility."""
    earlier, exists = rows.lag(lag)
    changes = np.where(exists, np.abs(now - _transformed(earlier, scale)), 0.0)
    position = np.maximum(rows.position - lag, -1)
    newest, all_of_them = _moving_means(position, changes, (newest_rows(season), volatility_rows(season)))
    return newest, all_of_them


def _moving_mean(position: Integers, sizes: Floats, count: int) -> Floats:
    """(rows,) mean of the newest `count` sizes of the same series, of fewer at its start."""
    return _moving_means(position, sizes, (count,))[0]


def _moving_means(position: Integers, sizes: Floats, counts: tuple[int, ...]) -> list[Floats]:
    """(rows,) each: the means of so many newest sizes of the same series, ascending; fewer at its start.

    A row has as many earlier sizes as `position` says. A running sum would be faster, but mixes series of
    very different size and loses their last digits.
    """
    total, shares, first, means = np.zeros_like(sizes), sizes / counts[-1], 0, []
    for count in counts:
        for lag in range(first, min(count, int(position.max(initial=-1)) + 1)):
            total += np.where(position >= lag, _shifted(shares, lag), 0.0)
        means.append(total * (counts[-1] / np.clip(position + 1, 1, count)))
        first = count
    return means


def _shifted(values: Floats, lag: int) -> Floats:
    """(rows,) the value so many rows before; anything where there is none."""
    return np.concatenate((values[:lag], values[: max(len(values) - lag, 0)])) if lag else values
