"""How the words of a command line become values: each case by the program itself."""

from pathlib import Path
from typing import Annotated, Literal

import pytest
import typer

from forecast.cli.console import Console
from forecast.cli.help import Command, Group

app = typer.Typer(cls=Group, rich_markup_mode=None, add_completion=False)
SEEN: list[object] = []


@app.callback()
def program(
    *, quiet: bool = False, verbose: bool = False, debug: bool = False, color: Literal["auto"] | None = None
) -> None:
    """A program."""
    del quiet, verbose, debug, color


@app.command(cls=Command)
def show(
    *,
    whole: Annotated[int | None, typer.Option()] = None,
    number: Annotated[float, typer.Option()] = 1.5,
    word: Annotated[str | None, typer.Option()] = None,
    file: Annotated[Path | None, typer.Option()] = None,
    many: Annotated[list[str] | None, typer.Option()] = None,
    choice: Annotated[Literal["one", "two"], typer.Option()] = "one",
) -> None:
    """A command."""
    SEEN[:] = [whole, number, word, file, many, choice]


def values(*words: str) -> list[object]:
    command = typer.main.get_command(app)
    with command.make_context("program", ["show", *words], obj=Console()) as context:
        command.invoke(context)
    return SEEN


def test_what_is_left_out_is_none_or_the_default():
    assert values() == [None, 1.5, None, None, None, "one"]


@pytest.mark.parametrize(
    ("word", "value"), [("12", 12), ("+12", 12), ("-3", -3), (" 7 ", 7), ("1_000", 1000)]
)
def test_whole_numbers(word, value):
    assert values("--whole", word)[0] == value


def test_a_whole_number_may_be_written_with_decimal_places():
    assert values("--whole", "12.0")[0] == 12


@pytest.mark.parametrize("word", ["", "1.5", "twelve", "1e3", "_", "0x10", "١٢"])
def test_what_is_no_whole_number_is_refused_by_its_option(word):
    with pytest.raises(typer.BadParameter, match="needs a whole number") as refused:
        values("--whole", word)
    assert refused.value.param.opts == ["--whole"]
    assert refused.value.ctx.command.name == "show"


@pytest.mark.parametrize(("word", "value"), [("1e-3", 0.001), ("-.5", -0.5), ("inf", float("inf"))])
def test_numbers(word, value):
    assert values("--number", word)[1] == value


def test_what_is_no_number_is_refused():
    with pytest.raises(typer.BadParameter, match="needs a number"):
        values("--number", "1,5")


def test_words_files_and_lists():
    found = values("--word", "", "--file", "a/b.csv", "--many", "x", "--many", "y,z")
    assert found[2:5] == ["", Path("a/b.csv"), ["x", "y,z"]]


def test_a_word_is_one_of_those_of_its_option():
    assert values("--choice", "two")[5] == "two"
    with pytest.raises(typer.BadParameter, match=r"'three' is not one of 'one', 'two'"):
        values("--choice", "three")
