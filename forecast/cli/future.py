"""The command `forecast future`."""

import typer

from forecast.cli import options, paths
from forecast.cli.console import Console
from forecast.cli.delivery import deliver, plan_delivery
from forecast.cli.option_groups import takes
from forecast.cli.predict import source_to_continue
from forecast.cli.reading_options import read_spec, refuse_beside_a_model
from forecast.spec.reading import ReadSpec


@takes("read", read_spec)
def future(
    ctx: typer.Context,
    data: options.Data = None,
    *,
    horizon: options.Horizon = None,
    model: options.ModelToRead = None,
    read: ReadSpec,
    format: options.FormatName = "auto",
    json: options.AsJson = False,
    output: options.Output = None,
) -> None:
    """Write rows to fill in with what is known ahead.

    forecast future --output next.csv
    forecast future sales.csv --horizon 14 --output next.csv
    """
    console: Console = ctx.obj
    refuse_beside_a_model(read)
    path = paths.model_to_read(model)
    source = source_to_continue(data, paths.data_source(data), console)
    delivery = plan_delivery(format, json=json, output=output, inputs=(source, path))
    from forecast import workflow

    rows = workflow.future(workflow.load(path), source, read=read, horizon=horizon, listener=console.listen)
    deliver(rows, delivery, schema="forecast.future/1", facts={}, color=console.color)
