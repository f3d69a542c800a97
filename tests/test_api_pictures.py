"""Pictures and the report as files, from Python."""

import io
import re

import numpy as np
import pytest

import forecast
from forecast.errors import UsageError
from tests.models import model, network, with_tail
from tests.panels import panel, wave

VALUES = wave(60, season=5)


@pytest.fixture
def made():
    """The model of one network, with the rows that it keeps."""
    return with_tail(model(network(), methods=("theta",)), panel(VALUES))


def test_the_kind_of_picture_is_that_of_its_suffix(made, tmp_path):
    assert forecast.plot(model=made, output=tmp_path / "a.svg") == tmp_path / "a.svg"
    assert forecast.plot(model=made, output=tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"
    assert "<html" in forecast.plot(model=made, output=str(tmp_path / "a.html")).read_text()
    drawn = (tmp_path / "a.svg").read_text()
    assert ">80 % interval<" in drawn
    assert ">actual<" not in drawn


def test_an_older_forecast_is_drawn_with_what_came(tmp_path):
    years = np.arange(1950, 2010)
    data = {"year": np.tile(years, 2), "farm": ["a"] * 60 + ["b"] * 60, "tons": np.append(VALUES, 2 * VALUES)}
    file = tmp_path / "crops.csv"
    rows = zip(*(column for column in data.values()), strict=True)
    file.write_text("\n".join(["year,farm,tons", *(",".join(map(str, row)) for row in rows)]))
    drawn = forecast.plot(
        file, output=tmp_path / "then.svg", method="theta", as_of=1999, horizon=5, series="b", id="farm"
    ).read_text()
    assert ">actual<" in drawn
    assert ">b<" in drawn
    assert ">a<" not in drawn


def test_data_in_memory_have_the_name_of_the_training_data(made, tmp_path):
    lines = ["year,y", *(f"{2000 + row},{value}" for row, value in enumerate(VALUES))]
    data = io.BytesIO("\n".join(lines).encode())
    drawn = forecast.plot(data, model=made, output=tmp_path / "a.svg").read_text()
    assert "made up: " in drawn


def test_backtests_are_drawn_from_as_many_origins_as_asked_for(tmp_path):
    output = tmp_path / "a.svg"
    drawn = forecast.plot(VALUES, output=output, method="naive", backtests=4, horizon=3).read_text()
    assert len(re.findall('<polyline class="forecast"', drawn)) == 1 + 4  # the first is that of the legend


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"output": "a.jpg"}, 'output: "a.jpg" does not end in .png, .svg, .html'),
        ({"output": "a.png", "backtest": True, "as_of": 1999}, "different pictures"),
        ({"output": "a.png", "horizn": 3}, "horizn"),
        ({"output": "a.png", "series": "x"}, 'there is no series "x"'),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_nothing_is_written(words, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((UsageError, TypeError), match=message):
        forecast.plot(VALUES, model="pretrained", **words)
    assert list(tmp_path.iterdir()) == []


def test_the_report_is_a_page_about_the_model(made, tmp_path):
    page = forecast.report(made, output=tmp_path / "a.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "<svg" in page
