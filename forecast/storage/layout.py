"""The one table of what a model file holds: its fields, and type and shape of its tensors."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from forecast.data.cards import ModelCard
from forecast.data.frequency import Frequency
from forecast.forecasters.weights import weight_shapes
from forecast.spec.model import Bounds, ModelSpec
from forecast.spec.reading import ReadSpec
from forecast.storage.tensorfile import DType

Shape = tuple[int | str, ...]
"""A word is a length that the file is free to choose, the same wherever the word appears."""

Layout = dict[str, tuple[DType, Shape]]
"""Name of a tensor -> its type and shape."""


@dataclass(frozen=True, slots=True)
class ScoresFields:
    """The fields of `Scores` that are no arrays."""

    models: tuple[str, ...]
    metrics: tuple[str, ...]
    series_column: str | None
    backtests: int
    forecasts: int


@dataclass(frozen=True, slots=True)
class NetworkFields:
    """A network of a combination; how many are averaged follows from their tensors."""

    name: str
    spec: ModelSpec


@dataclass(frozen=True, slots=True)
class ModelFields:
    """Everything in a model that is no array; the scores are apart from the card because they hold arrays.

    Each fact is stored once: target and covariates of `read` are those of `spec` (`_read_of`).
    """

    spec: ModelSpec
    networks: tuple[NetworkFields, ...]
    methods: tuple[str, ...]
    periods: tuple[float, ...] | None
    horizon: int
    bounds: Bounds
    read: ReadSpec
    frequency: Frequency
    card: ModelCard
    scores: ScoresFields | None
    correlation: float | None = None
    """Mean correlation of the errors of two steps; None for the usual one."""
    backtests_level: float | None = None
    """Level of the intervals of the backtests that are kept; None where none are."""
    class_backtests: bool = False
    """Whether those of classes are kept."""


def tensor_layout(fields: ModelFields, networks: Sequence[tuple[int, DType]]) -> Layout:
    """Type and shape of every tensor of a model with these fields.

    `networks` are the number of averaged networks, and the type of their weights, of each of
    `fields.networks`.
    """
    spec, scores = fields.spec, fields.scores
    layout: Layout = {
        "tail/times": ("I64", ("rows",)),
        "tail/values": ("F64", ("rows",)),
        "tail/observed": ("U8", ("rows",)),
        "tail/bounds": ("I64", ("bounds",)),
        "tail/ids": ("U8", ("bytes of ids",)),
        "tail/ids/ends": ("I64", ("series",)),
        "combination/weights": ("F64", ("weighted series", len(fields.networks) + len(fields.methods))),
        "spread/sizes": ("F64", ("series with errors", "steps")),
        "spread/units": ("F64", ("series with errors",)),
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
            "scores/weights": ("F64", (models,)),
            "scores/overall": ("F64", (models, metrics)),
            "scores/by_series": ("F64", (models, "scored series", metrics)),
            "scores/by_step": ("F64", (models, "scored steps", metrics)),
            "scores/forecasts_by_series": ("I64", ("scored series",)),
            "scores/forecasts_by_step": ("I64", ("scored steps",)),
            "scores/ids": ("U8", ("bytes of scored ids",)),
            "scores/ids/ends": ("I64", ("scored series",)),
        }
    layout |= _backtests(fields)
    for number, (network, (members, weight_type)) in enumerate(zip(fields.networks, networks, strict=True)):
        for index in range(members):
            for name, shape in weight_shapes(network.spec).items():
                layout[f"network{number}/{index}/{name}"] = (weight_type, shape)
    return layout


def _backtests(fields: ModelFields) -> Layout:
    """The tensors of the backtests that are kept, if any are."""
    layout: Layout = {}
    if fields.backtests_level is not None:
        shape: Shape = ("kept series", "kept backtests", "kept steps")
        layout |= {f"backtests/{name}": ("F64", shape) for name in ("values", "lower", "upper")}
        layout |= {
            "backtests/rows_back": ("I64", ("kept series", "kept backtests")),
            "backtests/covered": ("F64", ("kept steps",)),
            "backtests/counts": ("I64", ("kept steps",)),
        }
    if fields.class_backtests:
        layout |= {
            "class_backtests/probabilities": (
                "F32",
                ("kept series", "kept rows", len(fields.spec.target.classes)),
            ),
            "class_backtests/actual": ("F32", ("kept series", "kept rows")),
        }
    return layout
