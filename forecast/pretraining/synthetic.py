"""Endless synthetic series, as varied as real ones, to pretrain networks on."""

from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Floats
from forecast.pretraining import events, waves

Random = np.random.Generator


@dataclass(frozen=True, slots=True)
class SyntheticFamily:
    """What synthetic series of one frequency are drawn from."""

    season: int
    shortest: int
    """Rows of the shortest series."""
    longest: int
    seasonal: float
    """Fraction of the series that have the season, where the family has one."""
    random_walks: float
    """Fraction of the series whose trend is a random walk."""
    structural: float = 0.54
    """Fraction of the other series that are trend, seasons and noise, not one of the rarer kinds."""
    walks: float = 0.0
    """Fraction of the series that are random walks with nothing added, as prices are."""
    long_seasons: tuple[float, ...] = ()
    """Rows in longer seasons: the week of hours, the year."""


def draw(family: SyntheticFamily, random: Random) -> Floats:
    """One series of a random length and kind.

    Most are structural: trend, seasons, noise and shifts, added or multiplied. Others are random walks,
    Gaussian processes, cycles, changing regimes, counts, intermittent demand and counters.
    """
    rows = int(np.exp(random.uniform(np.log(family.shortest), np.log(family.longest))))
    rarer = (1 - family.structural) * np.array([0.3, 0.18, 0.13, 0.23, 0.07, 0.09])
    kind = random.choice(7, p=[family.structural, *rarer])
    if random.random() < family.walks:
        kind, path = 0, waves.random_walk(random, rows)
    elif kind == 1:
        path = _gaussian(random, family, rows)
    elif kind == 2:
        path = _cyclic(random, family, rows)
    elif kind == 3:
        path = events.regimes(random, [_structural(random, family, rows) for _ in range(2)])
    else:
        path = _structural(random, family, rows)
    spread = np.exp(random.uniform(np.log(0.003), np.log(0.25)))
    if kind == 4:
        return events.counts(random, _rates(path, spread), mean=10 ** random.uniform(-0.3, 2.3))
    if kind == 5:
        return events.intermittent(random, _rates(path, spread))
    if kind == 6:
        return _counter(random, _rates(path, spread))
    return _observed(random, family, path, spread)


def mixture(random: Random, family: SyntheticFamily, series: list[Floats]) -> Floats:
    """A weighted sum of stretches of some real series, each scaled to a mean size of 1.

    After the TSMixup of Ansari et al., "Chronos: Learning the Language of Time Series"
    (2024), section 4.1: weights are drawn from a Dirichlet distribution of 1.5.
    """
    rows = min(family.longest, *map(len, series))
    if random.random() < 0.3 and rows > family.shortest:
        rows = int(random.integers(family.shortest, rows + 1))
    mixed = np.zeros(rows)
    for part, weight in zip(series, random.dirichlet([1.5] * len(series)), strict=True):
        start = random.integers(0, len(part) - rows + 1)
        stretch = part[start : start + rows]
        mixed += weight * stretch / (np.abs(stretch).mean() or 1.0)
    return mixed


# The kinds of paths; one step of their noise or trend is about 1 in size.


def _structural(random: Random, family: SyntheticFamily, rows: int) -> Floats:
    """Trend, seasons, noise, shifts and outliers."""
    size = random.choice([0.2, 1.0, 3.0], p=[0.25, 0.4, 0.35])
    path = waves.trend(random, rows, random_walks=family.random_walks) + size * waves.noise(random, rows)
    path = path + _seasons(random, family, rows)
    return np.asarray(path + events.shifts(random, rows) + events.outliers(random, rows))


def _seasons(random: Random, family: SyntheticFamily, rows: int) -> Floats:
    """The season, longer ones beside it, or neither."""
    path = np.zeros(rows)
    if family.season > 1 and random.random() < family.seasonal:
        path += waves.season(random, family.season, rows) * np.exp(random.normal(0.7, 0.8))
    for period in family.long_seasons:
        if random.random() < 0.35 * max(family.seasonal, 0.5):
            path += waves.season(random, period, rows) * np.exp(random.normal(0.7, 0.8))
    return path


def _gaussian(random: Random, family: SyntheticFamily, rows: int) -> Floats:
    periods = tuple(float(p) for p in (family.season, *family.long_seasons) if p > 1)
    path = waves.gaussian_process(random, rows, periods) * np.exp(random.uniform(0.5, 3))
    return np.asarray(path + random.choice([0.0, 0.3, 1.0]) * waves.noise(random, rows))


def _cyclic(random: Random, family: SyntheticFamily, rows: int) -> Floats:
    path = waves.cycle(random, rows, shortest=max(3.0, 1.5 * family.season)) * np.exp(random.uniform(0.5, 3))
    path = path + _seasons(random, family, rows) * random.integers(2)
    return np.asarray(path + random.choice([0.0, 0.3, 1.0]) * waves.noise(random, rows))


# From a path to the numbers that are measured.


def _rates(path: Floats, spread: float) -> Floats:
    """Rates above zero that follow a path."""
    centred = path - np.median(path)
    return np.asarray(np.exp(np.clip(centred * max(spread, 0.05), -6, 6)))


def _counter(random: Random, rates: Floats) -> Floats:
    """A meter reading: the sum of what there was up to a row."""
    return np.asarray(10 ** random.uniform(0, 5) + np.cumsum(rates) * 10 ** random.uniform(-2, 2))


def _observed(random: Random, family: SyntheticFamily, path: Floats, spread: float) -> Floats:
    """Multiplicative (positive, its changes as large as its level) or additive around a level.

    Then closed days, holidays, a limit, or whole numbers.
    """
    rows, size = len(path), 10 ** random.uniform(-1, 6)
    if random.random() < 0.75:
        series = size * np.exp(np.clip(path * spread, -12, 12))
        closing = family.season > 1 and random.random() < 0.12
    else:
        series = size * (random.choice([0.0, 1.0, 3.0]) + path * spread)
        closing = False
    if closing:
        series = series * events.closed_phases(random, family.season, rows)
    year = family.long_seasons[-1] if family.long_seasons else 0.0
    if year and random.random() < 0.15:
        series = series * events.holidays(random, year, rows, length=year / 365.25)
    if random.random() < 0.04:
        series = events.limited(random, series)
    if random.random() < 0.06 and (series >= 0).all() and np.median(series) > 0:
        series = np.round(series / np.median(series) * random.uniform(1, 30))
    return np.asarray(series, dtype=np.float64)
