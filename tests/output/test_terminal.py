import io

import numpy as np
from rich.console import Console

from forecast.output.terminal import rich_table, texts


def shown(table, width=200) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(rich_table(table), crop=False)
    return console.file.getvalue()


def column(*numbers: float) -> list[str]:
    return texts({"n": np.array(numbers)})["n"]


def test_a_column_shares_its_decimals():
    assert column(3.1, 3.55123, 12.0) == ["3.100", "3.551", "12.000"]


def test_large_numbers_keep_every_digit_before_the_point():
    assert column(1234567.89, 2345678.9) == ["1234568", "2345679"]


def test_a_number_small_for_its_column_is_not_shown_as_zero():
    assert column(5000.0, 6000.0, 0.000123) == ["5000", "6000", "0.000123"]


def test_the_largest_numbers_of_an_even_count_are_shown():
    assert column(1e308, -1e308) == ["1e+308", "-1e+308"]


def test_nan_is_a_dot_and_zero_is_zero():
    assert column(float("nan"), 0.0, -0.0) == [".", "0", "0"]


def test_integers_are_never_rounded_or_grouped():
    assert texts({"year": np.array([2019, 123456789])})["year"] == ["2019", "123456789"]


def test_text_is_never_markup_and_escapes_are_spelled():
    text = shown({"[red]id": np.array(["[bold]x[/bold] :smile:", "\x1b[31m\u202e"], dtype=object)})
    assert "[red]id" in text
    assert "[bold]x[/bold] :smile:" in text
    assert r"\x1b[31m\u202e" in text
    assert "\x1b" not in text
