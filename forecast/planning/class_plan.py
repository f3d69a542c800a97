"""What train does with a target of classes when it is told nothing, and why."""

import math
from dataclasses import replace

import numpy as np

from forecast.data.arrays import Integers
from forecast.data.panel import Panel
from forecast.errors import DataError, UsageError
from forecast.evaluation.backtest import Origins, rows_known_at
from forecast.features.calendar import PHASED
from forecast.features.covariates import covariate_specs
from forecast.features.windows import windows_of
from forecast.phrases import counted
from forecast.planning import defaults
from forecast.planning.plan import BACKTESTS, CELL, Plan, calendar_of, reason_of, training_of
from forecast.planning.recipe import Recipe
from forecast.spec.model import Bounds, Calendar, ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.training import TrainRequest

LEAST_SERIES = 20
"""Series that a label can be learned from and judged on."""

LONGEST_SERIES = 256
"""Newest rows of a series that are read for its label, when nobody says."""

UNITS = 32
"""Units when nobody says."""

FEW_WINDOWS = 512
"""Windows under which batches of the usual size would be few in an epoch."""

UPDATES = 16
"""Updates in an epoch of few windows: 40 rows of alternating classes were not learned in one."""

LEAST_BATCH = 4

LABEL_UNITS, LABEL_DROPOUT, LABEL_RATE = 64, 0.5, 5e-3
"""Units, dropout and learning rate of a network for whole series when nobody says: on the sentences of
sample_data/intents.csv its log loss is 0.94 to 1.09; 1.34 with 32 units, no dropout, the usual rate."""

JUDGED_SHARE = 0.2
"""Part of the rows of each series, or of the series, that a model is judged on."""


def plan_classes(panel: Panel, request: TrainRequest) -> Plan:
    """The plan for a panel of classes; a `DataError` where there is too little to learn and judge."""
    _refuse_what_is_for_numbers(request)
    whole = panel.target.kind == "label"
    backtests = request.backtests or (1 if whole else BACKTESTS)
    spec = _of_series(panel, request, backtests) if whole else _of_rows(panel, request)
    if whole:
        request = replace(request, learning_rate=request.learning_rate or LABEL_RATE)
    windows = len(windows_of(panel, spec))
    cell = reason_of(request.cell) or "as good as an LSTM, with three quarters of its weights"
    judged = f"a fifth of the {'series' if whole else 'rows'} is judged by networks that did not see it"
    plan = Plan(
        recipe=Recipe(
            spec=spec,
            origin="scratch",
            start=(),
            combine="none",
            untuned=None,
            averaged=False,
            members=request.ensemble,
            training=training_of(_in_batches(request, windows), windows=windows, origin="scratch"),
        ),
        horizon=spec.windows.horizon,
        bounds=Bounds(),
        backtests=backtests,
        judged_unseen=True,
        windows=windows,
        reasons=(("start", "classes are told by a network of their own"), ("cell", cell), ("judged", judged)),
    )
    return plan if whole else _described_before(plan, panel)


def _in_batches(request: TrainRequest, windows: int) -> TrainRequest:
    """The request with batches so small that an epoch has some updates: nothing is known at the start."""
    size = max(LEAST_BATCH, windows // UPDATES) if windows < FEW_WINDOWS else None
    return replace(request, batch_size=request.batch_size or size)


def _refuse_what_is_for_numbers(request: TrainRequest) -> None:
    options = {
        "--from": request.from_ not in (None, "scratch"),
        "--combine": request.combine not in (None, "none"),
        "--tune": bool(request.tune),
        "--min": request.min is not None,
        "--max": request.max is not None,
        "--integer": request.integer is not None,
    }
    given = [option for option, value in options.items() if value]
    if given:
        raise UsageError(
            f"the target is one of a few classes, and {', '.join(given)} is for numbers",
            hint="leave it out, or read 0 and 1 as numbers with --task value",
        )


def judged_rows(panel: Panel, plan: Plan) -> int:
    """Rows behind each origin that its model is judged on: a fifth of the longest series in all."""
    return max(plan.horizon, int(JUDGED_SHARE * panel.lengths.max()) // plan.backtests)


def origins_of(panel: Panel, plan: Plan) -> Origins:
    """Where models are trained up to, one judged range behind the other."""
    return Origins(plan.backtests, judged_rows(panel, plan))


def held_series(series: int, backtests: int) -> list[Integers]:
    """Positions of the series that each backtest is judged on, drawn once for all."""
    drawn = np.random.default_rng(0).permutation(series)[: max(int(JUDGED_SHARE * series), backtests)]
    return [np.sort(part) for part in np.array_split(drawn, backtests)]


def never_judged(panel: Panel, backtests: int) -> Panel:
    """The series that no backtest is judged on."""
    judged = np.concatenate(held_series(len(panel), backtests))
    return panel.select(np.setdiff1d(np.arange(len(panel)), judged))


def _described_before(plan: Plan, panel: Panel) -> Plan:
    """The plan with covariates scaled by the rows before all that will be judged."""
    oldest = panel.first(rows_known_at(panel, origins_of(panel, plan))[0])
    window, horizon = plan.recipe.spec.windows.window, plan.horizon
    if oldest.lengths.max() < window + horizon:
        raise DataError(
            f"too short: {oldest.lengths.max()} rows before those that are judged are fewer than "
            f"window {window} + horizon {horizon}",
            hint="give a smaller --window or --horizon, or more rows",
        )
    spec = replace(plan.recipe.spec, covariates=covariate_specs(panel, oldest))
    return replace(plan, recipe=replace(plan.recipe, spec=spec))


def _of_rows(panel: Panel, request: TrainRequest) -> ModelSpec:
    horizon = request.horizon or defaults.horizon(panel)
    season, _ = defaults.season(panel, request.season)
    window = request.window or defaults.window(panel, season, horizon)
    dated = panel.frequency.form != "integer" and panel.frequency.unit in PHASED
    calendar = calendar_of(panel, replace(request, calendar=request.calendar or dated))
    network = NetworkSpec(request.cell or CELL, request.units or (UNITS,), request.dropout or 0.0)
    return ModelSpec(WindowSpec(window, horizon), network, season, calendar=calendar, target=panel.target)


def _of_series(panel: Panel, request: TrainRequest, backtests: int) -> ModelSpec:
    least = max(LEAST_SERIES, math.ceil(backtests / JUDGED_SHARE))
    if len(panel) < least:
        raise DataError(
            f"{len(panel)} series are too few to learn labels from and judge them in "
            f"{counted(backtests, 'backtest')}",
            hint=f"give {least} or more",
        )
    season = request.season is not None or request.read.columns.season is not None
    if request.horizon is not None or season or request.calendar or request.holidays:
        raise UsageError("a label belongs to a whole series: it has no horizon, season or calendar")
    dropout = LABEL_DROPOUT if request.dropout is None else request.dropout
    return ModelSpec(
        WindowSpec(request.window or min(int(panel.lengths.max()), LONGEST_SERIES), 1),
        NetworkSpec(request.cell or CELL, request.units or (LABEL_UNITS,), dropout),
        season=1,
        covariates=covariate_specs(panel, never_judged(panel, backtests)),
        calendar=Calendar(),
        target=panel.target,
    )
