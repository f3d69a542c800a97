"""What a training may not see, because it is validated on it: the newest rows, or whole series."""

from dataclasses import dataclass

import numpy as np

from forecast.data.panel import Flags, Integers, Panel
from forecast.spec import ModelSpec

MOST_SERIES = 2_048
"""Series that are validated on, spread evenly over all."""

_SHARE = 0.15

_LEAST_TRAINED = 8
"""Rows beyond the horizon that a series must keep for training when rows are held back."""

_LEAST_SERIES = 20
"""Series from which some are held back whole."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Windows to validate on, as places in the rows of a panel."""

    starts: Integers
    first: Integers
    """First step whose answers count."""
    last: Integers
    """Steps that are read, one behind the last step whose answers count."""


def held_back(panel: Panel, spec: ModelSpec) -> Integers:
    """(series,) newest rows kept from training; 0 for a series too short for it.

    Where a whole series has one answer, some series are held back with all their rows.
    """
    lengths = panel.lengths
    if spec.answers == "whole series":
        return np.where(_some(len(panel)), lengths, 0)
    window, horizon = spec.windows.window, spec.windows.horizon
    rows = np.clip(np.ceil(_SHARE * lengths).astype(np.int64), horizon, window + horizon - 1)
    enough = lengths - rows >= horizon + _LEAST_TRAINED
    return np.where(enough, rows, 0)


def _some(series: int) -> Flags:
    """Every seventh series or so, where there are enough."""
    place = np.arange(series)
    chosen = np.floor((place + 1) * _SHARE) > np.floor(place * _SHARE)
    return np.asarray(chosen & (series >= _LEAST_SERIES))


def judged(panel: Panel, held: Integers, spec: ModelSpec) -> Judged:
    """One window a series whose answers lie wholly in what is held back, of some series spread evenly."""
    (series,) = np.nonzero(held)
    series = series[np.linspace(0, len(series) - 1, min(len(series), MOST_SERIES)).astype(np.int64)]
    lengths = panel.lengths[series]
    end = lengths if spec.answers == "whole series" else lengths - spec.windows.horizon
    start = np.maximum(end - spec.windows.window, 0)
    first = np.maximum(lengths - held[series] - 1 - start, 0)
    return Judged(panel.bounds[:-1][series] + start, first, end - start)
