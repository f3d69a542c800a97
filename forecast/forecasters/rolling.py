"""Earlier origins of the series that are to be forecast: what each member would have forecast there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers
from forecast.data.panel import Panel
from forecast.forecasters.decomposition import FoundSeason

MAX_ORIGINS = 8
"""Most origins of a series."""

LONG_ROWS = 400
"""Rows from which half of a series lies before all origins; a third in a shorter one."""

FEWEST_ROWS = 12
"""Fewest rows before an origin, or two seasons and two rows."""


@dataclass(frozen=True, slots=True)
class Origins:
    """Rows of some series, each up to an earlier origin: a series is there once for each of its origins."""

    series: Integers
    """(pasts,) index of the series."""
    number: Integers
    """(pasts,) 0 for the newest origin of its series, then 1, 2, ..."""
    rows: Integers
    """(pasts,) rows before the origin."""
    horizon: int
    """Rows after each origin that are compared, if there are as many."""
    group: Integers | None = None
    """(pasts,) origins of one group share rows; None where each number is a group."""

    @property
    def groups(self) -> Integers:
        """(pasts,) the group of each origin."""
        return self.number if self.group is None else self.group

    def select(self, kept: Flags) -> "Origins":
        """Some of the origins, (pasts,)."""
        return Origins(self.series[kept], self.number[kept], self.rows[kept], self.horizon, self.groups[kept])

    @staticmethod
    def joined(parts: Sequence["Origins"]) -> "Origins":
        """Several origins of the same series; those of a later part are other origins and other groups."""
        numbers, groups, shift = [], [], 0
        for part in parts:
            numbers.append(part.number + shift)
            groups.append(part.groups + shift)
            shift += int(part.number.max(initial=-1)) + 1
        return Origins(
            np.concatenate([part.series for part in parts]),
            np.concatenate(numbers),
            np.concatenate([part.rows for part in parts]),
            max(part.horizon for part in parts),
            np.concatenate(groups),
        )

    def as_one_group(self) -> "Origins":
        """The same origins in a single group."""
        return replace(self, group=np.zeros_like(self.number))

    def independence(self, series: int) -> Floats:
        """(series,) rows from one origin to the next as a share of the horizon; 1 with a single origin."""
        count = np.bincount(self.series, minlength=series)
        first = np.full(series, np.iinfo(np.int64).max)
        last = np.zeros(series, dtype=np.int64)
        np.minimum.at(first, self.series, self.rows)
        np.maximum.at(last, self.series, self.rows)
        apart = np.where(count > 1, (last - first) / np.maximum(count - 1, 1), self.horizon)
        return np.asarray(np.clip(apart / self.horizon, 0.0, 1.0))


def earlier_origins(
    panel: Panel, horizon: int, seasons: Sequence[Sequence[FoundSeason]], *, most: int = MAX_ORIGINS
) -> Origins:
    """Up to `most` origins of each series, a horizon or less apart, with enough rows before them.

    Two of its longest season are enough. A series that is not long enough for the whole horizon has one
    origin, after which as many rows are compared as there are.
    """
    lengths = panel.lengths
    longest = np.array([max((s.period for s in found), default=0.0) for found in seasons])
    least = np.where(lengths < LONG_ROWS, lengths // 3, lengths // 2)
    least = np.maximum(np.maximum(least, 2 * panel.seasons + 2), FEWEST_ROWS)
    long = np.ceil(2 * longest).astype(np.int64)
    least = np.where(lengths - long > horizon, np.maximum(least, long), least)
    room = lengths - least
    compared = np.clip(room, 1, horizon)
    step = np.clip((room - compared) // max(most - 1, 1), 1, compared)
    rows = (lengths - compared)[:, None] - np.arange(most) * step[:, None]
    series, number = np.nonzero(rows >= least[:, None])
    return Origins(series, number, rows[series, number], horizon)


def errors_by_origin(origins: Origins, errors: Floats, series: int) -> Floats:
    """(members, origins, series, horizon) from (members, pasts, horizon); NaN without an origin."""
    members, _, horizon = errors.shape
    count = int(origins.number.max(initial=-1)) + 1
    placed = np.full((members, count, series, horizon), np.nan)
    placed[:, origins.number, origins.series] = errors
    return placed
