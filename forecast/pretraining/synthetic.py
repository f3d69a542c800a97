"""Series that nobody measured, of as many kinds as real ones: what a network should have seen before."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Floats


@dataclass(frozen=True, slots=True)
class Kind:
    """The family that synthetic series of one frequency are drawn from."""

    season: int
    shortest: int
    """Rows of the shortest series."""
    longest: int
    seasonal: float
    """Share of the series that have a season, where the family has one."""
    walking: float
    """Share of the series whose trend is a random walk."""


def draw(kind: Kind, count: int, *, seed: int) -> list[Floats]:
    """`count` series of random lengths, each its own mixture of trend, season, noise, shifts and outliers."""
    random = np.random.default_rng(seed)
    low, high = np.log(kind.shortest), np.log(kind.longest)
    lengths = np.exp(random.uniform(low, high, count)).astype(int)
    return [_series(random, kind, length) for length in lengths]


def mixtures(kind: Kind, series: Sequence[Floats], count: int, *, seed: int) -> list[Floats]:
    """`count` weighted sums of stretches of two or three real series, each of mean size 1.

    After the TSMixup of Ansari et al., "Chronos: Learning the Language of Time Series"
    (2024), section 4.1: weights are drawn from a Dirichlet distribution of 1.5.
    """
    random = np.random.default_rng(seed)
    long = [values for values in series if len(values) >= kind.shortest]
    found: list[Floats] = []
    while len(found) < count:
        parts = [long[place] for place in random.integers(0, len(long), random.integers(2, 4))]
        rows = min(kind.longest, *map(len, parts))
        if random.random() < 0.3:
            rows = int(random.integers(kind.shortest, rows + 1))
        mixed = np.zeros(rows)
        for part, weight in zip(parts, random.dirichlet([1.5] * len(parts)), strict=True):
            start = random.integers(0, len(part) - rows + 1)
            stretch = part[start : start + rows]
            mixed += weight * stretch / (np.abs(stretch).mean() or 1.0)
        found.append(mixed)
    return found


def _series(random: np.random.Generator, kind: Kind, rows: int) -> Floats:
    """One series: multiplicative (positive, as most measured quantities) or additive around zero."""
    logarithmic = random.random() < 0.75
    spread = np.exp(random.uniform(np.log(0.003), np.log(0.25)))
    trend = _trend(random, rows, spread, walking=kind.walking)
    path = trend + _noise(random, rows) * spread + _shifts(random, rows, spread)
    if kind.season > 1 and random.random() < kind.seasonal:
        path = path + _season(random, kind.season, rows) * spread * np.exp(random.normal(0.7, 0.8))
    path = path + _outliers(random, rows, spread)
    size = 10 ** random.uniform(-1, 6)
    if logarithmic:
        series = size * np.exp(np.clip(path, -12, 12))
    else:
        series = size * (random.choice([0.0, 1.0, 3.0]) + path)
    return _as_counts(random, series)


def _trend(random: np.random.Generator, rows: int, spread: float, *, walking: float) -> Floats:
    """A walk with drift, a damped or straight line, growth that bends, or nothing."""
    steps = np.arange(rows)
    others = (1 - walking) * np.array([0.3, 0.24, 0.23, 0.23])
    choice = random.choice(5, p=[walking, *others])
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
    """Autoregressive noise, a fifth to three units large, some with heavy tails or a size that drifts."""
    memory = random.choice([0.0, random.uniform(0.2, 0.95), -random.uniform(0.1, 0.6)], p=[0.4, 0.45, 0.15])
    heavy = random.random() < 0.2
    shocks = random.standard_t(3, rows) / 1.7 if heavy else random.normal(size=rows)
    if random.random() < 0.25:
        shocks = shocks * np.exp(np.cumsum(random.normal(0, 0.05, rows)))
    noise = np.empty(rows)
    state = 0.0
    for row in range(rows):
        state = memory * state + shocks[row]
        noise[row] = state
    return np.asarray(noise * np.sqrt(1 - memory**2) * random.choice([0.2, 1.0, 3.0], p=[0.25, 0.4, 0.35]))


def _season(random: np.random.Generator, season: int, rows: int) -> Floats:
    """A pattern of unit size that evolves slowly; hours carry a week, days a year, on top of their own."""
    pattern = _pattern(random, season, rows)
    if season == 24 and random.random() < 0.6:
        pattern = pattern + random.uniform(0.2, 1.0) * _pattern(random, 168, rows)
    if season == 7 and random.random() < 0.3:
        phase = 2 * np.pi * (np.arange(rows) / 365.25 + random.random())
        pattern = pattern + random.uniform(0.3, 2.0) * np.sin(phase)
    return pattern


def _pattern(random: np.random.Generator, season: int, rows: int) -> Floats:
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
    other = (lambda again: again / max(again.std(), 1e-9))(random.normal(size=season))
    drift = random.choice([0.0, 0.3, 0.8], p=[0.4, 0.4, 0.2]) * np.linspace(0, 1, rows)
    strength = np.exp(random.normal(0, 0.5) * np.linspace(-0.5, 0.5, rows))
    index = np.arange(rows) % season
    return np.asarray(strength * (shape[index] + drift * other[index]))


def _shifts(random: np.random.Generator, rows: int, spread: float) -> Floats:
    path = np.zeros(rows)
    for _ in range(random.poisson(0.5)):
        path[random.integers(rows) :] += random.normal(0, 4 * spread)
    return path


def _outliers(random: np.random.Generator, rows: int, spread: float) -> Floats:
    path = np.zeros(rows)
    if random.random() < 0.3:
        where = random.random(rows) < 0.02
        path[where] = random.normal(0, 5 * spread, where.sum())
    return path


def _as_counts(random: np.random.Generator, series: Floats) -> Floats:
    """Sometimes the same as small whole numbers, zeros among them."""
    if random.random() < 0.08 and (series > 0).all():
        series = np.round(series / np.median(series) * random.uniform(1, 30))
    return np.asarray(series, dtype=np.float64)
