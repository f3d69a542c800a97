"""The command `forecast plot`."""

import typer

from forecast.cli import options, parsing, picture_options
from forecast.cli.console import Console
from forecast.cli.drawing import deliver_picture, plan_picture
from forecast.cli.option_groups import takes
from forecast.cli.reading_options import read_spec
from forecast.commands.answering import answering_model, forecaster_for, sources
from forecast.spec.reading import ReadSpec


@takes("read", read_spec)
@takes("untrained", options.untrained_options)
def plot(
    ctx: typer.Context,
    data: options.DataToContinue = None,
    *,
    series: picture_options.DrawnSeries = None,
    history: picture_options.HistoryRows = None,
    horizon: options.HorizonToPredict = None,
    level: options.Levels = None,
    model: options.ModelToPredict = None,
    read: ReadSpec,
    future: options.Future = None,
    future_missing: options.FutureMissing = None,
    untrained: dict[str, object],
    output: picture_options.PictureFile = None,
) -> None:
    """Draw the data and their forecast with intervals.

    forecast plot harvest.csv
    forecast plot harvest.csv --output harvest.png
    forecast plot sales.csv --series a --level 80,95 --output a.html
    """
    console: Console = ctx.obj
    levels, rows = parsing.parse_levels(level), parsing.parse_rows(history)
    source, ahead = sources(data, future)
    answering = answering_model(model, data, source, read, untrained)
    delivery = plan_picture(output, inputs=(answering.source, ahead, answering.path))
    forecaster, source = forecaster_for(answering, horizon, console)
    from forecast.pictures import PictureRequest, forecast_picture

    picture = forecast_picture(
        forecaster,
        source,
        PictureRequest(tuple(series or ()), rows, delivery.most_charts),
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
