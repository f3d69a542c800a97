import pytest


@pytest.fixture(autouse=True)
def _data(tmp_path):
    (tmp_path / "harvest.csv").write_text("year,tons\n2023,1\n")


@pytest.mark.parametrize("text", ["", "24h", "-3", "best", "search"])
def test_a_window_of_no_rows_is_refused(forecast_program, workflow, text):
    code, out, err = forecast_program("train", "harvest.csv", "--window", text)
    assert (code, out, workflow.calls) == (2, "", []), err
    assert "window" in err


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        (["--tune", "cell"], ("cell",)),
        (["--tune", "window"], ("window",)),
        (["--tune", "cell,window"], ("cell", "window")),
        (["--tune", "window", "--tune", "cell"], ("window", "cell")),
        (["--cell", "lstm"], ()),
        (["--cell", "lstm", "--tune", "window"], ("window",)),
    ],
)
def test_the_settings_to_search_reach_the_workflow(forecast_program, workflow, words, settings):
    assert forecast_program("train", "harvest.csv", *words)[0] == 0
    ((_, _, request, _),) = workflow.calls
    assert request.tune == settings
    assert request.cell == ("lstm" if "lstm" in words else None)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("--tune units", 'tune must be of cell, window, not "units"'),
        ("--tune cell --cell lstm", "cell is either given or tuned"),
        ("--tune cell,window --window 8", "window is either given or tuned"),
    ],
)
def test_what_cannot_be_searched_is_refused(forecast_program, workflow, words, error):
    code, out, err = forecast_program("train", "harvest.csv", *words.split())
    assert (code, out, workflow.calls) == (2, "", [])
    assert error in err
