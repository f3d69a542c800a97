"""The command `forecast check`."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from forecast.cli import options, paths
from forecast.cli.console import Console
from forecast.cli.delivery import Delivery, deliver, deliver_card, deliver_text, plan_delivery
from forecast.cli.engine_options import EngineChoice, engine_choice
from forecast.cli.files import by_files
from forecast.cli.help import needed_source
from forecast.cli.option_groups import takes
from forecast.cli.skipped import plan_list
from forecast.cli.training_options import plan_request
from forecast.errors import UsageError
from forecast.spec.reading import ReadSpec
from forecast.spec.training import TrainRequest

if TYPE_CHECKING:
    from forecast.engines.calls import Engine
    from forecast.output.writing import Json
    from forecast.reporting.data_report import DataReport
    from forecast.tables.files import DataSet


@takes("request", plan_request)
@takes("engine", engine_choice)
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
    engine: EngineChoice,
) -> None:
    """Report what DATA holds and what train would do with it.

    forecast check harvest.csv
    forecast check sales.csv --target sold --id store --horizon 14
    cat harvest.csv | forecast check --json
    forecast check harvest.csv --fix --gaps interpolate --output clean.csv
    forecast check stores/ --workers 4
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
    files = by_files(source, engine)
    if files is not None:
        if fix:
            raise UsageError(
                "--fix needs all rows at once, and the data go file by file", hint="name one of the files"
            )
        report_files(files, request, engine.engine, delivery=delivery, console=console)
    elif fix:
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

    _deliver_report(workflow.check(source, request, listener=console.listen), delivery, console)


def report_files(
    data: "DataSet", request: TrainRequest, engine: "Engine", *, delivery: Delivery, console: Console
) -> None:
    """The same of a data set, file by file; one file larger than memory is put into parts first."""
    from forecast.jobs.checks import check
    from forecast.jobs.large import in_parts

    with (
        tempfile.TemporaryDirectory(prefix="forecast-") as folder,
        in_parts(data, request.read, Path(folder) / "data", console.listen) as parts,
    ):
        report = check(parts, request, engine, console.listen, root=data.root)
    console.erase()
    _deliver_report(report, delivery, console)


def _deliver_report(report: "DataReport", delivery: Delivery, console: Console) -> None:
    facts = {**report.facts(), "skipped": console.skipped_facts()}
    deliver_card(report.card, delivery, schema="forecast.check/1", facts=facts, color=console.color)
    if report.refusal is not None:
        raise report.refusal
