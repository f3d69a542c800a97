import re
from dataclasses import replace

import numpy as np
import pytest

from forecast.data.evaluation import Predictions
from forecast.data.results import Forecast
from forecast.drawing.canvas import Canvas
from forecast.drawing.chart import Chart, Curve, Picture
from forecast.drawing.charts import backtest_chart, forecast_chart
from forecast.drawing.terminal import Paper, text_of
from forecast.drawing.ticks import Counter
from tests.panels import panel


def dots(canvas: Canvas) -> list[str]:
    rows, _ = canvas.cells()
    return ["".join(row) for row in rows]


def picture(values=(3.0, 5.0, 4.0, 8.0), ahead=(7.0, 9.0), half=1.0, *, title="y", rows=None) -> Picture:
    history = panel(list(values))
    forecast = Forecast.of(
        history,
        np.array([ahead]),
        (80.0,),
        lower=np.array([[ahead]]) - half,
        upper=np.array([[ahead]]) + half,
    )
    return Picture(title, (forecast_chart(history[0], forecast, 0, history, title="", rows=rows),))


def test_a_rising_line_goes_through_its_dots():
    canvas = Canvas(4, 2, "braille")
    canvas.line("history", np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    assert dots(canvas) == ["  ⡠⠊", "⡠⠊  "]


def test_a_missing_value_breaks_the_line_and_a_value_alone_is_seen():
    canvas = Canvas(4, 1, "braille")
    canvas.line("history", np.array([0.0, 0.3, 0.6, 1.0]), np.array([1.0, np.nan, 1.0, np.nan]))
    (row,) = dots(canvas)
    assert [sign != " " for sign in row] == [True, False, True, False]


def test_a_cell_with_a_line_shows_none_of_the_interval_behind_it():
    canvas, x = Canvas(6, 3, "braille"), np.array([0.0, 1.0])
    canvas.area("interval", x, np.zeros(2), np.ones(2))
    behind = dots(canvas)
    canvas.line("forecast", x, np.array([0.5, 0.5]))
    assert dots(canvas)[1] == "⠒" * 6 or dots(canvas)[1] == "⠤" * 6
    assert dots(canvas)[::2] == behind[::2]


def test_the_same_in_ascii():
    canvas, x = Canvas(6, 3, "ascii"), np.array([0.0, 1.0])
    canvas.area("interval", x, np.zeros(2), np.ones(2))
    canvas.line("forecast", x, np.array([0.5, 0.5]))
    assert dots(canvas) == ["::::::", "oooooo", "::::::"]


@pytest.mark.parametrize("width", [24, 60, 100, 200])
@pytest.mark.parametrize("glyphs", ["braille", "ascii"])
def test_no_line_is_wider_than_the_paper(width, glyphs):
    charts = picture().charts * 5
    text = text_of(Picture("a title", charts), Paper(width, glyphs), height=6, per_row=max(width // 40, 1))
    assert max(map(len, text.splitlines())) <= width
    assert text.count("2000") == 5


def test_a_picture_has_labels_a_mark_at_the_origin_and_a_legend():
    text = text_of(picture(), Paper(50), height=8)
    lines = text.splitlines()
    assert lines[0] == "y"
    assert lines[-1] == "⠤⠤ history   oo forecast   ⠭⠭ 80 % interval"
    assert re.fullmatch(r" +2000 +2002 +2004", lines[-2])
    assert [line.split()[0] for line in lines if "┤" in line] == ["10", "5"]
    column = {line.index("┊") for line in lines if "┊" in line}
    assert len(column) == 1
    assert "\x1b" not in text


def test_colours_are_those_that_the_terminal_has():
    many, few = (text_of(picture(), Paper(50, colors=colors), height=8) for colors in (256, 16))
    assert "\x1b[1;38;5;33m" in many
    assert "38;5" not in few
    assert "\x1b[1;36m" in few
    plain = text_of(picture(), Paper(50), height=8)
    assert re.sub("\x1b\\[[0-9;]*m", "", many) == re.sub("\x1b\\[[0-9;]*m", "", few)
    assert "⠤⠤\x1b[0m forecast" in many
    assert "oo forecast" in plain


def backtests() -> Picture:
    """Six values, and two forecasts of one row: of the last and of the one before it."""
    history = panel([3.0, 5.0, 4.0, 8.0, 6.0, 7.0])
    values = np.array([[[5.0], [6.5]]])
    made = Predictions(
        models=("m",),
        ids=history.ids,
        origins=history.times[[3, 4]][None],
        actual=np.array([[[6.0], [7.0]]]),
        values=values[None],
        level=80.0,
        lower=values - 1,
        upper=values + 1,
        columns=history.columns,
        frequency=history.frequency,
    )
    return Picture("y", (backtest_chart(history[0], made, 0, history, title="", rows=None),))


def test_values_after_the_oldest_origin_are_actual_ones():
    history, actual, *forecasts = backtests().charts[0].curves
    assert (history.role, history.y.tolist()) == ("history", [3, 5, 4, 8])
    assert (actual.role, actual.y.tolist()) == ("actual", [8, 6, 7])
    assert [each.y.tolist() for each in forecasts] == [[5], [6.5]]


@pytest.mark.parametrize(
    ("paper", "marks"),
    [
        (Paper(60), "⠤⠤ history   xx actual   oo forecast   ⠭⠭ 80 % interval"),
        (Paper(60, "ascii"), "** history   xx actual   oo forecast   :: 80 % interval"),
    ],
)
def test_without_colours_actual_values_have_a_mark_of_their_own(paper, marks):
    lines = text_of(backtests(), paper, height=8).splitlines()
    assert lines[-1] == marks
    assert "x" in "".join(lines[1:-1])
    colored = text_of(backtests(), Paper(60, colors=256), height=8)
    assert "\x1b[38;5;166m⠤⠤\x1b[0m actual" in colored


def test_ascii_pictures_are_ascii():
    assert text_of(picture(), Paper(50, "ascii"), height=8).isascii()


@pytest.mark.parametrize(
    ("values", "ahead"),
    [
        ([5.0] * 6, [5.0, 5.0]),
        ([0.0], [0.0, 0.0]),
        ([1e308, -1e308, 1e308], [-1e308, 1e308]),
        ([1e-300, 2e-300], [1e-300, 3e-300]),
        ([-5.0, -7.0, -6.0], [-5.0, -8.0]),
        (list(range(5000)), [5000.0, 5001.0]),
    ],
    ids=["constant", "one row", "huge", "tiny", "negative", "long"],
)
def test_any_values_are_drawn(values, ahead):
    text = text_of(picture(values, ahead, half=0.0), Paper(60, colors=16), height=8)
    assert sum("⠀" < sign <= "⣿" for sign in text) > 10
    assert "nan" not in text
    assert "inf" not in text


def test_an_interval_that_is_far_wider_than_the_values_is_cut():
    low, high = picture(half=1e6).charts[0].y_range
    assert low > -10
    assert high < 20


def test_history_is_cut_to_the_rows_wanted_and_rows_filled_in_are_another_line():
    history = panel([1.0, 2.0, 3.0, 4.0, 5.0])
    history = replace(history, observed=np.array([True, True, False, True, True]))
    chart = forecast_chart(history[0], None, 0, history, title="t", rows=4)
    filled, observed = chart.curves
    assert (filled.role, observed.role) == ("filled", "history")
    np.testing.assert_array_equal(observed.y, [2.0, np.nan, 4.0, 5.0])
    np.testing.assert_array_equal(filled.y, [2.0, 3.0, 4.0, np.nan])


def test_titles_cannot_write_control_characters_and_wide_signs_are_counted_twice():
    curve = Curve("a\x1b[31m", "history", np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    chart = Chart("日本" * 30, (curve,), Counter())
    text = text_of(Picture("\x1b]0;x\x07", (chart,)), Paper(40), height=6)
    assert "\x1b" not in text
    assert "\\x1b]0;x\\x07" in text
    assert f"{'日本' * 9}..." in text
