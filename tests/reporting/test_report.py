"""The HTML report of a model."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from forecast import pictures
from forecast.data.cards import Losses
from forecast.data.evaluation import KeptBacktests
from forecast.data.results import Coverage, Scores, Verdict
from forecast.reporting.report import NEWEST_ROWS, train_command
from forecast.storage.modelfile import load
from tests.drawing import browser

GOLDEN = Path(__file__).parents[1] / "golden" / "format-2.forecast"
HOSTILE = "</script><script>alert(1)</script>\"'&<img src=x onerror=alert(2)>\x1b[31m\x00"


def model(*, name: str = 'Canada "Barley"'):
    """The golden model with all that a training of values keeps."""
    found = load(GOLDEN)
    values = np.array([[[9e6, 1e7], [1.1e7, 1e7]]])
    kept = KeptBacktests(
        np.array([[4, 2]]),
        values,
        values - 1e6,
        values + 1e6,
        80.0,
        np.array([100.0, 50.0]),
        np.array([4, 4]),
    )
    scores = Scores(
        models=("combination", "gru", "naive"),
        metrics=("mae", "mase", "skill"),
        overall=np.array([[1.5, 0.9, 0.25], [1.7, 1.0, 0.1], [2.0, 1.2, 0.0]]),
        by_series=np.full((3, 2, 3), np.nan),
        by_step=np.full((3, 2, 3), np.nan),
        ids=found.tail.ids,
        series_column="id",
        backtests=2,
        forecasts=8,
        weights=np.array([1.0, 0.4, np.nan]),
        forecasts_by_series=np.array([4, 4]),
        forecasts_by_step=np.array([4, 4]),
    )
    card = replace(
        found.card,
        scores=scores,
        verdict=Verdict("useful", f"useful: 25 % better than {name}", 0.25, "naive", 0.25, False, False),
        coverage=Coverage(80.0, 75.0, 8),
        losses=Losses((1.5, 1.2, 1.1), (0.9, 0.7, 0.8), 2),
        backtests=kept,
        options=("--seed", "3"),
    )
    return replace(found, card=card, tail=replace(found.tail, ids=(name, *found.tail.ids[1:])))


def text_of(page: str) -> str:
    """What a reader sees, on one line."""
    return unescape(
        re.sub(r"\s+", " ", re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL))
    )


def test_a_report_has_every_part_and_says_what_it_holds():
    page = pictures.report(model())
    assert re.findall('<section id="([a-z]+)">', page) == [
        "verdict",
        "forecast",
        "accuracy",
        "combination",
        "backtests",
        "coverage",
        "training",
        "memory",
        "model",
        "repeat",
    ]
    text = text_of(page)
    assert NEWEST_ROWS in text
    assert "useful: 25 % better than Canada" in text
    assert "80 % intervals covered 75 % of held-out values (only 8 errors)" in text
    assert "2 backtests, 8 forecasts, on rows not trained on" in text
    assert "Half-life of the first step: gru " in text
    assert "forecast train harvest_panel.csv --seed 3" in text
    assert model().card.data_sha256 in text
    shares = [int(share) for share in re.findall(r"</svg><span>(\d+) %</span>", page)]
    assert shares == sorted(shares, reverse=True)
    assert 98 <= sum(shares) <= 102


def test_parts_that_a_model_has_not_are_left_out():
    found = load(GOLDEN)
    page = pictures.report(replace(found, card=replace(found.card, scores=None, verdict=None, coverage=None)))
    assert re.findall('<section id="([a-z]+)">', page) == [
        "verdict",
        "forecast",
        "combination",
        "memory",
        "model",
        "repeat",
    ]
    assert "The model was not evaluated." in page


def test_names_of_the_data_are_text_wherever_they_are():
    hostile = model(name=HOSTILE)
    columns = replace(hostile.tail.columns, target=HOSTILE, time=HOSTILE)
    card = replace(hostile.card, source=HOSTILE, options=("--target", HOSTILE))
    tail = replace(hostile.tail, columns=columns)
    page = pictures.report(
        replace(hostile, card=card, tail=tail, read=replace(hostile.read, columns=columns))
    )
    assert page.count("<script") == 1
    assert "<img" not in page
    assert "onerror" in text_of(page)
    assert not re.search("[\x00-\x09\x0b-\x1f]", page)
    for attribute in re.findall(r'="([^"]*)"', page):
        assert "<" not in attribute
    assert re.findall(r"(?:src|href)=\"|url\(|@import|https?://(?!www\.w3\.org/2000/svg)", page) == []


@pytest.mark.parametrize(
    ("source", "options", "command"),
    [
        ("a b.csv", ("--horizon", "3"), "forecast train 'a b.csv' --horizon 3"),
        ("-x.csv", (), "forecast train ./-x.csv"),
        ("standard input", ("--seed", "1"), "forecast train DATA --seed 1"),
        ("$(rm -r x).csv", ("--target", "`x`"), "forecast train '$(rm -r x).csv' --target '`x`'"),
    ],
)
def test_the_command_that_repeats_a_training_is_safe_to_paste(source, options, command):
    assert train_command(replace(model().card, source=source, options=options)) == command


def test_a_browser_opens_a_report_of_hostile_names_without_an_error(tmp_path):
    path = tmp_path / "report.html"
    path.write_text(pictures.report(model(name=HOSTILE)), "utf-8")
    wide = "document.title = [document.body.scrollWidth, innerWidth, document.images.length].join();"
    found = browser.document(path, wide)
    scrolled, width, images = map(int, re.search("<title>([0-9,]+)</title>", found)[1].split(","))
    assert scrolled <= width
    assert images == 0
    assert found.count("<figure") == 7


def test_no_part_of_a_report_is_wider_than_a_phone(tmp_path):
    path = tmp_path / "report.html"
    path.write_text(pictures.report(model()), "utf-8")
    script = (
        "document.documentElement.style.width = '375px';"
        "document.body.dataset.wide = document.body.scrollWidth;"
    )
    (width,) = re.findall(r'data-wide="(\d+)"', browser.document(path, script))
    assert int(width) <= 375
