"""Forecasts of one series within bounds, with intervals: `forecasters.model.forecast_of` for one row."""

import math
from collections.abc import Sequence

import numpy as np

from forecast.data.arrays import LARGEST, Floats
from forecast.forecasters.intervals import CHANGES, OTHER_SCALE, Spread, quantiles
from forecast.forecasters.model import RISING_ROWS
from forecast.forecasters.priors import error_growth, interval_width
from forecast.spec.model import Bounds
from forecast.streaming.rows import NewestRows

_LEAST_CONSTANT = 8
"""Rows of a series that never moved from which its intervals have no width."""


class Intervals:
    """What the forecasts of one series are made with: half-widths in units of its changes, and bounds."""

    def __init__(
        self,
        spread: Spread,
        bounds: Bounds,
        levels: Sequence[float],
        season: int,
        steps: int,
        *,
        wider: float,
    ) -> None:
        """`spread` is that of the one series; `wider` a factor on all widths."""
        self._bounds, self._season = bounds, season
        known = min(steps, spread.sizes.shape[1])
        sizes = np.full(steps, np.nan)
        if known:
            growth = error_growth(season, steps)
            sizes = spread.sizes[0, known - 1] * growth / growth[known - 1]
            sizes[:known] = spread.sizes[0, :known]
        self._factors = (quantiles(levels)[:, None] * sizes * interval_width(season) * wider).tolist()
        self._unit = float(spread.units[0])

    def around(
        self, values: Sequence[float], rows: NewestRows, *, is_mean: bool
    ) -> tuple[list[float], list[list[float]], list[list[float]]]:
        """Forecasts of each step within the bounds, and for each level the lower and the upper ends."""
        kept, bounds, (low, high) = rows.values, self._bounds, self._bounds.range
        if bounds.minimum is None and float(kept.min()) >= 0:
            low = max(low, 0.0)
        rising = _never_fell(kept)
        if rising:
            low = max(low, float(kept[-1]))
        unit = self._unit_now(rows.plain)
        least = 1 / (len(kept) + 2) if not bounds.whole and bounds.range == (0, 1) else 0.0
        point = _within(values, low, high, rising=rising, whole=bounds.whole and not is_mean)
        ends: tuple[list[list[float]], list[list[float]]] = ([], [])
        for factors in self._factors:
            half = [max(factor * unit, least) if factor == factor else factor for factor in factors]
            for sign, side in zip((-1, 1), ends, strict=True):
                moved = [value + sign * width for value, width in zip(point, half, strict=True)]
                side.append(_within(moved, low, high, rising=rising, whole=bounds.whole))
            if bounds.whole and is_mean:
                ends[0][-1] = [
                    min(e, max(math.floor(v), low)) for e, v in zip(ends[0][-1], point, strict=True)
                ]
                ends[1][-1] = [
                    max(e, min(math.ceil(v), high)) for e, v in zip(ends[1][-1], point, strict=True)
                ]
        return point, *ends

    def _unit_now(self, values: Floats) -> float:
        """The unit of the widths, in the units of the data; NaN where nothing is known."""
        now, past = self._mean_change(values), self._unit
        alike = now > 0 and past > 0 and abs(math.log(past) - math.log(now)) <= math.log(OTHER_SCALE)
        return math.sqrt(now) * math.sqrt(past if alike else now)

    def _mean_change(self, values: Floats) -> float:
        """The mean size of the newest seasonal changes."""
        lag = self._season if len(values) > self._season + 2 else 1
        count = min(max(4 * self._season, CHANGES), len(values) - lag)
        if count < 1:
            return 0.0 if len(values) >= _LEAST_CONSTANT else np.nan
        newest = np.abs(values[-count:] - values[-count - lag : len(values) - lag])
        mean = float((newest / count).sum())
        if mean == 0.0:
            mean = float((np.abs(values[lag:] - values[:-lag]) / (len(values) - lag)).sum())
        known = mean > 0 or len(values) >= _LEAST_CONSTANT
        return min(mean, LARGEST) if known else np.nan


def _within(numbers: Sequence[float], low: float, high: float, *, rising: bool, whole: bool) -> list[float]:
    """Numbers within bounds, rounded and rising where they must be."""
    within, least = [], low
    for number in numbers:
        # NaN, where nothing is known, stays NaN.
        value = (
            min(max(float(np.rint(number)) if whole else number, least), high) if number == number else number
        )
        least = max(least, value) if rising and value == value else least
        within.append(value)
    return within


def _never_fell(values: Floats) -> bool:
    """Whether a long series rose and never fell."""
    if len(values) < RISING_ROWS or values[-1] <= values[0]:
        return False
    return bool((values[1:] >= values[:-1]).all())
