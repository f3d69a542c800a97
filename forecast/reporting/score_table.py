"""Scores as a person reads them: a combination, its members with their weights under it, the baselines."""

import numpy as np

from forecast.data.results import ResultTable, Scores


def score_table(scores: Scores) -> ResultTable:
    """The columns model, weight, mae, mase and skill; members are indented, weights are percent.

    The other metrics are in the other formats. Scores of classes are shown whole.
    """
    table = scores.to_table()
    weights = table.pop("weight", None)
    if weights is None:
        return table
    names = table.pop("model")
    member = ~np.isnan(scores.weights) & (np.arange(len(names)) > 0)
    indented = [f" {name}" if below else name for name, below in zip(names, member, strict=True)]
    percent = [
        f"{100 * weight:.0f} %" if below else "" for weight, below in zip(scores.weights, member, strict=True)
    ]
    return {
        "model": np.array(indented, dtype=object),
        "weight": np.array(percent, dtype=object),
        **{name: table[name] for name in ("mae", "mase", "skill") if name in table},
    }
