"""The functions of `import forecast` that write pictures and the report."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Unpack

from forecast import hindcast, pictures, workflow
from forecast.atomic import write_atomically
from forecast.data.totals import Total
from forecast.drawing import files
from forecast.errors import UsageError
from forecast.events import Listener, warn
from forecast.forecasters.model import RecurrentForecaster
from forecast.spec.options import (
    PredictOptions,
    checked_options,
    levels_of,
    read_spec,
    refuse_for_model,
    train_request,
)
from forecast.spec.training import METHOD_OPTIONS, TrainRequest
from forecast.tables.source import Source
from forecast.workflow import Model

if TYPE_CHECKING:
    from forecast.drawing.chart import Picture


def plot(
    data: Source | None = None,
    *,
    output: str | Path,
    model: Model | None = None,
    backtest: bool = False,
    loss: bool = False,
    backtests: int | None = None,
    series: str | Sequence[str] = (),
    history: int | None = None,
    future: Source | None = None,
    listener: Listener = warn,
    **options: Unpack[PredictOptions],
) -> Path:
    """Write a picture of a series and its forecast to a file; the same picture as `forecast plot`.

    Args:
        data: The history, as for `predict`.
        output: The file: `.png`, `.svg`, or `.html`. It is whole or absent.
        model: As for `predict`.
        backtest: Draw the forecasts at each origin, with the actual values, instead.
        loss: Draw training and validation loss of the model by epoch instead.
        backtests: Number of origins.
        series: Ids of the series to draw; by default the first ones.
        history: Rows drawn before the forecast; by default eight times the horizon, or three seasons.
        future: Rows after the end with the known covariates.
        listener: Called with each event.
        options: Those of `predict`: `horizon`, `level`, `as_of`, `target`, ... (`PredictOptions`).

    Returns:
        The path of the file.

    Raises:
        UsageError, DataError, ModelError: As `predict`; another suffix; too many series of which none is
            chosen.

    >>> import forecast, tempfile
    >>> folder = tempfile.mkdtemp()
    >>> forecast.plot([112, 118, 132, 129, 121, 135, 148, 148], output=f"{folder}/a.svg").name
    'a.svg'

    """
    given = checked_options(plot, PredictOptions, **options)
    file, several = Path(output), backtest or backtests is not None
    kind = files.kind_of(file)
    if kind is None:
        raise UsageError(f'output: "{file}" does not end in {", ".join(files.SUFFIXES)}')
    if several + loss + ("as_of" in given) > 1:
        raise UsageError("backtest, loss and as_of are different pictures", hint="draw one after the other")
    ids = (series,) if isinstance(series, str) else tuple(series)
    request = pictures.PictureRequest(ids, history, files.MOST_CHARTS)
    if loss:
        picture = pictures.loss_picture(workflow.needed_model(model, data))
    else:
        if data is None:
            chosen: RecurrentForecaster | TrainRequest = workflow.needed_model(model, None)
        else:
            chosen = workflow.model_named(model, data) or _request(given)
        asked: dict[str, Any] = {
            "several": several,
            "backtests": backtests,
            "future": future,
            "listener": listener,
        }
        picture = _picture(chosen, data, request, given, **asked)
    return _written(file, files.image_of(picture, kind))


def _request(given: Mapping[str, Any]) -> TrainRequest:
    """What forecasts without a model."""
    method = {name: value for name, value in given.items() if name in METHOD_OPTIONS}
    return train_request(method, TrainRequest(read=read_spec(given), horizon=given.get("horizon")))


def _picture(
    chosen: RecurrentForecaster | TrainRequest,
    data: Source | None,
    request: pictures.PictureRequest,
    given: Mapping[str, Any],
    *,
    several: bool,
    backtests: int | None,
    future: Source | None,
    listener: Listener,
) -> "Picture":
    """The forecast, that of an earlier date, or backtests."""
    read, horizon = read_spec(given), given.get("horizon")
    if isinstance(chosen, RecurrentForecaster):
        method = {name: value for name, value in given.items() if name in METHOD_OPTIONS}
        refuse_for_model(read, 'model="pretrained"', **method)
    asked: dict[str, Any] = {"read": read, "horizon": horizon, "listener": listener}
    ahead: dict[str, Any] = {
        "levels": levels_of(given.get("level", 80.0)),
        "future_missing": given.get("future_missing"),
    }
    if "as_of" in given:
        if data is None or future is not None:
            raise UsageError("as_of needs the rows after that date too, in data, and takes no future")
        forecaster, found = hindcast.predict(chosen, data, str(given["as_of"]), **asked, **ahead)
        assert not isinstance(found, Total)  # which is not asked for
        return pictures.picture_as_of(forecaster, found, data, request, listener)
    if isinstance(chosen, TrainRequest):
        assert data is not None  # only these have no model
        chosen, data = workflow.untrained_model(data, chosen, listener=listener), None
    if several:
        return pictures.backtest_picture(chosen, data, request, backtests=backtests, **asked)
    return pictures.forecast_picture(chosen, data, request, future=future, **asked, **ahead)


def report(model: Model | None = None, *, output: str | Path) -> Path:
    """Write the HTML page about a model to hand over; the same page as `forecast report`.

    It holds the newest rows of the data, as the model file does: treat both as the data themselves.

    Args:
        model: A model or its path; by default FORECAST_MODEL, else the only *.forecast file in the current
            folder.
        output: The file, whole or absent.

    Returns:
        The path of the file.

    Raises:
        ModelError: The model is not found, or damaged.

    """
    return _written(Path(output), pictures.report(workflow.needed_model(model, None)).encode())


def _written(file: Path, content: bytes) -> Path:
    def write(stream: BinaryIO) -> None:
        stream.write(content)

    write_atomically(file, write)
    return file
