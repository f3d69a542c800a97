"""The report of `check` on a data set: the findings of its files together, and the plan of a sample."""

from collections.abc import Sequence
from dataclasses import dataclass

from forecast.data.cards import Card
from forecast.data.panel import Panel
from forecast.diagnostics.profile import DataProfile
from forecast.diagnostics.together import FileProfile, together
from forecast.errors import DataError
from forecast.phrases import counted
from forecast.planning import estimates
from forecast.planning.plan import Plan
from forecast.reading.reader import ReadResult
from forecast.reporting.data_report import (
    DataReport,
    FilesFound,
    Line,
    column_lines,
    found_lines,
    guess_lines,
    training_lines,
)
from forecast.reporting.seasons import seasonality, seasons_line, seasons_of

MOST_NAMED = 5
"""Files, repairs and series that are named."""


@dataclass(frozen=True, slots=True)
class SampleChecked:
    """The series that would be trained on, from some files, and what would be done with them."""

    reading: ReadResult
    files: int
    plan: Plan | None
    """None where it would be refused."""
    panel: Panel
    """With the season of the plan."""


def files_report(
    files: Sequence[FileProfile],
    sample: SampleChecked,
    *,
    failed: int,
    differing: Sequence[DataError],
    refusal: DataError | None,
) -> DataReport:
    """The report on all files that could be read, of which there is at least one.

    `differing` says which do not belong together with the others, `refusal` why `train` would refuse all.
    """
    reading, panel, plan = sample.reading, sample.panel, sample.plan
    found = together(reading.source, files)
    seconds, megabytes, seasons, season = 0.0, 0.0, None, seasonality(panel)
    planned: list[Line] = []
    if plan is not None:
        seasons = seasons_of(panel, plan.combination)
        season = seasons.short
        seconds, megabytes = estimates.seconds(panel, plan), estimates.megabytes(panel, plan)
        planned = [
            ("seasons", seasons_line(seasons, panel)),
            *training_lines(panel, plan, seasons, seconds, megabytes),
        ]
    lines: list[Line] = [
        ("data", _rows(found, files)),
        *column_lines(found),
        *guess_lines(reading.guesses),
        *found_lines(found),
        *_several("repaired", [f"{each.name}: {repair}" for each in files for repair in each.repairs]),
        *_several(
            "skipped", [f'"{series.id}": {series.reason}' for each in files for series in each.skipped]
        ),
        *_several("differs", [f"{error} ({error.hint})" for error in differing]),
        ("sample", _sample(sample)),
        *planned,
        *([] if refusal is None else [("refused", str(refusal))]),
    ]
    return DataReport(
        Card(found.source, tuple(line for line in lines if line[1])),
        found,
        season,
        plan,
        seconds,
        megabytes,
        tuple(f"{each.name}: {repair}" for each in files for repair in each.repairs),
        refusal,
        None if seasons is None else seasons.different,
        FilesFound(len(files), failed, tuple(str(error) for error in differing), len(panel)),
    )


def _rows(found: DataProfile, files: Sequence[FileProfile]) -> str:
    """Such as "600 rows in 20 series of 20 to 30, 2025-01-01 to 2025-01-30, daily, in 4 files"."""
    series, rows = found.series or 0, sum(each.rows for each in files)
    low, high = min(each.shortest for each in files), max(each.longest for each in files)
    of = f"{low:,} to {high:,}" if low < high else f"{high:,} each"
    text = f"{rows:,} rows in {counted(series, 'series')}" + (f" of {of}" if series > 1 else "")
    if found.step is not None:
        text += f", {found.step.first} to {found.step.last}, {found.step.adjective}"
    return f"{text}, in {counted(len(files), 'file')}"


def _sample(sample: SampleChecked) -> str:
    some = f"{counted(len(sample.panel), 'series')} of {counted(sample.files, 'file')}"
    return f"{some}: guesses, seasons and plan are of these"


def _several(label: str, texts: Sequence[str]) -> list[Line]:
    """A line for each of the first texts, and how many more there are."""
    lines = [(label, text) for text in texts[:MOST_NAMED]]
    more = len(texts) - len(lines)
    return [*lines, (label, f"and {more:,} more")] if more else lines
