"""Pictures as PNG, SVG and HTML."""

import io
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html import unescape

import numpy as np
import pytest
from PIL import Image

from forecast.data.results import Forecast
from forecast.drawing.chart import Chart, Curve, Picture
from forecast.drawing.charts import forecast_chart
from forecast.drawing.html import page_of
from forecast.drawing.layout import Line, plot_of
from forecast.drawing.palette import COLORS
from forecast.drawing.png import png_of
from forecast.drawing.svg import svg_of
from forecast.drawing.ticks import Counter
from tests.drawing import browser
from tests.panels import panel

HOSTILE = "</script><script>alert(1)</script>'\"&\x1b[31m\x00"


def picture(title: str = "tons", *, charts: int = 1, name: str = "") -> Picture:
    history = panel([3.0, 5.0, 4.0, 8.0])
    history = replace(history, observed=np.array([True, False, True, True]))
    ahead = np.array([[7.0, 1234567.891]])
    forecast = Forecast.of(history, ahead, (80.0,), lower=ahead[None] - 1, upper=ahead[None] + 1)
    chart = forecast_chart(history[0], forecast, 0, history, title=name, rows=None)
    return Picture(title, (chart,) * charts)


def color(image: Image.Image) -> set[str]:
    counted = image.convert("RGB").getcolors(1 << 24) or []
    return {f"#{red:02x}{green:02x}{blue:02x}" for count, (red, green, blue) in counted if count > 20}


def test_a_png_has_the_size_of_the_layout_twice_and_the_colours_of_the_palette():
    image = Image.open(io.BytesIO(png_of(picture())))
    assert image.format == "PNG"
    assert image.width == 1760
    near = {name: COLORS["light"][name] for name in ("paper", "interval", "forecast", "history")}
    shown = [tuple(int(each[i : i + 2], 16) for i in (1, 3, 5)) for each in color(image)]
    for name, text in near.items():
        wanted = np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)])
        assert min(np.abs(np.array(shown) - wanted).max(axis=1)) < 12, name


@pytest.mark.parametrize("title", ["", HOSTILE, "Жито 日本 é", "x" * 500])
def test_any_title_is_drawn(title):
    assert png_of(picture(title))[:4] == b"\x89PNG"
    assert ET.fromstring(svg_of(picture(title))).tag == "{http://www.w3.org/2000/svg}svg"


def test_an_svg_is_in_the_colours_of_either_ground_and_fetches_nothing():
    svg = svg_of(picture(charts=4, name=HOSTILE))
    root = ET.fromstring(svg)
    texts = [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"history", "forecast", "80 % interval", "filled in"} <= set(texts)
    assert "prefers-color-scheme: dark" in svg
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", svg) == []
    assert "<script" not in svg
    assert "\x1b" not in svg


def test_a_long_line_has_few_points_and_keeps_its_peaks():
    values = np.zeros(100_000)
    values[54_321] = 9.0
    curve = Curve("history", "history", np.arange(100_000.0), values)
    (line,) = [s for s in plot_of(Chart("", (curve,), Counter()), 800, 300).shapes if isinstance(s, Line)]
    assert len(line.points) < 4 * 800
    assert line.points[:, 1].min() == pytest.approx(12 + 258 * (0.36 / 9.72), abs=0.5)


def rows_of(page: str) -> list[list[object]]:
    (found,) = re.findall(r'data-rows="([^"]*)"', page)
    return json.loads(unescape(found))


def test_a_page_has_the_values_of_each_time():
    assert rows_of(page_of(picture())) == [
        [2000, "2000", ["filled in 3", "history 3"]],
        [2001, "2001", ["filled in 5"]],
        [2002, "2002", ["filled in 4", "history 4"]],
        [2003, "2003", ["history 8"]],
        [2004, "2004", ["forecast 7", "80 % interval 6 to 8"]],
        [2005, "2005", ["forecast 1,234,568", "80 % interval 1,234,567 to 1,234,569"]],
    ]


def test_a_page_needs_nothing_from_elsewhere_and_names_of_the_data_are_text():
    page = page_of(picture(HOSTILE, charts=2, name=HOSTILE))
    assert re.findall(r"(?:src|href)=|url\(|@import|https?://(?!www\.w3\.org/2000/svg)", page) == []
    assert "alert(1)</script>" not in page
    assert page.count("<script") == 1
    assert "\x1b" not in page
    assert 'name="viewport"' in page
    assert "prefers-color-scheme: dark" in page


def test_a_browser_shows_the_values_under_the_pointer(tmp_path):
    path = tmp_path / "picture.html"
    path.write_text(page_of(picture(HOSTILE, name=HOSTILE)), "utf-8")
    point = """
        const svg = document.querySelector('svg.wide'), box = svg.getBoundingClientRect();
        const at = {clientX: box.right - 25, clientY: box.top + 80, bubbles: true};
        svg.dispatchEvent(new PointerEvent('pointermove', at));
    """
    document = browser.document(path, point)
    assert re.search(r'<div class="tip"[^>]*><b>2005</b><div>forecast 1,234,568</div>', document)
    assert '<line class="cursor"' in document
    assert len(re.findall("<script", document)) == 3
