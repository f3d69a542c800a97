"""Baselines of class probabilities: base rates, monthly base rates, and rates given the last class."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from forecast.data.arrays import Floats, Integers, Times, row_positions
from forecast.data.panel import Panel


class ClassForecaster(Protocol):
    """A fitted model that predicts class probabilities."""

    @property
    def name(self) -> str:
        """Its name in tables."""
        ...

    def probabilities(self, history: Panel, horizon: int) -> Floats:
        """(series, horizon, classes) probability of each class in the next rows of every series."""
        ...


@dataclass(frozen=True, slots=True)
class BaseRates:
    """The frequency of each class, the same for every row or series."""

    name: ClassVar[str] = "base rates"

    rates: Floats
    """(classes,)"""

    def probabilities(self, history: Panel, horizon: int) -> Floats:
        """See `ClassForecaster.probabilities`."""
        return np.broadcast_to(self.rates, (len(history), horizon, len(self.rates)))


@dataclass(frozen=True, slots=True)
class MonthlyRates:
    """The frequency of each class in the month of the year of a row."""

    name: ClassVar[str] = "monthly base rates"

    rates: Floats
    """(12, classes)"""

    def probabilities(self, history: Panel, horizon: int) -> Floats:
        """See `ClassForecaster.probabilities`."""
        times = history.frequency.after(history.last_times, horizon)
        return np.asarray(self.rates[_months(history, times.ravel())].reshape(*times.shape, -1))


@dataclass(frozen=True, slots=True)
class TransitionRates:
    """The frequency of each class a number of rows after each last class."""

    name: ClassVar[str] = "given the last class"

    rates: Floats
    """(horizon, classes, classes): step, last class, class at that step."""

    def probabilities(self, history: Panel, horizon: int) -> Floats:
        """See `ClassForecaster.probabilities`."""
        last = history.last_values.astype(np.int64)
        return np.asarray(self.rates[:horizon, last].transpose(1, 0, 2))


def fit_class_baselines(past: Panel, horizon: int) -> list[ClassForecaster]:
    """The baselines, fitted to the observed rows of a past."""
    codes = past.values.astype(np.int64)
    base = _base_rates(codes[past.observed], len(past.target.classes))
    baselines: list[ClassForecaster] = [BaseRates(base)]
    if past.frequency.form != "integer":
        baselines.append(MonthlyRates(_monthly_rates(past, codes, base)))
    return [*baselines, TransitionRates(_transition_rates(past, codes, base, horizon))]


def fit_label_baselines(past: Panel) -> list[ClassForecaster]:
    """The baselines of labels: the frequency of each label among the series."""
    return [BaseRates(_base_rates(past.last_values.astype(np.int64), len(past.target.classes)))]


def _base_rates(codes: Integers, classes: int) -> Floats:
    return _rates(np.bincount(codes, minlength=classes), np.ones(classes))


def _rates(counts: Integers, prior: Floats) -> Floats:
    """Relative frequencies on the last axis. The prior counts as one more row, so none is zero."""
    prior = prior / prior.sum()
    return np.asarray((counts + prior) / (counts.sum(axis=-1, keepdims=True) + 1))


def _monthly_rates(past: Panel, codes: Integers, base: Floats) -> Floats:
    counts = np.zeros((12, len(past.target.classes)), dtype=np.int64)
    np.add.at(counts, (_months(past, past.times)[past.observed], codes[past.observed]), 1)
    return _rates(counts, base)


def _months(panel: Panel, times: Times) -> Integers:
    months = panel.frequency.local(times).astype("datetime64[M]").astype(np.int64)
    return np.asarray(months % 12)


def _transition_rates(past: Panel, codes: Integers, base: Floats, horizon: int) -> Floats:
    position = row_positions(past.bounds)
    rates = []
    for step in range(1, horizon + 1):
        counts = np.zeros((len(past.target.classes), len(past.target.classes)), dtype=np.int64)
        rows = np.flatnonzero(position >= step)
        rows = rows[past.observed[rows] & past.observed[rows - step]]
        np.add.at(counts, (codes[rows - step], codes[rows]), 1)
        rates.append(_rates(counts, base))
    return np.stack(rates)
