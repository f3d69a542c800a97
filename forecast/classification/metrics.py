"""Scores of class probabilities. Each prediction is a row, with its actual class."""

from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Floats, Integers
from forecast.data.results import Scores, Verdict
from forecast.evaluation.scoring import improvement
from forecast.evaluation.sums import Differences
from forecast.evaluation.verdict import outcome_of, sample
from forecast.spec.reading import Target

CLASS_METRICS = ("log_loss", "brier", "accuracy", "skill")

_MIN_PROBABILITY = float(np.finfo(np.float64).eps)
"""The smallest probability, as in scikit-learn: an actual class of probability 0 costs 36, not infinity."""

_FLAT = 0.01
"""Standard deviation of probabilities under which they hardly vary."""


@dataclass(frozen=True, slots=True)
class ClassPredictions:
    """Predicted probabilities and actual classes."""

    actual: Integers
    """(rows,) the actual class."""
    series: Integers
    """(rows,) its series."""
    step: Integers
    """(rows,) steps after the origin, from 0."""
    block: Integers
    """(rows,) rows with correlated errors are one block, and count as one in the verdict."""
    row: Integers
    """(rows,) which row of its series it is of; of a label, the row after all."""
    probabilities: dict[str, Floats]
    """Name of a forecaster -> (rows, classes) its probabilities."""

    @classmethod
    def concatenated(cls, parts: "list[ClassPredictions]") -> "ClassPredictions":
        """Those of several parts, one after another."""
        actual, series, step, block, row = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("actual", "series", "step", "block", "row")
        )
        names = parts[0].probabilities
        probabilities = {name: np.concatenate([part.probabilities[name] for part in parts]) for name in names}
        return cls(actual, series, step, block, row, probabilities)


def log_loss(actual: Integers, probabilities: Floats) -> Floats:
    """(rows,) minus the logarithm of the probability of the actual class, in nats."""
    predicted = np.take_along_axis(probabilities, actual[:, None], axis=1)[:, 0]
    return -np.log(np.maximum(predicted, _MIN_PROBABILITY))


def brier(actual: Integers, probabilities: Floats) -> Floats:
    """(rows,) squared distance of the probabilities from the actual class, summed over classes (Brier 1950).

    For two classes half of that: the usual (probability - event)^2.
    """
    one_hot = np.zeros_like(probabilities)
    np.put_along_axis(one_hot, actual[:, None], 1.0, axis=1)
    distance = np.asarray(((probabilities - one_hot) ** 2).sum(axis=1))
    return distance / 2 if probabilities.shape[1] == 2 else distance


def accuracy(actual: Integers, probabilities: Floats) -> Floats:
    """(rows,) 1 where the likeliest class is the actual one."""
    return np.where(probabilities.argmax(axis=1) == actual, 1.0, 0.0)


def score_classes(
    predictions: ClassPredictions, ids: tuple[str, ...], series_column: str | None, *, backtests: int
) -> Scores:
    """Mean metrics of each forecaster, overall, by series and by step.

    Skill is 1 - log loss / log loss of the base rates.
    """
    measured = np.stack(
        [_metrics(predictions.actual, probabilities) for probabilities in predictions.probabilities.values()]
    )
    reference = list(predictions.probabilities).index("base rates")
    steps = int(predictions.step.max()) + 1
    return Scores(
        models=tuple(predictions.probabilities),
        metrics=CLASS_METRICS,
        overall=_with_skill(measured.mean(axis=1), reference),
        by_series=_with_skill(_means(measured, predictions.series, len(ids)), reference),
        by_step=_with_skill(_means(measured, predictions.step, steps), reference),
        ids=ids,
        series_column=series_column,
        backtests=backtests,
        forecasts=len(predictions.actual),
        weights=np.full(len(predictions.probabilities), np.nan),
        forecasts_by_series=np.bincount(predictions.series, minlength=len(ids)),
        forecasts_by_step=np.bincount(predictions.step, minlength=steps),
    )


def _metrics(actual: Integers, probabilities: Floats) -> Floats:
    """(rows, 3) log loss, Brier score and accuracy."""
    return np.stack(
        [log_loss(actual, probabilities), brier(actual, probabilities), accuracy(actual, probabilities)],
        axis=1,
    )


def _means(measured: Floats, part: Integers, parts: int) -> Floats:
    """(models, parts, metrics) means of (models, rows, metrics) over the rows of each part; NaN for none."""
    counts = np.bincount(part, minlength=parts)
    total = np.zeros((len(measured), parts, measured.shape[2]))
    for model, rows in zip(total, measured, strict=True):
        np.add.at(model, part, rows)
    return np.where(counts[:, None] > 0, total / np.maximum(counts, 1)[:, None], np.nan)


def _with_skill(measured: Floats, reference: int) -> Floats:
    """Means of metrics, (models, ..., metrics), with the skill against model `reference` added."""
    losses = measured[..., 0]
    skill = improvement(losses, losses[reference][None])
    return np.concatenate([measured, skill[..., None]], axis=-1)


def verdict_of_classes(scores: Scores, predictions: ClassPredictions, target: Target) -> Verdict:
    """The verdict on the first forecaster against the best of the others, by log loss."""
    losses = scores.overall[:, 0]
    best = 1 + int(np.argmin(losses[1:]))
    ours, theirs = (
        log_loss(predictions.actual, predictions.probabilities[scores.models[index]]) for index in (0, best)
    )
    differences = (ours - theirs)[None, :, None]
    blocks = _means(differences, predictions.block, int(predictions.block.max()) + 1)[0, :, 0]
    sums = Differences.of(blocks)
    better_by = float(improvement(losses[0], losses[best]))
    outcome = outcome_of(better_by, sums)
    flat = bool(predictions.probabilities[scores.models[0]].std(axis=0).max() < _FLAT)
    return Verdict(
        outcome=outcome,
        text=f"{outcome}: {_comparison(scores, best, target)} ({sample(scores, len(sums), better_by)})"
        f"{'; its probabilities hardly vary' if flat else ''}",
        skill=float(scores.overall[0, -1]),
        best_baseline=scores.models[best],
        better_by=better_by,
        echo=False,
        flat=flat,
    )


def _comparison(scores: Scores, best: int, target: Target) -> str:
    """Such as: "log loss 0.520 against 0.580 of base rates, accuracy 74 % against 68 %"."""
    ours, other = scores.overall[0], scores.overall[best]
    if target.is_event:
        second = f"Brier score {ours[1]:.3f} against {other[1]:.3f}"
    else:
        second = f"accuracy {100 * ours[2]:.0f} % against {100 * other[2]:.0f} %"
    return f"log loss {ours[0]:.3f} against {other[0]:.3f} of {scores.models[best]}, {second}"
