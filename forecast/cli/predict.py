"""The command `forecast predict`."""

import typer

from forecast.cli import options, paths
from forecast.cli.console import Console
from forecast.cli.delivery import deliver, plan_delivery
from forecast.events import Warned


def predict(
    ctx: typer.Context,
    data: options.Data = None,
    *,
    horizon: options.Horizon = None,
    level: options.Levels = None,
    model: options.ModelToRead = None,
    format: options.FormatName = "auto",
    json: options.AsJson = False,
    output: options.Output = None,
) -> None:
    """Print the next values: behind DATA, or behind the training data.

    forecast predict
    forecast predict harvest.csv --horizon 8 --level 80,95
    zcat sales.csv.gz | forecast predict --model sales.forecast --json
    forecast predict sales.csv --output next.parquet
    """
    console: Console = ctx.obj
    asked = options.levels(level)
    source = _source(data, console)
    path = paths.model_to_read(model)
    delivery = plan_delivery(format, json=json, output=output, inputs=(source, path))
    from forecast import workflow

    forecast = workflow.predict(
        workflow.load(path), source, horizon=horizon, levels=asked, listener=console.listen
    )
    deliver(
        forecast.to_table(),
        delivery,
        schema="forecast.predict/1",
        facts={"left_out": console.left_out_facts()},
        color=console.color,
    )


def _source(data: str | None, console: Console) -> paths.Source | None:
    """The data to continue, or None: the model's own. An empty pipe (as under cron) is no data."""
    source = paths.data_source(data)
    if data is None and source == paths.STDIN and paths.stdin_is_empty():
        console.listen(Warned("standard input is empty: continuing the data the model was trained on"))
        return None
    return source
