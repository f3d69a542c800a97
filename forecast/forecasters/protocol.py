"""The interface that every forecaster has."""

from collections.abc import Sequence
from typing import Protocol

from forecast.data.panel import Panel
from forecast.data.results import Forecast


class Forecaster(Protocol):
    """A fitted model that forecasts any history, also of series that it was not fitted to."""

    @property
    def name(self) -> str:
        """Its name in tables."""
        ...

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """The `horizon` rows after the end of every series of `history`, with intervals of `levels` percent.

        Every series needs at least one row. A model without intervals gives NaN.
        """
        ...
