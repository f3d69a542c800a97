"""The names of months: English, German, French, Spanish, Italian, Portuguese and Dutch."""

import re
import unicodedata

ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_NAMES = """
1  january jan januar jänner janvier janv enero ene gennaio gen janeiro januari
2  february feb februar februari feber février fevrier févr fevr fév fev febrero febbraio fevereiro
3  march mar märz maerz marz mär mrz mars marzo março marco maart mrt
4  april apr avril avr abril abr aprile
5  may mai mayo maggio mag maio mei
6  june jun juni juin junio giugno giu junho
7  july jul juli juillet juil julio luglio lug julho
8  august aug août aout aoû aou agosto ago augustus
9  september sep sept septembre septiembre setiembre settembre set setembro
10 october oct oktober okt octobre octubre ottobre ott outubro out
11 november nov novembre noviembre novembro
12 december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro
"""


def _plain(name: str) -> str:
    """Lower case, without accents and a dot at the end."""
    decomposed = unicodedata.normalize("NFD", name.lower().rstrip("."))
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


NUMBER_OF = {
    _plain(name): int(number)
    for number, *names in map(str.split, filter(None, _NAMES.split("\n")))
    for name in names
}
"""Month by name, in lower case and without accents: no name means two months."""

NAME_PATTERN = r"[^\W\d_]{3,}\.?"
"""What a name of a month looks like."""


def month_number(name: str) -> int | None:
    """1 to 12 for the name of a month, whole or abbreviated; None for any other text."""
    return NUMBER_OF.get(_plain(name.strip()))


def in_english(text: str) -> str:
    """The text with each name of a month as its English abbreviation: "15. März 2021" as "15. Mar 2021"."""

    def replaced(match: re.Match[str]) -> str:
        number = month_number(match[0])
        return match[0] if number is None else ENGLISH[number - 1].capitalize()

    return re.sub(NAME_PATTERN, replaced, text)
