"""What is usual for data like these: the answers when nobody says."""

import numpy as np

from forecast.data.frequency import Unit
from forecast.data.panel import Panel
from forecast.spec.training import Combine

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

LONGEST_SEASON_AHEAD = 24
"""Rows answered at most where series have seasons of their own."""


def horizon(panel: Panel) -> int:
    """Rows to forecast when nobody says; with own seasons, that of the series in the middle."""
    rows, usual = int(panel.lengths.max()), HORIZONS.get(panel.frequency.unit, 4)
    if panel.columns.season is not None:
        usual = max(4, min(middle_season(panel), LONGEST_SEASON_AHEAD))
    return max(1, min(usual, rows // 6))


def horizon_reason(panel: Panel) -> str:
    """Why that many."""
    if panel.columns.season is not None:
        return f"half of the series have a season of {middle_season(panel)} or less"
    return f"usual for {panel.frequency.adjective} rows"


def middle_season(panel: Panel) -> int:
    """The season that half of the series do not exceed."""
    return int(np.quantile(panel.seasons, 0.5, method="lower"))


def season(panel: Panel, asked: int | None) -> tuple[int | None, str]:
    """The season to read a panel with, and why; 1 is none, None that of each series."""
    if panel.columns.season is not None:
        return None, f'column "{panel.columns.season}" tells that of each series'
    usual, rows = panel.frequency.default_season, int(panel.lengths.max())
    if asked is not None:
        return asked, "asked for"
    if rows < 3 * usual:
        return 1, f"{rows} rows are fewer than three seasons of {usual}"
    return usual, f"usual for {panel.frequency.adjective} rows"


def window(panel: Panel, season: int | None, horizon: int) -> int:
    """Rows a network of one's own reads when nobody says."""
    rows, season = int(panel.lengths.max()), season or middle_season(panel)
    return max(1, min(max(2 * season, 2 * horizon, 8), (rows - horizon) // 3))


def averaged(season: int | None) -> bool:
    """Whether a fine-tuned network is averaged with the pretrained one: measured, see docs/pretrained.md."""
    return season != 24


def combine(season: int | None) -> tuple[Combine, str]:
    """Whether some of Theta makes it better, and why: measured on held-back rows, see docs/pretrained.md."""
    if season is None:
        return "none", "with seasons of several kinds it was not measured"
    if season == 1:
        return "none", "without a season the network alone was better than with Theta"
    if season == 24:
        return "none", "on hours the network alone was better than with Theta"
    if season in (5, 7):
        return "last-value", "on days some of the last value made it better, more than Theta did"
    return "theta", "with a season some of Theta made it better"
