"""The command `forecast plot`."""

from typing import TYPE_CHECKING

import typer

from forecast.cli import options, parsing, picture_options
from forecast.cli.console import Console
from forecast.cli.drawing import deliver_picture, plan_picture
from forecast.cli.option_groups import takes
from forecast.cli.reading_options import read_spec
from forecast.commands.answering import (
    Answering,
    answering_model,
    forecaster_for,
    opened,
    refuse_with_as_of,
    sources,
)
from forecast.errors import UsageError
from forecast.spec.reading import FutureMissing, ReadSpec

if TYPE_CHECKING:
    from forecast.drawing.chart import Picture
    from forecast.forecasters.model import RecurrentForecaster
    from forecast.pictures import PictureRequest


@takes("read", read_spec)
@takes("untrained", options.untrained_options)
def plot(
    ctx: typer.Context,
    data: options.DataToContinue = None,
    *,
    backtest: picture_options.Backtest = False,
    loss: picture_options.Loss = False,
    series: picture_options.DrawnSeries = None,
    history: picture_options.HistoryRows = None,
    horizon: options.HorizonToPredict = None,
    level: options.Levels = None,
    as_of: picture_options.AsOfToDraw = None,
    backtests: options.Backtests = None,
    model: options.ModelToPredict = None,
    read: ReadSpec,
    future: options.Future = None,
    future_missing: options.FutureMissing = None,
    untrained: dict[str, object],
    output: picture_options.PictureFile = None,
) -> None:
    """Draw the data and their forecast, backtests, or the loss.

    forecast plot harvest.csv
    forecast plot harvest.csv --output harvest.png
    forecast plot sales.csv --series a --target sold --model pretrained -o a.html
    forecast plot harvest.csv --backtest
    forecast plot harvest.csv --as-of 2015 --horizon 9
    forecast plot --loss --model harvest.forecast
    """
    console: Console = ctx.obj
    levels, rows = parsing.parse_levels(level), parsing.parse_rows(history)
    source, ahead = sources(data, future)
    _refuse_together(
        {"--loss": loss, "--backtest": backtest or backtests is not None},
        {"--future": future, "--future-missing": future_missing, "--level": level, "--as-of": as_of},
    )
    if as_of is not None:
        refuse_with_as_of(source, ahead, "forecast plot DATA --as-of DATE")
    answering = answering_model(model, data, source, read, untrained)
    delivery = plan_picture(output, inputs=(answering.source, ahead, answering.path))
    from forecast import pictures

    request = pictures.PictureRequest(tuple(series or ()), rows, delivery.most_charts)
    if loss:
        forecaster = _trained(answering, console)
        picture = pictures.loss_picture(forecaster)
    elif backtest or backtests is not None:
        forecaster, source = forecaster_for(answering, horizon, console)
        picture = pictures.backtest_picture(
            forecaster,
            source,
            request,
            read=read,
            backtests=backtests,
            horizon=horizon,
            listener=console.listen,
        )
    elif as_of is not None:
        picture = _picture_as_of(
            answering, as_of, request, read, console, horizon=horizon, levels=levels, missing=future_missing
        )
    else:
        forecaster, source = forecaster_for(answering, horizon, console)
        picture = pictures.forecast_picture(
            forecaster,
            source,
            request,
            read=read,
            future=ahead,
            future_missing=future_missing,
            horizon=horizon,
            levels=levels,
            listener=console.listen,
        )
    deliver_picture(picture, delivery, console.color)
    if delivery.file is not None:
        console.note("saved", str(delivery.file))


def _picture_as_of(
    answering: Answering,
    as_of: str,
    request: "PictureRequest",
    read: ReadSpec,
    console: Console,
    *,
    horizon: int | None,
    levels: tuple[float, ...],
    missing: FutureMissing | None,
) -> "Picture":
    """What would have been forecast on a date, and the actual values."""
    from forecast import hindcast, pictures
    from forecast.data.totals import Total

    assert answering.source is not None  # refused before
    chosen, remark = opened(answering, horizon, console)
    forecaster, found = hindcast.predict(
        chosen,
        answering.source,
        as_of,
        read=read,
        future_missing=missing,
        horizon=horizon,
        levels=levels,
        remark=remark,
        listener=console.listen,
    )
    assert not isinstance(found, Total)  # which is not asked for
    return pictures.picture_as_of(forecaster, found, answering.source, request, console.listen)


def _refuse_together(kinds: dict[str, bool], forecasts: dict[str, object]) -> None:
    """Refuse two kinds of pictures in one, and options of a forecast with another kind."""
    chosen = [name for name, wanted in kinds.items() if wanted]
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} are two pictures", hint="draw them one after the other")
    meaningless = [name for name, value in forecasts.items() if value]
    if chosen and meaningless:
        raise UsageError(f"{', '.join(meaningless)}: means nothing for {chosen[0]}", hint="leave it out")


def _trained(answering: Answering, console: Console) -> "RecurrentForecaster":
    """The trained model whose loss is drawn; the data are not read."""
    if answering.path is None:
        raise UsageError("without a model there is no loss", hint="forecast train DATA makes a model")
    forecaster, _ = forecaster_for(answering, None, console)
    return forecaster
