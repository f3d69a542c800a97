"""What synthetic series are made of: Gaussian processes, seasons, cycles, trends and noise."""

import numpy as np

from forecast.data.arrays import Floats

Random = np.random.Generator

_FREQUENCIES = 48
"""Waves in the sum that stands for a Gaussian process."""

_LONGEST_SHAPE = 60
"""Rows of the longest season whose every row has a value of its own; longer ones are sums of harmonics."""


def gaussian_process(random: Random, rows: int, periods: tuple[float, ...]) -> Floats:
    """A draw from a Gaussian process with a kernel composed at random, at most three sums or products.

    Kernels as in KernelSynth (Ansari et al. 2024, "Chronos", appendix A): smooth, rational quadratic, rough,
    and periodic in one of `periods`. A process is a sum of waves whose frequencies are drawn from the
    spectrum of its kernel (Rahimi & Recht 2007, "Random features for large-scale kernel machines"): the
    frequencies of a product of kernels are sums of those of its factors, and those of a sum are some of each.
    """
    frequencies = _spectrum(random, rows, periods)
    for _ in range(random.integers(0, 3)):
        other = _spectrum(random, rows, periods)
        if random.random() < 0.5:
            frequencies = frequencies + other
        else:
            frequencies = np.where(random.random(_FREQUENCIES) < random.uniform(0.2, 0.8), frequencies, other)
    angles = np.outer(np.arange(rows), frequencies)
    draw = np.cos(angles) @ random.normal(size=_FREQUENCIES)
    return _unit(draw + np.sin(angles) @ random.normal(size=_FREQUENCIES))


def _spectrum(random: Random, rows: int, periods: tuple[float, ...]) -> Floats:
    """(frequencies,) in radians per row, drawn from the spectrum of one kernel."""
    length = np.exp(random.uniform(np.log(2), np.log(rows)))
    kind = random.choice(4, p=[0.3, 0.15, 0.2, 0.35])
    if kind == 3 and periods:
        harmonics = np.minimum(random.geometric(random.uniform(0.3, 0.9), _FREQUENCIES), 12)
        return np.asarray(2 * np.pi * harmonics / periods[random.integers(len(periods))])
    if kind == 2:  # exponential kernel: the path of an Ornstein-Uhlenbeck process
        return np.asarray(np.clip(random.standard_cauchy(_FREQUENCIES), -1e3, 1e3) / length)
    scale = np.sqrt(random.gamma(1.0, 1.0, _FREQUENCIES)) if kind == 1 else 1.0
    return np.asarray(random.normal(size=_FREQUENCIES) * scale / length)


def season(random: Random, period: float, rows: int) -> Floats:
    """A seasonal pattern that drifts to another one, or grows or shrinks, while it is repeated."""
    if period > _LONGEST_SHAPE or period != round(period):
        first, other = (_harmonics(random, period, rows) for _ in range(2))
    else:
        index = (np.arange(rows) + random.integers(int(period))) % int(period)
        first, other = (_shape(random, int(period))[index] for _ in range(2))
    drift = random.choice([0.0, 0.3, 0.8], p=[0.4, 0.4, 0.2]) * np.linspace(0, 1, rows)
    strength = np.exp(random.normal(0, 0.5) * np.linspace(-0.5, 0.5, rows))
    return np.asarray(strength * (first + drift * other))


def _harmonics(random: Random, period: float, rows: int) -> Floats:
    """A few waves with the period and parts of it."""
    phase = 2 * np.pi * (np.arange(rows) / period + random.random())
    waves = range(1, int(random.integers(2, 6)))
    return _unit(
        sum(
            (random.normal() / k**1.2 * np.cos(k * phase + random.uniform(0, 6.3)) for k in waves),
            np.zeros(rows),
        )
    )


def _shape(random: Random, period: int) -> Floats:
    """(period,) a smooth, a rough or a spiky shape, or two levels such as working days and others."""
    kind = random.choice(4, p=[0.4, 0.25, 0.15, 0.2])
    if kind == 0:
        phase = np.arange(period) / period
        shape = np.zeros(period)
        for wave in range(1, random.integers(2, 5)):
            shape += random.normal(0, 1 / wave) * np.sin(2 * np.pi * (wave * phase + random.random()))
    elif kind == 1:
        shape = random.normal(size=period)
    elif kind == 2:
        shape = np.where(random.random(period) < 0.2, 2.0, 0.0) + 0.2 * random.normal(size=period)
    else:
        high = np.arange(period) < random.uniform(0.2, 0.9) * period
        shape = np.roll(high * 1.0, random.integers(period)) + 0.15 * random.normal(size=period)
    return _unit(shape)


def cycle(random: Random, rows: int, *, shortest: float) -> Floats:
    """A cycle of a random period that is no season: a stochastic one, or one of a nearly steady period."""
    period = np.exp(random.uniform(np.log(shortest), np.log(max(rows / 3, shortest * 1.5))))
    if random.random() < 0.4:
        damping = 1 - 10 ** random.uniform(-3, -1)
        shocks = random.normal(size=rows + 50)
        return _unit(autoregressive(shocks, 2 * damping * np.cos(2 * np.pi / period), -(damping**2))[50:])
    wander = np.cumsum(random.normal(0, random.choice([0.0, 0.02, 0.08]), rows)) / np.sqrt(period)
    phase = np.arange(rows) / period + random.random() + wander
    rise = random.uniform(0.15, 0.85)  # share of the period in which it rises
    phase = phase % 1
    turned = np.where(phase < rise, phase / rise / 2, 0.5 + (phase - rise) / (1 - rise) / 2)
    height = np.exp(random.normal(0, random.choice([0.05, 0.4]), rows // int(period) + 3))
    heights = np.interp(np.arange(rows) / period, np.arange(len(height)), height)
    return _unit(heights * (-np.cos(2 * np.pi * turned) + 1) ** random.choice([0.5, 1.0, 2.0]))


def trend(random: Random, rows: int, *, random_walks: float) -> Floats:
    """A random walk with drift, or a line, a damped, bent, broken, saturating or smooth one, or none.

    Its size is that of the changes from row to row, about 0.2 to 1.
    """
    steps = np.arange(rows)
    if random.random() < random_walks:
        return np.cumsum(random.normal(0.2 * random.normal(), random.uniform(0.2, 1.0), rows))
    slope = 0.5 * random.normal()
    kind = random.choice(7, p=[0.2, 0.17, 0.15, 0.12, 0.1, 0.1, 0.16])
    if kind == 0:
        return np.asarray(slope * steps)
    if kind == 1:
        damping = random.uniform(0.85, 0.995)
        return np.asarray(slope * (1 - damping**steps) / (1 - damping))
    if kind == 2:
        change = np.cumsum(random.normal(0, 0.08, rows))
        return np.cumsum(slope * 0.3 + change * 0.5)
    if kind == 3:
        slopes = slope * random.normal(size=5)
        return np.cumsum(slopes[np.minimum(np.cumsum(random.random(rows) < 3 / rows), 4)])
    if kind == 4:
        middle, width = random.uniform(0, 1.3) * rows, random.uniform(0.03, 0.3) * rows
        return np.asarray(slope * width / (1 + np.exp(np.clip((middle - steps) / width, -50, 50))))
    if kind == 5:
        return gaussian_process(random, rows, ()) * random.uniform(1, 8)
    return np.zeros(rows)


def random_walk(random: Random, rows: int) -> Floats:
    """A random walk, with hardly any drift, whose steps may have heavy tails or come in clusters."""
    return np.cumsum(_shocks(random, rows)) + 0.05 * random.normal() * np.arange(rows)


def noise(random: Random, rows: int) -> Floats:
    """Autoregressive noise."""
    phi = random.choice([0.0, random.uniform(0.2, 0.95), -random.uniform(0.1, 0.6)], p=[0.4, 0.45, 0.15])
    return np.asarray(autoregressive(_shocks(random, rows), phi) * np.sqrt(1 - phi**2))


def _shocks(random: Random, rows: int) -> Floats:
    """Independent numbers, some with heavy tails or with a variance that drifts or comes in clusters."""
    shocks = random.standard_t(3, rows) / 1.7 if random.random() < 0.2 else random.normal(size=rows)
    if random.random() < 0.25:
        wander = autoregressive(random.normal(0, 0.1, rows), random.choice([1.0, 0.95]))
        shocks = shocks * np.exp(np.clip(wander, -2, 2))
    return shocks


def autoregressive(shocks: Floats, first: float, second: float = 0.0) -> Floats:
    """The path x(t) = first x(t-1) + second x(t-2) + shocks(t)."""
    path, before, now = np.empty(len(shocks)), 0.0, 0.0
    for row, shock in enumerate(shocks.tolist()):
        before, now = now, first * now + second * before + shock
        path[row] = now
    return path


def _unit(path: Floats) -> Floats:
    """With a mean of 0 and a standard deviation of 1, or zeros."""
    centred = path - path.mean()
    return np.asarray(centred / max(float(centred.std()), 1e-9))
