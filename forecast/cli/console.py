"""What is printed on standard error: notes, warnings, errors, progress."""

import math
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
"""Columns of a note's label, the space after it included."""

PROGRESS_LINES_AFTER = (10, 30, 60, 120, 300, 600, 1200, 2400, 4800, 9600)
"""Seconds after which a plain line of progress is printed: at most ten lines, none in a short run."""

SKIPPED_SHOWN = 5
"""Skipped series that are named, of however many."""

_STYLES = {"label": "2", "error": "1;31", "warning": "1;33", "hint": "1;36", "heading": "1"}


def is_terminal(stream: TextIO) -> bool:
    """Whether `stream` is a terminal."""
    return stream.isatty()


def has_color(stream: TextIO, color: Color = "auto") -> bool:
    """Whether to colour `stream`: by the option, else NO_COLOR, FORCE_COLOR, TERM, the terminal."""
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def styled(text: str, style: str, *, color: bool) -> str:
    """The text in one of the `_STYLES`, unchanged without colour."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if color else text


def labelled(label: str, text: str, *, stream: TextIO, color: Color) -> str:
    """A line of label and text; on a terminal long text is wrapped and indented to the label's right."""
    head = escape(label).ljust(LABEL_WIDTH - 2) + "  "
    body = escape(text)
    if is_terminal(stream):
        body = _wrapped(head + body)[len(head) :]
    return styled(head, "label", color=has_color(stream, color)) + body


def _wrapped(line: str) -> str:
    width = max(shutil.get_terminal_size().columns, 2 * LABEL_WIDTH)
    indent = " " * LABEL_WIDTH
    return textwrap.fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


@dataclass(slots=True)
class Console:
    """Standard error, with the verbosity and the colours that the user chose."""

    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    color: Color = "auto"
    command: tuple[str, ...] = ("forecast",)
    """The command line."""
    clock: Callable[[], float] = time.monotonic
    skipped: list[SeriesSkipped] = field(default_factory=list, init=False)
    """Series that cannot be used: they decide the exit code."""
    skipped_file: Path | None = field(default=None, init=False)
    """Where to list them."""
    _started: float = field(init=False)
    _lines: int = field(default=0, init=False)
    _progress: "Progress | None" = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._started = self.clock()

    def listen(self, event: Event) -> None:
        """Print one event; the `Listener` given to the workflow."""
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
                if len(self.skipped) <= SKIPPED_SHOWN:
                    self.warn(f'series "{id}" skipped: {reason}')
            case EpochEnded():
                self._show_progress(event)
            case FitEnded():
                self.erase()
            case CheckpointSaved(path, where):
                self.note("checkpoint", f"saved: {path} ({where})")
                self.note("resume with", self._resume_command())

    def _resume_command(self) -> str:
        words = [word for word in self.command if word != "--resume"]
        return shlex.join([*words, "--resume"])

    def skipped_facts(self) -> "list[Json]":
        """The skipped series, each with reason and place, for a JSON document."""
        return [{"id": each.id, "reason": each.reason, "place": each.place} for each in self.skipped]

    def note(self, label: str, text: str) -> None:
        """Print one labelled line, unless quiet."""
        if not self.quiet:
            self.erase()
            self._write(labelled(label, text, stream=sys.stderr, color=self.color))

    def warn(self, message: str) -> None:
        """Print a warning, unless quiet."""
        if not self.quiet:
            self.erase()
            self._write(f"{self._styled('warning:', 'warning')} {escape(message)}")

    def error(self, message: str, hint: str = "") -> None:
        """Print what is wrong and what to do; with `--debug` the traceback too."""
        self.erase()
        if self.debug and sys.exc_info()[0] is not None:
            self._write(traceback.format_exc().rstrip())
        self._write(f"{self._styled('error:', 'error')} {escape(message)}")
        if hint:
            self._write(f"{self._styled('hint:', 'hint')}  {escape(hint)}")

    def text(self, text: str) -> None:
        """Print a text of the program itself, unescaped, even where quiet."""
        self.erase()
        self._write(text)

    def erase(self) -> None:
        """Remove the progress line; the next epoch draws it again."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def _show_progress(self, event: EpochEnded) -> None:
        if self.quiet:
            return
        if is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb":
            self._draw(event)
        elif self._line_is_due():
            self._write(f"{'training'.ljust(LABEL_WIDTH)}{event.stage}: epoch {_status(event)}")

    def _line_is_due(self) -> bool:
        elapsed = self.clock() - self._started
        due = sum(elapsed >= seconds for seconds in PROGRESS_LINES_AFTER)
        if due <= self._lines:
            return False
        # Lines that were due while no epoch ended are not printed later.
        self._lines = due
        return True

    def _draw(self, event: EpochEnded) -> None:
        if self._progress is None:
            self._progress = _progress_line(color=has_color(sys.stderr, self.color))
            self._progress.add_task(event.stage, total=event.epochs, status="")
            self._progress.start()
        # The bar and the spaces around it need at least six columns.
        room = shutil.get_terminal_size().columns - len(event.stage) - 6
        self._progress.update(
            self._progress.task_ids[0],
            description=event.stage,
            total=event.epochs,
            completed=event.epoch,
            status=_status(event, room),
        )
        self._progress.refresh()

    def _styled(self, text: str, style: str) -> str:
        return styled(text, style, color=has_color(sys.stderr, self.color))

    def _write(self, line: str) -> None:
        try:
            print(line, file=sys.stderr, flush=True)
        except OSError:
            # A note that cannot be printed must not end the work.
            process.silence(2)


def _status(event: EpochEnded, room: float = math.inf) -> str:
    """The state of a fit: "40/300  loss 0.0123  validation 0.0145 (best 31)  2 min left".

    With little `room`, in columns, first the best epoch and then the validation loss is left out.
    """
    epoch, left = f"{event.epoch}/{event.epochs}", f"{duration(event.seconds_left)} left"
    short = f"{epoch}  loss {event.loss:.3g}  {left}"
    if event.validation_loss is None:
        return short
    validation = f"{epoch}  loss {event.loss:.3g}  validation {event.validation_loss:.3g}"
    longer = [f"{validation}  {left}"]
    if event.best_epoch is not None:
        longer.insert(0, f"{validation} (best {event.best_epoch})  {left}")
    return next((text for text in longer if len(text) <= room), short)


def duration(seconds: float) -> str:
    """A length of time: "8 s", "3 min", "1 h 20 min"."""
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
        TextColumn("{task.fields[status]}", markup=False),
        console=RichConsole(file=sys.stderr, no_color=not color),
        transient=True,
        expand=True,
        # No thread for redrawing: signals and TensorFlow's threads would interfere with it.
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    )
