"""The target column as numbers, or as one of a few classes such as rain or no rain."""

import re
from collections.abc import Iterable

import numpy as np

from forecast.errors import DataError, UsageError
from forecast.phrases import listed
from forecast.spec.limits import MAX_CLASSES
from forecast.spec.reading import EVENT, ReadSpec, Target
from forecast.tables import numbers
from forecast.tables.columns import CellError, Column
from forecast.tables.numbers import Numbers
from forecast.tables.table import Table

_EVENT_OF_TEXT = {"0": "0", "0.0": "0", "1": "1", "1.0": "1", "false": "0", "true": "1"}
_TWO_WORDS = ({"yes", "no"}, {"y", "n"}, {"t", "f"})
"""Two words, in lower case, of a column that is a yes or a no whatever its name."""
_DIGIT = re.compile(r"\d")


def parse_target(table: Table, column: Column, read: ReadSpec) -> tuple[Target, Numbers]:
    """What the target column holds, and its texts as numbers, or as indices of their classes.

    Where the kind is not given in `read`:

    * 0 and 1, or True and False, are classes, unless a policy makes new values of them, such as a mean;
    * yes and no are classes;
    * other texts without a number among them are classes if the user named the column;
    * all else is numbers.

    The classes are those of a model where `read` has them, else those in the data. A
    `DataError` for a text that is neither missing nor one of them; a `UsageError` where a
    policy makes new values of classes.
    """
    classes = {text: text.strip() for text in column.texts if text.strip().lower() not in numbers.MISSING}
    events = {text: _EVENT_OF_TEXT.get(name.lower(), "") for text, name in classes.items()}
    known = () if read.target is None else read.target.classes
    is_event = EVENT in (known, tuple(sorted(set(events.values()))))
    if read.target is not None:
        has_classes = read.target.kind != "value"
    elif is_event:
        has_classes = not _creates_values(read)
    else:
        is_named = read.columns.target is not None or is_yes_or_no(column)
        has_classes = is_named and bool(classes) and numbers.readable_share([*classes]) == 0
    if not has_classes:
        if classes and all(events.values()) and any(name.isalpha() for name in classes.values()):
            return Target(), _indices(events, EVENT, table, column)
        return Target(), _parse_numbers(classes, table, column, read)

    _refuse_created_values(read, is_event=is_event)
    names: tuple[str, ...] = EVENT
    if is_event:
        classes = events
    else:
        names = known or _names_of(classes, table, column)
    target = Target("class" if read.target is None else read.target.kind, names)
    return target, _indices(classes, names, table, column)


def is_yes_or_no(column: Column) -> bool:
    """Whether a column holds True and False, or yes and no, and nothing else."""
    words = {text.strip().lower() for text in column.texts} - numbers.MISSING
    return words == {"true", "false"} or words in _TWO_WORDS


def _parse_numbers(texts: Iterable[str], table: Table, column: Column, read: ReadSpec) -> Numbers:
    """The target as numbers; the error for a named one that has none says what predicts classes."""
    try:
        return table.numbers(column, read.notation)
    except DataError as error:
        is_named = read.columns.target is not None or is_yes_or_no(column)
        if not is_named or any(map(_DIGIT.search, texts)):
            raise
        hint = "a network predicts classes where it is trained on them: forecast train DATA --target NAME"
        raise DataError(error.message, where=error.where, hint=hint) from None


def _creates_values(read: ReadSpec) -> bool:
    """Whether the policies make values that are not in the data."""
    policy = read.policy
    interpolates = "interpolate" in (policy.gaps, policy.missing)
    return read.wide or interpolates or bool(policy.resample) or policy.duplicates in ("sum", "mean")


def _refuse_created_values(read: ReadSpec, *, is_event: bool) -> None:
    if read.wide:
        raise UsageError(
            "the columns of a wide file are numbers, not classes",
            hint="make the file long: one row for each series and time",
        )
    if _creates_values(read):
        raise UsageError(
            "classes cannot be added, averaged or interpolated",
            hint="--gaps hold repeats the last class; --task value reads 0 and 1 as numbers",
        )
    if "zero" in (read.policy.gaps, read.policy.missing) and not is_event:
        raise UsageError("classes have no zero", hint="--gaps hold repeats the last class")


def _names_of(classes: dict[str, str], table: Table, column: Column) -> tuple[str, ...]:
    """The distinct classes, sorted; a `DataError` for one alone or too many."""
    names = tuple(sorted(set(classes.values())))
    if 2 <= len(names) <= MAX_CLASSES:
        return names
    count = f"{len(names):,} class{'' if len(names) == 1 else 'es'}"
    raise DataError(
        f'column "{column.name}" holds {count}; a target has 2 to {MAX_CLASSES}',
        where=table.source,
        hint=f"it has {listed(names)}",
    )


def _indices(classes: dict[str, str], names: tuple[str, ...], table: Table, column: Column) -> Numbers:
    """The index among `names` of the class of each text, NaN where it is missing."""
    index_of = {name: index for index, name in enumerate(names)}
    values = np.full(len(column.texts), np.nan)
    for position, text in enumerate(column.texts):
        if text not in classes:
            continue
        if classes[text] not in index_of:
            message = f'"{text}" is not one of the classes of the model: {listed(names)}'
            raise table.refusal(column, CellError(position, message))
        values[position] = index_of[classes[text]]
    return Numbers(values, numbers.PLAIN)
