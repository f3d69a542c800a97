import pytest

from forecast.output.escape import escape


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain é 日本", "plain é 日本"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\x07", r"a\x0ab\x07"),
        ("\x9b1m", r"\x9b1m"),
        ("\u202eabc", r"\u202eabc"),
        ("\u2028", r"\u2028"),
        ("bad\udcff", r"bad\udcff"),
    ],
)
def test_controls_are_spelled_out_and_letters_stay(text, expected):
    assert escape(text) == expected
