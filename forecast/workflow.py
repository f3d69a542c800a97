"""The verbs: check, train, predict, evaluate. Read, call, save; nothing is printed here."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast import wording
from forecast.checkup import Checkup, checkup
from forecast.data.clean import clean_table
from forecast.data.panel import Integers, Panel
from forecast.data.reading import Draft, Reading, Source, drafts, read_panel
from forecast.data.results import Card, Forecast, Scores, Table
from forecast.errors import DataError
from forecast.evaluation.backtest import Origins, backtest, score
from forecast.events import Decided, Listener, Noted, Warned, ignore
from forecast.forecasters import catalog, modelfile
from forecast.forecasters.baselines import baseline, yardsticks
from forecast.forecasters.protocol import Forecaster
from forecast.forecasters.recurrent import RecurrentForecaster
from forecast.planning import (
    BACKTESTS,
    CELL,
    Plan,
    TrainRequest,
    bounds_of,
    plan,
    recipe_of,
    season_of,
    usual_blend,
    usual_horizon,
)
from forecast.spec import Cell, ReadSpec

if TYPE_CHECKING:
    from forecast.network.checkpoint import Checkpoint

PLAIN_BASELINES = ("last value", "seasonal naive", "drift", "mean")
"""What `evaluate` compares with when nobody says: what needs no scikit-learn."""

MOST_BACKTESTS = 12
"""Backtests of a stored model at most, when nobody says."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A judged model and where it was saved; its card holds scores, verdict and coverage."""

    model: RecurrentForecaster
    path: Path | None


def check(
    source: Source,
    request: TrainRequest | None = None,
    *,
    strict: bool = False,
    listener: Listener = ignore,
) -> Checkup:
    """What the tool sees in the data and what `train` would do with it, or why it would refuse.

    `listener` hears of each series left out, which `strict` refuses. A `DataError` where
    the data are no table at all.
    """
    request = request or TrainRequest()
    draft, refusal = _as_far_as_it_goes(source, request)
    if draft.reading is None:
        return checkup(draft, refusal=refusal)
    try:
        _tell_left_out(draft.reading, listener, strict=strict)
        panel, planned = _planned(draft.reading, request)
    except DataError as error:
        return checkup(draft, refusal=error)
    return checkup(draft, panel, planned)


def _as_far_as_it_goes(source: Source, request: TrainRequest) -> tuple[Draft, DataError | None]:
    """The last draft of reading, and what ended it."""
    reached: list[Draft] = []
    try:
        reached.extend(drafts(source, request.read))  # keeps those that came before an error
    except DataError as error:
        if not reached:
            raise
        return reached[-1], error
    return reached[-1], None


def repaired(
    source: Source, read: ReadSpec | None = None, *, strict: bool = False, listener: Listener = ignore
) -> Table:
    """The data with one row a step and nothing missing, sorted: what `train` would learn from."""
    reading = read_panel(source, read)
    _tell(reading, listener, strict=strict)
    return clean_table(reading.panel)


def train(
    source: Source,
    request: TrainRequest | None = None,
    *,
    out: str | Path | None = None,
    resume: bool = False,
    strict: bool = False,
    listener: Listener = ignore,
) -> Trained:
    """Learn a model from the data, judge it on rows it has not seen, and save it to `out`.

    With `resume` it goes on from what an interrupted training to `out` left there, and
    ends with the same bytes as one that was not interrupted. A series that cannot be used
    is left out, or, where that is `strict`, a `DataError` before anything is trained.
    """
    request = request or TrainRequest()
    path = None if out is None else Path(out)
    if path is not None:
        modelfile.check_writable(path)
    reading = read_panel(source, request.read)
    _tell(reading, listener, strict=strict)

    from forecast.resuming import checkpoint_for

    with checkpoint_for(path, reading.panel, request, resume=resume, listener=listener) as checkpoint:
        model = _learned(reading, request, checkpoint, listener)
        if path is not None:
            modelfile.save(model, path)
    return Trained(model, path)


def _learned(
    reading: Reading, request: TrainRequest, checkpoint: "Checkpoint", listener: Listener
) -> RecurrentForecaster:
    """What the request makes of the data."""
    if request.search:
        request = _searched(reading.panel, request, checkpoint, listener)
    panel, planned = _planned(reading, request)
    listener(Noted("plan", wording.planned(planned)))
    for what, why in planned.reasons:
        listener(Decided(what, why))

    from forecast.training import learn

    whole = replace(reading, panel=panel)
    return learn(whole, planned, level=request.level, listener=listener, checkpoint=checkpoint)


def load(path: str | Path) -> RecurrentForecaster:
    """The model in a file."""
    return modelfile.load(Path(path))


def show(model: RecurrentForecaster) -> Card:
    """The model card, for a person."""
    return wording.model_card(model)


def zero_shot(
    source: Source,
    read: ReadSpec | None = None,
    *,
    cell: Cell | None = None,
    season: int | None = None,
    horizon: int | None = None,
    strict: bool = False,
    listener: Listener = ignore,
) -> RecurrentForecaster:
    """The pretrained network of the data's season, about to continue the data: `predict` it.

    Nothing is trained and nothing judged, so a series may be as short as two rows.
    """
    request = TrainRequest(read=read or ReadSpec(), horizon=horizon, season=season)
    reading = read_panel(source, request.read)
    _tell(reading, listener, strict=strict)
    chosen, why = season_of(reading.panel, season)
    listener(Decided("season", why))
    ready = catalog.pretrained(cell or CELL, chosen)
    blend, why = usual_blend(ready.spec.season)
    listener(Decided("blend", why))
    panel = _with_season(reading.panel, ready.spec.season)
    return replace(
        ready,
        network=replace(ready.network, blend=blend),
        horizon=horizon or usual_horizon(panel),
        bounds=bounds_of(panel, request),
        read=reading.read,
        frequency=panel.frequency,
        tail=panel,
    )


def predict(
    model: RecurrentForecaster,
    source: "Source | None" = None,
    *,
    read: ReadSpec | None = None,
    horizon: int | None = None,
    levels: Sequence[float] = (80.0,),
    strict: bool = False,
    listener: Listener = ignore,
) -> Forecast:
    """The values behind the end of the data, or behind the model's own tail without data.

    Data are read as those the model was trained on; `read` overrules that in notation and policy.
    """
    history = model.tail if source is None else _history(model, source, read, listener, strict=strict)
    trained = model.spec.windows.horizon
    steps = horizon or model.horizon
    if steps > trained:
        listener(Warned(f"the model answers {trained} steps; the rest come from feeding its forecasts back"))
    for level in levels:
        if not model.calibration.enough(level):
            errors = model.calibration.errors
            listener(Warned(f"{errors} errors are too few for {level:g} %: the largest of them stands in"))
    return model.predict(history, steps, levels=levels)


def evaluate(
    model: RecurrentForecaster,
    source: Source,
    *,
    read: ReadSpec | None = None,
    backtests: int | None = None,
    horizon: int | None = None,
    baselines: Sequence[str] = (),
    refit: bool = False,
    strict: bool = False,
    listener: Listener = ignore,
) -> Scores:
    """Rolling-origin scores on rows the model has not seen; with `refit` a new model at each origin."""
    names = tuple(baselines) or PLAIN_BASELINES
    for name in names:
        baseline(name)
    panel = _history(model, source, read, listener, strict=strict)
    if refit:
        origins = Origins(backtests or BACKTESTS, horizon or model.horizon)
        seen = np.zeros(len(panel), dtype=np.int64)
        fit = _refitting(model, panel, listener, fits=origins.count)
    else:
        seen = model.rows_seen(panel)
        origins = _unseen_origins(model, panel, seen, backtests=backtests, horizon=horizon)
        fit = _always(model)
    windows = replace(model.spec.windows, horizon=origins.horizon)

    def forecasters(past: Panel) -> list[Forecaster]:
        return [fit(past), *yardsticks(past, windows, names=names)]

    folds = (fold.without(fold.rows < seen) for fold in backtest(forecasters, panel, origins))
    return score([fold for fold in folds if len(fold.judged)], panel)


def _planned(reading: Reading, request: TrainRequest) -> tuple[Panel, Plan]:
    """The plan, and the panel with the season that it decided on."""
    planned = plan(reading.panel, request)
    return _with_season(reading.panel, planned.recipe.spec.season), planned


def _with_season(panel: Panel, season: int) -> Panel:
    return replace(panel, frequency=replace(panel.frequency, season=season))


def _searched(
    panel: Panel, request: TrainRequest, checkpoint: "Checkpoint", listener: Listener
) -> TrainRequest:
    """The request with its open parts decided, in half of the time that there is."""
    from forecast.tuning import tune

    seconds = request.training.max_seconds
    half = math.inf if seconds is None else seconds / 2
    rest = replace(request, training=replace(request.training, max_seconds=None if seconds is None else half))
    parts = request.search
    tuning = tune(panel, rest, parts=parts, max_seconds=half, listener=listener, checkpoint=checkpoint)
    return tuning.best.request


def _tell(reading: Reading, listener: Listener, *, strict: bool) -> None:
    listener(Noted(reading.source, wording.seen(reading)))
    if reading.guesses:
        listener(Noted("guessed", wording.guesses(reading)))
    for part, guess, reason in reading.guesses:
        listener(Decided(f"{part}={guess}", reason))
    _tell_mended(reading, listener, strict=strict)


def _tell_mended(reading: Reading, listener: Listener, *, strict: bool) -> None:
    for repair in reading.repairs:
        listener(Noted("repaired", repair))
    _tell_left_out(reading, listener, strict=strict)


def _tell_left_out(reading: Reading, listener: Listener, *, strict: bool) -> None:
    """Each series that cannot be used; a `DataError` that names them where none may be left out."""
    for series in reading.left_out:
        listener(series)
    if strict and reading.left_out:
        count, named = len(reading.left_out), "; ".join(wording.left_out(reading))
        raise DataError(
            f"{count:,} of {count + len(reading.panel):,} series cannot be used: {named}",
            where=reading.source,
            hint="mend them; without --strict the others go on",
        )


def _history(
    model: RecurrentForecaster,
    source: Source,
    read: ReadSpec | None,
    listener: Listener,
    *,
    strict: bool,
) -> Panel:
    """The data as the model reads them, `read` overruling it in this file's notation and policy."""
    how = model.read if read is None else read.over(model.read)
    reading = read_panel(source, how, frequency=model.frequency)
    _tell_mended(reading, listener, strict=strict)
    return reading.panel


def _unseen_origins(
    model: RecurrentForecaster, panel: Panel, seen: Integers, *, backtests: int | None, horizon: int | None
) -> Origins:
    """Origins behind the rows that the model was trained on."""
    unseen = int((panel.lengths - seen).max())
    steps = horizon or min(model.horizon, max(unseen, 1))
    wanted = backtests or 1
    if unseen == 0:
        raise DataError(
            f"the model was trained on every row, up to {model.card.last_time}",
            hint="give newer rows, or --refit to judge its recipe on these",
        )
    if unseen < wanted * steps:
        raise DataError(
            f"{unseen} rows after {model.card.last_time} are too few for {wanted} x {steps} to be judged",
            hint=f"try --horizon {max(unseen // wanted, 1)}, or --refit to judge the recipe on older rows",
        )
    return Origins(backtests or min(unseen // steps, MOST_BACKTESTS), steps)


def _always(model: Forecaster) -> Callable[[Panel], Forecaster]:
    return lambda _past: model


def _refitting(
    model: RecurrentForecaster, panel: Panel, listener: Listener, *, fits: int
) -> Callable[[Panel], Forecaster]:
    """What carries the model's recipe out anew on any past of `panel`."""
    from forecast.training import learner_for

    learner = learner_for(recipe_of(model), panel, listener, fits=fits, epochs=model.card.epochs)
    return lambda past: learner.fit(past, f"refit up to {wording.ends(past)[1]}")
