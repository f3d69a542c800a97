import shutil
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden" / "format-2.forecast"


@pytest.fixture(autouse=True)
def _model():
    shutil.copy(GOLDEN, "crops.forecast")


def test_a_report_is_a_page_named_after_the_model(real_program):
    code, out, err = real_program("report", "crops.forecast")
    assert (code, out) == (0, "")
    assert Path("crops.html").read_text().startswith("<!DOCTYPE html>")
    notes = err.splitlines()
    assert notes[:2] == ["model         crops.forecast", "saved         crops.html"]
    assert notes[2].startswith("warning: This page holds the newest rows of the data")


def test_a_report_on_standard_output(real_program):
    code, out, err = real_program("report", "--output", "-")
    assert code == 0
    assert out.endswith("</html>\n")
    assert err == "model         crops.forecast\n"
    assert not Path("crops.html").exists()


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("crops.forecast", "--output", "a.pdf"), 2, '--output: "a.pdf" does not end in .html'),
        (("crops.forecast", "--model", "crops.forecast"), 2, "the model is named twice"),
        (("missing.forecast",), 4, "missing.forecast"),
        (("crops.forecast", "--output", "no/where.html"), 1, ""),
    ],
)
def test_what_cannot_be_is_refused(real_program, words, code, message):
    found, out, err = real_program("report", *words)
    assert (found, out) == (code, "")
    assert f"error: {message}" in err
