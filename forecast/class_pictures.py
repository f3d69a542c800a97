"""Pictures of classes: their probabilities in the next rows, of whole series, and in backtests."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from forecast.classification.classifier import Classifier
from forecast.data.arrays import Floats, Times
from forecast.data.evaluation import KeptClasses
from forecast.data.panel import Panel
from forecast.data.results import Probabilities
from forecast.drawing.chart import Chart, Picture
from forecast.drawing.charts import picture_of_series, titled
from forecast.drawing.class_charts import (
    classes_backtest_chart,
    classes_chart,
    classes_shown,
    known_classes,
)
from forecast.drawing.shares import few, likeliest
from forecast.drawing.ticks import Counter
from forecast.errors import UsageError
from forecast.events import Listener, Note
from forecast.forecasters.model import RecurrentForecaster
from forecast.phrases import shown
from forecast.tasks.classes import ClassTask
from forecast.tasks.task import EvaluationRequest

_LABEL_ROWS = 256
"""Rows of a series with one label that are drawn: the newest ones."""


def classes_picture(
    found: Probabilities, *, title: str = "", rows: int | None = None, most: int | None = None
) -> Picture:
    """The probabilities of classes, one above the other, after the classes of the history that they keep."""
    panel = found.history
    assert panel is not None
    series = range(len(panel))[:most]
    past = [known_classes(panel[index], len(found.target.classes)) for index in series]
    kept = likeliest(np.concatenate([*past, *found.probabilities[: len(past)]]))

    def chart(index: int, name: str, shown_rows: int) -> Chart:
        return classes_chart(panel[index], found, index, panel, title=name, rows=shown_rows, kept=kept)

    usual = partial(classes_shown, found.times.shape[1])
    return picture_of_series(panel, chart, series, usual, rows=rows, title=title)


def labels_picture(model: RecurrentForecaster, panel: Panel, *, title: str, rows: int | None) -> Picture:
    """The probability of each label after each row that was read, with the likeliest one of each series."""
    if not len(panel):
        raise UsageError("a label belongs to a series, and none is given", hint="forecast plot DATA")
    classifier, names = Classifier(model.network), model.spec.target.classes
    most, series = rows or _LABEL_ROWS, range(len(panel))
    found = [classifier.after_each_row(panel.select([index]), most) for index in series]
    kept, charts = likeliest(np.concatenate(found)), []
    for each, shares in zip(panel, found, strict=True):
        best = int(shares[-1].argmax())
        text = f"{shown(each.id)}: {names[best]} {100 * shares[-1, best]:.0f} %"
        if each.observed[0]:
            text += f", actual {names[int(each.values[0])]}"
        x = len(each.values) - len(shares) + 1 + np.arange(float(len(shares)))
        charts.append(Chart(text, (), Counter(), shares=few(names, x, shares, kept=kept)))
    return Picture(titled(title, f"{shown(panel.columns.target or '')} after each row"), tuple(charts))


@dataclass(frozen=True, slots=True)
class Kept:
    """Probabilities of backtests, and the series that they are of."""

    classes: KeptClasses
    ids: tuple[str, ...]
    last: Times
    """(series,) the time of the newest row of each."""
    horizon: int


def kept_backtests(
    model: RecurrentForecaster, newer: Panel | None, asked: EvaluationRequest, listener: Listener
) -> Kept:
    """What a model gave each row one step before: of `newer` data, or else of the backtests of its training.

    Raises `UsageError` where the model keeps none, and for options that mean nothing for classes.
    """
    if asked != EvaluationRequest():
        raise UsageError(
            "backtests of classes are those of the training, or every new row",
            hint="leave out --backtests and --horizon",
        )
    if newer is not None and ClassTask().has_unseen(model, newer):
        found = ClassTask().kept_unseen(model, newer, asked)
        if found is not None:
            return Kept(found, newer.ids, newer.last_times, model.horizon)
    found = model.card.class_backtests
    if found is None:
        raise UsageError(
            "the model keeps no backtests of classes", hint="forecast train DATA makes one that does"
        )
    listener(Note("backtests", "those of the training, which the model keeps"))
    return Kept(found, model.tail.ids, model.tail.last_times, model.horizon)


def class_backtest_picture(
    kept: Kept, panel: Panel, chosen: Sequence[int], *, title: str, rows: int | None
) -> Picture:
    """The probabilities of each row one step before, and the classes that came, of the `chosen` series."""
    places = {id: index for index, id in enumerate(kept.ids[: len(kept.classes.actual)])}
    some = [index for index in chosen if panel.ids[index] in places]
    if not some:
        raise UsageError(
            "the model keeps no backtest of these series", hint=f'--series "{shown(kept.ids[0])}"'
        )
    found = {index: _one(kept, places[panel.ids[index]], panel) for index in some}
    order = likeliest(np.concatenate([ahead for _, ahead, _ in found.values()]))

    def chart(index: int, name: str, shown_rows: int) -> Chart:
        return classes_backtest_chart(
            panel[index], *found[index], panel, title=name, rows=shown_rows, kept=order
        )

    usual = partial(classes_shown, kept.horizon)
    return picture_of_series(panel, chart, some, usual, rows=rows, title=title, words=", one step ahead")


def _one(kept: Kept, index: int, panel: Panel) -> tuple[Times, Floats, Floats]:
    """Times, probabilities and classes of one series, from the first row that has some on."""
    ahead, came = kept.classes.probabilities[index], kept.classes.actual[index]
    first = int(np.isfinite(ahead).all(axis=1).argmax())
    steps = np.arange(first - len(came) + 1, 1)
    return panel.frequency.shift(kept.last[index : index + 1], steps), ahead[first:], came[first:]
