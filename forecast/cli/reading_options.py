"""The options that say how DATA is read: `read` of the commands.

`read_spec` is for commands that read data on their own terms, `file_spec` for those with a model,
which reads data as it was trained to: only notation and policy may differ from file to file.
"""

import inspect
from dataclasses import replace
from typing import Annotated, Literal

from forecast.cli import completion
from forecast.cli.option_groups import takes
from forecast.cli.options import option
from forecast.spec import options
from forecast.spec.reading import Duplicates, Gaps, ReadSpec, Resample

COLUMNS = "Columns"
COVARIATES = "Covariates"
NOTATION = "Notation"
REPAIR = "Repair"

_DETECTED = "[default: detected from the data]"

Targets = Annotated[
    list[str] | None,
    option(
        "--target",
        metavar="NAME",
        complete=completion.columns,
        help=f"Column to forecast; repeat for a wide file.  {_DETECTED}",
        panel=COLUMNS,
    ),
]
Time = Annotated[
    list[str] | None,
    option(
        "--time",
        metavar="NAME",
        complete=completion.columns,
        help=f"Time column; repeat for year and month, or date and hour; none counts rows.  {_DETECTED}",
        panel=COLUMNS,
    ),
]
SeriesId = Annotated[
    list[str] | None,
    option(
        "--id",
        metavar="NAME",
        complete=completion.columns,
        help=f"Series id column; repeat where several tell the series apart.  {_DETECTED}",
        panel=COLUMNS,
    ),
]
Task = Annotated[
    Literal["value", "class"] | None,
    option(
        "--task",
        metavar="KIND",
        help=f"Kind of forecast: value, or class for class probabilities.  {_DETECTED}",
        panel=COLUMNS,
    ),
]
Label = Annotated[
    str | None,
    option(
        "--label",
        metavar="NAME",
        complete=completion.columns,
        help="Column with the class of a whole series.",
        panel=COLUMNS,
    ),
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
    option(
        "--past",
        metavar="NAME",
        complete=completion.columns,
        help="Observed covariate (past values only); repeat.",
        panel=COVARIATES,
    ),
]
Known = Annotated[
    list[str] | None,
    option(
        "--known",
        metavar="NAME",
        complete=completion.columns,
        help="Covariate with known future values; repeat.",
        panel=COVARIATES,
    ),
]
Static = Annotated[
    list[str] | None,
    option(
        "--static",
        metavar="NAME",
        complete=completion.columns,
        help="Covariate constant within a series; repeat.",
        panel=COVARIATES,
    ),
]
Categorical = Annotated[
    list[str] | None,
    option(
        "--categorical",
        metavar="NAME",
        complete=completion.columns,
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
Header = Annotated[
    int | None,
    option(
        "--header",
        metavar="LINE",
        help=f"Line of the column names, counted from 1.  {_DETECTED}",
        panel=NOTATION,
    ),
]
MissingMarks = Annotated[
    list[str] | None,
    option(
        "--missing-mark",
        metavar="TEXT",
        help="Text or number that means a missing value, such as -200; repeat.  [default: empty, NA, ...]",
        panel=NOTATION,
    ),
]

GapsPolicy = Annotated[
    Gaps | None,
    option(
        "--gaps",
        metavar="POLICY",
        help="Missing rows: error, interpolate, hold, season or zero.  [default: season; zero for sums]",
        panel=REPAIR,
    ),
]
MissingPolicy = Annotated[
    Gaps | None,
    option(
        "--missing",
        metavar="POLICY",
        help="Missing values: the same policies.  [default: season]",
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
    return options.read_spec(locals())


def file_spec(
    *,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    decimal: Decimal = None,
    thousands: Thousands = None,
    date_format: DateFormat = None,
    header: Header = None,
    missing_mark: MissingMarks = None,
    gaps: GapsPolicy = None,
    missing: MissingPolicy = None,
    duplicates: DuplicatesPolicy = None,
    resample: ResamplePolicy = None,
    strict: Strict = False,
) -> ReadSpec:
    """Notation and policy; columns, target and frequency are left open."""
    return options.read_spec(locals())


def line_spec(
    *,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    decimal: Decimal = None,
    thousands: Thousands = None,
    date_format: DateFormat = None,
    missing_mark: MissingMarks = None,
    gaps: GapsPolicy = None,
    missing: MissingPolicy = None,
) -> ReadSpec:
    """Notation and policy of lines that come one by one."""
    return options.read_spec(locals())


@takes("columns", column_spec)
@takes("file", file_spec)
def read_spec(*, columns: ReadSpec, file: ReadSpec) -> ReadSpec:
    """The whole `ReadSpec`: columns, notation and policy."""
    return replace(columns, notation=file.notation, policy=file.policy)


COLUMN_FLAGS = tuple(f"--{name}" for name in inspect.signature(column_spec).parameters)
"""The options of `column_spec`, which a command with a model lacks."""
