"""The command `forecast check`."""

from typing import TYPE_CHECKING

import typer

from forecast.cli import options, paths
from forecast.cli.console import Console
from forecast.cli.delivery import Delivery, deliver, deliver_card, plan_delivery
from forecast.cli.help import needed_source
from forecast.cli.option_groups import takes
from forecast.cli.skipped import plan_list
from forecast.cli.training_options import plan_request
from forecast.spec.reading import ReadSpec
from forecast.spec.training import TrainRequest

if TYPE_CHECKING:
    from forecast.output.writing import Json


@takes("request", plan_request)
def check(
    ctx: typer.Context,
    data: options.Data = None,
    *,
    request: TrainRequest,
    fix: options.Fix = False,
    format: options.FormatName = "auto",
    json: options.AsJson = False,
    output: options.Output = None,
    excel_safe: options.ExcelSafe = False,
    skipped: options.SkippedFile = None,
) -> None:
    """Report what DATA holds and what train would do with it.

    forecast check harvest.csv
    forecast check sales.csv --target sold --id store --horizon 14
    cat harvest.csv | forecast check --json
    forecast check harvest.csv --fix --gaps interpolate --output clean.csv
    """
    console: Console = ctx.obj
    source = needed_source(ctx, data)
    delivery = plan_delivery(format, json=json, output=output, inputs=(source,), excel_safe=excel_safe)
    plan_list(skipped, console, source, output)
    if fix:
        write_repaired(source, request.read, delivery=delivery, console=console)
    else:
        report_data(source, request, delivery=delivery, console=console)


def write_repaired(source: paths.Source, read: ReadSpec, *, delivery: Delivery, console: Console) -> None:
    """Deliver the repaired data; each repair is noted on stderr."""
    from forecast import workflow

    table = workflow.repair(source, read, listener=console.listen)
    facts: dict[str, Json] = {"skipped": console.skipped_facts()}
    deliver(table, delivery, schema="forecast.fix/1", facts=facts, color=console.color)


def report_data(source: paths.Source, request: TrainRequest, *, delivery: Delivery, console: Console) -> None:
    """Deliver the report of data and plan, then raise the error that `train` would."""
    from forecast import workflow

    report = workflow.check(source, request, listener=console.listen)
    facts = {**report.facts(), "skipped": console.skipped_facts()}
    deliver_card(report.card, delivery, schema="forecast.check/1", facts=facts, color=console.color)
    if report.refusal is not None:
        raise report.refusal
