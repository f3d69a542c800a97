"""The command `forecast evaluate`."""

from typing import TYPE_CHECKING

import typer

from forecast.cli import options, paths
from forecast.cli.console import Console
from forecast.cli.delivery import deliver, plan_delivery
from forecast.cli.help import needed_source
from forecast.cli.option_groups import takes
from forecast.cli.reading_options import read_spec, refuse_beside_a_model
from forecast.cli.skipped import SkipPolicy, partial_options, plan_report
from forecast.errors import NO_SKILL
from forecast.spec.reading import ReadSpec

if TYPE_CHECKING:
    from forecast.data.results import Scores
    from forecast.output.writing import Json


@takes("read", read_spec)
@takes("partial", partial_options)
def evaluate(
    ctx: typer.Context,
    data: options.Data = None,
    *,
    read: ReadSpec,
    horizon: options.Horizon = None,
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
    partial: SkipPolicy,
) -> None:
    """Score a model against baselines on rows of DATA it has not seen.

    forecast evaluate harvest.csv
    forecast evaluate sales.csv --baseline naive,drift --backtests 5 --by series
    forecast evaluate sales.csv --refit --require-skill --output scores.csv
    """
    console: Console = ctx.obj
    refuse_beside_a_model(read)
    source = needed_source(ctx, data)
    path = paths.model_to_read(model)
    delivery = plan_delivery(format, json=json, output=output, inputs=(source, path), excel_safe=excel_safe)
    plan_report(partial, console, source, path, output)
    from forecast import workflow

    scores = workflow.evaluate(
        workflow.load(path),
        source,
        read=read,
        backtests=backtests,
        horizon=horizon,
        baselines=options.names(baseline),
        refit=refit,
        listener=console.listen,
    )
    console.erase()
    facts: dict[str, Json] = {
        "backtests": scores.backtests,
        "forecasts": scores.forecasts,
        "left_out": console.skipped_facts(),
    }
    deliver(scores.to_table(by), delivery, schema="forecast.evaluate/1", facts=facts, color=console.color)
    if require_skill and not _beats_all(scores):
        raise typer.Exit(NO_SKILL)


def _beats_all(scores: "Scores") -> bool:
    """True where the model judged has a smaller error than every baseline."""
    errors = scores.overall[:, 0].tolist()
    return all(errors[0] < other for other in errors[1:])
