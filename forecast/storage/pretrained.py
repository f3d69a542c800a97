"""The pretrained networks of the package, each a model file."""

from pathlib import Path

from forecast.errors import ModelError
from forecast.forecasters.recurrent import CELL_NAMES, Network, for_season
from forecast.spec.model import CELLS, Cell
from forecast.storage import modelfile

_FOLDER = Path(__file__).parent.parent / "pretrained"

SEASONS = (1, 4, 7, 12, 24, 52)
"""Seasons with a network of their own; for any other season there is one network."""

_DESCRIPTIONS: dict[int | None, str] = {None: "series with seasons of their own", 1: "rows without a season"}
"""Season -> the series that a network for it is for, in words."""


def open_pretrained(cell: Cell, season: int | None) -> Network:
    """The network with this cell for series of this season; None for a panel whose series differ in season.

    It is checked like any other model file.
    """
    if not has_pretrained(cell, season):
        series = _DESCRIPTIONS.get(season, f"a season of {season}")
        others = [f"--cell {other}" for other in CELLS if has_pretrained(other, season)]
        raise ModelError(
            f"there is no pretrained {CELL_NAMES[cell]} for {series}",
            hint=", or ".join([*others, "forecast train DATA --from scratch makes one"]),
        )
    network = modelfile.load(_path(cell, season)).network
    return network if season in (network.spec.season, None) else for_season(network, season)


def has_pretrained(cell: Cell, season: int | None) -> bool:
    """Whether the package holds such a network."""
    return _path(cell, season).exists()


def _path(cell: Cell, season: int | None) -> Path:
    return _FOLDER / f"{cell}-{season if season in SEASONS else 'any'}.forecast"
