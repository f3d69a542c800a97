"""Texts that all match one regular expression."""

import re
from collections.abc import Sequence


def all_matches(regex: re.Pattern[str], texts: Sequence[str]) -> list[re.Match[str]]:
    """The match of each text; [] where one does not match, found out at the first of these."""
    matches: list[re.Match[str]] = []
    for text in texts:
        match = regex.fullmatch(text)
        if match is None:
            return []
        matches.append(match)
    return matches
