"""A model that is fed one observation at a time and answers after each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.classification.classifier import softmax
from forecast.data.arrays import Floats
from forecast.data.digits import places_of
from forecast.errors import DataError, UsageError
from forecast.features.target import without_outliers
from forecast.forecasters.combination import COMBINATION
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.recurrent import Network
from forecast.phrases import counted
from forecast.spec.reading import Policy
from forecast.streaming.clock import Clock, Position
from forecast.streaming.filling import filled, gap_values
from forecast.streaming.intervals import Intervals
from forecast.streaming.network import RunningNetwork
from forecast.streaming.rows import Kind, NewestRows
from forecast.streaming.running import Memory, RunningSeries, Settings

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Observation:
    """One row of one series, as a line or a program gives it."""

    id: str
    time: int | None
    """Seconds since 1970 in UTC, or the integer of the data; None for the next row."""
    value: float
    """A number, or the index of a class; NaN where it is missing."""
    covariates: Floats
    """Past, then known, then static ones, in the order of the model; categories as indices."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is forecast after an observation."""

    id: str
    origin: str
    """The time of the newest row."""
    times: list[str]
    """The times of the rows that are forecast."""
    values: Floats
    """(steps,) numbers, or (steps, classes) probabilities."""
    lower: Floats
    """(levels, steps); no level for probabilities."""
    upper: Floats
    places: int
    """Decimal places to which numbers are written."""
    filled: int = 0
    """Rows that were filled in before this one, and this one where it has no number."""


@dataclass(slots=True)
class PanelSeries:
    """A series that a whole combination, or a method, forecasts from its newest rows."""

    rows: NewestRows
    position: Position

    def push(self, value: float, *, observed: bool, covariates: Floats) -> None:
        """Add the value of the next row."""
        self.position.advance()
        self.rows.append(value, observed=observed, covariates=covariates)


class Stream:
    """A model, and the state of every series that it was fed."""

    def __init__(
        self,
        model: RecurrentForecaster,
        *,
        method: str | None = None,
        horizon: int = 1,
        levels: Sequence[float] = (80.0,),
        memory: Memory = "carried",
        new_series: bool = False,
        policy: Policy | None = None,
    ) -> None:
        """`method` is the network that forecasts alone (the default), another member, or combination.

        A `UsageError` for what the model cannot do.
        """
        self.model, self.levels = model, tuple(levels)
        self.method = method or default_method(model)
        self.horizon, self.new_series = horizon, new_series
        self.policy = policy or model.read.policy
        network = self._network()
        spec = model.spec if network is None else network.spec
        self.kind = Kind(model.tail.columns, model.frequency, spec, model.spec.season)
        phases = network is not None and spec.calendar.phases
        self.clock = Clock(model.frequency, with_phases=phases, ahead=max(horizon, spec.trained_horizon))
        self.is_label, self.is_class = spec.target.kind == "label", bool(spec.target.classes)
        self._alone = model if self.method == COMBINATION else _alone(model, self.method)
        self.settings: Settings | None = None
        if network is not None:
            self.settings = Settings(
                self.kind,
                RunningNetwork(network, horizon),
                self.clock,
                model.combination.periods,
                model.bounds.statistic,
                memory,
            )
        self.series: dict[str, RunningSeries | PanelSeries] = {}
        self.filled = 0
        """Rows that were filled in."""
        self._intervals: dict[str, Intervals] = {}
        self._known = {id: index for index, id in enumerate(model.tail.ids)}
        self._wider = _wider(model, self.method)

    def _network(self) -> Network | None:
        """The network that forecasts alone, if one does; a `UsageError` for what the model cannot do."""
        if self.policy.resample is not None:
            raise UsageError(
                "the model adds up the rows of each step, and a stream takes one row for each",
                hint="forecast predict DATA --model MODEL reads all rows and adds them up",
            )
        combination = self.model.combination
        if self.method not in (*combination.members, COMBINATION):
            raise UsageError(
                f"--method {self.method}: the model has {', '.join(combination.members)}",
                hint=f"one of them, or {COMBINATION}",
            )
        network = dict(combination.networks).get(self.method)
        most = self.horizon if network is None else network.spec.trained_horizon
        if self.horizon > most:
            raise UsageError(
                f"--horizon {self.horizon}: the network gives {counted(most, 'row')} at once",
                hint="give a smaller one, or --method combination",
            )
        return network

    def update(self, seen: Observation, *, every: int = 1) -> Answer | None:
        """Read an observation; the forecast after it, where the series has a multiple of `every` rows.

        A `DataError` for one that does not fit, which is not read.
        """
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # numbers near 1e308
            series, count = self._update(seen)
            due = series.rows.count % every == 0
            return self._answer(seen.id, series, count) if due else None

    def _update(self, seen: Observation) -> tuple[RunningSeries | PanelSeries, int]:
        """The series with the observation, and the rows that were filled in."""
        series = self.series.get(seen.id)
        if series is None:
            series = self._series_of(seen)
            if series is None:
                return self._begin(seen), 0
        gap = self._gap_before(series, seen)
        rows, history = series.rows, self.policy
        covariates = seen.covariates[: len(seen.covariates) - len(rows.static)]
        unknown = np.full(len(covariates), np.nan)
        count = gap
        if gap:
            line = gap_values(rows, gap, seen.value, history.gaps_or_default)
            for step in range(gap):
                value, observed = (
                    filled(rows, history.gaps_or_default) if line is None else (float(line[step]), False)
                )
                series.push(value, observed=observed, covariates=unknown)
        value, observed = seen.value, True
        if value != value:
            if history.missing == "error":
                raise DataError("the number is missing", hint="--missing season fills it")
            value, observed = filled(rows, history.missing)
            count += 1
        self._take_static(rows, seen)
        series.push(value, observed=observed, covariates=covariates)
        self.series[seen.id] = series
        self.filled += count
        return series, count

    def _gap_before(self, series: RunningSeries | PanelSeries, seen: Observation) -> int:
        """Rows that are missing before the observation; a `DataError` where it is no later row."""
        position = series.position
        if seen.time is None or seen.time == position.expects():
            return 0
        frequency = self.clock.frequency
        time, last = self.clock.time_of(seen.time), self.clock.time_of(position.last)
        if seen.time <= position.last:
            text = frequency.text(time)[0]
            raise DataError(f"{text} is not after the newest row, {position.text}")
        steps = int(frequency.steps_between(last, time)[0])
        if steps < 1 or frequency.shift(last, np.array([steps]))[0] != time[0]:
            text = frequency.text(time)[0]
            raise DataError(
                f"{text} does not keep the {frequency.adjective} step: next is {position.expected_text()}"
            )
        return steps - 1

    def _series_of(self, seen: Observation) -> RunningSeries | PanelSeries | None:
        """The series as the model keeps it; None for a new one."""
        index = self._known.get(seen.id)
        if index is None:
            if not (self.new_series or self.is_label):
                raise DataError(
                    f'the model has no series "{seen.id}"',
                    hint="--new-series begins it with an empty memory",
                )
            return None
        tail = self.model.tail.select([index])
        rows = NewestRows(self.kind, seen.id, int(tail.seasons[0]))
        wide = self.kind.past + self.kind.known
        numbers = np.full((3 + wide, len(tail.values)), np.nan)
        numbers[0], numbers[2] = tail.values, tail.observed
        numbers[1] = tail.values
        if not self.is_class:
            numbers[1] = without_outliers(tail.values, tail.bounds, season=rows.season)
        if tail.covariates is not None and self.kind.spec.covariates:
            numbers[3 : 3 + self.kind.past] = tail.covariates.past.T
            numbers[3 + self.kind.past :] = tail.covariates.known[: len(tail.values)].T
            rows.static = tail.covariates.static[0].copy()
        rows.restore(numbers, len(tail.values))
        return self._started(rows, int(tail.times[-1].astype(np.int64)))

    def _started(self, rows: NewestRows, last: int) -> RunningSeries | PanelSeries:
        if self.settings is None:
            return PanelSeries(rows, Position(self.clock, last))
        return RunningSeries.begin(self.settings, rows, last)

    def _begin(self, seen: Observation) -> RunningSeries | PanelSeries:
        """A series that the model does not know: the first row of it."""
        if seen.value != seen.value and not self.is_label:
            raise DataError("the number is missing in the first row of a series")
        rows = NewestRows(self.kind, seen.id, self.kind.season or 1)
        self._take_static(rows, seen)
        covariates = seen.covariates[: len(seen.covariates) - len(rows.static)]
        rows.append(0.0 if self.is_label else seen.value, observed=True, covariates=covariates)
        series = self._started(rows, 1 if seen.time is None else seen.time)
        self.series[seen.id] = series
        return series

    def _take_static(self, rows: NewestRows, seen: Observation) -> None:
        if len(rows.static):
            given = seen.covariates[len(seen.covariates) - len(rows.static) :]
            rows.static = np.where(np.isnan(given), rows.static, given)

    def _answer(self, id: str, series: RunningSeries | PanelSeries, count: int) -> Answer:
        position, nothing = series.position, np.empty((0, self.horizon))
        times = position.texts_ahead(self.horizon)
        if isinstance(series, PanelSeries):
            panel = series.rows.panel(self.clock.time_of(position.last))
            done = self._alone.predict(panel, self.horizon, levels=self.levels)
            places = int(places_of(panel)[0])
            return Answer(
                id, position.text, times, done.values[0], done.lower[:, 0], done.upper[:, 0], places, count
            )
        if self.is_class:
            shares = self._probabilities(series)
            return Answer(id, position.text, times, shares, nothing, nothing, 0, count)
        intervals = self._intervals.get(id) or self._intervals_of(id, series.rows.season)
        values, lower, upper = intervals.around(
            series.values_ahead(self.horizon), series.rows, is_mean=series.is_mean
        )
        return Answer(
            id,
            position.text,
            times,
            np.array(values),
            np.array(lower).reshape(-1, self.horizon),
            np.array(upper).reshape(-1, self.horizon),
            series.places,
            count,
        )

    def _probabilities(self, series: RunningSeries) -> Floats:
        """(steps, classes) the mean of the networks' probabilities."""
        shape = (self.horizon, len(self.model.spec.target.classes))
        each = [softmax(logits.astype(np.float64).reshape(shape)) for logits in series.answers]
        return np.asarray(sum(each) / len(each))

    def _intervals_of(self, id: str, season: int) -> Intervals:
        spread = self.model.spread
        index = self._known.get(id, len(self._known)) if len(spread.units) > 1 else 0
        made = Intervals(
            spread.select(np.array([min(index, len(spread.units) - 1)])),
            self.model.bounds,
            self.levels,
            season,
            self.horizon,
            wider=self._wider,
        )
        self._intervals[id] = made
        return made


def default_method(model: RecurrentForecaster) -> str:
    """The first network of a model, or the whole of it where it has none."""
    networks = model.combination.networks
    return networks[0][0] if networks else COMBINATION


def _alone(model: RecurrentForecaster, member: str) -> RecurrentForecaster:
    """The model with one member only."""
    weights = np.ones((max(len(model.weights), 1), 1))
    return replace(model, combination=model.combination.only([member]), weights=weights)


def _wider(model: RecurrentForecaster, method: str) -> float:
    """By how much the errors of a member are larger than those of the combination, which intervals are of."""
    scores = model.card.scores
    if scores is None or method not in scores.models or "mase" not in scores.metrics:
        return 1.0
    errors = scores.overall[:, scores.metrics.index("mase")]
    ratio = errors[scores.models.index(method)] / errors[0] if errors[0] > 0 else 1.0
    return float(max(ratio, 1.0)) if np.isfinite(ratio) else 1.0
