"""Each step of a series as the network sees it, and its answers back in the series' own units.

Everything at row t is computed from rows up to t of the same series alone, so the
channels of a whole panel are one causal array, computed once for all windows, and
no window can see past its end. Every mean runs over a bounded number of rows
(`rows_remembered`), so the tail of a series gives the same answers as all of it.

With w = asinh(x / scale): close to a logarithm for large values, linear near zero,
defined for zeros and negatives. A value far out of the usual is cut off before anything
else, so that one of 1e6 among threes does not set the scale for all. Answers are
changes from a naive reference in units of volatility: an answer of zero *is* the
(seasonal) naive forecast.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import LARGEST, Flags, Floats, Integers, row_positions, slices

LAGS = 8
"""Newest values that every step shows, in units of volatility around their level."""

CLIP = 20.0
"""Bound on every channel: an outlier shows as one, without drowning the others."""

OUTLIER = 10.0
"""Medians of the newest sizes, zeros aside, above which a value is an outlier."""

SURPRISE = 3.0
"""Medians, or values just before it, by which a value may exceed all before it, and an outlier the one
just before it: a new size that stays counts in full from its second row on."""

_OTHERS = 5
"""Channels that tell of no lag: age, volatility twice, whether a season was seen, the season."""

VOLATILITY_FLOOR = 1e-3
"""Below this the series is treated as standing still: 0.1 % of its scale."""

LONGER_SEASONS = {24: 168}
"""A second season that a first one comes with: hours of a day have a week too."""

FIRST_JUDGED_ROW = 3
"""Rows of a series before this one have seen too little to be trained on."""

_CHUNK = 1 << 17
"""Numbers sorted in one go: what the processor's cache holds."""

_FAR = 700.0
"""The hyperbolic sine of more is no number."""


@dataclass(frozen=True, slots=True)
class TargetFeatures:
    """What the network reads at every row, and what turns its answers into values."""

    inputs: NDArray[np.float32]
    """(rows, channels), within -CLIP..CLIP."""
    reference: Floats
    """(rows, horizon) the naive forecast from values that are no outliers, in the units of the data."""
    scale: Floats
    """(rows,) mean size of the newest of them, in the units of the data; 1 where all are zero."""
    volatility: Floats
    """(rows,) mean size of a seasonal change of w; 0 where the series stood still."""

    def at(self, rows: Integers) -> "TargetFeatures":
        """The channels of some rows alone."""
        return TargetFeatures(
            self.inputs[rows], self.reference[rows], self.scale[rows], self.volatility[rows]
        )

    def restore(self, answers: Floats) -> Floats:
        """Values in the data's units from `answers`, (rows, steps) in units of volatility."""
        reference, scale = self.reference[:, : answers.shape[1]], self.scale[:, None]
        start = _transformed(reference, scale)
        # Written as a change so that an answer of zero gives the reference to the last bit.
        with np.errstate(over="ignore"):
            moved = np.sinh(np.clip(start + self.volatility[:, None] * answers, -_FAR, _FAR))
            restored = reference + scale * (moved - np.sinh(start))
        return np.asarray(np.clip(restored, -LARGEST, LARGEST))

    def units(self, actual: Floats) -> Floats:
        """The inverse of `restore`: the answers that would have given `actual`, (rows, steps)."""
        reference, scale = self.reference[:, : actual.shape[1]], self.scale[:, None]
        change = _transformed(actual, scale) - _transformed(reference, scale)
        return change / np.maximum(self.volatility, VOLATILITY_FLOOR)[:, None]


def _transformed(values: Floats, scale: Floats) -> Floats:
    """The transform w of values, never farther from zero than there is a way back."""
    with np.errstate(over="ignore"):  # 1e308 among numbers of 1e-300
        return np.asarray(np.clip(np.arcsinh(values / scale), -_FAR, _FAR))


def width(season: int | None, horizon: int) -> int:
    """Number of channels of a step; without one season for all (None) there is room for every season's."""
    return LAGS + _phases(season) * horizon + _OTHERS


def _phases(season: int | None) -> int:
    """Channels of a step for each row of the horizon."""
    return 0 if season == 1 else 3 if season in (None, *LONGER_SEASONS) else 2


def scale_rows(season: int) -> int:
    """Rows that the scale is a mean of."""
    return max(2 * season, 8)


def volatility_rows(season: int) -> int:
    """Changes that the volatility is a mean of."""
    return max(4 * season, 24)


def rows_remembered(season: int) -> int:
    """Rows before a step that its channels depend on.

    A volatility's changes depend on scales, a scale on values, and whether one is an
    outlier on as many before it.
    """
    used = volatility_rows(season) + max(scale_rows(season), season)
    return max(used, LONGER_SEASONS.get(season, 0)) + scale_rows(season)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Flat rows of many series, and how to look back in each without leaving it."""

    values: Floats
    position: Integers
    """(rows,) rows of the own series before this one."""

    @classmethod
    def of(cls, values: Floats, bounds: Integers) -> "_Rows":
        return cls(values, row_positions(bounds))

    def back(self, lag: int) -> tuple[Floats, Flags]:
        """Values `lag` rows earlier (the series' first value where there is none), and where there is one."""
        there = self.position >= lag
        index = np.arange(len(self.values)) - np.minimum(self.position, lag)
        return self.values[index], there


def channels(values: Floats, bounds: Integers, *, season: int | Integers, horizon: int) -> TargetFeatures:
    """The channels of every row; `values` holds the series one behind the other, cut at `bounds`.

    The season is one for all or, (series,), that of each. Then all have the layout of
    `width(None, horizon)`, with zeros where a season has no such channel.
    """
    if isinstance(season, int):
        return _in_season(values, bounds, season=season, horizon=horizon)
    rows = len(values)
    inputs = np.zeros((rows, width(None, horizon)), dtype=np.float32)
    found = TargetFeatures(inputs, np.empty((rows, horizon)), np.empty(rows), np.empty(rows))
    for each, cut, taken in _alike(bounds, season):
        part = _in_season(values[taken], cut, season=each, horizon=horizon)
        inputs[taken[:, None], places(each, horizon)] = part.inputs
        found.reference[taken] = part.reference
        found.scale[taken], found.volatility[taken] = part.scale, part.volatility
    return found


def _alike(bounds: Integers, seasons: Integers) -> Iterator[tuple[int, Integers, Integers]]:
    """Each season, the bounds of series where only those that have it are left, and their rows."""
    for season in np.unique(seasons).tolist():
        yield season, *slices(bounds[:-1], np.where(seasons == season, np.diff(bounds), 0))


def places(season: int, horizon: int) -> Integers:
    """(channels,) where those of a season are in the layout of all seasons."""
    room = _phases(None)
    phases = np.arange(room * horizon).reshape(horizon, room)[:, : _phases(season)].ravel()
    return np.concatenate((np.arange(LAGS), LAGS + phases, LAGS + room * horizon + np.arange(_OTHERS)))


def _in_season(values: Floats, bounds: Integers, *, season: int, horizon: int) -> TargetFeatures:
    values = without_outliers(values, bounds, season=season)
    rows = _Rows.of(values, bounds)
    scale = _scale(rows, season)
    now = _transformed(values, scale)
    seasonal = _volatility(rows, scale, now, lag=season, season=season)
    stepwise = seasonal if season == 1 else _volatility(rows, scale, now, lag=1, season=season)
    seen = rows.position >= season
    volatility = np.where(seen, seasonal, stepwise)
    unit = np.maximum(volatility, VOLATILITY_FLOOR)
    level = _level(rows, scale, season)

    inputs = np.zeros((len(values), width(season, horizon)), dtype=np.float32)
    reference = np.empty((len(values), horizon))
    columns = iter(inputs.T)

    def put(channel: Floats, where: Flags | bool = True) -> None:
        next(columns)[:] = np.where(where, np.clip(channel, -CLIP, CLIP), 0.0)

    for lag in range(LAGS):
        earlier, there = rows.back(lag)
        put((_transformed(earlier, scale) - level) / unit, there)
    longer = LONGER_SEASONS.get(season, 0)
    for step in range(1, horizon + 1):
        lag = -step % season
        phase, _ = rows.back(lag)
        reference[:, step - 1] = np.where(seen, phase, values)
        if season > 1:
            before, known = rows.back(lag + season)
            phase = _transformed(phase, scale)
            put((phase - level) / unit, seen)
            put((phase - _transformed(before, scale)) / unit, known)
        if longer:
            phase, known = rows.back(-step % longer)
            put((_transformed(phase, scale) - level) / unit, known)
    # An age beyond what is remembered would differ between a series and its tail.
    put(np.log1p(np.minimum(rows.position, rows_remembered(season)).astype(np.float64)) / 5)
    put(np.log(unit))
    put(np.log(unit / np.maximum(stepwise, VOLATILITY_FLOOR)))
    put(seen.astype(np.float64))
    put(np.full(len(values), np.log(season) / 5))
    return TargetFeatures(inputs, reference, scale, volatility)


def without_outliers(values: Floats, bounds: Integers, *, season: int | Integers) -> Floats:
    """The values, each cut off where it is far larger than those up to it (`OUTLIER`, `SURPRISE`)."""
    kept = np.empty_like(values)
    if not isinstance(season, int):
        for each, cut, taken in _alike(bounds, season):
            kept[taken] = without_outliers(values[taken], cut, season=each)
        return kept
    rows = _Rows.of(values, bounds)
    lags = np.arange(scale_rows(season))
    step = max(_CHUNK // len(lags), 1)
    for first in range(0, len(values), step):
        here = slice(first, first + step)
        index = np.arange(len(values))[here, None] - lags
        newest = np.where(lags <= rows.position[here, None], np.abs(values[np.maximum(index, 0)]), 0.0)
        with np.errstate(over="ignore"):  # ten times 1e308
            median = _median_above_zero(newest)
            room = SURPRISE * np.maximum(median, newest[:, 1])
            usual = np.maximum(OUTLIER * median, newest[:, 1] + room)
            most = np.minimum(usual, newest[:, 1:].max(axis=1) + room)
        kept[here] = np.clip(values[here], -most, most)
    return kept


def _median_above_zero(sizes: Floats) -> Floats:
    """(rows,) of the sizes that are not 0, (rows, sizes); the larger of two in the middle, 0 of none."""
    count = np.count_nonzero(sizes, axis=1)
    middle = sizes.shape[1] - np.maximum((count + 1) // 2, 1)
    return np.asarray(np.sort(sizes, axis=1)[np.arange(len(sizes)), middle])


def _scale(rows: _Rows, season: int) -> Floats:
    mean = _mean_back(rows, np.abs(rows.values), scale_rows(season))
    return np.where(mean > 0, mean, 1.0)


def usual_sizes(values: Floats, bounds: Integers, *, rows: int) -> Floats:
    """(rows,) mean size of the newest `rows` values of each series; 1 where all are zero."""
    mean = _mean_back(_Rows.of(values, bounds), np.abs(values), rows)
    return np.where(mean > 0, mean, 1.0)


def _level(rows: _Rows, scale: Floats, season: int) -> Floats:
    """Mean of the last `season` values of w, all in today's scale."""
    total = np.zeros_like(scale)
    for lag in range(season):
        earlier, there = rows.back(lag)
        total += np.where(there, _transformed(earlier, scale), 0.0)
    return total / np.minimum(rows.position + 1, season)


def _volatility(rows: _Rows, scale: Floats, now: Floats, *, lag: int, season: int) -> Floats:
    earlier, there = rows.back(lag)
    changes = np.where(there, np.abs(now - _transformed(earlier, scale)), 0.0)
    past = _Rows(changes, np.maximum(rows.position - lag, -1))
    return _mean_back(past, changes, volatility_rows(season))


def _mean_back(rows: _Rows, sizes: Floats, count: int) -> Floats:
    """Mean of the newest `count` sizes of the own series, fewer at its start.

    A running sum would be faster, but mixes series of very different size and
    loses their last digits.
    """
    total = np.zeros_like(sizes)
    index = np.arange(len(sizes))
    for lag in range(count):
        there = rows.position >= lag
        if not there.any():
            break
        total += np.where(there, sizes[np.maximum(index - lag, 0)] / count, 0.0)
    return total * (count / np.clip(rows.position + 1, 1, count))
