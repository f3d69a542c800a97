"""The command `forecast check`."""

from typing import TYPE_CHECKING

import typer

from forecast.cli import options, paths
from forecast.cli.console import Console
from forecast.cli.delivery import Delivery, deliver, deliver_card, deliver_text, plan_delivery
from forecast.cli.help import needed_source
from forecast.cli.option_groups import takes
from forecast.cli.skipped import plan_list
from forecast.cli.training_options import plan_request
from forecast.errors import UsageError
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
    devices: options.Devices = False,
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
    forecast check --devices
    """
    console: Console = ctx.obj
    if devices:
        if data is not None or fix:
            raise UsageError("--devices is about this machine: it reads no DATA and fixes none")
        report_devices(plan_delivery(format, json=json, output=output, excel_safe=excel_safe), console)
        return
    source = needed_source(ctx, data)
    delivery = plan_delivery(format, json=json, output=output, inputs=(source,), excel_safe=excel_safe)
    plan_list(skipped, console, source, output)
    if fix:
        write_repaired(source, request.read, delivery=delivery, console=console)
    else:
        report_data(source, request, delivery=delivery, console=console)


def report_devices(delivery: Delivery, console: Console) -> None:
    """Deliver what TensorFlow finds to train on."""
    from forecast import workflow
    from forecast.reporting.devices import devices_card, devices_facts, devices_paragraph

    facts = workflow.devices(listener=console.listen)
    deliver_text(
        devices_paragraph(facts),
        delivery,
        card=devices_card(facts),
        schema="forecast.devices/1",
        facts=devices_facts(facts),
    )


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
