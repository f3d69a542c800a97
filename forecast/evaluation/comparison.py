"""Two models on the same folds: scores, interval scores, coverage, and a paired verdict."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from forecast.data.arrays import Floats
from forecast.data.comparison import Basis, Comparison, PairVerdict, no_numbers
from forecast.data.panel import Panel
from forecast.data.results import Forecast, Scores
from forecast.evaluation import metrics
from forecast.evaluation.backtest import Fold
from forecast.evaluation.scoring import deciding_metric, improvement, score
from forecast.evaluation.verdict import (
    LEAST_BLOCKS,
    error_differences,
    outcome_of,
    percent,
    root_mean_squares,
    sample,
)

_UNFAIR = "not a fair test: rows that were trained on"


def comparison_of(
    forecasts: dict[str, list[Forecast]],
    folds: Sequence[Fold],
    panel: Panel,
    basis: Basis,
    *,
    squared: bool = False,
) -> Comparison:
    """The comparison of two models.

    `folds` hold the forecasts of the baselines. `forecasts` are those of the models at each fold, for the
    series that are scored there, with intervals of one level. For `squared` see `verdict_of`.
    """
    together = [
        replace(
            fold,
            forecasts={
                **{name: _everywhere(each[index].values, fold) for name, each in forecasts.items()},
                **fold.forecasts,
            },
        )
        for index, fold in enumerate(folds)
    ]
    scores = score(together, panel)
    count, level = len(scores.models), next(iter(forecasts.values()))[0].levels[0]
    interval_scores, coverages = no_numbers(count), no_numbers(count)
    actual = np.stack([fold.actual for fold in folds])
    for row, each in enumerate(forecasts.values()):
        pairs = list(zip(each, folds, strict=True))
        lower = np.stack([_everywhere(forecast.lower[0], fold) for forecast, fold in pairs])
        upper = np.stack([_everywhere(forecast.upper[0], fold) for forecast, fold in pairs])
        by_series = metrics.interval_score(actual, lower, upper, level, axis=(0, 2))
        interval_scores[row] = metrics.mean(by_series)
        coverages[row] = metrics.coverage(actual, lower, upper)
    verdict = _verdict(scores, together, fair=basis != "seen rows", squared=squared)
    return Comparison(scores, interval_scores, coverages, level, verdict, basis)


def comparison_of_stored(names: Sequence[str], scores: Scores, coverages: Floats, level: float) -> Comparison:
    """The comparison of scores whose forecasts are not known; `scores` has the models first."""
    unknown = no_numbers(len(scores.models) - len(names))
    better, better_by = _better(scores)
    text = f"unclear: {_ahead(scores, better, better_by)}, without a test: single forecasts are not stored"
    verdict = PairVerdict("unclear", f"{text} ({_size(scores)})", better, better_by, fair=True)
    return Comparison(
        scores, no_numbers(len(scores.models)), np.append(coverages, unknown), level, verdict, "stored"
    )


def _everywhere(values: Floats, fold: Fold) -> Floats:
    """(series, horizon) the values, (scored series, horizon), with NaN for other series."""
    every = np.full(fold.actual.shape, np.nan)
    every[fold.scored] = values
    return every


def _better(scores: Scores, squares: Floats | None = None) -> tuple[str | None, float]:
    """The model of the first two with the smaller error, and by how much; None where they are equal.

    `squares` are their root mean square errors where these decide.
    """
    errors = scores.overall[:2, scores.metrics.index(deciding_metric(len(scores.ids)))]
    if squares is not None:
        errors = squares
    if np.isnan(errors).all():
        errors = scores.overall[:2, scores.metrics.index("mae")]
    if errors[0] == errors[1]:
        return None, 0.0
    best = int(np.nanargmin(errors))
    return scores.models[best], float(improvement(errors[best], errors[1 - best]))


def _ahead(scores: Scores, better: str | None, better_by: float) -> str:
    if better is None:
        return f"{scores.models[0]} and {scores.models[1]} are equally good"
    (other,) = (name for name in scores.models[:2] if name != better)
    return f"{better} is {percent(better_by)} better than {other}"


def _verdict(scores: Scores, folds: Sequence[Fold], *, fair: bool, squared: bool) -> PairVerdict:
    """A paired t-test of the errors of the first two models, by series and origin; see `verdict_of`."""
    metric = deciding_metric(len(scores.ids))
    squares = root_mean_squares(folds, scores.models[:2], metric=metric) if squared else None
    better, better_by = _better(scores, squares)
    remark = "" if fair else f"; {_UNFAIR}"
    if better is None:
        text = f"equal: {_ahead(scores, better, better_by)} ({_size(scores)}){remark}"
        return PairVerdict("equal", text, None, 0.0, fair)
    (other,) = (name for name in scores.models[:2] if name != better)
    differences = error_differences(folds, better, other, metric=metric, squared=squared)
    clear = outcome_of(better_by, differences) == "useful"
    chance = "which may be chance" if len(differences) >= LEAST_BLOCKS else "too few backtests to tell"
    text = _ahead(scores, better, better_by) if clear else f"{_ahead(scores, better, better_by)}, {chance}"
    outcome: Literal["better", "unclear"] = "better" if clear else "unclear"
    size = ("root mean square errors; " if squared else "") + sample(scores, len(differences), better_by)
    return PairVerdict(outcome, f"{outcome}: {text} ({size}){remark}", better, better_by, fair)


def _size(scores: Scores) -> str:
    return sample(scores, 0, 0.0)
