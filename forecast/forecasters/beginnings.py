"""Series that are the beginnings of others: what is causal need be computed of the longest alone.

The rows before earlier origins of a series are such beginnings, where nothing was taken off that later rows
tell. A network's features and states at their ends are then those of the whole series at these rows, up to
rounding: a product of matrices of float32 is another in the last digits with other rows beside. Series are
joined only if they have the same id, so that who has two of one id decides that digits need not be the same.
"""

from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Flags, Integers, row_positions
from forecast.data.panel import Panel


@dataclass(frozen=True, slots=True)
class Joined:
    """The rows of some series, in which each row is once if it is a row of several of them."""

    panel: Panel
    """The longest series, without older rows that nothing depends on."""
    ends: Integers
    """(series,) the row of `panel` after the last one of each series."""


def joined_beginnings(panel: Panel, rows_read: int | None = None) -> Joined:
    """The panel with its beginnings joined; of each series the newest `rows_read` rows count, or all.

    Each series has a row.
    """
    if len(set(panel.ids)) == len(panel):
        kept = panel if rows_read is None else panel.tail(rows_read)
        return Joined(kept, kept.bounds[1:])
    whole = whole_series(panel)
    longest, position = np.unique(whole, return_inverse=True)
    lengths = panel.lengths
    kept = panel.select(longest)
    if rows_read is not None:
        shortest = lengths[longest]
        np.minimum.at(shortest, position, lengths)
        kept = kept.tail(lengths[longest] - np.maximum(shortest - rows_read, 0))
    return Joined(kept, kept.bounds[1:][position] - lengths[whole] + lengths)


def whole_series(panel: Panel) -> Integers:
    """(series,) the series of the same id that each one is the beginning of: itself, or a longer one."""
    whole = np.arange(len(panel))
    if len(set(panel.ids)) == len(panel):
        return whole
    left, lengths, starts = whole, panel.lengths, panel.times[panel.bounds[:-1]]
    while len(left):
        # The last one of an id is kept: the longest, and of several such the first.
        by_length = left[np.argsort(-lengths[left], kind="stable")[::-1]]
        longest = {panel.ids[index]: index for index in by_length.tolist()}
        candidates = np.array([longest[panel.ids[index]] for index in left.tolist()])
        same = (starts[left] == starts[candidates]) & (panel.seasons[left] == panel.seasons[candidates])
        same &= _begins_alike(panel, left, candidates)
        whole[left[same]] = candidates[same]
        left = left[~same]
    return whole


def _begins_alike(panel: Panel, series: Integers, others: Integers) -> Flags:
    """Whether the rows of each series are the first ones of the other, which is as long or longer."""
    own = panel.select(series)
    rows = np.repeat(panel.bounds[others], own.lengths) + row_positions(own.bounds)
    return np.asarray(np.logical_and.reduceat(own.values == panel.values[rows], own.bounds[:-1]))
