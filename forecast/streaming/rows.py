"""The newest rows of one series, as they are kept while new ones come."""

from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Flags, Floats, Times
from forecast.data.covariates import Covariates
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.forecasters.preparation import ROWS_READ
from forecast.spec.model import ModelSpec
from forecast.spec.reading import Columns

_UNKNOWN = "\0"
"""Any text that the model does not know, after its own; it is in no data."""

_SPARE = 512
"""Rows of room after those that are kept."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What all series of a stream have in common."""

    columns: Columns
    frequency: Frequency
    spec: ModelSpec
    season: int | None
    """Rows in a period; None where each series has its own."""

    @property
    def past(self) -> int:
        """Number of observed covariates."""
        return sum(covariate.role == "past" for covariate in self.spec.covariates)

    @property
    def known(self) -> int:
        """Number of covariates that are known ahead."""
        return sum(covariate.role == "known" for covariate in self.spec.covariates)


class NewestRows:
    """Values, covariates and flags of at most `ROWS_READ` rows; older ones are forgotten."""

    def __init__(self, kind: Kind, id: str, season: int, keep: int = ROWS_READ) -> None:
        self.kind, self.id, self.season = kind, id, season
        self._keep, self._end = keep, 0
        wide = kind.past + kind.known
        self._numbers = np.full((3 + wide, 0), np.nan)
        """values, the same without outliers, 1 where observed, past and known covariates."""
        self.static: Floats = np.full(len(kind.spec.covariates) - wide, np.nan)
        self.count = 0
        """Rows read."""

    def append(self, value: float, *, observed: bool, covariates: Floats) -> None:
        """Add a row; a missing covariate, NaN, is the one of the row before."""
        if self._end == self._numbers.shape[1]:
            self._make_room()
        column = self._numbers[:, self._end]
        column[0] = column[1] = value
        column[2] = observed
        if len(covariates):
            if self._end:
                covariates = np.where(np.isnan(covariates), self._numbers[3:, self._end - 1], covariates)
            column[3:] = covariates
        self._end += 1
        self.count += 1

    def _make_room(self) -> None:
        kept = self.numbers
        room = max(2 * kept.shape[1], _SPARE) if kept.shape[1] < self._keep else self._keep + _SPARE
        self._numbers = np.full((len(kept), room), np.nan)
        self._numbers[:, : kept.shape[1]] = kept
        self._end = kept.shape[1]

    @property
    def numbers(self) -> Floats:
        """(3 + covariates, rows) all that is kept."""
        return self._numbers[:, max(self._end - self._keep, 0) : self._end]

    def restore(self, numbers: Floats, count: int) -> None:
        """Continue after `count` rows, of which the newest are `numbers`."""
        self._numbers = np.full((len(numbers), numbers.shape[1] + _SPARE), np.nan)
        self._numbers[:, : numbers.shape[1]] = numbers
        self._end, self.count = numbers.shape[1], count

    @property
    def values(self) -> Floats:
        """(rows,) the values."""
        return np.asarray(self.numbers[0])

    @property
    def plain(self) -> Floats:
        """(rows,) the values without outliers."""
        return np.asarray(self.numbers[1])

    def clip_newest(self, value: float) -> None:
        """Store the newest value without what makes it an outlier."""
        self._numbers[1, self._end - 1] = value

    def clip(self, values: Floats) -> None:
        """Store the values without outliers of all rows that are kept."""
        self._numbers[1, max(self._end - self._keep, 0) : self._end] = values

    def panel(self, last: Times, rows: int = ROWS_READ) -> Panel:
        """The newest rows as a panel of one series; `last`, (1,), is the time of the newest.

        Known covariates beyond it are those of the newest row.
        """
        kind, numbers = self.kind, self.numbers[:, -rows:]
        count = numbers.shape[1]
        observed: Flags = numbers[2] > 0
        return Panel(
            ids=(self.id,),
            times=kind.frequency.shift(last, np.arange(1 - count, 1)),
            values=numbers[0].copy(),
            observed=observed,
            bounds=np.array([0, count]),
            columns=kind.columns,
            frequency=kind.frequency,
            seasons=np.array([self.season]),
            covariates=self._covariates(numbers) if kind.spec.covariates else None,
            target=kind.spec.target,
        )

    def _covariates(self, numbers: Floats) -> Covariates:
        past = self.kind.past
        return Covariates(
            past=numbers[3 : 3 + past].T.copy(),
            known=numbers[3 + past :].T.copy(),
            known_bounds=np.array([0, numbers.shape[1]]),
            static=self.static[None],
            vocabularies=tuple(
                (*each.categories, _UNKNOWN) if each.categories else () for each in self.kind.spec.covariates
            ),
        )
