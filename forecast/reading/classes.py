"""The target column as numbers, or as one of a few classes such as rain or no rain."""

from collections.abc import Collection

import numpy as np

from forecast.errors import DataError, UsageError
from forecast.phrases import listed
from forecast.reading.marks import refuse_marks
from forecast.spec.limits import MAX_CLASSES
from forecast.spec.reading import EVENT, ReadSpec, Target
from forecast.tables import numbers
from forecast.tables.columns import CellError, Column
from forecast.tables.numbers import Numbers
from forecast.tables.table import Table

EVENT_OF_TEXT = {"0": "0", "0.0": "0", "1": "1", "1.0": "1", "false": "0", "true": "1"}
"""Texts of a 0/1 target, in lower case, and their class."""
_TWO_WORDS = ({"yes", "no"}, {"y", "n"}, {"t", "f"})
"""Two words, in lower case, of a column that is a yes or a no whatever its name."""

MOST_SPELLINGS = 100
"""Distinct texts of a column of two words: upper and lower case, blanks, and texts for missing values."""
FEW_CLASSES = 20
"""Classes up to which they need not repeat."""

CLASSES_ARE_TRAINED = (
    "a network predicts classes where it is trained on them: forecast train DATA --target NAME"
)


def parse_target(table: Table, column: Column, read: ReadSpec) -> tuple[Target, Numbers]:
    """What the target column holds, and its texts as numbers, or as indices of their classes.

    Where the kind is not given in `read`:

    * 0 and 1, or True and False, are classes, unless a policy makes new values of them, such as a mean;
    * yes and no are classes;
    * other texts without a number among them are classes if the user named the column, there are
      2 to 100 of them, and they repeat;
    * all else is numbers.

    The classes are those of a model where `read` has them, else those in the data. A
    `DataError` for a text that is neither missing nor one of them; a `UsageError` where a
    policy makes new values of classes.
    """
    marks = {mark.strip().lower() for mark in read.notation.missing_marks} | numbers.MISSING
    classes = {text: text.strip() for text in column.texts if text.strip().lower() not in marks}
    events = {text: EVENT_OF_TEXT.get(name.lower(), "") for text, name in classes.items()}
    known = () if read.target is None else read.target.classes
    is_event = EVENT in (known, tuple(sorted(set(events.values()))))
    if read.target is not None:
        has_classes = read.target.kind != "value"
    elif is_event:
        has_classes = not _creates_values(read)
    else:
        is_named = read.columns.target is not None or is_yes_or_no(column)
        has_classes = is_named and _are_words(classes) and not _why_no_classes(classes, table)
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
    if len(column.texts) > MOST_SPELLINGS:
        return False
    words = {text.strip().lower() for text in column.texts} - numbers.MISSING
    return words == {"true", "false"} or words in _TWO_WORDS


def _are_words(classes: Collection[str]) -> bool:
    """Whether there are texts and no number among them, not even one in disguise."""
    if not classes or numbers.readable_share([*classes]) > 0:
        return False
    return not any(map(numbers.resembles_number, classes))


def _why_no_classes(classes: dict[str, str], table: Table) -> str:
    """Why the texts of a column are no classes; "" where they may be some."""
    count, rows = len(set(classes.values())), table.rows
    why = ""
    if count == 1:
        why = "classes are two words or more, and this column holds one"
    elif count > MAX_CLASSES:
        why = f"classes are up to {MAX_CLASSES} words, and this column holds {count:,}"
    elif count > FEW_CLASSES and 2 * count > rows:
        why = f"classes repeat, and this column holds {count:,} words in {rows:,} rows"
    return why and f"{why}; name another with --target"


def _parse_numbers(classes: dict[str, str], table: Table, column: Column, read: ReadSpec) -> Numbers:
    """The target as numbers; the error for a named one of words says what classes are."""
    try:
        found = table.numbers(column, read.notation)
    except DataError as error:
        is_named = read.columns.target is not None or is_yes_or_no(column)
        if not is_named or not _are_words(classes):
            raise
        hint = _why_no_classes(classes, table) or CLASSES_ARE_TRAINED
        raise DataError(error.message, where=error.where, hint=hint) from None
    if np.isnan(found.values).all() and not read.wide:
        others = [each.name for each in table.without(column) if numbers.readable_share(each.texts) > 0]
        raise DataError(
            f'column "{column.name}" holds no number',
            where=table.source,
            hint=f"name another with --target: {listed(others)}" if others else "fill it in",
        )
    refuse_marks(table, column, found, read.notation)
    return found


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
