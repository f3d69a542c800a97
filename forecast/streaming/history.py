"""New rows after the rows that a model keeps."""

from dataclasses import replace

import numpy as np

from forecast.data.arrays import bounds_of
from forecast.data.covariates import Covariates
from forecast.data.panel import Panel
from forecast.features.covariates import encode_categories
from forecast.forecasters.model import RecurrentForecaster


def continued(model: RecurrentForecaster, panel: Panel) -> Panel:
    """The series of a panel, each with the rows that the model keeps of it in front, where these come before.

    A series that begins after a gap stands alone.
    """
    tail, covariates = model.tail, panel.covariates
    if covariates is not None and model.spec.covariates:
        panel = replace(panel, covariates=encode_categories(covariates, model.spec.covariates))
    elif covariates is not None:
        panel = replace(panel, covariates=None)
    kept = {id: index for index, id in enumerate(tail.ids)}
    parts = [
        _joined(tail.select([kept[id]]), panel.select([index])) if id in kept else panel.select([index])
        for index, id in enumerate(panel.ids)
    ]
    if not parts:
        return panel
    return replace(
        panel,
        times=np.concatenate([part.times for part in parts]),
        values=np.concatenate([part.values for part in parts]),
        observed=np.concatenate([part.observed for part in parts]),
        bounds=bounds_of(np.array([len(part.values) for part in parts])),
        seasons=np.concatenate([part.seasons for part in parts]),
        covariates=_covariates([part.covariates for part in parts]),
    )


def _joined(old: Panel, new: Panel) -> Panel:
    """Two panels of one series as one: the old rows before the first new one, if none is missing between."""
    before = int(np.searchsorted(old.times, new.times[0])) if len(new.times) else 0
    if not before or old.frequency.after(old.times[before - 1 : before], 1)[0, 0] != new.times[0]:
        return new
    old = old.first(np.array([before]))
    covariates = None
    if old.covariates is not None and new.covariates is not None:
        known = np.concatenate([old.covariates.known[:before], new.covariates.known])
        covariates = replace(
            new.covariates,
            past=np.concatenate([old.covariates.past, new.covariates.past]),
            known=known,
            known_bounds=np.array([0, len(known)]),
        )
    return replace(
        new,
        times=np.concatenate([old.times, new.times]),
        values=np.concatenate([old.values, new.values]),
        observed=np.concatenate([old.observed, new.observed]),
        bounds=np.array([0, before + len(new.values)]),
        covariates=covariates,
    )


def _covariates(parts: list[Covariates | None]) -> Covariates | None:
    found = [part for part in parts if part is not None]
    if not found:
        return None
    return Covariates(
        past=np.concatenate([part.past for part in found]),
        known=np.concatenate([part.known for part in found]),
        known_bounds=bounds_of(np.array([len(part.known) for part in found])),
        static=np.concatenate([part.static for part in found]),
        vocabularies=found[0].vocabularies,
    )
