"""Is the network worth using? An answer that knows the size of its sample."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast.data.arrays import Floats
from forecast.data.results import Scores, Verdict
from forecast.evaluation.backtest import Fold, deciding_metric, improvement
from forecast.evaluation.metrics import mean

Outcome = Literal["useful", "unclear", "no better"]

SMALL_SAMPLE = 30
"""Forecasts of a series from an origin, below which a sample is called small."""

_LEAST_FOR_NOISE = 3
"""Fewer differences than these have no standard error worth the name."""

_LEAST_FOR_ECHO = 10
"""Fewer pairs of changes than these correlate by chance."""

_NEARER = 0.5
"""A forecast less than half as far from the last value as from the truth echoes. The best
possible forecast comes that near only where under a fifth of the variance of the next
change can be foreseen: R / sqrt(1 - R^2) < 1/2."""

_FLAT = 0.05
"""Spread, in units of the history's mean change, below which a series stands still."""

_PHRASES = {
    "last value": "repeating the last value",
    "seasonal naive": "repeating the last season",
    "mean": "the mean",
    "theta": "the Theta method",
    "ridge": "ridge regression",
}


@dataclass(frozen=True, slots=True)
class OneStepForecasts:
    """Forecasts one step ahead from consecutive origins, the newest last: they show an echo."""

    forecast: Floats
    """(origins, series)"""
    last: Floats
    """(origins, series) the value that stood at each origin."""
    actual: Floats
    """(origins, series) the value that came; NaN where none did."""

    @classmethod
    def joined(cls, parts: Sequence["OneStepForecasts"]) -> "OneStepForecasts":
        """One after the other; a part may also be of one origin alone, (series,)."""
        return cls(
            forecast=np.vstack([part.forecast for part in parts]),
            last=np.vstack([part.last for part in parts]),
            actual=np.vstack([part.actual for part in parts]),
        )


def judge(scores: Scores, folds: Sequence[Fold], one_step: OneStepForecasts | None = None) -> Verdict:
    """The verdict on `scores.models[0]` against the best of the other models; there must be one.

    Without `one_step` no echo is found.
    """
    metric = deciding_metric(scores.ids)
    errors = scores.overall[:, scores.metrics.index(metric)]
    if np.isnan(errors).all():  # no series of the panel ever moved: they have no scale
        metric = "mae"
        errors = scores.overall[:, scores.metrics.index(metric)]
    model = scores.models[0]
    best = 1 + int(np.argmin(np.nan_to_num(errors[1:], nan=np.inf)))
    differences = _differences(folds, model, scores.models[best], metric=metric)
    better_by = float(improvement(errors[0], errors[best]))
    outcome = outcome_of(better_by, differences)
    echo = one_step is not None and echoes(one_step, folds[-1].scales)
    flat = is_flat(folds, model)
    phrase = _PHRASES.get(scores.models[best], scores.models[best])
    said = (
        _said(outcome, better_by, phrase)
        if np.isfinite(errors[best])
        else "the errors are too large to compare"
    )
    return Verdict(
        outcome=outcome,
        text=f"{outcome}: {said} ({sample(scores, len(differences))}){_remark(echo=echo, flat=flat)}",
        skill=float(scores.overall[0, scores.metrics.index("skill")]),
        best_baseline=scores.models[best],
        better_by=better_by,
        echo=echo,
        flat=flat,
    )


def _differences(folds: Sequence[Fold], model: str, other: str, *, metric: Literal["mae", "mase"]) -> Floats:
    """(blocks,) mean error of `model` less that of `other`, for every series and origin.

    The steps of one forecast err together: they count as one.
    """
    blocks = []
    for fold in folds:
        with np.errstate(over="ignore", invalid="ignore"):
            error, reference = (np.abs(fold.actual - fold.forecasts[name]) for name in (model, other))
            blocks.append(mean(error - reference, axis=1) / (fold.scales if metric == "mase" else 1.0))
    together = np.concatenate(blocks)
    return together[np.isfinite(together)]


def outcome_of(better_by: float, differences: Floats) -> Outcome:
    """Better or worse by more than one standard error of the differences; too few of them have no say."""
    if not abs(better_by) > 0:
        return "no better"
    count = len(differences)
    sizes = differences / (np.abs(differences).max(initial=0.0) or 1.0)  # their squares stay numbers
    centre = mean(sizes)
    noise = sizes.std(ddof=1) / np.sqrt(count) if count >= _LEAST_FOR_NOISE else 0.0
    if abs(centre) <= noise or (centre < 0) != (better_by > 0):
        return "unclear"
    return "useful" if better_by > 0 else "no better"


def _said(outcome: Outcome, better_by: float, baseline: str) -> str:
    if np.isnan(better_by):
        return f"{baseline} makes no error"
    if better_by == 0:
        return f"{baseline} is as good"
    # The share of the worse one's error that the better one spares.
    spared = _percent(better_by if better_by > 0 else 1 - 1 / (1 - better_by))
    if outcome == "useful":
        return f"{spared} better than {baseline}"
    if outcome == "no better":
        return f"{baseline} is {spared} better; forecast with that"
    ahead = f"{spared} better than {baseline}" if better_by > 0 else f"{baseline} is {spared} better"
    return f"{ahead}, which may be chance"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 else "less than 1 %"


def sample(scores: Scores, blocks: int) -> str:
    """Words like "3 backtests, 12 forecasts: small sample", which count as so many `blocks`."""
    backtests = f"{scores.backtests} backtest{'s' if scores.backtests != 1 else ''}"
    forecasts = f"{scores.forecasts} forecast{'s' if scores.forecasts != 1 else ''}"
    return f"{backtests}, {forecasts}{': small sample' if blocks < SMALL_SAMPLE else ''}"


def _remark(*, echo: bool, flat: bool) -> str:
    if flat:
        return "; its forecasts hardly move"
    return "; its forecasts mostly repeat the last value" if echo else ""


def echoes(one_step: OneStepForecasts, scales: Floats) -> bool:
    """Whether forecasts one step ahead repeat the last value rather than foresee the next.

    They do when they follow the change that was more than the change to come, and
    stay much nearer to the last value than they come to the truth. Levels would not
    tell: on a trend or a random walk every forecast correlates with the truth.
    `scales`, (series,), make the series of a panel comparable.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        said, last, came = one_step.forecast / scales, one_step.last / scales, one_step.actual / scales
        changes = np.stack([np.diff(said, axis=0), np.diff(last, axis=0), (came - last)[1:]]).reshape(3, -1)
        forecast, before, after = changes[:, np.isfinite(changes).all(axis=0)]
        follows = _correlation(forecast, before) > max(_correlation(forecast, after), 0.0)
        near = mean(np.abs(said - last)) < _NEARER * mean(np.abs(said - came))
    return bool(follows and near and len(forecast) >= _LEAST_FOR_ECHO)


def _correlation(first: Floats, second: Floats) -> float:
    """Pearson's; 0 where one of the two stands still, and where squares are too large for numbers."""
    first, second = first - mean(first), second - mean(second)
    size = np.sqrt((first**2).sum()) * np.sqrt((second**2).sum())
    return float((first * second).sum() / size) if 0 < size < np.inf else 0.0


def is_flat(folds: Sequence[Fold], model: str) -> bool:
    """Whether forecasts hardly move, over horizon and origins, where the series does."""
    if not folds:
        return False
    unit = folds[-1].scales
    moves = [
        np.median(spread[~np.isnan(spread)])
        for spread in (
            _spread([fold.forecasts[model] for fold in folds]) / unit,
            _spread([fold.actual for fold in folds]) / unit,
        )
        if not np.isnan(spread).all()
    ]
    return len(moves) == 2 and bool(moves[0] < _FLAT <= moves[1])


def _spread(parts: Sequence[Floats]) -> Floats:
    """(series,) standard deviation of all numbers of a series; NaN where there are fewer than two."""
    numbers = np.concatenate(parts, axis=1)
    with np.errstate(over="ignore"):
        spread = np.sqrt(mean((numbers - mean(numbers, axis=1)[:, None]) ** 2, axis=1))
    return np.where((~np.isnan(numbers)).sum(axis=1) > 1, spread, np.nan)
