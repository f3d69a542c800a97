"""Probabilities of classes as areas, and in the cells of a terminal."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from forecast.drawing import stacks
from forecast.drawing.chart import Chart, Picture
from forecast.drawing.html import page_of
from forecast.drawing.png import png_of
from forecast.drawing.shares import CLASS_INKS, Shares, few, likeliest
from forecast.drawing.svg import svg_of
from forecast.drawing.terminal import Paper, text_of
from forecast.drawing.ticks import Counter

PARTS = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [0.25, 0.75]])
CAME = np.array([[np.nan, np.nan], [np.nan, np.nan], [1.0, 0.0], [0.0, 1.0]])


def shares(*, actual: bool = False) -> Shares:
    """Two rows that are known, and two with probabilities."""
    return Shares(("rain", "sun"), np.arange(2001.0, 2005), PARTS, CAME if actual else None, past=2)


def picture(*, actual: bool = False) -> Picture:
    return Picture("sky", (Chart("", (), Counter(), marks=(2002.5,), shares=shares(actual=actual)),))


def test_rows_reach_half_way_to_the_next():
    assert shares().edges.tolist() == [2000.5, 2001.5, 2002.5, 2003.5, 2004.5]
    assert Shares(("a", "b"), np.array([7.0]), np.array([[0.5, 0.5]])).edges.tolist() == [6.5, 7.5]


def test_many_rows_are_means_of_some():
    seen = shares(actual=True).binned(2)
    assert seen.parts.tolist() == [[0.5, 0.5], [0.375, 0.625]]
    assert seen.x.tolist() == [2001.5, 2003.5]
    assert seen.past == 1
    assert np.isnan(seen.actual[0]).all()
    assert seen.actual[1].tolist() == [0.5, 0.5]


def test_each_run_of_a_class_is_one_area_and_the_history_is_faint():
    rain, sun, *ahead = shares().areas(most=10)
    assert (rain.faint, rain.x.tolist(), rain.upper.tolist()) == (True, [2000.5, 2001.5], [1, 1])
    assert (sun.faint, sun.x.tolist(), sun.lower.tolist()) == (True, [2001.5, 2002.5], [0, 0])
    below, above = ahead
    assert below.x.tolist() == [2002.5, 2003.5, 2003.5, 2004.5]
    assert below.upper.tolist() == above.lower.tolist() == [0.5, 0.5, 0.25, 0.25]
    strip = shares(actual=True).areas(most=10)[4:]
    assert [(each.ink, each.x[0], each.upper[0] < 0) for each in strip] == [
        ("class 1", 2002.5, True),
        ("class 2", 2003.5, True),
    ]


def test_of_many_classes_the_likeliest_have_a_part_of_their_own():
    parts = np.full((3, 20), 0.01)
    parts[:, [2, 5, 7, 11, 13, 17, 19]] = 0.82 / 7 + 0.01
    kept = likeliest(parts)
    assert kept.tolist() == [2, 5, 7, 11, 13, 17, 19]
    seen = few(tuple("abcdefghijklmnopqrst"), np.arange(3.0), parts, kept=kept)
    assert seen.names == ("c", "f", "h", "l", "n", "r", "t", "13 others")
    assert seen.parts.sum(axis=1) == pytest.approx(parts.sum(axis=1))
    assert likeliest(np.ones((2, 8))).tolist() == list(range(8))
    assert len(seen.inks) == len(CLASS_INKS)


def test_letters_of_classes_are_different():
    assert stacks.letters_of(["snow", "sun", "sand", "日本", "s", "n"]) == ["s", "u", "a", "0", "1", "n"]


def test_without_colours_a_cell_has_the_letter_of_its_class():
    lines = text_of(picture(actual=True), Paper(40, "ascii"), height=8).splitlines()
    assert lines[0] == "sky"
    assert lines[1] == " 100 % +" + "r" * 8 + "s" * 8 + "|" + "s" * 15
    assert lines[6] == "   0 % +" + "r" * 8 + "s" * 8 + "|" + "r" * 15
    assert lines[8] == "actual +" + " " * 16 + "|" + "r" * 7 + "s" * 8
    assert lines[-1] == "rr rain   ss sun"
    assert all(line.isascii() for line in lines)


def test_cells_are_filled_to_an_eighth_and_history_is_shaded():
    text = text_of(picture(), Paper(47, colors=256), height=5)
    rows = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in text.splitlines()[1:6]]
    assert [row.count("▒") for row in rows] == [20] * 5
    assert [row.partition("┊")[2] for row in rows] == [
        "█" * 19,
        "█" * 19,
        "▄" * 9 + "█" * 10,
        "█" * 9 + "▂" * 10,
        "█" * 19,
    ]
    blue, orange = stacks.MANY["class 1"], stacks.MANY["class 2"]
    assert f"\x1b[38;5;{blue};48;5;{orange}m▄" in text
    assert f"\x1b[38;5;{blue}m██\x1b[0m rain" in text
    assert "\x1b[34;43m▄" in text_of(picture(), Paper(47, colors=16), height=5)


def test_history_between_two_classes_is_shaded_as_the_one_with_more():
    parts = np.array([[0.7, 0.3]] * 4)
    chart = Chart("", (), Counter(), shares=Shares(("a", "b"), np.arange(4.0), parts, past=4))
    rows = text_of(Picture("", (chart,)), Paper(40, colors=256), height=2).splitlines()[:2]
    blue, orange = stacks.MANY["class 1"], stacks.MANY["class 2"]
    assert f"\x1b[38;5;{orange}m{'▒' * 32}" in rows[0]
    assert f"\x1b[38;5;{blue}m{'▒' * 32}" in rows[1]


@pytest.mark.parametrize("width", [24, 60, 200])
@pytest.mark.parametrize("glyphs", ["braille", "ascii"])
def test_no_line_is_wider_than_the_paper(width, glyphs):
    text = text_of(picture(actual=True), Paper(width, glyphs), height=7)
    assert max(map(len, text.splitlines())) <= width


def test_files_have_the_classes_and_what_came():
    svg = svg_of(picture(actual=True))
    assert ET.fromstring(svg) is not None
    assert 'class="class-1 faint"' in svg
    assert svg.count('class="class-2"') == 3  # ahead, what came, legend
    assert {"rain", "sun", "50 %", "actual"} <= set(re.findall(r"<text[^>]*>([^<]*)<", svg))
    assert png_of(picture(actual=True))[:4] == b"\x89PNG"


def test_a_page_names_the_class_or_the_probabilities_of_a_time():
    page = page_of(picture(actual=True)).replace("&quot;", '"')
    assert '[2001.0, "2001", ["rain"]]' in page
    assert '[2003.0, "2003", ["rain 50 %", "sun 50 %", "actual: rain"]]' in page
    assert '[2004.0, "2004", ["sun 75 %", "rain 25 %", "actual: sun"]]' in page
