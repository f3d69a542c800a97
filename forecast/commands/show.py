"""The command `forecast show`."""

import typer

from forecast.cli import options, parsing, paths
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
    digits: options.DigitsText = None,
) -> None:
    """Print the model card of MODEL: data, training, verdict, scores.

    forecast show harvest.forecast
    forecast show --model harvest.forecast --json
    """
    console: Console = ctx.obj
    if path is not None and model is not None:
        raise UsageError("the model is named twice", hint="forecast show MODEL, without --model")
    delivery = plan_delivery(format, json=json, digits=parsing.parse_digits(digits))
    path = paths.model_to_read(path or model, None)
    from forecast import workflow
    from forecast.reporting.facts import card_facts, model_facts
    from forecast.reporting.score_table import score_table

    trained = workflow.load(path)
    card, scores = workflow.show(trained), trained.card.scores
    console.note("model", str(path))
    deliver_card(
        card,
        delivery,
        schema="forecast.show/1",
        facts={"model": model_facts(trained, path), **card_facts(trained.card)},
        color=console.color,
        table={} if scores is None else scores.to_table(),
        shown=None if scores is None else score_table(scores),
    )
