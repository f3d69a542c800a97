"""The rows of one series as columns of a table: time, value or class, and texts that are read."""

import numpy as np

from forecast.data import results, written
from forecast.data.panel import Panel
from forecast.data.results import ResultTable


def row_columns(panel: Panel, *, most: int | None = None) -> ResultTable:
    """The columns of the one series of `panel`, oldest row first.

    A value is that of the data. Of a class there is its name, and `most` covariates beside it, or all; where
    the label is of the whole series, there are only these.
    """
    kind, columns = panel.target.kind, panel.columns
    table: ResultTable = {}
    if kind != "label":
        table[results.time_name(columns, [columns.target or ""])] = written.times_column(
            panel.times, panel.frequency
        )
    target = columns.target or "value"
    if kind == "value":
        table[target] = written.numbers_column(panel.values)
        return table
    if kind == "class":
        classes = panel.target.classes
        table[target] = np.array([classes[int(value)] for value in panel.values], dtype=object)
    covariates = panel.covariates
    if covariates is None:
        return table
    first = len(table)
    rows = np.arange(len(panel.values))
    parts = [*covariates.past.T, *(column[rows] for column in covariates.known.T)]
    vocabularies = covariates.vocabularies[: len(parts)]
    names = (*columns.past, *columns.known)
    for name, column, vocabulary in zip(names, parts, vocabularies, strict=False):
        if most is None or len(table) - first < most:
            table[name] = (
                written.texts_column(column, vocabulary) if vocabulary else written.numbers_column(column)
            )
    return table
