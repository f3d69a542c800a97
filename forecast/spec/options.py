"""Options by the names of their flags become specs, for the command line and for the Python functions."""

import itertools
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from inspect import signature
from pathlib import Path
from typing import Any, Literal, TypedDict, Union, cast, get_args, get_origin, get_type_hints

from forecast.errors import UsageError
from forecast.phrases import JOINER
from forecast.spec.limits import check_level
from forecast.spec.model import Cell, Statistic
from forecast.spec.reading import (
    Columns,
    Duplicates,
    FutureMissing,
    Gaps,
    Notation,
    Policy,
    ReadSpec,
    Resample,
    Target,
)
from forecast.spec.training import Combine, Device, Method, Start, TrainRequest, Tunable

SERIES = "series"
"""Name of the id column in results, where a wide file names none."""

_MARKS = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "pipe": "|"}
"""Words for marks that a shell would eat."""

Names = str | Sequence[str]
Marks = str | float | Sequence[str | float]
"""One text or number that means a missing value, or several."""


class FileOptions(TypedDict, total=False):
    """How one file is written and repaired: these may differ from what a model remembers."""

    delimiter: str
    encoding: str
    decimal: str
    thousands: str
    date_format: str
    header: int
    """The line of the column names, counted from 1."""
    missing_mark: Marks
    """Texts and numbers that mean a missing value, such as -200; "none": every number means itself."""
    gaps: Gaps
    missing: Gaps
    duplicates: Duplicates
    resample: Resample
    strict: bool
    """Raise an error if a series cannot be used; by default it is skipped."""


class ReadOptions(FileOptions, total=False):
    """How data are read; what is left out is detected."""

    target: Names
    """The column to forecast; several make a wide file."""
    time: Names
    """The column of times, several that make a time together, or "none" to count rows."""
    id: Names
    """The column that identifies the series, or several that do so together."""
    wide: bool
    """Every numeric column is a series."""
    task: Literal["value", "class"]
    label: str
    """The column with the class of each series as a whole."""
    freq: str
    past: Names
    """Observed covariates: past values only."""
    known: Names
    """Covariates known in advance."""
    static: Names
    """Covariates that are constant in each series."""
    categorical: Names
    """Covariates whose numbers are categories."""


class PredictOptions(ReadOptions, total=False):
    """What a prediction may be asked for."""

    horizon: int
    level: float | Sequence[float]
    """Coverage of the prediction intervals, in percent."""
    as_of: str | int
    """The date of the forecast."""
    future_missing: FutureMissing
    season: float | str
    cell: Cell
    method: Method
    combine: Combine
    statistic: Statistic


class EvaluateOptions(FileOptions, total=False):
    """What an evaluation may be asked for."""

    backtests: int
    horizon: int
    baseline: Names
    refit: bool
    as_of: str | int
    """The date of the forecast that is scored."""


class FutureOptions(FileOptions, total=False):
    """What rows to fill in may be asked for."""

    horizon: int


class TrainOptions(ReadOptions, total=False):
    """What training may be asked for; see `TrainRequest`."""

    horizon: int
    window: int
    season: float | str
    """Rows in a period, "7,365.25" for several, or the column that gives each series its own."""
    calendar: bool
    holidays: str
    from_: Start | str | Path
    combine: Combine
    method: Method
    quick: bool
    """Train no network on the data of a few series."""
    ensemble: int
    cell: Cell
    units: int | Sequence[int]
    dropout: float
    tune: Tunable | Sequence[Tunable]
    epochs: int
    batch_size: int
    epoch_windows: int
    learning_rate: float
    clip: float
    patience: int
    seed: int
    device: Device
    max_time: float
    """Seconds."""
    backtests: int
    level: float
    min: float
    max: float
    integer: bool
    statistic: Statistic


def read_spec(options: Mapping[str, Any]) -> ReadSpec:
    """How data are to be read, from `ReadOptions`; other options are ignored, None is left out."""
    given = {name: value for name, value in options.items() if value is not None}
    targets, label = names_of(given.get("target")), given.get("label")
    wide = bool(given.get("wide")) or len(targets) > 1
    if wide and "id" in given:
        raise UsageError(
            "--id: a wide file has a column for each series and none of ids",
            hint="leave out --id, or name one --target",
        )
    target = label if label is not None else None if wide else next(iter(targets), None)
    marks = {name: given[name] for name in _field_names(Notation) if name in given}
    policy = {name: given[name] for name in _field_names(Policy) if name in given}
    return ReadSpec(
        columns=Columns(
            target=target,
            time=_joined(given.get("time")),
            series=SERIES if wide else _joined(given.get("id")),
            past=names_of(given.get("past")),
            known=names_of(given.get("known")),
            static=names_of(given.get("static")),
            categorical=names_of(given.get("categorical")),
        ),
        notation=Notation(
            **{name: _MARKS.get(str(mark), mark) for name, mark in marks.items()},
            missing_marks=_marks_of(given.get("missing_mark")),
        ),
        policy=Policy(**policy, unusable="error" if given.get("strict") else None),
        frequency=given.get("freq"),
        wide=wide,
        targets=targets if wide else (),
        target=_target(given.get("task"), label, targets),
    )


def _joined(names: Names | None) -> str | None:
    """One name, or several joined; None for none."""
    return JOINER.join(names_of(names)) or None


def _target(
    task: Literal["value", "class"] | None, label: str | None, targets: Sequence[str]
) -> Target | None:
    if label is None:
        return None if task is None else Target(task)
    given = [flag for flag, value in (("--target", targets), ("--task", task)) if value]
    if given:
        raise UsageError(f"--label and {', '.join(given)} do not go together: a label is of a whole series")
    return Target("label")


@dataclass(frozen=True, slots=True)
class Seasons:
    """What `--season` says; None is decided by the tool."""

    season: int | None = None
    """Rows in the period that the networks know; 1 for none."""
    periods: tuple[float, ...] | None = None
    """Rows in longer periods; () for none."""


def parse_season(season: float | str | None, read: ReadSpec) -> tuple[Seasons, ReadSpec]:
    """The seasons of all series, and `read` with the column of seasons where `season` names one.

    A single number is the season of the networks, and longer ones are found in the data; several, such as
    7,365.25, are all of them. 1 is no season at all.
    """
    if season is None:
        return Seasons(), read
    texts = [text.strip() for text in str(season).split(",")]
    if not all(_is_number(text) for text in texts):
        if any(_is_number(text) for text in texts) or not isinstance(season, str):
            raise UsageError(
                f'--season: "{season}" is neither numbers of rows nor the name of a column',
                hint="write --season 12, --season 7,365.25, or the name of the column of seasons",
            )
        return Seasons(), replace(read, columns=replace(read.columns, season=season))
    numbers = sorted(float(text) for text in texts)
    twice = [number for number, after in itertools.pairwise(numbers) if number == after]
    if twice:
        raise UsageError(f"--season: {twice[0]:g} is given twice", hint="name each season once")
    if numbers[0].is_integer():
        longer = tuple(numbers[1:]) if len(numbers) > 1 else () if numbers == [1] else None
        return Seasons(int(numbers[0]), longer), read
    if numbers[0] <= 1:
        raise UsageError(f"--season: {numbers[0]:g} rows are no period", hint="write --season 1 for none")
    return Seasons(None, tuple(numbers)), read


def refuse_for_model(read: ReadSpec, pretrained: str, **others: object) -> None:
    """Raise a `UsageError` for options that name columns, and for `others` that are given.

    A model has its own; `pretrained` is how the caller asks for the pretrained networks.
    """
    given = [*_column_flags(read), *(f"--{name}" for name, value in others.items() if value is not None)]
    if given:
        raise UsageError(
            f"{', '.join(given)}: the model reads data as it was trained to",
            hint=f"leave it out, or use {pretrained}, which takes it",
        )


def _column_flags(read: ReadSpec) -> tuple[str, ...]:
    """The flags of a reading that name columns or their kind."""
    columns, kind = read.columns, None if read.target is None else read.target.kind
    given = {
        "--target": (columns.target is not None and kind != "label") or bool(read.targets),
        "--label": kind == "label",
        "--time": columns.time is not None,
        "--id": columns.series is not None and not read.wide,
        "--wide": read.wide and not read.targets,
        "--task": kind in ("value", "class"),
        "--freq": read.frequency is not None,
        "--past": bool(columns.past),
        "--known": bool(columns.known),
        "--static": bool(columns.static),
        "--categorical": bool(columns.categorical),
    }
    return tuple(flag for flag, is_given in given.items() if is_given)


def train_request(options: Mapping[str, Any], base: TrainRequest | None = None) -> TrainRequest:
    """The request that `TrainOptions` make, on top of `base`; other options are ignored, None is left out."""
    if base is not None and not isinstance(base, TrainRequest):  # a name in the place of the request
        raise UsageError(
            f"{base!r} is not a TrainRequest", hint="give options by name: target=..., horizon=..."
        )
    base = base or TrainRequest()
    given = {name: value for name, value in options.items() if value is not None}
    changes = {name: given[name] for name in _field_names(TrainRequest) if name in given}
    read = base.read
    if given.keys() & get_type_hints(ReadOptions).keys():
        if base.read != ReadSpec():
            raise UsageError("how data are read is in the request or in keywords, not in both")
        read = read_spec(given)
    if "season" in given:
        seasons, read = parse_season(given["season"], read)
        changes |= {"season": seasons.season, "periods": seasons.periods}
    if isinstance(start := given.get("from_"), str) and start not in get_args(Start):
        changes["from_"] = Path(start)
    for name in ("units", "tune"):
        if name in given:
            value = given[name]
            changes[name] = (value,) if isinstance(value, int | str) else tuple(value)
    return replace(base, **{**changes, "read": read})


def checked_options(function: Callable[..., object], allowed: type, **options: object) -> dict[str, Any]:
    """The options that are given, NumPy's numbers as Python's; a `UsageError` for an unknown name or type.

    `allowed` is one of the typed dictionaries above. The error for an unknown name gives the
    nearest one, of these options or of the other parameters of `function`.
    """
    hints = get_type_hints(allowed)
    checked: dict[str, Any] = {}
    for name, value in options.items():
        if name not in hints:
            names = sorted(hints.keys() | signature(function).parameters.keys() - {"options"})
            near = get_close_matches(name, names, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(names)}"
            raise UsageError(f"{function.__name__}() has no option {name}", hint=hint)
        if value is None:
            continue
        checked[name] = _plain(value)
        if not _is_a(checked[name], hints[name]):
            raise UsageError(
                f"{function.__name__}(): {name} must be {_wanted(hints[name])}, not {value!r}",
                hint=_nearest_choice(value, hints[name]),
            )
    return checked


def _nearest_choice(value: object, hint: object) -> str:
    """The choice that was meant, where an option has choices."""
    choices = [str(choice) for choice in get_args(hint) if isinstance(choice, str)]
    near = get_close_matches(value, choices, n=1) if isinstance(value, str) else []
    return f"did you mean {near[0]!r}?" if near else ""


def _plain(value: object) -> object:
    """A number or an array of NumPy, or a list of such, as Python's own."""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.tolist() if hasattr(value, "dtype") and hasattr(value, "tolist") else value


def _is_a(value: object, hint: object) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return any(_is_a(value, each) for each in arguments)
    if origin is Literal:
        return value in arguments
    if origin is not None:  # a sequence of texts or numbers; a text is none of texts
        is_list = isinstance(value, Sequence) and not isinstance(value, str)
        return is_list and all(_is_a(each, arguments[0]) for each in cast(Sequence[object], value))
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, cast(type, hint))


def _wanted(hint: object) -> str:
    """A type in words: "a number", "one of first, last"."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_wanted(each) for each in arguments))
    if origin is Literal:
        return f"one of {', '.join(map(str, arguments))}"
    if origin is not None:
        return f"a list, each {_wanted(arguments[0])}"
    words = {str: "a string", int: "a whole number", float: "a number", bool: "True or False", Path: "a path"}
    return words[cast(type, hint)]


def levels_of(level: float | Sequence[float]) -> tuple[float, ...]:
    """Levels in percent, ascending and without repeats; a `UsageError` for one outside of 1 to 99."""
    levels = level if isinstance(level, Sequence) else [level]
    for each in levels:
        check_level(each)
    return tuple(sorted({float(each) for each in levels}))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _marks_of(marks: Marks | None) -> tuple[str, ...]:
    """One mark or several, numbers as texts."""
    several = [marks] if isinstance(marks, str | float | int) else marks or []
    return names_of([mark if isinstance(mark, str) else f"{mark:.15g}" for mark in several])


def names_of(names: Names | None) -> tuple[str, ...]:
    """One name or several, without repeats."""
    return tuple(dict.fromkeys((names,) if isinstance(names, str) else names or ()))


def _field_names(spec: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(spec))
