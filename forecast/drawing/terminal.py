"""Charts as lines of text: braille characters, or ASCII where the encoding has no others."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Floats
from forecast.drawing import stacks
from forecast.drawing.canvas import ORDER, Canvas, Glyphs
from forecast.drawing.chart import Chart, Ink, Picture, drawable
from forecast.drawing.shares import CLASS_INKS, Shares
from forecast.output.escape import escape

_COLORS: dict[Ink, str] = {
    "wide interval": "38;5;67",
    "interval": "38;5;67",
    "filled": "38;5;102",
    "reference": "38;5;102",
    "history": "",
    "training": "",
    "validation": "38;5;33",
    "actual": "38;5;166",
    "forecast": "1;38;5;33",
}
"""Colours that are read on a light and on a dark ground; "" is that of the terminal's text."""

_FEW_COLORS: dict[Ink, str] = {
    **_COLORS,
    "wide interval": "36",
    "interval": "36",
    "filled": "2",
    "reference": "2",
    "actual": "33",
    "validation": "1;36",
    "forecast": "1;36",
}

_MARKED: dict[Ink, str] = {"forecast": "o", "validation": "o", "actual": "x"}
"""Signs of lines that only a colour tells from those of braille dots, for paper that has none."""

_LEAST_WIDTH = 24
"""Cells of a chart with its labels: a narrower terminal wraps."""

_GAP = "   "
"""Between two charts side by side."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What text is drawn on."""

    width: int
    """Columns."""
    glyphs: Glyphs = "braille"
    colors: int = 0
    """0 for none, else 16 or 256."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """The signs of an axis."""

    side: str
    tick: str
    corner: str
    bottom: str
    below: str
    mark: str


_FRAMES: dict[Glyphs, _Frame] = {
    "braille": _Frame("│", "┤", "└", "─", "┬", "┊"),
    "ascii": _Frame("|", "+", "+", "-", "+", "|"),
}


def text_of(picture: Picture, paper: Paper, *, height: int, per_row: int = 1) -> str:
    """The picture as lines; `height` is that of the dots of a chart, `per_row` how many are side by side."""
    lines: list[str] = []
    if picture.title:
        lines += [_styled(_fitted(escape(picture.title), paper.width), "1", paper)]
    width = max((paper.width - len(_GAP) * (per_row - 1)) // per_row, _LEAST_WIDTH)
    for start in range(0, len(picture.charts), per_row):
        charts = picture.charts[start : start + per_row]
        labels = [chart.y_ticks(max(height // 3 + 1, 2)) for chart in charts]
        left = max((len(label) for each in labels for _, label in each), default=0)
        blocks = [_chart(chart, paper, width, height, left) for chart in charts]
        lines += [_GAP.join(parts).rstrip() for parts in zip(*blocks, strict=True)]
    lines += _legend(picture, paper)
    return "".join(f"{line}\n" for line in lines)


def _chart(chart: Chart, paper: Paper, width: int, height: int, left: int) -> list[str]:
    """The lines of one chart, all `width` columns wide; `left` is the width of the labels at its side."""
    frame, inner = _FRAMES[paper.glyphs], max(width - left - 2, 8)
    if chart.shares is not None:
        rows, ticks = _stack(chart, chart.shares, paper, frame, inner, height)
    else:
        rows, ticks = _lines(chart, paper, frame, inner, height)
    lines = [_padded(_fitted(escape(chart.title), width), width)] if chart.title else []
    for number, row in enumerate(rows):
        side = frame.tick if number in ticks else frame.side
        lines.append(_styled(f"{ticks.get(number, ''):>{left}} {side}", "2", paper) + row)
    return [*lines, *(_styled(line, "2", paper) for line in _time_axis(chart, frame, inner, left))]


def _lines(
    chart: Chart, paper: Paper, frame: _Frame, inner: int, height: int
) -> tuple[list[str], dict[int, str]]:
    """The rows of a chart of curves and bands, and the labels of some."""
    rows, inks = _canvas(chart, paper, inner, height).cells()
    for mark in chart.marks:
        column = round(float(_relative(np.array([mark]), chart.x_range)[0]) * (inner - 1))
        for row, row_inks in zip(rows, inks, strict=True):
            if row_inks[column] < 0:
                row[column] = frame.mark
    low, high = chart.y_range
    ticks = {
        round((1 - (value - low) / (high - low)) * (height - 1)): label
        for value, label in chart.y_ticks(max(height // 3 + 1, 2))
    }
    return [_colored(row, here, paper) for row, here in zip(rows, inks.tolist(), strict=True)], ticks


def _stack(
    chart: Chart, shares: Shares, paper: Paper, frame: _Frame, inner: int, height: int
) -> tuple[list[str], dict[int, str]]:
    """The rows of a chart of classes, and the labels of some; a mark has a column of its own."""
    cells, labels = stacks.rows_of(shares, inner, height)
    marks = np.rint(_relative(np.array(chart.marks), chart.x_range) * (inner - 1)).astype(int).tolist()
    letters = stacks.letters_of(shares.names)
    rows = []
    for row in cells:
        row = [(-1, -1, frame.mark) if column in marks else cell for column, cell in enumerate(row)]
        rows.append(_of_classes(row, letters, paper))
    return rows, labels


def _of_classes(cells: Sequence[stacks.Cell], letters: Sequence[str], paper: Paper) -> str:
    if paper.colors and paper.glyphs == "braille":
        return stacks.colored(cells, paper.colors)
    return stacks.plain(cells, letters)


def _canvas(chart: Chart, paper: Paper, width: int, height: int) -> Canvas:
    canvas = Canvas(width, height, paper.glyphs)
    across, up = chart.x_range, chart.y_range
    for band in chart.bands:
        lower, upper = (_relative(bound, up) for bound in (band.lower, band.upper))
        canvas.area(band.ink, _relative(band.x, across), lower, upper)
    for curve in chart.curves:
        canvas.line(curve.role, _relative(curve.x, across), _relative(curve.y, up))
    return canvas


def _relative(values: Floats, bounds: tuple[float, float]) -> Floats:
    low, high = bounds
    return np.asarray((drawable(values) - low) / (high - low))


def _time_axis(chart: Chart, frame: _Frame, inner: int, left: int) -> list[str]:
    """The line below the chart with its ticks, and their labels, none of which touches another."""
    low, high = chart.x_range
    for most in range(max(inner // 9, 1), 0, -1):
        ticks = chart.axis.ticks(low, high, most)
        columns = [round((tick - low) / (high - low) * (inner - 1)) for tick, _ in ticks]
        starts = [
            min(max(column - (len(label) - 1) // 2, 0), inner - len(label))
            for column, (_, label) in zip(columns, ticks, strict=True)
        ]
        ends = [start + len(label) for start, (_, label) in zip(starts, ticks, strict=True)]
        if all(end + 1 < start for end, start in zip(ends, starts[1:], strict=False)):
            break
    line, labels = [frame.bottom] * inner, [" "] * inner
    for column, start, (_, label) in zip(columns, starts, ticks, strict=True):
        line[column] = frame.below
        labels[max(start, 0) : max(start, 0) + len(label)] = label
    return [
        f"{'':{left}} {frame.corner}{''.join(line)}",
        _padded(f"{'':{left}}  {''.join(labels)}", left + 2 + inner),
    ]


def _colored(row: Sequence[str], inks: Sequence[int], paper: Paper) -> str:
    """A row of cells, with a colour for each run of one ink."""
    if not paper.colors:
        return "".join(
            sign if ink < 0 else _MARKED.get(ORDER[ink], sign) for sign, ink in zip(row, inks, strict=True)
        )
    parts: list[str] = []
    start = 0
    for end in range(1, len(row) + 1):
        if end == len(row) or inks[end] != inks[start]:
            text = "".join(row[start:end])
            style = "2" if inks[start] < 0 and text.strip() else _style(ORDER[inks[start]], paper)
            parts.append(_styled(text, style if text.strip() else "", paper))
            start = end
    return "".join(parts)


def _legend(picture: Picture, paper: Paper) -> list[str]:
    """What each colour is, on as many lines as it takes."""
    lines: list[str] = []
    used = 0
    classes = [name for ink, name in picture.legend if ink in CLASS_INKS]
    letters = stacks.letters_of(classes)
    for ink, name in picture.legend:
        text = escape(name)
        size = 3 + _columns(text)
        if ink in CLASS_INKS:
            cell = (CLASS_INKS.index(ink), -1, "█")
            sample = f"{_of_classes([cell, cell], letters, paper)} {text}"
        else:
            sample = f"{_sample(ink, paper)} {text}"
        if lines and used + 3 + size <= paper.width:
            lines[-1], used = f"{lines[-1]}   {sample}", used + 3 + size
        else:
            lines, used = [*lines, sample], size
    return lines


def _sample(ink: Ink, paper: Paper) -> str:
    canvas = Canvas(2, 1, paper.glyphs)
    if "interval" in ink:
        canvas.area(ink, np.array([0.0, 1.0]), np.zeros(2), np.ones(2))
    else:
        canvas.line(ink, np.array([0.0, 1.0]), np.array([0.4, 0.4]))
    rows, inks = canvas.cells()
    return _colored(rows[0], inks[0].tolist(), paper)


def _style(ink: Ink, paper: Paper) -> str:
    return (_COLORS if paper.colors >= 256 else _FEW_COLORS)[ink]


def _styled(text: str, style: str, paper: Paper) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if style and text and paper.colors else text


def _columns(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )


def _fitted(text: str, width: int) -> str:
    """The text, cut at its end where it is wider."""
    if _columns(text) <= width:
        return text
    while text and _columns(text) > width - 3:
        text = text[:-1]
    return f"{text}..."


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _columns(text))
