"""One series that is forecast by a network which carries its hidden state from row to row.

What the combination takes off a series before a network reads it (an offset, long seasons) is found again now
and then, at an *anchor*: when the series has twice the rows of the last anchor, and at least every
`ROWS_READ` rows. From one anchor to the next it is continued. At an anchor the network reads the newest
rows once more, from a state of zero some windows before.
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast.data.arrays import LARGEST, Floats, Times
from forecast.data.digits import places_of
from forecast.data.panel import Panel
from forecast.features.inputs import read_inputs, rows_needed
from forecast.features.target import TargetFeatures, scale_rows, typical_sizes, without_outliers
from forecast.forecasters.combination import explains_seasons
from forecast.forecasters.model import means
from forecast.forecasters.preparation import ROWS_READ, level_offsets, long_seasons, prepare
from forecast.spec.model import Statistic
from forecast.streaming.clock import Clock, Position
from forecast.streaming.inputs import NewestInputs, Row
from forecast.streaming.network import RunningNetwork, State, mean_outputs
from forecast.streaming.rows import Kind, NewestRows
from forecast.streaming.target import BUFFERS, MOST

Memory = Literal["carried", "window"]
"""The hidden state of all rows since some windows before the last anchor, or of the newest window alone."""

WINDOWS_READ = 10
"""Windows that the network reads at an anchor."""

FEWEST = 8
"""Least rows from one anchor to the next."""

NEVER = 2**53
"""Rows after which classes, from which nothing is taken off, have an anchor again."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What all running series have in common."""

    kind: Kind
    network: RunningNetwork
    clock: Clock
    periods: tuple[float, ...] | None
    """Long seasons that are given; None where they are found."""
    statistic: Statistic | None
    memory: Memory


class RunningSeries:
    """A series, the network's state after its newest row, and what that row's forecast is made of."""

    def __init__(self, settings: Settings, rows: NewestRows, position: Position) -> None:
        self.settings, self.rows, self.position = settings, rows, position
        self.inputs = NewestInputs(rows)
        self.state: State = settings.network.empty_state()
        self.recent: deque[Row] = deque(maxlen=settings.kind.spec.windows.window)
        self.answers: list[Row] = []
        """Outputs of each network after the newest row."""
        self.anchor, self.next_anchor = 0, 1
        """Rows read at the last anchor, and at the next."""
        self.continuation: Floats = np.zeros(1)
        """What is added to prepared values of the rows after the anchor."""
        self.offset = 0.0
        """The part of it that is no season."""
        self.is_mean, self.places = False, 0

    @classmethod
    def begin(cls, settings: Settings, rows: NewestRows, number: int) -> "RunningSeries":
        """The series that ends in `rows`, the newest at a time, and has been read up to it."""
        series = cls(settings, rows, Position(settings.clock, number))
        series.anchor_here(settings.clock.time_of(number))
        return series

    def push(self, value: float, *, observed: bool, covariates: Floats) -> None:
        """Read the value of the next row."""
        time, phases = self.position.advance()
        rows = self.rows
        rows.append(value, observed=observed, covariates=covariates)
        if rows.count >= self.next_anchor:
            self.anchor_here(time)
            return
        added = self.added_to_newest
        inputs = self.inputs.push(value - added, time, phases)
        if self.inputs.target is not None:
            rows.clip_newest(self.inputs.target.newest + added)
        self._read(inputs)

    @property
    def added_to_newest(self) -> float:
        """What is added to the prepared value of the newest row."""
        return float(self.continuation[min(self.rows.count - self.anchor, len(self.continuation)) - 1])

    def added_ahead(self, steps: int) -> list[float]:
        """What is added to the prepared forecasts: one number for each step, or for all."""
        first = self.rows.count - self.anchor
        if len(self.continuation) == 1:
            return [float(self.continuation[0])]
        return [float(each) for each in self.continuation[first : first + steps]]

    def _read(self, inputs: Row) -> None:
        network = self.settings.network
        if self.settings.memory == "carried":
            self.answers = network.read(self.state, inputs)
            return
        self.recent.append(inputs.copy())
        self.answers = self._answers_of_window()

    def _answers_of_window(self) -> list[Row]:
        network, state = self.settings.network, self.settings.network.empty_state()
        for inputs in self.recent:
            answers = network.read(state, inputs)
        return answers

    def anchor_here(self, last: Times) -> None:
        """Prepare the series again, and let the network read its newest rows from a state of zero."""
        settings, rows = self.settings, self.rows
        spec = settings.kind.spec
        panel = prepared = rows.panel(last)
        self.anchor, self.next_anchor = rows.count, NEVER
        if not spec.target.classes:
            step = min(max(rows.count, FEWEST), ROWS_READ)
            self.next_anchor = rows.count + step
            self.is_mean, self.places = bool(means(panel, settings.statistic)[0]), int(places_of(panel)[0])
            prepared = self._prepared(panel, step + settings.network.steps)
        reread = min(WINDOWS_READ * spec.windows.window, len(panel.values))
        used = prepared.tail(reread + rows_needed(spec, season=rows.season) - spec.windows.window)
        read = read_inputs(used, spec)
        if read.target_features is not None:
            self._rebuild(prepared, read.target_features)
        self.state = settings.network.empty_state()
        if settings.memory == "window":
            self.recent.extend(read.inputs[-reread:])
            self.answers = self._answers_of_window()
            return
        for inputs in read.inputs[-reread:]:
            self.answers = settings.network.read(self.state, inputs)

    def _prepared(self, panel: Panel, ahead: int) -> Panel:
        """The panel without its offset and long seasons, whose continuation is kept."""
        settings = self.settings
        seasons = () if explains_seasons(settings.kind.spec) else long_seasons(panel, settings.periods)
        done = prepare(panel, ahead, seasons)
        self.offset = float(level_offsets(panel)[0])
        self.continuation = done.continuation[0] if any(seasons) else done.continuation[0, :1].copy()
        return done.panel

    def _rebuild(self, prepared: Panel, features: TargetFeatures) -> None:
        """Make the features of the next rows continue after the prepared rows."""
        target, season = self.inputs.target, self.rows.season
        assert target is not None
        values, bounds = prepared.values, prepared.bounds
        clipped = without_outliers(values, bounds, season=season)
        scale = typical_sizes(clipped, bounds, rows=scale_rows(season))
        buffers = np.zeros((BUFFERS, len(values)))
        buffers[0], buffers[1] = values, clipped
        for index, lag in ((2, season), (3, 1)):
            with np.errstate(over="ignore"):
                now, before = (np.arcsinh(each / scale[lag:]) for each in (clipped[lag:], clipped[:-lag]))
            buffers[index, lag:] = np.abs(np.clip(now, -MOST, MOST) - np.clip(before, -MOST, MOST))
        target.restore(len(values), buffers[:, -target.keep :])
        target.reference = features.reference[-1]
        target.scale, target.volatility = float(features.scale[-1]), float(features.volatility[-1])
        self.rows.clip(clipped + (self.rows.values - values))

    def values_ahead(self, steps: int) -> list[float]:
        """The network's forecasts, no further from the range of the series than is plausible."""
        target = self.inputs.target
        assert target is not None
        prepared = target.to_values(mean_outputs(self.answers)[:steps].tolist())
        plain, added = self.rows.plain, self.added_ahead(steps)
        low, high, rows = float(plain.min()) - self.offset, float(plain.max()) - self.offset, len(plain)
        ahead = []
        for step, value in enumerate(prepared, start=1):
            away = (high / 2 - low / 2) * 2 * (1 + 2 * step / rows)
            value = min(max(value, low - away), high + away) + added[step - 1 if len(added) > 1 else 0]
            ahead.append(min(max(value, -LARGEST), LARGEST))
        return ahead
