"""Long seasons: the year of days, the week of hours, and cycles that are no calendar season.

A series is the sum of a slow trend, a short season that every method handles itself, and long
seasons. The profile of a long season is estimated jointly with a trend of straight pieces: the trend
from differences between rows of the same phase, the profile from the mean of each phase, in which
newer periods weigh more. Then each harmonic of the profile is shrunk by how much it varies from period
to period (a Wiener filter, weakened). The trend stays in the rest; only the deviation is removed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import LARGEST, Floats

_PERIODS = 2
"""Fewest periods of rows that show a season."""

_MOST_PERIODS = 16
"""Newest periods that are read."""

_FEWEST_ROWS = 12
"""Fewest rows that show a season."""

_PIECES = 12
"""Most straight pieces of the trend."""

_MEMORY, _LONG_MEMORY = 0.85, 0.5
"""Weight of a period beside that of the one after it: where it is a whole number of short seasons (a week of
hours), and elsewhere. Development series of days prefer even less, clean cycles more."""

_SHRINKAGE = 0.25
"""Of 1, the full Wiener filter, 0.5, 0.25 and none the best on development series."""

_LOW = 3
"""Harmonics up to this one are shrunk each by itself, those above with their neighbours."""

_OUTLIER = 5.0
"""Robust standard deviations from which a row is an outlier, unless another period is as far there."""

TINY = 1e-300


@dataclass(frozen=True, slots=True)
class FoundSeason:
    """A long season of a series."""

    period: float
    """Rows: 24, 168, 365.25, or 30.2 for a cycle."""
    strength: float
    """0 to 1, share of the variance without trend and shorter seasons that it explains, without chance."""
    cycle: bool
    """Whether it is no calendar season of the frequency."""


def seasonal_component(
    values: Floats, periods: Sequence[float], short: int, horizon: int
) -> tuple[Floats, Floats]:
    """(rows,) the long seasons of a series, and (horizon,) their continuation.

    The mean over the newest period is zero. Periods with less than two of them in the rows are left out.
    """
    rows = len(values)
    component = np.zeros(rows + horizon)
    scaled, small, large = unit_free(np.asarray(values, dtype=np.float64))
    for period in sorted(periods):
        if is_long(period, short, rows):
            rest = without_short(newest(scaled - component[:rows], period), short)
            component += fit(clipped(rest, period, short), period, short, rows, horizon)
    with np.errstate(over="ignore"):
        component = np.clip(component * small * large, -LARGEST, LARGEST)
    return component[:rows], component[rows:]


def rows_of_two(period: float) -> int:
    """Rows that hold two periods: two years of days may be 730."""
    return int(_PERIODS * period)


def is_long(period: float, short: int, rows: int) -> bool:
    """Whether a period is longer than the short season, and there are rows enough for it."""
    return period > short and rows >= max(rows_of_two(period), _FEWEST_ROWS)


def newest(values: Floats, period: float) -> Floats:
    """The newest rows: older periods would hardly count."""
    return values[-round(_MOST_PERIODS * period) :]


def unit_free(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Deviations from the median, (..., rows), in a unit near their size.

    With them the powers of two, (..., 1), that are the factors of this unit.
    """
    large = _power_of_two(np.abs(values).max(axis=-1, keepdims=True, initial=0.0))
    centred = values / large
    if values.shape[-1]:
        centred = centred - np.median(centred, axis=-1, keepdims=True)
    small = _power_of_two(np.abs(centred).max(axis=-1, keepdims=True, initial=0.0))
    return centred / small, small, large


def _power_of_two(sizes: Floats) -> Floats:
    return np.where(sizes > 0, np.ldexp(1.0, np.frexp(sizes)[1] - 1), 1.0)


def without_short(values: Floats, short: int) -> Floats:
    """The values, (..., rows), without the median deviation of each phase of the short season.

    It is that from the mean and the slope of each season.
    """
    rows = values.shape[-1]
    whole = rows // short * short
    if short == 1 or whole < 2 * short:
        return values
    cycles = values[..., rows - whole :].reshape(*values.shape[:-1], -1, short)
    means = cycles.mean(axis=-1)
    slopes = np.gradient(means, axis=-1) / short
    trend = means[..., None] + slopes[..., None] * (np.arange(short) - (short - 1) / 2)
    profile = np.median(cycles - trend, axis=-2)
    profile -= profile.mean(axis=-1, keepdims=True)
    return np.asarray(values - profile[..., (np.arange(rows) - rows) % short])


def clipped(values: Floats, period: float, short: int) -> Floats:
    """The values without single outliers: far from the rows around them, as in no other period."""
    rows, block = len(values), max(short, round(period / 24), 5)
    used = rows // block * block
    middles = np.median(values[rows - used :].reshape(-1, block), axis=1)
    centres = rows - used + (block - 1) / 2 + block * np.arange(len(middles))
    smooth = np.interp(np.arange(rows), centres, middles)
    deviations = values - smooth
    bound = _OUTLIER * 1.4826 * float(np.median(np.abs(deviations)))
    bound += 3 * float(np.median(np.abs(np.diff(middles))))  # what is curved is no outlier
    if not bound > 0 or np.abs(deviations).max() <= bound:
        return values
    points = round(period)
    table = by_phase(deviations, period, points, whole=True)
    ordered = np.sort(np.where(np.isnan(table), 0.0, table), axis=0)
    phase = ((np.arange(rows) - rows) % period * (points / period)).astype(np.int64) % points
    low, high = np.minimum(ordered[1], 0.0)[phase], np.maximum(ordered[-2], 0.0)[phase]
    alone = (deviations > np.maximum(high, bound)) | (deviations < np.minimum(low, -bound))
    return np.asarray(np.where(alone, smooth + np.clip(deviations, low, high), values))


def seasons_in(period: float, short: int) -> int:
    """How many short seasons make a period; 0 where that is no whole number."""
    ratio = period / short
    return round(ratio) if short > 1 and abs(ratio - round(ratio)) < 1e-9 else 0


def fit(values: Floats, period: float, short: int, before: int, after: int) -> Floats:
    """(before + after,) the season of one period before the end of the values, and after it."""
    points, multiple = round(period), seasons_in(period, short)
    table = by_phase(values, period, points)
    memory = _MEMORY if multiple else _LONG_MEMORY
    weights = np.isfinite(table) * memory ** np.arange(len(table) - 1, -1, -1.0)[:, None]
    smooth = _shrunk(*profile_and_trend(table, weights), multiple)
    position = np.arange(-before, after) % period * (points / period)
    component = np.interp(position, np.arange(points + 1), np.append(smooth, smooth[0]))
    return np.asarray(component - component[before - points : before].mean())


def by_phase(values: Floats, period: float, points: int, *, whole: bool = False) -> Floats:
    """(periods, points) one row per period, the newest last; NaN before the first value."""
    rows = len(values)
    count = int(np.ceil(rows / period - 1e-9))
    at = rows + np.arange(-count, 0)[:, None] * period + np.arange(points) * (period / points)
    found = (
        values[np.clip(at.astype(np.int64), 0, rows - 1)] if whole else np.interp(at, np.arange(rows), values)
    )
    return np.where(at >= 0, found, np.nan)


def profile_and_trend(table: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """(points,) weighted mean of each phase beside a trend, and (whole periods, points) what both leave.

    Entries of weight 0 do not count. The trend is of straight pieces, each two periods long or longer.
    """
    periods, points = table.shape
    knots = np.linspace(0, table.size - 1, min((periods + 1) // 2, _PIECES) + 1)
    hats = [np.interp(np.arange(table.size), knots, row) for row in np.eye(len(knots))[1:]]
    trend = np.stack(hats, axis=-1).reshape(periods, points, -1)
    there = weights > 0
    filled, shares = np.where(there, table, 0.0), weights / weights.sum(axis=0)
    within = filled - (shares * filled).sum(axis=0)
    design = trend - (shares[..., None] * trend).sum(axis=0)
    weighted = (weights[..., None] * design).reshape(table.size, -1).T
    slopes = np.linalg.lstsq(
        weighted @ design.reshape(table.size, -1), weighted @ within.ravel(), rcond=1e-10
    )
    level = filled - trend @ slopes[0]
    profile = (shares * level).sum(axis=0)
    return profile, (level - profile)[there.all(axis=1)]


def powers(profile: Floats, residuals: Floats) -> tuple[Floats, Floats]:
    """Power of each harmonic of the profile, and mean power of its changes from period to period."""
    changes = (np.abs(np.fft.rfft(residuals, axis=1)) ** 2).sum(axis=0) / max(len(residuals) - 1, 1)
    return np.abs(np.fft.rfft(profile)) ** 2, _smoothed(changes, 2)


def _shrunk(profile: Floats, residuals: Floats, multiple: int) -> Floats:
    """(points,) the profile without its mean, each harmonic shrunk by its changes from period to period."""
    signal, changes = powers(profile, residuals)
    power = np.where(np.arange(len(signal)) <= _LOW, signal, _smoothed(signal, 2))
    weight = np.clip(1 - _SHRINKAGE * changes / len(residuals) / np.maximum(power, TINY), 0, 1)
    weight[:: multiple or len(weight)] = 0
    return np.fft.irfft(weight * np.fft.rfft(profile), len(profile))


def _smoothed(values: Floats, half: int) -> Floats:
    """The mean over so many neighbours on both sides, the first value apart."""
    width = 2 * half + 1
    padded = np.pad(values[1:], half, mode="edge")
    return np.concatenate((values[:1], np.convolve(padded, np.ones(width) / width, mode="valid")))
