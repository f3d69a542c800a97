"""The inputs of a network at the newest row: those of `features.inputs.read_inputs`, computed alone."""

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Floats, Times
from forecast.features.calendar import holidays_in
from forecast.features.covariates import TYPICAL_SIZE_ROWS
from forecast.features.inputs import MAX_AGE, UNKNOWN, covariate_channels
from forecast.streaming.rows import NewestRows
from forecast.streaming.target import NewestTarget

Row = NDArray[np.float32]


class NewestInputs:
    """What a network reads of the newest row of one series."""

    def __init__(self, rows: NewestRows) -> None:
        self._rows, spec = rows, rows.kind.spec
        self._spec = spec
        self.target = (
            None
            if spec.target.classes
            else NewestTarget(rows.season, spec.trained_horizon, any_season=spec.season is None)
        )
        self._dates = np.array(spec.calendar.holiday_dates)
        self._lags = -np.arange(1, spec.trained_horizon + 1) % rows.season

    def push(self, value: float, time: Times, phases: Floats | None) -> Row:
        """The inputs of the row that was appended last, whose prepared value is `value`."""
        numbers: list[Floats | Row] = []
        codes: list[Floats] = []
        if self.target is not None:
            own = self.target.push(value)
            if not self._spec.covariates and phases is None and not len(self._dates):
                return own
            numbers.append(own)
        else:
            numbers.append(np.array([np.log1p(min(self._rows.count - 1, MAX_AGE)) / 5]))
            if self._spec.target.kind == "class":
                codes.append(self._class_codes())
        if self._spec.covariates:
            panel = self._rows.panel(time, TYPICAL_SIZE_ROWS + 1)
            channels = covariate_channels(panel, self._spec.covariates, self._spec.trained_horizon)
            for covariate, columns in zip(self._spec.covariates, channels, strict=True):
                (codes if covariate.categories else numbers).append(columns[-1])
        if phases is not None:
            numbers.append(phases[0])
        if len(self._dates):
            horizon = self._spec.trained_horizon
            numbers.append(holidays_in(time, self._rows.kind.frequency, self._dates, horizon=horizon)[0])
        return np.concatenate([*numbers, *codes], dtype=np.float32, casting="same_kind")

    def _class_codes(self) -> Floats:
        """The code of the newest class, and those a season before each row of the horizon."""
        values = self._rows.values
        own = values[-1:] + 1
        if self._spec.season == 1:
            return own
        known = self._lags < min(self._rows.count, len(values))
        index = len(values) - 1 - np.where(known, self._lags, 0)
        return np.concatenate([own, np.where(known, values[index] + 1, UNKNOWN)])
