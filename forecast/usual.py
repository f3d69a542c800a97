"""What is usual for data like these: the answers when nobody says."""

from forecast.data.frequency import Unit
from forecast.data.panel import Panel
from forecast.spec import Blend

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


def horizon(panel: Panel) -> int:
    """Rows to forecast when nobody says."""
    rows = int(panel.lengths.max())
    return max(1, min(HORIZONS.get(panel.frequency.unit, 4), rows // 6))


def season(panel: Panel, asked: int | None) -> tuple[int, str]:
    """The season to read a panel with, and why; 1 is none."""
    usual, rows = panel.frequency.season, int(panel.lengths.max())
    if asked is not None:
        return asked, "asked for"
    if rows < 3 * usual:
        return 1, f"{rows} rows are fewer than three seasons of {usual}"
    return usual, f"usual for {panel.frequency.adjective} rows"


def window(rows: int, season: int, horizon: int) -> int:
    """Rows a network of one's own reads when nobody says."""
    return max(1, min(max(2 * season, 2 * horizon, 8), (rows - horizon) // 3))


def blend(season: int) -> tuple[Blend, str]:
    """Whether some of Theta makes it better, and why: measured on held-back rows, see docs/pretrained.md."""
    if season == 1:
        return "none", "without a season the network alone was better than with Theta"
    if season == 24:
        return "none", "on hours the network alone was better than with Theta"
    return "theta", "with a season some of Theta made it better"
