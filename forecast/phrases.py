"""Small pieces of English: names in a list, a number with its noun."""

JOINER = "\x1f"
"""Between the names of columns that are read as one, and between the parts of their texts: U+001F."""


def shown(name: str) -> str:
    """A name or an id for people: "store / item" where it is of several columns."""
    return name.replace(JOINER, " / ")


def listed(names: list[str] | tuple[str, ...], *, most: int = 5) -> str:
    """Names in quotes, at most five of them: '"a", "b" and 3 more'."""
    shown = ", ".join(f'"{name}"' for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 gap", "1,204 gaps"."""
    return f"{number:,} {noun}" if number == 1 or noun == "series" else f"{number:,} {noun}s"
