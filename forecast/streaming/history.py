"""New rows after the rows that a model keeps."""

from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import Floats, bounds_of
from forecast.data.covariates import Covariates
from forecast.data.panel import Panel
from forecast.errors import DataError
from forecast.features.covariates import encode_categories
from forecast.forecasters.model import RecurrentForecaster
from forecast.phrases import counted, shown
from forecast.reading.filling import fill, with_zeros
from forecast.reading.regular import how_filled
from forecast.spec.reading import Gaps
from forecast.streaming.filling import MOST_ROWS


@dataclass(frozen=True, slots=True)
class Continued:
    """The rows that a model keeps with newer ones after them, and what became of the newer data."""

    panel: Panel
    known: int = 0
    """Rows of the data that are not newer than those of the model: the model's own are in their place."""
    missing: tuple[int, ...] = ()
    """Rows that were missing between, and were filled in, of each series with such a gap."""
    filled: str = ""
    """How they were filled, with the first one."""
    alone: tuple[str, ...] = ()
    """Series of which so many are missing that they stand alone, as new ones."""


def continued(model: RecurrentForecaster, panel: Panel, gaps: Gaps | None) -> Continued:
    """The series of a panel, each after the rows that the model keeps of it.

    Rows that are missing between are filled by the policy `gaps`, up to 1,500 of them; a `DataError` where it
    is "error", and for rows between two steps.
    """
    tail, covariates = model.tail, panel.covariates
    if covariates is not None and model.spec.covariates:
        panel = replace(panel, covariates=encode_categories(covariates, model.spec.covariates))
    elif covariates is not None:
        panel = replace(panel, covariates=None)
    kept, parts = {id: index for index, id in enumerate(tail.ids)}, []
    known, missing, alone, first = 0, [], [], ""
    for index, id in enumerate(panel.ids):
        new, old = panel.select([index]), tail.select([kept[id]]) if id in kept else None
        if old is not None:
            earlier = int(np.searchsorted(new.times, old.times[-1], side="right"))
            later = new.rows(np.array([earlier]), np.array([len(new.times) - earlier]))
            steps = _missing_before(old, later)
            if steps > MOST_ROWS:
                alone.append(id)
            else:
                known += earlier
                new = _joined(old, later, steps, gaps)
                if steps:
                    missing.append(steps)
                    first = first or old.frequency.text(old.frequency.after(old.last_times, 1)[0])[0]
        parts.append(new)
    if not parts:
        return Continued(panel)
    last = max(len(part.values) for part in parts)
    how = f"{how_filled(gaps, panel.seasons, last_step=last)} (first: {first})" if missing else ""
    return Continued(_together(panel, parts), known, tuple(missing), how, tuple(alone))


def _missing_before(old: Panel, new: Panel) -> int:
    """Steps without a row between the old rows of a series and the new ones, of which there may be none."""
    if not len(new.times):
        return 0
    frequency, last, following = old.frequency, old.times[-1:], new.times[:1]
    steps = int(frequency.steps_between(last, following)[0])
    if steps < 1 or frequency.shift(last, np.array([steps]))[0] != following[0]:
        of = f' of series "{shown(new.ids[0])}"' if old.columns.series is not None else ""
        text, expected = frequency.text(following)[0], frequency.text(frequency.after(last, 1)[0])[0]
        raise DataError(
            f"{text}{of} does not keep the {frequency.adjective} step: the model goes on with {expected}"
        )
    return steps - 1


def _joined(old: Panel, new: Panel, steps: int, gaps: Gaps | None) -> Panel:
    """Two panels of one series as one, with the `steps` rows between filled."""
    if steps and gaps == "error":
        of = f' of series "{shown(new.ids[0])}"' if old.columns.series is not None else ""
        raise DataError(
            f"{counted(steps, 'row')} missing between those of the model and the new ones{of}",
            hint="--gaps season fills them",
        )
    between = old.frequency.after(old.last_times, steps)[0]
    values = np.concatenate([old.values, np.full(steps, np.nan), new.values])
    has_row, bounds = np.ones(len(values), dtype=bool), np.array([0, len(values)])
    has_row[len(old.values) : len(old.values) + steps] = False
    values = with_zeros(values, has_row=has_row, missing=None, gaps=gaps)
    is_known = ~np.isnan(values[~has_row])
    season = np.repeat(new.seasons, len(values))
    return replace(
        new,
        times=np.concatenate([old.times, between, new.times]),
        values=fill(values, bounds, has_row=has_row, missing=None, gaps=gaps, season=season),
        observed=np.concatenate([old.observed, is_known, new.observed]),
        bounds=bounds,
        interpolated=old.interpolated or new.interpolated or (gaps == "interpolate" and steps > 0),
        covariates=_covariates_of(old, new, steps),
    )


def _covariates_of(old: Panel, new: Panel, steps: int) -> Covariates | None:
    """The covariates of both; those of rows between are of the row before."""
    if old.covariates is None or new.covariates is None:
        return None
    rows, ahead = len(old.times), new.covariates.known
    known = _held(old.covariates.known[:rows], steps, ahead)
    return replace(
        new.covariates,
        past=_held(old.covariates.past, steps, new.covariates.past),
        known=known,
        known_bounds=np.array([0, len(known)]),
    )


def _held(old: Floats, steps: int, new: Floats) -> Floats:
    return np.concatenate([old, np.repeat(old[-1:], steps, axis=0), new])


def _together(panel: Panel, parts: list[Panel]) -> Panel:
    """The parts, of one series each, as one panel."""
    return replace(
        panel,
        times=np.concatenate([part.times for part in parts]),
        values=np.concatenate([part.values for part in parts]),
        observed=np.concatenate([part.observed for part in parts]),
        bounds=bounds_of(np.array([len(part.values) for part in parts])),
        seasons=np.concatenate([part.seasons for part in parts]),
        interpolated=any(part.interpolated for part in parts),
        covariates=_covariates([part.covariates for part in parts]),
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
