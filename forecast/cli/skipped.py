"""Series that cannot be used: whether the others go on without them, and where they are listed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from forecast.cli.console import Console
from forecast.cli.options import OUTPUT
from forecast.errors import UsageError

Report = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="List the series left out there: JSON lines of id, reason, place.",
        show_default=False,
        rich_help_panel=OUTPUT,
    ),
]


@dataclass(frozen=True, slots=True)
class SkipPolicy:
    """What becomes of a run over several series when some cannot be used."""

    report: Path | None


def partial_options(*, report: Report = None) -> SkipPolicy:
    """The answer from the options of a command."""
    return SkipPolicy(report)


def plan_report(partial: SkipPolicy, console: Console, *others: str | Path | None) -> None:
    """Have the report written at the end; refuse now what cannot be, such as replacing one of `others`."""
    if partial.report is None:
        return
    from forecast.atomic import check_writable

    for other in others:
        if isinstance(other, Path) and other.absolute() == partial.report.absolute():
            raise UsageError(f'--report: "{partial.report}" is read or written by this command already')
    check_writable(partial.report)
    console.report = partial.report


def write_report(console: Console) -> None:
    """List the series left out, none too, where a report is wanted."""
    if console.report is None:
        return
    import numpy as np

    from forecast.atomic import write_atomically
    from forecast.output.writing import write

    facts = [(series.id, series.reason, series.place) for series in console.skipped]
    table = {
        name: np.array([fact[index] for fact in facts], dtype=object)
        for index, name in enumerate(("id", "reason", "place"))
    }
    write_atomically(
        console.report, lambda stream: write(table, stream, format="jsonl", schema="forecast.report/1")
    )
