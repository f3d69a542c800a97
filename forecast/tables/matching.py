"""Regular expressions that are compiled when they are first used, and texts that all match one.

Compiling is most of what it takes to import the modules of this room, and one file needs few patterns.
"""

import re
from collections.abc import Callable, Sequence
from functools import cached_property


class LazyPattern:
    """A regular expression for texts; its methods are those of `re.Pattern`."""

    def __init__(self, source: str, flags: int = 0) -> None:
        self.source = source
        self.flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern itself."""
        return re.compile(self.source, self.flags)

    @property
    def fullmatch(self) -> Callable[[str], re.Match[str] | None]:
        """The match of a whole text."""
        return self.compiled.fullmatch

    def match(self, text: str) -> re.Match[str] | None:
        """The match at the start of a text."""
        return self.compiled.match(text)

    def search(self, text: str) -> re.Match[str] | None:
        """The first match in a text."""
        return self.compiled.search(text)

    def sub(self, replacement: str, text: str) -> str:
        """The text with every match replaced."""
        return self.compiled.sub(replacement, text)


def all_matches(regex: LazyPattern, texts: Sequence[str]) -> list[re.Match[str]]:
    """The match of each text; [] where one does not match, found out at the first of these."""
    matches: list[re.Match[str]] = []
    fullmatch = regex.fullmatch
    for text in texts:
        match = fullmatch(text)
        if match is None:
            return []
        matches.append(match)
    return matches
