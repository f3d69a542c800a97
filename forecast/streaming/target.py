"""The target's features of the newest row alone, from the rows that these depend on.

They equal the last row of `features.target.target_features`, up to rounding, in time that does not grow with
the rows read: what an earlier row needed once (its clipped value, its changes) is kept while it is used.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import LARGEST, Floats
from forecast.features.target import (
    CALMER,
    CLIP,
    LAGS,
    LONGER_SEASONS,
    OUTLIER,
    SURPRISE,
    VOLATILITY_FLOOR,
    feature_columns,
    feature_count,
    newest_rows,
    rows_remembered,
    scale_rows,
    volatility_rows,
)

MOST = 700.0
"""Bound on transformed values: the hyperbolic sine of larger numbers overflows."""

BUFFERS = 4
"""Numbers kept of a row: value, clipped value, seasonal change, change from the row before."""


class NewestTarget:
    """The features of the newest row of one series, updated row by row."""

    def __init__(self, season: int, horizon: int, *, any_season: bool = False) -> None:
        """With `any_season` the features have the columns of a network for series of different seasons."""
        self.season, self.horizon = season, horizon
        longer = LONGER_SEASONS.get(season, 0)
        steps = np.arange(1, horizon + 1)
        phase = -steps % season
        self._scale_rows = scale_rows(season)
        self._newest, self._changes = newest_rows(season), volatility_rows(season)
        self._remembered = rows_remembered(season)
        self.keep = max(self._remembered, LAGS, 2 * season, longer) + 1
        """Rows that are kept."""
        per_step = 0 if season == 1 else 3 if longer else 2
        self._per_step, self._longer = per_step, longer
        parts = [np.arange(LAGS), np.arange(season), phase]
        if season > 1:
            parts.append(phase + season)
        if longer:
            parts.append(-steps % longer)
        self._lags = np.concatenate(parts)
        self._ends = np.cumsum([len(part) for part in parts])
        columns = feature_columns(season, horizon) if any_season else None
        self._columns = columns
        self._inputs = np.zeros(feature_count(None if any_season else season, horizon), dtype=np.float32)
        self._season_size = np.log(season) / 5
        self.rows = 0
        """Rows read."""
        self._kept = np.zeros((BUFFERS, 2 * self.keep))
        self._end = 0
        self.reference: Floats = np.zeros(horizon)
        self.scale, self.volatility = 1.0, 0.0

    @property
    def newest(self) -> float:
        """The newest value, clipped where it is an outlier."""
        return float(self._kept[1, self._end - 1])

    @property
    def buffers(self) -> Floats:
        """(BUFFERS, rows kept) what is kept, for a file."""
        return self._kept[:, max(self._end - self.keep, 0) : self._end].copy()

    def restore(self, rows: int, buffers: Floats) -> None:
        """Continue after `rows` rows with what `buffers` kept of the newest ones."""
        self.rows, self._end = rows, buffers.shape[1]
        self._kept[:, : self._end] = buffers

    def push(self, value: float) -> NDArray[np.float32]:
        """Read one value; the features of its row, (features,), which the next call overwrites."""
        if self._end == self._kept.shape[1]:
            self._kept[:, : self.keep] = self._kept[:, -self.keep :]
            self._end = self.keep
        here, position = self._end, self.rows
        values, clipped, seasonal, stepwise = self._kept
        values[here] = value
        clipped[here] = self._without_outlier(values[max(here + 1 - self._scale_rows, 0) : here + 1], value)
        self._end, self.rows = here + 1, position + 1
        known = min(position + 1, self._scale_rows)
        sizes = np.abs(clipped[here + 1 - known : here + 1])
        scale = float((sizes / known).sum()) or 1.0
        now = _transformed(float(clipped[here]), scale)
        season = self.season
        seasonal[here] = (
            abs(now - _transformed(float(clipped[here - season]), scale)) if position >= season else 0.0
        )
        stepwise[here] = abs(now - _transformed(float(clipped[here - 1]), scale)) if position >= 1 else 0.0
        by_season = self._mean_change(seasonal, here, position - season + 1)
        by_step = by_season if season == 1 else self._mean_change(stepwise, here, position)
        has_season = position >= season
        self.scale, self.volatility = scale, by_season if has_season else by_step
        return self._features(clipped, here, position, max(by_step, VOLATILITY_FLOOR), has_season=has_season)

    def _features(
        self, clipped: Floats, here: int, position: int, stepwise: float, *, has_season: bool
    ) -> NDArray[np.float32]:
        """The features in the order of `features.target`."""
        season, unit = self.season, max(self.volatility, VOLATILITY_FLOOR)
        earlier = clipped[here - np.minimum(self._lags, position)]
        known = position >= self._lags
        moved = np.arcsinh(earlier / self.scale)
        np.minimum(moved, MOST, out=moved)
        np.maximum(moved, -MOST, out=moved)
        lags, level_end, phase_end = self._ends[:3]
        recent = moved[lags : lags + min(position + 1, season)]
        level = recent.sum() / len(recent)
        features = np.empty(len(self._inputs) if self._columns is None else len(self._columns))
        features[:LAGS] = np.where(known[:LAGS], (moved[:LAGS] - level) / unit, 0.0)
        phases = moved[level_end:phase_end]
        self.reference = earlier[level_end:phase_end] if has_season else np.full(self.horizon, clipped[here])
        if season > 1:
            block = features[LAGS:-5].reshape(self.horizon, self._per_step)
            before_end = self._ends[3]
            block[:, 0] = (phases - level) / unit if has_season else 0.0
            before = moved[phase_end:before_end]
            block[:, 1] = np.where(known[phase_end:before_end], (phases - before) / unit, 0.0)
            if self._longer:
                block[:, 2] = np.where(known[before_end:], (moved[before_end:] - level) / unit, 0.0)
        age = math.log1p(min(position, self._remembered)) / 5
        features[-5:] = age, math.log(unit), math.log(unit / stepwise), has_season, self._season_size
        np.minimum(features, CLIP, out=features)
        np.maximum(features, -CLIP, out=features)
        self._inputs[slice(None) if self._columns is None else self._columns] = features
        return self._inputs

    def _without_outlier(self, newest: Floats, value: float) -> float:
        """The value, clipped where it is far larger than those up to it; see `features.target`."""
        sizes = np.abs(newest)
        above = np.sort(sizes[sizes > 0])
        median = float(above[len(above) - max((len(above) + 1) // 2, 1)]) if len(above) else 0.0
        before = float(sizes[-2]) if len(sizes) > 1 else 0.0
        most = float(sizes[:-1].max()) if len(sizes) > 1 else 0.0
        margin = SURPRISE * max(median, before)
        limit = min(max(OUTLIER * median, before + margin), most + margin)
        return min(max(value, -limit), limit)

    def _mean_change(self, changes: Floats, here: int, known: int) -> float:
        """Their mean size, at most `CALMER` times that of the newest; there are `known` changes."""
        newest, count = (min(known, most) for most in (self._newest, self._changes))
        if count <= 0:
            return 0.0
        all_of_them = float((changes[here + 1 - count : here + 1] / count).sum())
        return min(all_of_them, CALMER * float((changes[here + 1 - newest : here + 1] / newest).sum()))

    def to_values(self, outputs: Sequence[float]) -> list[float]:
        """Values in the units of the data from `outputs`, which are in units of volatility."""
        values, scale = [], self.scale
        for reference, output in zip(self.reference.tolist(), outputs, strict=False):
            start = _transformed(reference, scale)
            moved = math.sinh(min(max(start + self.volatility * output, -MOST), MOST))
            values.append(min(max(reference + scale * (moved - math.sinh(start)), -LARGEST), LARGEST))
        return values


def _transformed(value: float, scale: float) -> float:
    return min(max(math.asinh(value / scale), -MOST), MOST)
