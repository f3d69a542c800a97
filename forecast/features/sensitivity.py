"""Derivatives of a forecast with respect to the values of its series: `features.target`, backwards.

A value is in the features of many rows: as one of their newest values, and in their level, scale and
volatility. The chain rule is applied once, from the forecast back to the values, for all steps of the
horizon. The derivative with respect to a value that is clipped as an outlier is 0; what limits it is held
constant.
"""

from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers
from forecast.features.target import (
    CALMER,
    CLIP,
    LAGS,
    LONGER_SEASONS,
    VOLATILITY_FLOOR,
    TargetFeatures,
    _Lagged,
    _level,
    _transformed,
    change_sizes,
    newest_rows,
    scale_rows,
    volatility_rows,
    without_outliers,
)


def value_gradient(
    values: Floats, features: TargetFeatures, outputs: Floats, by_inputs: Floats, *, season: int
) -> Floats:
    """(horizon, rows) derivative of each step of a forecast with respect to each of `values`, (rows,).

    The values are of one series; `features` are those of all its rows, and `outputs`, (horizon,), what a
    network gave after the last one. `by_inputs`, (horizon, window, features), are the derivatives of these
    outputs with respect to the features of the newest `window` rows.
    """
    rows = np.arange(len(values))
    clipped = without_outliers(values, np.array([0, len(values)]), season=season)
    chain = _Chain(clipped, features.scale, season, len(outputs))
    slope = chain.answer(outputs, features.volatility)
    chain.features(by_inputs * slope[:, None, None], rows[-by_inputs.shape[1] :])
    chain.volatilities()
    chain.scales()
    return np.where(clipped == values, chain.by_value, 0.0)


@dataclass(slots=True)
class _Parts:
    """What features are made of, (rows,)."""

    level: Floats
    stepwise: Floats
    volatility: Floats
    unit: Floats


class _Chain:
    """Derivatives of each step of the forecast, (horizon, rows), collected from the answer back.

    `by_transformed` is where they branch: w = asinh(value / scale) is in all that a network reads.
    """

    def __init__(self, values: Floats, scale: Floats, season: int, horizon: int) -> None:
        self.season = season
        self.rows = np.arange(len(values))
        self.lagged = _Lagged.of(values, np.array([0, len(values)]))
        self.values, self.scale = values, scale
        now = _transformed(values, scale)
        self.now = now
        self.calmer: dict[int, Flags] = {}
        seasonal, stepwise = self._volatility(season), self._volatility(1)
        volatility = np.where(self.rows >= season, seasonal, stepwise)
        level = _level(self.lagged, scale, season)
        self.parts = _Parts(level, stepwise, volatility, np.maximum(volatility, VOLATILITY_FLOOR))
        self.by_value, self.by_scale, self.by_volatility, self.by_unit, self.by_stepwise = (
            np.zeros((horizon, len(values))) for _ in range(5)
        )

    def _volatility(self, lag: int) -> Floats:
        """(rows,) that of changes from `lag` rows before; it remembers where the newest of them bound it."""
        newest, all_of_them = change_sizes(self.lagged, self.scale, self.now, lag=lag, season=self.season)
        self.calmer[lag] = CALMER * newest < all_of_them
        return np.where(self.calmer[lag], CALMER * newest, all_of_them)

    def by_transformed(self, index: Integers, rows: Integers, gradient: Floats) -> None:
        """Pass on the derivatives, (horizon, n), of asinh(values[index] / scale[rows])."""
        value, scale = self.values[index], self.scale[rows]
        root = np.hypot(scale, value)
        np.add.at(self.by_value.T, index, (gradient / root).T)
        self.by_scale[:, rows] -= gradient * value / (scale * root)

    def answer(self, outputs: Floats, volatility: Floats) -> Floats:
        """Begin with the forecast itself, see `TargetFeatures.to_values`; (horizon,) its slope by outputs."""
        steps, last = np.arange(len(outputs)), self.rows[-1]
        lags = -(steps + 1) % self.season if last >= self.season else np.zeros_like(steps)
        index = last - lags
        reference, scale, unit = self.values[index], self.scale[last], volatility[last]
        root, start = np.hypot(scale, reference), np.arcsinh(reference / scale)
        moved = start + unit * outputs
        self.by_value[steps, index] += scale * np.cosh(moved) / root
        by_start = scale * np.cosh(moved) - root
        self.by_scale[:, last] += np.sinh(moved) - np.sinh(start) - by_start * reference / (scale * root)
        self.by_volatility[:, last] += scale * np.cosh(moved) * outputs
        return np.asarray(scale * np.cosh(moved) * unit)

    def features(self, gradient: Floats, rows: Integers) -> None:
        """Pass on the derivatives with respect to the features of `rows`, in their order."""
        columns = iter(np.moveaxis(gradient, 2, 0))
        parts, season = self.parts, self.season
        unit, by_level = parts.unit[rows], np.zeros((len(gradient), len(rows)))

        def difference(index: Integers, exists: Flags, other: Integers | None = None) -> None:
            """A value less the level, or less another value, in units of volatility."""
            index = np.maximum(index, 0)
            less = parts.level[rows] if other is None else self._at(np.maximum(other, 0), rows)
            feature = (self._at(index, rows) - less) / unit
            passed = np.where(exists & (np.abs(feature) < CLIP), next(columns) / unit, 0.0)
            self.by_transformed(index, rows, passed)
            if other is None:
                by_level[:] -= passed
            else:
                self.by_transformed(np.maximum(other, 0), rows, -passed)
            self.by_unit[:, rows] -= passed * feature

        for lag in range(LAGS):
            difference(rows - lag, rows >= lag)
        longer = LONGER_SEASONS.get(season, 0)
        for step in range(1, len(gradient) + 1):
            lag = -step % season
            if season > 1:
                difference(rows - lag, rows >= season)
                difference(rows - lag, rows >= lag + season, rows - lag - season)
            if longer:
                difference(rows - (-step % longer), rows >= -step % longer)
        next(columns)  # age
        self.by_unit[:, rows] += next(columns) / unit
        ratio, stepwise = next(columns), parts.stepwise[rows]
        self.by_unit[:, rows] += ratio / unit
        above = stepwise > VOLATILITY_FLOOR
        self.by_stepwise[:, rows] -= np.where(above, ratio / np.where(above, stepwise, 1.0), 0.0)
        self._level(by_level, rows)

    def _at(self, index: Integers, rows: Integers) -> Floats:
        return _transformed(self.values[index], self.scale[rows])

    def _level(self, gradient: Floats, rows: Integers) -> None:
        each = gradient / np.minimum(rows + 1, self.season)
        for lag in range(self.season):
            exists = rows >= lag
            self.by_transformed(rows[exists] - lag, rows[exists], each[:, exists])

    def volatilities(self) -> None:
        """Pass on the derivatives with respect to the volatility of each row."""
        parts, has_season = self.parts, self.rows >= self.season
        whole = self.by_volatility + np.where(parts.volatility > VOLATILITY_FLOOR, self.by_unit, 0.0)
        self._changes(np.where(has_season, whole, 0.0), self.season)
        self._changes(np.where(has_season, 0.0, whole) + self.by_stepwise, 1)

    def _changes(self, gradient: Floats, lag: int) -> None:
        """Pass on those of mean sizes of the changes from `lag` rows before."""
        rows, calmer = self.rows[lag:], self.calmer[lag][lag:]
        known, by_change = rows - lag + 1, np.zeros_like(gradient[:, lag:])
        for some, count, factor in (
            (~calmer, volatility_rows(self.season), 1.0),
            (calmer, newest_rows(self.season), CALMER),
        ):
            shares = np.where(some, factor * gradient[:, lag:] / np.minimum(known, count), 0.0)
            by_change += _spread(shares, count)
        by_change *= np.sign(self.now[rows] - self._at(rows - lag, rows))
        self.by_transformed(rows, rows, by_change)
        self.by_transformed(rows - lag, rows, -by_change)

    def scales(self) -> None:
        """Pass on the derivatives with respect to the scale of each row, a mean size of values."""
        count = scale_rows(self.season)
        is_mean = _spread(np.abs(self.values[None, ::-1]), count)[0, ::-1] > 0
        by_size = _spread(np.where(is_mean, self.by_scale / np.minimum(self.rows + 1, count), 0.0), count)
        self.by_value += by_size * np.sign(self.values)


def _spread(gradient: Floats, count: int) -> Floats:
    """(costs, rows) the sum of the `count` columns from each column on: a moving mean, backwards."""
    total = np.cumsum(np.pad(gradient, [(0, 0), (1, count)]), axis=1)
    rows = gradient.shape[1]
    return np.asarray(total[:, count : count + rows] - total[:, :rows])
