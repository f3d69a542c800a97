"""The command `forecast drift`."""

from typing import TYPE_CHECKING, Annotated

import typer

from forecast.cli import options, parsing, paths
from forecast.cli.console import Console
from forecast.cli.delivery import deliver, paper_width, plan_delivery
from forecast.cli.help import needed_source
from forecast.cli.option_groups import takes
from forecast.cli.options import EVALUATION, option
from forecast.cli.reading_options import file_spec
from forecast.cli.skipped import plan_list
from forecast.errors import DRIFTED
from forecast.spec.reading import ReadSpec

if TYPE_CHECKING:
    from forecast.data.drift import DriftReport
    from forecast.data.results import ResultTable
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
    table = report.to_table()
    shown = _fitted(table, paper_width(delivery.file)) if delivery.is_table else None
    deliver(table, delivery, schema="forecast.drift/1", facts=facts, color=console.color, shown=shown)
    console.note("verdict", _verdict(report))
    if len(report.drifted):
        raise typer.Exit(DRIFTED)


_LESS = ("expected", "coverage", "rows", "bias")
"""Columns that a table for a person does without, the first one first, on paper that is not wide enough."""


def _fitted(table: "ResultTable", width: int) -> "ResultTable":
    """The table as wide as the paper: with the smallest probability alone, and fewer columns, if need be."""
    import numpy as np

    from forecast.output.terminal import width_of

    if width_of(table) <= width:
        return table
    tests = [name for name in table if name.startswith("p_")]
    smallest = np.fmin.reduce([table[name].astype(float) for name in tests])
    texts = [None if p != p else f"{p:.2g}" for p in smallest.tolist()]
    shown = {name: column for name, column in table.items() if name not in tests}
    shown["p"] = np.array(texts, dtype=object)
    for name in _LESS:
        if width_of(shown) > width:
            del shown[name]
    return shown


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
