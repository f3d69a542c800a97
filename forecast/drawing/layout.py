"""Charts as shapes on a sheet, in pixels from its upper left corner: what an SVG and a PNG have in common."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import Floats
from forecast.drawing.chart import AREAS, Chart, Ink, Picture, drawable
from forecast.output.escape import escape

_MOST_STEPS = 400
"""Rows of classes in a chart: of more the means of some are drawn."""

Points = NDArray[np.float64]
"""(points, 2): x and y of each."""

FONT = 12
"""Height of the letters of labels; titles have 15."""

_LETTER = 0.56
"""Mean width of a letter as a part of its height."""

_TICK_EVERY = (80, 40)
"""Pixels for each tick at least, across and up."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points."""

    points: Points
    ink: Ink


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon."""

    points: Points
    ink: Ink
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A value without neighbours."""

    points: Points
    """(1, 2)"""
    ink: Ink


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line of the axes."""

    points: Points
    """(2, 2)"""
    kind: Literal["grid", "axis", "mark"]


@dataclass(frozen=True, slots=True)
class Words:
    """A text; its point is on the base line."""

    points: Points
    """(1, 2)"""
    text: str
    anchor: Literal["start", "middle", "end"] = "start"
    kind: Literal["label", "title", "subtitle"] = "label"


Shape = Line | Area | Dot | Rule | Words


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart laid out, and where its data are: what a pointer over it needs."""

    shapes: tuple[Shape, ...]
    width: float
    height: float
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """Shapes and the size of what they are on."""

    shapes: tuple[Shape, ...]
    width: float
    height: float


def sheet_of(picture: Picture) -> Sheet:
    """The title, the legend and all charts, side by side where there are several."""
    columns = min(len(picture.charts), 3)
    width, height = (880, 380) if columns < 2 else (960 // columns, 220)
    shapes: list[Shape] = []
    top = 12.0
    total = max(width * columns, 440)
    if picture.title:
        top += 18
        shapes.append(Words(_point(14, top), _cut(escape(picture.title), total - 28, 15), kind="title"))
    top += 22
    shapes += _legend(picture, 14, top)
    top += 12
    for index, chart in enumerate(picture.charts):
        row, column = divmod(index, columns)
        shapes += _moved(plot_of(chart, width, height).shapes, column * width, top + row * height)
    rows = -(-len(picture.charts) // columns) if columns else 0
    return Sheet(tuple(shapes), total, top + rows * height + 6)


def plot_of(chart: Chart, width: float, height: float) -> Plot:
    """One chart with its axes, `width` x `height` pixels."""
    low, high = chart.y_range
    top, bottom = (34.0 if chart.title else 12.0), height - 30.0
    ticks = chart.y_ticks(max(int((bottom - top) / _TICK_EVERY[1]), 2))
    left = 22 + max((len(label) for _, label in ticks), default=0) * FONT * _LETTER
    plot = Plot((), width, height, left, top, width - 18.0, bottom)
    shapes: list[Shape] = []
    if chart.title:
        shapes.append(
            Words(_point(left, 22), _cut(escape(chart.title), width - left, FONT + 1), kind="subtitle")
        )
    for value, label in ticks:
        y = _y(plot, np.array([value]), (low, high))[0]
        shapes.append(Rule(np.array([[left, y], [plot.right, y]]), "grid"))
        shapes.append(Words(_point(left - 8, y + 4), label, "end"))
    shapes += _time_ticks(chart, plot)
    if chart.shares is not None:
        for part in chart.shares.areas(most=_MOST_STEPS):
            areas = _area(chart, plot, part.x, part.lower, part.upper, part.ink)
            shapes += (replace(area, faint=part.faint) for area in areas)
    for mark in chart.marks:
        at = _x(plot, np.array([mark]), chart.x_range)[0]
        shapes.append(Rule(np.array([[at, top], [at, bottom]]), "mark"))
    for band in chart.bands:
        shapes += _area(chart, plot, band.x, band.lower, band.upper, band.ink)
    for curve in chart.curves:
        shapes += _lines(chart, plot, curve.x, curve.y, curve.role)
    return replace(plot, shapes=tuple(shapes))


def _time_ticks(chart: Chart, plot: Plot) -> Iterator[Shape]:
    most = max(int((plot.right - plot.left) / _TICK_EVERY[0]), 1)
    for value, label in chart.axis.ticks(*chart.x_range, most):
        x = _x(plot, np.array([value]), chart.x_range)[0]
        yield Rule(np.array([[x, plot.bottom], [x, plot.bottom + 5]]), "axis")
        yield Words(_point(x, plot.bottom + 19), label, "middle")
    yield Rule(np.array([[plot.left, plot.bottom], [plot.right, plot.bottom]]), "axis")


def _lines(chart: Chart, plot: Plot, x: Floats, y: Floats, ink: Ink) -> Iterator[Shape]:
    """The runs of values without a gap as lines, and values alone as dots."""
    known = np.isfinite(y)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        across = _x(plot, x[start:end], chart.x_range)
        points = np.stack([across, _y(plot, y[start:end], chart.y_range)], axis=1)
        yield Dot(points, ink) if end - start == 1 else Line(_thinned(points), ink)


def _area(chart: Chart, plot: Plot, x: Floats, lower: Floats, upper: Floats, ink: Ink) -> Iterator[Area]:
    known = np.isfinite(lower) & np.isfinite(upper)
    if not known.any():
        return
    across = _x(plot, x[known], chart.x_range)
    top, bottom = (_y(plot, np.clip(part[known], *chart.y_range), chart.y_range) for part in (upper, lower))
    if len(across) == 1:  # of no width otherwise
        across, top, bottom = across[[0, 0]] + [-3, 3], top[[0, 0]], bottom[[0, 0]]
    there, back = np.stack([across, top], axis=1), np.stack([across, bottom], axis=1)[::-1]
    yield Area(np.concatenate([there, back]), ink)


def _thinned(points: Points) -> Points:
    """The same line with at most four points in each column of pixels: its first, least, largest and last."""
    column = np.floor(points[:, 0]).astype(np.int64)
    if len(points) <= 4 * (column[-1] - column[0] + 1):
        return points
    starts = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
    ends = np.append(starts[1:], len(points))
    kept: list[int] = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        y = points[start:end, 1]
        kept += sorted({start, start + int(y.argmin()), start + int(y.argmax()), end - 1})
    return points[kept]


def _legend(picture: Picture, left: float, y: float) -> Iterator[Shape]:
    for ink, name in picture.legend:
        if ink in AREAS:
            corners = [[left, y - 9], [left + 18, y - 9], [left + 18, y], [left, y]]
            yield Area(np.array(corners, dtype=np.float64), ink)
        else:
            yield Line(np.array([[left, y - 4.0], [left + 18, y - 4]]), ink)
        yield Words(_point(left + 24, y), name)
        left += 42 + len(name) * FONT * _LETTER


def _moved(shapes: tuple[Shape, ...], right: float, down: float) -> Iterator[Shape]:
    return (replace(shape, points=shape.points + np.array([right, down])) for shape in shapes)


def _x(plot: Plot, values: Floats, bounds: tuple[float, float]) -> Floats:
    return np.asarray(plot.left + _part(values, bounds) * (plot.right - plot.left))


def _y(plot: Plot, values: Floats, bounds: tuple[float, float]) -> Floats:
    return np.asarray(plot.bottom - _part(values, bounds) * (plot.bottom - plot.top))


def _part(values: Floats, bounds: tuple[float, float]) -> Floats:
    low, high = bounds
    return np.asarray((drawable(values) - low) / (high - low))


def _point(x: float, y: float) -> Points:
    return np.array([[x, y]], dtype=np.float64)


def _cut(text: str, width: float, size: float) -> str:
    most = max(int(width / (size * _LETTER)), 4)
    return text if len(text) <= most else f"{text[: most - 3]}..."
