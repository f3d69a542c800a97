"""Fitted recurrent networks that forecast in NumPy, without Keras.

A network is many-to-one: recurrent layers read the steps of a window one after the other, and the
last state alone gives the outputs for the next `trained_horizon` rows. A linear skip connection
leads from the last step's inputs to the outputs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Floats, Integers
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.data.results import Forecast, ModelCard
from forecast.features.inputs import input_layout, read_inputs, rows_needed, season_of
from forecast.features.target import TargetFeatures, feature_columns, scale_rows, without_outliers
from forecast.forecasters import combination
from forecast.forecasters.calibration import Calibration
from forecast.forecasters.theta import rows_read as theta_rows
from forecast.forecasters.weights import Weights, last_step_outputs, weight_shapes
from forecast.phrases import counted
from forecast.spec.model import Bounds, Cell, ModelSpec
from forecast.spec.reading import ReadSpec
from forecast.spec.training import Combine

CELL_NAMES: dict[Cell, str] = {"simple-rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


@dataclass(frozen=True, slots=True)
class Network:
    """An ensemble of trained networks of one shape, without intervals of its own."""

    spec: ModelSpec
    members: tuple[Weights, ...]
    """The weights of each network, in the shapes of `weight_shapes(spec)`. Outputs are averaged."""
    combine: Combine = "none"
    """The method that the forecast is combined with, weighted by the past errors of both."""

    @property
    def name(self) -> str:
        """The cell and the method that it is combined with: GRU, LSTM + Theta."""
        cell = CELL_NAMES[self.spec.network.cell]
        return cell + combination.NAME_SUFFIXES[self.combine]

    def rows_read(self, history: Panel) -> int:
        """Newest rows of any series of `history` that a forecast depends on."""
        seasons = np.unique(season_of(history, self.spec)).tolist()
        return max((self._rows_read(season) for season in seasons), default=1)

    def _rows_read(self, season: int) -> int:
        needed = rows_needed(self.spec, season=season)
        if self.combine == "none":
            return needed
        earliest = combination.ORIGINS * self.spec.trained_horizon
        return earliest + max(needed, theta_rows(season) + scale_rows(season))

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """The next rows of every series of `history`; see `Forecaster.predict`."""
        unknown = np.full((len(levels), horizon), np.nan)
        return self.predict_with_half_widths(history, unknown, levels=levels)

    def predict_with_half_widths(
        self, history: Panel, half_widths: Floats, *, levels: Sequence[float]
    ) -> Forecast:
        """The next rows, with intervals of `half_widths`, (levels, horizon), in units of volatility.

        Beyond the trained horizon it forecasts recursively, in blocks of `spec.trained_horizon` steps:
        each block's forecasts become the history of the next. Forecasts vary less than the data, so
        the intervals of later blocks use the volatility of the actual history where it is larger.
        """
        horizon, trained = half_widths.shape[1], self.spec.trained_horizon
        values = np.empty((len(history), horizon))
        lower = np.empty((len(levels), len(history), horizon))
        upper = np.empty_like(lower)
        known = history.tail(self.rows_read(history))
        weight = actual_volatility = None
        for first in range(0, horizon, trained):
            block = slice(first, min(first + trained, horizon))
            past = _Past.of(known, self)
            # Only actual values may set the weight, so it is that of the first block.
            weight = past.combination_weight() if weight is None else weight
            outputs, last = past.outputs(block.stop - first, weight)
            values[:, block] = last.to_values(outputs)
            actual_volatility = last.volatility if actual_volatility is None else actual_volatility
            outputs, wide = _with_volatility(outputs, last, actual_volatility)
            for index, half_width in enumerate(half_widths[:, block]):
                lower[index, :, block] = wide.to_values(outputs - half_width)
                upper[index, :, block] = wide.to_values(outputs + half_width)
            if block.stop < horizon:
                known = known.extended(values[:, block])
        return Forecast.of(history, values, levels, lower=lower, upper=upper)

    def errors(self, history: Panel, actual: Floats) -> Floats:
        """Errors actual - forecast in units of volatility; `actual` is (series, steps), NaN stays NaN.

        There are at most as many steps as in the trained horizon.
        """
        past = _Past.of(history.tail(self.rows_read(history)), self)
        outputs, last = past.outputs(actual.shape[1], past.combination_weight())
        return last.to_outputs(actual) - outputs

    def outputs_at(self, ends: Integers, lengths: Integers, inputs: NDArray[np.float32]) -> Floats:
        """(series, trained horizon) the members' mean outputs; see `last_step_outputs`."""
        outputs = np.zeros((len(ends), self.spec.trained_horizon))
        for weights in self.members:
            outputs += last_step_outputs(self.spec, weights, ends, lengths, inputs) / len(self.members)
        return outputs


def _with_volatility(
    outputs: Floats, features: TargetFeatures, smallest: Floats
) -> tuple[Floats, TargetFeatures]:
    """The same outputs, and features, in units of a volatility of at least `smallest`, (series,)."""
    volatility = np.maximum(features.volatility, smallest)
    ratio = np.ones_like(volatility)
    np.divide(features.volatility, volatility, out=ratio, where=volatility > 0)
    return ratio[:, None] * outputs, replace(features, volatility=volatility)


@dataclass(frozen=True, slots=True)
class _Past:
    """The rows that a network forecasts from, with its inputs computed once for all origins."""

    network: Network
    history: Panel
    clipped: Panel
    """The history without outliers, as the combined method reads it."""
    inputs: NDArray[np.float32]
    features: TargetFeatures

    @classmethod
    def of(cls, history: Panel, network: Network) -> "_Past":
        read = read_inputs(history, network.spec)
        if read.target_features is None:
            raise TypeError("a network of classes forecasts no values")
        clipped = history
        if network.combine != "none":
            season = season_of(history, network.spec)
            clipped = replace(history, values=without_outliers(history.values, history.bounds, season=season))
        return cls(network, history, clipped, read.inputs, read.target_features)

    def combination_weight(self) -> Floats:
        """(series,) weight of the combined method, by both methods' errors at earlier origins."""
        lengths = self.history.lengths
        if self.network.combine == "none":
            return np.zeros(len(lengths))
        season, horizon = season_of(self.history, self.network.spec), self.network.spec.trained_horizon
        errors = np.zeros((2, len(lengths)))
        for rows, enough in combination.earlier_origins(lengths, season, horizon):
            series = np.flatnonzero(enough)
            if len(series):
                errors[:, series] += self._absolute_errors(series, rows[series])
        prior = combination.prior_weight(self.network.combine, self.clipped, season)
        return combination.weight(prior, *errors)

    def _absolute_errors(self, series: Integers, rows: Integers) -> Floats:
        """(2, series) sums over a horizon, the network's first, of forecasts from the first `rows` rows.

        Errors are in units of each series' newest scale; unobserved values do not count.
        """
        horizon = self.network.spec.trained_horizon
        ends = self.history.bounds[series] + rows
        outputs = self.network.outputs_at(ends, rows, self.inputs)
        known = self.clipped.select(series).first(rows)
        forecasts = (
            self.features.at(ends - 1).to_values(outputs),
            combination.combined_method_forecast(self.network.combine, known, horizon),
        )
        future = ends[:, None] + np.arange(horizon)
        scale = self.features.scale[self.history.bounds[series + 1] - 1, None]
        with np.errstate(over="ignore", invalid="ignore"):  # 1e308 among numbers of 1e-300
            errors = [np.abs(values / scale - self.history.values[future] / scale) for values in forecasts]
        bounded_errors = np.fmin(errors, combination.MAX_SCALED_ERROR)
        return np.asarray(np.where(self.history.observed[future], bounded_errors, 0.0).sum(axis=2))

    def outputs(self, steps: int, weight: Floats) -> tuple[Floats, TargetFeatures]:
        """(series, steps) in units of volatility, and the features of each series' last row."""
        ends = self.history.bounds[1:]
        last = self.features.at(ends - 1)
        outputs = self.network.outputs_at(ends, self.history.lengths, self.inputs)[:, :steps]
        if self.network.combine == "none":
            return outputs, last
        other = combination.combined_method_forecast(self.network.combine, self.clipped, steps)
        combined = (1 - weight[:, None]) * last.to_values(outputs) + weight[:, None] * other
        return last.to_outputs(combined), last


@dataclass(frozen=True, slots=True)
class RecurrentForecaster:
    """A fitted model: all that `predict` needs and that the model file holds."""

    network: Network
    horizon: int
    """Rows that it forecasts by default."""
    bounds: Bounds
    read: ReadSpec
    """How new data are to be read, with the columns detected in training."""
    frequency: Frequency
    tail: Panel
    """The newest rows of every series trained on, from which it forecasts where no data are given."""
    calibration: Calibration
    card: ModelCard

    def __repr__(self) -> str:
        """Such as: RecurrentForecaster GRU + Theta, reads 24 steps, forecasts 4, trained on 'sales.csv'."""
        return (
            f"RecurrentForecaster {self.name}, reads {counted(self.spec.windows.window, 'step')}, "
            f"forecasts {self.horizon:,}, trained on {self.card.source!r}"
        )

    @property
    def spec(self) -> ModelSpec:
        """The specification of its networks."""
        return self.network.spec

    @property
    def name(self) -> str:
        """Its name in tables."""
        return self.network.name

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
        half_widths = self.calibration.half_width(levels, horizon)
        known = history.tail(self.network.rows_read(history))
        return bounded(
            self.network.predict_with_half_widths(known, half_widths, levels=levels), known, self.bounds
        )


@dataclass(frozen=True, slots=True)
class BoundedForecaster:
    """A network whose forecasts are kept within bounds, as a backtest evaluates it."""

    network: Network
    bounds: Bounds

    @property
    def name(self) -> str:
        """Its name in tables."""
        return self.network.name

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """The next rows of every series of `history`; see `Forecaster.predict`."""
        known = history.tail(self.network.rows_read(history))
        return bounded(self.network.predict(known, horizon, levels=levels), known, self.bounds)


def bounded(forecast: Forecast, history: Panel, bounds: Bounds) -> Forecast:
    """The forecast and its intervals, clipped to the bounds and rounded where values are whole numbers.

    Without a given minimum, the forecasts of a series whose `history` was never negative are not either.
    """
    low, high = bounds.range
    if bounds.minimum is None:
        smallest = np.minimum.reduceat(history.values, history.bounds[:-1])[:, None]
        lows: Floats = np.where(smallest >= 0, 0.0, low)
    else:
        lows = np.full((len(history), 1), low)

    def clip(values: Floats) -> Floats:
        return np.clip(np.rint(values) if bounds.whole else values, lows, high)

    return replace(
        forecast,
        values=clip(forecast.values),
        lower=clip(forecast.lower),
        upper=clip(forecast.upper),
        whole=bounds.whole,
    )


def widen_inputs(network: Network, spec: ModelSpec) -> Network:
    """A network with the same forecasts that also reads the covariates and the calendar of `spec`.

    The weights of additional inputs are zero; embeddings are initialized as in Keras, small and random.
    """
    if spec == network.spec:
        return network
    random = np.random.default_rng(0)
    old_numbers = input_layout(network.spec).numbers
    members = []
    for weights in network.members:
        wide = {}
        for name, shape in weight_shapes(spec).items():
            if name.endswith("/embeddings"):
                wide[name] = random.uniform(-0.05, 0.05, shape).astype(np.float32)
                continue
            wide[name] = np.zeros(shape, dtype=np.float32)
            part = wide[name][:old_numbers] if name in ("layer0/kernel", "skip/kernel") else wide[name]
            part[...] = weights[name]
        members.append(wide)
    return replace(network, spec=spec, members=tuple(members))


def for_season(network: Network, season: int) -> Network:
    """The part of a network for all seasons that reads series of one season: the same forecasts for these."""
    columns = feature_columns(season, network.spec.trained_horizon)
    members = []
    for weights in network.members:
        selected = {name: weights[name][columns] for name in ("layer0/kernel", "skip/kernel")}
        members.append(weights | selected)
    return replace(network, spec=replace(network.spec, season=season), members=tuple(members))
