"""The command `forecast predict`."""

import shlex
from typing import TYPE_CHECKING

import typer

from forecast.cli import options, paths
from forecast.cli.console import Console
from forecast.cli.delivery import deliver, plan_delivery
from forecast.cli.option_groups import takes
from forecast.cli.reading_options import read_spec, refuse_beside_a_model
from forecast.cli.skipped import SkipPolicy, partial_options, plan_report
from forecast.errors import ModelError, UsageError
from forecast.events import Warned
from forecast.spec.reading import ReadSpec

if TYPE_CHECKING:
    from forecast.forecasters.recurrent import RecurrentForecaster


@takes("read", read_spec)
@takes("partial", partial_options)
def predict(
    ctx: typer.Context,
    data: options.Data = None,
    *,
    horizon: options.Horizon = None,
    level: options.Levels = None,
    model: options.ModelToPredict = None,
    read: ReadSpec,
    future: options.Future = None,
    future_missing: options.FutureMissing = None,
    season: options.Season = None,
    cell: options.CellName = None,
    format: options.FormatName = "auto",
    json: options.AsJson = False,
    output: options.Output = None,
    excel_safe: options.ExcelSafe = False,
    partial: SkipPolicy,
) -> None:
    """Print the next values: behind DATA, or behind the training data.

    forecast predict
    forecast predict harvest.csv --horizon 8 --level 80,95
    zcat sales.csv.gz | forecast predict --model sales.forecast --json
    forecast predict sales.csv --output next.parquet
    forecast predict new.csv --model pretrained
    forecast predict --future next.csv
    """
    console: Console = ctx.obj
    asked = options.levels(level)
    path = paths.model_or_pretrained(model)
    if path is not None:
        advice = "leave it out, or use --model pretrained, which takes it"
        refuse_beside_a_model(read, hint=advice, cell=cell, season=season)
    given, ahead = _sources(data, future)
    delivery = plan_delivery(
        format, json=json, output=output, inputs=(given, ahead, path), excel_safe=excel_safe
    )
    plan_report(partial, console, given, ahead, path, output)
    from forecast import workflow

    if path is None:
        source = None
        history = _needed_source(data, given, named=model is not None)
        rows, read = options.season(season, read)
        chosen = workflow.pretrained_model(
            history,
            read,
            cell=cell,
            season=rows,
            horizon=horizon,
            listener=console.listen,
        )
        console.note("model", _pretrained(chosen, history))
    else:
        source = source_to_continue(data, given, console)
        chosen = workflow.load(path)
    forecast = workflow.predict(
        chosen,
        source,
        read=read,
        future=ahead,
        future_missing=future_missing,
        horizon=horizon,
        levels=asked,
        listener=console.listen,
    )
    deliver(
        forecast.to_table(),
        delivery,
        schema="forecast.predict/1",
        facts={"left_out": console.skipped_facts()},
        color=console.color,
    )


def _sources(data: str | None, future: str | None) -> tuple[paths.Source | None, paths.Source | None]:
    """DATA, and the rows of the future; standard input is one of them at most."""
    ahead = None if future is None else paths.data_source(future)
    if ahead != paths.STDIN:
        return paths.data_source(data), ahead
    if data == paths.STDIN:
        raise UsageError(
            "standard input cannot be both DATA and --future", hint="name a file for one of them"
        )
    return None if data is None else paths.data_source(data), ahead


def source_to_continue(
    data: str | None, source: paths.Source | None, console: Console
) -> paths.Source | None:
    """The `source` to continue, or None: the model's own. An empty pipe (as under cron) is no data."""
    if data is None and source == paths.STDIN and paths.stdin_is_empty():
        console.listen(Warned("standard input is empty: continuing the data the model was trained on"))
        return None
    return source


def _needed_source(data: str | None, source: paths.Source | None, *, named: bool) -> paths.Source:
    """The `source` that a pretrained network continues; `named` where one was asked for."""
    if source is not None and (data is not None or not paths.stdin_is_empty()):
        return source
    if named:
        raise UsageError("the pretrained network has no data of its own", hint="forecast predict DATA")
    raise ModelError(
        "there is no model here",
        hint="forecast train DATA makes one, forecast predict DATA needs none; or --model PATH",
    )


def _pretrained(model: "RecurrentForecaster", source: paths.Source) -> str:
    """What answers, and how to get a model of one's own where there is none."""
    from forecast.reporting import notes

    if paths.models_here():
        return notes.pretrained_line(model)
    data = "DATA" if isinstance(source, str) else shlex.quote(str(source))
    return f"none here: {notes.pretrained_line(model)}; forecast train {data} makes one of your own"
