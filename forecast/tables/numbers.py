"""Numbers in a column of text; a text that is no number is an error with its position."""

import math
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from forecast.data.arrays import LARGEST, Floats, first_true
from forecast.spec.reading import Notation
from forecast.tables.columns import CellError
from forecast.tables.units import Quantity, ascii_number, quantity, quantity_share

# fmt: off
MISSING = frozenset([
    *("", "na", "n/a", "n.a.", "nan", "nat", "<na>", "null", "(null)", "none", "missing", "\\n", "undefined"),
    *("-", "--", "---", "–", "—", "?", ".", "..", "...", ":", "*", "**", "***", "****", "*****"),
    *("#div/0!", "#n/a", "#value!", "#null!", "#ref!", "#name?", "#num!", "#error!", "#nv", "#wert!"),
    *("not available", "notavailable", "not_available", "unavailable", "no data", "nodata", "no value"),
    *("not applicable", "not reported", "not recorded", "n.d.", "n/d", "k.a.", "k. a.", "n.v."),
    *("keine angabe", "keine daten", "s/d", "s.d.", "sin dato", "sin datos", "no disponible", "sem dados"),
    *("non disponible", "manquant", "non disponibile", "dato mancante", "niet beschikbaar", "brak danych"),
    *("нет данных", "н/д", "データなし", "欠測", "无数据"),
])
"""Texts, in lower case, that mean a missing value."""
NO_NUMBERS = MISSING | {"nd", "nv", "nil", "unknown", "unbekannt", "onbekend", "tbd", "bd"}
"""Texts, in lower case, that mean a missing number; among words they may be a class."""
# fmt: on

NEARLY = re.compile(r"[+-]?0[xXoObB][0-9a-fA-F]+")

PLAIN_CHARACTERS = frozenset("0123456789.+-eE")
"""Of texts with these characters alone `float` accepts decimal numbers only: no 1_000, 0x1F, nan or inf."""

MOST_WORDS = 3
"""Words among numbers up to which a hint names them as marks."""

DECIMAL_MARKS = (".", ",")
GROUP_MARKS = (",", ".", " ", "'", "_")


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
    unit: str = ""
    """The unit that all of them have, such as "$"; "" for none."""
    accounting: str = ""
    """The first text in brackets, or with a minus behind it, that is a negative number."""

    def note(self, name: str) -> tuple[str, ...]:
        """Sentences about what was read away in a column of this name."""
        column = f' of column "{name}"' if name else ""
        unit = f'numbers{column} read without their unit "{self.unit}"'
        negative = f'numbers{column} such as "{self.accounting}" read as negative'
        return (*([unit] if self.unit else []), *([negative] if self.accounting else []))


def is_missing(text: str, marks: Sequence[str] = ()) -> bool:
    """Whether a text means a missing number, as one of the given `marks` too."""
    text = text.strip().lower()
    return text in NO_NUMBERS or any(text == mark.strip().lower() for mark in marks)


def parse(texts: list[str], notation: Notation | None = None, *, delimiter: str = ",") -> Numbers:
    """The number in each text, NaN where it is missing; a `CellError` for any other text.

    All numbers of a column are written in one style, and it must be the only one that fits.
    A file with semicolons between its fields often has decimal commas: there "1.234" may be
    1.234 or 1234, and is an error unless another number shows what the dot means. A unit is
    read away where all numbers have it.
    """
    notation = notation or Notation()
    styles = _styles(notation)
    decimals = {style.decimal for style in styles}
    dots = "." in decimals and (delimiter != ";" or len(decimals) == 1)
    plain = _plain_numbers(texts, dots=dots)
    if plain is not None:
        return Numbers(_without_marks(_finite(plain, texts), notation), PLAIN)
    cleaned = [ascii_number(text) for text in texts]
    marks = notation.missing_marks
    indices = [index for index, text in enumerate(cleaned) if not is_missing(text, marks)]
    present = [cleaned[index] for index in indices]
    parsed, style, unit, accounting = _plain_numbers(present, dots=dots), PLAIN, "", ""
    if parsed is None:
        others = _unfitting(present, styles)
        if others:
            present, unit, accounting = _without_units(present, others, indices, texts, styles)
        style = _detect_style(present, indices, texts, styles, delimiter=delimiter)
        parsed = [style.number(text) for text in present]
    values = np.full(len(texts), np.nan)
    values[indices] = _finite(parsed, texts, indices)
    return Numbers(_without_marks(values, notation), style, unit, accounting)


def _without_marks(values: Floats, notation: Notation) -> Floats:
    """The numbers, NaN where one is a mark of a missing number."""
    marks = [float(mark) for mark in notation.missing_marks if _is_float(mark)]
    return np.where(np.isin(values, marks), np.nan, values) if marks else values


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _without_units(
    present: list[str], others: set[int], indices: list[int], texts: list[str], styles: tuple[Style, ...]
) -> tuple[list[str], str, str]:
    """The numbers without the unit that all of them have, this unit, and the first accounting negative.

    `others` are the positions of those that are no bare numbers. A `CellError` for a text that is no number,
    or one of another unit. A bare 0 needs no unit.
    """
    read = {position: _quantity(present[position], styles) for position in sorted(others)}
    wrong = [position for position, each in read.items() if each is None]
    if wrong:
        index = indices[wrong[0]]
        hint = _correction(present[wrong[0]], [present[position] for position in wrong], len(present))
        raise CellError(index, f'"{texts[index]}" is not a number', hint=hint)
    quantities = [
        (index, read.get(position) or Quantity(text, ""))
        for position, (text, index) in enumerate(zip(present, indices, strict=True))
    ]
    counted = [(index, each) for index, each in quantities if each.unit or float_or_nan(each.number) != 0]
    unit = counted[0][1].unit if counted else ""
    for index, each in counted:
        if each.unit != unit:
            raise _other_unit(texts[index], index, each.unit, unit)
    accounting = next((texts[index].strip() for index, each in quantities if each.is_accounting), "")
    return [each.number for _, each in quantities], unit, accounting


def _quantity(text: str, styles: tuple[Style, ...]) -> Quantity | None:
    """A number with a unit or in accounting notation, None for any other text."""
    found = quantity(text)
    return found if found is not None and _fits(found.number, styles) else None


def float_or_nan(text: str) -> float:
    """The number in a plain text, NaN in any other."""
    return float(text) if _is_float(text) else math.nan


def _other_unit(text: str, index: int, unit: str, expected: str) -> CellError:
    """The error for a number with another unit than those before it."""
    if not expected:
        return CellError(index, f'"{text}" is not a number', hint=_correction(text))
    has = f'has the unit "{unit}"' if unit else "has no unit"
    return CellError(
        index,
        f'"{text}" {has}, the numbers before it have "{expected}"',
        hint="write all numbers in one unit, or without units",
    )


def is_number(text: str) -> bool:
    """Whether a text is a number in any style, without a unit."""
    return _fits(ascii_number(text))


def _unfitting(texts: list[str], styles: tuple[Style, ...]) -> set[int]:
    """The positions of the texts that are no number in any style, or in one of some others."""
    is_plain = _pattern(PLAIN).fullmatch
    return {
        position for position, text in enumerate(texts) if is_plain(text) is None and not _fits(text, styles)
    }


def _fits(text: str, styles: tuple[Style, ...] = ()) -> bool:
    """Whether a cleaned text is a number in any style, or in one of some others."""
    return any(style.matches(text) for style in (*STYLES, *styles))


def readable_share(texts: list[str], marks: Sequence[str] = (), *, most: int = 1000) -> float:
    """Share of the texts that are numbers in any style, with a unit or without; 0 where all are missing."""
    sample = [text for text in map(ascii_number, texts[:most]) if not is_missing(text, marks)]
    if not sample:
        return 0.0
    others = [text for text in sample if not _fits(text)]
    plain = 1 - len(others) / len(sample)
    return plain + quantity_share(others) * len(others) / len(sample) if others else plain


def unit_of(texts: list[str]) -> str:
    """The unit of the first number among the texts, "" for none."""
    found = (quantity(ascii_number(text)) for text in texts)
    return next((each.unit for each in found if each is not None), "")


def resembles_number(text: str) -> bool:
    """Whether a text that is no number is nearly one: with a unit, or as 0x1F."""
    text = ascii_number(text)
    return quantity(text) is not None or NEARLY.fullmatch(text) is not None


def integers(texts: list[str]) -> list[int] | None:
    """The integers in the texts; None where a text is no integer of 64 bits."""
    joined = "".join(texts)
    if not joined.isascii() or not set(joined) <= set("0123456789+- "):
        return None
    if not all(re.fullmatch(" *[+-]?[0-9]{1,19} *", text) for text in texts):
        return None
    numbers = [int(text) for text in texts]
    return numbers if all(abs(number) < 2**63 for number in numbers) else None


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


def _correction(text: str, wrong: Sequence[str] = (), of: int = 0) -> str:
    """How to correct a text that is a number in no style; it is one of those that are `wrong`, of so many.

    A few words among many numbers may mean missing ones.
    """
    words = {each.lower(): each for each in reversed(wrong)}
    if (
        0 < len(words) <= MOST_WORDS
        and 2 * len(wrong) < of
        and not any(re.search(r"\d", each) for each in words)
    ):
        options = " ".join(f"--missing-mark {shlex.quote(each)}" for each in reversed(words.values()))
        return f"{options} reads it as missing; else correct it"
    if re.match(r"[<>≤≥~≈]\s*[0-9]", text):
        return f"write a number for it, such as {text.lstrip('<>≤≥~≈ ')}"
    if re.fullmatch(r"[+-]?0[xXoObB][0-9a-fA-F]+", text):
        return "write it as a decimal number"
    if re.fullmatch(r"[-+]?[0-9.,]+ ?[kKMB]", text):
        return "write all numbers out: 893K is 893000"
    if re.search(r"[0-9]", text) and re.search(r"[^\W\d_]|[%$€£¥]", text):
        return "remove the unit"
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
