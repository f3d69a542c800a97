"""The command `forecast show`."""

import shlex
from pathlib import Path

import typer

from forecast.cli import options, parsing, paths
from forecast.cli.console import Console
from forecast.cli.delivery import Delivery, deliver, deliver_card, plan_delivery
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
    from forecast.storage import groups

    if groups.are_in(path):
        show_groups(path, delivery, console)
        return
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


def show_groups(path: Path, delivery: Delivery, console: Console) -> None:
    """Print a row for each model of the file."""
    from forecast.reporting.groups import group_facts, group_table
    from forecast.storage import groups

    found = groups.load(path)
    models = {value: found.model(value) for value in found.values}
    console.note("models", f"{path}: {len(models):,}, one for each {found.column}")
    table, facts = group_table(found.column, models), group_facts(path, found.column, models)
    deliver(table, delivery, schema="forecast.show/1", facts=facts, color=console.color)
    console.note("one of them", f"forecast show {shlex.quote(f'{path}#{found.values[0]}')}")
