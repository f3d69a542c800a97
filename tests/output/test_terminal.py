import io

import numpy as np
from rich.console import Console

from forecast.data.frequency import Frequency
from forecast.data.written import times_column
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
    assert column(1234567.89, 2345678.9) == ["1,234,568", "2,345,679"]


def test_a_number_small_for_its_column_is_not_shown_as_zero():
    assert column(5000.0, 6000.0, 0.000123) == ["5,000", "6,000", "0.000123"]


def test_the_largest_numbers_of_an_even_count_are_shown():
    assert column(1e308, -1e308) == ["1e+308", "-1e+308"]


def test_nan_is_a_dot_and_zero_is_zero():
    assert column(float("nan"), 0.0, -0.0) == [".", "0", "0"]


def test_integers_are_never_rounded_and_thousands_have_commas():
    assert texts({"forecast": np.array([2019, -123456789])})["forecast"] == ["2,019", "-123,456,789"]


def test_integers_of_which_one_is_missing_are_aligned_as_numbers():
    table = {"actual": np.array([1200, None, 7], dtype=object)}
    assert texts(table)["actual"] == ["1,200", ".", "7"]
    assert shown(table).splitlines()[2:] == ["1,200 ", "     .", "    7 "]


def test_years_have_no_commas():
    years = times_column(np.array([2019, 2020]), Frequency("year", form="integer"))
    assert texts({"year": years})["year"] == ["2019", "2020"]


def test_the_digits_of_a_table_can_be_chosen():
    table = {"n": np.array([1234.5678, 0.25, np.nan])}
    assert texts(table, "full")["n"] == ["1,234.5678", "0.25", "."]
    assert texts(table, 2)["n"] == ["1,235", "0.25", "."]


def test_points_of_a_column_are_below_each_other():
    text = shown(
        {"forecast": np.array([5000.0, 6000.0, 0.000123, np.nan]), "n": np.array([1, 20, 300, 4000])}
    )
    assert text.splitlines()[2:] == [
        "5,000              1",
        "6,000             20",
        "    0.000123     300",
        "     .         4,000",
    ]


def test_a_heading_wider_than_its_numbers_is_aligned_with_them():
    text = shown({"forecast": np.array([1.25, 22.5])})
    assert [line.rstrip() for line in text.splitlines()] == ["forecast", "────────", "   1.250", "  22.500"]


def test_text_is_never_markup_and_escapes_are_spelled():
    text = shown({"[red]id": np.array(["[bold]x[/bold] :smile:", "\x1b[31m\u202e"], dtype=object)})
    assert "[red]id" in text
    assert "[bold]x[/bold] :smile:" in text
    assert r"\x1b[31m\u202e" in text
    assert "\x1b" not in text
