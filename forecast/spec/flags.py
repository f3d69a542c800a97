"""A request as the words of a command line: the inverse of what the options are parsed to."""

from collections.abc import Iterator

from forecast.phrases import JOINER
from forecast.spec.reading import ReadSpec
from forecast.spec.training import TrainRequest

_SAME = ("horizon", "window", "holidays", "combine", "method", "cell", "dropout", "epochs", "batch_size")
_ALSO = ("learning_rate", "clip", "patience", "seed", "device", "backtests", "min", "max", "statistic")
"""Fields of a request that are the values of flags with their names; `max_time` changes no result."""


_NOTATION = ("delimiter", "encoding", "decimal", "thousands", "date_format", "header")
_POLICY = ("gaps", "missing", "duplicates", "resample")


def flags_of(request: TrainRequest) -> tuple[str, ...]:
    """The options that make this request, such as ("--target", "sold", "--horizon", "14")."""
    words: list[str] = []
    for name, value in (*_reading(request.read), *_training(request)):
        flag, text = f"--{name.replace('_', '-')}", value if isinstance(value, str) else _text(value)
        if value is True:
            words.append(flag)
        elif text.startswith("-"):  # it would be read as an option
            words.append(f"{flag}={text}")
        else:
            words += [flag, text]
    return tuple(words)


def _reading(read: ReadSpec) -> Iterator[tuple[str, object]]:
    columns, kind = read.columns, None if read.target is None else read.target.kind
    if read.wide:
        yield "wide", True
    for name in read.targets if read.wide else filter(None, (columns.target,)):
        yield ("label" if kind == "label" else "target"), name
    for name in filter(None, (columns.time or "").split(JOINER)):
        yield "time", name
    for name in filter(None, ("" if read.wide else columns.series or "").split(JOINER)):
        yield "id", name
    if kind in ("value", "class"):
        yield "task", kind
    if read.frequency is not None:
        yield "freq", read.frequency
    for role in ("past", "known", "static", "categorical"):
        yield from ((role, name) for name in getattr(columns, role))
    yield from _given(read.notation, _NOTATION)
    yield from (("missing_mark", mark) for mark in read.notation.missing_marks)
    yield from _given(read.policy, _POLICY)
    if read.policy.is_strict:
        yield "strict", True


def _training(request: TrainRequest) -> Iterator[tuple[str, object]]:
    default = TrainRequest()
    seasons = [*filter(None, (request.season,)), *(request.periods or ())]
    if request.read.columns.season is not None:
        yield "season", request.read.columns.season
    elif seasons:
        yield "season", ",".join(f"{season:g}" for season in seasons)
    yield from _given(request, _SAME)
    yield from _given(request, _ALSO)
    if request.from_ is not None:
        yield "from", str(request.from_)
    for name in ("calendar", "quick"):
        if getattr(request, name):
            yield name, True
    if request.ensemble != default.ensemble:
        yield "ensemble", request.ensemble
    for name in ("units", "tune"):
        if value := getattr(request, name):
            yield name, ",".join(str(part) for part in value)
    if request.level != default.level:
        yield "level", request.level
    if request.average is not None:
        yield from (("average", True), ("engine", "ray"), ("workers", request.average))
    if request.integer is not None:
        yield ("integer" if request.integer else "no-integer"), True


def _given(owner: object, names: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    values = ((name, getattr(owner, name)) for name in names)
    return ((name, value) for name, value in values if value is not None)


def _text(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    short = f"{value:g}"
    return short if float(short) == value else repr(value)
