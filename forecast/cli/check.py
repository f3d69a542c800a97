"""The command `forecast check`."""

from typing import TYPE_CHECKING

import typer

from forecast.cli import options, paths
from forecast.cli.console import Console
from forecast.cli.delivery import Delivery, deliver, deliver_card, plan_delivery
from forecast.cli.help import needed_source
from forecast.cli.option_groups import takes
from forecast.cli.reading_options import read_spec
from forecast.cli.skipped import SkipPolicy, partial_options, plan_report
from forecast.spec.reading import ReadSpec

if TYPE_CHECKING:
    from forecast.output.writing import Json
    from forecast.spec.training import TrainRequest


@takes("read", read_spec)
@takes("partial", partial_options)
def check(
    ctx: typer.Context,
    data: options.Data = None,
    *,
    read: ReadSpec,
    horizon: options.Horizon = None,
    window: options.Window = None,
    season: options.Season = None,
    calendar: options.CalendarToRead = False,
    holidays: options.Holidays = None,
    fix: options.Fix = False,
    format: options.FormatName = "auto",
    json: options.AsJson = False,
    output: options.Output = None,
    excel_safe: options.ExcelSafe = False,
    partial: SkipPolicy,
) -> None:
    """Show what is seen in DATA and what train would do with it.

    forecast check harvest.csv
    forecast check sales.csv --id store --horizon 14
    cat sales.csv | forecast check --json
    forecast check sales.csv --fix --gaps interpolate --output clean.csv
    """
    console: Console = ctx.obj
    source = needed_source(ctx, data)
    rows, read = options.season(season, read)
    delivery = plan_delivery(format, json=json, output=output, inputs=(source,), excel_safe=excel_safe)
    plan_report(partial, console, source, output)
    if fix:
        write_repaired(source, read, delivery=delivery, console=console)
        return
    from forecast.spec.training import TrainRequest

    request = TrainRequest(
        read=read,
        horizon=horizon,
        window=options.window(window),
        season=rows,
        calendar=calendar,
        holidays=holidays,
    )
    show_plan(source, request, delivery=delivery, console=console)


def write_repaired(source: paths.Source, read: ReadSpec, *, delivery: Delivery, console: Console) -> None:
    """Print the data as they are after repair; what was done is said on stderr."""
    from forecast import workflow

    table = workflow.repair(source, read, listener=console.listen)
    facts: dict[str, Json] = {"left_out": console.skipped_facts()}
    deliver(table, delivery, schema="forecast.fix/1", facts=facts, color=console.color)


def show_plan(source: paths.Source, request: "TrainRequest", *, delivery: Delivery, console: Console) -> None:
    """Print the card of the data, and refuse them if `train` would; nothing is trained."""
    from forecast import workflow

    found = workflow.check(source, request, listener=console.listen)
    facts = {**found.facts(), "left_out": console.skipped_facts()}
    deliver_card(found.card, delivery, schema="forecast.check/1", facts=facts, color=console.color)
    if found.refusal is not None:
        raise found.refusal
