"""What `train` does with a panel when it is told nothing, and why."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from forecast.data.panel import Panel
from forecast.errors import DataError, UsageError
from forecast.evaluation.backtest import Origins, rows_known_at
from forecast.features.calendar import YEARS_AHEAD, holiday_dates
from forecast.features.covariates import covariate_specs
from forecast.features.windows import Windows
from forecast.forecasters.calibration import Calibration
from forecast.forecasters.recurrent import Network, widen_inputs
from forecast.planning import defaults
from forecast.planning.recipe import Recipe
from forecast.planning.warm_start import older
from forecast.spec.limits import MAX_WINDOW
from forecast.spec.model import Bounds, Calendar, Cell, ModelSpec, NetworkSpec, Origin, WindowSpec
from forecast.spec.training import Combine, TrainingPlan, TrainRequest
from forecast.storage import pretrained

BACKTESTS = 3
"""Backtests of a panel of fewer than ENOUGH_SERIES."""

MANY_SERIES = 30
"""Series from which a pretrained network is fine-tuned rather than taken as it is."""

ENOUGH_SERIES = 200
"""Series from which a single backtest already scores many forecasts."""

SMALL_WINDOWS = 2_000
"""Windows up to which a small network and small batches are used."""

EPOCH_WINDOWS = 8_192
"""Windows in an epoch of a large panel: neighbours overlap almost wholly, so all of them say little more."""

MANY_WINDOWS = 200_000
"""Windows above which batches are large."""

EPOCHS = 300
"""Epochs at most of a small panel, a fifth of it for others; early stopping usually ends sooner."""

CELL: Cell = "gru"
"""The cell when nobody says."""

TUNING_EPOCHS = 100
TUNING_UPDATES = 10
"""Updates in an epoch of fine-tuning, which is over after a few hundred."""

TUNING_PATIENCE = 10
"""Epochs of fine-tuning at most without a better validation loss."""

TUNING_RATE = 1e-3
"""Learning rate of fine-tuning at most."""

LEAST_KNOWN = 4
"""Rows before the oldest backtest under which a pretrained network is not judged."""

LEAST_ROWS = 8
"""Rows under which nothing can be learned and judged."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that `train` will do, decided."""

    recipe: Recipe
    horizon: int
    """Rows that forecasts are asked for."""
    bounds: Bounds
    backtests: int
    judged_unseen: bool
    """The weights it starts from have seen no row that judges it."""
    windows: int
    """Windows of the whole panel."""
    reasons: tuple[tuple[str, str], ...]
    """(what, why) of each decision, for those who ask."""

    @property
    def asked_windows(self) -> WindowSpec:
        """The windows that other methods are compared on: what the networks read, what is asked for."""
        return WindowSpec(self.recipe.spec.windows.window, self.horizon)


def plan(panel: Panel, request: TrainRequest) -> Plan:
    """The plan for `panel`; a `DataError` with the arithmetic where its series are too short."""
    rows = int(panel.lengths.max())
    if rows < LEAST_ROWS:
        raise DataError(
            f"{rows} rows are too few: a window, a horizon and one backtest need {LEAST_ROWS}",
            hint="give more rows; `forecast check` shows what was read",
        )
    horizon = request.horizon or defaults.horizon(panel)
    season, season_reason = defaults.season(panel, request.season)
    begun = _begun(panel, request, season)
    origin, network = begun.origin, begun.network
    spec = _own_shape(panel, request, horizon, season) if network is None else network.spec
    combine, blend_reason = _blend(request, begun, season)
    most = _backtests(panel, rows, spec.windows.window, horizon, origin)
    backtests = request.backtests or max(min(most, begun.newer // horizon), 1)
    _check_long_enough(rows, spec.windows.window if origin == "scratch" else None, horizon, backtests)
    windows = len(Windows(panel.lengths, spec.windows))
    if origin != "continued":
        oldest = panel.first(rows_known_at(panel, Origins(backtests, horizon))[0])
        spec = replace(spec, covariates=covariate_specs(panel, oldest), calendar=calendar_of(panel, request))
    return Plan(
        recipe=Recipe(
            spec=spec,
            origin=origin,
            start=() if network is None else widen_inputs(network, spec).members,
            combine=combine,
            untuned=network and replace(network, combine=request.combine or defaults.combine(season)[0]),
            averaged=origin == "fine-tuned" and defaults.averaged(season),
            members=max(request.ensemble, 0 if network is None else len(network.members)),
            training=training_of(request, windows=windows, origin=origin),
            before=begun.calibration,
        ),
        horizon=horizon,
        bounds=bounds_of(panel, request),
        backtests=backtests,
        judged_unseen=begun.newer >= backtests * horizon,
        windows=windows,
        reasons=(
            ("season", season_reason),
            ("horizon", reason_of(request.horizon) or defaults.horizon_reason(panel)),
            ("start", begun.reason),
            ("blend", blend_reason),
            ("cell", reason_of(request.cell) or "as accurate as an LSTM, with three quarters of its weights"),
            ("window", reason_of(request.window) or _window_reason(origin)),
            ("backtests", reason_of(request.backtests) or f"{len(panel):,} series to judge on"),
        ),
    )


def reason_of(option: object) -> str:
    """Why an option has its value, where somebody gave it one."""
    return "" if option is None else "asked for"


@dataclass(frozen=True, slots=True)
class _Start:
    """Where the weights come from, and why."""

    origin: Origin
    reason: str
    network: Network | None = None
    calibration: Calibration | None = None
    newer: int = MAX_WINDOW
    """Rows of each series at least, where there are any, that the weights have not seen."""


def _begun(panel: Panel, request: TrainRequest, season: int | None) -> _Start:
    """What training starts from: measured on held-back rows, see docs/pretrained.md, docs/covariates.md."""
    own_shape = bool(request.window or request.units or request.dropout)
    if request.from_ == "scratch":
        return _Start("scratch", "asked for")
    if request.from_ is None and own_shape:
        return _Start("scratch", "a network of your own shape starts from nothing")
    if request.from_ is None and not pretrained.has_pretrained(request.cell or CELL, season):
        return _Start("scratch", "no pretrained network")
    if own_shape:
        raise UsageError(
            "--window, --units and --dropout shape a network of your own, which starts from nothing",
            hint="leave them out, or use --from scratch",
        )
    if isinstance(request.from_, Path):
        chosen = older(request.from_, panel, cell=request.cell, season=season, asked_season=request.season)
        _refuse_other_calendar(request, chosen.network.spec.calendar)
        return _Start("continued", "asked for", chosen.network, newer=chosen.newer)
    if request.from_ is None and panel.covariates:
        return _Start("scratch", "what stands beside the target is learned better from nothing")
    ready = pretrained.open_pretrained(request.cell or CELL, season)
    network, known = ready.network, ready.calibration
    if panel.covariates or request.calendar or request.holidays:
        return _Start("fine-tuned", "what it reads beside the target must be learned", network, known)
    if len(panel) >= MANY_SERIES:
        why = "many series improve the pretrained network, or leave it as it is"
        return _Start("fine-tuned", why, network, known)
    if request.epochs is not None or request.ensemble > len(network.members):
        return _Start("fine-tuned", "epochs or members were asked for", network, known)
    return _Start("pretrained", "few series do not improve it", network, known)


def _blend(request: TrainRequest, begun: _Start, season: int | None) -> tuple[Combine, str]:
    if request.combine is not None:
        return request.combine, "asked for"
    if begun.origin == "scratch":
        return "none", "a network of your own is judged alone"
    if begun.origin == "fine-tuned":
        return "none", "a fine-tuned network alone was better so; a mean is blended as the pretrained one"
    if begun.origin == "continued" and begun.network is not None:
        return begun.network.combine, "as the model it starts from"
    return defaults.combine(season)


def calendar_of(panel: Panel, request: TrainRequest) -> Calendar:
    """What is read of the time itself; a `UsageError` where times are no dates."""
    if not (request.calendar or request.holidays):
        return Calendar()
    if panel.frequency.form == "integer":
        raise UsageError("--calendar and --holidays need dates, and the times are integers")
    if request.holidays is None:
        return Calendar(phases=True)
    first, last = (int(str(time)[:4]) for time in (panel.times.min(), panel.times.max()))
    dates = holiday_dates(request.holidays, first, last + YEARS_AHEAD)
    return Calendar(request.calendar, request.holidays, dates)


def _refuse_other_calendar(request: TrainRequest, its: Calendar) -> None:
    """Training goes on with what of the time the older model reads."""
    for option, asked, had in (
        ("--calendar", request.calendar, its.phases),
        ("--holidays", request.holidays, its.holidays),
    ):
        if asked and asked != had:
            raise UsageError(
                f"{option}: the model that training starts from does not read it",
                hint="leave it out, or use --from scratch",
            )


def _own_shape(panel: Panel, request: TrainRequest, horizon: int, season: int | None) -> ModelSpec:
    windows = WindowSpec(request.window or defaults.window(panel, season, horizon), horizon)
    small = len(Windows(panel.lengths, windows)) <= SMALL_WINDOWS
    units = request.units or ((32,) if small else (64,))
    return ModelSpec(windows, NetworkSpec(request.cell or CELL, units, request.dropout or 0.0), season)


def _window_reason(origin: Origin) -> str:
    if origin == "scratch":
        return "two seasons or two horizons, at most a third of the rows"
    return "what the network it starts from was trained with"


def bounds_of(panel: Panel, request: TrainRequest) -> Bounds:
    """What was asked, and where nothing was, whole numbers stay whole."""
    seen = panel.values[panel.observed]
    whole = bool((seen == np.rint(seen)).all())
    return Bounds(
        minimum=request.min,
        maximum=request.max,
        whole=whole if request.integer is None else request.integer,
    )


def _backtests(panel: Panel, rows: int, window: int, horizon: int, origin: Origin) -> int:
    """As many as leave the oldest origin half of the rows, and a window where one must be trained."""
    if len(panel) >= ENOUGH_SERIES:
        return 1
    trained = window + horizon if origin == "scratch" else 0
    return max(1, min(BACKTESTS, min(rows // 2, rows - trained) // horizon))


def _check_long_enough(rows: int, window: int | None, horizon: int, backtests: int) -> None:
    """The oldest backtest must leave a window to train on, or, with weights that are there, a few rows."""
    left = rows - backtests * horizon
    judged = f" - {backtests} backtests x {horizon}" if backtests > 1 else f" - backtest {horizon}"
    if window is None and left < LEAST_KNOWN:
        raise DataError(
            f"too short: {rows} rows{judged} = {left} rows to forecast from; {LEAST_KNOWN} are needed",
            hint="give a smaller --horizon or fewer --backtests; `forecast predict` needs none",
        )
    if window is not None and left - window - horizon + 1 < 1:
        raise DataError(
            f"too short: {rows} rows{judged} - window {window} - horizon {horizon} + 1 = "
            f"{left - window - horizon + 1} windows to train on before the first backtest",
            hint="give a smaller --window or --horizon, fewer --backtests, or more rows",
        )


def training_of(request: TrainRequest, *, windows: int, origin: Origin) -> TrainingPlan:
    """The training asked for, with sizes that suit the number of windows."""
    small = windows <= SMALL_WINDOWS
    batch_size = request.batch_size or (32 if small else 128 if windows <= MANY_WINDOWS else 512)
    sized = replace(
        request.training_plan(),
        epochs=request.epochs or (EPOCHS if small else EPOCHS // 5),
        batch_size=batch_size,
        epoch_windows=request.epoch_windows or (None if small else max(EPOCH_WINDOWS, 16 * batch_size)),
    )
    return sized if origin == "scratch" else _tuning(sized, request, batch_size)


def _tuning(sized: TrainingPlan, request: TrainRequest, batch_size: int) -> TrainingPlan:
    """Short epochs and small steps, for weights that are good already."""
    return replace(
        sized,
        epochs=request.epochs or TUNING_EPOCHS,
        epoch_windows=request.epoch_windows or TUNING_UPDATES * batch_size,
        learning_rate=min(sized.learning_rate, TUNING_RATE),
        patience=min(sized.patience, TUNING_PATIENCE),
    )
