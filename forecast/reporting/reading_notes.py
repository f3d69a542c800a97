"""What a listener hears of the data: what was read, repaired and skipped, and series that are too short."""

from typing import TYPE_CHECKING

from forecast.data.panel import Panel
from forecast.errors import DataError
from forecast.events import Decision, Listener, Note
from forecast.reporting import notes

if TYPE_CHECKING:
    from forecast.planning.plan import Plan
    from forecast.reading.reader import ReadResult

FEW_ROWS = 3
"""Rows under which a series of a panel is named."""


def note_reading(reading: "ReadResult", listener: Listener) -> None:
    """What was read, guessed, repaired and skipped."""
    listener(Note(reading.source, notes.data_line(reading)))
    if reading.guesses:
        listener(Note("guessed", notes.guesses(reading)))
    for part, guess, reason in reading.guesses:
        listener(Decision(f"{part}={guess}", reason))
    note_repairs(reading, listener)


def note_repairs(reading: "ReadResult", listener: Listener) -> None:
    """What was repaired and skipped."""
    for repair in reading.repairs:
        listener(Note("repaired", repair))
    note_skipped(reading, listener)


def note_skipped(reading: "ReadResult", listener: Listener) -> None:
    """Each series that cannot be used; raises `DataError` where the policy allows none."""
    for series in reading.skipped:
        listener(series)
    if reading.skipped and reading.read.policy.is_strict:
        count, named = len(reading.skipped), "; ".join(notes.skipped(reading))
        raise DataError(
            f"{count:,} of {count + len(reading.panel):,} series cannot be used: {named}",
            where=reading.source,
            hint="fix them; without --strict they are skipped",
        )


def note_few_rows(panel: Panel, listener: Listener) -> None:
    """Series of a panel that have next to no past."""
    _note_short(panel, FEW_ROWS, "so few rows tell hardly more than a last value", listener)


def note_few_seasons(panel: Panel, requested: int | None, listener: Listener) -> None:
    """A requested season that no series has two of."""
    rows = int(panel.lengths.max())
    if requested is not None and rows < 2 * requested:
        few = f"the longest series, {rows:,} rows, has not two of them"
        listener(Note("season", f"{requested:,}, as asked; {few}"))


def note_unlearned(panel: Panel, plan: "Plan", listener: Listener) -> None:
    """Series of a panel that are shorter than a window of the network and its horizon."""
    if plan.recipe.trains:
        needed = plan.recipe.spec.windows.window + plan.recipe.spec.trained_horizon
        effect = f"under {needed:,} rows, so the network does not learn from them"
        _note_short(panel, needed, effect, listener)


def _note_short(panel: Panel, least: int, effect: str, listener: Listener) -> None:
    if panel.target.kind != "label" and (line := notes.short_line(panel, least, effect)):
        listener(Note("short", line))
