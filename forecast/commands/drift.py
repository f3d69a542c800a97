"""The command `forecast drift`."""

from typing import TYPE_CHECKING, Annotated

import typer

from forecast.cli import options, parsing, paths
from forecast.cli.console import Console
from forecast.cli.delivery import deliver, plan_delivery
from forecast.cli.help import needed_source
from forecast.cli.option_groups import takes
from forecast.cli.options import EVALUATION, option
from forecast.cli.reading_options import file_spec
from forecast.cli.skipped import plan_list
from forecast.errors import DRIFTED
from forecast.spec.reading import ReadSpec

if TYPE_CHECKING:
    from forecast.data.drift import DriftReport
    from forecast.output.writing import Json

NewRows = Annotated[
    str | None,
    typer.Argument(
        metavar="NEW",
        help="Rows newer than the model's, with or without those before: a file; - for standard input.  "
        "[default: standard input]",
        show_default=False,
    ),
]
Alpha = Annotated[
    float,
    option(
        "--alpha",
        metavar="SHARE",
        help="Share of calls that find a drift where there is none.  [default: 0.01]",
        panel=EVALUATION,
    ),
]


@takes("read", file_spec)
def drift(
    ctx: typer.Context,
    data: NewRows = None,
    *,
    read: ReadSpec,
    alpha: Alpha = 0.01,
    model: options.ModelToRead = None,
    format: options.FormatName = "auto",
    json: options.AsJson = False,
    digits: options.DigitsText = None,
    output: options.Output = None,
    excel_safe: options.ExcelSafe = False,
    skipped: options.SkippedFile = None,
) -> None:
    """Test whether new rows are still like those of the model.

    forecast drift newer.csv --model harvest.forecast
    forecast drift newer.csv --model harvest.forecast --json --alpha 0.001
    """
    console: Console = ctx.obj
    source = needed_source(ctx, data)
    path = paths.model_to_read(model, source)
    delivery = plan_delivery(
        format,
        json=json,
        output=output,
        inputs=(source, path),
        excel_safe=excel_safe,
        digits=parsing.parse_digits(digits),
    )
    plan_list(skipped, console, source, path, output)
    from forecast import live, workflow
    from forecast.reporting.facts import model_facts

    trained = workflow.load(path)
    console.note("model", str(path))
    report = live.drift(trained, source, read=read, alpha=alpha, listener=console.listen)
    console.erase()
    facts: dict[str, Json] = {
        "model": model_facts(trained, path),
        **paths.facts(source),
        "alpha": alpha,
        "level": report.level,
        "drifted": [report.ids[index] for index in report.drifted.tolist()],
        "skipped": console.skipped_facts(),
    }
    deliver(report.to_table(), delivery, schema="forecast.drift/1", facts=facts, color=console.color)
    console.note("verdict", _verdict(report))
    if len(report.drifted):
        raise typer.Exit(DRIFTED)


def _verdict(report: "DriftReport") -> str:
    """One sentence for a person."""
    from forecast.phrases import counted, listed

    tested = [outcome for outcome in report.outcomes if outcome != "too few rows"]
    found = report.drifted.tolist()
    if not found:
        return (
            f"steady: no drift in {counted(len(tested), 'series')} (false alarms: {100 * report.alpha:g} %)"
        )
    if len(report.ids) == 1:
        return f"drifted since {report.since[0]} ({report.tests[0]}): train again"
    names = listed([report.ids[index] for index in found])
    return f"drifted: {len(found):,} of {counted(len(tested), 'series')}, {names}: train again"
