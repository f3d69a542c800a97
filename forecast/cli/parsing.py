"""How the texts of options are parsed."""

import sys
from typing import TYPE_CHECKING

from forecast.errors import UsageError
from forecast.spec.options import levels_of

if TYPE_CHECKING:
    from forecast.data.digits import Digits

MOST_DIGITS = 17
"""Significant digits that tell any two numbers apart."""


def parse_levels(texts: list[str] | None) -> tuple[float, ...]:
    """Levels in percent, ascending and without repeats, from "80" and "80,95"; 80 where none is given."""
    return levels_of([_number(name) for name in parse_names(texts or ["80"])])


def parse_names(texts: list[str] | None) -> tuple[str, ...]:
    """The names given by a repeated option that also takes commas, in order."""
    parts = (part.strip() for text in texts or () for part in text.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def parse_digits(text: str | None) -> "Digits":
    """Digits from "full" and "6"; "data" where none are given."""
    if text is None:
        return "data"
    if text == "full":
        return "full"
    if not text.isdecimal() or not 1 <= int(text) <= MOST_DIGITS:
        raise UsageError(
            f'--digits: "{text}" is neither 1 to {MOST_DIGITS} nor full', hint="write --digits 6"
        )
    return int(text)


def parse_rows(text: str | None) -> int | None:
    """Rows of history from "120" and "all"; None where none are given."""
    if text is None:
        return None
    if text == "all":
        return sys.maxsize
    if not text.isdecimal() or not int(text):
        raise UsageError(
            f'--history: "{text}" is neither a number of rows nor all', hint="write --history all"
        )
    return int(text)


def _number(text: str) -> float:
    try:
        return float(text.removesuffix("%"))
    except ValueError:
        raise UsageError(f'--level: "{text}" is not a number', hint="write --level 80") from None
