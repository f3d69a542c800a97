"""A model of data for which nothing is trained: all that forecasts without training, combined."""

from dataclasses import replace

import numpy as np

from forecast.errors import UsageError
from forecast.events import Decision, Listener, Note, Warned, ignore
from forecast.forecasters.intervals import no_spread
from forecast.forecasters.model import RecurrentForecaster
from forecast.planning import defaults
from forecast.planning.plan import combination_of
from forecast.reading.reader import ReadResult
from forecast.reporting import notes
from forecast.reporting.model_card import untrained_card
from forecast.reporting.reading_notes import note_few_rows, note_few_seasons
from forecast.reporting.seasons import seasons_line, seasons_of
from forecast.spec.reading import ReadSpec, Target
from forecast.spec.training import TrainRequest

_BINARY = (
    "the target is 0 or 1: without a model these are forecast as numbers, a rate from 0 to 1; "
    "forecast train DATA makes a model that gives the probability of a 1; "
    "--task value says that numbers are meant"
)


def values_spec(spec: ReadSpec) -> ReadSpec:
    """How data are read without a model; a `UsageError` for what only a trained one can forecast."""
    if spec.columns.covariates or (spec.target is not None and spec.target.kind != "value"):
        refused = "reads no covariates" if spec.columns.covariates else "forecasts values, not classes"
        raise UsageError(f"without a model it {refused}", hint="forecast train DATA makes a model that does")
    return replace(spec, target=Target())


def untrained(
    reading: ReadResult, request: TrainRequest, *, remark: str = "", listener: Listener = ignore
) -> RecurrentForecaster:
    """The model of data read by `values_spec`; the listener hears its members, with the `remark`."""
    spec = request.read
    note_few_rows(reading.panel, listener)
    season, reason = defaults.season(reading.panel, request.season)
    note_few_seasons(reading.panel, request.season, listener)
    listener(Decision("season", reason))
    panel = reading.panel.with_season(season)
    if spec.target is None and defaults.is_binary(panel):
        listener(Warned(_BINARY))
    combination = combination_of(panel, request, season)
    found = seasons_of(panel, combination, tested=False)
    if line := seasons_line(found, panel, short=False):
        listener(Note("seasons", line))
    listener(Note("model", notes.untrained_line(combination, any_long=found.any_long) + remark))
    return RecurrentForecaster(
        spec=defaults.untrained_spec(panel, season, combination),
        combination=combination,
        weights=np.empty((0, len(combination.members))),
        spread=no_spread(),
        horizon=request.horizon or defaults.horizon(panel),
        bounds=defaults.bounds(panel, request),
        read=reading.read,
        frequency=panel.frequency,
        tail=panel,
        card=untrained_card(reading.source, panel),
    )
