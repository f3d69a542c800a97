"""Variations of real series: what might have been measured instead."""

from collections.abc import Callable

import numpy as np

from forecast.data.arrays import Floats

Random = np.random.Generator


def varied(random: Random, values: Floats) -> Floats:
    """One of `VARIATIONS`, drawn at random."""
    return VARIATIONS[random.integers(len(VARIATIONS))](random, values)


def _reversed(_: Random, values: Floats) -> Floats:
    return values[::-1].copy()


def _upside_down(_: Random, values: Floats) -> Floats:
    return np.asarray(values.max() + values.min() - values)


def _with_growth(random: Random, values: Floats) -> Floats:
    """Times a growth, or a decline, by a factor of up to ten over all rows."""
    return values * np.exp(np.linspace(0, random.uniform(-2.3, 2.3), len(values)))


def _with_bend(random: Random, values: Floats) -> Floats:
    """Times a factor that rises and falls, or falls and rises."""
    phase = np.linspace(0, random.uniform(0.3, 1.5), len(values)) + random.random()
    return values * np.exp(random.uniform(0.2, 1.0) * np.sin(2 * np.pi * phase))


def _more_or_less_varied(random: Random, values: Floats) -> Floats:
    """Its distance from its mean times a factor; not below zero where it never was."""
    changed = values.mean() + (values - values.mean()) * random.uniform(0.3, 1.8)
    return np.asarray(np.maximum(changed, 0.0) if values.min() >= 0 else changed)


def _powered(random: Random, values: Floats) -> Floats:
    """A series above zero to a power, so that its peaks are sharper or flatter."""
    if values.min() <= 0:
        return _more_or_less_varied(random, values)
    return np.asarray(np.exp(np.log(values) * random.uniform(0.5, 1.5)))


def _limited(random: Random, values: Floats) -> Floats:
    """Nothing above a high quantile: a capacity."""
    return np.minimum(values, np.quantile(values, random.uniform(0.7, 0.97)))


VARIATIONS: tuple[Callable[[Random, Floats], Floats], ...] = (
    _reversed,
    _upside_down,
    _with_growth,
    _with_bend,
    _more_or_less_varied,
    _powered,
    _limited,
)
