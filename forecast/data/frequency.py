"""The step of a clock: inferred once, then asked."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Unit = Literal["year", "quarter", "month", "week", "day", "weekday", "hour", "minute", "second", "step"]
Form = Literal["integer", "month", "date", "datetime"]


@dataclass(frozen=True, slots=True)
class Frequency:
    """A regular step of time and how times of it are written."""

    unit: Unit
    """"step" is a plain counter; "weekday" a day that skips Saturday and Sunday."""
    count: int = 1
    """Units in one step: 15 with unit "minute" is a quarter of an hour."""
    season: int = 1
    """Rows in a period; 1 is no season."""
    form: Form = "date"
    """How times are written: 2019, 2019-07, 2019-07-31 or 2019-07-31T12:00:00."""
    month_end: bool = False
    """Times of months, quarters and years stand on a month's last day."""
    offset_seconds: int | None = None
    """Zone of the times, in seconds east of UTC; None where the data names none."""

    def after(self, last: NDArray[np.int64] | NDArray[np.datetime64], steps: int) -> NDArray[np.int64] | NDArray[np.datetime64]:
        """Times of the next `steps` rows, (series, steps), behind each of `last`, (series,)."""
        raise NotImplementedError

    def text(self, times: NDArray[np.int64] | NDArray[np.datetime64]) -> list[str]:
        """Times as they are written in results: integers that came in, else ISO 8601."""
        raise NotImplementedError

    @property
    def adjective(self) -> str:
        """"yearly", "monthly", "15-minutely", "stepwise"..."""
        raise NotImplementedError


def infer(times: NDArray[np.int64] | NDArray[np.datetime64], bounds: NDArray[np.int64]) -> Frequency:
    """The step most rows of sorted series keep, with its usual season."""
    raise NotImplementedError
