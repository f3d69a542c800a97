"""An older model as what training starts from: whether it fits the data, and what it has not seen of them."""

from dataclasses import dataclass
from pathlib import Path

from forecast.data.panel import Panel
from forecast.errors import ModelError, UsageError
from forecast.forecasters.recurrent import Network
from forecast.spec.model import Cell
from forecast.spec.reading import Columns
from forecast.storage import modelfile


@dataclass(frozen=True, slots=True)
class WarmStart:
    """Networks to train on, and how far behind the rows they know."""

    network: Network
    newer: int
    """Rows of each series at least, where it has any, that the networks were not trained on."""


def older(
    path: Path, panel: Panel, *, cell: Cell | None, season: int | None, asked_season: int | None
) -> WarmStart:
    """The networks of a model file, where they fit the data and what is asked."""
    model = modelfile.load(path)
    _refuse_other_columns(model.read.columns, panel.columns, path)
    its = model.spec.season
    if its not in (season, asked_season or panel.frequency.default_season):
        raise ModelError(
            f"its season is {its}, that of the data {season}: it cannot be trained on with them",
            where=str(path),
            hint=f"--season {its} reads the data as the model does; or use --from scratch",
        )
    if cell not in (None, model.spec.network.cell):
        raise UsageError(f"--cell {cell}: the model is a {model.spec.network.cell}")
    unseen = panel.lengths - model.rows_trained_on(panel)
    return WarmStart(model.network, int(min(unseen[unseen > 0], default=0)))


def _refuse_other_columns(its: Columns, columns: Columns, path: Path) -> None:
    """Training goes on with the columns it began with."""
    for part in ("target", "season", "past", "known", "static", "categorical"):
        then, now = getattr(its, part), getattr(columns, part)
        if then != now:
            raise ModelError(
                f"its {part} is {_listed(then)}, that of the data {_listed(now)}: "
                "it cannot be trained on with them",
                where=str(path),
                hint=f"name the same columns with --{part}; or use --from scratch",
            )


def _listed(names: str | tuple[str, ...] | None) -> str:
    some = (names,) if isinstance(names, str) else names or ()
    return ", ".join(f'"{name}"' for name in some) or "none"
