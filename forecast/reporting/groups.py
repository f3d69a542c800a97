"""The models of groups: a row for each, and the objects of JSON documents."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast.data.results import ResultTable, Scores
from forecast.forecasters.model import RecurrentForecaster
from forecast.reporting.facts import card_facts, model_facts, score_rows

if TYPE_CHECKING:
    from forecast.output.writing import Json


def group_table(column: str, models: Mapping[str, RecurrentForecaster]) -> ResultTable:
    """A row for each group: its size, the score of its model, its coverage and verdict.

    Columns: the name of the column, series, rows, model, mase, coverage, verdict.
    """
    cards = [model.card for model in models.values()]
    name = column if column not in _COLUMNS else "group"
    covered = [np.nan if card.coverage is None else card.coverage.achieved for card in cards]
    verdicts = ["" if card.verdict is None else card.verdict.outcome for card in cards]
    return {
        name: np.array(list(models), dtype=object),
        "series": np.array([card.series for card in cards]),
        "rows": np.array([card.rows for card in cards]),
        "model": np.array([model.name for model in models.values()], dtype=object),
        "mase": np.array([_mase(card.scores) for card in cards]),
        "coverage": np.array(covered),
        "verdict": np.array(verdicts, dtype=object),
    }


_COLUMNS = ("series", "rows", "model", "mase", "coverage", "verdict")


def _mase(scores: Scores | None) -> float:
    if scores is None or "mase" not in scores.metrics:
        return np.nan
    return float(scores.overall[0, scores.metrics.index("mase")])


def group_facts(path: Path, column: str, models: Mapping[str, RecurrentForecaster]) -> "dict[str, Json]":
    """The file, the column, and for each group what a document says of one model."""
    groups: list[Json] = [
        {
            "value": value,
            "model": model_facts(model, path),
            **card_facts(model.card),
            "scores": score_rows(model.card.scores),
        }
        for value, model in models.items()
    ]
    return {"per": column, "groups": groups}
