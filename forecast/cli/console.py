"""Everything a person reads while the program works: notes, warnings, errors, progress."""

import os
import shlex
import shutil
import sys
import textwrap
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

from forecast.cli import process
from forecast.events import (
    CheckpointSaved,
    Decision,
    EpochEnded,
    Event,
    FitEnded,
    Note,
    SeriesSkipped,
    Warned,
)
from forecast.output.escape import escape

if TYPE_CHECKING:
    from rich.progress import Progress

    from forecast.output.writing import Json

Color = Literal["auto", "always", "never"]

LABEL_WIDTH = 14
"""Columns that the label of a note takes."""

PROGRESS_LINES_AFTER = (10, 30, 60, 120, 300, 600, 1200, 2400, 4800, 9600)
"""Seconds into the run when a plain line of progress is due: ten lines at most, none for a short run."""

SERIES_NAMED = 5
"""Series left out that are named, of however many."""

_STYLES = {"label": "2", "error": "1;31", "warning": "1;33", "hint": "1;36", "heading": "1"}


def is_terminal(stream: TextIO) -> bool:
    """True where a person reads `stream`."""
    return stream.isatty()


def has_color(stream: TextIO, color: Color = "auto") -> bool:
    """True where `stream` may be coloured: the option, then NO_COLOR, FORCE_COLOR, TERM, the terminal."""
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def styled(text: str, style: str, *, color: bool) -> str:
    """The text in one of the program's few styles, or as it is."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if color else text


def labelled(label: str, text: str, *, stream: TextIO, color: Color) -> str:
    """A label and its text, for a stream; on a terminal long text hangs beside its label."""
    head = escape(label).ljust(LABEL_WIDTH - 2) + "  "
    body = escape(text)
    if is_terminal(stream):
        body = _hanging(head + body)[len(head) :]
    return styled(head, "label", color=has_color(stream, color)) + body


def _hanging(line: str) -> str:
    width = max(shutil.get_terminal_size().columns, 2 * LABEL_WIDTH)
    hanging = " " * LABEL_WIDTH
    return textwrap.fill(
        line, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
    )


@dataclass(slots=True)
class Console:
    """Standard error, as loud and as colourful as the user asked."""

    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    color: Color = "auto"
    command: tuple[str, ...] = ("forecast",)
    """The words that were typed."""
    clock: Callable[[], float] = time.monotonic
    skipped: list[SeriesSkipped] = field(default_factory=list, init=False)
    """Series that the run had to leave out: they decide its exit code."""
    report: Path | None = field(default=None, init=False)
    """Where they are to be listed."""
    _started: float = field(init=False)
    _lines: int = field(default=0, init=False)
    _progress: "Progress | None" = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._started = self.clock()

    def listen(self, event: Event) -> None:
        """Show one event; the `Listener` handed to the workflow."""
        match event:
            case Note(label, text):
                self.note(label, text)
            case Decision(label, text):
                if self.verbose:
                    self.note(label, text)
            case Warned(message):
                self.warn(message)
            case SeriesSkipped(id=id, reason=reason):
                self.skipped.append(event)
                if len(self.skipped) <= SERIES_NAMED:
                    self.warn(f'series "{id}" is left out: {reason}')
            case EpochEnded():
                self._show_progress(event)
            case FitEnded():
                self.erase()
            case CheckpointSaved(path, where):
                self.note("kept", f"{path} ({where})")
                self.note("resume with", self._resuming())

    def _resuming(self) -> str:
        words = [word for word in self.command if word != "--resume"]
        return shlex.join([*words, "--resume"])

    def skipped_facts(self) -> "list[Json]":
        """The series left out, each with its reason, for a document."""
        return [{"id": each.id, "reason": each.reason, "place": each.place} for each in self.skipped]

    def note(self, label: str, text: str) -> None:
        """One labelled line, unless quiet."""
        if not self.quiet:
            self.erase()
            self._write(labelled(label, text, stream=sys.stderr, color=self.color))

    def warn(self, message: str) -> None:
        """Something the user may want to change, unless quiet."""
        if not self.quiet:
            self.erase()
            self._write(f"{self._styled('warning:', 'warning')} {escape(message)}")

    def error(self, message: str, hint: str = "") -> None:
        """What is wrong and what to do; with `--debug` the traceback of the error being handled too."""
        self.erase()
        if self.debug and sys.exc_info()[0] is not None:
            self._write(traceback.format_exc().rstrip())
        self._write(f"{self._styled('error:', 'error')} {escape(message)}")
        if hint:
            self._write(f"{self._styled('hint:', 'hint')}  {escape(hint)}")

    def text(self, text: str) -> None:
        """Words of our own, as they are, however quiet."""
        self.erase()
        self._write(text)

    def erase(self) -> None:
        """Take the progress line away; the next epoch brings it back."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def _show_progress(self, event: EpochEnded) -> None:
        if self.quiet:
            return
        if is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb":
            self._draw(event)
        elif self._line_is_due():
            self._write(f"{'training'.ljust(LABEL_WIDTH)}{event.stage}: epoch {_standing(event)}")

    def _line_is_due(self) -> bool:
        passed = self.clock() - self._started
        due = sum(passed >= seconds for seconds in PROGRESS_LINES_AFTER)
        if due <= self._lines:
            return False
        # Moments that passed in silence are not made up for.
        self._lines = due
        return True

    def _draw(self, event: EpochEnded) -> None:
        if self._progress is None:
            self._progress = _progress_line(color=has_color(sys.stderr, self.color))
            self._progress.add_task(event.stage, total=event.epochs, standing="")
            self._progress.start()
        self._progress.update(
            self._progress.task_ids[0],
            description=event.stage,
            total=event.epochs,
            completed=event.epoch,
            standing=_standing(event),
        )
        self._progress.refresh()

    def _styled(self, text: str, style: str) -> str:
        return styled(text, style, color=has_color(sys.stderr, self.color))

    def _write(self, line: str) -> None:
        try:
            print(line, file=sys.stderr, flush=True)
        except OSError:
            # Notes must not end the work that they speak of.
            process.silence(2)


def _standing(event: EpochEnded) -> str:
    """Where a fit stands: "40/300  loss 0.0123  validation 0.0145 (best 31)  2 min left"."""
    parts = [f"{event.epoch}/{event.epochs}", f"loss {event.loss:.3g}"]
    if event.validation_loss is not None:
        best = f" (best {event.best_epoch})" if event.best_epoch is not None else ""
        parts.append(f"validation {event.validation_loss:.3g}{best}")
    parts.append(f"{duration(event.seconds_left)} left")
    return "  ".join(parts)


def duration(seconds: float) -> str:
    """A length of time as people say it: "8 s", "3 min", "1 h 20 min"."""
    if seconds < 90:
        return f"{max(round(seconds), 0)} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def _progress_line(*, color: bool) -> "Progress":
    from rich.console import Console as RichConsole
    from rich.progress import BarColumn, Progress, TextColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[standing]}", markup=False),
        console=RichConsole(file=sys.stderr, no_color=not color),
        transient=True,
        expand=True,
        # A thread that redraws would meet signals and TensorFlow's own threads.
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    )
