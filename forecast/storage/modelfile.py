"""A fitted model on disk: readable, versioned, safe to open."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np

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
from forecast.storage.tensorfile import Contents, Fields, Tensors

FORMAT = 2
"""The format that `save` writes; raised whenever an older program would read the new one wrong."""

_DTYPES = {"F64": np.float64, "F32": np.float32, "F16": np.float16, "I64": np.int64, "U8": np.uint8}

_DATES = (-62_135_596_800, 253_402_300_799)
"""Seconds of the first and last moment of the years 1 to 9999."""

_MAX_COUNT = 1_000_000
"""Units in one step: more would carry a forecast out of the years that can be written."""

_MAX_WEIGHT = 1e6
"""No trained weight has come near 100; from here on products of float32 could leave the numbers."""

_MAX_HALF_WIDTH = 1e12
"""In units of volatility; an error of 1e308 where a change of 1e-308 was usual is 1e6 of them."""

_COUNTS = (-(2**53), 2**53)
"""First and last of the years and steps that are plain integers."""


@dataclass(frozen=True, slots=True)
class _ScoresFields:
    """All of the scores that is no array."""

    models: tuple[str, ...]
    metrics: tuple[str, ...]
    series_column: str | None
    backtests: int
    forecasts: int


@dataclass(frozen=True, slots=True)
class _ModelFields:
    """All of a model that is no array; the card's scores are apart because they hold some.

    Each fact is stored once: how many networks there are is told by their tensors, and what
    `read` shares with `spec`, target and covariates, is put back from there (`_read_of`).
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
    """Put the model at `path`, whole, over nothing but another model."""
    content = encode(forecaster)
    tensorfile.refuse_to_replace_others(path)
    atomic.write_atomically(path, lambda stream: _write(stream, content))


def check_writable(path: Path) -> None:
    """Find out before training that a model could not be saved at `path`."""
    tensorfile.refuse_to_replace_others(path)
    atomic.check_writable(path)


def load(path: Path) -> RecurrentForecaster:
    """The model in the file, or a ModelError that says what the file is or lacks."""
    contents = tensorfile.read(path, format=FORMAT)
    fields, tensors = contents.fields, contents.tensors
    with tensorfile.explained(path):
        if "checkpoint" in fields:
            raise ModelError(
                "is what an interrupted training left, not a model", hint="forecast train DATA --resume"
            )
        try:
            return _assembled(from_plain(_ModelFields, fields), tensors)
        except UsageError as error:
            raise ValueError(error.message) from error


def encode(forecaster: RecurrentForecaster) -> bytes:
    """The model as the bytes of its file: the same for the same model."""
    return tensorfile.encode(Contents(FORMAT, _fields(forecaster), _tensors(forecaster)))


def _write(stream: BinaryIO, content: bytes) -> None:
    stream.write(content)


# From a forecaster to fields and tensors, and back.


def _fields(forecaster: RecurrentForecaster) -> Fields:
    card, scores = forecaster.card, forecaster.card.scores
    fields = _ModelFields(
        spec=forecaster.spec,
        combine=forecaster.network.combine,
        horizon=forecaster.horizon,
        bounds=forecaster.bounds,
        read=replace(forecaster.read.alone, target=None),
        frequency=forecaster.frequency,
        calibration_errors=forecaster.calibration.errors,
        card=replace(card, scores=None),
        scores=None if scores is None else _scores_fields(scores),
    )
    return tensorfile.as_fields(to_plain(fields))


def _scores_fields(scores: Scores) -> _ScoresFields:
    return _ScoresFields(
        scores.models, scores.metrics, scores.series_column, scores.backtests, scores.forecasts
    )


def _tensors(forecaster: RecurrentForecaster) -> Tensors:
    tail, scores = forecaster.tail, forecaster.card.scores
    tensors = _weights(forecaster.network.members) | {
        "tail/times": tail.times.view(np.int64),
        "tail/values": tail.values,
        "tail/observed": tail.observed.view(np.uint8),
        "tail/bounds": tail.bounds,
        **_packed("tail/ids", tail.ids),
        "calibration/half_widths": forecaster.calibration.half_widths,
    }
    if tail.covariates is not None:
        tensors |= {
            "tail/past": tail.covariates.past,
            "tail/known": tail.covariates.known,
            "tail/known_bounds": tail.covariates.known_bounds,
            "tail/static": tail.covariates.static,
        }
    if forecaster.spec.season is None:
        tensors["tail/seasons"] = np.array(tail.seasons)
    if scores is not None:
        tensors |= {
            "scores/overall": scores.overall,
            "scores/by_series": scores.by_series,
            "scores/by_step": scores.by_step,
            "scores/forecasts_by_series": scores.forecasts_by_series,
            "scores/forecasts_by_step": scores.forecasts_by_step,
            **_packed("scores/ids", scores.ids),
        }
    return tensors


def _weights(members: Sequence[Weights]) -> Tensors:
    """Every weight, in half precision where none loses anything: those of the package are rounded."""
    weights: Tensors = {
        f"weight/{index}/{name}": weight
        for index, member in enumerate(members)
        for name, weight in member.items()
    }
    with np.errstate(over="ignore"):
        halves: Tensors = {name: weight.astype(np.float16) for name, weight in weights.items()}
    lossless = all((halves[name] == weight).all() for name, weight in weights.items())
    return halves if lossless else weights


def _assembled(fields: _ModelFields, tensors: Tensors) -> RecurrentForecaster:
    _require(1 <= _members_in(tensors) <= MAX_MEMBERS, "its number of networks")
    _require(1 <= fields.horizon <= MAX_HORIZON, "its horizon")
    classes = fields.spec.target.classes
    _require(classes == tuple(sorted(set(classes))), "its classes")
    _check_tensors(fields, tensors)
    _check_frequency(fields.frequency)
    read = _read_of(fields)
    return RecurrentForecaster(
        network=Network(fields.spec, _members(fields, tensors), fields.combine),
        horizon=fields.horizon,
        bounds=fields.bounds,
        read=read,
        frequency=fields.frequency,
        tail=_tail(fields, tensors, read.columns),
        calibration=_calibration(fields, tensors),
        card=replace(fields.card, scores=None if fields.scores is None else _scores(fields.scores, tensors)),
    )


def _members(fields: _ModelFields, tensors: Tensors) -> tuple[Weights, ...]:
    names = weight_shapes(fields.spec)
    return tuple(
        {name: tensors[f"weight/{index}/{name}"].astype(np.float32) for name in names}
        for index in range(_members_in(tensors))
    )


def _members_in(tensors: Tensors) -> int:
    """The networks that tensors are of, numbered from 0."""
    return len({name.split("/")[1] for name in tensors if name.startswith("weight/")})


def _read_of(fields: _ModelFields) -> ReadSpec:
    """How new data are read: as stored, with the target and the covariates that the network has."""
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


def _tail(fields: _ModelFields, tensors: Tensors, columns: Columns) -> Panel:
    bounds, observed = tensors["tail/bounds"].view(np.int64), tensors["tail/observed"].view(np.uint8)
    times, values = tensors["tail/times"].view(np.int64), tensors["tail/values"].view(np.float64)
    dated = fields.frequency.form != "integer"
    first, last = _DATES if dated else _COUNTS
    _require(bounds[0] == 0 and bounds[-1] == len(times) and (np.diff(bounds) > 0).all(), "its series")
    _require((observed <= 1).all() and (np.abs(values) <= LARGEST).all(), "its newest values")
    _require(not len(times) or (times.min() >= first and times.max() <= last), "its times")
    classes = len(fields.spec.target.classes)
    _require(not classes or np.isin(values, np.arange(classes)).all(), "its newest classes")
    return Panel(
        ids=_unpacked("tail/ids", tensors),
        times=times.view("datetime64[s]") if dated else times,
        values=values,
        observed=observed.view(np.bool_),
        bounds=bounds,
        columns=columns,
        frequency=fields.frequency,
        seasons=_seasons(fields.spec, len(bounds) - 1, tensors),
        covariates=_covariates(fields.spec, np.diff(bounds), tensors),
        target=fields.spec.target,
    )


def _seasons(spec: ModelSpec, series: int, tensors: Tensors) -> Integers:
    if spec.season is not None:
        return np.full(series, spec.season)
    seasons = tensors["tail/seasons"].view(np.int64)
    _require(((seasons >= 1) & (seasons <= MAX_WINDOW)).all(), "its seasons")
    return seasons


def _covariates(spec: ModelSpec, lengths: Integers, tensors: Tensors) -> Covariates | None:
    """What stands beside the newest rows; texts are places among the model's."""
    if not spec.covariates:
        return None
    past, known, static = (tensors[f"tail/{role}"].view(np.float64) for role in ("past", "known", "static"))
    bounds = tensors["tail/known_bounds"].view(np.int64)
    longer = bounds[0] == 0 and bounds[-1] == len(known) and (np.diff(bounds) >= lengths).all()
    _require(longer, "its rows that are known ahead")
    for covariate, column in zip(spec.covariates, (*past.T, *known.T, *static.T), strict=True):
        told = column[~np.isnan(column)]
        _require(np.isfinite(told).all(), f'its covariate "{covariate.name}"')
        if covariate.categories:
            places = np.arange(len(covariate.categories))
            _require(np.isin(told, places).all(), f'its covariate "{covariate.name}"')
    return Covariates(past, known, bounds, static, tuple(each.categories for each in spec.covariates))


def _calibration(fields: _ModelFields, tensors: Tensors) -> Calibration:
    half_widths = tensors["calibration/half_widths"].view(np.float64)
    _require(not ((half_widths < 0) | (half_widths > _MAX_HALF_WIDTH)).any(), "its intervals")
    _require(fields.calibration_errors >= 0, "its intervals")
    return Calibration(half_widths, fields.calibration_errors)


def _scores(fields: _ScoresFields, tensors: Tensors) -> Scores:
    return Scores(
        models=fields.models,
        metrics=fields.metrics,
        overall=tensors["scores/overall"].view(np.float64),
        by_series=tensors["scores/by_series"].view(np.float64),
        by_step=tensors["scores/by_step"].view(np.float64),
        ids=_unpacked("scores/ids", tensors),
        series_column=fields.series_column,
        backtests=fields.backtests,
        forecasts=fields.forecasts,
        forecasts_by_series=tensors["scores/forecasts_by_series"].view(np.int64),
        forecasts_by_step=tensors["scores/forecasts_by_step"].view(np.int64),
    )


def _packed(name: str, texts: Sequence[str]) -> Tensors:
    """Texts as tensors: 20,000 ids would burst the header."""
    raw = [text.encode(errors="backslashreplace") for text in texts]
    ends = np.cumsum([len(text) for text in raw], dtype=np.int64)
    return {name: np.frombuffer(b"".join(raw), dtype=np.uint8), f"{name}/ends": ends}


def _unpacked(name: str, tensors: Tensors) -> tuple[str, ...]:
    raw, ends = tensors[name].tobytes(), [0, *tensors[f"{name}/ends"].tolist()]
    _require(ends[-1] == len(raw) and ends == sorted(ends), f'"{name}"')
    return tuple(raw[start:end].decode() for start, end in pairwise(ends))


# What must be true of fields and tensors before they are believed.


def _check_tensors(fields: _ModelFields, tensors: Tensors) -> None:
    expected = _expected(fields, tensors)
    for name in sorted(expected.keys() ^ tensors.keys()):
        raise ValueError(f'it {"lacks" if name in expected else "has an unknown"} tensor "{name}"')
    for name, (dtype, shape) in expected.items():
        tensor = tensors[name]
        if tensor.dtype != _DTYPES[dtype] or tensor.shape != shape:
            raise ValueError(f'tensor "{name}" is {tensor.dtype} {tensor.shape}, not {dtype} {shape}')
        if name.startswith("weight/") and not (np.abs(tensor.astype(np.float32)) <= _MAX_WEIGHT).all():
            raise ValueError(f'tensor "{name}" holds numbers that are no weights')


def _expected(fields: _ModelFields, tensors: Tensors) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Type and shape of every tensor; free are only the numbers of rows, series, letters and scored steps."""
    rows, series = _length(tensors, "tail/values"), _length(tensors, "tail/ids/ends")
    shapes: dict[str, tuple[str, tuple[int, ...]]] = {
        "tail/times": ("I64", (rows,)),
        "tail/values": ("F64", (rows,)),
        "tail/observed": ("U8", (rows,)),
        "tail/bounds": ("I64", (series + 1,)),
        "tail/ids": ("U8", (_length(tensors, "tail/ids"),)),
        "tail/ids/ends": ("I64", (series,)),
        "calibration/half_widths": ("F64", (min(fields.horizon, fields.spec.windows.horizon), len(PERCENTS))),
    }
    if fields.spec.covariates:
        roles = [covariate.role for covariate in fields.spec.covariates]
        shapes |= {
            "tail/past": ("F64", (rows, roles.count("past"))),
            "tail/known": ("F64", (_length(tensors, "tail/known"), roles.count("known"))),
            "tail/known_bounds": ("I64", (series + 1,)),
            "tail/static": ("F64", (series, roles.count("static"))),
        }
    if fields.spec.season is None:
        shapes["tail/seasons"] = ("I64", (series,))
    halves = any(name.startswith("weight/") and each.dtype == np.float16 for name, each in tensors.items())
    for index in range(_members_in(tensors)):
        for name, shape in weight_shapes(fields.spec).items():
            shapes[f"weight/{index}/{name}"] = ("F16" if halves else "F32", shape)
    if fields.scores is not None:
        models, metrics = len(fields.scores.models), len(fields.scores.metrics)
        scored, steps = _length(tensors, "scores/ids/ends"), _length(tensors, "scores/forecasts_by_step")
        shapes |= {
            "scores/overall": ("F64", (models, metrics)),
            "scores/by_series": ("F64", (models, scored, metrics)),
            "scores/by_step": ("F64", (models, steps, metrics)),
            "scores/forecasts_by_series": ("I64", (scored,)),
            "scores/forecasts_by_step": ("I64", (steps,)),
            "scores/ids": ("U8", (_length(tensors, "scores/ids"),)),
            "scores/ids/ends": ("I64", (scored,)),
        }
    return shapes


def _length(tensors: Tensors, name: str) -> int:
    if name not in tensors:
        raise ValueError(f'it lacks tensor "{name}"')
    return len(tensors[name])


def _check_frequency(frequency: Frequency) -> None:
    zone = abs(frequency.offset_seconds or 0)
    bounded = 1 <= frequency.count <= _MAX_COUNT and zone <= 86_400
    _require(bounded, "its frequency")


def _require(holds: bool | np.bool_, part: str) -> None:
    if not holds:
        raise ValueError(f"{part} cannot be right")
