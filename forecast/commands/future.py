"""The command `forecast future`."""

import typer

from forecast.cli import options, paths
from forecast.cli.console import Console
from forecast.cli.delivery import deliver, plan_delivery
from forecast.cli.option_groups import takes
from forecast.cli.reading_options import file_spec
from forecast.spec.reading import ReadSpec


@takes("read", file_spec)
def future(
    ctx: typer.Context,
    data: options.DataToContinue = None,
    *,
    horizon: options.HorizonOfModel = None,
    model: options.ModelToRead = None,
    read: ReadSpec,
    format: options.FormatName = "auto",
    json: options.AsJson = False,
    output: options.Output = None,
) -> None:
    """Write a file of future rows, to fill in their known covariates.

    forecast future sales.csv --output next.csv
    forecast future --model sales.forecast --horizon 14
    """
    console: Console = ctx.obj
    source = paths.data_source(data)
    piped_nothing = paths.is_empty_pipe(data, source)
    source = None if piped_nothing else source
    path = paths.model_to_read(model, source)
    delivery = plan_delivery(format, json=json, output=output, inputs=(source, path))
    from forecast import workflow

    trained = workflow.load(path)
    console.note("model", str(path))
    if piped_nothing:
        console.warn(paths.EMPTY_PIPE)
    rows = workflow.future(trained, source, read=read, horizon=horizon, listener=console.listen)
    from forecast.reporting.facts import model_facts

    facts = {"model": model_facts(trained, path), **paths.facts(source)}
    deliver(rows, delivery, schema="forecast.future/1", facts=facts, color=console.color)
