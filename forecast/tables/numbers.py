"""Numbers in a column of text; a text that is no number is an error with its position."""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np

from forecast.data.arrays import LARGEST, Floats, first_true
from forecast.spec.reading import Notation
from forecast.tables.columns import CellError

MISSING = frozenset(
    [
        *("", "na", "n/a", "n.a.", "nan", "nat", "<na>", "null", "(null)", "none", "missing", "\\n"),
        *("-", "--", "–", "—", "?", ".", "..", "...", ":"),
        *("#div/0!", "#n/a", "#value!", "#null!", "#ref!", "#name?", "#num!"),
    ]
)
"""Texts, in lower case, that mean a missing number."""

PLAIN_CHARACTERS = frozenset("0123456789.+-eE")
"""Of texts with these characters alone `float` accepts decimal numbers only: no 1_000, 0x1F, nan or inf."""

DECIMAL_MARKS = (".", ",")
GROUP_MARKS = (",", ".", " ", "'")


@dataclass(frozen=True, slots=True)
class Style:
    """A decimal mark and a thousands separator."""

    decimal: str
    group: str
    """The thousands separator; "" for none."""

    def matches(self, text: str) -> bool:
        """Whether a text is a number in this style."""
        return _pattern(self).fullmatch(text) is not None

    def number(self, text: str) -> float:
        """The number in a text that matches this style."""
        ungrouped = text.replace(self.group, "") if self.group else text
        return float(ungrouped.replace(self.decimal, "."))


PLAIN = Style(".", "")
COMMA = Style(",", "")


def _styles(notation: Notation) -> tuple[Style, ...]:
    """The styles that the notation allows."""
    decimals = DECIMAL_MARKS if notation.decimal is None else (notation.decimal,)
    groups = ("", *GROUP_MARKS) if notation.thousands is None else (notation.thousands,)
    return tuple(Style(decimal, group) for group in groups for decimal in decimals if group != decimal)


STYLES = _styles(Notation())


@cache
def _pattern(style: Style) -> re.Pattern[str]:
    group, decimal = re.escape(style.group), re.escape(style.decimal)
    whole = rf"(?:[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+|[0-9]+)" if style.group else "[0-9]+"
    return re.compile(rf"[+-]?(?:{whole}(?:{decimal}[0-9]*)?|{decimal}[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a column's distinct texts."""

    values: Floats
    """(texts,) NaN where the number is missing."""
    style: Style


def parse(texts: list[str], notation: Notation | None = None, *, delimiter: str = ",") -> Numbers:
    """The number in each text, NaN where it is missing; a `CellError` for any other text.

    All numbers of a column are written in one style, and it must be the only one that fits.
    A file with semicolons between its fields often has decimal commas: there "1.234" may be
    1.234 or 1234, and is an error unless another number shows what the dot means.
    """
    styles = _styles(notation or Notation())
    decimals = {style.decimal for style in styles}
    dots = "." in decimals and (delimiter != ";" or len(decimals) == 1)
    plain = _plain_numbers(texts, dots=dots)
    if plain is not None:
        return Numbers(_finite(plain, texts), PLAIN)
    cleaned = [_clean(text) for text in texts]
    indices = [index for index, text in enumerate(cleaned) if text.lower() not in MISSING]
    present = [cleaned[index] for index in indices]
    parsed, style = _plain_numbers(present, dots=dots), PLAIN
    if parsed is None:
        style = _detect_style(present, indices, texts, styles, delimiter=delimiter)
        parsed = [style.number(text) for text in present]
    values = np.full(len(texts), np.nan)
    values[indices] = _finite(parsed, texts, indices)
    return Numbers(values, style)


def is_number(text: str) -> bool:
    """Whether a text is a number in any style."""
    return any(style.matches(_clean(text)) for style in STYLES)


def readable_share(texts: list[str], *, most: int = 1000) -> float:
    """Share of the texts that are numbers in any style; 0 where all are missing."""
    sample = [text for text in map(_clean, texts[:most]) if text.lower() not in MISSING]
    if not sample:
        return 0.0
    return sum(any(style.matches(text) for style in STYLES) for text in sample) / len(sample)


def integers(texts: list[str]) -> list[int] | None:
    """The integers in the texts; None where a text is no integer of 64 bits."""
    joined = "".join(texts)
    if not joined.isascii() or not set(joined) <= set("0123456789+- "):
        return None
    if not all(re.fullmatch(" *[+-]?[0-9]{1,19} *", text) for text in texts):
        return None
    numbers = [int(text) for text in texts]
    return numbers if all(abs(number) < 2**63 for number in numbers) else None


def _clean(text: str) -> str:
    """The text stripped, with ASCII characters for minus, thousands space and apostrophe."""
    text = text.strip()
    if text.isascii():
        return text
    return text.translate({0x2212: "-", 0xA0: " ", 0x202F: " ", 0x2009: " ", 0x2019: "'"})


def _plain_numbers(texts: list[str], *, dots: bool) -> list[float] | None:
    """The numbers if all are plain, else None; without `dots`, a number with a dot is not plain."""
    characters = set("".join(texts))
    if not characters <= PLAIN_CHARACTERS or ("." in characters and not dots):
        return None
    try:
        return list(map(float, texts))
    except ValueError:
        return None


def _detect_style(
    present: list[str], indices: list[int], texts: list[str], styles: tuple[Style, ...], *, delimiter: str
) -> Style:
    """The one style that fits every number; where several fit, they must agree on every number.

    `present` holds the cleaned numbers, `indices` their positions among the original `texts`.
    """
    mismatches = {style: _first_mismatch(style, present) for style in styles}
    possible = [style for style, first in mismatches.items() if first == len(present)]
    if not possible:
        last = max(mismatches.values())
        raise _no_style_fits(present[last], indices[last], texts, styles)
    if delimiter != ";" and PLAIN in possible:
        return PLAIN
    if delimiter == ";" and COMMA in possible and all("," in text for text in present):
        return COMMA
    for text, index in zip(present, indices, strict=True):
        readings = sorted({style.number(text) for style in possible})
        if len(readings) > 1:
            mark = "," if "," in text else "."
            raise CellError(
                index,
                f'"{texts[index]}" may be {readings[0]:g} or {readings[-1]:.15g}',
                hint=f"choose one: --decimal {mark} or --thousands {mark}",
            )
    return possible[0]


def _first_mismatch(style: Style, texts: list[str]) -> int:
    """Position of the first text that is not in this style; the number of texts where all are."""
    matches = map(_pattern(style).fullmatch, texts)
    return next((index for index, match in enumerate(matches) if match is None), len(texts))


def _no_style_fits(text: str, index: int, texts: list[str], styles: tuple[Style, ...]) -> CellError:
    """The error for the text at which the last possible style fails, with a hint how to read it.

    It is a number in another style than the numbers before it, or no number at all.
    """
    if any(style.matches(text) for style in styles):
        return CellError(
            index,
            f'"{texts[index]}" is written differently from the numbers before it',
            hint="write all numbers in one style; --decimal and --thousands select it",
        )
    other = next((style for style in STYLES if style.matches(text)), None)
    hint = _correction(text) if other is None else f"{_options_for(other)} reads it"
    return CellError(index, f'"{texts[index]}" is not a number', hint=hint)


def _options_for(style: Style) -> str:
    """The options that select a style: '--decimal , --thousands "."'."""
    return f"--decimal {style.decimal}" + (f' --thousands "{style.group}"' if style.group else "")


def _correction(text: str) -> str:
    """How to correct a text that is a number in no style."""
    if re.fullmatch(r"\([0-9.,]+\)", text):
        return f"write a negative number as -{text[1:-1]}"
    if re.fullmatch(r"[+-]?0[xXoObB][0-9a-fA-F]+", text):
        return "write it as a decimal number"
    if re.fullmatch(r"[+-]?[0-9]{1,3}(_[0-9]{3})+", text):
        return "--thousands _ reads it"
    if (bare := re.search(r"[0-9][0-9.,]*", text)) and re.search(r"[^\W\d_]|[%$€£¥]", text):
        return f"{'--decimal , reads ' + bare[0] + '; ' if ',' in bare[0] else ''}remove the unit"
    return "correct it, or leave it empty if the number is missing"


def _finite(numbers: list[float], texts: list[str], indices: list[int] | None = None) -> Floats:
    """The numbers; a `CellError` where one is larger than a panel can hold.

    `indices` are their positions among the texts; None where each text has a number.
    """
    values = np.array(numbers, dtype=np.float64)
    if (position := first_true(np.abs(values) > LARGEST)) is not None:
        index = indices[position] if indices else position
        raise CellError(index, f'"{texts[index]}" is too large', hint="the largest number is 1e308")
    return values
