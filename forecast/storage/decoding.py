"""From the fields and tensors of a file to a forecaster.

A `ValueError` where they contradict each other or are out of range.
"""

from dataclasses import asdict, replace
from itertools import pairwise

import numpy as np

from forecast.data import pattern
from forecast.data.arrays import LARGEST, Floats, Integers
from forecast.data.cards import ModelCard
from forecast.data.covariates import Covariates
from forecast.data.evaluation import KeptBacktests, KeptClasses
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.data.results import Scores
from forecast.forecasters.combination import PRETRAINED, Combination
from forecast.forecasters.intervals import Spread
from forecast.forecasters.methods import METHODS
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.recurrent import Network
from forecast.forecasters.weights import Weights, weight_shapes
from forecast.spec.limits import MAX_HORIZON, MAX_MEMBERS, MAX_PERIODS, MAX_WINDOW
from forecast.spec.model import CELLS, ModelSpec
from forecast.spec.reading import Columns, ReadSpec
from forecast.storage.layout import Layout, ModelFields, ScoresFields, tensor_layout
from forecast.storage.tensorfile import DTYPES, DType, Tensors

_DATES = (-62_135_596_800, 253_402_300_799)
"""Seconds of the first and last moment of the years 1 to 9999."""

_INTEGER_TIMES = (-(2**53), 2**53)
"""First and last of the years and steps that are plain integers."""

_MAX_COUNT = 1_000_000
"""Units in one step: more would carry a forecast beyond the years that can be written."""

_MAX_WEIGHT = 1e6
"""No trained weight has come near 100; beyond this, products of float32 could overflow."""

_MAX_SIZE = 1e6
"""Mean error in units of the seasonal change: larger ones are not stored."""


def decode(fields: ModelFields, tensors: Tensors) -> RecurrentForecaster:
    """The forecaster of a file; tensors must be exactly those of its layout."""
    _require(1 <= fields.horizon <= MAX_HORIZON, "its horizon")
    classes = fields.spec.target.classes
    _require(classes == tuple(sorted(set(classes))), "its classes")
    _check_combination(fields)
    counts = [_members_of(number, tensors) for number in range(len(fields.networks))]
    _check_tensors(tensors, tensor_layout(fields, counts))
    _check_frequency(fields.frequency)
    read = _read_of(fields)
    networks = tuple(
        (each.name, Network(each.spec, _members(number, each.spec, counts[number][0], tensors)))
        for number, each in enumerate(fields.networks)
    )
    return RecurrentForecaster(
        spec=fields.spec,
        combination=Combination(networks, fields.methods, fields.periods),
        weights=_weights(tensors),
        spread=_spread(tensors, fields.correlation),
        horizon=fields.horizon,
        bounds=fields.bounds,
        read=read,
        frequency=fields.frequency,
        tail=_tail(fields, tensors, read.columns),
        card=_card(fields, tensors),
    )


def _check_combination(fields: ModelFields) -> None:
    """Refuse members that cannot forecast together."""
    names = [*(each.name for each in fields.networks), *fields.methods]
    valid = len(fields.networks) <= 2 and all(each.name in (*CELLS, PRETRAINED) for each in fields.networks)
    valid &= all(name in METHODS for name in fields.methods) and len(set(names)) == len(names) > 0
    for each in fields.networks:
        # One's own network is described twice.
        valid &= each.name == PRETRAINED or (each.name == each.spec.network.cell and each.spec == fields.spec)
        valid &= each.spec.target == fields.spec.target and each.spec.season == fields.spec.season
        valid &= not each.spec.covariates or each.spec.covariates == fields.spec.covariates
    valid &= not fields.spec.target.classes or (len(fields.networks) == 1 and not fields.methods)
    _require(valid, "its members")
    periods = fields.periods or ()
    _require(len(periods) <= MAX_PERIODS and all(1 < each <= MAX_WINDOW for each in periods), "its seasons")


def _members_of(number: int, tensors: Tensors) -> tuple[int, DType]:
    """How many networks are averaged in one of a combination, and the type of their weights."""
    mine = [name for name in tensors if name.startswith(f"network{number}/")]
    members = len({name.split("/")[1] for name in mine})
    _require(1 <= members <= MAX_MEMBERS, "its number of networks")
    return members, "F16" if any(tensors[name].dtype == np.float16 for name in mine) else "F32"


def _weights(tensors: Tensors) -> Floats:
    weights = tensors["combination/weights"].view(np.float64)
    series = len(tensors["tail/ids/ends"])
    _require(len(weights) in (0, series + 1), "its weights")
    _require(((weights >= 0) & (weights <= 1)).all(), "its weights")
    _require(np.abs(weights.sum(axis=1) - 1).max(initial=0.0) < 1e-6, "its weights")
    return weights


def _spread(tensors: Tensors, correlation: float | None) -> Spread:
    sizes, units = tensors["spread/sizes"].view(np.float64), tensors["spread/units"].view(np.float64)
    weights, (series, steps) = tensors["combination/weights"], sizes.shape
    _require(((sizes >= 0) & (sizes <= _MAX_SIZE)).all(), "its intervals")
    _require(not ((units < 0) | (units > LARGEST)).any(), "its intervals")
    # Weights that follow from the past of a series come with intervals that do.
    _require(
        series == len(weights) and 1 <= steps <= MAX_HORIZON if len(weights) else steps == 0, "its intervals"
    )
    _require(correlation is None or 0 <= correlation <= 1, "its intervals")
    return Spread(sizes, units, None if correlation is None else np.full(series, correlation))


def _check_tensors(tensors: Tensors, layout: Layout) -> None:
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


def _unpacked(name: str, tensors: Tensors) -> tuple[str, ...]:
    """The texts whose bytes are in the tensor of this name."""
    raw, ends = tensors[name].tobytes(), [0, *tensors[f"{name}/ends"].tolist()]
    _require(ends[-1] == len(raw) and ends == sorted(ends), f'"{name}"')
    return tuple(raw[start:end].decode() for start, end in pairwise(ends))


def _check_frequency(frequency: Frequency) -> None:
    zone = abs(frequency.offset_seconds or 0)
    _require(1 <= frequency.count <= _MAX_COUNT and zone <= 86_400, "its frequency")
    if offsets := frequency.offsets:
        length = pattern.LENGTHS.get(frequency.unit, 0)
        is_pattern = 2 <= len(offsets) <= pattern.MAX_OFFSETS and offsets[0] >= 0 and offsets[-1] < length
        rises = all(earlier < later for earlier, later in pairwise(offsets))
        _require(is_pattern and rises and frequency.count == 1, "its frequency")
        _require(frequency.form != "integer", "its frequency")


def _read_of(fields: ModelFields) -> ReadSpec:
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


def _members(number: int, spec: ModelSpec, count: int, tensors: Tensors) -> tuple[Weights, ...]:
    members: list[Weights] = []
    for index in range(count):
        weights: Weights = {}
        for name in weight_shapes(spec):
            key = f"network{number}/{index}/{name}"
            weights[name] = tensors[key].astype(np.float32)
            if not (np.abs(weights[name]) <= _MAX_WEIGHT).all():  # false for NaN as well
                raise ValueError(f'tensor "{key}" has values that are not valid weights')
        members.append(weights)
    return tuple(members)


def _tail(fields: ModelFields, tensors: Tensors, columns: Columns) -> Panel:
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


def _card(fields: ModelFields, tensors: Tensors) -> ModelCard:
    """The card with what is stored in tensors."""
    scores = None if fields.scores is None else _scores(fields.scores, tensors)
    level = fields.backtests_level
    if losses := fields.card.losses:
        epochs = len(losses.training)
        _require(epochs == len(losses.validation) and losses.best_epoch >= 0, "its losses")
        _require(all(0 <= loss < np.inf for loss in (*losses.training, *losses.validation)), "its losses")
    return replace(
        fields.card,
        scores=scores,
        backtests=None if level is None else _backtests(level, tensors),
        class_backtests=_class_backtests(tensors) if fields.class_backtests else None,
    )


def _backtests(level: float, tensors: Tensors) -> KeptBacktests:
    values, lower, upper, covered = (
        tensors[f"backtests/{name}"].view(np.float64) for name in ("values", "lower", "upper", "covered")
    )
    rows_back, counts = (tensors[f"backtests/{name}"].view(np.int64) for name in ("rows_back", "counts"))
    series, steps = len(tensors["tail/ids/ends"]), values.shape[2]
    _require(0 < level < 100 and 1 <= len(values) <= series and 1 <= steps <= MAX_HORIZON, "its backtests")
    _require((rows_back >= 0).all() and (counts >= 0).all(), "its backtests")
    _require(not any((np.abs(part) > LARGEST).any() for part in (values, lower, upper)), "its backtests")
    _require(not ((covered < 0) | (covered > 100)).any(), "its backtests")
    return KeptBacktests(rows_back, values, lower, upper, level, covered, counts)


def _class_backtests(tensors: Tensors) -> KeptClasses:
    probabilities, actual = (
        tensors[f"class_backtests/{name}"].view(np.float32).astype(np.float64)
        for name in ("probabilities", "actual")
    )
    series, rows, classes = probabilities.shape
    known = len(tensors["tail/ids/ends"])
    _require(1 <= series <= known and rows >= 1 and classes >= 2, "its backtests")
    _require(not ((probabilities < 0) | (probabilities > 1)).any(), "its backtests")
    _require(np.isin(actual[~np.isnan(actual)], np.arange(classes)).all(), "its backtests")
    return KeptClasses(probabilities, actual)


def _scores(fields: ScoresFields, tensors: Tensors) -> Scores:
    return Scores(
        **asdict(fields),
        weights=tensors["scores/weights"].view(np.float64),
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
