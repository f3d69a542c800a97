"""Pictures as an HTML page: values under the pointer, light and dark, wide and narrow, nothing fetched."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from forecast.drawing.chart import AREAS, Chart, Ink, Picture
from forecast.drawing.layout import Plot, plot_of
from forecast.drawing.shares import Shares
from forecast.drawing.svg import elements, safe, style
from forecast.drawing.ticks import number_text

MOST_POINTS = 3000
"""Points of a chart that have values under the pointer: the newest ones."""

_WIDE, _NARROW, _SMALL = (920, 400), (420, 320), (340, 220)
"""Sizes of a chart alone on a wide and on a narrow screen, and of one of many, in pixels."""

_HERE = Path(__file__).parent


def page_of(picture: Picture) -> str:
    """The picture as a page of its own."""
    title = safe(picture.title or "forecast")
    return page(title, f"<h1>{title}</h1>\n{legend(picture)}\n{charts(picture)}")


def page(title: str, body: str, css: str = "") -> str:
    """A page that needs nothing from elsewhere; `title` and `body` are HTML."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}</title>\n<style>\n{style()}\n{_file('page.css')}{css}</style>\n</head>\n<body>\n{body}\n"
        f"<script>\n{_file('page.js')}</script>\n</body>\n</html>\n"
    )


def _file(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def charts(picture: Picture, *, small: bool = False) -> str:
    """All charts of a picture; a single one has shapes for wide and narrow screens, unless it is `small`."""
    single = len(picture.charts) == 1 and not small
    figures = "\n".join(_figure(chart, picture.title, single=single) for chart in picture.charts)
    return f'<div class="charts{" single" if single else ""}">\n{figures}\n</div>'


def legend(picture: Picture) -> str:
    """What each colour is."""
    items = "\n".join(f"<li>{_sample(ink)}{safe(name)}</li>" for ink, name in picture.legend)
    return f'<ul class="legend">\n{items}\n</ul>'


def _sample(ink: Ink) -> str:
    name = ink.replace(" ", "-")
    shape = (
        f'<rect class="{name}" width="20" height="10"/>'
        if ink in AREAS
        else f'<line class="{name}" x1="1" y1="5" x2="19" y2="5"/>'
    )
    return f'<svg viewBox="0 0 20 10" aria-hidden="true">{shape}</svg>'


def _figure(chart: Chart, title: str, *, single: bool) -> str:
    name = safe(chart.title or title or "forecast")
    drawn = (
        [_svg(plot_of(chart, *_WIDE), name, "wide"), _svg(plot_of(chart, *_NARROW), name, "narrow")]
        if single
        else [_svg(plot_of(chart, *_SMALL), name, "small")]
    )
    rows = safe(json.dumps(list(_rows(chart)), ensure_ascii=False))
    range = safe(json.dumps(list(chart.x_range)))
    return f'<figure data-rows="{rows}" data-range="{range}">\n' + "\n".join(drawn) + "\n</figure>"


def _svg(plot: Plot, name: str, kind: str) -> str:
    edges = json.dumps([round(edge, 1) for edge in (plot.left, plot.right, plot.top, plot.bottom)])
    return (
        f'<svg class="{kind}" viewBox="0 0 {plot.width:g} {plot.height:g}" data-plot="{edges}" role="img" '
        f'aria-label="{name}">\n{elements(plot.shapes)}\n</svg>'
    )


def _rows(chart: Chart) -> Iterator[list[object]]:
    """What is known at each position, in order: the position, its time, a text for each curve and band."""
    known: dict[float, list[str]] = {}
    start = min(chart.marks, default=-np.inf)
    for curve in chart.curves:
        newest = slice(-MOST_POINTS, None)
        for x, y in zip(curve.x[newest].tolist(), curve.y[newest].tolist(), strict=True):
            # Forecasts and actual values begin at the last value of the history.
            if y == y and not (curve.role in ("forecast", "actual") and x == start):
                known.setdefault(x, []).append(f"{curve.name} {number_text(y)}")
    for band in reversed(chart.bands):
        for x, low, high in zip(band.x.tolist(), band.lower.tolist(), band.upper.tolist(), strict=True):
            if low == low and x != start:
                known.setdefault(x, []).append(f"{band.name} {number_text(low)} to {number_text(high)}")
    if chart.shares is not None:
        known |= _classes_at(chart.shares)
    positions = sorted(known)[-MOST_POINTS:]
    times = chart.axis.text(np.array(positions))
    for x, time in zip(positions, times, strict=True):
        yield [x, time, known[x]]


def _classes_at(shares: Shares) -> dict[float, list[str]]:
    """The probabilities at each position, the largest first; of a class that is known its name."""
    found: dict[float, list[str]] = {}
    came = [None] * len(shares.x) if shares.actual is None else shares.actual.tolist()
    for x, parts, actual in zip(shares.x.tolist(), shares.parts.tolist(), came, strict=True):
        order = sorted(range(len(parts)), key=lambda index: -parts[index])
        texts = [f"{shares.names[index]} {100 * parts[index]:.0f} %" for index in order if parts[index] > 0]
        if max(parts) == 1:
            texts = [shares.names[order[0]]]
        if actual is not None and 1.0 in actual:
            texts.append(f"actual: {shares.names[actual.index(1.0)]}")
        if texts:
            found[x] = texts
    return found
