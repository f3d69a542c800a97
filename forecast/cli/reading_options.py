"""The options that say how DATA is read: `read` of the commands.

`read_spec` is for commands that read data on their own terms, `file_spec` for those with a model,
which reads data as it was trained to: only notation and policy may differ from file to file.
"""

import inspect
import re
from dataclasses import replace
from typing import Annotated, Literal

import typer

from forecast.cli.option_groups import takes
from forecast.cli.options import option
from forecast.errors import UsageError
from forecast.spec.reading import Columns, Duplicates, Gaps, Notation, Policy, ReadSpec, Resample, Target

COLUMNS = "Columns"
COVARIATES = "Covariates"
NOTATION = "Notation"
REPAIR = "Repair"

SERIES = "series"
"""The column of ids in the results of a wide file, which has none of its own."""

_MARKS = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "pipe": "|"}

_NOT_GIVEN: tuple[object, ...] = (None, False, [], ())

_DETECTED = "[default: detected from the data]"

Targets = Annotated[
    list[str] | None,
    option(
        "--target",
        metavar="NAME",
        help=f"Column to forecast; repeat for a wide file.  {_DETECTED}",
        panel=COLUMNS,
    ),
]
Time = Annotated[
    str | None, option("--time", metavar="NAME", help=f"Time column.  {_DETECTED}", panel=COLUMNS)
]
SeriesId = Annotated[
    str | None, option("--id", metavar="NAME", help=f"Series id column.  {_DETECTED}", panel=COLUMNS)
]
Task = Annotated[
    Literal["value", "class"] | None,
    option(
        "--task",
        metavar="KIND",
        help=f"Predict values, or class probabilities: value or class.  {_DETECTED}",
        panel=COLUMNS,
    ),
]
Label = Annotated[
    str | None,
    option("--label", metavar="NAME", help="Column with the class of a whole series.", panel=COLUMNS),
]
Wide = Annotated[bool, option("--wide", help="One series per numeric column.", panel=COLUMNS)]
Freq = Annotated[
    str | None,
    option(
        "--freq",
        metavar="STEP",
        help=f"Frequency of the rows: monthly, W, 15min.  {_DETECTED}",
        panel=COLUMNS,
    ),
]

Past = Annotated[
    list[str] | None,
    option("--past", metavar="NAME", help="Observed covariate (past values only); repeat.", panel=COVARIATES),
]
Known = Annotated[
    list[str] | None,
    option("--known", metavar="NAME", help="Covariate with known future values; repeat.", panel=COVARIATES),
]
Static = Annotated[
    list[str] | None,
    option("--static", metavar="NAME", help="Covariate constant within a series; repeat.", panel=COVARIATES),
]
Categorical = Annotated[
    list[str] | None,
    option(
        "--categorical",
        metavar="NAME",
        help="Covariate whose numbers are categories, such as store numbers; repeat.",
        panel=COVARIATES,
    ),
]

Delimiter = Annotated[
    str | None,
    option("--delimiter", metavar="MARK", help=f'Field separator: ";" or tab.  {_DETECTED}', panel=NOTATION),
]
Encoding = Annotated[
    str | None,
    option(
        "--encoding",
        metavar="NAME",
        help=f"Text encoding: utf-8, cp1252, utf-16.  {_DETECTED}",
        panel=NOTATION,
    ),
]
Decimal = Annotated[
    str | None,
    option("--decimal", metavar="MARK", help=f"Decimal mark: , or .  {_DETECTED}", panel=NOTATION),
]
Thousands = Annotated[
    str | None,
    option("--thousands", metavar="MARK", help=f"Thousands separator.  {_DETECTED}", panel=NOTATION),
]
DateFormat = Annotated[
    str | None,
    option(
        "--date-format",
        metavar="PATTERN",
        help=f"Format of the times: %d.%m.%Y.  {_DETECTED}",
        panel=NOTATION,
    ),
]

GapsPolicy = Annotated[
    Gaps | None,
    option(
        "--gaps",
        metavar="POLICY",
        help="Missing rows: error, interpolate, hold or season.  [default: season, else hold]",
        panel=REPAIR,
    ),
]
MissingPolicy = Annotated[
    Gaps | None,
    option(
        "--missing",
        metavar="POLICY",
        help="Missing values: the same policies.  [default: season, else hold]",
        panel=REPAIR,
    ),
]
DuplicatesPolicy = Annotated[
    Duplicates | None,
    option(
        "--duplicates",
        metavar="POLICY",
        help="Rows with the same time: error, first, last, sum or mean.  [default: error]",
        panel=REPAIR,
    ),
]
ResamplePolicy = Annotated[
    Resample | None,
    option(
        "--resample",
        metavar="POLICY",
        help="Rows within one step: sum, mean, first, last, min or max.  [default: an error]",
        panel=REPAIR,
    ),
]
Strict = Annotated[
    bool,
    option("--strict", help="Stop, before any work, if a series cannot be used.", panel=REPAIR),
]


def column_spec(
    *,
    target: Targets = None,
    time: Time = None,
    id: SeriesId = None,
    wide: Wide = False,
    task: Task = None,
    label: Label = None,
    freq: Freq = None,
    past: Past = None,
    known: Known = None,
    static: Static = None,
    categorical: Categorical = None,
) -> ReadSpec:
    """Columns, target and frequency; notation and policy are left open."""
    targets = tuple(dict.fromkeys(target or ()))
    is_wide = wide or len(targets) > 1
    if is_wide and id is not None:
        raise UsageError(
            "--id: a wide file has one column per series and none of ids",
            hint="leave out --id, or name one --target",
        )
    if label is not None:
        _refuse_with_label(targets, task)
    one_target = None if is_wide else next(iter(targets), None)
    kind = "label" if label is not None else task
    return ReadSpec(
        columns=Columns(
            target=label if label is not None else one_target,
            time=time,
            series=SERIES if is_wide else id,
            past=tuple(past or ()),
            known=tuple(known or ()),
            static=tuple(static or ()),
            categorical=tuple(categorical or ()),
        ),
        frequency=freq,
        wide=is_wide,
        targets=targets if is_wide else (),
        target=None if kind is None else Target(kind),
    )


def file_spec(
    *,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    decimal: Decimal = None,
    thousands: Thousands = None,
    date_format: DateFormat = None,
    gaps: GapsPolicy = None,
    missing: MissingPolicy = None,
    duplicates: DuplicatesPolicy = None,
    resample: ResamplePolicy = None,
    strict: Strict = False,
) -> ReadSpec:
    """Notation and policy; columns, target and frequency are left open."""
    return ReadSpec(
        notation=Notation(
            delimiter=_mark(delimiter),
            encoding=encoding,
            decimal=_mark(decimal),
            thousands=_mark(thousands),
            date_format=date_format,
        ),
        policy=Policy(
            gaps=gaps,
            missing=missing,
            duplicates=duplicates,
            resample=resample,
            unusable="error" if strict else None,
        ),
    )


@takes("columns", column_spec)
@takes("file", file_spec)
def read_spec(*, columns: ReadSpec, file: ReadSpec) -> ReadSpec:
    """The whole `ReadSpec`: columns, notation and policy."""
    return replace(columns, notation=file.notation, policy=file.policy)


def parse_season(text: str | None, read: ReadSpec) -> tuple[int | None, ReadSpec]:
    """`--season`: the one season of all series, and `read` with the column of seasons where it names one."""
    if text is None:
        return None, read
    if re.fullmatch(r"[+-]?\d{1,9}", text, re.ASCII):
        return int(text), read
    if _is_number(text):
        raise UsageError(
            f'--season: "{text}" is neither a number of rows nor the name of a column',
            hint="write --season 12, or the name of the column with the season of each series",
        )
    return None, replace(read, columns=replace(read.columns, season=text))


_COLUMN_OPTIONS = tuple(inspect.signature(column_spec).parameters)

COLUMN_FLAGS = tuple(f"--{name}" for name in _COLUMN_OPTIONS)
"""The options of `column_spec`, which a command with a model lacks or refuses."""


def refuse_columns(ctx: typer.Context, *others: str, hint: str) -> None:
    """Raise a `UsageError` that lists the given options of `column_spec`, and of `others`.

    For a command that has them, where a model answers: the model reads data as it was trained to.
    """
    given = [name for name in (*_COLUMN_OPTIONS, *others) if ctx.params.get(name) not in _NOT_GIVEN]
    if given:
        flags = ", ".join(f"--{name}" for name in given)
        raise UsageError(f"{flags}: the model reads data as it was trained to", hint=hint)


def _refuse_with_label(targets: tuple[str, ...], task: str | None) -> None:
    given = {"--target": targets, "--task value": task == "value"}
    if refused := [option for option, value in given.items() if value]:
        raise UsageError(f"--label and {', '.join(refused)} do not go together: a label is of a whole series")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _mark(text: str | None) -> str | None:
    return None if text is None else _MARKS.get(text, text)
