"""A model, its scores and its verdict for a program: the objects of JSON documents, see docs/json.md."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, cast

from forecast.data.cards import ModelCard
from forecast.data.results import Coverage, Scores, Verdict
from forecast.forecasters.model import RecurrentForecaster
from forecast.phrases import JOINER
from forecast.spec.reading import ReadSpec

if TYPE_CHECKING:
    from forecast.output.writing import Json


def model_facts(model: RecurrentForecaster, path: Path | None) -> "dict[str, Json]":
    """What a model is and what it was trained on; no path is a model without a file."""
    card, spec = model.card, model.spec
    shares = model.mean_weights
    return {
        "path": None if path is None else str(path),
        "target": {"kind": spec.target.kind, "classes": list(spec.target.classes)},
        "columns": _columns(model.read),
        "horizon": model.horizon,
        "season": spec.season,
        "members": [
            {"name": name, "weight": None if shares is None else shares[index]}
            for index, name in enumerate(model.combination.members)
        ],
        "network": _network(model),
        "training": {
            "start": card.origin,
            "epochs": card.epochs,
            "seed": card.training.seed,
            "workers": card.training.workers,
            "rounds": card.rounds,
        },
        "values": {
            "integer": model.bounds.whole,
            "statistic": model.bounds.statistic,
            "minimum": model.bounds.minimum,
            "maximum": model.bounds.maximum,
        },
        "data": {
            "source": card.source,
            "rows": card.rows,
            "series": card.series,
            "first_time": card.first_time,
            "last_time": card.last_time,
            "frequency": model.frequency.adjective,
            "sha256": card.data_sha256,
            "sample": None if card.sampled is None else str(card.sampled),
        },
        "versions": dict(card.versions),
    }


def _columns(read: ReadSpec) -> "dict[str, Json]":
    columns = read.columns
    return {
        "target": list(read.targets) if read.wide else columns.target,
        "time": _one_or_several(columns.time),
        "id": _one_or_several(columns.series),
        "season": columns.season,
        "past": list(columns.past),
        "known": list(columns.known),
        "static": list(columns.static),
    }


def _one_or_several(name: str | None) -> "Json":
    """The name of a column, or a list of those that are read as one."""
    return [*name.split(JOINER)] if name is not None and JOINER in name else name


def _network(model: RecurrentForecaster) -> "Json":
    """The first network: one's own, where there is one."""
    if not model.combination.networks:
        return None
    network = model.network
    spec = network.spec
    return {
        "cell": spec.network.cell,
        "units": list(spec.network.units),
        "dropout": spec.network.dropout,
        "window": spec.windows.window,
        "horizon": spec.trained_horizon,
        "networks": len(network.members),
        "weights": sum(weight.size for each in network.members for weight in each.values()),
    }


def score_rows(scores: Scores | None) -> "Json":
    """One object for each row of the table of scores; None without scores."""
    if scores is None:
        return None
    table = {name: column.tolist() for name, column in scores.to_table().items()}
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def evaluation_facts(
    scores: Scores | None, verdict: Verdict | None, coverage: Coverage | None
) -> "dict[str, Json]":
    """The size of the sample, the verdict and the coverage of the intervals."""
    return {
        "backtests": None if scores is None else scores.backtests,
        "forecasts": None if scores is None else scores.forecasts,
        "verdict": None if verdict is None else cast("Json", asdict(verdict)),
        "coverage": None if coverage is None else cast("Json", asdict(coverage)),
    }


def card_facts(card: ModelCard) -> "dict[str, Json]":
    """The facts of the evaluation that a model was given when it was trained."""
    return evaluation_facts(card.scores, card.verdict, card.coverage)
