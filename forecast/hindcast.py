"""Verbs of an earlier date: the forecast that would have been made then, and how good it was."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forecast import workflow
from forecast.data.evaluation import EvaluationResult
from forecast.data.panel import Panel
from forecast.data.results import Forecast, Probabilities
from forecast.data.totals import Total, total_of
from forecast.errors import UsageError
from forecast.events import Listener, Note, ignore
from forecast.forecasters.model import RecurrentForecaster
from forecast.phrases import counted
from forecast.reading.as_of import Cut
from forecast.reading.reader import ReadResult, read_until
from forecast.reporting.history import history_until
from forecast.reporting.reading_notes import note_reading
from forecast.spec.reading import FutureMissing, ReadSpec
from forecast.spec.training import TrainRequest
from forecast.tables.source import Source

TARGET_OF_ROWS = "a label belongs to a whole series, which has no earlier date"


def predict(
    model: RecurrentForecaster | TrainRequest,
    source: Source,
    as_of: str,
    *,
    read: ReadSpec | None = None,
    future_missing: FutureMissing | None = None,
    horizon: int | None = None,
    levels: Sequence[float] = (80.0,),
    total: bool = False,
    remark: str = "",
    listener: Listener = ignore,
) -> tuple[RecurrentForecaster, Forecast | Probabilities | Total]:
    """The forecaster of a date and its forecast, with the actual values that are known by now.

    It reads rows up to and including `as_of` alone. A model that was trained on later rows is trained again
    with the same settings; a request is for what forecasts without a model.
    """
    if isinstance(model, TrainRequest):
        forecaster, then, whole = _untrained(model, source, as_of, remark, listener)
    else:
        if total:
            workflow.refuse_total(model)
        forecaster, then, whole = _model_then(model, source, as_of, read, listener)
    forecast = workflow.continued(
        forecaster, then.panel, horizon, future_missing, levels=levels, listener=listener
    )
    from forecast.training.as_of import actual_after

    forecast = replace(forecast, actual=actual_after(then.panel, whole, forecast.times.shape[1]))
    return forecaster, total_of(forecast) if total and isinstance(forecast, Forecast) else forecast


def evaluate(
    model: RecurrentForecaster,
    source: Source,
    as_of: str,
    *,
    read: ReadSpec | None = None,
    horizon: int | None = None,
    baselines: Sequence[str] = (),
    listener: Listener = ignore,
) -> EvaluationResult:
    """The scores of the forecast of a date, of the model as `predict` has it and of baselines."""
    from forecast.forecasters.baselines import baseline
    from forecast.tasks.task import EvaluationRequest
    from forecast.training.as_of import evaluate_as_of

    request = EvaluationRequest(tuple(map(baseline, baselines)), None, horizon)
    if model.spec.target.classes and request != EvaluationRequest():
        raise UsageError(
            "class probabilities are compared with base rates, over the model's horizon",
            hint="leave out --baseline and --horizon",
        )
    workflow.check_sizes(horizon, None)
    forecaster, then, whole = _model_then(model, source, as_of, read, listener)
    return evaluate_as_of(forecaster, then.panel, whole, request)


def _untrained(
    request: TrainRequest, source: Source, as_of: str, remark: str, listener: Listener
) -> tuple[RecurrentForecaster, ReadResult, Panel]:
    from forecast.training.untrained import untrained, values_spec

    then, cut, whole = read_until(source, as_of, values_spec(request.read))
    note_reading(then, listener)
    _note_cut(then.panel, whole, cut, listener)
    forecaster = untrained(then, request, remark=remark, listener=listener)
    return forecaster, replace(then, panel=forecaster.tail), whole


def _model_then(
    model: RecurrentForecaster, source: Source, as_of: str, read: ReadSpec | None, listener: Listener
) -> tuple[RecurrentForecaster, ReadResult, Panel]:
    """The model as it is, if all it was trained on was known by then; else trained again."""
    if model.spec.target.kind == "label":
        raise UsageError(f"--as-of: {TARGET_OF_ROWS}", hint="leave it out")
    then, cut, whole = history_until(model, source, as_of, read, listener)
    _note_cut(then.panel, whole, cut, listener)
    if not len(model.tail.times) or model.tail.times.max() <= cut.moment:
        return model, then, whole
    listener(
        Note(
            "refit",
            f"the model was trained on rows up to {model.card.last_time}: it is trained again with the same "
            "settings on those up to then",
        )
    )
    from forecast.training.as_of import train_as_of
    from forecast.training.run import Run

    return train_as_of(model, then, whole, Run(listener)), then, whole


def _note_cut(then: Panel, whole: Panel, cut: Cut, listener: Listener) -> None:
    """Up to which row is read, and how many are left out."""
    newest = then.frequency.text(then.times.max(keepdims=True))[0]
    later = int(np.count_nonzero(whole.times > cut.moment))
    left_out = f"{counted(later, 'later row')} left out" if later else "no row is later"
    listener(Note("as of", f"{cut.text}: rows up to {newest}, {left_out}"))
