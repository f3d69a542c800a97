"""Training that starts from an older model: does it fit the data, and which rows are new to it?"""

from dataclasses import dataclass

from forecast.data.panel import Panel
from forecast.errors import ModelError, UsageError
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.recurrent import Network
from forecast.spec.model import Calendar
from forecast.spec.reading import Columns
from forecast.spec.training import TrainRequest


@dataclass(frozen=True, slots=True)
class WarmStart:
    """Networks to train on, and how many rows are new to them."""

    network: Network
    newer: int
    """Rows at the end of each series that has any, at least, that the networks were not trained on."""


def warm_start(
    model: RecurrentForecaster, panel: Panel, request: TrainRequest, season: int | None
) -> WarmStart:
    """The networks of `model`, the file of `request.from_`, where they fit the data and the request.

    Raises `ModelError` where columns or seasons differ, `UsageError` where cell or calendar do.
    """
    where = str(request.from_)
    _refuse_other_columns(model.read.columns, panel.columns, where)
    trained = model.spec.season
    if trained not in (season, request.season or panel.frequency.default_season):
        raise ModelError(
            f"its season is {trained}, that of the data {season}: training cannot continue on them",
            where=where,
            hint=f"--season {trained} reads the data as the model does; or use --from scratch",
        )
    if request.cell not in (None, model.spec.network.cell):
        raise UsageError(f"--cell {request.cell}: the model is a {model.spec.network.cell}")
    _refuse_other_calendar(request, model.spec.calendar)
    unseen = panel.lengths - model.rows_trained_on(panel)
    return WarmStart(model.network, int(min(unseen[unseen > 0], default=0)))


def _refuse_other_columns(trained: Columns, columns: Columns, where: str) -> None:
    """Training continues with the columns that it began with."""
    for part in ("target", "season", "past", "known", "static", "categorical"):
        then, now = getattr(trained, part), getattr(columns, part)
        if then != now:
            raise ModelError(
                f"its {part} is {_listed(then)}, that of the data {_listed(now)}: "
                "training cannot continue on them",
                where=where,
                hint=f"name the same columns with --{part}; or use --from scratch",
            )


def _listed(names: str | tuple[str, ...] | None) -> str:
    some = (names,) if isinstance(names, str) else names or ()
    return ", ".join(f'"{name}"' for name in some) or "none"


def _refuse_other_calendar(request: TrainRequest, trained: Calendar) -> None:
    """Training continues with the calendar that the older model reads."""
    for option, asked, had in (
        ("--calendar", request.calendar, trained.phases),
        ("--holidays", request.holidays, trained.holidays),
    ):
        if asked and asked != had:
            raise UsageError(
                f"{option}: the model that training starts from does not read it",
                hint="leave it out, or use --from scratch",
            )
