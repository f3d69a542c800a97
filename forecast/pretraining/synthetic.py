"""Synthetic series, as varied as real ones, to pretrain networks on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Floats


@dataclass(frozen=True, slots=True)
class SyntheticFamily:
    """What synthetic series of one frequency are drawn from."""

    season: int
    shortest: int
    """Rows of the shortest series."""
    longest: int
    seasonal: float
    """Fraction of the series that have a season, where the family has one."""
    random_walks: float
    """Fraction of the series whose trend is a random walk."""


def draw(family: SyntheticFamily, count: int, *, seed: int) -> list[Floats]:
    """`count` series of random lengths, each of a random trend, season, noise, level shifts and outliers."""
    random = np.random.default_rng(seed)
    low, high = np.log(family.shortest), np.log(family.longest)
    lengths = np.exp(random.uniform(low, high, count)).astype(int)
    return [_series(random, family, length) for length in lengths]


def mixtures(family: SyntheticFamily, series: Sequence[Floats], count: int, *, seed: int) -> list[Floats]:
    """`count` weighted sums of stretches of two or three real series, each scaled to a mean size of 1.

    After the TSMixup of Ansari et al., "Chronos: Learning the Language of Time Series"
    (2024), section 4.1: weights are drawn from a Dirichlet distribution of 1.5.
    """
    random = np.random.default_rng(seed)
    long = [values for values in series if len(values) >= family.shortest]
    sums: list[Floats] = []
    while len(sums) < count:
        parts = [long[index] for index in random.integers(0, len(long), random.integers(2, 4))]
        rows = min(family.longest, *map(len, parts))
        if random.random() < 0.3:
            rows = int(random.integers(family.shortest, rows + 1))
        mixed = np.zeros(rows)
        for part, weight in zip(parts, random.dirichlet([1.5] * len(parts)), strict=True):
            start = random.integers(0, len(part) - rows + 1)
            stretch = part[start : start + rows]
            mixed += weight * stretch / (np.abs(stretch).mean() or 1.0)
        sums.append(mixed)
    return sums


def _series(random: np.random.Generator, family: SyntheticFamily, rows: int) -> Floats:
    """One series: multiplicative (positive, as most measured quantities) or additive around zero."""
    logarithmic = random.random() < 0.75
    spread = np.exp(random.uniform(np.log(0.003), np.log(0.25)))
    trend = _trend(random, rows, spread, random_walks=family.random_walks)
    path = trend + _noise(random, rows) * spread + _shifts(random, rows, spread)
    if family.season > 1 and random.random() < family.seasonal:
        path = path + _season(random, family.season, rows) * spread * np.exp(random.normal(0.7, 0.8))
    path = path + _outliers(random, rows, spread)
    size = 10 ** random.uniform(-1, 6)
    if logarithmic:
        series = size * np.exp(np.clip(path, -12, 12))
    else:
        series = size * (random.choice([0.0, 1.0, 3.0]) + path)
    return _as_counts(random, series)


def _trend(random: np.random.Generator, rows: int, spread: float, *, random_walks: float) -> Floats:
    """A random walk with drift, a straight line, a damped line, a changing slope, or none."""
    steps = np.arange(rows)
    others = (1 - random_walks) * np.array([0.3, 0.24, 0.23, 0.23])
    choice = random.choice(5, p=[random_walks, *others])
    slope = spread * random.normal(0, 0.5)
    if choice == 0:
        return np.cumsum(random.normal(slope * 0.4, spread * random.uniform(0.2, 1.0), rows))
    if choice == 1:
        return np.asarray(slope * steps)
    if choice == 2:
        damping = random.uniform(0.85, 0.99)
        return np.asarray(slope * (1 - damping**steps) / (1 - damping))
    if choice == 3:
        change = np.cumsum(random.normal(0, spread * 0.08, rows))
        return np.cumsum(slope * 0.3 + change * 0.5)
    return np.zeros(rows)


def _noise(random: np.random.Generator, rows: int) -> Floats:
    """AR(1) noise with a standard deviation of 0.2, 1 or 3, some with heavy tails or a drifting variance."""
    phi = random.choice([0.0, random.uniform(0.2, 0.95), -random.uniform(0.1, 0.6)], p=[0.4, 0.45, 0.15])
    heavy_tails = random.random() < 0.2
    shocks = random.standard_t(3, rows) / 1.7 if heavy_tails else random.normal(size=rows)
    if random.random() < 0.25:
        shocks = shocks * np.exp(np.cumsum(random.normal(0, 0.05, rows)))
    noise = np.empty(rows)
    state = 0.0
    for row in range(rows):
        state = phi * state + shocks[row]
        noise[row] = state
    return np.asarray(noise * np.sqrt(1 - phi**2) * random.choice([0.2, 1.0, 3.0], p=[0.25, 0.4, 0.35]))


def _season(random: np.random.Generator, season: int, rows: int) -> Floats:
    """A seasonal pattern of unit size that changes slowly; some hourly ones have a week too, daily a year."""
    pattern = _pattern(random, season, rows)
    if season == 24 and random.random() < 0.6:
        pattern = pattern + random.uniform(0.2, 1.0) * _pattern(random, 168, rows)
    if season == 7 and random.random() < 0.3:
        phase = 2 * np.pi * (np.arange(rows) / 365.25 + random.random())
        pattern = pattern + random.uniform(0.3, 2.0) * np.sin(phase)
    return pattern


def _pattern(random: np.random.Generator, season: int, rows: int) -> Floats:
    """A smooth, rough or spiky shape, repeated every `season` rows, that drifts to another one."""
    if random.random() < 0.6:
        phase = np.arange(season) / season
        shape = np.zeros(season)
        for wave in range(1, random.integers(2, 5)):
            shape += random.normal(0, 1 / wave) * np.sin(2 * np.pi * (wave * phase + random.random()))
    else:
        shape = random.normal(size=season)
        if random.random() < 0.3:
            shape = np.where(random.random(season) < 0.2, 2.0, 0.0) + 0.2 * shape
    shape = (shape - shape.mean()) / max(shape.std(), 1e-9)
    other = random.normal(size=season)
    other = other / max(other.std(), 1e-9)
    drift = random.choice([0.0, 0.3, 0.8], p=[0.4, 0.4, 0.2]) * np.linspace(0, 1, rows)
    strength = np.exp(random.normal(0, 0.5) * np.linspace(-0.5, 0.5, rows))
    index = np.arange(rows) % season
    return np.asarray(strength * (shape[index] + drift * other[index]))


def _shifts(random: np.random.Generator, rows: int, spread: float) -> Floats:
    """Level shifts at random rows."""
    path = np.zeros(rows)
    for _ in range(random.poisson(0.5)):
        path[random.integers(rows) :] += random.normal(0, 4 * spread)
    return path


def _outliers(random: np.random.Generator, rows: int, spread: float) -> Floats:
    """Outliers in 2 % of the rows of some series, else zeros."""
    path = np.zeros(rows)
    if random.random() < 0.3:
        where = random.random(rows) < 0.02
        path[where] = random.normal(0, 5 * spread, where.sum())
    return path


def _as_counts(random: np.random.Generator, series: Floats) -> Floats:
    """Some positive series, rounded to small whole numbers, zeros among them; the others unchanged."""
    if random.random() < 0.08 and (series > 0).all():
        series = np.round(series / np.median(series) * random.uniform(1, 30))
    return np.asarray(series, dtype=np.float64)
