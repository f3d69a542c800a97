"""Is a model worth using? The verdict on its scores: a paired t-test against the best baseline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecast.data.arrays import Floats, Integers
from forecast.data.results import Scores, Verdict
from forecast.evaluation.backtest import Fold
from forecast.evaluation.metrics import mean
from forecast.evaluation.scoring import deciding_metric, improvement
from forecast.evaluation.sums import Differences, LongSum
from forecast.forecasters.baselines import BASELINES
from forecast.phrases import counted

Outcome = Literal["useful", "unclear", "no better"]

SMALL_SAMPLE = 30
"""Blocks (forecasts of one series from one origin) below which a sample is called small."""

LEAST_BLOCKS = 3
"""Blocks under which no difference of errors can be distinguished from chance."""

TEST = "paired t-test, 95 %"
"""How the difference to the best baseline is tested, in the words of the verdict."""

_NORMAL = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution: a two-sided test at 95 %."""

_LEAST_FOR_ECHO = 10
"""Fewer pairs of changes correlate by chance."""

_NEARER = 0.5
"""A forecast less than half as far from the last value as from the actual value is an echo. The best
possible forecast is that close only where under a fifth of the variance of the next change can
be forecast: R / sqrt(1 - R^2) < 1/2."""

_FLAT = 0.05
"""Spread, in units of the history's mean change, below which a series counts as constant."""

_UNITS: tuple[Literal["mae", "mase"], ...] = ("mae", "mase")
"""In which errors of blocks are added: those of the data, and those of each series."""

_PHRASES = {
    "naive": "repeating the last value",
    "seasonal-naive": "repeating the last season",
    "mean": "the mean",
    "theta": "the Theta method",
    "ridge": "ridge regression",
    "pooled-ridge": "ridge regression on all series",
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


@dataclass(frozen=True, slots=True)
class BlockSums:
    """What a verdict rests on, of a part of a panel; the sum of parts is that of the panel."""

    models: tuple[str, ...]
    """`models[0]` is the one that is judged."""
    squares: LongSum
    """(models, units) squared errors of the blocks; the units are those of "mae" and of "mase"."""
    differences: Differences
    """(models, units, powers) errors of the judged model less those of each, absolute and squared."""
    spreads: Integers
    """(2, 2) series whose forecasts, and whose actual values, hardly vary; and those of a known spread."""
    series: int

    @classmethod
    def of(cls, folds: Sequence[Fold], models: tuple[str, ...]) -> "BlockSums":
        """The sums over all blocks of some folds, of models that are in every one."""
        errors = np.array(
            [
                [
                    [block_errors(folds, name, metric=unit, squared=power) for power in (False, True)]
                    for unit in _UNITS
                ]
                for name in models
            ]
        )  # (models, units, powers, blocks)
        with np.errstate(invalid="ignore"):
            differences = Differences.of(np.moveaxis(errors[0] - errors, -1, 0))
        squares = LongSum.of(errors[:, :, 1], axis=-1)
        return cls(models, squares, differences, _spreads(folds, models[0]), len(folds[0].rows))

    def __add__(self, other: "BlockSums") -> "BlockSums":
        """The sum of two parts, of the models that both have."""
        models = tuple(name for name in self.models if name in other.models)
        first, second = ([each.models.index(name) for name in models] for each in (self, other))
        return BlockSums(
            models,
            self.squares[first] + other.squares[second],
            self.differences[first] + other.differences[second],
            self.spreads + other.spreads,
            self.series + other.series,
        )

    @property
    def is_flat(self) -> bool:
        """Whether forecasts hardly vary in most series, over horizon and origins, and most series do."""
        (flat, known), (still, there) = self.spreads.tolist()
        return bool(2 * flat > known and there > 0 and 2 * still <= there)


def verdict_of(
    scores: Scores,
    folds: Sequence[Fold],
    one_step: OneStepForecasts | None = None,
    *,
    members: Sequence[str] = (),
    squared: bool = False,
) -> Verdict:
    """The verdict on `scores.models[0]` against the best baseline; there must be one.

    Baselines are all other models, save those `members` of a combination that are none of `BASELINES`.
    Without `one_step` no echo is found. With `squared` the root mean square errors decide, as they do for
    forecasts that are means: of intermittent demand the smallest absolute error is that of 0.
    """
    echo = one_step is not None and echoes(one_step, _newest_scales(folds))
    return verdict_from(
        scores, BlockSums.of(folds, scores.models), echo=echo, members=members, squared=squared
    )


def verdict_from(
    scores: Scores,
    blocks: BlockSums,
    *,
    echo: bool = False,
    members: Sequence[str] = (),
    squared: bool = False,
) -> Verdict:
    """The verdict of scores and of sums over the same folds; see `verdict_of`."""
    metric = deciding_metric(blocks.series)
    errors = scores.overall[:, scores.metrics.index(metric)]
    if np.isnan(errors).all():  # every series of the panel is constant: none has a scale
        metric = "mae"
        errors = scores.overall[:, scores.metrics.index(metric)]
    if squared:
        errors = np.sqrt(blocks.squares.mean[:, _UNITS.index(metric)])
    compared = [
        index
        for index, name in enumerate(scores.models)
        if index > 0 and (name in BASELINES or name not in members)
    ]
    best = compared[int(np.argmin(np.nan_to_num(errors[compared], nan=np.inf)))]
    differences = blocks.differences[best, _UNITS.index(metric), int(squared)]
    better_by = float(improvement(errors[0], errors[best]))
    outcome = outcome_of(better_by, differences)
    flat = blocks.is_flat
    phrase = _PHRASES.get(scores.models[best], scores.models[best])
    message = (
        _message(outcome, better_by, phrase, len(differences))
        if np.isfinite(errors[best])
        else "the errors are too large to compare"
    )
    compares = "root mean square errors; " if squared else ""
    remark = _remark(echo=echo, flat=flat and not squared)
    return Verdict(
        outcome=outcome,
        text=f"{outcome}: {message} ({compares}{sample(scores, len(differences), better_by)}){remark}",
        skill=float(scores.overall[0, scores.metrics.index("skill")]),
        best_baseline=scores.models[best],
        better_by=better_by,
        echo=echo,
        flat=flat,
    )


def error_differences(
    folds: Sequence[Fold],
    model: str,
    other: str,
    *,
    metric: Literal["mae", "mase"],
    squared: bool = False,
) -> Differences:
    """Mean errors of `model` minus those of `other`, for every series and origin.

    With `squared` of squared errors. Errors of the steps of one forecast are correlated: they count as one
    block.
    """
    ours, theirs = (block_errors(folds, name, metric=metric, squared=squared) for name in (model, other))
    with np.errstate(invalid="ignore"):
        return Differences.of(ours - theirs)


def root_mean_squares(
    folds: Sequence[Fold], models: Sequence[str], *, metric: Literal["mae", "mase"]
) -> Floats:
    """(models,) root mean square errors over all blocks; with "mase" in units of each series."""
    sizes = [block_errors(folds, name, metric=metric, squared=True) for name in models]
    return np.asarray(np.sqrt(LongSum.of(np.array(sizes), axis=1).mean))


def block_errors(
    folds: Sequence[Fold], model: str, *, metric: Literal["mae", "mase"], squared: bool
) -> Floats:
    """(blocks,) mean absolute or squared error of a model, for every series and origin.

    Errors of the steps of one forecast are correlated: they count as one block.
    """
    blocks = []
    for fold in folds:
        scale = fold.scales[:, None] if metric == "mase" else 1.0
        with np.errstate(over="ignore", invalid="ignore"):
            error = np.abs(fold.actual - fold.forecasts[model]) / scale
            blocks.append(mean(error**2 if squared else error, axis=1))
    return np.concatenate(blocks)


def outcome_of(better_by: float, differences: Differences) -> Outcome:
    """Better or worse where a paired t-test finds the differences significant at 95 %.

    With fewer than three blocks it is unclear, save where one of the two makes no error at all.
    """
    if not abs(better_by) > 0:
        return "no better"
    if better_by == 1 and len(differences):
        return "useful"
    if len(differences) < LEAST_BLOCKS:
        return "unclear"
    (centre, deviation), count = differences.mean_and_deviation, len(differences)
    margin = critical_t(count - 1) * deviation / np.sqrt(count)
    if abs(centre) <= margin or (centre < 0) != (better_by > 0):
        return "unclear"
    return "useful" if better_by > 0 else "no better"


def critical_t(freedom: int) -> float:
    """The 97.5 % quantile of Student's t with `freedom` degrees of freedom, of which there are at least 2.

    The expansion 26.7.5 of Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964): 0.8 % too
    small with 2 degrees of freedom, less than 0.1 % with 4 or more.
    """
    z, n = _NORMAL, float(freedom)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / n**power for power, term in enumerate(terms, start=1))


def _message(outcome: Outcome, better_by: float, baseline: str, blocks: int) -> str:
    if np.isnan(better_by):
        return f"{baseline} makes no error"
    if better_by == 0:
        return f"{baseline} is as good"
    # The share of the larger error by which the smaller one is smaller.
    share = percent(better_by if better_by > 0 else 1 - 1 / (1 - better_by))
    ahead = f"{share} better than {baseline}" if better_by > 0 else f"{baseline} is {share} better"
    if outcome != "unclear":
        return ahead
    return f"{ahead}, {'which may be chance' if blocks >= LEAST_BLOCKS else 'too few backtests to tell'}"


def percent(share: float) -> str:
    """Such as "12 %"."""
    return f"{100 * share:.0f} %" if share >= 0.01 else "less than 1 %"


def sample(scores: Scores, blocks: int, better_by: float) -> str:
    """How it was tested, and the size of the sample: "paired t-test, 95 %; 3 backtests, 12 forecasts"."""
    tested = f"{TEST}; " if blocks >= LEAST_BLOCKS and abs(better_by) > 0 and better_by != 1 else ""
    small = ": small sample" if blocks < SMALL_SAMPLE else ""
    return f"{tested}{counted(scores.backtests, 'backtest')}, {counted(scores.forecasts, 'forecast')}{small}"


def _remark(*, echo: bool, flat: bool) -> str:
    if flat:
        return "; its forecasts hardly vary"
    return "; its forecasts stay close to the last value" if echo else ""


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
    """Whether forecasts hardly vary, over horizon and origins, where most series do."""
    return bool(folds) and BlockSums.of(folds, (model,)).is_flat


def _spreads(folds: Sequence[Fold], model: str) -> Integers:
    """See `BlockSums.spreads`."""
    unit, counts = _newest_scales(folds), []
    for parts in ([fold.forecasts[model] for fold in folds], [fold.actual for fold in folds]):
        spread = _spread(parts) / unit
        counts.append([(spread < _FLAT).sum(), (~np.isnan(spread)).sum()])
    return np.array(counts, dtype=np.int64)


def _newest_scales(folds: Sequence[Fold]) -> Floats:
    """(series,) the scale of each series at the newest origin at which it has one."""
    scales = folds[0].scales
    for fold in folds[1:]:
        scales = np.where(np.isnan(fold.scales), scales, fold.scales)
    return scales


def _spread(parts: Sequence[Floats]) -> Floats:
    """(series,) standard deviation of all numbers of a series; NaN where there are fewer than two."""
    numbers = np.concatenate(parts, axis=1)
    with np.errstate(over="ignore"):
        spread = np.sqrt(mean((numbers - mean(numbers, axis=1)[:, None]) ** 2, axis=1))
    return np.where((~np.isnan(numbers)).sum(axis=1) > 1, spread, np.nan)
