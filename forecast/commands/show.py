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
    model: options.ModelToShow = None,
    format: options.FormatName = "auto",
    json: options.AsJson = False,
) -> None:
    """Print the model card of MODEL: data, training, scores, verdict.

    forecast show
    forecast show harvest.forecast
    forecast show --model harvest.forecast --json
    """
    console: Console = ctx.obj
    if path is not None and model is not None:
        raise UsageError("the model is named twice", hint="forecast show MODEL, without --model")
    delivery = plan_delivery(format, json=json)
    path = paths.model_to_read(path or model, None)
    from forecast import workflow

    card = workflow.show(workflow.load(path))
    console.note("model", str(path))
    deliver_card(card, delivery, schema="forecast.show/1", color=console.color)
