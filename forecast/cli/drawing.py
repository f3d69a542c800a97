"""Pictures on a terminal or in a pipe: how wide they are, and in which characters and colours."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from forecast.cli.console import Color, has_color, is_terminal
from forecast.cli.delivery import Delivery, check_file, paper_width
from forecast.drawing import files
from forecast.errors import UsageError

if TYPE_CHECKING:
    from forecast.data.results import Forecast, Probabilities
    from forecast.data.totals import Total
    from forecast.drawing.chart import Picture
    from forecast.drawing.terminal import Paper

_HEIGHTS = (8, 22)
"""Lines of dots of a chart: at least, at most."""

_SMALL_HEIGHT = 7
"""Lines of dots of a picture under a table, and of each of many charts."""

_CHART_WIDTH = 36
"""Columns of a chart among others at least."""

_AROUND = 7
"""Lines of a picture besides the dots, and the prompt."""

_WITHOUT_BRAILLE = ("linux",)
"""Kinds of terminals whose fonts have no braille."""


@dataclass(frozen=True, slots=True)
class PictureDelivery:
    """Where a picture goes, checked before the work."""

    kind: files.Kind | Literal["txt", "terminal"]
    file: Path | None

    @property
    def most_charts(self) -> int:
        """How many series are drawn where none are chosen."""
        return 12 if self.kind in ("terminal", "txt") else files.MOST_CHARTS


def plan_picture(output: Path | None, *, inputs: tuple[str | Path | None, ...]) -> PictureDelivery:
    """The delivery of a picture; a `UsageError` for a suffix of no picture, or one of the `inputs`."""
    if output is None or str(output) == "-":
        return PictureDelivery("terminal", None)
    kind = files.kind_of(output)
    if kind is None and output.suffix.lower() != ".txt":
        raise UsageError(f'--output: "{output}" does not end in {", ".join(files.SUFFIXES)}, .txt')
    check_file(output, inputs, "--output")
    return PictureDelivery(kind or "txt", output)


def deliver_picture(picture: "Picture", delivery: PictureDelivery, color: Color) -> None:
    """Print a picture, or write it to its file."""
    if delivery.file is None:
        sys.stdout.write(_text(picture, _paper(color)))
        return
    from forecast.atomic import write_atomically
    from forecast.drawing.terminal import Paper

    if delivery.kind == "txt" or delivery.kind == "terminal":
        content = _text(picture, Paper(paper_width(Path()))).encode()
    else:
        content = files.image_of(picture, delivery.kind)
    write_atomically(delivery.file, lambda stream: cast(None, stream.write(content)))


def charts_per_row(width: int) -> int:
    """How many charts fit side by side."""
    return max((width + 3) // (_CHART_WIDTH + 3), 1)


def _text(picture: "Picture", paper: "Paper") -> str:
    from forecast.drawing.terminal import text_of

    if len(picture.charts) > 1:
        return text_of(picture, paper, height=_SMALL_HEIGHT, per_row=charts_per_row(paper.width))
    lines = shutil.get_terminal_size().lines if is_terminal(sys.stdout) else 30
    least, most = _HEIGHTS
    return text_of(picture, paper, height=max(min(paper.width // 5, most, lines - _AROUND), least))


def print_below(found: "Forecast | Probabilities | Total | None", color: Color) -> None:
    """A small picture of the forecast under its table: of the first series that fit beside each other."""
    from forecast.data.totals import Total
    from forecast.drawing.terminal import text_of
    from forecast.pictures import has_picture, picture_of

    if found is None or isinstance(found, Total) or not has_picture(found):
        return
    paper = _paper(color)
    most = charts_per_row(paper.width) if len(found.ids) > 1 else 1
    picture = picture_of(found, most=most)
    sys.stdout.write("\n" + text_of(picture, paper, height=_SMALL_HEIGHT, per_row=most))
    if len(found.ids) > most:
        sys.stdout.write(f"({most} of {len(found.ids):,} series: forecast plot draws more)\n")


def has_room_below(delivery: Delivery, *, wanted: bool) -> bool:
    """Whether a picture follows a table: on a terminal that can draw, never in a pipe or a file."""
    on_terminal = delivery.is_table and delivery.file is None and is_terminal(sys.stdout)
    return wanted and on_terminal and os.environ.get("TERM") != "dumb"


def _paper(color: Color) -> "Paper":
    from forecast.drawing.terminal import Paper

    terminal = os.environ.get("TERM", "")
    many = "256" in terminal or "COLORTERM" in os.environ or "direct" in terminal
    colors = (256 if many else 16) if has_color(sys.stdout, color) else 0
    return Paper(
        paper_width(),
        "braille" if _has_braille() and terminal not in _WITHOUT_BRAILLE else "ascii",
        colors,
    )


def _has_braille() -> bool:
    try:
        "⣿┤".encode(sys.stdout.encoding)
    except (UnicodeEncodeError, LookupError, TypeError):
        return False
    return True
