"""The pretrained networks of the package: which there are, and opening one."""

from pathlib import Path

from forecast.errors import ModelError
from forecast.forecasters import modelfile
from forecast.forecasters.recurrent import CELL_NAMES, RecurrentForecaster
from forecast.spec import CELLS, Cell

_FOLDER = Path(__file__).parent.parent / "pretrained"

SEASONS = (1, 4, 7, 12, 24, 52)
"""Seasons that a network was trained for; a series of any other season is read as one without."""


def season_known(season: int) -> int:
    """The season that the nearest fitting network was trained for: the same, or none."""
    return season if season in SEASONS else 1


def pretrained(cell: Cell, season: int) -> RecurrentForecaster:
    """The network of this cell for series of this season, opened with the checks of any model file."""
    if not exists(cell, season):
        kind = f"a season of {season_known(season)}" if season_known(season) > 1 else "rows without a season"
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
