"""The command `forecast predict`."""

from typing import TYPE_CHECKING, Any

import typer

from forecast.cli import options, parsing, paths
from forecast.cli.console import Console
from forecast.cli.delivery import deliver, note_saved, plan_delivery
from forecast.cli.drawing import has_room_below, print_below
from forecast.cli.engine_options import EngineChoice, engine_choice
from forecast.cli.files import by_files, parquet_of
from forecast.cli.option_groups import takes
from forecast.cli.picture_options import NoPlot
from forecast.cli.reading_options import read_spec
from forecast.cli.skipped import plan_list
from forecast.commands.answering import answering_model, groups_of, opened, refuse_with_as_of, sources
from forecast.commands.predict_groups import predict_groups
from forecast.spec.reading import ReadSpec
from forecast.spec.training import TrainRequest

if TYPE_CHECKING:
    from pathlib import Path

    from forecast.data.results import Forecast, Probabilities
    from forecast.data.totals import Total
    from forecast.forecasters.model import RecurrentForecaster
    from forecast.output.writing import Json


@takes("read", read_spec)
@takes("untrained", options.untrained_options)
@takes("engine", engine_choice)
def predict(
    ctx: typer.Context,
    data: options.DataToContinue = None,
    *,
    horizon: options.HorizonToPredict = None,
    level: options.Levels = None,
    total: options.TotalOnly = False,
    as_of: options.AsOf = None,
    model: options.ModelToPredict = None,
    read: ReadSpec,
    future: options.Future = None,
    future_missing: options.FutureMissing = None,
    untrained: dict[str, object],
    format: options.FormatName = "auto",
    json: options.AsJson = False,
    digits: options.DigitsText = None,
    output: options.Output = None,
    excel_safe: options.ExcelSafe = False,
    skipped: options.SkippedFile = None,
    no_plot: NoPlot = False,
    engine: EngineChoice,
) -> None:
    """Forecast the next values of DATA, or of the training data.

    forecast predict harvest.csv
    forecast predict harvest.csv --horizon 8 --level 80,95
    zcat harvest.csv.gz | forecast predict --model harvest.forecast --json
    forecast predict harvest.csv --output next.parquet
    forecast predict new.csv --model pretrained --method theta
    forecast predict sales.csv --horizon 2 --future next.csv
    forecast predict orders.csv --horizon 30 --total
    forecast predict new.csv --model pretrained --as-of 1990
    forecast predict stores/ --output forecasts/ --workers 4
    """
    console: Console = ctx.obj
    levels = parsing.parse_levels(level)
    source, ahead = sources(data, future)
    answering = answering_model(model, data, source, read, untrained)
    source = answering.source
    if as_of is not None:
        refuse_with_as_of(source, ahead, "forecast predict DATA --as-of DATE")
    inputs, written = (source, ahead, answering.path), parsing.parse_digits(digits)
    asked: dict[str, Any] = {"horizon": horizon, "levels": levels, "total": total}
    files = by_files(source, engine, output)
    if files is not None:
        from forecast.commands.predict_files import predict_files

        predict_files(
            files,
            answering,
            engine.engine,
            output,
            {**asked, "digits": written, "excel_safe": excel_safe},
            format="json" if json else format,
            refused={"--as-of": as_of, "--future": ahead, "--future-missing": future_missing},
            skipped=skipped,
            console=console,
        )
        return
    delivery = plan_delivery(
        format, json=json, output=output, inputs=inputs, excel_safe=excel_safe, digits=written
    )
    plan_list(skipped, console, *inputs, output)
    about: dict[str, Json] = {**paths.facts(source), "levels": list(levels), "as_of": as_of}
    asked["future_missing"] = future_missing
    if (groups := groups_of(answering, console)) is not None:
        predict_groups(groups, answering, ahead, asked, delivery, about, console)
        return
    chosen, remark = opened(answering, horizon, console)
    forecaster, forecast = _forecast(
        chosen, source, ahead, as_of, read=read, remark=remark, console=console, asked=asked
    )
    deliver(
        table := forecast.to_table(),
        delivery,
        schema="forecast.total/1" if total else "forecast.predict/1",
        facts={**_model_facts(forecaster, answering.path), **about, "skipped": console.skipped_facts()},
        color=console.color,
        places=forecast.row_places,
        like=parquet_of(source, delivery),
    )
    note_saved(delivery, table, console)
    if has_room_below(delivery, wanted=not no_plot):
        print_below(forecast, console.color)


def _forecast(
    chosen: "RecurrentForecaster | TrainRequest",
    source: paths.Source | None,
    ahead: paths.Source | None,
    as_of: str | None,
    *,
    read: ReadSpec,
    remark: str,
    console: Console,
    asked: dict[str, Any],
) -> "tuple[RecurrentForecaster, Forecast | Probabilities | Total]":
    """What forecasts, and its forecast: a model, or for a request what needs none, today or as of a date."""
    from forecast import workflow

    asked = {**asked, "listener": console.listen}
    if as_of is not None and source is not None:
        from forecast import hindcast

        return hindcast.predict(chosen, source, as_of, read=read, remark=remark, **asked)
    if not isinstance(chosen, TrainRequest):
        return chosen, workflow.predict(chosen, source, read=read, future=ahead, **asked)
    assert source is not None  # refused before
    untrained = workflow.untrained_model(source, chosen, remark=remark, listener=console.listen)
    # The rows of the data are those that the forecaster continues.
    return untrained, workflow.predict(untrained, read=read, future=ahead, **asked)


def _model_facts(forecaster: "RecurrentForecaster", path: "Path | None") -> "dict[str, Json]":
    """What forecasts, and how it was judged when it was trained."""
    from forecast.reporting.facts import card_facts, model_facts, score_rows

    return {
        "model": model_facts(forecaster, path),
        **card_facts(forecaster.card),
        "scores": score_rows(forecaster.card.scores),
    }
