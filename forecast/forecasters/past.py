"""What the members of a combination forecast from earlier origins, and the weights that follow from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.data.arrays import LARGEST, Flags, Floats, Integers
from forecast.forecasters.intervals import Spread, correlation_of, spread_of
from forecast.forecasters.rolling import Origins, errors_by_origin
from forecast.forecasters.weighting import member_weights


@dataclass(frozen=True, slots=True)
class Past:
    """Forecasts of all members from earlier origins, with the actual values."""

    origins: Origins
    forecasts: Floats
    """(members, pasts, horizon) NaN for a member that has no forecast there."""
    actual: Floats
    """(pasts, horizon) NaN where unobserved."""
    units: Floats
    """(pasts,) mean seasonal change before each origin."""

    def with_first_member(self, members: int) -> "Past":
        """With members in front that have no forecast here, so that there are as many as `members`."""
        missing = np.full((members - len(self.forecasts), *self.forecasts.shape[1:]), np.nan)
        return replace(self, forecasts=np.concatenate([missing, self.forecasts]))

    def before(self, rows: Integers) -> "Past":
        """The origins whose actual values all lie in the first `rows`, (series,), of their series."""
        known = np.where(np.isnan(self.actual), 0, np.arange(1, self.origins.horizon + 1)).max(
            axis=1, initial=0
        )
        kept = self.origins.rows + known <= rows[self.origins.series]
        return replace(
            self,
            origins=self.origins.select(kept),
            forecasts=self.forecasts[:, kept],
            actual=self.actual[kept],
            units=self.units[kept],
        )

    def mean_errors(self, series: int, intermittent: Flags | None = None) -> Floats:
        """(members, origins, series) mean absolute errors; NaN without any.

        Of `intermittent` series, (series,), root mean square errors: the mean makes the smallest.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            errors = np.minimum(np.abs(self.forecasts - self.actual), LARGEST)  # NaN stays NaN
        placed = errors_by_origin(self.origins, errors, series)
        known = np.isfinite(placed)
        count = np.maximum(known.sum(axis=3), 1)
        total = (np.where(known, placed, 0.0) / count[..., None]).sum(axis=3)
        if intermittent is not None and intermittent.any():
            unit = np.where(known, placed, 0.0).max(axis=(0, 1, 3), initial=0.0)[:, None]
            unit = np.where(unit > 0, unit, 1.0)  # squares stay finite
            squares = np.where(known, placed / unit, 0.0) ** 2 / count[..., None]
            total = np.where(intermittent, unit[:, 0] * np.sqrt(squares.sum(axis=3)), total)
        return np.where(known.any(axis=3), total, np.nan)


def joined(pasts: Sequence[Past]) -> Past:
    """Several pasts of the same series and members as one; a shorter horizon is filled with NaN."""
    horizon = max(past.origins.horizon for past in pasts)

    def padded(values: Floats) -> Floats:
        missing = horizon - values.shape[-1]
        return np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, missing)], constant_values=np.nan)

    return Past(
        Origins.joined([past.origins for past in pasts]),
        np.concatenate([padded(past.forecasts) for past in pasts], axis=1),
        np.concatenate([padded(past.actual) for past in pasts]),
        np.concatenate([past.units for past in pasts]),
    )


def combined(weights: Floats, forecasts: Floats, growth: Floats | float = 1.0) -> Floats:
    """(series, horizon) weighted means of `forecasts`, (members, series, horizon).

    `growth`, of the same shape, are factors on the weights at each step.

    A member without a forecast (NaN) is left out, and the weights of the others add up to 1.
    """
    known = np.isfinite(forecasts)
    used = np.where(known, weights.T[..., None] * growth, 0.0)
    total = used.sum(axis=0)
    used = np.where(
        total > 0, used / np.where(total > 0, total, 1.0), known / np.maximum(known.sum(axis=0), 1)
    )
    # As differences from one member: where all forecast the same, so does the combination, to the last digit.
    first = np.take_along_axis(forecasts, known.argmax(axis=0)[None], axis=0)[0]
    unit = 4.0 if np.abs(np.where(known, forecasts, 0.0)).max(initial=0.0) > LARGEST / 4 else 1.0
    mean = np.where(known, used * (forecasts / unit - first / unit), 0.0).sum(axis=0)
    return np.asarray(np.clip(first / unit + mean, -LARGEST / unit, LARGEST / unit) * unit)


def weights_and_spread(
    past: Past,
    prior: Floats,
    seasons: Sequence[int],
    intermittent: Flags | None = None,
    growth: Floats | None = None,
) -> tuple[Floats, Spread]:
    """(series, members) weights of each series by its own past, and how far off the combination was there.

    The error at an origin is that of weights from the other origins, or it would be too small. `prior` is
    (members, series), `growth` (members, series, horizon) the factors on the weights at each step, if any.
    """
    series = len(seasons)
    errors, independent = past.mean_errors(series, intermittent), past.origins.independence(series)
    weights = _weights(errors, prior, independent, intermittent)
    held_out = _held_out_errors(past, errors, prior, independent, intermittent, growth)
    placed = errors_by_origin(past.origins, held_out[None], series)[0]
    placed_units = np.full(placed.shape[:2], np.nan)
    placed_units[past.origins.number, past.origins.series] = past.units
    placed, placed_units = placed.transpose(1, 0, 2), placed_units.T  # (series, origins, horizon)
    spread, of_series = np.empty((series, past.origins.horizon)), np.array(seasons, dtype=np.int64)
    for season in np.unique(of_series).tolist():
        some = of_series == season
        spread[some] = spread_of(np.abs(placed[some]), placed_units[some], season)
    count = (~np.isnan(placed_units)).sum(axis=1)
    sums = np.nansum(placed_units / np.maximum(count, 1)[:, None], axis=1)
    units = np.where(count > 0, sums, np.nan)
    correlations = correlation_of(placed, spread, independent)
    return weights, Spread(spread, units, correlations)


def _weights(
    errors: Floats, prior: Floats, independent: Floats | float, intermittent: Flags | None
) -> Floats:
    """See `member_weights`; of an `intermittent` series the errors at all origins together count.

    At an origin that no demand follows the smallest forecast is the best, so a mean over origins of the
    ratios of errors would favour forecasts that are too small.
    """
    if intermittent is not None and intermittent.any() and errors.shape[1]:
        known = np.isfinite(errors)
        largest = np.where(known, errors, 0.0).max(axis=(0, 1), initial=0.0)
        unit = np.where(largest > 0, largest, 1.0)
        squares = (np.where(known, errors / unit, 0.0) ** 2).sum(axis=1, keepdims=True)
        together = unit * np.sqrt(squares / np.maximum(known.sum(axis=1, keepdims=True), 1))
        errors = np.where(known & intermittent, together, errors)
    return member_weights(errors, prior, independent)


def pooled_prior(past: Past, prior: Floats, intermittent: Flags | None = None) -> Floats:
    """(members, series) prior weights, moved by the errors on all series of a training together.

    Errors are in units of each series' seasonal change; a series without any does not count. Series of
    intermittent demand are pooled among themselves.
    """
    series = prior.shape[1]
    groups = [None] if intermittent is None or not intermittent.any() else [~intermittent, intermittent]
    unit = np.full((int(past.origins.number.max(initial=-1)) + 1, series), np.nan)
    unit[past.origins.number, past.origins.series] = np.where(past.units > 0, past.units, np.nan)
    with np.errstate(over="ignore"):
        errors = past.mean_errors(series, intermittent) / unit
    pooled = np.empty_like(prior)
    for some in groups:
        here = np.arange(series) if some is None else np.flatnonzero(some)
        if not len(here):
            continue
        together = errors[:, :, here].reshape(len(prior), -1, 1)
        squared = np.array([some is not None and some is intermittent])
        # One's own network has few errors, others many: the mean of all prior weights is one for all.
        pooled[:, here] = _weights(together, prior[:, here].mean(axis=1), 1.0, squared).T
    return pooled


def _held_out_errors(
    past: Past,
    errors: Floats,
    prior: Floats,
    independent: Floats,
    intermittent: Flags | None,
    growth: Floats | None,
) -> Floats:
    """(pasts, horizon) errors of the combination at each origin, with weights from all other groups."""
    result = np.full(past.actual.shape, np.nan)
    groups = past.origins.groups
    group_of = np.zeros(errors.shape[1], dtype=np.int64)
    group_of[past.origins.number] = groups
    for group in np.unique(groups):
        weights = _weights(errors[:, group_of != group], prior, independent, intermittent)
        here = groups == group
        series = past.origins.series[here]
        factors = 1.0 if growth is None else growth[:, series]
        forecast = combined(weights[series], past.forecasts[:, here], factors)
        with np.errstate(over="ignore"):
            result[here] = np.clip(past.actual[here] - forecast, -LARGEST, LARGEST)
    return result
