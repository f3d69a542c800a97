"""Long seasons: the year of days, the week of hours, and cycles that are no calendar season.

A series is the sum of a slow trend, a short season that every method handles itself, and long
seasons. The profile of a long season is estimated jointly with a trend of straight pieces: the trend
from differences between rows of the same phase, the profile from the mean of each phase, in which
newer periods weigh more. Then each harmonic of the profile is shrunk by how much it varies from period
to period (a Wiener filter, weakened). The trend stays in the rest; only the deviation is removed.

Whether there is a season is a question to the periodogram: is the power at the harmonics of the
period larger than between them, beside a power law such as that of a random walk?
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import LARGEST, Flags, Floats, Integers

_PERIODS = 2
"""Fewest periods of rows that show a season."""

_MOST_PERIODS = 16
"""Newest periods that are read."""

_FEWEST_ROWS = 12
"""Fewest rows that show a season."""

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

_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class FoundSeason:
    """A long season of a series."""

    period: float
    """Rows: 24, 168, 365.25, or 30.2 for a cycle."""
    strength: float
    """0 to 1, share of the variance without trend and shorter seasons that it explains, without chance."""
    cycle: bool
    """Whether it is no calendar season of the frequency."""


def find_seasons(values: Floats, short: int, candidates: Sequence[float]) -> tuple[FoundSeason, ...]:
    """Seasons longer than `short`: those of `candidates` that the series clearly has, and one free cycle."""
    found: list[FoundSeason] = []
    rest, *_ = _scaled(np.asarray(values, dtype=np.float64))
    if len(rest) < 4 * short or not rest.any():
        return ()
    rest = _without_short(rest, short)
    for period in sorted(candidates):
        if not _is_long(period, short, len(rest)):
            continue
        cleaned = _clipped(_newest(rest, period), period, short)
        if _evidence(cleaned, period, short) > _EVIDENCE:
            strength = _strength(cleaned, period, short)
            if strength > _LEAST_STRENGTH:
                found.append(FoundSeason(float(period), strength, cycle=False))
                rest = rest - _fit(cleaned, period, short, len(rest), 0)
    cycle = _cycle(rest, short)
    return (*found, cycle) if cycle else tuple(found)


def seasonal_component(
    values: Floats, periods: Sequence[float], short: int, horizon: int
) -> tuple[Floats, Floats]:
    """(rows,) the long seasons of a series, and (horizon,) their continuation.

    The mean over the newest period is zero. Periods with less than two of them in the rows are left out.
    """
    rows = len(values)
    component = np.zeros(rows + horizon)
    scaled, small, large = _scaled(np.asarray(values, dtype=np.float64))
    for period in sorted(periods):
        if _is_long(period, short, rows):
            rest = _without_short(_newest(scaled - component[:rows], period), short)
            component += _fit(_clipped(rest, period, short), period, short, rows, horizon)
    with np.errstate(over="ignore"):
        component = np.clip(component * small * large, -LARGEST, LARGEST)
    return component[:rows], component[rows:]


def rows_of_two(period: float) -> int:
    """Rows that hold two periods: two years of days may be 730."""
    return int(_PERIODS * period)


def _is_long(period: float, short: int, rows: int) -> bool:
    """Whether a period is longer than the short season, and there are rows enough for it."""
    return period > short and rows >= max(rows_of_two(period), _FEWEST_ROWS)


def _newest(values: Floats, period: float) -> Floats:
    """The newest rows: older periods would hardly count."""
    return values[-round(_MOST_PERIODS * period) :]


def _scaled(values: Floats) -> tuple[Floats, float, float]:
    """Deviations from the median in a unit near their size, and the powers of two that are its factors."""
    if not len(values):
        return values, 1.0, 1.0
    large = _power_of_two(float(np.abs(values).max()))
    centred = values / large - np.median(values / large)
    small = _power_of_two(float(np.abs(centred).max()))
    return centred / small, small, large


def _power_of_two(size: float) -> float:
    return float(np.ldexp(1.0, int(np.frexp(size)[1]) - 1)) if size > 0 else 1.0


def _without_short(values: Floats, short: int) -> Floats:
    """The values without the median deviation of each phase of the short season from its mean and slope."""
    rows = len(values) // short * short
    if short == 1 or rows < 2 * short:
        return values
    cycles = values[len(values) - rows :].reshape(-1, short)
    means = cycles.mean(axis=1)
    slopes = np.gradient(means) / short
    trend = means[:, None] + slopes[:, None] * (np.arange(short) - (short - 1) / 2)
    profile = np.median(cycles - trend, axis=0)
    profile -= profile.mean()
    return np.asarray(values - profile[(np.arange(len(values)) - len(values)) % short])


def _clipped(values: Floats, period: float, short: int) -> Floats:
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
    table = _by_phase(deviations, period, points, whole=True)
    ordered = np.sort(np.where(np.isnan(table), 0.0, table), axis=0)
    phase = ((np.arange(rows) - rows) % period * (points / period)).astype(np.int64) % points
    low, high = np.minimum(ordered[1], 0.0)[phase], np.maximum(ordered[-2], 0.0)[phase]
    alone = (deviations > np.maximum(high, bound)) | (deviations < np.minimum(low, -bound))
    return np.asarray(np.where(alone, smooth + np.clip(deviations, low, high), values))


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
    ratios = white[harmonics * count - 1] / np.maximum((sums[last] - sums[first]) / number, _TINY)
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
    multiple = _multiple(period, short)
    return harmonics[harmonics % multiple != 0] if multiple else harmonics[harmonics < period / short / 2]


def _multiple(period: float, short: int) -> int:
    """How many short seasons make a period; 0 where that is no whole number."""
    ratio = period / short
    return round(ratio) if short > 1 and abs(ratio - round(ratio)) < 1e-9 else 0


def _steepness(power: Floats, bins: Integers, used: Flags) -> float:
    """Between 0 and 2: the exponent of the power law of these bins."""
    x, y = np.log(bins[used]), np.log(power[used] + _TINY)
    x -= x.mean()
    return float(np.clip(-(x @ y) / (x @ x), 0.0, 2.0)) if len(x) > 1 else 2.0


def _normal_quantile(ratio: float, above: float, below: float) -> float:
    """The normal quantile of an F ratio with these degrees of freedom (Paulson's approximation)."""
    a, b, root = 2 / (9 * above), 2 / (9 * below), np.cbrt(ratio)
    return float(((1 - b) * root - (1 - a)) / np.sqrt(a + b * root**2))


def _cycle(values: Floats, short: int) -> FoundSeason | None:
    """The clear cycle of a series: sharp, and rows before the last third foresee those in it."""
    rows = len(values)
    level = _without_line(values, np.arange(rows, dtype=np.float64))
    if np.abs(level).max() < _ROUNDING * np.abs(values).max():
        return None
    bound = 3 * 1.4826 * float(np.median(np.abs(level)))
    level = np.clip(level, -bound, bound)
    longest, shortest = rows / _CYCLES, max(1.5 * short, 3.0)
    if longest <= shortest:
        return None
    size = 8 << (rows - 1).bit_length()
    power = np.abs(np.fft.rfft(level, size)) ** 2
    first, last = int(np.ceil(size / longest)), int(size / shortest)
    peak = first + int(power[first : last + 1].argmax()) if first < last else first
    if not first < peak < last or not _is_sharp(level, peak * rows / size):
        return None
    period = size / (peak + _parabola(power[peak - 1 : peak + 2]))
    used = max(rows - round(period * max(2.0, rows / period / 3)), 0)
    strength = _foreseen(level, period, used)
    return FoundSeason(period, strength, cycle=True) if strength > _LEAST_CYCLE else None


def _is_sharp(level: Floats, frequency: float) -> bool:
    """Whether the power at a frequency, in bins, is far above that of the bins around it."""
    power = np.abs(np.fft.rfft(level)) ** 2
    bins = np.arange(len(power))
    distance = np.abs(bins - frequency)
    around = (distance > 1.5) & (distance < 3 * max(frequency, 4.0)) & (bins > 0)
    white = power * bins**2.0
    background = max(float(power[around].mean()), float(white[around].mean()) / frequency**2)
    return bool(power[distance <= 1.0].max() > _SHARP * background)


def _parabola(three: Floats) -> float:
    """Where the parabola through three values has its top, from -1 to 1 around the middle one."""
    curve = three[0] - 2 * three[1] + three[2]
    return float((three[0] - three[2]) / (2 * curve)) if curve < 0 else 0.0


def _foreseen(values: Floats, period: float, used: int) -> float:
    """Share of the variance of the rows from `used` on that a cycle fitted to the rows before explains."""
    part = _fit(values[:used], period, 1, used, len(values) - used)
    steps = np.arange(len(values) - used, dtype=np.float64)
    actual, expected = (_without_line(each[used:], steps) for each in (values, part))
    return 1 - float(np.sum((actual - expected) ** 2)) / max(float(np.sum(actual**2)), _TINY)


def _without_line(values: Floats, steps: Floats) -> Floats:
    centred = steps - steps.mean()
    return np.asarray(values - values.mean() - centred * (centred @ values) / (centred @ centred))


def _fit(values: Floats, period: float, short: int, before: int, after: int) -> Floats:
    """(before + after,) the season of one period before the end of the values, and after it."""
    points, multiple = round(period), _multiple(period, short)
    table = _by_phase(values, period, points)
    memory = _MEMORY if multiple else _LONG_MEMORY
    weights = np.isfinite(table) * memory ** np.arange(len(table) - 1, -1, -1.0)[:, None]
    smooth = _shrunk(*_profile_and_trend(table, weights), multiple)
    position = np.arange(-before, after) % period * (points / period)
    component = np.interp(position, np.arange(points + 1), np.append(smooth, smooth[0]))
    return np.asarray(component - component[before - points : before].mean())


def _strength(values: Floats, period: float, short: int) -> float:
    """Share of the variance beside the trend that the season explains, without what chance explains."""
    table = _by_phase(values, period, round(period))
    profile, residuals = _profile_and_trend(table, 1.0 * np.isfinite(table))
    signal, changes = _powers(profile, residuals)
    # Changes of the level are largest at low frequencies: noise there is at least that above.
    noise = np.maximum.accumulate(changes[::-1])[::-1]
    clear = signal > 2 * noise / len(residuals)
    multiple = _multiple(period, short)
    clear[:: multiple or len(clear)] = False
    total = float((signal + noise)[1:].sum())
    return float((signal - noise / len(residuals))[clear].sum()) / total if total > 0 else 0.0


def _by_phase(values: Floats, period: float, points: int, *, whole: bool = False) -> Floats:
    """(periods, points) one row per period, the newest last; NaN before the first value."""
    rows = len(values)
    count = int(np.ceil(rows / period - 1e-9))
    at = rows + np.arange(-count, 0)[:, None] * period + np.arange(points) * (period / points)
    found = (
        values[np.clip(at.astype(np.int64), 0, rows - 1)] if whole else np.interp(at, np.arange(rows), values)
    )
    return np.where(at >= 0, found, np.nan)


def _profile_and_trend(table: Floats, weights: Floats) -> tuple[Floats, Floats]:
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


def _powers(profile: Floats, residuals: Floats) -> tuple[Floats, Floats]:
    """Power of each harmonic of the profile, and mean power of its changes from period to period."""
    changes = (np.abs(np.fft.rfft(residuals, axis=1)) ** 2).sum(axis=0) / max(len(residuals) - 1, 1)
    return np.abs(np.fft.rfft(profile)) ** 2, _smoothed(changes, 2)


def _shrunk(profile: Floats, residuals: Floats, multiple: int) -> Floats:
    """(points,) the profile without its mean, each harmonic shrunk by its changes from period to period."""
    signal, changes = _powers(profile, residuals)
    power = np.where(np.arange(len(signal)) <= _LOW, signal, _smoothed(signal, 2))
    weight = np.clip(1 - _SHRINKAGE * changes / len(residuals) / np.maximum(power, _TINY), 0, 1)
    weight[:: multiple or len(weight)] = 0
    return np.fft.irfft(weight * np.fft.rfft(profile), len(profile))


def _smoothed(values: Floats, half: int) -> Floats:
    """The mean over so many neighbours on both sides, the first value apart."""
    width = 2 * half + 1
    padded = np.pad(values[1:], half, mode="edge")
    return np.concatenate((values[:1], np.convolve(padded, np.ones(width) / width, mode="valid")))
