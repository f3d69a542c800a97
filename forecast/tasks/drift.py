"""One-step forecasts of a model for new rows, tested for a drift."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from forecast.classification.classifier import Classifier
from forecast.data.arrays import Flags, Floats, Integers, bounds_of
from forecast.data.drift import DriftReport, Outcome
from forecast.data.panel import Panel
from forecast.errors import DataError, UsageError
from forecast.evaluation.drift import (
    LEAST_ROWS,
    Tested,
    coverage_test,
    holm,
    level_test,
    memory_of,
    standstill_test,
    sum_test,
)
from forecast.forecasters.intervals import DEVIATION, quantiles
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.preparation import ROWS_READ

LEVEL = 80.0
"""Level of the intervals, in percent."""

REFERENCE_ROWS = 40
"""Newest rows that the model knows of which one-step errors are a reference."""

MOST_ROWS = 500
"""Newest new rows of a series that are tested."""

MOST_FORECASTS = 40_000
"""Approximate maximum of forecasts: of many series fewer rows are tested."""

PRIOR_ROWS = 30.0
"""Rows that the nominal coverage of the intervals counts as."""

KNOWN_ROWS = 30.0
"""Rows from which the coverage of one series is known: its intervals rest on a few backtests. Chosen so that
false alarms are no more than asked for, see docs/drift.md."""

_BATCH_ROWS = 400_000

_TESTS = ("coverage", "level", "standstill")


@dataclass(frozen=True, slots=True)
class _OneStep:
    """One-step forecasts of consecutive rows of one series."""

    errors: Floats
    """(rows,) actual value less forecast; NaN where a row was filled in."""
    half: Floats
    """(rows,) half-widths of the intervals."""
    missed: Flags
    """(rows,) whether the actual value is outside of its interval."""


def drift_of(model: RecurrentForecaster, panel: Panel, alpha: float) -> DriftReport:
    """The tests of the rows of a panel that the model was not trained on; it also holds the rows before.

    Raises `DataError` where no series has enough new rows, `UsageError` for labels.
    """
    if model.spec.target.kind == "label":
        raise UsageError(
            "a label belongs to a whole series, of which no row is forecast", hint="leave it out"
        )
    known = model.rows_trained_on(panel)
    known = np.where(
        known > 0, known, np.minimum(panel.lengths, REFERENCE_ROWS)
    )  # a new series: its first rows
    most = int(np.clip(MOST_FORECASTS // max(len(panel), 1), LEAST_ROWS, MOST_ROWS))
    new = np.minimum(panel.lengths - known, most)
    counts = _observed(panel, new)
    tested = np.flatnonzero(counts >= LEAST_ROWS)
    if not len(tested):
        raise DataError(
            f"{int(counts.max(initial=0))} new rows are too few: {LEAST_ROWS} of a series after those that "
            "the model knows are needed",
            hint="give more rows, after " + model.card.last_time,
        )
    results = (_classes if model.spec.target.classes else _values)(model, panel, tested, new)
    return _report(panel, tested, new, results, alpha)


def _observed(panel: Panel, new: Integers) -> Integers:
    """(series,) how many of its `new` last rows were not filled in."""
    sums = np.concatenate([[0], np.cumsum(panel.observed)])
    ends = panel.bounds[1:]
    return np.asarray(sums[ends] - sums[ends - np.maximum(new, 0)])


@dataclass(frozen=True, slots=True)
class _Result:
    """What the tests of one series gave."""

    coverage: Tested
    level: Tested
    standstill: Tested
    covered: float
    expected: float
    errors: Floats
    """(new rows,)"""
    kept: Integers
    """Which of the new rows were observed, and are tested."""


def _values(model: RecurrentForecaster, panel: Panel, tested: Integers, new: Integers) -> list[_Result]:
    """The tests of numbers: what is expected follows from backtests and the newest rows the model knows."""
    before = panel.lengths[tested] - new[tested]
    reference = np.clip(before - 1, 0, REFERENCE_ROWS)
    found = _one_step(model, panel, tested, before - reference, reference + new[tested])
    results = []
    for index, one, count in zip(tested.tolist(), found, reference.tolist(), strict=True):
        here = slice(panel.bounds[index], panel.bounds[index + 1])
        values = np.where(panel.observed[here], panel.values[here], np.nan)
        results.append(_tests_of(model, one, count, np.split(values, [len(values) - new[index]])))
    return results


def _tests_of(model: RecurrentForecaster, one: _OneStep, reference: int, values: Sequence[Floats]) -> _Result:
    """The tests of one series, of which the first `reference` rows are older ones.

    `values` are those of all older rows, and the new ones; NaN where a row was filled in.
    """
    observed = ~np.isnan(one.errors) & ~np.isnan(one.half)
    earlier, kept = np.flatnonzero(observed[:reference]), np.flatnonzero(observed[reference:])
    errors, half = one.errors[reference:], one.half[reference:]
    rows, misses = PRIOR_ROWS, PRIOR_ROWS * (1 - LEVEL / 100)
    backtests = model.card.coverage
    if backtests is not None and backtests.errors:
        counted = min(backtests.errors, PRIOR_ROWS)  # those of a panel are of all its series
        rows, misses = rows + counted, misses + counted * (1 - backtests.achieved / 100)
    rows, misses = rows + len(earlier), misses + int(one.missed[earlier].sum())
    expected = float(np.clip(misses / rows, 1 - LEVEL / 100, 0.5))
    if len(kept) < LEAST_ROWS:
        nothing = Tested(np.nan, 0)
        return _Result(nothing, nothing, nothing, np.nan, 100 * (1 - expected), errors, kept)
    # Half-widths are quantiles of the mean error; errors that are larger than that in known rows stay so.
    typical = half / float(quantiles((LEVEL,))[0])
    old = one.half[earlier].sum() / float(quantiles((LEVEL,))[0])
    larger = max(1.0, float(np.abs(one.errors[earlier]).sum() / old)) if old > 0 else 1.0
    sizes, older = DEVIATION * larger * typical, one.half[earlier]
    memory = memory_of(one.errors[earlier], older)
    return _Result(
        coverage_test(one.missed[reference:][kept], expected, known_from=KNOWN_ROWS),
        level_test(errors[kept], sizes[kept], memory=memory),
        standstill_test(values[1][kept], values[0][~np.isnan(values[0])]),
        100 * float(1 - one.missed[reference:][kept].mean()),
        100 * (1 - expected),
        errors,
        kept,
    )


def _one_step(
    model: RecurrentForecaster, panel: Panel, tested: Integers, first: Integers, count: Integers
) -> list[_OneStep]:
    """Forecasts of `count` rows of each tested series from its row `first` on, each from the rows before."""
    bounds = bounds_of(count)
    series = np.repeat(tested, count)
    rows = np.repeat(first, count) + np.arange(bounds[-1]) - np.repeat(bounds[:-1], count)
    actual = panel.values[panel.bounds[series] + rows]
    observed = panel.observed[panel.bounds[series] + rows]
    errors, half, missed = np.empty(len(rows)), np.empty(len(rows)), np.zeros(len(rows), dtype=bool)
    long = max(int(np.minimum(rows, ROWS_READ).max(initial=1)), 1)
    for some in np.array_split(np.arange(len(rows)), -(-len(rows) * long // _BATCH_ROWS)):
        history = panel.select(series[some]).first(rows[some]).tail(ROWS_READ)
        forecast = model.predict(history, 1, levels=(LEVEL,))
        errors[some] = actual[some] - forecast.values[:, 0]
        lower, upper = forecast.lower[0, :, 0], forecast.upper[0, :, 0]
        half[some] = (upper - lower) / 2
        missed[some] = (actual[some] < lower) | (actual[some] > upper)
    errors[~observed] = np.nan
    return [_OneStep(errors[a:b], half[a:b], missed[a:b]) for a, b in pairwise(bounds.tolist())]


def _classes(model: RecurrentForecaster, panel: Panel, tested: Integers, new: Integers) -> list[_Result]:
    """The tests of probabilities: are the classes as frequent as foretold, and the losses as large?"""
    classifier, results = Classifier(model.network), []
    for index in tested.tolist():
        count = int(new[index])
        rows = panel.lengths[index] - count + np.arange(count)
        history = panel.select(np.full(count, index)).first(rows).tail(model.network.rows_read(panel))
        shares = np.clip(classifier.probabilities(history, 1)[:, 0], 1e-9, 1.0)
        place = panel.bounds[index] + rows
        kept = np.flatnonzero(panel.observed[place])
        actual, shares = panel.values[place].astype(np.int64)[kept], shares[kept]
        logs = -np.log(shares)
        entropy = (shares * logs).sum(axis=1)
        loss = logs[np.arange(len(kept)), actual]
        coverage = sum_test(loss - entropy, (shares * logs**2).sum(axis=1) - entropy**2, upward=True)
        happened = np.eye(shares.shape[1])[actual]
        each = [
            sum_test(happened[:, c] - shares[:, c], shares[:, c] * (1 - shares[:, c]))
            for c in range(shares.shape[1])
        ]
        level = min(each, key=lambda one: one.p)
        count_of_tests = 1 if model.spec.target.is_event else len(each)
        level = Tested(min(level.p * count_of_tests, 1.0), level.since)
        errors = np.full(count, np.nan)
        errors[kept] = happened[:, -1] - shares[:, -1] if model.spec.target.is_event else np.nan
        never = Tested(np.nan, 0)  # one class again and again is what a class does
        results.append(_Result(coverage, level, never, np.nan, np.nan, errors, kept))
    return results


def _report(
    panel: Panel,
    tested: Integers,
    new: Integers,
    results: list[_Result],
    alpha: float,
) -> DriftReport:
    count = len(panel)
    p = np.full((3, count), np.nan)
    covered, expected, bias = (np.full(count, np.nan) for _ in range(3))
    outcomes: list[Outcome] = ["too few rows"] * count
    tests, since = [""] * count, [""] * count
    for index, result in zip(tested.tolist(), results, strict=True):
        p[:, index] = result.coverage.p, result.level.p, result.standstill.p
        covered[index], expected[index] = result.covered, result.expected
    rejected = holm(p.ravel(), alpha).reshape(p.shape)
    for index, result in zip(tested.tolist(), results, strict=True):
        if np.isnan(p[0, index]):
            continue
        found = [name for name, hit in zip(_TESTS, rejected[:, index], strict=True) if hit]
        outcomes[index], tests[index] = ("drifted" if found else "steady"), " and ".join(found)
        errors = result.errors
        if found:
            each = (result.coverage, result.level, result.standstill)
            hits = zip(each, rejected[:, index], strict=True)
            start = int(result.kept[min(test.since for test, hit in hits if hit)])
            row = panel.bounds[index] + panel.lengths[index] - new[index] + start
            since[index] = panel.frequency.text(panel.times[row : row + 1])[0]
            errors = errors[start:]
        bias[index] = np.nanmean(errors) if not np.isnan(errors).all() else np.nan
    return DriftReport(
        ids=panel.ids,
        outcomes=tuple(outcomes),
        tests=tuple(tests),
        since=tuple(since),
        rows=_observed(panel, new),
        coverage=covered,
        expected=expected,
        bias=bias,
        p_coverage=p[0],
        p_level=p[1],
        p_standstill=p[2],
        alpha=alpha,
        level=LEVEL,
        columns=panel.columns,
        frequency=panel.frequency,
    )
