import pytest

from forecast.cli import options
from forecast.errors import UsageError


@pytest.mark.parametrize(("text", "rows"), [("24", 24), ("search", None), (None, None)])
def test_a_window_is_rows_or_left_open(text, rows):
    assert options.window(text) == rows


@pytest.mark.parametrize("text", ["", "24h", "-3", "best"])
def test_a_window_of_no_rows_is_refused_with_what_to_write(text):
    with pytest.raises(UsageError, match="not a number of rows") as failure:
        options.window(text)
    assert failure.value.hint == "write 24, or search"


@pytest.mark.parametrize(
    ("words", "search"),
    [(["--cell", "best"], ("cell",)), (["--window", "search"], ("window",)), (["--cell", "lstm"], ())],
)
def test_what_is_searched_reaches_the_workflow(forecast_program, workflow, words, search):
    assert forecast_program("train", "harvest.csv", *words)[0] == 0
    ((_, _, request, _),) = workflow.calls
    assert request.tune == search
    assert request.cell == ("lstm" if "lstm" in words else None)
