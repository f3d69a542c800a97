"""Which long seasons a series has: those of the calendar that it clearly has, and one free cycle.

Whether there is a season is a question to the periodogram: is the power at the harmonics of the
period larger than between them, beside a power law such as that of a random walk?
"""

from collections.abc import Sequence

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers
from forecast.forecasters.decomposition import (
    TINY,
    FoundSeason,
    by_phase,
    clipped,
    fit,
    is_long,
    newest,
    powers,
    profile_and_trend,
    seasons_in,
    unit_free,
    without_short,
)

_CYCLES = 4
"""Fewest periods of rows that show a cycle that is no calendar season."""

_EVIDENCE = 3.1
"""Standard normal quantile of the season test: of random walks, one in fifty with two periods
exceeds it, and one in three hundred with four."""

_LEAST_STRENGTH = 0.08
"""Weaker seasons are not worth removing."""

_LEAST_CYCLE = 0.25
"""Share of the variance that a cycle explains in rows that it was not fitted to, at least."""

_SHARP = 8.0
"""Times the mean power around it that the power of a cycle is, at least."""

_ROUNDING = 1e-6
"""Size, relative to the whole series, of what is left beside a line that is nothing but rounding."""

_DRIFT = 2.5
"""Standard errors of the mean change of a series that drifts."""

_HARMONICS = 26
"""Most harmonics that are tested."""


Found = tuple[FoundSeason, ...]
"""The long seasons of a series."""


def find_seasons(values: Floats, short: int, candidates: Sequence[float]) -> list[Found]:
    """Seasons longer than `short` of each series of one length, (series, rows).

    They are those of `candidates` that a series clearly has, and one free cycle.
    """
    series, rows = values.shape
    found: list[Found] = [()] * series
    rest, *_ = unit_free(np.asarray(values, dtype=np.float64))
    moved = np.flatnonzero(rest.any(axis=1))
    if rows < 4 * short or not len(moved):
        return found
    rest = without_short(rest[moved], short)
    periods = [period for period in sorted(candidates) if is_long(period, short, rows)]
    if periods:
        for index, row in enumerate(rest):
            found[moved[index]], rest[index] = _of_calendar(row, short, periods)
    for index, cycle in _cycles(rest, short):
        found[moved[index]] = (*found[moved[index]], cycle)
    return found


def _of_calendar(rest: Floats, short: int, periods: Sequence[float]) -> tuple[Found, Floats]:
    """Those of `periods` that a series clearly has, and the series without them."""
    found: list[FoundSeason] = []
    for period in periods:
        cleaned = clipped(newest(rest, period), period, short)
        if _evidence(cleaned, period, short) > _EVIDENCE:
            strength = _strength(cleaned, period, short)
            if strength > _LEAST_STRENGTH:
                found.append(FoundSeason(float(period), strength, cycle=False))
                rest = rest - fit(cleaned, period, short, len(rest), 0)
    return tuple(found), rest


def _cycles(values: Floats, short: int) -> list[tuple[int, FoundSeason]]:
    """The clear cycle of each series that has one: sharp, and rows before the last third foresee those in it.

    `values` are (series, rows); with each cycle comes the index of its series.
    """
    rows = values.shape[1]
    level = _without_line(values, np.arange(rows, dtype=np.float64))
    curved = np.abs(level).max(axis=1) >= _ROUNDING * np.abs(values).max(axis=1)
    bound = 3 * 1.4826 * np.median(np.abs(level), axis=1, keepdims=True)
    level = np.clip(level, -bound, bound)
    found = []
    for index, period in enumerate(_sharp_periods(level, short).tolist()):
        if curved[index] and period > 0:
            used = max(rows - round(period * max(2.0, rows / period / 3)), 0)
            strength = _foreseen(level[index], period, used)
            if strength > _LEAST_CYCLE:
                found.append((index, FoundSeason(period, strength, cycle=True)))
    return found


def _sharp_periods(level: Floats, short: int) -> Floats:
    """(series,) the period of the largest power of each series, (series, rows), if it is sharp; else 0."""
    series, rows = level.shape
    periods = np.zeros(series)
    size = 8 << (rows - 1).bit_length()
    longest, shortest = rows / _CYCLES, max(1.5 * short, 3.0)
    first, last = int(np.ceil(size / longest)), int(size / shortest)
    if longest <= shortest or first >= last:
        return periods
    power = np.abs(np.fft.rfft(level, size)) ** 2
    peak = first + power[:, first : last + 1].argmax(axis=1)
    some = np.flatnonzero((first < peak) & (peak < last))
    some = some[_is_sharp(level[some], peak[some] * rows / size)]
    left, middle, right = (power[some, peak[some] + shift] for shift in (-1, 0, 1))
    # The parabola through three values has its top from -1 to 1 around the middle one.
    curve = left - 2 * middle + right
    shift = np.where(curve < 0, (left - right) / (2 * np.where(curve < 0, curve, -1.0)), 0.0)
    periods[some] = size / (peak[some] + shift)
    return periods


def _is_sharp(level: Floats, frequency: Floats) -> Flags:
    """(series,) whether the power at a frequency, in bins, is far above that of the bins around it."""
    power = np.abs(np.fft.rfft(level)) ** 2
    bins, frequency = np.arange(power.shape[1]), frequency[:, None]
    distance = np.abs(bins - frequency)
    around = (distance > 1.5) & (distance < 3 * np.maximum(frequency, 4.0)) & (bins > 0)
    count = np.maximum(around.sum(axis=1), 1)
    flat, white = (np.where(around, each, 0.0).sum(axis=1) / count for each in (power, power * bins**2.0))
    background = np.maximum(flat, white / frequency[:, 0] ** 2)
    return np.asarray(np.where(distance <= 1.0, power, 0.0).max(axis=1, initial=0.0) > _SHARP * background)


def _foreseen(values: Floats, period: float, used: int) -> float:
    """Share of the variance of the rows from `used` on that a cycle fitted to the rows before explains."""
    part = fit(values[:used], period, 1, used, len(values) - used)
    steps = np.arange(len(values) - used, dtype=np.float64)
    actual, expected = (_without_line(each[used:], steps) for each in (values, part))
    return 1 - float(np.sum((actual - expected) ** 2)) / max(float(np.sum(actual**2)), TINY)


def _without_line(values: Floats, steps: Floats) -> Floats:
    """Series, (..., rows), without their least-squares line."""
    centred = steps - steps.mean()
    slope = (values @ centred) / (centred @ centred)
    return np.asarray(values - values.mean(axis=-1, keepdims=True) - slope[..., None] * centred)


def _evidence(values: Floats, period: float, short: int) -> float:
    """Normal quantile of the power at the harmonics of the period over that between them.

    The largest of those for the first, the first two, ... harmonics; power is first divided by a power law.
    """
    count = int((len(values) + 1) / period + 1e-9)  # two years may be 730 rows
    newest = values[max(len(values) - round(count * period), 0) :]
    newest = _without_drift(newest, round(period))
    power = np.abs(np.fft.rfft(newest - newest.mean())) ** 2
    harmonics = _tested_harmonics(period, short, (len(power) - 1) // count - 1)
    if not len(harmonics) or not power[1:].any():
        return 0.0
    top = int(min(len(power) - 1, (harmonics[-1] + 1) * count))
    bins = np.arange(1, top + 1)
    between = bins % count != 0
    white = power[1 : top + 1] * bins ** _steepness(power[1 : top + 1], bins, between & (bins <= 8.5 * count))
    # The background of a harmonic: bins between harmonics within half a period's frequency, ten at least.
    reach = max(0.5 * count, 5 * count / max(count - 1, 1))
    first = np.clip(np.ceil(harmonics * count - reach).astype(np.int64) - 1, 0, top)
    last = np.clip(np.floor(harmonics * count + reach).astype(np.int64), 0, top)
    sums, counts = (np.concatenate(([0.0], np.cumsum(each))) for each in (white * between, 1.0 * between))
    number = counts[last] - counts[first]
    ratios = white[harmonics * count - 1] / np.maximum((sums[last] - sums[first]) / number, TINY)
    quantiles = []
    for used in {1, 2, 3, 6, 12, len(harmonics)}:
        if used <= len(harmonics):
            near = float(number[:used].mean())
            freedom = 2 * (near + (used - 1) * min(count - 1, near))
            quantiles.append(_normal_quantile(float(ratios[:used].mean()), 2 * used, freedom))
    return max(quantiles)


def _without_drift(values: Floats, period: int) -> Floats:
    """The values without the line that no season tilts, where they drift more than a random walk would."""
    block = max(period // 12, 1)
    count = len(values) // block
    changes = np.diff(values[len(values) - count * block :].reshape(count, block).mean(axis=1))
    if abs(changes.mean()) * np.sqrt(len(changes)) <= _DRIFT * changes.std():
        return values
    rise = (values[-period:].mean() - values[:period].mean()) / (len(values) - period)
    return np.asarray(values - rise * np.arange(len(values)))


def _tested_harmonics(period: float, short: int, most: int) -> Integers:
    """Numbers of the harmonics that are not the short season's."""
    harmonics = np.arange(1, min(_HARMONICS, int(period / 2) - 1, most) + 1)
    if short == 1:
        return harmonics
    multiple = seasons_in(period, short)
    return harmonics[harmonics % multiple != 0] if multiple else harmonics[harmonics < period / short / 2]


def _steepness(power: Floats, bins: Integers, used: Flags) -> float:
    """Between 0 and 2: the exponent of the power law of these bins."""
    x, y = np.log(bins[used]), np.log(power[used] + TINY)
    x -= x.mean()
    return float(np.clip(-(x @ y) / (x @ x), 0.0, 2.0)) if len(x) > 1 else 2.0


def _normal_quantile(ratio: float, above: float, below: float) -> float:
    """The normal quantile of an F ratio with these degrees of freedom (Paulson's approximation)."""
    a, b, root = 2 / (9 * above), 2 / (9 * below), np.cbrt(ratio)
    return float(((1 - b) * root - (1 - a)) / np.sqrt(a + b * root**2))


def _strength(values: Floats, period: float, short: int) -> float:
    """Share of the variance beside the trend that the season explains, without what chance explains."""
    table = by_phase(values, period, round(period))
    profile, residuals = profile_and_trend(table, 1.0 * np.isfinite(table))
    signal, changes = powers(profile, residuals)
    # Changes of the level are largest at low frequencies: noise there is at least that above.
    noise = np.maximum.accumulate(changes[::-1])[::-1]
    clear = signal > 2 * noise / len(residuals)
    multiple = seasons_in(period, short)
    clear[:: multiple or len(clear)] = False
    total = float((signal + noise)[1:].sum())
    return float((signal - noise / len(residuals))[clear].sum()) / total if total > 0 else 0.0
