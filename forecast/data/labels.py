"""A target that is one of a few classes: rain or none, sun, fog or snow, what a sentence asks for."""

from dataclasses import dataclass

import numpy as np

from forecast.data import numbers
from forecast.data.panel import Floats
from forecast.data.table import BadTextError, Column, Table, listed
from forecast.errors import DataError, UsageError
from forecast.spec import MAX_CLASSES, ReadSpec

EVENT = ("0", "1")
"""The classes of a column of noughts and ones: what did not happen, and what did."""

_SPELLED = {"0": "0", "0.0": "0", "1": "1", "1.0": "1"}


@dataclass(frozen=True, slots=True)
class Classes:
    """A column read as classes."""

    names: tuple[str, ...]
    """Sorted."""
    values: Floats
    """(texts,) the place of each text of the column among the names; NaN where it is missing."""


def classes_of(table: Table, target: Column, read: ReadSpec) -> Classes | None:
    """The classes of a target; None where it is numbers.

    Noughts and ones are classes, and so are texts, none of them a number, of a column that
    the user named. Classes that a model knows are those that there are.
    """
    present = {text: text.strip() for text in target.texts if text.strip().lower() not in numbers.MISSING}
    events = {text: _SPELLED.get(name, "") for text, name in present.items()}
    are_events = set(events.values()) <= set(EVENT)
    if read.class_names:
        return _placed(table, target, events if are_events else present, read.class_names)
    between = read.wide or "interpolate" in (read.policy.gaps, read.policy.missing) or read.policy.resample
    if read.classes is False or (read.classes is None and between):
        return None
    if between:
        raise UsageError(
            "there is no sum and nothing between two classes",
            hint="--no-classes reads noughts and ones as numbers",
        )
    if set(events.values()) == set(EVENT):
        return _placed(table, target, events, EVENT)
    texts = read.columns.target is not None and numbers.readable_share([*present]) == 0
    if read.classes is None and not (present and texts):
        return None
    return _placed(table, target, present, _few(table, target, present))


def _few(table: Table, target: Column, present: dict[str, str]) -> tuple[str, ...]:
    names = tuple(sorted(set(present.values())))
    if 2 <= len(names) <= MAX_CLASSES:
        return names
    raise DataError(
        f'column "{target.name}" holds {len(names):,} classes; a target has 2 to {MAX_CLASSES}',
        where=table.source,
        hint=f"it has {listed(names)}",
    )


def _placed(table: Table, target: Column, present: dict[str, str], names: tuple[str, ...]) -> Classes:
    places = {name: place for place, name in enumerate(names)}
    for index, text in enumerate(target.texts):
        if text in present and present[text] not in places:
            unknown = f'"{text}" is none of the classes that the model knows: {listed(names)}'
            raise table.refusal(target, BadTextError(index, unknown))
    values = [places[present[text]] if text in present else np.nan for text in target.texts]
    return Classes(names, np.array(values, dtype=np.float64))
