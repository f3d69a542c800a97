"""The verbs of pictures: a series with its forecast, its backtests, the loss of a training."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

import numpy as np

from forecast import workflow
from forecast.class_pictures import (
    class_backtest_picture,
    classes_picture,
    kept_backtests,
    labels_picture,
)
from forecast.data.evaluation import Predictions
from forecast.data.panel import Panel
from forecast.data.results import Forecast, Probabilities
from forecast.drawing.chart import Chart, Picture
from forecast.drawing.charts import (
    backtest_chart,
    forecast_chart,
    loss_chart,
    picture_of_series,
    rows_shown,
)
from forecast.errors import DataError, UsageError
from forecast.evaluation.backtest import Origins
from forecast.evaluation.predictions import rolling_forecasts
from forecast.events import Listener, Note, ignore
from forecast.forecasters.model import RecurrentForecaster
from forecast.phrases import shown
from forecast.planning.plan import BACKTESTS
from forecast.reading.reader import with_future_rows
from forecast.reporting.history import history_of, read_as
from forecast.spec.reading import FutureMissing, ReadSpec, Target
from forecast.tables.source import Source
from forecast.tasks.task import EvaluationRequest

MOST_SERIES = 1000
"""More series are refused unless some are chosen: the first ones say nothing of so many."""

_FIRST = 8
"""Series of which `next_values` are known."""


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """What is to be drawn."""

    series: tuple[str, ...] = ()
    """Ids of the series; () for the first ones."""
    rows: int | None = None
    """Rows of history before the forecast; None for as many as leave the forecast large enough to be seen."""
    most: int = 12
    """Charts at most."""


def forecast_picture(
    model: RecurrentForecaster,
    source: Source | None = None,
    request: PictureRequest | None = None,
    *,
    read: ReadSpec | None = None,
    future: Source | None = None,
    future_missing: FutureMissing | None = None,
    horizon: int | None = None,
    levels: Sequence[float] = (80.0,),
    listener: Listener = ignore,
) -> Picture:
    """The newest rows of the data, or of those that the model keeps, and its forecast after them.

    Only the series that are drawn are forecast. Raises `UsageError` for more than `MOST_SERIES` series of
    which none is chosen, and for an unknown id.
    """
    request = request or PictureRequest()
    history = model.tail if source is None else history_of(model, source, read, listener)
    if future is not None:
        history = with_future_rows(history, future, read_as(model, read))
    some = history.select(chosen_series(history, request, listener))
    if model.spec.target.kind == "label":
        return labels_picture(model, some, title=_title(model, source), rows=request.rows)
    found = workflow.continued(model, some, horizon, future_missing, levels=levels, listener=listener)
    return picture_of(found, title=_title(model, source), rows=request.rows)


def picture_of(
    found: Forecast | Probabilities, *, title: str = "", rows: int | None = None, most: int | None = None
) -> Picture:
    """A forecast with the history that it keeps; of 0 and 1 the probability of a 1, of other classes all."""
    if isinstance(found, Probabilities) and not _is_rate(found.target):
        return classes_picture(found, title=title, rows=rows, most=most)
    if isinstance(found, Probabilities):
        found = _as_forecast(found)
    panel = found.history
    assert panel is not None

    def chart(index: int, name: str, shown_rows: int) -> Chart:
        return forecast_chart(panel[index], found, index, panel, title=name, rows=shown_rows)

    usual = partial(rows_shown, found.values.shape[1])
    return picture_of_series(panel, chart, range(len(panel))[:most], usual, rows=rows, title=title)


def picture_as_of(
    model: RecurrentForecaster,
    found: Forecast | Probabilities,
    source: Source,
    request: PictureRequest,
    listener: Listener = ignore,
) -> Picture:
    """The forecast of an earlier date, as `hindcast.predict` gives it, with the actual values after it."""
    if found.history is None or not has_picture(found):
        raise UsageError("this forecast is not drawn", hint="forecast predict DATA --as-of DATE prints it")
    some = _of_series(found, chosen_series(found.history, request, listener))
    return picture_of(some, title=_title(model, source), rows=request.rows)


def _of_series(found: Forecast | Probabilities, chosen: Sequence[int]) -> Forecast | Probabilities:
    """A forecast of some of its series, for a picture."""
    indices, ids = list(chosen), tuple(found.ids[index] for index in chosen)
    history = None if found.history is None else found.history.select(indices)
    actual = None if found.actual is None else found.actual[indices]
    if isinstance(found, Probabilities):
        return replace(
            found,
            ids=ids,
            times=found.times[indices],
            probabilities=found.probabilities[indices],
            history=history,
            actual=actual,
        )
    return replace(
        found,
        ids=ids,
        times=found.times[indices],
        values=found.values[indices],
        lower=found.lower[:, indices],
        upper=found.upper[:, indices],
        places=None,
        sums=None,
        history=history,
        actual=actual,
    )


def backtest_picture(
    model: RecurrentForecaster,
    source: Source | None = None,
    request: PictureRequest | None = None,
    *,
    read: ReadSpec | None = None,
    backtests: int | None = None,
    horizon: int | None = None,
    listener: Listener = ignore,
) -> Picture:
    """What was forecast at each origin, with the actual values.

    What was trained on nothing forecasts from the rows before each origin. A model that was trained forecasts
    the rows that are new to it; where there is none, the forecasts of its own backtests are drawn, or it is
    trained again at each origin if more is asked for. Of classes it is what was said of each row one step
    before. Raises `UsageError` for labels.
    """
    request = request or PictureRequest()
    if model.spec.target.kind == "label":
        raise UsageError(
            "a label belongs to a whole series, of which no row is forecast",
            hint="forecast evaluate DATA prints how many labels were right",
        )
    workflow.check_sizes(horizon, backtests)
    panel = model.tail if source is None else history_of(model, source, read, listener)
    chosen = chosen_series(panel, request, listener)
    if model.spec.target.classes:
        asked = EvaluationRequest((), backtests, horizon)
        newer = panel if source is not None else None
        kept = kept_backtests(model, newer, asked, listener)
        title = _title(model, source)
        return class_backtest_picture(kept, panel, chosen, title=title, rows=request.rows)
    if not len(model.weights):
        panel = panel.select(chosen)
        found = rolling_forecasts(model, panel, Origins(backtests or BACKTESTS, horizon or model.horizon))
    else:
        found = _of_trained(model, panel, source is not None, (backtests, horizon), listener)
        chosen = [index for index in chosen if panel.ids[index] in found.ids]
        if not chosen:
            raise UsageError(
                "the model keeps no backtest of these series",
                hint=f"--series {shlex.quote(shown(found.ids[0]))}, or --backtests 3 to train again",
            )
        found = found.select([found.ids.index(panel.ids[index]) for index in chosen])
        panel = panel.select(chosen)
    return _backtests(panel, found, title=_title(model, source), rows=request.rows)


def own_backtests(model: RecurrentForecaster) -> Predictions | None:
    """The forecasts of the backtests of a training that the model file keeps; None without any."""
    kept = model.card.backtests
    if kept is None or not len(model.tail):
        return None
    return kept.predictions(model.tail, model.name)


def own_backtest_picture(model: RecurrentForecaster, *, most: int, title: str = "") -> Picture | None:
    """The backtests of a training, of the first series; None where the model keeps none."""
    found = own_backtests(model)
    if found is None:
        return None
    some = range(min(len(found.ids), most))
    return _backtests(model.tail.select(some), found.select(some), title=title, rows=None)


def loss_picture(model: RecurrentForecaster) -> Picture:
    """Training and validation loss by epoch; a `UsageError` for a model of which no network was trained."""
    losses = model.card.losses
    if losses is None:
        raise UsageError(
            "the model keeps no loss: no network was trained for it with rows held out",
            hint="forecast train DATA --from scratch trains one, if the rows suffice",
        )
    return Picture(f"{_title(model, None)} loss by epoch", (loss_chart(losses),))


def report(model: RecurrentForecaster) -> str:
    """The HTML page about a model to hand over, with its newest rows."""
    from forecast.reporting.report import MOST_CHARTS, report_page

    found = next_values(model, most=MOST_CHARTS)
    drawn = found is not None and has_picture(found)
    return report_page(
        model,
        found=found,
        forecast=picture_of(found) if found is not None and drawn else None,
        backtests=own_backtest_picture(model, most=MOST_CHARTS),
    )


def _of_trained(
    model: RecurrentForecaster,
    panel: Panel,
    has_data: bool,
    asked: tuple[int | None, int | None],
    listener: Listener,
) -> Predictions:
    """The forecasts of a trained model; `asked` are backtests and horizon."""
    from forecast.tasks.kinds import task_for

    if not has_data or not task_for(model.spec.target).has_unseen(model, panel):
        own = own_backtests(model)
        if own is not None and asked == (None, None):
            listener(Note("backtests", "those of the training, which the model keeps"))
            return own
        if not has_data:
            raise UsageError(
                "a model forecasts older rows again only from the data", hint="forecast plot DATA --backtest"
            )
    from forecast.training.evaluate import evaluate_model
    from forecast.training.run import Run

    request = EvaluationRequest((), *asked, refit=False, predictions=True)
    found = evaluate_model(model, panel, request, Run(listener)).predictions
    assert found is not None
    return found


def _backtests(panel: Panel, found: Predictions, *, title: str, rows: int | None) -> Picture:
    def chart(index: int, name: str, shown_rows: int) -> Chart:
        return backtest_chart(panel[index], found, index, panel, title=name, rows=shown_rows)

    usual = partial(rows_shown, found.actual.shape[2])
    return picture_of_series(panel, chart, range(len(panel)), usual, rows=rows, title=title)


def next_values(model: RecurrentForecaster, *, most: int = _FIRST) -> Forecast | Probabilities | None:
    """The forecast of the first series after the rows that the model keeps.

    None where it keeps none, or needs covariates of the rows ahead.
    """
    if not len(model.tail):
        return None
    some = model.tail.select(range(len(model.tail))[:most])
    try:
        return workflow.continued(model, some, None, None, levels=(80.0,), listener=ignore)
    except DataError:  # covariates of the rows ahead are not known yet
        return None


def has_picture(found: Forecast | Probabilities) -> bool:
    """Whether `picture_of` can draw a result: one with its history, and no label of a whole series."""
    if found.history is None or not len(found.ids):
        return False
    return isinstance(found, Forecast) or found.target.kind == "class"


def chosen_series(panel: Panel, request: PictureRequest, listener: Listener = ignore) -> list[int]:
    """Indices of the series to draw; the listener hears of those left out."""
    if request.series:
        known = {shown(id): index for index, id in enumerate(panel.ids)}
        for name in request.series:
            if name not in known:
                near = get_close_matches(name, known, n=1, cutoff=0.5)
                example = near[0] if near else next(iter(known), "")
                hint = (
                    f"--series {shlex.quote(example)}"
                    if example
                    else "leave --series out: there is one series"
                )
                raise UsageError(f'there is no series "{name}"', hint=hint)
        return [known[name] for name in request.series]
    if len(panel) > MOST_SERIES:
        raise UsageError(
            f"{len(panel):,} series are too many for a picture",
            hint=f"choose some: --series {shlex.quote(shown(panel.ids[0]))}; the option may be repeated",
        )
    if len(panel) > request.most:
        listener(
            Note(
                "series", f"the first {request.most} of {len(panel):,} are drawn; --series ID chooses others"
            )
        )
    return list(range(len(panel)))[: request.most]


def _is_rate(target: Target) -> bool:
    """Whether the probability of a 1 in the next rows is forecast, which is a curve."""
    return target.kind == "class" and target.is_event


def _as_forecast(found: Probabilities) -> Forecast:
    """The probability of a 1 as a forecast without intervals."""
    unknown = np.empty((0, *found.times.shape))
    return Forecast(
        ids=found.ids,
        times=found.times,
        values=found.probabilities[:, :, 1],
        levels=(),
        lower=unknown,
        upper=unknown,
        columns=found.columns,
        frequency=found.frequency,
        history=found.history,
        actual=found.actual,
    )


def _title(model: RecurrentForecaster, source: Source | None) -> str:
    """What the data are called: as in the card of the model where none are given."""
    name = str(source) if isinstance(source, str | Path) else model.card.source
    return f"{'' if name == '-' else Path(name).name}:"
