"""The yardsticks of probabilities: how often each class came, in all, in the month, after the last one."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from forecast.data.arrays import Floats, Integers, Times, row_positions
from forecast.data.panel import Panel


class ClassForecaster(Protocol):
    """Something fitted that tells how likely each class is."""

    @property
    def name(self) -> str:
        """How tables call it."""
        ...

    def probabilities(self, history: Panel, horizon: int) -> Floats:
        """(series, horizon, classes) how likely each class is in the next rows of every series."""
        ...


@dataclass(frozen=True, slots=True)
class BaseRates:
    """How often each class came, in every row or series alike."""

    name: ClassVar[str] = "base rates"

    rates: Floats
    """(classes,)"""

    def probabilities(self, history: Panel, horizon: int) -> Floats:
        """See `ClassForecaster.probabilities`."""
        return np.broadcast_to(self.rates, (len(history), horizon, len(self.rates)))


@dataclass(frozen=True, slots=True)
class MonthlyRates:
    """How often each class came in the month of the year that a row stands in."""

    name: ClassVar[str] = "rates of the month"

    rates: Floats
    """(12, classes)"""

    def probabilities(self, history: Panel, horizon: int) -> Floats:
        """See `ClassForecaster.probabilities`."""
        times = history.frequency.after(history.last_times, horizon)
        return np.asarray(self.rates[_months(history, times.ravel())].reshape(*times.shape, -1))


@dataclass(frozen=True, slots=True)
class TransitionRates:
    """How often each class came so many rows after the class that is the newest."""

    name: ClassVar[str] = "after the last"

    rates: Floats
    """(horizon, classes, classes): step, newest class, class that came."""

    def probabilities(self, history: Panel, horizon: int) -> Floats:
        """See `ClassForecaster.probabilities`."""
        newest = history.last_values.astype(np.int64)
        return np.asarray(self.rates[:horizon, newest].transpose(1, 0, 2))


def fit_class_baselines(past: Panel, horizon: int) -> list[ClassForecaster]:
    """The baselines, fitted to the observed rows of a past."""
    codes, seen = past.values.astype(np.int64), past.observed
    base = _rates(
        np.bincount(codes[seen], minlength=len(past.target.classes)), np.ones(len(past.target.classes))
    )
    found: list[ClassForecaster] = [BaseRates(base)]
    if past.frequency.form != "integer":
        found.append(MonthlyRates(_monthly(past, codes, base)))
    return [*found, TransitionRates(_transitions(past, codes, base, horizon))]


def fit_label_baselines(past: Panel) -> list[ClassForecaster]:
    """The baselines of whole series: how often each label stood."""
    labels = past.last_values.astype(np.int64)
    return [
        BaseRates(
            _rates(np.bincount(labels, minlength=len(past.target.classes)), np.ones(len(past.target.classes)))
        )
    ]


def _rates(counts: Integers, before: Floats) -> Floats:
    """Shares of the counts on the last axis, `before` counting as one row more: nothing is impossible."""
    prior = before / before.sum()
    return np.asarray((counts + prior) / (counts.sum(axis=-1, keepdims=True) + 1))


def _monthly(past: Panel, codes: Integers, base: Floats) -> Floats:
    counts = np.zeros((12, len(past.target.classes)), dtype=np.int64)
    np.add.at(counts, (_months(past, past.times)[past.observed], codes[past.observed]), 1)
    return _rates(counts, base)


def _months(panel: Panel, times: Times) -> Integers:
    months = panel.frequency.local(times).astype("datetime64[M]").astype(np.int64)
    return np.asarray(months % 12)


def _transitions(past: Panel, codes: Integers, base: Floats, horizon: int) -> Floats:
    position = row_positions(past.bounds)
    rates = []
    for step in range(1, horizon + 1):
        counts = np.zeros((len(past.target.classes), len(past.target.classes)), dtype=np.int64)
        rows = np.flatnonzero(position >= step)
        rows = rows[past.observed[rows] & past.observed[rows - step]]
        np.add.at(counts, (codes[rows - step], codes[rows]), 1)
        rates.append(_rates(counts, base))
    return np.stack(rates)
