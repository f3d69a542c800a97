"""The verbs: check, train, predict, evaluate. Read, call, save; nothing is printed here."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.classification.classifier import Classifier
from forecast.data.future import FutureMissing, future_rows, with_known_future
from forecast.data.panel import Panel
from forecast.data.results import Card, Forecast, Probabilities, ResultTable, Scores
from forecast.errors import DataError, UsageError
from forecast.events import Decision, Listener, Note, Warned, ignore
from forecast.forecasters.calibration import calibrate
from forecast.forecasters.recurrent import RecurrentForecaster
from forecast.forecasters.rolling_errors import past_errors
from forecast.planning import defaults
from forecast.planning.plan import CELL, Plan, bounds_of, plan
from forecast.reading.reader import ReadResult, read_as_far_as_possible, read_panel, with_future_rows
from forecast.reporting import model_card, notes
from forecast.spec.model import Cell
from forecast.spec.reading import ReadSpec, Target
from forecast.spec.training import TrainRequest
from forecast.storage import modelfile, pretrained
from forecast.tables.source import Source

if TYPE_CHECKING:
    from forecast.network.checkpoint import Checkpoint
    from forecast.reporting.data_report import DataReport


@dataclass(frozen=True, slots=True)
class Trained:
    """A judged model and where it was saved; its card holds scores, verdict and coverage."""

    model: RecurrentForecaster
    path: Path | None


def check(
    source: Source,
    request: TrainRequest | None = None,
    *,
    listener: Listener = ignore,
) -> "DataReport":
    """What the tool sees in the data and what `train` would do with it, or why it would refuse.

    `listener` hears of each series skipped. A `DataError` where
    the data are no table at all.
    """
    from forecast.reporting.data_report import data_report

    request = request or TrainRequest()
    draft, refusal = read_as_far_as_possible(source, request.read)
    if draft.reading is None:
        return data_report(draft, refusal=refusal)
    try:
        _tell_left_out(draft.reading, listener)
        panel, planned = _planned(draft.reading, request)
    except DataError as error:
        return data_report(draft, refusal=error)
    return data_report(draft, panel, planned)


def repaired(source: Source, read: ReadSpec | None = None, *, listener: Listener = ignore) -> ResultTable:
    """The data with one row a step and nothing missing, sorted: what `train` would learn from."""
    from forecast.diagnostics.clean import clean_table

    reading = read_panel(source, read)
    _tell(reading, listener)
    return clean_table(reading.panel)


def train(
    source: Source,
    request: TrainRequest | None = None,
    *,
    out: str | Path | None = None,
    resume: bool = False,
    listener: Listener = ignore,
) -> Trained:
    """Learn a model from the data, judge it on rows it has not seen, and save it to `out`.

    With `resume` it goes on from what an interrupted training to `out` left there, and
    ends with the same bytes as one that was not interrupted. A series that cannot be used
    is skipped, or, where the policy is so, a `DataError` before anything is trained.
    """
    request = request or TrainRequest()
    path = None if out is None else Path(out)
    if path is not None:
        modelfile.check_writable(path)
    reading = read_panel(source, request.read)
    _tell(reading, listener)

    from forecast.training.resume import checkpoint_for

    with checkpoint_for(path, reading.panel, request, resume=resume, listener=listener) as checkpoint:
        model = _learned(reading, request, checkpoint, listener)
        if path is not None:
            modelfile.save(model, path)
    return Trained(model, path)


def _learned(
    reading: ReadResult, request: TrainRequest, checkpoint: "Checkpoint", listener: Listener
) -> RecurrentForecaster:
    """What the request makes of the data."""
    if request.tune and not reading.panel.target.classes:  # the plan for classes refuses a search
        request = _searched(reading.panel, request, checkpoint, listener)
    panel, planned = _planned(reading, request)
    listener(Note("plan", notes.planned(planned)))
    for what, why in planned.reasons:
        listener(Decision(what, why))

    whole = replace(reading, panel=panel)
    if panel.target.classes:
        from forecast.training.classifying import learn_classes

        return learn_classes(whole, planned, listener=listener, checkpoint=checkpoint)
    from forecast.training.train import learn

    return learn(whole, planned, level=request.level, listener=listener, checkpoint=checkpoint)


def load(path: str | Path) -> RecurrentForecaster:
    """The model in a file."""
    return modelfile.load(Path(path))


def show(model: RecurrentForecaster) -> Card:
    """The model card, for a person."""
    return model_card.model_card(model)


def zero_shot(
    source: Source,
    read: ReadSpec | None = None,
    *,
    cell: Cell | None = None,
    season: int | None = None,
    horizon: int | None = None,
    listener: Listener = ignore,
) -> RecurrentForecaster:
    """The pretrained network of the data's season, about to continue the data: `predict` it.

    Nothing is trained and nothing judged, so a series may be as short as two rows. Intervals rest on
    what it erred on other series, and would have erred on these.
    """
    if read is not None and read.columns.covariates:
        raise UsageError(
            "the pretrained network reads nothing beside the target",
            hint="forecast train DATA makes a model that does",
        )
    numbers = replace(read or ReadSpec(), target=Target())
    request = TrainRequest(read=numbers, horizon=horizon, season=season)
    reading = read_panel(source, numbers)
    _tell(reading, listener)
    chosen, why = defaults.season(reading.panel, season)
    listener(Decision("season", why))
    ready = pretrained.open_pretrained(cell or CELL, chosen)
    combine, why = defaults.combine(chosen)
    listener(Decision("blend", why))
    panel = reading.panel.with_season(chosen)
    network = replace(ready.network, combine=combine)
    errors = past_errors(network, panel)
    return replace(
        ready,
        network=network,
        calibration=calibrate(errors, prior=ready.calibration) if len(errors) else ready.calibration,
        horizon=horizon or defaults.horizon(panel),
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
    future: "Source | None" = None,
    future_missing: FutureMissing | None = None,
    horizon: int | None = None,
    levels: Sequence[float] = (80.0,),
    listener: Listener = ignore,
) -> Forecast | Probabilities:
    """The values behind the end of the data, or behind the model's own tail without data.

    Data are read as those the model was trained on; `read` overrules that in notation and policy.
    Rows of `future`, or of the data behind the target's end, tell what is known ahead.
    """
    history = model.tail if source is None else _history(model, source, read, listener)
    trained = model.spec.trained_horizon
    steps = horizon or model.horizon
    if future is not None:
        history = with_future_rows(history, future, _how(model, read))
    history = with_known_future(history, steps, future_missing)
    if model.spec.target.classes:
        if not len(history):
            raise UsageError("a label belongs to a series, and none is given", hint="forecast predict DATA")
        return Classifier(model.network).predict(history, steps)
    if steps > trained:
        listener(Warned(f"the model answers {trained} steps; the rest come from feeding its forecasts back"))
    for level in levels:
        if not model.calibration.has_enough_errors(level):
            errors = model.calibration.errors
            listener(Warned(f"{errors} errors are too few for {level:g} %: the largest of them stands in"))
    return model.predict(history, steps, levels=levels)


def future(
    model: RecurrentForecaster,
    source: "Source | None" = None,
    *,
    read: ReadSpec | None = None,
    horizon: int | None = None,
    listener: Listener = ignore,
) -> ResultTable:
    """The rows behind the end of the data, or of the model's own tail, to be filled in for `predict`."""
    history = model.tail if source is None else _history(model, source, read, listener)
    return future_rows(history, horizon or model.horizon)


def evaluate(
    model: RecurrentForecaster,
    source: Source,
    *,
    read: ReadSpec | None = None,
    backtests: int | None = None,
    horizon: int | None = None,
    baselines: Sequence[str] = (),
    refit: bool = False,
    listener: Listener = ignore,
) -> Scores:
    """Rolling-origin scores on rows the model has not seen; with `refit` a new model at each origin."""
    from forecast.forecasters.baselines import baseline
    from forecast.training.evaluate import EvaluationRequest, scores_of

    for name in baselines:
        baseline(name)
    panel = _history(model, source, read, listener)
    asked = EvaluationRequest(tuple(baselines), backtests=backtests, horizon=horizon, refit=refit)
    return scores_of(model, panel, asked, listener=listener)


def _planned(reading: ReadResult, request: TrainRequest) -> tuple[Panel, Plan]:
    """The plan, and the panel with the season that it decided on."""
    if reading.panel.target.classes:
        from forecast.planning.class_plan import plan_classes

        planned = plan_classes(reading.panel, request)
    else:
        planned = plan(reading.panel, request)
    return reading.panel.with_season(planned.recipe.spec.season), planned


def _searched(
    panel: Panel, request: TrainRequest, checkpoint: "Checkpoint", listener: Listener
) -> TrainRequest:
    """The request with its open parts decided, in half of the time that there is."""
    from forecast.training.search import tune

    half = math.inf if request.max_time is None else request.max_time / 2
    rest = replace(request, max_time=None if request.max_time is None else half)
    parts = request.tune
    tuning = tune(panel, rest, parts=parts, max_seconds=half, listener=listener, checkpoint=checkpoint)
    return tuning.best.request


def _tell(reading: ReadResult, listener: Listener) -> None:
    listener(Note(reading.source, notes.seen(reading)))
    if reading.guesses:
        listener(Note("guessed", notes.guesses(reading)))
    for part, guess, reason in reading.guesses:
        listener(Decision(f"{part}={guess}", reason))
    _tell_mended(reading, listener)


def _tell_mended(reading: ReadResult, listener: Listener) -> None:
    for repair in reading.repairs:
        listener(Note("repaired", repair))
    _tell_left_out(reading, listener)


def _tell_left_out(reading: ReadResult, listener: Listener) -> None:
    """Each series that cannot be used; a `DataError` that names them where none may be left out."""
    for series in reading.skipped:
        listener(series)
    if reading.skipped and reading.read.policy.unusable == "error":
        count, named = len(reading.skipped), "; ".join(notes.skipped(reading))
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
) -> Panel:
    """The data as the model reads them, `read` overruling it in this file's notation and policy."""
    reading = read_panel(source, _how(model, read), frequency=model.frequency, season=model.spec.season)
    _tell_mended(reading, listener)
    return reading.panel


def _how(model: RecurrentForecaster, read: ReadSpec | None) -> ReadSpec:
    return model.read if read is None else read.over(model.read)
