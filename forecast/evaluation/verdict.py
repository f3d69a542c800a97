"""Is the network worth using? The verdict on its scores, with the size of the sample it rests on."""

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
"""Blocks (forecasts of one series from one origin) below which a sample is called small."""

_LEAST_FOR_NOISE = 3
"""Fewer differences have no useful standard error."""

_LEAST_FOR_ECHO = 10
"""Fewer pairs of changes correlate by chance."""

_NEARER = 0.5
"""A forecast less than half as far from the last value as from the actual value is an echo. The best
possible forecast is that close only where under a fifth of the variance of the next change can
be forecast: R / sqrt(1 - R^2) < 1/2."""

_FLAT = 0.05
"""Spread, in units of the history's mean change, below which a series counts as constant."""

_PHRASES = {
    "last value": "repeating the last value",
    "seasonal naive": "repeating the last season",
    "mean": "the mean",
    "theta": "the Theta method",
    "ridge": "ridge regression",
}


@dataclass(frozen=True, slots=True)
class OneStepForecasts:
    """One-step forecasts from consecutive origins, the newest last: an echo shows in them."""

    forecast: Floats
    """(origins, series)"""
    last: Floats
    """(origins, series) the last value before each origin."""
    actual: Floats
    """(origins, series) the actual value; NaN where it is unknown."""

    @classmethod
    def concatenated(cls, parts: Sequence["OneStepForecasts"]) -> "OneStepForecasts":
        """One after the other; a part may also be of one origin, (series,)."""
        return cls(
            forecast=np.vstack([part.forecast for part in parts]),
            last=np.vstack([part.last for part in parts]),
            actual=np.vstack([part.actual for part in parts]),
        )


def verdict_of(scores: Scores, folds: Sequence[Fold], one_step: OneStepForecasts | None = None) -> Verdict:
    """The verdict on `scores.models[0]` against the best of the other models; there must be one.

    Without `one_step` no echo is found.
    """
    metric = deciding_metric(scores.ids)
    errors = scores.overall[:, scores.metrics.index(metric)]
    if np.isnan(errors).all():  # every series of the panel is constant: none has a scale
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
    message = (
        _message(outcome, better_by, phrase)
        if np.isfinite(errors[best])
        else "the errors are too large to compare"
    )
    return Verdict(
        outcome=outcome,
        text=f"{outcome}: {message} ({sample(scores, len(differences))}){_remark(echo=echo, flat=flat)}",
        skill=float(scores.overall[0, scores.metrics.index("skill")]),
        best_baseline=scores.models[best],
        better_by=better_by,
        echo=echo,
        flat=flat,
    )


def _differences(folds: Sequence[Fold], model: str, other: str, *, metric: Literal["mae", "mase"]) -> Floats:
    """(blocks,) mean error of `model` minus that of `other`, for every series and origin.

    Errors of the steps of one forecast are correlated: they count as one block.
    """
    blocks = []
    for fold in folds:
        with np.errstate(over="ignore", invalid="ignore"):
            error, reference = (np.abs(fold.actual - fold.forecasts[name]) for name in (model, other))
            blocks.append(mean(error - reference, axis=1) / (fold.scales if metric == "mase" else 1.0))
    differences = np.concatenate(blocks)
    return differences[np.isfinite(differences)]


def outcome_of(better_by: float, differences: Floats) -> Outcome:
    """Better or worse by more than one standard error of the differences, (blocks,), if there are enough."""
    if not abs(better_by) > 0:
        return "no better"
    count = len(differences)
    sizes = differences / (np.abs(differences).max(initial=0.0) or 1.0)  # their squares stay numbers
    centre = mean(sizes)
    noise = sizes.std(ddof=1) / np.sqrt(count) if count >= _LEAST_FOR_NOISE else 0.0
    if abs(centre) <= noise or (centre < 0) != (better_by > 0):
        return "unclear"
    return "useful" if better_by > 0 else "no better"


def _message(outcome: Outcome, better_by: float, baseline: str) -> str:
    if np.isnan(better_by):
        return f"{baseline} makes no error"
    if better_by == 0:
        return f"{baseline} is as good"
    # The share of the larger error by which the smaller one is smaller.
    percent = _percent(better_by if better_by > 0 else 1 - 1 / (1 - better_by))
    if outcome == "useful":
        return f"{percent} better than {baseline}"
    if outcome == "no better":
        return f"{baseline} is {percent} better; forecast with that"
    ahead = f"{percent} better than {baseline}" if better_by > 0 else f"{baseline} is {percent} better"
    return f"{ahead}, which may be chance"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 else "less than 1 %"


def sample(scores: Scores, blocks: int) -> str:
    """The size of a sample of so many `blocks`: "3 backtests, 12 forecasts: small sample"."""
    backtests = f"{scores.backtests} backtest{'s' if scores.backtests != 1 else ''}"
    forecasts = f"{scores.forecasts} forecast{'s' if scores.forecasts != 1 else ''}"
    return f"{backtests}, {forecasts}{': small sample' if blocks < SMALL_SAMPLE else ''}"


def _remark(*, echo: bool, flat: bool) -> str:
    if flat:
        return "; the network's forecasts hardly vary"
    return "; the network's forecasts stay close to the last value" if echo else ""


def echoes(one_step: OneStepForecasts, scales: Floats) -> bool:
    """Whether one-step forecasts repeat the last value rather than forecast the next.

    They do when they correlate with the last change more than with the next, and are
    much closer to the last value than to the actual one. Levels would not show it:
    on a trend or a random walk every forecast correlates with the actual values.
    `scales`, (series,), make the series of a panel comparable.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        forecast, last, actual = (
            each / scales for each in (one_step.forecast, one_step.last, one_step.actual)
        )
        changes = np.stack([np.diff(forecast, axis=0), np.diff(last, axis=0), (actual - last)[1:]])
        changes = changes.reshape(3, -1)
        change, before, after = changes[:, np.isfinite(changes).all(axis=0)]
        follows = _correlation(change, before) > max(_correlation(change, after), 0.0)
        near = mean(np.abs(forecast - last)) < _NEARER * mean(np.abs(forecast - actual))
    return bool(follows and near and len(change) >= _LEAST_FOR_ECHO)


def _correlation(first: Floats, second: Floats) -> float:
    """Pearson's correlation; 0 where one of the two is constant, or squares overflow."""
    first, second = first - mean(first), second - mean(second)
    size = np.sqrt((first**2).sum()) * np.sqrt((second**2).sum())
    return float((first * second).sum() / size) if 0 < size < np.inf else 0.0


def is_flat(folds: Sequence[Fold], model: str) -> bool:
    """Whether forecasts hardly vary, over horizon and origins, where the series does."""
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
