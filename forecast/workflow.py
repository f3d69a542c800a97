"""The verbs: check, train, predict, evaluate. Read, call, save; nothing is printed here."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecast.data.cards import Card
from forecast.data.comparison import Comparison
from forecast.data.devices import DeviceFacts
from forecast.data.digits import places_of
from forecast.data.evaluation import EvaluationResult
from forecast.data.future import future_rows, with_known_future
from forecast.data.panel import Panel
from forecast.data.results import Forecast, Probabilities, ResultTable
from forecast.data.totals import Total, total_of
from forecast.errors import DataError, UsageError
from forecast.events import Decision, Listener, Loading, Note, Warned, ignore
from forecast.forecasters.model import RecurrentForecaster
from forecast.reading.reader import ReadResult, read_as_far_as_possible, read_panel, with_future_rows
from forecast.reporting import notes
from forecast.reporting.history import better_before, history_of, read_as
from forecast.reporting.reading_notes import note_few_seasons, note_reading, note_skipped, note_unlearned
from forecast.reporting.seasons import seasons_line, seasons_of
from forecast.spec.limits import MAX_BACKTESTS, MAX_HORIZON, check_range
from forecast.spec.model import Bounds
from forecast.spec.reading import FutureMissing, ReadSpec
from forecast.spec.training import DEFAULT_MAX_SECONDS, TrainRequest
from forecast.storage import groups, location, modelfile
from forecast.tables.source import Source

if TYPE_CHECKING:
    from forecast.engines.crew import Crew
    from forecast.planning.plan import Plan
    from forecast.reporting.data_report import DataReport
    from forecast.tasks.task import Task
    from forecast.training.run import Run


@dataclass(frozen=True, slots=True)
class Trained:
    """An evaluated model and where it was saved; its card holds scores, verdict and coverage."""

    model: RecurrentForecaster
    path: Path | None


Model = RecurrentForecaster | Trained | str | Path
"""A model, what `train` returns, or the path of a model file."""


def check(
    source: Source, request: TrainRequest | None = None, *, listener: Listener = ignore
) -> "DataReport":
    """What is found in the data and what `train` would do with it, or why it would refuse.

    `listener` hears of each series skipped. Raises `DataError` where the data are no table at all.
    """
    from forecast.reporting.data_report import data_report

    request = request or TrainRequest()
    partial, refusal = read_as_far_as_possible(source, request.read)
    if partial.reading is None:
        return data_report(partial, refusal=refusal)
    try:
        note_skipped(partial.reading, listener)
        reading, plan = planned(partial.reading, request)
    except DataError as error:
        return data_report(partial, refusal=error)
    return data_report(partial, reading.panel, plan)


def devices(*, listener: Listener = ignore) -> DeviceFacts:
    """What TensorFlow finds to train on; it is imported."""
    from forecast.network import backend

    if not backend.is_loaded():
        listener(Loading("TensorFlow"))
    from forecast.network.gpus import device_facts

    return device_facts()


def read(source: Source, spec: ReadSpec | None = None, *, listener: Listener = ignore) -> ReadResult:
    """The data as a checked panel, with what was guessed, repaired and skipped."""
    reading = read_panel(source, spec)
    note_reading(reading, listener)
    return reading


def repair(source: Source, spec: ReadSpec | None = None, *, listener: Listener = ignore) -> ResultTable:
    """The data with one row per step and nothing missing, sorted: what `train` would learn from."""
    from forecast.diagnostics.clean import clean_table

    return clean_table(read(source, spec, listener=listener).panel)


def train(
    source: Source,
    request: TrainRequest | None = None,
    *,
    model: Path | None = None,
    resume: bool = False,
    crew: "Crew | None" = None,
    listener: Listener = ignore,
) -> Trained:
    """Train a model on the data, evaluate it on rows that it has not seen, and save it to `model`.

    With `resume` it continues an interrupted training to the same file, and ends with the
    same bytes as one that was not interrupted.
    """
    request = request or TrainRequest()
    if model is not None:
        modelfile.check_writable(model)
    reading = read(source, request.read, listener=listener)
    return train_reading(reading, request, model=model, resume=resume, crew=crew, listener=listener)


def train_reading(
    reading: ReadResult,
    request: TrainRequest,
    *,
    model: Path | None = None,
    resume: bool = False,
    task: "Task[Any] | None" = None,
    finish: Callable[[RecurrentForecaster], RecurrentForecaster] = lambda trained: trained,
    crew: "Crew | None" = None,
    listener: Listener = ignore,
) -> Trained:
    """See `train`, of data that were read.

    `task` evaluates in place of the task of the target; `finish` adds to the model before it is saved; the
    workers of a `crew`, as many as `request.average`, train each network together.
    """
    if request.average is not None and crew is None:
        raise UsageError("there are no workers to average", hint="--average --engine ray --workers 2")
    from forecast.spec.flags import flags_of
    from forecast.training.resume import checkpoint_for
    from forecast.training.run import Budget, Run

    with checkpoint_for(model, reading.panel, request, resume=resume, listener=listener) as checkpoint:
        run = Run(listener, checkpoint, Budget(request.max_time or DEFAULT_MAX_SECONDS), crew)
        trained = _train(reading, request, run, task)
        trained = finish(replace(trained, card=replace(trained.card, options=flags_of(request))))
        if model is not None:
            if text := better_before(model, trained):
                listener(Warned(text))
            modelfile.save(trained, model)
    return Trained(trained, model)


def _train(
    reading: ReadResult, request: TrainRequest, run: "Run", task: "Task[Any] | None"
) -> RecurrentForecaster:
    from forecast.training.train import train_model

    if request.tune and reading.panel.target.kind == "value":  # the plan for classes refuses a search
        from forecast.training.search import search

        # Half of the time is for the search, the other half for the training.
        half = (request.max_time or DEFAULT_MAX_SECONDS) / 2
        request, _ = search(reading.panel, request, run, seconds=half)
        run = run.within(half)
    reading, plan = planned(reading, request)
    found = seasons_of(reading.panel, plan.combination)
    if line := seasons_line(found, reading.panel):
        run.listener(Note("seasons", line))
    if reading.panel.target.kind == "value":
        _note_means(reading.panel, plan.bounds, run.listener)
    run.listener(Note("plan", notes.plan_line(plan, any_long=found.any_long)))
    note_few_seasons(reading.panel, request.season, run.listener)
    note_unlearned(reading.panel, plan, run.listener)
    for decision, reason in plan.reasons:
        run.listener(Decision(decision, reason))
    return train_model(reading, plan, run, task)


def planned(reading: ReadResult, request: TrainRequest) -> "tuple[ReadResult, Plan]":
    """The plan, and the reading with its panel in the season that the plan decided on."""
    from forecast.tasks.kinds import task_for

    panel = reading.panel
    older = load(request.from_) if isinstance(request.from_, Path) else None
    plan = task_for(panel.target).plan(panel, request, older)
    return replace(reading, panel=panel.with_season(plan.recipe.spec.season)), plan


def needed_model(model: Model | None, data: Source | None) -> RecurrentForecaster:
    """The model named, or that of the data: a `ModelError` where the pretrained networks would answer."""
    found = _model_or_name(model, data)
    if isinstance(found, RecurrentForecaster):
        return found
    return load(location.trained_model_for(data, Path(), found))


def model_named(model: Model | None, data: Source | None) -> RecurrentForecaster | None:
    """The model named, or that of the data; None for the pretrained networks."""
    found = _model_or_name(model, data)
    if isinstance(found, RecurrentForecaster):
        return found
    path = location.model_for(data, Path(), found)
    return None if path is None else load(path)


def _model_or_name(model: Model | None, data: Source | None) -> RecurrentForecaster | str | Path | None:
    """The model, or its path: FORECAST_MODEL where none is given, but not for data in memory."""
    if isinstance(model, Trained):
        return model.model
    if model is not None and not isinstance(model, RecurrentForecaster | str | Path):
        raise UsageError(f"model must be a model or a path, not {model!r}")
    is_named = data is None or isinstance(data, str | Path)
    return model or (os.environ.get(location.MODEL_VARIABLE) if is_named else None) or None


def load(path: str | Path) -> RecurrentForecaster:
    """The model in a file, or one of several in it ("sales.forecast#north"); else a `ModelError`."""
    return groups.model_at(Path(path))


def show(model: RecurrentForecaster) -> Card:
    """The model card."""
    from forecast.reporting.model_card import model_card

    return model_card(model)


def untrained_model(
    source: Source, request: TrainRequest | None = None, *, remark: str = "", listener: Listener = ignore
) -> RecurrentForecaster:
    """The combination of all that needs no training, ready to forecast the data: `predict` without a model.

    Nothing is trained and nothing evaluated, so a series may be as short as two rows. Weights and
    intervals follow from the past of each series. The listener hears its members, with the `remark`.
    """
    from forecast.training.untrained import untrained, values_spec

    request = request or TrainRequest()
    reading = read(source, values_spec(request.read), listener=listener)
    return untrained(reading, request, remark=remark, listener=listener)


def _note_means(panel: Panel, bounds: Bounds, listener: Listener) -> None:
    """That the forecasts of intermittent demand are means, if there are any."""
    line = notes.means_line(panel, bounds)
    if line:
        listener(Note("intermittent", line))


def predict(
    model: RecurrentForecaster,
    source: Source | None = None,
    *,
    read: ReadSpec | None = None,
    future: Source | None = None,
    future_missing: FutureMissing | None = None,
    horizon: int | None = None,
    levels: Sequence[float] = (80.0,),
    total: bool = False,
    listener: Listener = ignore,
) -> Forecast | Probabilities | Total:
    """The next values after the end of the data, or, without data, after the rows that the model keeps.

    Data are read as those that the model was trained on; `read` may change notation and policy.
    Rows of `future`, or rows of the data after the target's end, hold known covariates. With `total` the
    result is the sum over the horizon; a `UsageError` for classes, which have none.
    """
    if total:
        refuse_total(model)
    history = model.tail if source is None else history_of(model, source, read, listener)
    if future is not None:
        history = with_future_rows(history, future, read_as(model, read))
    forecast = continued(model, history, horizon, future_missing, levels=levels, listener=listener)
    return total_of(forecast) if total and isinstance(forecast, Forecast) else forecast


def refuse_total(model: RecurrentForecaster) -> None:
    """Raise a `UsageError` where a model forecasts what has no sum."""
    if model.spec.target.kind != "value":
        raise UsageError(
            "--total: probabilities of classes are not added up",
            hint="--task value trains on 0 and 1 as numbers",
        )


def continued(
    model: RecurrentForecaster,
    history: Panel,
    horizon: int | None,
    future_missing: FutureMissing | None,
    *,
    levels: Sequence[float],
    listener: Listener,
) -> Forecast | Probabilities:
    """The next values after the end of a panel that was read for the model; they keep the panel."""
    steps = _steps(model, horizon)
    history = with_known_future(history, steps, future_missing)
    if model.spec.target.kind != "value":
        from forecast.classification.classifier import Classifier

        if not len(history):
            raise UsageError("a label belongs to a series, and none is given", hint="forecast predict DATA")
        return replace(Classifier(model.network).predict(history, steps), history=history)
    _note_means(history, model.bounds, listener)
    found = model.predict(history, steps, levels=levels)
    return replace(found, places=places_of(history), history=history)


def future(
    model: RecurrentForecaster,
    source: Source | None = None,
    *,
    read: ReadSpec | None = None,
    horizon: int | None = None,
    listener: Listener = ignore,
) -> ResultTable:
    """The rows after the end of the data, or of the rows that the model keeps, to fill in for `predict`."""
    history = model.tail if source is None else history_of(model, source, read, listener)
    return future_rows(history, _steps(model, horizon))


def _steps(model: RecurrentForecaster, horizon: int | None) -> int:
    if horizon is not None:
        check_range("horizon", horizon, 1, MAX_HORIZON)
    return horizon or model.horizon


def evaluate(
    model: RecurrentForecaster,
    source: Source,
    *,
    read: ReadSpec | None = None,
    backtests: int | None = None,
    horizon: int | None = None,
    baselines: Sequence[str] = (),
    refit: bool = False,
    predictions: bool = False,
    listener: Listener = ignore,
) -> EvaluationResult:
    """Rolling-origin scores on rows that the model has not seen; `refit` retrains it at each origin.

    Where no row is new, the result is that of the model's own backtests. These keep no single forecast:
    with `predictions`, as with any other option that asks for more, the model is retrained then.
    """
    from forecast.forecasters.baselines import baseline
    from forecast.tasks.task import EvaluationRequest
    from forecast.training.evaluate import evaluate_model
    from forecast.training.run import Run

    for name in baselines:
        baseline(name)
    check_sizes(horizon, backtests)
    panel = history_of(model, source, read, listener)
    request = EvaluationRequest(tuple(baselines), backtests, horizon, refit, predictions)
    return evaluate_model(model, panel, request, Run(listener))


def compare(
    models: dict[str, RecurrentForecaster],
    source: Source | None = None,
    *,
    read: ReadSpec | None = None,
    backtests: int | None = None,
    horizon: int | None = None,
    baselines: Sequence[str] = (),
    refit: bool = False,
    listener: Listener = ignore,
) -> Comparison:
    """Two models, by name, on the same rows of the data; without data the scores of their own backtests."""
    from forecast.forecasters.baselines import baseline
    from forecast.tasks.task import EvaluationRequest
    from forecast.training.compare import compare_models, compare_stored
    from forecast.training.run import Run

    asked = EvaluationRequest(tuple(map(baseline, baselines)), backtests, horizon, refit)
    check_sizes(horizon, backtests)
    if source is None:
        if asked != EvaluationRequest():
            raise UsageError("without DATA there are only stored scores", hint="forecast compare A B DATA")
        return compare_stored(models)
    first, second = models.values()
    panel = history_of(first, source, read, listener)
    season, alike = second.spec.season, first.read == second.read and first.frequency == second.frequency
    # Standard input can be read once only.
    other = panel.with_season(season) if alike and season is not None else None
    panels = [panel, history_of(second, source, read, ignore) if other is None else other]
    return compare_models(models, panels, asked, Run(listener))


def check_sizes(horizon: int | None, backtests: int | None) -> None:
    """Refuse numbers of rows and of backtests that are out of bounds."""
    if horizon is not None:
        check_range("horizon", horizon, 1, MAX_HORIZON)
    if backtests is not None:
        check_range("backtests", backtests, 1, MAX_BACKTESTS)
