"""The options that say how DATA are to be read: `read` of every command that reads some."""

from typing import Annotated

import typer

from forecast.cli.options import COLUMNS
from forecast.errors import UsageError
from forecast.spec.reading import Columns, Duplicates, Gaps, Notation, Policy, ReadSpec, Resample, Target

COVARIATES = "Covariates"
NOTATION = "Notation"
REPAIR = "Repair"

SERIES = "series"
"""How results call the column of ids, where a wide file names none."""

_MARKS = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "pipe": "|"}


def _named(flag: str, metavar: str, words: str, panel: str) -> object:
    return typer.Option(flag, metavar=metavar, help=words, show_default=False, rich_help_panel=panel)


Targets = Annotated[
    list[str] | None,
    _named("--target", "NAME", "The column to forecast; repeat it for a wide file.", COLUMNS),
]
Time = Annotated[str | None, _named("--time", "NAME", "The column of dates.", COLUMNS)]
SeriesId = Annotated[
    str | None, _named("--id", "NAME", "The column that tells several series apart.", COLUMNS)
]
AsClasses = Annotated[
    bool | None,
    typer.Option(
        "--classes/--no-classes",
        help="Tell how likely each text or 1 of the target is; as the data are otherwise.",
        show_default=False,
        rich_help_panel=COLUMNS,
    ),
]
Label = Annotated[
    str | None, _named("--label", "NAME", "The class of a whole series, to be told from its rows.", COLUMNS)
]
Wide = Annotated[bool, _named("--wide", "", "Every column of numbers is a series.", COLUMNS)]
Step = Annotated[
    str | None, _named("--freq", "STEP", "Step of the times: monthly, W, 15min; found otherwise.", COLUMNS)
]

Past = Annotated[
    list[str] | None,
    _named("--past", "NAME", "A covariate known up to now, as the target is; repeat.", COVARIATES),
]
Known = Annotated[list[str] | None, _named("--known", "NAME", "A covariate known ahead; repeat.", COVARIATES)]
Static = Annotated[
    list[str] | None, _named("--static", "NAME", "One that stays the same in a series; repeat.", COVARIATES)
]
Categorical = Annotated[
    list[str] | None,
    _named(
        "--categorical", "NAME", "Covariate whose numbers are categories: store numbers; repeat.", COVARIATES
    ),
]

Delimiter = Annotated[str | None, _named("--delimiter", "MARK", 'What parts the fields: ";", tab.', NOTATION)]
Encoding = Annotated[str | None, _named("--encoding", "NAME", "Such as utf-8, cp1252, utf-16.", NOTATION)]
Decimal = Annotated[str | None, _named("--decimal", "MARK", "The mark before decimals: , or .", NOTATION)]
Thousands = Annotated[str | None, _named("--thousands", "MARK", "The mark between thousands.", NOTATION)]
DateFormat = Annotated[
    str | None, _named("--date-format", "PATTERN", "How times are written: %d.%m.%Y.", NOTATION)
]

GapsPolicy = Annotated[
    Gaps | None,
    _named("--gaps", "POLICY", "Steps without a row: error, interpolate, hold, season.", REPAIR),
]
MissingPolicy = Annotated[
    Gaps | None, _named("--missing", "POLICY", "Rows without a number: the same words.", REPAIR)
]
DuplicatesPolicy = Annotated[
    Duplicates | None,
    _named("--duplicates", "POLICY", "A time twice: error, first, last, sum, mean.", REPAIR),
]
ResamplePolicy = Annotated[
    Resample | None,
    _named("--resample", "POLICY", "Rows within a step: sum, mean, first, last, min, max.", REPAIR),
]
Strict = Annotated[
    bool,
    typer.Option(
        "--strict", help="Error, before any work, if a series cannot be used.", rich_help_panel=REPAIR
    ),
]


def read_spec(
    *,
    target: Targets = None,
    time: Time = None,
    id: SeriesId = None,
    wide: Wide = False,
    classes: AsClasses = None,
    label: Label = None,
    freq: Step = None,
    past: Past = None,
    known: Known = None,
    static: Static = None,
    categorical: Categorical = None,
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
    """How the data are to be read, from the options of a command."""
    targets = tuple(dict.fromkeys(target or ()))
    is_wide = wide or len(targets) > 1
    return ReadSpec(
        columns=Columns(
            target=label if label is not None else None if is_wide else next(iter(targets), None),
            time=time,
            series=_ids(id, is_wide=is_wide),
            past=tuple(past or ()),
            known=tuple(known or ()),
            static=tuple(static or ()),
            categorical=tuple(categorical or ()),
        ),
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
        frequency=freq,
        wide=is_wide,
        targets=targets if is_wide else (),
        target=_target(classes, label, targets),
    )


def _target(classes: bool | None, label: str | None, targets: tuple[str, ...]) -> Target | None:
    if label is not None:
        given = {"--target": targets, "--no-classes": classes is False}
        if refused := [option for option, value in given.items() if value]:
            raise UsageError(
                f"--label and {', '.join(refused)} do not go together: a label is of a whole series"
            )
        return Target("label")
    return None if classes is None else Target("class" if classes else "value")


def _ids(named: str | None, *, is_wide: bool) -> str | None:
    """The column of ids; in a wide file it is one of results alone."""
    if is_wide and named is not None:
        raise UsageError(
            "--id: a wide file has a column for each series and none of ids",
            hint="leave out --id, or name one --target",
        )
    return SERIES if is_wide else named


def refuse_beside_a_model(read: ReadSpec, *, hint: str = "leave it out", **others: object) -> None:
    """Say that a model reads data as it was trained to, where an option tells it other parts.

    How one file is written and repaired may differ, so notation and policy pass.
    """
    columns, kind = read.columns, None if read.target is None else read.target.kind
    options = {
        "target": (None if kind == "label" else columns.target) or read.targets or None,
        "time": columns.time,
        "id": None if read.wide else columns.series,
        "wide": True if read.wide and not read.targets else None,
        "freq": read.frequency,
        "classes": None if kind in (None, "label") else True,
        "label": True if kind == "label" else None,
        "past": columns.past or None,
        "known": columns.known or None,
        "static": columns.static or None,
        "categorical": columns.categorical or None,
        **others,
    }
    given = [f"--{name}" for name, value in options.items() if value is not None]
    if given:
        raise UsageError(
            f"{', '.join(given)}: the model reads data as it was trained to",
            hint=hint,
        )


def _mark(text: str | None) -> str | None:
    return None if text is None else _MARKS.get(text, text)
