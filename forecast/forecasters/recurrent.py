"""Channels + weights = a fitted network that forecasts without Keras.

A network is many-to-one: recurrent layers read the steps of a window one after the
other, and the last state alone gives the next `horizon` answers. A linear skip leads
from the last step's channels to the answers too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Floats, Integers
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.data.results import Forecast, ModelCard
from forecast.features.inputs import layout, read, rows_needed, season_of
from forecast.features.target import TargetFeatures, places, scale_rows, without_outliers
from forecast.forecasters import combination
from forecast.forecasters.calibration import Calibration
from forecast.forecasters.theta import rows_read as theta_rows
from forecast.forecasters.weights import Weights, last_step_outputs, weight_shapes
from forecast.spec.model import Bounds, Cell, ModelSpec
from forecast.spec.reading import ReadSpec
from forecast.spec.training import Combine

CELL_NAMES: dict[Cell, str] = {"simple-rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}


@dataclass(frozen=True, slots=True)
class Network:
    """Trained networks of one shape that forecast any history together; their intervals are unknown."""

    spec: ModelSpec
    members: tuple[Weights, ...]
    """Tensors by name of each network, shapes given by `weight_shapes(spec)`. Answers are averaged."""
    combine: Combine = "none"
    """What a part of the forecast comes from, the larger the better that was before."""

    @property
    def name(self) -> str:
        """The cell, as people write it, and what it is blended with: GRU, LSTM + Theta."""
        cell = CELL_NAMES[self.spec.network.cell]
        return cell + combination.IN_NAMES[self.combine]

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
        return self.predict_within(history, unknown, levels=levels)

    def predict_within(self, history: Panel, half_widths: Floats, *, levels: Sequence[float]) -> Forecast:
        """The next rows, with intervals of `half_widths`, (levels, horizon), in units of volatility.

        Steps beyond the trained horizon come from feeding the forecasts back, a block
        of `spec.trained_horizon` at a time.
        """
        horizon = half_widths.shape[1]
        reach = np.concatenate((np.zeros((1, horizon)), -half_widths, half_widths))
        found = np.empty((len(reach), len(history), horizon))
        known = history.tail(self.rows_read(history))
        share = None
        for first in range(0, horizon, self.spec.trained_horizon):
            here = slice(first, min(first + self.spec.trained_horizon, horizon))
            past = _Past.of(known, self)
            # What is fed back is no past to be judged by.
            share = past.share() if share is None else share
            answers, last = past.answers(here.stop - first, share)
            for place, shift in zip(found, reach, strict=True):
                place[:, here] = last.restore(answers + shift[here])
            if here.stop < horizon:
                known = known.extended(found[0][:, here])
        return Forecast(
            ids=history.ids,
            times=history.frequency.after(history.last_times, horizon),
            values=found[0],
            levels=tuple(levels),
            lower=found[1 : len(levels) + 1],
            upper=found[len(levels) + 1 :],
            columns=history.columns,
            frequency=history.frequency,
        )

    def errors(self, history: Panel, future: Floats) -> Floats:
        """Signed errors in units of volatility against `future`, both (series, steps); NaN stays NaN.

        At most the trained horizon's steps can be judged.
        """
        past = _Past.of(history.tail(self.rows_read(history)), self)
        answers, last = past.answers(future.shape[1], past.share())
        return last.units(future) - answers

    def answers_at(self, ends: Integers, lengths: Integers, inputs: NDArray[np.float32]) -> Floats:
        """(series, horizon) mean of the members' answers to the windows that end before `ends`."""
        answers = np.zeros((len(ends), self.spec.trained_horizon))
        for weights in self.members:
            answers += last_step_outputs(self.spec, weights, ends, lengths, inputs) / len(self.members)
        return answers


@dataclass(frozen=True, slots=True)
class _Past:
    """The rows that a network forecasts from, read once."""

    network: Network
    history: Panel
    usual: Panel
    """The same with outliers cut off, as what it is blended with reads it."""
    inputs: NDArray[np.float32]
    channels: TargetFeatures

    @classmethod
    def of(cls, history: Panel, network: Network) -> "_Past":
        seen = read(history, network.spec)
        if seen.channels is None:
            raise TypeError("a network of classes forecasts no values")
        season = season_of(history, network.spec)
        usual = history
        if network.combine != "none":
            kept = without_outliers(history.values, history.bounds, season=season)
            usual = replace(history, values=kept)
        return cls(network, history, usual, seen.inputs, seen.channels)

    def share(self) -> Floats:
        """(series,) part of the forecast that is not the network's."""
        lengths = self.history.lengths
        if self.network.combine == "none":
            return np.zeros(len(lengths))
        season, horizon = season_of(self.history, self.network.spec), self.network.spec.trained_horizon
        errors = np.zeros((2, len(lengths)))
        for rows, enough in combination.earlier_origins(lengths, season, horizon):
            judged = np.flatnonzero(enough)
            if len(judged):
                errors[:, judged] += self._errors(judged, rows[judged])
        usual = combination.prior_weight(self.network.combine, self.usual, season)
        return combination.share(usual, *errors)

    def _errors(self, series: Integers, rows: Integers) -> Floats:
        """(2, series) sums of absolute errors, the network's first, of forecasts from `rows` rows of each."""
        horizon = self.network.spec.trained_horizon
        ends = self.history.bounds[series] + rows
        answers = self.network.answers_at(ends, rows, self.inputs)
        others = combination.other(self.network.combine, self.usual.select(series).first(rows), horizon)
        came = ends[:, None] + np.arange(horizon)
        size = self.channels.scale[self.history.bounds[series + 1] - 1, None]
        with np.errstate(over="ignore", invalid="ignore"):  # 1e308 among numbers of 1e-300
            far = [
                np.abs(said / size - self.history.values[came] / size)
                for said in (self.channels.at(ends - 1).restore(answers), others)
            ]
        off: Floats = np.where(self.history.observed[came], np.fmin(far, combination.FARTHEST), 0.0).sum(
            axis=2
        )
        return off

    def answers(self, steps: int, share: Floats) -> tuple[Floats, TargetFeatures]:
        """(series, steps) in units of volatility, and the channels of each series' last row."""
        ends = self.history.bounds[1:]
        last = self.channels.at(ends - 1)
        answers = self.network.answers_at(ends, self.history.lengths, self.inputs)[:, :steps]
        if self.network.combine == "none":
            return answers, last
        part = share[:, None]
        others = combination.other(self.network.combine, self.usual, steps)
        return last.units((1 - part) * last.restore(answers) + part * others), last


@dataclass(frozen=True, slots=True)
class RecurrentForecaster:
    """A fitted model, whole: what `predict` needs and what the model file holds."""

    network: Network
    horizon: int
    """Rows it is asked for when nobody says."""
    bounds: Bounds
    read: ReadSpec
    """How new data are to be read, its columns found."""
    frequency: Frequency
    tail: Panel
    """The newest rows of every series trained on: what a forecast without data continues from."""
    calibration: Calibration
    card: ModelCard

    @property
    def spec(self) -> ModelSpec:
        """The shape of its networks."""
        return self.network.spec

    @property
    def name(self) -> str:
        """How tables call it."""
        return self.network.name

    def rows_trained_on(self, panel: Panel) -> Integers:
        """(series,) rows that are no newer than the newest it was trained on; 0 for a new series."""
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
        return bounded(self.network.predict_within(known, half_widths, levels=levels), known, self.bounds)


@dataclass(frozen=True, slots=True)
class BoundedForecaster:
    """Networks whose forecasts are kept to what values may be, as a backtest judges them."""

    network: Network
    bounds: Bounds

    @property
    def name(self) -> str:
        """How tables call it."""
        return self.network.name

    def predict(self, history: Panel, horizon: int, *, levels: Sequence[float] = ()) -> Forecast:
        """The next rows of every series of `history`; see `Forecaster.predict`."""
        known = history.tail(self.network.rows_read(history))
        return bounded(self.network.predict(known, horizon, levels=levels), known, self.bounds)


def bounded(forecast: Forecast, history: Panel, bounds: Bounds) -> Forecast:
    """The forecast and its intervals kept to what values may be.

    Without a minimum that was asked for, a series whose `history` was never negative stays so.
    """
    low, high = bounds.range
    if bounds.minimum is None:
        smallest = np.minimum.reduceat(history.values, history.bounds[:-1])[:, None]
        lows: Floats = np.where(smallest >= 0, 0.0, low)
    else:
        lows = np.full((len(history), 1), low)

    def kept(values: Floats) -> Floats:
        return np.clip(np.rint(values) if bounds.whole else values, lows, high)

    return replace(
        forecast,
        values=kept(forecast.values),
        lower=kept(forecast.lower),
        upper=kept(forecast.upper),
        whole=bounds.whole,
    )


def widen_inputs(network: Network, spec: ModelSpec) -> Network:
    """A network that answers as this one does and reads what `spec` has beside the series too.

    What it reads more has no weight yet; embeddings start as Keras', small and random.
    """
    if spec == network.spec:
        return network
    random = np.random.default_rng(0)
    had = layout(network.spec).numbers
    members = []
    for weights in network.members:
        wide = {}
        for name, shape in weight_shapes(spec).items():
            if name.endswith("/embeddings"):
                wide[name] = random.uniform(-0.05, 0.05, shape).astype(np.float32)
                continue
            wide[name] = np.zeros(shape, dtype=np.float32)
            part = wide[name][:had] if name in ("layer0/kernel", "skip/kernel") else wide[name]
            part[...] = weights[name]
        members.append(wide)
    return replace(network, spec=spec, members=tuple(members))


def in_season(network: Network, season: int) -> Network:
    """A network of all seasons as one of a single season: it answers as it did to series of that one."""
    taken = places(season, network.spec.trained_horizon)
    members = []
    for weights in network.members:
        reading = {name: weights[name][taken] for name in ("layer0/kernel", "skip/kernel")}
        members.append(weights | reading)
    return replace(network, spec=replace(network.spec, season=season), members=tuple(members))
