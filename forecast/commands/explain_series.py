"""The one series that `forecast explain` looks at."""

from difflib import get_close_matches
from typing import TYPE_CHECKING

from forecast.cli.console import Console
from forecast.errors import DataError, UsageError
from forecast.phrases import listed, shown

if TYPE_CHECKING:
    from forecast.data.panel import Panel


def one_series(console: Console, panel: "Panel", named: str | None) -> "Panel":
    """The series that is named, or the first, and a note where there are others."""
    if not len(panel):
        raise UsageError("a label belongs to a series, and none is given", hint="name DATA with one")
    names = [shown(id) for id in panel.ids]
    if named is None:
        if len(panel) > 1:
            console.note(
                "series", f'"{names[0]}", the first of {len(panel):,}; --series ID chooses another one'
            )
        return panel.select([0])
    if named not in names:
        near = get_close_matches(named, names, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"there are {listed(names)}"
        raise DataError(f'there is no series "{named}"', hint=hint)
    return panel.select([names.index(named)])
