"""What `train` does with a panel when it is told nothing, and why."""

from dataclasses import dataclass, field, replace

from forecast.data.frequency import Unit
from forecast.data.panel import Panel
from forecast.data.windows import Windows
from forecast.errors import DataError
from forecast.spec import Cell, Columns, ModelSpec, NetworkSpec, TrainingPlan, WindowSpec

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

LEAST_ROWS = 8
"""Rows under which nothing can be learned and judged."""


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What a user asks of training; None is left to the tool."""

    columns: Columns = field(default_factory=Columns)
    horizon: int | None = None
    window: int | None = None
    season: int | None = None
    cell: Cell | None = None
    units: tuple[int, ...] | None = None
    dropout: float = 0.0
    epochs: int | None = None
    batch_size: int | None = None
    backtests: int | None = None
    level: float = 80.0
    """Coverage, in percent, that the report checks."""
    training: TrainingPlan = field(default_factory=TrainingPlan)
    """The rest of the training; its epochs and sizes are replaced by the above."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that `train` will do, decided."""

    spec: ModelSpec
    training: TrainingPlan
    backtests: int
    windows: int
    """Windows of the whole panel."""
    reasons: tuple[tuple[str, str], ...]
    """(what, why) of each decision, for those who ask."""


def plan(panel: Panel, request: TrainRequest) -> Plan:
    """The plan for `panel`; a `DataError` with the arithmetic where its series are too short."""
    rows = int(panel.lengths.max())
    if rows < LEAST_ROWS:
        raise DataError(
            f"{rows} rows are too few: a window, a horizon and one backtest need {LEAST_ROWS}",
            hint="give more rows; `forecast check` shows what was read",
        )
    many = len(panel) >= MANY_SERIES
    horizon = request.horizon or _horizon(panel, rows)
    season, season_reason = _season(panel, request, rows)
    window = request.window or _window(rows, season, horizon)
    backtests = request.backtests or min(1 if many else BACKTESTS, _backtests_possible(rows, window, horizon))
    _check_long_enough(rows, window, horizon, backtests)
    spec_windows = WindowSpec(window, horizon)
    windows = len(Windows(panel.lengths, spec_windows))
    small = windows <= SMALL_WINDOWS
    units = request.units or ((32,) if small else (64,))
    cell = request.cell or "gru"
    reasons = (
        ("season", season_reason),
        ("horizon", "asked for" if request.horizon else f"usual for {panel.frequency.adjective} rows"),
        (
            "window",
            "asked for" if request.window else "two seasons or two horizons, at most a third of the rows",
        ),
        (
            "cell",
            "asked for" if request.cell else "a GRU forecasts as well as an LSTM with three quarters of it",
        ),
        ("backtests", "asked for" if request.backtests else ("many series" if many else "few series")),
    )
    return Plan(
        spec=ModelSpec(spec_windows, NetworkSpec(cell, units, request.dropout), season),
        training=_training(request, windows=windows),
        backtests=backtests,
        windows=windows,
        reasons=reasons,
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


def _backtests_possible(rows: int, window: int, horizon: int) -> int:
    """Backtests that leave the oldest origin half of the rows, and a window."""
    return max(1, min(rows // 2, rows - window - horizon) // horizon)


def _check_long_enough(rows: int, window: int, horizon: int, backtests: int) -> None:
    left = rows - backtests * horizon
    if left - window - horizon + 1 < 1:
        judged = f" - {backtests} backtests x {horizon}" if backtests > 1 else f" - backtest {horizon}"
        raise DataError(
            f"too short: {rows} rows{judged} - window {window} - horizon {horizon} + 1 = "
            f"{left - window - horizon + 1} windows to train on before the first backtest",
            hint="give a smaller --window or --horizon, fewer --backtests, or more rows",
        )


def _training(request: TrainRequest, *, windows: int) -> TrainingPlan:
    """The training asked for, with sizes that suit the number of windows."""
    small = windows <= SMALL_WINDOWS
    batch_size = request.batch_size or (32 if small else 128 if windows <= MANY_WINDOWS else 512)
    return replace(
        request.training,
        epochs=request.epochs or (EPOCHS if small else EPOCHS // 5),
        batch_size=batch_size,
        epoch_windows=request.training.epoch_windows
        or (None if small else max(EPOCH_WINDOWS, 16 * batch_size)),
    )
