"""The command `forecast evaluate`."""

from typing import TYPE_CHECKING

import typer

from forecast.cli import options, paths
from forecast.cli.console import Console
from forecast.cli.delivery import deliver, plan_delivery
from forecast.cli.help import needed_source
from forecast.cli.option_groups import takes
from forecast.cli.reading_options import file_spec
from forecast.cli.skipped import plan_list
from forecast.errors import NO_SKILL
from forecast.spec.reading import ReadSpec

if TYPE_CHECKING:
    from forecast.data.results import Scores
    from forecast.output.writing import Json


@takes("read", file_spec)
def evaluate(
    ctx: typer.Context,
    data: options.Data = None,
    *,
    read: ReadSpec,
    horizon: options.HorizonOfModel = None,
    backtests: options.Backtests = None,
    baseline: options.Baselines = None,
    refit: options.Refit = False,
    by: options.By = "model",
    require_skill: options.RequireSkill = False,
    model: options.ModelToRead = None,
    format: options.FormatName = "auto",
    json: options.AsJson = False,
    output: options.Output = None,
    excel_safe: options.ExcelSafe = False,
    skipped: options.SkippedFile = None,
) -> None:
    """Score a model against baselines on rows it was not trained on.

    forecast evaluate harvest.csv
    forecast evaluate sales.csv --baseline naive,drift --backtests 5 --by series
    forecast evaluate sales.csv --refit --require-skill --output scores.csv
    """
    console: Console = ctx.obj
    source = needed_source(ctx, data)
    path = paths.model_to_read(model, source)
    delivery = plan_delivery(format, json=json, output=output, inputs=(source, path), excel_safe=excel_safe)
    plan_list(skipped, console, source, path, output)
    from forecast import workflow

    trained = workflow.load(path)
    console.note("model", str(path))
    scores = workflow.evaluate(
        trained,
        source,
        read=read,
        backtests=backtests,
        horizon=horizon,
        baselines=options.parse_names(baseline),
        refit=refit,
        listener=console.listen,
    )
    console.erase()
    facts: dict[str, Json] = {
        **paths.facts(path, source),
        "backtests": scores.backtests,
        "forecasts": scores.forecasts,
        "skipped": console.skipped_facts(),
    }
    deliver(scores.to_table(by), delivery, schema="forecast.evaluate/1", facts=facts, color=console.color)
    if require_skill and not _beats_all(scores):
        raise typer.Exit(NO_SKILL)


def _beats_all(scores: "Scores") -> bool:
    """True where the model, which is first, has a smaller error than every baseline."""
    model, *baselines = scores.overall[:, 0].tolist()
    return all(model < baseline for baseline in baselines)
