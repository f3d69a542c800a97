"""What happens to a synthetic series: shifts, outliers, closed days, holidays, limits, counts."""

import numpy as np

from forecast.data.arrays import Floats

Random = np.random.Generator


def shifts(random: Random, rows: int) -> Floats:
    """Level shifts at random rows, some of them for a while only, and shocks that fade away."""
    path, steps = np.zeros(rows), np.arange(rows)
    for _ in range(random.poisson(0.5)):
        start, size = random.integers(rows), random.normal(0, 4)
        kind = random.choice(3, p=[0.6, 0.2, 0.2])
        if kind == 0:
            path[start:] += size
        elif kind == 1:
            path[start : start + random.integers(2, max(rows // 4, 3))] += size
        else:
            path[start:] += 2 * size * random.uniform(0.7, 0.98) ** (steps[start:] - start)
    return path


def regimes(random: Random, paths: list[Floats]) -> Floats:
    """One path that follows some in turn, for a random time each; its level does not jump at a change."""
    rows = len(paths[0])
    stay = 1 - 1 / random.uniform(0.1 * rows, 0.7 * rows)
    which = np.cumsum(random.random(rows) > stay) % len(paths)
    changes = np.diff(np.array(paths), axis=1, prepend=0.0)
    return np.cumsum(changes[which, np.arange(rows)])


def outliers(random: Random, rows: int) -> Floats:
    """Outliers in 2 % of the rows of some series, else zeros."""
    path = np.zeros(rows)
    if random.random() < 0.25:
        where = random.random(rows) < 0.02
        path[where] = random.normal(0, 5, where.sum())
    return path


def closed_phases(random: Random, season: int, rows: int) -> np.ndarray:
    """(rows,) a factor of 0, or nearly 0, at a few phases of the season (Sundays, nights), 1 at others."""
    closed = random.random(season) < random.uniform(0.1, 0.4)
    factor = np.where(closed, random.choice([0.0, 0.0, 0.05, 0.2]), 1.0)
    if closed.all():
        factor[:] = 1.0
    return np.asarray(factor[(np.arange(rows) + random.integers(season)) % season])


def holidays(random: Random, year: float, rows: int, *, length: float) -> np.ndarray:
    """(rows,) factors, other than 1 on some holidays of `length` rows, near the same rows of each year."""
    factor = np.ones(rows)
    for _ in range(random.integers(2, 9)):
        size, start = np.exp(random.normal(-0.5, 0.7)), random.uniform(-year, 0)
        while start < rows:
            first = int(start + random.normal(0, 0.003 * year))
            last = int(first + max(length, 1))
            if last > 0:
                factor[max(first, 0) : last] *= size
            start += year
    return factor


def limited(random: Random, series: Floats) -> Floats:
    """The series with a ceiling (a full car park) or a floor (nothing below what a device measures)."""
    limit = np.quantile(series, random.uniform(0.03, 0.2))
    return (
        np.maximum(series, limit) if random.random() < 0.5 else np.minimum(series, -np.quantile(-series, 0.1))
    )


def counts(random: Random, rates: Floats, *, mean: float) -> Floats:
    """Whole numbers drawn with these rates, scaled to a mean: Poisson, or with a larger variance."""
    scaled = np.clip(rates / max(float(rates.mean()), 1e-12) * mean, 0.0, 1e6)
    if random.random() < 0.5:
        shape = 10 ** random.uniform(-0.3, 1.5)
        scaled = scaled * random.gamma(shape, 1 / shape, len(scaled))
    return random.poisson(scaled).astype(np.float64)


def intermittent(random: Random, rates: Floats) -> Floats:
    """Demand in few rows: whether there is one, by the rates, times its size."""
    probability = np.clip(rates / max(float(rates.max()), 1e-12) * random.uniform(0.2, 1.2), 0.02, 1.0)
    sizes = np.ceil(random.gamma(random.uniform(0.7, 4), random.uniform(0.5, 10), len(rates)))
    return np.asarray((random.random(len(rates)) < probability) * sizes)
