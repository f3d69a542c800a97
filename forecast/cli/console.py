"""What is printed on standard error: notes, warnings, errors, progress."""

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
from forecast.cli.progress import FileProgress, TrainingProgress, details
from forecast.events import (
    CheckpointSaved,
    Decision,
    EpochEnded,
    Event,
    FileDone,
    FileFailed,
    FilesAhead,
    FitEnded,
    FitsAhead,
    Loading,
    Note,
    SeriesSkipped,
    Warned,
)
from forecast.output.escape import escape

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

    from forecast.output.writing import Json

Color = Literal["auto", "always", "never"]

LABEL_WIDTH = 14
"""Columns of a note's label, the space after it included."""

SECONDS_WITHOUT_LINES = 10.0
"""Seconds after the start in which no plain line of progress is printed: a short run has none."""

_TRAINING = "training".ljust(LABEL_WIDTH)

_BAR_WIDTH = 20

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


def labelled(label: str, text: str, *, color: bool, width: int | None) -> str:
    """A line of label and text; text beyond `width` columns is wrapped and indented to the label's right."""
    head = escape(label).ljust(LABEL_WIDTH - 2) + "  "
    return styled(head, "label", color=color) + _beside(head, text, width, LABEL_WIDTH)


def _beside(head: str, text: str, width: int | None, indent: int) -> str:
    """The text after a head, wrapped to `width` columns, where there is one, with further lines indented."""
    if width is None:
        return escape(text)
    filled = textwrap.fill(
        escape(text),
        max(width, 2 * LABEL_WIDTH),
        initial_indent=" " * len(head),
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled[len(head) :]


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
    failed_files: list[FileFailed] = field(default_factory=list, init=False)
    """Files of a data set that cannot be used: they decide the exit code too."""
    _training: TrainingProgress = field(init=False)
    _files: FileProgress = field(init=False)
    _tenth: int = field(default=-1, init=False)
    """The tenth of the work, from 0 on, in which the newest plain line of progress was printed."""
    _bar: "Progress | None" = field(default=None, init=False)
    _spinner: "Progress | None" = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._started = self.clock()
        self._training, self._files = TrainingProgress(self.clock), FileProgress(self.clock)

    def listen(self, event: Event) -> None:
        """Print one event; the `Listener` given to the workflow."""
        if self._spinner is not None:
            self.erase()
        match event:
            case Loading(library):
                self._spin(f"loading {library}")
            case FitsAhead() | EpochEnded() | FitEnded() | FilesAhead() | FileDone():
                self._show_progress(event)
            case CheckpointSaved(path, where):
                self.note("checkpoint", f"saved: {path} ({where})")
                self.note("resume with", self._resume_command())
            case _:
                has_bar = self._bar is not None
                self._print(event)
                if has_bar:
                    self._draw_bar()

    def _print(self, event: Note | Decision | Warned | SeriesSkipped | FileFailed) -> None:
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
            case FileFailed(name, reason, hint):
                self.failed_files.append(event)
                if len(self.failed_files) <= SKIPPED_SHOWN:
                    text = f"{name} skipped: {reason.removeprefix(f'{name}: ')}"
                    self.warn(f"{text}; {hint}" if hint else text, always=True)

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
            self._write(labelled(label, text, color=has_color(sys.stderr, self.color), width=_width()))

    def warn(self, message: str, *, always: bool = False) -> None:
        """Print a warning, unless quiet; `always` where the result lacks what could not be read."""
        if always or not self.quiet:
            self.erase()
            self._write(self._headed("warning", message))

    def error(self, message: str, hint: str = "") -> None:
        """Print what is wrong and what to do; with `--debug` the traceback too."""
        self.erase()
        if self.debug and sys.exc_info()[0] is not None:
            self._write(traceback.format_exc().rstrip())
        self._write(self._headed("error", message))
        if hint:
            self._write(self._headed("hint", hint))

    def text(self, text: str) -> None:
        """Print a text of the program itself, unescaped, even where quiet."""
        self.erase()
        self._write(text)

    def erase(self) -> None:
        """Remove the progress bar or the spinner; the next event of the training draws the bar again."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
        if self._spinner is not None:
            self._spinner.stop()
            if self._spinner.console.file is not sys.stderr:
                self._spinner.console.file.close()
            self._spinner = None

    def _show_progress(self, event: FitsAhead | EpochEnded | FitEnded | FilesAhead | FileDone) -> None:
        if isinstance(event, FilesAhead | FileDone):
            self._files.listen(event)
            has_line, label, progress = (
                self._files.ahead > 0 < self._files.done,
                self._files_label,
                str(self._files),
            )
        else:
            self._training.listen(event)
            has_line, label, progress = isinstance(event, EpochEnded), _TRAINING, str(self._training)
        if self._draws_in_place:
            self._draw_bar()
        elif has_line and not self.quiet and self._line_is_due():
            self._write(f"{label}{progress}")

    @property
    def _files_label(self) -> str:
        return f"{self._files.what}s".ljust(LABEL_WIDTH)

    @property
    def _work(self) -> TrainingProgress | FileProgress:
        """What the bar shows: the files of a data set, or one training."""
        return self._files if self._files.ahead else self._training

    @property
    def _draws_in_place(self) -> bool:
        """Whether to draw a bar: not where lines are read later or by a program."""
        return not self.quiet and is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"

    def _line_is_due(self) -> bool:
        """Whether a plain line is due: one in each tenth of the work, from its first seconds on."""
        tenth = int(10 * self._work.share)
        if not self._tenth < tenth < 10 or self.clock() - self._started < SECONDS_WITHOUT_LINES:
            return False
        self._tenth = tenth
        return True

    def _draw_bar(self) -> None:
        """Draw the bar of the fits or files, or remove it where none is ahead."""
        work = self._work
        if not work.ahead:
            self.erase()
            return
        if self._bar is None:
            label = self._files_label if work is self._files else _TRAINING
            self._bar = _bar(label, color=has_color(sys.stderr, self.color))
            self._bar.add_task("", total=1.0, status="")
            self._bar.start()
        status = str(work)
        current = self._training.current if work is self._training else None
        room = shutil.get_terminal_size().columns - LABEL_WIDTH - _BAR_WIDTH - len(status) - 5
        if current is not None and (text := details(current, room)):
            status = f"{status}  {text}"
        self._bar.update(self._bar.task_ids[0], completed=work.share, status=status)
        self._bar.refresh()

    def _spin(self, text: str) -> None:
        if self._draws_in_place:
            self.erase()
            self._spinner = _spinner(color=has_color(sys.stderr, self.color))
            self._spinner.add_task("", total=None, status=text)
            self._spinner.start()

    def _headed(self, kind: str, text: str) -> str:
        """A line such as "error: ..." with its head in colour; on a terminal wrapped to the right of it."""
        head = f"{kind}: ".ljust(len("error: "))
        word = styled(head.rstrip(), kind, color=has_color(sys.stderr, self.color))
        return word + head[len(head.rstrip()) :] + _beside(head, text, _width(), len(head))

    def _write(self, line: str) -> None:
        try:
            print(line, file=sys.stderr, flush=True)
        except OSError:
            # A note that cannot be printed must not end the work.
            process.silence(2)


def _width() -> int | None:
    """Columns of the terminal; None where standard error is none."""
    return shutil.get_terminal_size().columns if is_terminal(sys.stderr) else None


def _bar(label: str, *, color: bool) -> "Progress":
    from rich.progress import BarColumn

    # No thread for redrawing: signals and TensorFlow's threads would interfere with it.
    return _in_place(label, BarColumn(bar_width=_BAR_WIDTH), sys.stderr, color=color, thread=False)


def _spinner(*, color: bool) -> "Progress":
    from rich.progress import SpinnerColumn

    return _in_place(_TRAINING, SpinnerColumn(), _second_descriptor(sys.stderr), color=color, thread=True)


def _second_descriptor(stream: TextIO) -> TextIO:
    """The same terminal: while TensorFlow is imported, descriptor 2 leads to the null device."""
    try:
        descriptor = os.dup(stream.fileno())
    except OSError:
        return stream
    return open(descriptor, "w", encoding=stream.encoding, errors="backslashreplace")


def _in_place(
    label: str, column: "ProgressColumn", stream: TextIO, *, color: bool, thread: bool
) -> "Progress":
    """A line that is drawn again in its place and removed at its end: the label, the column, the status."""
    from rich.console import Console as RichConsole
    from rich.progress import Progress, TextColumn
    from rich.table import Column

    return Progress(
        # The column adds a space.
        TextColumn(label[:-1], markup=False, style="dim" if color else "none"),
        column,
        TextColumn(
            "{task.fields[status]}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")
        ),
        console=RichConsole(file=stream, no_color=not color),
        transient=True,
        auto_refresh=thread,
        redirect_stdout=False,
        redirect_stderr=False,
    )
