"""How good probabilities were: each one told is a row here, with what came."""

from dataclasses import dataclass

import numpy as np

from forecast.data.arrays import Floats, Integers
from forecast.data.results import Scores, Verdict
from forecast.evaluation.backtest import improvement
from forecast.evaluation.verdict import outcome_of, sample
from forecast.spec.reading import Target

CLASS_METRICS = ("log_loss", "brier", "accuracy", "skill")

_LEAST = float(np.finfo(np.float64).eps)
"""The smallest probability, as scikit-learn has it: a class that came against it costs 36, not infinity."""

_FLAT = 0.01
"""Standard deviation of probabilities under which they hardly move."""


@dataclass(frozen=True, slots=True)
class ClassPredictions:
    """Probabilities from one origin or about one series, and what came."""

    came: Integers
    """(rows,) the class that came."""
    series: Integers
    """(rows,) the series it is of."""
    step: Integers
    """(rows,) rows ahead, from 0."""
    block: Integers
    """(rows,) rows that err together count as one in the verdict."""
    probabilities: dict[str, Floats]
    """Name of a forecaster -> (rows, classes) how likely it called each class."""

    @classmethod
    def joined(cls, parts: "list[ClassPredictions]") -> "ClassPredictions":
        """One behind the other."""
        came, series, step, block = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("came", "series", "step", "block")
        )
        names = parts[0].probabilities
        probabilities = {name: np.concatenate([part.probabilities[name] for part in parts]) for name in names}
        return cls(came, series, step, block, probabilities)


def log_loss(came: Integers, probabilities: Floats) -> Floats:
    """(rows,) minus the logarithm of the probability of what came, in nats."""
    told = np.take_along_axis(probabilities, came[:, None], axis=1)[:, 0]
    return -np.log(np.maximum(told, _LEAST))


def brier(came: Integers, probabilities: Floats) -> Floats:
    """(rows,) squared distance of the probabilities from what came, summed over classes (Brier 1950).

    Of two classes it is half of that: (probability - event)^2, as most people know it.
    """
    there = np.zeros_like(probabilities)
    np.put_along_axis(there, came[:, None], 1.0, axis=1)
    distance = np.asarray(((probabilities - there) ** 2).sum(axis=1))
    return distance / 2 if probabilities.shape[1] == 2 else distance


def accuracy(came: Integers, probabilities: Floats) -> Floats:
    """(rows,) 1 where the likeliest class came."""
    return np.where(probabilities.argmax(axis=1) == came, 1.0, 0.0)


def score_classes(
    told: ClassPredictions, ids: tuple[str, ...], series_column: str | None, *, backtests: int
) -> Scores:
    """Means of the metrics for each forecaster, in all and by series and step; the first one is judged.

    Skill is 1 - log loss / log loss of the base rates.
    """
    measured = np.stack(
        [_measures(told.came, probabilities) for probabilities in told.probabilities.values()]
    )
    reference = list(told.probabilities).index("base rates")
    steps = int(told.step.max()) + 1
    return Scores(
        models=tuple(told.probabilities),
        metrics=CLASS_METRICS,
        overall=_with_skill(measured.mean(axis=1), reference),
        by_series=_with_skill(_means(measured, told.series, len(ids)), reference),
        by_step=_with_skill(_means(measured, told.step, steps), reference),
        ids=ids,
        series_column=series_column,
        backtests=backtests,
        forecasts=len(told.came),
        forecasts_by_series=np.bincount(told.series, minlength=len(ids)),
        forecasts_by_step=np.bincount(told.step, minlength=steps),
    )


def _measures(came: Integers, probabilities: Floats) -> Floats:
    """(rows, 3)"""
    return np.stack(
        [log_loss(came, probabilities), brier(came, probabilities), accuracy(came, probabilities)], axis=1
    )


def _means(measured: Floats, part: Integers, parts: int) -> Floats:
    """(models, parts, metrics) means of (models, rows, metrics) over the rows of each part; NaN for none."""
    counts = np.bincount(part, minlength=parts)
    total = np.zeros((len(measured), parts, measured.shape[2]))
    for model, rows in zip(total, measured, strict=True):
        np.add.at(model, part, rows)
    return np.where(counts[:, None] > 0, total / np.maximum(counts, 1)[:, None], np.nan)


def _with_skill(measured: Floats, reference: int) -> Floats:
    losses = measured[..., 0]
    skill = improvement(losses, losses[reference][None])
    return np.concatenate([measured, skill[..., None]], axis=-1)


def judge_classes(scores: Scores, told: ClassPredictions, target: Target) -> Verdict:
    """The verdict on the first forecaster against the best of the others, by log loss."""
    losses = scores.overall[:, 0]
    best = 1 + int(np.argmin(losses[1:]))
    first, other = (log_loss(told.came, told.probabilities[scores.models[place]]) for place in (0, best))
    blocks = _means((first - other)[None, :, None], told.block, int(told.block.max()) + 1)[0, :, 0]
    better_by = float(improvement(losses[0], losses[best]))
    blocks = blocks[~np.isnan(blocks)]
    outcome = outcome_of(better_by, blocks)
    ours = told.probabilities[scores.models[0]]
    flat = bool(ours.std(axis=0).max() < _FLAT)
    return Verdict(
        outcome=outcome,
        text=f"{outcome}: {_said(scores, best, target)} ({sample(scores, len(blocks))})"
        f"{'; its probabilities hardly move' if flat else ''}",
        skill=float(scores.overall[0, -1]),
        best_baseline=scores.models[best],
        better_by=better_by,
        echo=False,
        flat=flat,
    )


def _said(scores: Scores, best: int, target: Target) -> str:
    """Words like "log loss 0.520 against 0.580 of base rates, right in 74 % against 68 %"."""
    ours, other = scores.overall[0], scores.overall[best]
    if target.is_event:
        told = f"Brier score {ours[1]:.3f} against {other[1]:.3f}"
    else:
        told = f"right in {100 * ours[2]:.0f} % against {100 * other[2]:.0f} %"
    return f"log loss {ours[0]:.3f} against {other[0]:.3f} of {scores.models[best]}, {told}"
