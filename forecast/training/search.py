"""A few candidates tried on older rows: which cell, which window?

Only rows before the oldest origin that will judge the model are read, so that its
verdict stays one on rows that decided nothing.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from forecast.data.panel import Panel
from forecast.data.results import Table
from forecast.errors import DataError
from forecast.evaluation.backtest import METRICS, Origins, backtest, rows_known_at, score
from forecast.events import Event, Listener, Note, Warned, ignore
from forecast.forecasters.protocol import Forecaster
from forecast.forecasters.recurrent import CELL_NAMES
from forecast.planning.plan import Plan, plan
from forecast.spec.model import CELLS
from forecast.spec.training import TrainRequest, Tunable
from forecast.training.learner import learner_for

if TYPE_CHECKING:
    from forecast.network.checkpoint import Checkpoint


@dataclass(frozen=True, slots=True)
class Trial:
    """A candidate and how it did."""

    name: str
    """Words like "GRU 32, window 24"."""
    request: TrainRequest
    """What trains it; the number of backtests is fixed, so that none reaches into the rows tried on."""
    error: float
    """MASE over the series and origins tried on."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Tuning:
    """All candidates tried, in order."""

    trials: tuple[Trial, ...]

    @property
    def best(self) -> Trial:
        """The one with the smallest error, the first of equals."""
        return min(self.trials, key=lambda trial: trial.error)

    def to_table(self) -> Table:
        """Columns candidate, error, seconds."""
        return {
            "candidate": np.array([trial.name for trial in self.trials], dtype=object),
            "error": np.array([trial.error for trial in self.trials]),
            "seconds": np.array([trial.seconds for trial in self.trials]),
        }


def tune(
    panel: Panel,
    request: TrainRequest,
    *,
    parts: Collection[Tunable],
    max_seconds: float = np.inf,
    listener: Listener = ignore,
    checkpoint: "Checkpoint | None" = None,
) -> Tuning:
    """Cells tried with the usual window, then other windows with the best cell; only `parts` are open.

    Every candidate may take an even share of the seconds left; the first is always tried.
    """
    usual = plan(panel, replace(request, from_="scratch") if "window" in parts else request)
    trials = _Trials(panel, usual, time.monotonic() + max_seconds, listener, checkpoint)
    cells = CELLS if "cell" in parts else (request.cell,)
    first, *others = trials.windows(usual) if "window" in parts else (request.window,)
    fixed = replace(request, window=first, backtests=usual.backtests, tune=())
    trials.run([replace(fixed, cell=cell) for cell in cells], still_to_come=len(others))
    best = Tuning(tuple(trials.done)).best.request
    trials.run([replace(best, window=window) for window in others])
    return Tuning(tuple(trials.done))


class _Trials:
    """Candidates on the same older rows, from the same origins."""

    def __init__(
        self,
        panel: Panel,
        usual: Plan,
        deadline: float,
        listener: Listener,
        checkpoint: "Checkpoint | None",
    ) -> None:
        known = panel.first(rows_known_at(panel, Origins(usual.backtests, usual.horizon))[0])
        count = min(usual.backtests, int(known.lengths.max()) // (2 * usual.horizon))
        self.done: list[Trial] = []
        self._panel = panel
        self._older = known.in_season(usual.recipe.spec.season)
        self._origins = Origins(max(count, 1), usual.horizon)
        self._oldest = self._older.first(rows_known_at(self._older, self._origins)[0])
        self._longest_window = int(self._oldest.lengths.max()) - usual.horizon
        self._deadline = deadline
        self._listener = listener
        self._checkpoint = checkpoint

    def windows(self, usual: Plan) -> list[int]:
        """The usual window, half of it and half as much again, without those too long to be tried."""
        window = usual.recipe.spec.windows.window
        others = {max(window // 2, 1), window + window // 2} - {window}
        return [window, *sorted(other for other in others if other <= self._longest_window)]

    def run(self, candidates: Sequence[TrainRequest], *, still_to_come: int = 0) -> None:
        """Try them in order while there is time."""
        for position, candidate in enumerate(candidates):
            left = len(candidates) - position
            seconds = (self._deadline - time.monotonic()) / (left + still_to_come)
            if self.done and seconds <= 0:
                self._listener(Warned(f"no time is left: {left} more would have been tried"))
                break
            trial = self._trial(candidate, max(seconds, 0.001))
            self._listener(Note("tried", f"{trial.name}: MASE {trial.error:.3f} in {trial.seconds:.1f} s"))
            self.done.append(trial)

    def _trial(self, candidate: TrainRequest, seconds: float) -> Trial:
        began = time.monotonic()
        planned = plan(self._panel, candidate)
        self._check_room(planned)
        training = replace(planned.recipe.training, max_seconds=None if np.isinf(seconds) else seconds)
        recipe = replace(planned.recipe, training=training, members=1)
        learner = learner_for(
            recipe, self._older, self._progress, fits=self._origins.count, checkpoint=self._checkpoint
        )
        learner = learner.find_epochs(self._oldest)
        name = _name(planned)

        def fit(past: Panel) -> list[Forecaster]:
            return [learner.fit(past, f"trying {name}")]

        errors = score(list(backtest(fit, self._older, self._origins)), self._older).overall[0]
        return Trial(name, candidate, float(errors[METRICS.index("mase")]), time.monotonic() - began)

    def _progress(self, event: Event) -> None:
        """Pass on how far a trial is; the device would be noted for each."""
        if not isinstance(event, Note):
            self._listener(event)

    def _check_room(self, planned: Plan) -> None:
        window = planned.recipe.spec.windows.window
        if planned.recipe.origin == "scratch" and window > self._longest_window:
            raise DataError(
                f"too short to try candidates on rows before the backtests: window {window} + horizon "
                f"{planned.horizon} is more than the {self._longest_window + planned.horizon} rows there",
                hint="say which --cell and --window, or give a smaller --horizon or fewer --backtests",
            )


def _name(planned: Plan) -> str:
    network, windows = planned.recipe.spec.network, planned.recipe.spec.windows
    return f"{CELL_NAMES[network.cell]} {', '.join(map(str, network.units))}, window {windows.window}"
