"""Numbers in disguise: with a currency or a unit, negative by brackets, with digits of other scripts."""

import unicodedata
from collections import Counter
from dataclasses import dataclass

from forecast.tables.matching import LazyPattern


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CURRENCIES = _words(
    "usd eur gbp jpy cny rmb inr aud cad chf sek nok dkk pln czk huf ron bgn rub try brl mxn zar krw sgd "
    "hkd nzd thb idr php myr ils aed sar egp ngn kes clp cop ars pen uah vnd twd pkr us$ a$ au$ c$ ca$ "
    "nz$ hk$ s$ r$ nt$ mx$ rs rs. kr kr. fr. sfr sfr. zł zl kč ft lei лв лв. руб руб. р. rp rp. s/ tl "
)
"""Codes and signs of currencies, in lower case; the symbols are known to Unicode."""
UNITS = _words(
    "% ‰ ° °C °F ℃ ℉ k M bn mn W kW MW GW TW Wh kWh MWh GWh TWh Wp kWp kV mV mA Ah kVA Hz kHz MHz GHz kJ "
    "MJ GJ TJ kg g mg µg t kt Mt lb lbs oz km m cm mm nm mi ft in m2 m3 m² m³ km2 km² ha l L ml mL cl dl "
    "hl h hr hrs s sec ms min Pa hPa kPa MPa bar mbar psi m/s km/h kmh mph kn m3/s m³/s l/s cfs ppm ppb "
    "dB dBm px pcs Stk KB kB MB GB TB Mbps Gbps rpm kcal mol lx lm Bq mSv kWh/m2 kWh/m² W/m2 W/m² "
)
"""Units that may follow a number without a space."""
NO_UNITS = _words(
    "am pm a.m. p.m. st nd rd th jan feb mar apr may jun jul aug sep sept oct nov dec january february "
    "march april june july august september october november december bc ad ce bce uhr "
)
"""Words after a number, in lower case, that make a time of it."""

LONGEST = 60
"""Characters of the longest number with its unit."""

_BODY = r"(?:[0-9](?:[0-9.,'_ ]*[0-9])?[.,]?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?"
_QUANTITY = LazyPattern(
    rf"(?P<open>\()?\s*(?P<sign>[+-])?\s*(?P<before>[^\s\d.,()+-][^\s\d,()+-]*)?\s*(?P<open2>\()?"
    rf"(?P<sign2>[+-])?\s*(?P<body>{_BODY})(?P<minus>(?<=[0-9])\s?-)?(?P<close2>\))?"
    rf"(?P<space>\s*)(?P<after>[^\s\d.,()+-][^<>≤≥~≈±()+:,;!?\"]*)?(?P<close>\))?"
)
_NO_CENTS = LazyPattern(r"(?<=[0-9])[,.]-{1,2}(?![0-9-])")
"""As in 12,- and 40.-- where prices are whole."""
_WORD = LazyPattern(r"(?!.*\s\d)[^\W\d_][\w./%·^ ²³-]{0,19}")
_ASCII_SIGNS = str.maketrans("−‒–﹣－＋．，％（）٫٬\u00a0\u202f\u2009’", "-----+.,%().,   '")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what stands around it."""

    number: str
    """Digits with their marks, after a minus where it is negative."""
    unit: str
    """What it is counted in, such as "$"; "" for nothing."""
    is_certain: bool = True
    """Whether the unit is a known one."""
    is_accounting: bool = False
    """Whether brackets or a minus behind the digits make it negative."""


def ascii_number(text: str) -> str:
    """A stripped text with digits, signs and spaces of other scripts as those of ASCII."""
    text = text.strip()
    if text.isascii():
        return text
    text = text.translate(_ASCII_SIGNS).strip()
    return "".join(str(unicodedata.decimal(each, each)) for each in text)


def quantity(text: str) -> Quantity | None:
    """A cleaned text as a number with its unit; None where it is none.

    >>> quantity("($1,100.50)").number, quantity("12 kWh").unit
    ('-1,100.50', 'kWh')
    """
    text = _NO_CENTS.sub("", text) if len(text) <= LONGEST else ""
    match = _QUANTITY.fullmatch(text)
    if match is None or text.count("(") != text.count(")") or text.count("(") > 1:
        return None
    in_brackets = "(" in text
    signs = [match["sign"], match["sign2"], "-" if match["minus"] else None, "-" if in_brackets else None]
    given = [sign for sign in signs if sign]
    before, after = match["before"] or "", (match["after"] or "").strip()
    if len(given) > 1 or (before and not _is_currency(before)):
        return None
    is_known = not after or _is_currency(after) or after in UNITS
    is_word = bool(match["space"]) and _WORD.fullmatch(after) and after.lower() not in NO_UNITS
    if not (is_known or is_word):
        return None
    unit = f"{before} {after}".strip()
    number = f"-{match['body']}" if given == ["-"] else match["body"]
    return Quantity(number, unit, is_known, is_accounting=in_brackets or bool(match["minus"]))


def _is_currency(text: str) -> bool:
    return text.lower() in CURRENCIES or all(unicodedata.category(each) == "Sc" for each in text)


def quantity_share(texts: list[str]) -> float:
    """Share of the texts that are numbers, with a known unit or with the most common other one."""
    quantities = [found for found in map(quantity, texts) if found is not None]
    others = Counter(found.unit for found in quantities if not found.is_certain)
    known = sum(found.is_certain for found in quantities)
    return (known + max(others.values(), default=0)) / len(texts)
