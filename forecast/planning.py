"""What `train` does with a panel when it is told nothing, and why."""

from dataclasses import dataclass, field, replace

import numpy as np

from forecast.data.frequency import Unit
from forecast.data.panel import Panel
from forecast.data.windows import Windows
from forecast.errors import DataError, UsageError
from forecast.forecasters import catalog
from forecast.forecasters.recurrent import RecurrentForecaster, Weights
from forecast.spec import (
    Blend,
    Bounds,
    Cell,
    Columns,
    ModelSpec,
    NetworkSpec,
    Origin,
    Start,
    TrainingPlan,
    WindowSpec,
)

HORIZONS: dict[Unit, int] = {
    "year": 4,
    "quarter": 4,
    "month": 12,
    "week": 13,
    "day": 14,
    "weekday": 10,
    "hour": 24,
}
"""Rows answered when nobody says; 4 for every other unit, and at most a sixth of the rows."""

BACKTESTS = 3
"""Backtests of a panel of few series."""

MANY_SERIES = 30
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

TUNING_EPOCHS = 30
TUNING_UPDATES = 10
"""Updates in an epoch of fine-tuning, which is over after a few hundred."""

TUNING_RATE = 5e-4
"""Learning rate of fine-tuning at most."""

LEAST_ROWS = 8
"""Rows under which nothing can be learned and judged."""


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What a user asks of training; None is left to the tool."""

    columns: Columns = field(default_factory=Columns)
    horizon: int | None = None
    window: int | None = None
    season: int | None = None
    start: Start | None = None
    """What training starts from."""
    blend: Blend | None = None
    members: int = 1
    cell: Cell | None = None
    units: tuple[int, ...] | None = None
    dropout: float = 0.0
    epochs: int | None = None
    batch_size: int | None = None
    backtests: int | None = None
    level: float = 80.0
    """Coverage, in percent, that the report checks."""
    minimum: float | None = None
    maximum: float | None = None
    whole: bool | None = None
    """Whether forecasts are whole numbers."""
    training: TrainingPlan = field(default_factory=TrainingPlan)
    """The rest of the training; its epochs and sizes are replaced by the above."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What makes a network of any rows: given the same rows and epochs, the same network."""

    spec: ModelSpec
    """Shape of the networks; pretrained ones have a window and a horizon of their own."""
    origin: Origin
    start: tuple[Weights, ...]
    """Pretrained weights to start from, or none."""
    blend: Blend
    members: int
    training: TrainingPlan


@dataclass(frozen=True, slots=True)
class Plan:
    """All that `train` will do, decided."""

    recipe: Recipe
    horizon: int
    """Rows that forecasts are asked for."""
    bounds: Bounds
    backtests: int
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
    horizon = request.horizon or _horizon(panel, rows)
    season, season_reason = _season(panel, request, rows)
    origin, origin_reason = _origin(panel, request)
    network = None if origin == "scratch" else catalog.pretrained(request.cell or CELL, season).network
    spec = _own_shape(panel, request, horizon, season) if network is None else network.spec
    blend, blend_reason = _blend(request, origin, season)
    backtests = request.backtests or _backtests(panel, rows, spec.windows.window, horizon, origin)
    _check_long_enough(rows, spec.windows.window if origin == "scratch" else 1, horizon, backtests)
    windows = len(Windows(panel.lengths, spec.windows))
    return Plan(
        recipe=Recipe(
            spec=spec,
            origin=origin,
            start=() if network is None else network.members,
            blend=blend,
            members=request.members if network is None else max(request.members, len(network.members)),
            training=_training(request, windows=windows, origin=origin),
        ),
        horizon=horizon,
        bounds=_bounds(panel, request),
        backtests=backtests,
        windows=windows,
        reasons=(
            ("season", season_reason),
            ("horizon", _asked(request.horizon) or f"usual for {panel.frequency.adjective} rows"),
            ("start", origin_reason),
            ("blend", blend_reason),
            ("cell", _asked(request.cell) or "as accurate as an LSTM, with three quarters of its weights"),
            ("window", _asked(request.window) or _window_reason(origin)),
            ("backtests", _asked(request.backtests) or ("many series" if _many(panel) else "few series")),
        ),
    )


def recipe_of(model: RecurrentForecaster) -> Recipe:
    """What a model was made by, to be carried out again."""
    tuned = model.card.origin == "fine-tuned"
    ready = catalog.pretrained(model.spec.network.cell, model.spec.season).network if tuned else model.network
    return Recipe(
        spec=model.spec,
        origin=model.card.origin,
        start=() if model.card.origin == "scratch" else ready.members,
        blend=model.network.blend,
        members=len(model.network.members),
        training=model.card.training,
    )


def _asked(option: object) -> str:
    return "" if option is None else "asked for"


def _many(panel: Panel) -> bool:
    return len(panel) >= MANY_SERIES


def _origin(panel: Panel, request: TrainRequest) -> tuple[Origin, str]:
    """Where the weights come from: measured on held-back rows, see docs/pretrained.md."""
    own_shape = request.window or request.units or request.dropout
    if not catalog.exists(request.cell or CELL, panel.frequency.season):
        return "scratch", "no pretrained network"
    if request.start == "scratch" or (request.start is None and own_shape):
        return "scratch", "asked for" if request.start else "a network of your own shape starts from nothing"
    if own_shape:
        raise UsageError(
            "--window, --units and --dropout shape a network of your own, which cannot start pretrained",
            hint="leave them out, or use --from scratch",
        )
    if _many(panel) and panel.frequency.season > 1:
        return "fine-tuned", "many seasonal series improve the pretrained network"
    return "pretrained", "fewer series, or series without a season, do not improve it"


def _blend(request: TrainRequest, origin: Origin, season: int) -> tuple[Blend, str]:
    """Whether the mean with Theta is better: measured on held-back rows, see docs/pretrained.md."""
    if request.blend is not None:
        return request.blend, "asked for"
    if origin == "scratch":
        return "none", "a network of your own is judged alone"
    if season == 1:
        return "none", "without a season the network alone was better than its mean with Theta"
    return "theta", "with a season the mean with Theta was as good or better"


def _own_shape(panel: Panel, request: TrainRequest, horizon: int, season: int) -> ModelSpec:
    rows = int(panel.lengths.max())
    windows = WindowSpec(request.window or _window(rows, season, horizon), horizon)
    small = len(Windows(panel.lengths, windows)) <= SMALL_WINDOWS
    units = request.units or ((32,) if small else (64,))
    return ModelSpec(windows, NetworkSpec(request.cell or CELL, units, request.dropout), season)


def _window_reason(origin: Origin) -> str:
    if origin == "scratch":
        return "two seasons or two horizons, at most a third of the rows"
    return "what the pretrained network was trained with"


def _bounds(panel: Panel, request: TrainRequest) -> Bounds:
    """What was asked, else what the data suggests: never negative stays so, and so do whole numbers."""
    seen = panel.values[panel.observed]
    whole = bool((seen == np.rint(seen)).all())
    return Bounds(
        minimum=request.minimum if request.minimum is not None else (0.0 if seen.min() >= 0 else None),
        maximum=request.maximum,
        whole=whole if request.whole is None else request.whole,
    )


def _horizon(panel: Panel, rows: int) -> int:
    return max(1, min(HORIZONS.get(panel.frequency.unit, 4), rows // 6))


def _season(panel: Panel, request: TrainRequest, rows: int) -> tuple[int, str]:
    usual = panel.frequency.season
    if request.season is not None:
        return request.season, "asked for"
    if rows < 3 * usual:
        return 1, f"{rows} rows are fewer than three seasons of {usual}"
    return usual, f"usual for {panel.frequency.adjective} rows"


def _window(rows: int, season: int, horizon: int) -> int:
    return max(1, min(max(2 * season, 2 * horizon, 8), (rows - horizon) // 3))


def _backtests(panel: Panel, rows: int, window: int, horizon: int, origin: Origin) -> int:
    """As many as leave the oldest origin half of the rows, and a window where one must be trained."""
    if _many(panel):
        return 1
    trained = window + horizon if origin == "scratch" else 0
    return max(1, min(BACKTESTS, min(rows // 2, rows - trained) // horizon))


def _check_long_enough(rows: int, window: int, horizon: int, backtests: int) -> None:
    left = rows - backtests * horizon
    if left - window - horizon + 1 < 1:
        judged = f" - {backtests} backtests x {horizon}" if backtests > 1 else f" - backtest {horizon}"
        raise DataError(
            f"too short: {rows} rows{judged} - window {window} - horizon {horizon} + 1 = "
            f"{left - window - horizon + 1} windows to train on before the first backtest",
            hint="give a smaller --window or --horizon, fewer --backtests, or more rows",
        )


def _training(request: TrainRequest, *, windows: int, origin: Origin) -> TrainingPlan:
    """The training asked for, with sizes that suit the number of windows."""
    small = windows <= SMALL_WINDOWS
    batch_size = request.batch_size or (32 if small else 128 if windows <= MANY_WINDOWS else 512)
    sized = replace(
        request.training,
        epochs=request.epochs or (EPOCHS if small else EPOCHS // 5),
        batch_size=batch_size,
        epoch_windows=request.training.epoch_windows
        or (None if small else max(EPOCH_WINDOWS, 16 * batch_size)),
    )
    return sized if origin == "scratch" else _tuning(sized, request, batch_size)


def _tuning(sized: TrainingPlan, request: TrainRequest, batch_size: int) -> TrainingPlan:
    """Short epochs and small steps, for weights that are good already."""
    return replace(
        sized,
        epochs=request.epochs or TUNING_EPOCHS,
        epoch_windows=request.training.epoch_windows or TUNING_UPDATES * batch_size,
        learning_rate=min(sized.learning_rate, TUNING_RATE),
    )
