"""What a training may not see, because it is validated on it: the newest rows, or whole series."""

from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Flags, Integers, bounds_of, row_positions, row_series
from forecast.data.panel import Panel
from forecast.spec.model import ModelSpec

MOST_WINDOWS = 2_048
"""Windows that are validated on, spread evenly over all."""

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

    Values are validated on a window of each series. Classes tell less: on as many as go into
    a seventh of its rows. Where a whole series has one answer, some are held back with all their rows.
    """
    lengths = panel.lengths
    if spec.target.kind == "label":
        return np.where(_some(len(panel)), lengths, 0)
    window, horizon = spec.windows.window, spec.trained_horizon
    share = np.ceil(_SHARE * lengths).astype(np.int64)
    tiles = np.maximum((share - horizon + 1) // window, 1) if spec.target.classes else 1
    rows = np.clip(share, horizon, tiles * window + horizon - 1)
    enough = lengths - rows >= horizon + _LEAST_TRAINED
    return np.where(enough, rows, 0)


def _some(series: int) -> Flags:
    """Every seventh series or so, where there are enough."""
    place = np.arange(series)
    chosen = np.floor((place + 1) * _SHARE) > np.floor(place * _SHARE)
    return np.asarray(chosen & (series >= _LEAST_SERIES))


def judged(panel: Panel, held: Integers, spec: ModelSpec) -> Judged:
    """Windows one behind the other whose answers lie wholly in what is held back, of some spread evenly."""
    window = spec.windows.window
    windows = np.where(held > 0, 1, 0)
    if spec.target.kind != "label":
        windows *= np.maximum((held - spec.trained_horizon + 1) // window, 1)
    bounds = bounds_of(windows)
    series, back = row_series(bounds), row_positions(bounds)
    some = np.linspace(0, len(series) - 1, min(len(series), MOST_WINDOWS)).astype(np.int64)
    series, back = series[some], back[some]
    lengths = panel.lengths[series]
    end = lengths - back * window - (0 if spec.target.kind == "label" else spec.trained_horizon)
    start = np.maximum(end - window, 0)
    first = np.maximum(lengths - held[series] - 1 - start, 0)
    return Judged(panel.bounds[:-1][series] + start, first, end - start)
