"""Texts become numbers, or the one text that is none is named."""

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from forecast.data.arrays import LARGEST, first_true
from forecast.spec.reading import Notation
from forecast.tables.columns import CellError

MISSING = frozenset(
    [
        *("", "na", "n/a", "n.a.", "nan", "nat", "<na>", "null", "(null)", "none", "missing", "\\n"),
        *("-", "--", "–", "—", "?", ".", "..", "...", ":"),
        *("#div/0!", "#n/a", "#value!", "#null!", "#ref!", "#name?", "#num!"),
    ]
)
"""Texts, in lower case, that stand for no number."""

PLAIN_CHARACTERS = frozenset("0123456789.+-eE")
"""With these alone Python's `float` takes decimal numbers and nothing else: no 1_000, 0x1F, nan or inf."""

DECIMAL_MARKS = (".", ",")
GROUP_MARKS = (",", ".", " ", "'")


@dataclass(frozen=True, slots=True)
class Style:
    """A way of writing numbers."""

    decimal: str
    group: str
    """Between thousands; "" for none."""

    def matches(self, text: str) -> bool:
        """Whether a text is a number written so."""
        return _pattern(self).fullmatch(text) is not None

    def number(self, text: str) -> float:
        """The number in a text that matches."""
        ungrouped = text.replace(self.group, "") if self.group else text
        return float(ungrouped.replace(self.decimal, "."))


PLAIN = Style(".", "")
COMMA = Style(",", "")


def _styles(notation: Notation) -> tuple[Style, ...]:
    """The ways of writing that are left open."""
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

    values: NDArray[np.float64]
    """(texts,) NaN where the text stands for no number."""
    style: Style


def parse(texts: list[str], notation: Notation | None = None, *, delimiter: str = ",") -> Numbers:
    """The number in each text; NaN for marks of a missing one.

    A file that parts its fields with semicolons often has decimal commas, so there
    "1.234" alone proves nothing; it is refused unless another number shows what the dot is.
    """
    styles = _styles(notation or Notation())
    decimals = {style.decimal for style in styles}
    dots = "." in decimals and (delimiter != ";" or len(decimals) == 1)
    plain = _plain_numbers(texts, dots=dots)
    if plain is not None:
        return Numbers(_finite(plain, texts), PLAIN)
    cleaned = [_clean(text) for text in texts]
    places = [place for place, text in enumerate(cleaned) if text.lower() not in MISSING]
    present = [cleaned[place] for place in places]
    found, style = _plain_numbers(present, dots=dots), PLAIN
    if found is None:
        style = _style_of(present, [texts[place] for place in places], places, styles, delimiter=delimiter)
        found = [style.number(text) for text in present]
    values = np.full(len(texts), np.nan)
    values[places] = _finite(found, [texts[place] for place in places], places)
    return Numbers(values, style)


def readable_share(texts: list[str], *, most: int = 1000) -> float:
    """Share of the texts that are numbers in some way of writing; 0 where all are missing."""
    sample = [text for text in map(_clean, texts[:most]) if text.lower() not in MISSING]
    if not sample:
        return 0.0
    return sum(any(style.matches(text) for style in STYLES) for text in sample) / len(sample)


def integers(texts: list[str]) -> list[int] | None:
    """The integers in the texts, or None where one is something else or beyond 64 bits."""
    joined = "".join(texts)
    if not joined.isascii() or not set(joined) <= set("0123456789+- "):
        return None
    if not all(re.fullmatch(" *[+-]?[0-9]{1,19} *", text) for text in texts):
        return None
    found = [int(text) for text in texts]
    return found if all(abs(number) < 2**63 for number in found) else None


def _clean(text: str) -> str:
    """The text without spaces around it, and one sign for each of minus, thousands space, apostrophe."""
    text = text.strip()
    if text.isascii():
        return text
    return text.translate({0x2212: "-", 0xA0: " ", 0x202F: " ", 0x2009: " ", 0x2019: "'"})


def _plain_numbers(texts: list[str], *, dots: bool) -> list[float] | None:
    """The numbers, where all are written plainly; without `dots` a dot is not taken for a decimal point."""
    characters = set("".join(texts))
    if not characters <= PLAIN_CHARACTERS or ("." in characters and not dots):
        return None
    try:
        return list(map(float, texts))
    except ValueError:
        return None


def _style_of(
    present: list[str], written: list[str], places: list[int], styles: tuple[Style, ...], *, delimiter: str
) -> Style:
    """The one way of writing that fits every text; all that fit must agree on every number."""
    others = {style: _first_other(style, present) for style in styles}
    possible = [style for style, other in others.items() if other == len(present)]
    if not possible:
        raise _no_style(max(others.values()), present, written, places, styles)
    if delimiter != ";" and PLAIN in possible:
        return PLAIN
    if delimiter == ";" and COMMA in possible and all("," in text for text in present):
        return COMMA
    for text, shown, place in zip(present, written, places, strict=True):
        readings = sorted({style.number(text) for style in possible})
        if len(readings) > 1:
            mark = "," if "," in text else "."
            raise CellError(
                place,
                f'"{shown}" may be {readings[0]:g} or {readings[-1]:.15g}',
                hint=f"say which: --decimal {mark} or --thousands {mark}",
            )
    return possible[0]


def _first_other(style: Style, texts: list[str]) -> int:
    """Position of the first text that is not written so; their number where all are."""
    found = map(_pattern(style).fullmatch, texts)
    return next((index for index, match in enumerate(found) if match is None), len(texts))


def _no_style(
    at: int, present: list[str], written: list[str], places: list[int], styles: tuple[Style, ...]
) -> CellError:
    """The text at which no style is left: no number, or one written in another way than those before it."""
    text, shown, place = present[at], written[at], places[at]
    if any(style.matches(text) for style in styles):
        return CellError(
            place,
            f'"{shown}" is written in another way than the numbers before it',
            hint="write all numbers in one way; --decimal and --thousands say which it is",
        )
    other = next((style for style in STYLES if style.matches(text)), None)
    hint = _advice(text) if other is None else f"{_spoken(other)} reads it"
    return CellError(place, f'"{shown}" is not a number', hint=hint)


def _spoken(style: Style) -> str:
    """The options that say this way of writing."""
    return f"--decimal {style.decimal}" + (f' --thousands "{style.group}"' if style.group else "")


def _advice(text: str) -> str:
    if re.fullmatch(r"\([0-9.,]+\)", text):
        return f"write a negative number as -{text[1:-1]}"
    if re.fullmatch(r"[+-]?0[xXoObB][0-9a-fA-F]+", text):
        return "write it as a decimal number"
    if re.fullmatch(r"[+-]?[0-9]{1,3}(_[0-9]{3})+", text):
        return "--thousands _ reads it"
    if (bare := re.search(r"[0-9][0-9.,]*", text)) and re.search(r"[^\W\d_]|[%$€£¥]", text):
        return f"{'--decimal , reads ' + bare[0] + ' ; ' if ',' in bare[0] else ''}remove the unit"
    return "correct it, or leave it empty if the number is missing"


def _finite(numbers: list[float], texts: list[str], places: list[int] | None = None) -> NDArray[np.float64]:
    """The numbers, none of them larger than a panel holds."""
    values = np.array(numbers, dtype=np.float64)
    if (index := first_true(np.abs(values) > LARGEST)) is not None:
        raise CellError(
            places[index] if places else index,
            f'"{texts[index]}" is too large',
            hint="numbers go up to 1e308",
        )
    return values
