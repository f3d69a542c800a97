"""A search on older rows: which cell, which window?

Only rows before the oldest origin of the backtests are read, so that the verdict
rests on rows that decided nothing.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.panel import Panel
from forecast.errors import DataError
from forecast.evaluation.backtest import Origins, backtest, rows_known_at
from forecast.evaluation.scoring import METRICS, score
from forecast.events import Event, FitsAhead, Note, Warned
from forecast.forecasters.protocol import Forecaster
from forecast.forecasters.recurrent import CELL_NAMES
from forecast.planning.plan import Plan, plan_values
from forecast.spec.model import CELLS
from forecast.spec.training import TrainRequest, Tunable
from forecast.training.learner import learner_for
from forecast.training.run import Run


@dataclass(frozen=True, slots=True)
class Trial:
    """A candidate and its error."""

    name: str
    """Such as "GRU 32, window 24"."""
    request: TrainRequest
    """What trains it; the number of backtests is fixed, so that none reaches into the rows of the search."""
    error: float
    """MASE over the series and origins of the search."""
    seconds: float


def search(
    panel: Panel, request: TrainRequest, run: Run, *, seconds: float = np.inf
) -> tuple[TrainRequest, tuple[Trial, ...]]:
    """The request with the parts of `request.tune` decided, and all trials in order.

    Cells are tried with the default window, then other windows with the best cell. Every
    candidate may take an even share of the seconds left; the first is always tried.
    """
    parts: Collection[Tunable] = request.tune
    default = plan_values(panel, request)
    trials = _Trials(panel, default, run, time.monotonic() + seconds)
    cells = CELLS if "cell" in parts else (request.cell,)
    first, *others = trials.windows(default) if "window" in parts else (request.window,)
    fixed = replace(request, window=first, backtests=default.backtests, tune=())
    trials.run_all([replace(fixed, cell=cell) for cell in cells], still_to_come=len(others))
    trials.run_all([replace(trials.best.request, window=window) for window in others])
    return trials.best.request, tuple(trials.done)


class _Trials:
    """Candidates on the same older rows, from the same origins."""

    def __init__(self, panel: Panel, default: Plan, run: Run, deadline: float) -> None:
        known = panel.first(rows_known_at(panel, Origins(default.backtests, default.horizon))[0])
        count = min(default.backtests, int(known.lengths.max()) // (2 * default.horizon))
        self.done: list[Trial] = []
        self._panel = panel
        self._older = known.with_season(default.recipe.spec.season)
        self._origins = Origins(max(count, 1), default.horizon)
        self._oldest = self._older.first(rows_known_at(self._older, self._origins)[0])
        self._longest_window = int(self._oldest.lengths.max()) - default.horizon
        self._fits_afterwards = default.recipe.fits(default.backtests + 1)
        self._run = run
        self._deadline = deadline

    @property
    def best(self) -> Trial:
        """The trial with the smallest error, the first of equals."""
        return min(self.done, key=lambda trial: trial.error)

    def windows(self, default: Plan) -> list[int]:
        """The default window, half of it and one and a half of it, without those too long to be tried."""
        window = default.recipe.spec.windows.window
        others = {max(window // 2, 1), window + window // 2} - {window}
        return [window, *sorted(other for other in others if other <= self._longest_window)]

    def run_all(self, candidates: Sequence[TrainRequest], *, still_to_come: int = 0) -> None:
        """Try them in order while there is time."""
        for index, candidate in enumerate(candidates):
            left = len(candidates) - index
            seconds = (self._deadline - time.monotonic()) / (left + still_to_come)
            if self.done and seconds <= 0:
                self._run.listener(Warned(f"no time left: {left} more candidates are not tried"))
                break
            trial = self._trial(candidate, max(seconds, 0.001), trials_ahead=left + still_to_come)
            self._run.listener(
                Note("tried", f"{trial.name}: MASE {trial.error:.3f} in {trial.seconds:.1f} s")
            )
            self.done.append(trial)

    def _trial(self, candidate: TrainRequest, seconds: float, *, trials_ahead: int) -> Trial:
        began = time.monotonic()
        plan = plan_values(self._panel, candidate)
        self._check_long_enough(plan)
        run = replace(self._run, listener=self._progress).within(seconds)
        recipe = replace(plan.recipe, ensemble=1)
        learner = learner_for(recipe, self._older, run, fits=self._origins.count)
        fits = trials_ahead * recipe.fits(self._origins.count) + self._fits_afterwards
        self._run.listener(FitsAhead(fits))
        learner = learner.find_epochs(self._oldest)
        name = _name(plan)

        def fit(past: Panel) -> list[Forecaster]:
            network = learner.fit(past, f"trying {name}")
            return [] if network is None else [network]

        errors = score(list(backtest(fit, self._older, self._origins)), self._older).overall[0]
        return Trial(name, candidate, float(errors[METRICS.index("mase")]), time.monotonic() - began)

    def _progress(self, event: Event) -> None:
        """Pass on the progress of a trial, but not its device each time, nor how many fits it has alone."""
        if not isinstance(event, Note | FitsAhead):
            self._run.listener(event)

    def _check_long_enough(self, plan: Plan) -> None:
        window = plan.recipe.spec.windows.window
        if plan.recipe.origin == "scratch" and window > self._longest_window:
            raise DataError(
                f"too short to try candidates on rows before the backtests: window {window} + horizon "
                f"{plan.horizon} is more than the {self._longest_window + plan.horizon} rows there",
                hint="name --cell and --window, or give a smaller --horizon or fewer --backtests",
            )


def _name(plan: Plan) -> str:
    network, windows = plan.recipe.spec.network, plan.recipe.spec.windows
    return f"{CELL_NAMES[network.cell]} {', '.join(map(str, network.units))}, window {windows.window}"
