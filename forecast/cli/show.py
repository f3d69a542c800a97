"""The command `forecast show`."""

import typer

from forecast.cli import options, paths
from forecast.cli.console import Console
from forecast.cli.delivery import deliver_card, plan_delivery
from forecast.errors import UsageError


def show(
    ctx: typer.Context,
    path: options.ModelArgument = None,
    *,
    model: options.ModelToRead = None,
    format: options.FormatName = "auto",
    json: options.AsJson = False,
) -> None:
    """Show what MODEL was made from and how it was judged.

    forecast show
    forecast show harvest.forecast
    forecast show --model harvest.forecast --json
    """
    console: Console = ctx.obj
    if path is not None and model is not None:
        raise UsageError("the model is named twice", hint="forecast show MODEL, without --model")
    delivery = plan_delivery(format, json=json)
    chosen = paths.model_to_read(path or model)
    from forecast import workflow

    deliver_card(
        workflow.show(workflow.load(chosen)), delivery, schema="forecast.show/1", color=console.color
    )
