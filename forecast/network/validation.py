"""What a training holds out to validate on: the newest rows of every series, or whole series."""

from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Flags, Integers, bounds_of, row_positions, row_series
from forecast.data.panel import Panel
from forecast.spec.model import ModelSpec

MAX_WINDOWS = 2_048
"""Validation windows; of more, this many are chosen evenly."""

_FRACTION = 0.15
"""Of the rows or series, held out."""

_MIN_TRAINING_ROWS = 8
"""Rows beyond the horizon that a series must keep for training when rows are held out."""

_MIN_SERIES = 20
"""Series from which on some are held out whole."""


@dataclass(frozen=True, slots=True)
class ValidationWindows:
    """(windows,) windows to validate on, as slices of the rows of a panel."""

    starts: Integers
    """First row."""
    first: Integers
    """First step whose outputs count."""
    last: Integers
    """Steps read: one past the last step whose outputs count."""


def held_out_rows(panel: Panel, spec: ModelSpec) -> Integers:
    """(series,) newest rows that are held out; 0 for a series too short for it.

    Three cases. Values: the rows of one window per series. Classes, each of which says less than a
    value: as many windows as fit into 15 % of the rows. Labels, one per series: all rows of some series.
    """
    lengths = panel.lengths
    if spec.target.kind == "label":
        return np.where(_held_out_series(len(panel)), lengths, 0)
    window, horizon = spec.windows.window, spec.trained_horizon
    wanted = np.ceil(_FRACTION * lengths).astype(np.int64)
    windows = np.maximum((wanted - horizon + 1) // window, 1) if spec.target.classes else 1
    rows = np.clip(wanted, horizon, windows * window + horizon - 1)
    enough = lengths - rows >= horizon + _MIN_TRAINING_ROWS
    return np.where(enough, rows, 0)


def _held_out_series(series: int) -> Flags:
    """(series,) True for 15 % of them, spread evenly; for none of a few."""
    index = np.arange(series)
    chosen = np.floor((index + 1) * _FRACTION) > np.floor(index * _FRACTION)
    return np.asarray(chosen & (series >= _MIN_SERIES))


def validation_windows(panel: Panel, held_out: Integers, spec: ModelSpec) -> ValidationWindows:
    """Adjacent windows, newest first in every series, whose targets are all among the `held_out` rows."""
    window = spec.windows.window
    count = np.where(held_out > 0, 1, 0)
    if spec.target.kind != "label":
        count *= np.maximum((held_out - spec.trained_horizon + 1) // window, 1)
    # One entry per window: its series, and how many windows of the series are newer.
    bounds = bounds_of(count)
    series, newer = row_series(bounds), row_positions(bounds)
    chosen = np.linspace(0, len(series) - 1, min(len(series), MAX_WINDOWS)).astype(np.int64)
    series, newer = series[chosen], newer[chosen]
    lengths = panel.lengths[series]
    # Rows within the series: the last one read has its whole horizon inside the series.
    end = lengths - newer * window - (0 if spec.target.kind == "label" else spec.trained_horizon)
    start = np.maximum(end - window, 0)
    # The last row before the held-out ones is the first whose target, the next row, is held out.
    first = np.maximum(lengths - held_out[series] - 1 - start, 0)
    return ValidationWindows(panel.bounds[:-1][series] + start, first, end - start)
