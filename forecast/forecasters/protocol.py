"""The one shape that everything able to forecast has."""

from collections.abc import Sequence
from typing import Protocol

from forecast.data.panel import Panel
from forecast.data.results import Forecast


class Forecaster(Protocol):
    """Something fitted that answers for any history, also of series it never saw."""

    @property
    def name(self) -> str:
        """How tables call it."""
        ...

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """The `horizon` rows behind the end of every series of `history`; each needs one row at least."""
        ...
