"""Small panels typed in tests."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forecast.data.arrays import bounds_of
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.spec.reading import Columns

YEARLY = Frequency("year", form="integer")


def panel(*series: Sequence[float], season: int = 1, first_year: int = 2000) -> Panel:
    """A panel of yearly series, each starting in the same year."""
    lengths = np.array([len(values) for values in series])
    values = np.concatenate([np.asarray(each, dtype=np.float64) for each in series])
    return Panel(
        ids=tuple(f"s{index}" for index in range(len(series))) if len(series) > 1 else ("",),
        times=np.concatenate([first_year + np.arange(length) for length in lengths]),
        values=values,
        observed=np.ones(len(values), dtype=bool),
        bounds=bounds_of(lengths),
        columns=Columns(target="y", time="year", series="id" if len(series) > 1 else None),
        frequency=YEARLY,
        seasons=np.full(len(series), season),
    )


def wave(rows: int, *, season: int = 12, growth: float = 0.5, seed: int = 0) -> np.ndarray:
    """A growing seasonal series with a little noise."""
    steps = np.arange(rows)
    noise = np.random.default_rng(seed).normal(size=rows)
    return 50 + growth * steps + 10 * np.sin(2 * np.pi * steps / season) + noise


def interpolated(later: float, *, first: int = 20, last: int = 24, rows: int = 40) -> Panel:
    """A wave whose rows from `first` to `last` lie on the line to row `last + 1`, which is `later`."""
    values = wave(rows)
    values[last + 1] = later
    whole = panel(values)
    observed = whole.observed.copy()
    observed[first : last + 1] = False
    line = np.linspace(values[first - 1], later, last - first + 3)[1:-1]
    whole.values[first : last + 1] = line
    return replace(whole, observed=observed, interpolated=True)
