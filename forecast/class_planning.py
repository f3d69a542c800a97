"""What train does with a target of classes when it is told nothing, and why."""

from dataclasses import replace

import numpy as np

from forecast import usual
from forecast.data.calendar import PHASED
from forecast.data.covariates import described
from forecast.data.panel import Panel
from forecast.data.windows import windows_of
from forecast.errors import DataError, UsageError
from forecast.evaluation.backtest import Origins, cuts
from forecast.planning import (
    BACKTESTS,
    CELL,
    Plan,
    Recipe,
    TrainRequest,
    calendar_of,
    reason_of,
    training_of,
)
from forecast.spec import Bounds, Calendar, ModelSpec, NetworkSpec, WindowSpec

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

JUDGED_SHARE = 0.2
"""Part of the rows of each series, or of the series, that a model is judged on."""


def plan_classes(panel: Panel, request: TrainRequest) -> Plan:
    """The plan for a panel of classes; a `DataError` where there is too little to learn and judge."""
    if request.start not in (None, "scratch") or request.blend == "theta" or request.search:
        raise UsageError(
            "classes are told by a network of their own: --from, --blend and searches are for numbers",
            hint="leave them out, or read noughts and ones as numbers with --no-classes",
        )
    whole = panel.columns.label is not None
    spec = _of_series(panel, request) if whole else _of_rows(panel, request)
    backtests = request.backtests or (1 if whole else BACKTESTS)
    windows = len(windows_of(panel, spec))
    cell = reason_of(request.cell) or "as good as an LSTM, with three quarters of its weights"
    judged = f"a fifth of the {'series' if whole else 'rows'} is judged by networks that did not see it"
    plan = Plan(
        recipe=Recipe(
            spec=spec,
            origin="scratch",
            start=(),
            blend="none",
            untuned=None,
            members=request.members,
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


def judged_rows(panel: Panel, plan: Plan) -> int:
    """Rows behind each origin that its model is judged on: a fifth of the longest series in all."""
    return max(plan.horizon, int(JUDGED_SHARE * panel.lengths.max()) // plan.backtests)


def origins_of(panel: Panel, plan: Plan) -> Origins:
    """Where models are trained up to, one judged range behind the other."""
    return Origins(plan.backtests, judged_rows(panel, plan))


def _described_before(plan: Plan, panel: Panel) -> Plan:
    """The plan with covariates scaled by the rows before all that will be judged."""
    oldest = panel.first(cuts(panel, origins_of(panel, plan))[0])
    window, horizon = plan.recipe.spec.windows.window, plan.horizon
    if oldest.lengths.max() < window + horizon:
        raise DataError(
            f"too short: {oldest.lengths.max()} rows before those that are judged are fewer than "
            f"window {window} + horizon {horizon}",
            hint="give a smaller --window or --horizon, or more rows",
        )
    spec = replace(plan.recipe.spec, covariates=described(panel, oldest))
    return replace(plan, recipe=replace(plan.recipe, spec=spec))


def _of_rows(panel: Panel, request: TrainRequest) -> ModelSpec:
    horizon = request.horizon or usual.horizon(panel)
    season, _ = usual.season(panel, request.season)
    window = request.window or usual.window(panel, season, horizon)
    dated = panel.frequency.form != "integer" and panel.frequency.unit in PHASED
    calendar = calendar_of(panel, replace(request, calendar=request.calendar or dated))
    return ModelSpec(
        WindowSpec(window, horizon), _network(request), season, calendar=calendar, classes=panel.classes
    )


def _of_series(panel: Panel, request: TrainRequest) -> ModelSpec:
    if len(panel) < LEAST_SERIES or len(np.unique(panel.values)) < 2:
        raise DataError(
            f"{len(panel)} series are too few to learn labels from and judge them; {LEAST_SERIES} are needed",
            hint="give more series",
        )
    season = request.season is not None or request.read.columns.season is not None
    if request.horizon is not None or season or request.calendar or request.holidays:
        raise UsageError("a label belongs to a whole series: it has no horizon, season or calendar")
    window = request.window or min(int(panel.lengths.max()), LONGEST_SERIES)
    return ModelSpec(
        WindowSpec(window, 1),
        _network(request),
        season=1,
        covariates=described(panel, panel),
        calendar=Calendar(),
        classes=panel.classes,
        answers="whole series",
    )


def _network(request: TrainRequest) -> NetworkSpec:
    return NetworkSpec(request.cell or CELL, request.units or (UNITS,), request.dropout)
