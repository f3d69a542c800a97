"""Defaults that depend on the data: horizon, season, window, and the method to combine with."""

import numpy as np

from forecast.data.frequency import Frequency, Unit
from forecast.data.panel import Panel
from forecast.forecasters.combination import Combination
from forecast.spec.model import Bounds, Cell, ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.training import TrainRequest

CELL: Cell = "gru"
"""As accurate as an LSTM, with three quarters of its weights."""

HORIZONS: dict[Unit, int] = {
    "year": 4,
    "quarter": 4,
    "month": 12,
    "week": 13,
    "day": 14,
    "weekday": 10,
    "hour": 24,
}
"""Default horizon by frequency; 4 for every other unit, and at most a sixth of the rows."""

LONGEST_TRAINED = 60
"""Maximum horizon that a network trained from scratch forecasts at once; further steps are recursive."""

LONGEST_SEASON_AHEAD = 24
"""Maximum default horizon where each series has its own season."""


def horizon(panel: Panel) -> int:
    """The default horizon: by frequency, or, where each series has its own season, the median season."""
    rows, default = int(panel.lengths.max()), _usual_horizon(panel.frequency)
    if panel.columns.season is not None:
        default = max(4, min(median_season(panel), LONGEST_SEASON_AHEAD))
    return max(1, min(default, rows // 6))


def _usual_horizon(frequency: Frequency) -> int:
    """By unit; for several rows in a day or a month one season, for days of a week two."""
    if not frequency.offsets:
        return HORIZONS.get(frequency.unit, 4)
    season = frequency.default_season
    if frequency.unit == "week" and season == len(frequency.offsets):
        return 2 * season
    return min(season, 24)


def horizon_reason(panel: Panel) -> str:
    """Why that horizon."""
    if panel.columns.season is not None:
        return f"half of the series have a season of {median_season(panel)} or less"
    return f"default for {panel.frequency.adjective} rows"


def median_season(panel: Panel) -> int:
    """The season that half of the series do not exceed."""
    return int(np.quantile(panel.seasons, 0.5, method="lower"))


def season(panel: Panel, requested: int | None) -> tuple[int | None, str]:
    """The season that a network reads the panel with, and why.

    1 is no season, None the season of each series, which a column gives.
    """
    if panel.columns.season is not None:
        return None, f'given for each series by column "{panel.columns.season}"'
    default, rows = panel.frequency.default_season, int(panel.lengths.max())
    if requested is not None:
        return requested, "requested"
    if rows < 3 * default:
        return 1, f"{rows} rows are fewer than three seasons of {default}"
    return default, f"default for {panel.frequency.adjective} rows"


def window(panel: Panel, season: int | None, horizon: int) -> int:
    """The default window, in rows, of a network trained from scratch."""
    rows, season = int(panel.lengths.max()), season or median_season(panel)
    return max(1, min(max(2 * season, 2 * horizon, 8), (rows - horizon) // 3))


def window_spec(panel: Panel, window_given: int | None, horizon_given: int | None) -> WindowSpec:
    """The windows of a network trained from scratch, with what is given."""
    steps = horizon(panel) if horizon_given is None else horizon_given
    length = window(panel, season(panel, None)[0], steps) if window_given is None else window_given
    return WindowSpec(length, steps)


def untrained_spec(panel: Panel, season: int | None, combination: Combination) -> ModelSpec:
    """What is read of data for which no network is trained: that of a pretrained network, if there is one."""
    if combination.networks:
        return combination.networks[0][1].spec
    steps = horizon(panel)
    return ModelSpec(WindowSpec(window(panel, season, steps), steps), NetworkSpec(), season)


def averaged(season: int | None) -> bool:
    """Whether a fine-tuned network is averaged with the pretrained one: measured, see docs/pretrained.md."""
    return season != 24


def is_binary(panel: Panel) -> bool:
    """Whether the observed values are 0 and 1, both of them, and no others."""
    return bool(np.array_equal(np.unique(panel.values[panel.observed]), [0.0, 1.0]))


def bounds(panel: Panel, request: TrainRequest) -> Bounds:
    """The bounds requested; where none are, integers stay integers, and of 0 and 1 the rate is forecast."""
    observed = panel.values[panel.observed]
    if request.integer is None and is_binary(panel):
        low, high = 0.0 if request.min is None else request.min, 1.0 if request.max is None else request.max
        return Bounds(low, high, statistic=request.statistic)
    integers = bool((observed == np.rint(observed)).all())
    return Bounds(
        minimum=request.min,
        maximum=request.max,
        whole=integers if request.integer is None else request.integer,
        statistic=request.statistic,
    )
