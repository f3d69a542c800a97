"""What `train` will do: a `Plan`, and the plan for a target of numbers, with a reason for each decision."""

from dataclasses import dataclass, replace

from forecast.data.panel import Panel
from forecast.errors import DataError, UsageError
from forecast.evaluation.backtest import Origins, rows_known_at
from forecast.features.calendar import YEARS_AHEAD, holiday_dates
from forecast.features.covariates import covariate_specs
from forecast.features.windows import Windows
from forecast.forecasters.combination import PRETRAINED, Combination
from forecast.forecasters.intermittent import CROSTON, is_intermittent
from forecast.forecasters.methods import COMBINED, METHODS
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.recurrent import Network, widen_inputs
from forecast.phrases import counted
from forecast.planning import defaults
from forecast.planning.recipe import Recipe
from forecast.planning.warm_start import warm_start
from forecast.spec.limits import MAX_WINDOW
from forecast.spec.model import CELLS, Bounds, Calendar, Cell, ModelSpec, NetworkSpec, Origin, WindowSpec
from forecast.spec.training import TrainingPlan, TrainRequest
from forecast.storage.pretrained import has_pretrained, open_pretrained

BACKTESTS = 3
"""Backtests of a panel of fewer than ENOUGH_SERIES."""

MANY_SERIES = 30
"""Series from which a pretrained network is fine-tuned rather than used unchanged."""

ENOUGH_SERIES = 200
"""Series from which a single backtest already scores many forecasts."""

SMALL_WINDOWS = 2_000
"""Windows up to which a small network and small batches are used."""

EPOCH_WINDOWS = 8_192
"""Windows in an epoch of a large panel: neighbours overlap almost wholly, so all of them add little."""

MANY_WINDOWS = 200_000
"""Windows above which batches are large."""

MAX_GPU_BATCH = 4_096
"""Windows in a batch on a GPU at most."""

GPU_UPDATES = 64
"""Updates that all windows make at least where batches grow on a GPU."""

EPOCHS = 300
"""Maximum epochs for a small panel, a fifth of it for others; early stopping usually ends sooner."""

TUNING_EPOCHS = 100
TUNING_UPDATES = 10
"""Updates in an epoch of fine-tuning, which ends after a few hundred."""

TUNING_PATIENCE = 10
"""Maximum early-stopping patience of fine-tuning, in epochs."""

TUNING_RATE = 1e-3
"""Maximum learning rate of fine-tuning."""

CELL_OF_METHOD: dict[str, Cell] = {cell: cell for cell in CELLS}

LEAST_KNOWN = 4
"""Rows before the oldest backtest under which a pretrained network is not evaluated."""

LEAST_ROWS = 8
"""Rows under which no network can be trained and evaluated."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that `train` will do, decided."""

    recipe: Recipe
    combination: Combination
    """What forecasts beside one's own network; for classes nothing does."""
    horizon: int
    """Rows that are forecast by default."""
    bounds: Bounds
    backtests: int
    unseen: bool
    """The weights that training starts from were not trained on any row of the backtests."""
    windows: int
    """Windows of the whole panel."""
    level: float
    """Coverage, in percent, of the intervals that the evaluation checks."""
    reasons: tuple[tuple[str, str], ...]
    """(decision, reason) pairs, shown with --verbose and by `check`."""

    def without_own(self) -> "Plan":
        """The same with nothing trained."""
        return replace(self, recipe=replace(self.recipe, origin="pretrained"))

    @property
    def evaluated_windows(self) -> WindowSpec:
        """The windows that baselines are fitted to: the network's window, the horizon asked for."""
        return WindowSpec(self.recipe.spec.windows.window, self.horizon)


def plan_values(panel: Panel, request: TrainRequest, older: RecurrentForecaster | None = None) -> Plan:
    """The plan for a panel of numbers; `older` is the model that `request.from_` names, if it names one.

    Raises `DataError` with the arithmetic where the series are too short.
    """
    rows = int(panel.lengths.max())
    _check_enough_rows(rows, request.season)
    horizon = request.horizon or defaults.horizon(panel)
    season, season_reason = defaults.season(panel, request.season)
    start = _start(panel, request, season, older)
    spec = start.network.spec if start.network else _custom_spec(panel, request, horizon, season)
    backtests = request.backtests or _backtests(panel, spec, horizon, start)
    too_few = rows - backtests * horizon < _fewest_rows(spec, horizon)
    if start.origin == "scratch" and not start.asked and too_few:
        start = replace(start, origin="pretrained", reason="too few rows to train a network on")
        backtests = request.backtests or _backtests(panel, spec, horizon, start)
    _check_long_enough(rows, spec, horizon, backtests, start.origin)
    if request.device == "gpu" and start.origin in ("pretrained", "none"):
        raise UsageError("--device gpu: no network is trained here", hint="leave it out")
    if start.origin not in ("continued", "pretrained", "none"):
        # Covariates are scaled by the rows before everything that is evaluated.
        oldest = panel.first(rows_known_at(panel, Origins(backtests, horizon))[0])
        covariates = covariate_specs(panel, oldest)
        spec = replace(spec, covariates=covariates, calendar=calendar_of(panel, request))
    windows = len(Windows(panel.lengths, spec.windows))
    initial = widen_inputs(start.network, spec).members if start.network else ()
    recipe = Recipe(
        spec=spec,
        origin=start.origin,
        training=training_of(request, windows=windows, origin=start.origin),
        initial_weights=initial,
        pretrained=start.network if start.origin == "fine-tuned" else None,
        averaged=start.origin == "fine-tuned" and defaults.averaged(season),
        ensemble=max(request.ensemble, len(initial)),
    )
    return Plan(
        recipe=recipe,
        combination=combination_of(panel, request, season, own=recipe.trains),
        horizon=horizon,
        bounds=defaults.bounds(panel, request),
        backtests=backtests,
        unseen=start.newer >= backtests * horizon,
        windows=windows,
        level=request.level,
        reasons=(
            ("season", season_reason),
            ("horizon", reason_of(request.horizon) or defaults.horizon_reason(panel)),
            ("start", start.reason),
            *_reasons(panel, request, start.origin, backtests, horizon),
        ),
    )


def combination_of(
    panel: Panel, request: TrainRequest, season: int | None, *, own: bool = False
) -> Combination:
    """What forecasts beside one's own network, if there is one."""
    method, periods = request.method, request.periods
    if panel.columns.season is not None or request.season == 1:
        periods = periods or ()
    if method in METHODS:
        return Combination((), (str(method),), periods)
    alone, cell = request.combine == "none" or method in (*CELLS, PRETRAINED), own_cell(request)
    if alone and own:
        return Combination((), (), periods)
    networks: tuple[tuple[str, Network], ...] = ()
    if alone or has_pretrained(cell, season):
        networks = ((PRETRAINED, open_pretrained(cell, season)),)
    if alone:
        return Combination(networks, (), periods)
    seasonal = (panel.seasons > 1).any() and season != 1
    names = {name for name in COMBINED if seasonal or name != "seasonal-naive"}
    if request.statistic != "median" and is_intermittent(panel).any():
        names.add(CROSTON)
    return Combination(networks, tuple(name for name in METHODS if name in names), periods)


def _reasons(
    panel: Panel, request: TrainRequest, origin: Origin, backtests: int, horizon: int
) -> tuple[tuple[str, str], ...]:
    cell = "as accurate as an LSTM, with three quarters of its weights"
    window = "the window of the network that training starts from"
    if origin == "scratch":
        window = "two seasons or two horizons, at most a third of the rows"
    searched = f"other {' and '.join(f'{part}s' for part in request.tune)} are tried too, on older rows"
    own = origin not in ("pretrained", "none")
    return (
        *((("search", searched),) if request.tune else ()),
        *((("cell", reason_of(request.cell) or cell),) if own else ()),
        *((("window", reason_of(request.window) or window),) if own else ()),
        ("backtests", f"{backtests}, {_backtests_reason(panel, request, backtests, horizon)}"),
    )


def _backtests_reason(panel: Panel, request: TrainRequest, backtests: int, horizon: int) -> str:
    """Why so many."""
    if request.backtests is not None:
        return "requested"
    if len(panel) >= ENOUGH_SERIES:
        return f"which scores enough forecasts of {len(panel):,} series"
    if backtests == BACKTESTS:
        return f"{counted(horizon, 'row')} apart"
    return "more would leave too few rows before the first"


def reason_of(option: object) -> str:
    """Why an option has its value, where the user gave one."""
    return "" if option is None else "requested"


@dataclass(frozen=True, slots=True)
class _Start:
    """Where the weights of one's own network come from, and why."""

    origin: Origin
    reason: str
    network: Network | None = None
    newer: int = MAX_WINDOW
    """Rows at the end of each series, at least, that the weights were not trained on."""
    asked: bool = True
    """Whether the user asked for such a network: then it is an error if it cannot be trained."""


def _start(
    panel: Panel, request: TrainRequest, season: int | None, older: RecurrentForecaster | None
) -> _Start:
    """What training starts from: measured on held-out rows, see docs/pretrained.md, docs/covariates.md."""
    custom = bool(request.window or request.units or request.dropout or "window" in request.tune)
    if request.method in METHODS or request.method == PRETRAINED:
        if panel.covariates or request.from_ is not None:
            raise UsageError(
                f"--method {request.method} trains no network",
                hint="leave out covariates and --from, or choose gru, lstm, simple-rnn or combination",
            )
        return _Start("none" if request.method in METHODS else "pretrained", "requested")
    if request.quick and (custom or request.from_ == "scratch"):
        raise UsageError(
            "--quick trains no network on a few series; --window, --units, --dropout, --tune window and "
            "--from scratch are for one that is trained",
            hint="leave --quick or the others out",
        )
    if request.from_ in (None, "scratch") and (request.from_ == "scratch" or custom):
        return _Start(
            "scratch", "requested" if request.from_ else "a custom network starts from random weights"
        )
    if custom:
        raise UsageError(
            "--window, --units, --dropout and --tune window are for a custom network, which starts from "
            "random weights",
            hint="leave them out, or use --from scratch",
        )
    if older is not None:
        chosen = warm_start(older, panel, request, season)
        return _Start("continued", "requested", chosen.network, newer=chosen.newer)
    if request.from_ is None and panel.covariates:
        if request.quick:
            raise UsageError("--quick trains no network, and covariates must be learned", hint="leave it out")
        return _Start("scratch", "covariates are learned better from random weights")
    cell = own_cell(request)
    if not has_pretrained(cell, season) and request.from_ is None:
        return _Start("scratch", "no pretrained network", asked=False)
    if len(panel) >= MANY_SERIES or request.from_ == "pretrained":
        why = (
            "requested"
            if request.from_
            else "many series improve the pretrained network, or leave it unchanged"
        )
        return _Start("fine-tuned", why, open_pretrained(cell, season))
    if request.quick:
        return _Start("pretrained", "--quick trains no network on a few series")
    asked = any(
        (request.epochs, request.cell, request.ensemble > 1, request.tune, request.calendar, request.holidays)
    )
    return _Start("scratch", "a network of these rows, combined with the pretrained one", asked=asked)


def own_cell(request: TrainRequest) -> Cell:
    """The cell of one's own network."""
    return CELL_OF_METHOD.get(str(request.method), request.cell or defaults.CELL)


def calendar_of(panel: Panel, request: TrainRequest) -> Calendar:
    """What the network reads of the time itself; raises `UsageError` where times are no dates."""
    if not (request.calendar or request.holidays):
        return Calendar()
    if panel.frequency.form == "integer":
        raise UsageError("--calendar and --holidays need dates, and the times are integers")
    if request.holidays is None:
        return Calendar(phases=True)
    first, last = (int(str(time)[:4]) for time in (panel.times.min(), panel.times.max()))
    dates = holiday_dates(request.holidays, first, last + YEARS_AHEAD)
    return Calendar(request.calendar, request.holidays, dates)


def _custom_spec(panel: Panel, request: TrainRequest, horizon: int, season: int | None) -> ModelSpec:
    trained = min(horizon, defaults.LONGEST_TRAINED)
    windows = WindowSpec(request.window or defaults.window(panel, season, trained), trained)
    small = len(Windows(panel.lengths, windows)) <= SMALL_WINDOWS
    units = request.units or ((32,) if small else (64,))
    return ModelSpec(windows, NetworkSpec(own_cell(request), units, request.dropout or 0.0), season)


def _backtests(panel: Panel, spec: ModelSpec, horizon: int, start: _Start) -> int:
    """As many as leave the oldest origin half of the rows, and a window where one must be trained.

    With weights from an older model only the rows that it was not trained on count.
    """
    if len(panel) >= ENOUGH_SERIES:
        most = 1
    else:
        rows = int(panel.lengths.max())
        trained = spec.windows.window + horizon if start.origin == "scratch" else 0
        most = max(1, min(BACKTESTS, min(rows // 2, rows - trained) // horizon))
    return max(min(most, start.newer // horizon), 1)


def _check_enough_rows(rows: int, season: int | None) -> None:
    if season is not None and season > 1 and rows <= season:
        raise DataError(
            f"--season {season}: no row is a season after another, the longest series has {rows} rows",
            hint="give a shorter one, or leave it out",
        )
    if rows < LEAST_ROWS:
        raise DataError(
            f"{rows} rows are too few: a window, a horizon and one backtest need {LEAST_ROWS}",
            hint="give more rows; `forecast check` shows what was read",
        )


def _fewest_rows(spec: ModelSpec, horizon: int) -> int:
    """Rows before the oldest backtest that make one window."""
    return spec.windows.window + horizon


def _check_long_enough(rows: int, spec: ModelSpec, horizon: int, backtests: int, origin: Origin) -> None:
    """The oldest backtest must leave a window to train on, or a few rows where weights are given."""
    left, window = rows - backtests * horizon, spec.windows.window
    evaluated = f" - {backtests} backtests x {horizon}" if backtests > 1 else f" - backtest {horizon}"
    if origin != "scratch" and left < LEAST_KNOWN:
        raise DataError(
            f"too short: {rows} rows{evaluated} = {left} rows to forecast from; {LEAST_KNOWN} are needed",
            hint="give a smaller --horizon or fewer --backtests; `forecast predict` needs none",
        )
    if origin == "scratch" and left < _fewest_rows(spec, horizon):
        raise DataError(
            f"too short: {rows} rows{evaluated} - window {window} - horizon {horizon} + 1 = "
            f"{left - window - horizon + 1} windows to train on before the first backtest",
            hint="give a smaller --window or --horizon, fewer --backtests, or more rows",
        )


def training_of(request: TrainRequest, *, windows: int, origin: Origin) -> TrainingPlan:
    """The training requested, with sizes that suit the number of windows."""
    small = windows <= SMALL_WINDOWS
    batch_size = request.batch_size or (32 if small else 128 if windows <= MANY_WINDOWS else 512)
    training = replace(
        request.training_plan(),
        epochs=request.epochs or (EPOCHS if small else EPOCHS // 5),
        batch_size=batch_size,
        gpu_batch_size=_gpu_batch_size(request, batch_size, windows),
        epoch_windows=request.epoch_windows or (None if small else max(EPOCH_WINDOWS, 16 * batch_size)),
    )
    if origin == "scratch":
        return training
    # Short epochs and small steps, for weights that are good already.
    return replace(
        training,
        epochs=request.epochs or TUNING_EPOCHS,
        epoch_windows=request.epoch_windows or TUNING_UPDATES * batch_size,
        learning_rate=min(training.learning_rate, TUNING_RATE),
        patience=min(training.patience, TUNING_PATIENCE),
    )


def _gpu_batch_size(request: TrainRequest, batch_size: int, windows: int) -> int | None:
    """Windows per update on a GPU, a power of two, where they are many; None for as many as on a CPU.

    A GPU takes hardly longer for a larger batch. All windows make GPU_UPDATES updates or more.
    """
    if request.batch_size or request.epoch_windows:
        return None
    most = min(MAX_GPU_BATCH, windows // GPU_UPDATES)
    grown = 1 << max(most, 1).bit_length() - 1
    return grown if grown > batch_size else None
