"""A fitted model: all that `predict` needs and that the model file holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from forecast.data.arrays import LARGEST, Flags, Floats, Integers
from forecast.data.cards import ModelCard
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.data.results import Forecast, Sums
from forecast.errors import ModelError
from forecast.forecasters.combination import COMBINATION, Combination
from forecast.forecasters.intermittent import is_intermittent
from forecast.forecasters.intervals import Spread
from forecast.forecasters.past import Past, combined, weights_and_spread
from forecast.forecasters.preparation import ROWS_READ, without_single_outliers
from forecast.forecasters.recurrent import Network
from forecast.phrases import counted
from forecast.spec.model import Bounds, ModelSpec, Statistic
from forecast.spec.reading import ReadSpec

BLOCK_ROWS = 1 << 15
"""Rows of series that are forecast together, so that memory does not grow with the number of series: the
smallest number that was as fast as larger ones, with series of 100 rows (a quarter takes 13 % longer)."""

RISING_ROWS = 20
"""Rows of a series that never fell from which its forecasts do not fall either."""


@dataclass(frozen=True, slots=True)
class RecurrentForecaster:
    """A forecast combination, or a network of classes, with how data are read and where it was trained."""

    spec: ModelSpec
    """What its network reads and forecasts; the season that data are read with."""
    combination: Combination
    weights: Floats
    """(series + 1, members) weights of the series of `tail`, and of any other; (0, members) where they follow
    from the past of the series that is forecast."""
    spread: Spread
    """Mean errors of the same series, and of any other."""
    horizon: int
    """Rows that it forecasts by default."""
    bounds: Bounds
    read: ReadSpec
    """How new data are to be read, with the columns detected in training."""
    frequency: Frequency
    tail: Panel
    """The newest rows of every series trained on, from which it forecasts where no data are given."""
    card: ModelCard
    file: str = field(default="", compare=False)
    """The file that it was loaded from; "" for one that was not."""

    @property
    def named(self) -> str:
        """How messages call it: its file, else what it was trained on."""
        return self.file or f'trained on "{self.card.source}"'

    def __repr__(self) -> str:
        """Such as: RecurrentForecaster of gru, theta, forecasts 4 steps, trained on 'sales.csv'."""
        return (
            f"RecurrentForecaster of {', '.join(self.combination.members)}, "
            f"forecasts {counted(self.horizon, 'step')}, trained on {self.card.source!r}"
        )

    @property
    def network(self) -> Network:
        """The first of its networks: one's own if it has one, else the pretrained one.

        Raises `ModelError` where it forecasts without any.
        """
        if not self.combination.networks:
            raise ModelError(
                "it forecasts without a network", hint="forecast train DATA makes one that has one"
            )
        return self.combination.networks[0][1]

    @property
    def name(self) -> str:
        """Its name in tables: that which it was evaluated by, even if one member has all the weight."""
        if self.card.scores is not None:
            return self.card.scores.models[0]
        members = self.combination.members
        return members[0] if len(members) == 1 else COMBINATION

    @property
    def mean_weights(self) -> list[float] | None:
        """The weight of each member, the mean over the series; None where weights follow from new data."""
        if not len(self.weights):
            return None
        series = self.weights[:-1] if len(self.weights) > 1 else self.weights
        return [float(weight) for weight in series.mean(axis=0)]

    def rows_trained_on(self, panel: Panel) -> Integers:
        """(series,) rows up to the newest that it was trained on; 0 for a new series."""
        trained = dict(zip(self.tail.ids, self.tail.last_times, strict=True))
        return np.array(
            [
                np.searchsorted(each.times, trained[each.id], side="right") if each.id in trained else 0
                for each in panel
            ],
            dtype=np.int64,
        )

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """The next rows of every series of `history`; see `Forecaster.predict`."""
        blocks = history.tail(ROWS_READ).blocks(most_rows=BLOCK_ROWS)
        parts = [self._predict(history.select(some).tail(ROWS_READ), horizon, levels) for some in blocks]
        return _joined(parts, blocks) if len(parts) > 1 else parts[0]

    def _predict(self, known: Panel, horizon: int, levels: Sequence[float]) -> Forecast:
        growth = self.combination.growth(known.seasons, horizon)
        if len(self.weights):
            weights, spread = self._stored(known)
            forecasts = self.combination.forecasts(known, horizon, wanted=weights.T > 0)
        else:
            past, forecasts = self.combination.past_and_forecasts(known, horizon)
            weights, spread = self._following_from(past, known)
        return forecast_of(known, combined(weights, forecasts, growth), spread, self.bounds, levels)

    def weights_of(self, history: Panel) -> Floats:
        """(series, members) the weights of the members in the forecast of each series of `history`."""
        weights = np.empty((len(history), len(self.combination.members)))
        for some in history.blocks(most_rows=BLOCK_ROWS):
            known = history.select(some).tail(ROWS_READ)
            if len(self.weights):
                weights[some] = self._stored(known)[0]
            else:
                past = self.combination.past(known, self.horizon)
                weights[some] = self._following_from(past, known)[0]
        return weights

    def _following_from(self, past: Past, history: Panel) -> tuple[Floats, Spread]:
        """(series, members) weights, and the spread, that follow from the past of each series."""
        intermittent = self.combination.forecasts_mean(history)
        prior = self.combination.prior(history, intermittent)
        growth = self.combination.growth(history.seasons, past.origins.horizon)
        return weights_and_spread(past, prior, history.seasons.tolist(), intermittent, growth)

    def _stored(self, history: Panel) -> tuple[Floats, Spread]:
        """(series, members) weights of the series of training, or of any other, and their spread."""
        known = {id: index for index, id in enumerate(self.tail.ids)}
        rows = np.array([known.get(id, len(known)) for id in history.ids], dtype=np.int64)
        return self.weights[rows], self.spread.select(rows)


def _joined(parts: Sequence[Forecast], blocks: Sequence[Integers]) -> Forecast:
    """The forecast of a panel from those of its blocks, in the order of its series."""
    back = np.argsort(np.concatenate(blocks))

    def in_order(arrays: Sequence[Floats], axis: int) -> Floats:
        return np.concatenate(arrays, axis=axis).take(back, axis=axis)

    sums = [part.sums for part in parts if part.sums is not None]
    ids = [id for part in parts for id in part.ids]
    return replace(
        parts[0],
        ids=tuple(ids[index] for index in back),
        times=np.concatenate([part.times for part in parts])[back],
        values=in_order([part.values for part in parts], 0),
        lower=in_order([part.lower for part in parts], 1),
        upper=in_order([part.upper for part in parts], 1),
        sums=Sums(
            in_order([each.values for each in sums], 0),
            in_order([each.lower for each in sums], 1),
            in_order([each.upper for each in sums], 1),
        ),
    )


def forecast_of(
    history: Panel, values: Floats, spread: Spread, bounds: Bounds, levels: Sequence[float]
) -> Forecast:
    """The forecast of `values`, (series, horizon), with intervals of `levels`, within bounds."""
    half = spread.half_widths(without_single_outliers(history), levels, values.shape[1])
    half = np.maximum(half, _least_half(history, bounds))
    # Around the forecast within the bounds: a forecast that ends at a bound is no more certain there.
    forecast = bounded(Forecast.of(history, values, ()), history, bounds)
    with np.errstate(over="ignore", invalid="ignore"):
        lower, upper = forecast.values - half, forecast.values + half
    found = bounded(replace(forecast, levels=tuple(levels), lower=lower, upper=upper), history, bounds)
    return replace(found, sums=_sums(history, values, spread.total_half_widths(half), bounds))


def _least_half(history: Panel, bounds: Bounds) -> Floats:
    """(series, 1) the least half-width of a rate, of a target of 0 and 1: 1 / (n + 2) after n steps.

    That is the probability of a first exception after n steps without any (Laplace's rule of succession).
    """
    if bounds.whole or bounds.range != (0, 1):
        return np.zeros((len(history), 1))
    return 1 / (history.lengths[:, None] + 2)


def _sums(history: Panel, values: Floats, half: Floats, bounds: Bounds) -> Sums:
    """The sum of `values`, (series, horizon), and its intervals of `half` widths, (levels, series).

    Values are added up before they are rounded: thirty days of 0.4 are 12, not 0.
    """
    horizon = values.shape[1]
    lowest, high = lowest_of(history, bounds), bounds.range[1]
    within = np.clip(values, lowest, high)
    within = np.where(never_fell(history)[:, None], np.maximum.accumulate(within, axis=1), within)
    with np.errstate(over="ignore", invalid="ignore"):
        sums = np.clip(within.sum(axis=1), -LARGEST, LARGEST)
        least, most = horizon * lowest[:, 0], horizon * high
        lower, upper = (np.clip(sums + sign * half, least, most) for sign in (-1, 1))
    is_mean = means(history, bounds.statistic)
    if bounds.whole:
        sums, lower, upper = np.where(is_mean, sums, np.rint(sums)), np.rint(lower), np.rint(upper)
    return Sums(sums, np.clip(lower, -LARGEST, LARGEST), np.clip(upper, -LARGEST, LARGEST))


def bounded(forecast: Forecast, history: Panel, bounds: Bounds) -> Forecast:
    """The forecast and its intervals, clipped to the bounds and rounded where values are whole numbers.

    A mean is no value that could be observed, and is not rounded: see `Bounds.statistic`.
    Without a given minimum, the forecasts of a series whose `history` was never negative are not either.
    Those of a series that never fell in a long history (a meter, a cumulative count) do not fall.
    """
    lowest, high = lowest_of(history, bounds), bounds.range[1]
    rising = never_fell(history)

    is_mean = means(history, bounds.statistic)[:, None]

    def within(numbers: Floats, *, rounded: Flags | bool = True) -> Floats:
        numbers = np.clip(
            np.where(rounded, np.rint(numbers), numbers) if bounds.whole else numbers, lowest, high
        )
        return np.where(rising[:, None], np.maximum.accumulate(numbers, axis=-1), numbers)

    values = within(forecast.values, rounded=~is_mean)
    lower, upper = within(forecast.lower), within(forecast.upper)
    if bounds.whole:  # a mean of 0.1 is between 0 and 1, even if nine steps in ten have a 0
        lower = np.where(is_mean, np.fmin(lower, np.maximum(np.floor(values), lowest)), lower)
        upper = np.where(is_mean, np.fmax(upper, np.minimum(np.ceil(values), high)), upper)
    return replace(forecast, values=values, lower=lower, upper=upper, whole=bounds.whole)


def lowest_of(history: Panel, bounds: Bounds) -> Floats:
    """(series, 1) the smallest value that each series may have; see `bounded`."""
    lowest: Floats = np.full((len(history), 1), bounds.range[0])
    if bounds.minimum is None and len(history):
        smallest = np.minimum.reduceat(history.values, history.bounds[:-1])[:, None]
        lowest = np.where(smallest >= 0, 0.0, lowest)
    rising = never_fell(history)
    if rising.any():
        lowest = np.where(rising[:, None], np.maximum(lowest, history.last_values[:, None]), lowest)
    return lowest


def means(history: Panel, statistic: Statistic | None) -> Flags:
    """(series,) whether the forecast of a series is a mean: by default where demand is intermittent."""
    if statistic is None:
        return is_intermittent(history)
    return np.full(len(history), statistic == "mean")


def never_fell(history: Panel) -> Floats:
    """(series,) whether a long series rose and never fell."""
    if not len(history):
        return np.zeros(0, dtype=bool)
    rises = np.ones(len(history.values), dtype=bool)
    rises[1:] = history.values[1:] >= history.values[:-1]
    rises[history.bounds[:-1]] = True
    never = np.logical_and.reduceat(rises, history.bounds[:-1])
    grew = history.last_values > history.values[history.bounds[:-1]]
    return np.asarray(never & grew & (history.lengths >= RISING_ROWS))
