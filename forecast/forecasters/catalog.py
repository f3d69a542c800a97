"""The pretrained networks of the package: which there are, and opening one."""

from pathlib import Path

from forecast.errors import ModelError
from forecast.forecasters import modelfile
from forecast.forecasters.recurrent import CELL_NAMES, RecurrentForecaster
from forecast.spec import CELLS, OWN_SEASONS, Cell

_FOLDER = Path(__file__).parent.parent / "pretrained"

SEASONS = (1, 4, 7, 12, 24, 52)
"""Seasons that a network was trained for; a series of any other season is read as one without."""

_KINDS = {OWN_SEASONS: "series with seasons of their own", 1: "rows without a season"}


def season_known(season: int) -> int:
    """The season that the nearest fitting network was trained for: the same, or none."""
    return season if season in (OWN_SEASONS, *SEASONS) else 1


def pretrained(cell: Cell, season: int) -> RecurrentForecaster:
    """The network of this cell for series of this season, opened with the checks of any model file."""
    if not exists(cell, season):
        kind = _KINDS.get(season_known(season), f"a season of {season}")
        others = [f"--cell {other}" for other in CELLS if exists(other, season)]
        raise ModelError(
            f"there is no pretrained {CELL_NAMES[cell]} for {kind}",
            hint=", or ".join([*others, "forecast train DATA --from scratch makes one of your own"]),
        )
    return modelfile.load(_path(cell, season))


def exists(cell: Cell, season: int) -> bool:
    """Whether the package holds such a network."""
    return _path(cell, season).exists()


def _path(cell: Cell, season: int) -> Path:
    return _FOLDER / f"{cell}-{season_known(season)}.forecast"
