"""A fitted model on disk: readable, versioned, safe to open.

`_layout` is the one table of what a file holds: both `encode` and `load` follow it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from forecast import atomic
from forecast.data.arrays import LARGEST, Integers
from forecast.data.covariates import Covariates
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.data.results import ModelCard, Scores
from forecast.errors import ModelError, UsageError
from forecast.forecasters.calibration import PERCENTS, Calibration
from forecast.forecasters.recurrent import Network, RecurrentForecaster
from forecast.forecasters.weights import Weights, weight_shapes
from forecast.serialize import from_plain, to_plain
from forecast.spec.limits import MAX_HORIZON, MAX_MEMBERS, MAX_WINDOW
from forecast.spec.model import Bounds, ModelSpec
from forecast.spec.reading import Columns, ReadSpec
from forecast.spec.training import Combine
from forecast.storage import tensorfile
from forecast.storage.tensorfile import DTYPES, Contents, DType, Tensors

FORMAT = 2
"""The format that `save` writes; raised whenever an older program would misread the new one."""

_DATES = (-62_135_596_800, 253_402_300_799)
"""Seconds of the first and last moment of the years 1 to 9999."""

_INTEGER_TIMES = (-(2**53), 2**53)
"""First and last of the years and steps that are plain integers."""

_MAX_COUNT = 1_000_000
"""Units in one step: more would carry a forecast beyond the years that can be written."""

_MAX_WEIGHT = 1e6
"""No trained weight has come near 100; beyond this, products of float32 could overflow."""

_MAX_HALF_WIDTH = 1e12
"""In units of volatility; an error of 1e308 where changes are typically 1e-308 is 1e6 of them."""

_Shape = tuple[int | str, ...]
"""A word is a length that the file is free to choose, the same wherever the word appears."""

_Layout = dict[str, tuple[DType, _Shape]]
"""Name of a tensor -> its type and shape."""


@dataclass(frozen=True, slots=True)
class _ScoresFields:
    """The fields of `Scores` that are no arrays."""

    models: tuple[str, ...]
    metrics: tuple[str, ...]
    series_column: str | None
    backtests: int
    forecasts: int


@dataclass(frozen=True, slots=True)
class _ModelFields:
    """Everything in a model that is no array; the scores are apart from the card because they hold arrays.

    Each fact is stored once: the number of networks follows from their tensors, and target
    and covariates of `read` are those of `spec` (`_read_of`).
    """

    spec: ModelSpec
    combine: Combine
    horizon: int
    bounds: Bounds
    read: ReadSpec
    frequency: Frequency
    calibration_errors: int
    card: ModelCard
    scores: _ScoresFields | None


def save(forecaster: RecurrentForecaster, path: Path) -> None:
    """Write the model to `path`, whole or not at all; only another model is overwritten."""
    content = encode(forecaster)
    tensorfile.refuse_to_replace_others(path)
    atomic.write_atomically(path, lambda stream: _write(stream, content))


def check_writable(path: Path) -> None:
    """Raise, before a training, where its model could not be saved at `path`."""
    tensorfile.refuse_to_replace_others(path)
    atomic.check_writable(path)


def load(path: Path) -> RecurrentForecaster:
    """The model in the file, or a ModelError that says what the file is or lacks."""
    contents = tensorfile.read(path, format=FORMAT)
    with tensorfile.model_errors(path):
        if "checkpoint" in contents.fields:
            raise ModelError(
                "is the checkpoint of an interrupted training, not a model",
                hint="forecast train DATA --resume",
            )
        try:
            return _decode(from_plain(_ModelFields, contents.fields), contents.tensors)
        except UsageError as error:
            raise ValueError(error.message) from error


def encode(forecaster: RecurrentForecaster) -> bytes:
    """The model as the bytes of its file: equal for equal models."""
    members = forecaster.network.members
    fields = _fields(forecaster)
    tensors: Tensors = {
        name: _array(forecaster, name).astype(DTYPES[dtype], copy=False)
        for name, (dtype, _) in _layout(fields, len(members), _weight_type(members)).items()
    }
    return tensorfile.encode(Contents(FORMAT, tensorfile.as_fields(to_plain(fields)), tensors))


def _write(stream: BinaryIO, content: bytes) -> None:
    stream.write(content)


# What a file holds.


def _layout(fields: _ModelFields, members: int, weight_type: DType) -> _Layout:
    """Type and shape of every tensor of a model with these fields and this many networks."""
    spec, scores = fields.spec, fields.scores
    layout: _Layout = {
        "tail/times": ("I64", ("rows",)),
        "tail/values": ("F64", ("rows",)),
        "tail/observed": ("U8", ("rows",)),
        "tail/bounds": ("I64", ("bounds",)),
        "tail/ids": ("U8", ("bytes of ids",)),
        "tail/ids/ends": ("I64", ("series",)),
        "calibration/half_widths": ("F64", (min(fields.horizon, spec.windows.horizon), len(PERCENTS))),
    }
    if spec.covariates:
        columns = Counter(covariate.role for covariate in spec.covariates)
        layout |= {
            "tail/past": ("F64", ("rows", columns["past"])),
            "tail/known": ("F64", ("known rows", columns["known"])),
            "tail/known_bounds": ("I64", ("bounds",)),
            "tail/static": ("F64", ("series", columns["static"])),
        }
    if spec.season is None:
        layout["tail/seasons"] = ("I64", ("series",))
    if scores is not None:
        models, metrics = len(scores.models), len(scores.metrics)
        layout |= {
            "scores/overall": ("F64", (models, metrics)),
            "scores/by_series": ("F64", (models, "scored series", metrics)),
            "scores/by_step": ("F64", (models, "scored steps", metrics)),
            "scores/forecasts_by_series": ("I64", ("scored series",)),
            "scores/forecasts_by_step": ("I64", ("scored steps",)),
            "scores/ids": ("U8", ("bytes of scored ids",)),
            "scores/ids/ends": ("I64", ("scored series",)),
        }
    for index in range(members):
        for name, shape in weight_shapes(spec).items():
            layout[f"weight/{index}/{name}"] = (weight_type, shape)
    return layout


def _array(forecaster: RecurrentForecaster, name: str) -> NDArray[np.generic]:
    """The array that is stored under a name of `_layout`."""
    group, field, *rest = name.split("/")
    if group == "weight":
        return forecaster.network.members[int(field)]["/".join(rest)]
    if field in ("past", "known", "known_bounds", "static"):
        owner: object = forecaster.tail.covariates
    else:
        owner = {
            "tail": forecaster.tail,
            "calibration": forecaster.calibration,
            "scores": forecaster.card.scores,
        }[group]
    value: NDArray[np.generic] | tuple[str, ...] = getattr(owner, field)
    return _packed(value, ends=rest == ["ends"]) if isinstance(value, tuple) else value


def _weight_type(members: Sequence[Weights]) -> DType:
    """Half precision where no weight loses anything by it, as those of the package, which are rounded."""
    with np.errstate(over="ignore"):
        lossless = all(
            (weight.astype(np.float16) == weight).all() for member in members for weight in member.values()
        )
    return "F16" if lossless else "F32"


def _fields(forecaster: RecurrentForecaster) -> _ModelFields:
    card, scores = forecaster.card, forecaster.card.scores
    return _ModelFields(
        spec=forecaster.spec,
        combine=forecaster.network.combine,
        horizon=forecaster.horizon,
        bounds=forecaster.bounds,
        read=replace(forecaster.read.alone, target=None),
        frequency=forecaster.frequency,
        calibration_errors=forecaster.calibration.errors,
        card=replace(card, scores=None),
        scores=None
        if scores is None
        else _ScoresFields(**{each.name: getattr(scores, each.name) for each in fields(_ScoresFields)}),
    )


def _packed(texts: Sequence[str], *, ends: bool) -> NDArray[np.generic]:
    """The bytes of texts, or where each of them ends: as JSON, 20,000 ids would not fit into the header."""
    raw = [text.encode(errors="backslashreplace") for text in texts]
    if ends:
        return np.cumsum([len(text) for text in raw], dtype=np.int64)
    return np.frombuffer(b"".join(raw), dtype=np.uint8)


def _unpacked(name: str, tensors: Tensors) -> tuple[str, ...]:
    """The texts whose bytes are in the tensor of this name."""
    raw, ends = tensors[name].tobytes(), [0, *tensors[f"{name}/ends"].tolist()]
    _require(ends[-1] == len(raw) and ends == sorted(ends), f'"{name}"')
    return tuple(raw[start:end].decode() for start, end in pairwise(ends))


# From fields and tensors to a forecaster; a ValueError where they contradict each other or are out of range.


def _decode(fields: _ModelFields, tensors: Tensors) -> RecurrentForecaster:
    members = len({name.split("/")[1] for name in tensors if name.startswith("weight/")})
    _require(1 <= members <= MAX_MEMBERS, "its number of networks")
    _require(1 <= fields.horizon <= MAX_HORIZON, "its horizon")
    classes = fields.spec.target.classes
    _require(classes == tuple(sorted(set(classes))), "its classes")
    halves = any(name.startswith("weight/") and each.dtype == np.float16 for name, each in tensors.items())
    _check_tensors(tensors, _layout(fields, members, "F16" if halves else "F32"))
    _check_frequency(fields.frequency)
    read = _read_of(fields)
    return RecurrentForecaster(
        network=Network(fields.spec, _members(fields.spec, members, tensors), fields.combine),
        horizon=fields.horizon,
        bounds=fields.bounds,
        read=read,
        frequency=fields.frequency,
        tail=_tail(fields, tensors, read.columns),
        calibration=_calibration(fields, tensors),
        card=replace(fields.card, scores=None if fields.scores is None else _scores(fields.scores, tensors)),
    )


def _check_tensors(tensors: Tensors, layout: _Layout) -> None:
    """Refuse tensors that are not exactly those of the layout."""
    for name in sorted(layout.keys() ^ tensors.keys()):
        raise ValueError(f'it {"lacks" if name in layout else "has an unknown"} tensor "{name}"')
    lengths: dict[str, int] = {}
    for name, (dtype, shape) in layout.items():
        tensor = tensors[name]
        if tensor.ndim == len(shape):
            # The first tensor with a free length sets it.
            shape = tuple(
                lengths.setdefault(size, length) if isinstance(size, str) else size
                for size, length in zip(shape, tensor.shape, strict=True)
            )
        if tensor.dtype != DTYPES[dtype] or tensor.shape != shape:
            raise ValueError(f'tensor "{name}" is {tensor.dtype} {tensor.shape}, not {dtype} {shape}')


def _check_frequency(frequency: Frequency) -> None:
    zone = abs(frequency.offset_seconds or 0)
    _require(1 <= frequency.count <= _MAX_COUNT and zone <= 86_400, "its frequency")


def _read_of(fields: _ModelFields) -> ReadSpec:
    """How new data are read: as stored, with the target and the covariates of the network."""
    read, covariates = fields.read, fields.spec.covariates
    _require(read.target is None and read.columns == read.columns.alone, "its columns")
    columns = replace(
        read.columns,
        past=tuple(each.name for each in covariates if each.role == "past"),
        known=tuple(each.name for each in covariates if each.role == "known"),
        static=tuple(each.name for each in covariates if each.role == "static"),
        categorical=tuple(each.name for each in covariates if each.categories),
    )
    return replace(read, columns=columns, target=fields.spec.target)


def _members(spec: ModelSpec, count: int, tensors: Tensors) -> tuple[Weights, ...]:
    members: list[Weights] = []
    for index in range(count):
        weights: Weights = {}
        for name in weight_shapes(spec):
            weights[name] = tensors[f"weight/{index}/{name}"].astype(np.float32)
            if not (np.abs(weights[name]) <= _MAX_WEIGHT).all():  # false for NaN as well
                raise ValueError(f'tensor "weight/{index}/{name}" has values that are not valid weights')
        members.append(weights)
    return tuple(members)


def _tail(fields: _ModelFields, tensors: Tensors, columns: Columns) -> Panel:
    ids = _unpacked("tail/ids", tensors)
    bounds, observed = tensors["tail/bounds"].view(np.int64), tensors["tail/observed"].view(np.uint8)
    times, values = tensors["tail/times"].view(np.int64), tensors["tail/values"].view(np.float64)
    dated = fields.frequency.form != "integer"
    first, last = _DATES if dated else _INTEGER_TIMES
    _require(len(bounds) == len(ids) + 1 and bounds[0] == 0 and bounds[-1] == len(times), "its series")
    _require((np.diff(bounds) > 0).all(), "its series")
    _require((observed <= 1).all() and (np.abs(values) <= LARGEST).all(), "its newest values")
    _require(not len(times) or (times.min() >= first and times.max() <= last), "its times")
    classes = len(fields.spec.target.classes)
    _require(not classes or np.isin(values, np.arange(classes)).all(), "its newest classes")
    return Panel(
        ids=ids,
        times=times.view("datetime64[s]") if dated else times,
        values=values,
        observed=observed.view(np.bool_),
        bounds=bounds,
        columns=columns,
        frequency=fields.frequency,
        seasons=_seasons(fields.spec, len(ids), tensors),
        covariates=_covariates(fields.spec, np.diff(bounds), tensors) if fields.spec.covariates else None,
        target=fields.spec.target,
    )


def _seasons(spec: ModelSpec, series: int, tensors: Tensors) -> Integers:
    if spec.season is not None:
        return np.full(series, spec.season)
    seasons = tensors["tail/seasons"].view(np.int64)
    _require(((seasons >= 1) & (seasons <= MAX_WINDOW)).all(), "its seasons")
    return seasons


def _covariates(spec: ModelSpec, lengths: Integers, tensors: Tensors) -> Covariates:
    """The covariates of the newest rows, of series with these lengths; texts are indices of categories."""
    past, known, static = (tensors[f"tail/{role}"].view(np.float64) for role in ("past", "known", "static"))
    bounds = tensors["tail/known_bounds"].view(np.int64)
    longer = bounds[0] == 0 and bounds[-1] == len(known) and (np.diff(bounds) >= lengths).all()
    _require(longer, "its rows that are known ahead")
    for covariate, column in zip(spec.covariates, (*past.T, *known.T, *static.T), strict=True):
        values = column[~np.isnan(column)]
        valid = np.isfinite(values).all()
        if covariate.categories:
            valid = np.isin(values, np.arange(len(covariate.categories))).all()
        _require(valid, f'its covariate "{covariate.name}"')
    return Covariates(past, known, bounds, static, tuple(each.categories for each in spec.covariates))


def _calibration(fields: _ModelFields, tensors: Tensors) -> Calibration:
    half_widths = tensors["calibration/half_widths"].view(np.float64)
    _require(not ((half_widths < 0) | (half_widths > _MAX_HALF_WIDTH)).any(), "its intervals")
    _require(fields.calibration_errors >= 0, "its intervals")
    return Calibration(half_widths, fields.calibration_errors)


def _scores(fields: _ScoresFields, tensors: Tensors) -> Scores:
    return Scores(
        **asdict(fields),
        overall=tensors["scores/overall"].view(np.float64),
        by_series=tensors["scores/by_series"].view(np.float64),
        by_step=tensors["scores/by_step"].view(np.float64),
        ids=_unpacked("scores/ids", tensors),
        forecasts_by_series=tensors["scores/forecasts_by_series"].view(np.int64),
        forecasts_by_step=tensors["scores/forecasts_by_step"].view(np.int64),
    )


def _require(holds: bool | np.bool_, part: str) -> None:
    if not holds:
        raise ValueError(f"{part} cannot be right")
