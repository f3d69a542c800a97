"""The command `forecast compare`."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from forecast.cli import options, parsing, paths
from forecast.cli.console import Console
from forecast.cli.delivery import Delivery, deliver, plan_delivery
from forecast.cli.option_groups import takes
from forecast.cli.reading_options import file_spec
from forecast.cli.skipped import plan_list
from forecast.errors import UsageError
from forecast.spec.reading import ReadSpec

if TYPE_CHECKING:
    from forecast.data.comparison import Comparison
    from forecast.output.writing import Json


@takes("read", file_spec)
def compare(
    ctx: typer.Context,
    first: options.FirstModel,
    second: options.SecondModel,
    data: options.DataToCompare = None,
    *,
    read: ReadSpec,
    horizon: options.HorizonOfModels = None,
    backtests: options.Backtests = None,
    baseline: options.Baselines = None,
    refit: options.Refit = False,
    format: options.FormatName = "auto",
    json: options.AsJson = False,
    digits: options.DigitsText = None,
    output: options.Output = None,
    skipped: options.SkippedFile = None,
) -> None:
    """Set two models side by side on the same rows.

    forecast compare harvest.forecast piped.forecast
    forecast compare harvest.forecast piped.forecast newer.csv --horizon 2
    forecast compare harvest.forecast piped.forecast harvest.csv --refit
    """
    console: Console = ctx.obj
    if first == second:
        raise UsageError(f'both models are "{first}"', hint="name two files")
    source = None if data is None else paths.data_source(data)
    inputs = (source, first, second)
    delivery = plan_delivery(
        format, json=json, output=output, inputs=inputs, digits=parsing.parse_digits(digits)
    )
    plan_list(skipped, console, *inputs, output)
    from forecast import workflow
    from forecast.reporting.facts import model_facts

    models = {str(path): workflow.load(path) for path in (first, second)}
    result = workflow.compare(
        models,
        source,
        read=read,
        backtests=backtests,
        horizon=horizon,
        baselines=parsing.parse_names(baseline),
        refit=refit,
        listener=console.listen,
    )
    facts: dict[str, Json] = {
        "models": [model_facts(model, Path(path)) for path, model in models.items()],
        **paths.facts(source),
    }
    _report(result, delivery, facts, console)


def _report(result: "Comparison", delivery: Delivery, facts: "dict[str, Json]", console: Console) -> None:
    """Deliver the scores; note the sample and the verdict after them."""
    from dataclasses import asdict

    from forecast.phrases import counted

    console.erase()
    table, scores = result.to_table(), result.scores
    shown = ("model", "mae", "mase", "skill", "interval_score", "coverage")
    deliver(
        table,
        delivery,
        schema="forecast.compare/1",
        facts={
            **facts,
            "basis": result.basis,
            "backtests": scores.backtests,
            "forecasts": scores.forecasts,
            "level": result.level,
            "verdict": asdict(result.verdict),
            "skipped": console.skipped_facts(),
        },
        color=console.color,
        shown={name: table[name] for name in shown if name in table},
    )
    console.note(
        "compared", f"{counted(scores.backtests, 'backtest')}, {counted(scores.forecasts, 'forecast')}"
    )
    console.note("verdict", result.verdict.text)
