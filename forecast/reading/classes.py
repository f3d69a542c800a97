"""A target that is one of a few classes: rain or not, sun, fog or snow, what a sentence asks for."""

from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Floats
from forecast.errors import DataError, UsageError
from forecast.phrases import listed
from forecast.spec.limits import MAX_CLASSES
from forecast.spec.reading import EVENT, ReadSpec
from forecast.tables import numbers
from forecast.tables.columns import CellError, Column
from forecast.tables.table import Table

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
    asked = read.target
    if asked is not None and asked.kind == "value":
        return None
    known = () if asked is None else asked.classes
    present = {text: text.strip() for text in target.texts if text.strip().lower() not in numbers.MISSING}
    events = {text: _SPELLED.get(name, "") for text, name in present.items()}
    are_events = EVENT in (known, tuple(sorted(set(events.values()))))
    texts = read.columns.target is not None and present and numbers.readable_share([*present]) == 0
    numbers_too = are_events and asked is None and _between(read)
    if numbers_too or not (are_events or asked is not None or texts):
        return None
    _refuse_between(read)
    if are_events:
        return _placed(table, target, events, EVENT)
    return _placed(table, target, present, known or _few(table, target, present))


def _between(read: ReadSpec) -> bool:
    """Whether reading makes new values of those that there are."""
    policy = read.policy
    fills = "interpolate" in (policy.gaps, policy.missing)
    return read.wide or fills or bool(policy.resample) or policy.duplicates in ("sum", "mean")


def _refuse_between(read: ReadSpec) -> None:
    if read.wide:
        raise UsageError(
            "the columns of a wide file are numbers, not classes",
            hint="make it long, a row for each series and time",
        )
    if _between(read):
        raise UsageError(
            "there is no sum of two classes and nothing between them",
            hint="--gaps hold repeats the last one; --task value reads 0 and 1 as numbers",
        )


def _few(table: Table, target: Column, present: dict[str, str]) -> tuple[str, ...]:
    names = tuple(sorted(set(present.values())))
    if 2 <= len(names) <= MAX_CLASSES:
        return names
    many = f"{len(names):,} class{'' if len(names) == 1 else 'es'}"
    raise DataError(
        f'column "{target.name}" holds {many}; a target has 2 to {MAX_CLASSES}',
        where=table.source,
        hint=f"it has {listed(names)}",
    )


def _placed(table: Table, target: Column, present: dict[str, str], names: tuple[str, ...]) -> Classes:
    places = {name: place for place, name in enumerate(names)}
    for index, text in enumerate(target.texts):
        if text in present and present[text] not in places:
            unknown = f'"{text}" is none of the classes that the model knows: {listed(names)}'
            raise table.refusal(target, CellError(index, unknown))
    values = [places[present[text]] if text in present else np.nan for text in target.texts]
    return Classes(names, np.array(values, dtype=np.float64))
