"""The weights of the members of a forecast combination, from their errors at earlier origins.

Combining forecasts is better than choosing one (Bates & Granger 1969, "The combination of forecasts";
Petropoulos et al. 2022, "Forecasting: theory and practice", section 2.6). Weights fall steeply with the
error, so that a member that is several times worse gets nothing; differences that vary from origin to
origin as much as they amount to count for little, and then the prior weights decide.
"""

import numpy as np

from forecast.data.arrays import Flags, Floats, Integers

STEEPNESS = 10.0
"""Power of the errors to which weights are inversely proportional, where the evidence is clear."""

_FEW_ORIGINS = 3.0
"""Independent origins at which the weights are half as steep."""

_PRIOR_DEVIATION = 0.3
"""Standard deviation of log error ratios between origins, before any is known."""

_PRIOR_ORIGINS = 3.0
"""Origins that this counts as."""

_DOUBT = 0.5
"""Share of the squared standard error that shrinks a difference."""

_CLEARLY_WORSE = 0.1
"""Log ratio of all errors together from which they count more than the mean over origins does."""

_LEAST = 0.02
"""Weights under this are zero."""

_SMALLEST = 1e-9
"""Error, in units of the mean error of all members, below which a member makes none."""


def member_weights(errors: Floats, prior: Floats, independent: Floats | float = 1.0) -> Floats:
    """(series, members) weights that add up to 1.

    `errors` are mean absolute errors, (members, origins, series), NaN where a member has no forecast;
    `prior`, (members,) or (members, series), are the weights without any. A member is compared with the one
    of the largest prior at the origins where both have an error. `independent`, (series,), is the share by
    which each further origin counts: less than 1 where forecasts overlap.
    """
    members, origins, series = errors.shape
    prior = np.broadcast_to(prior.reshape(members, -1), (members, series))
    if not origins:
        return _without_least(prior / prior.sum(axis=0))
    judged = np.isfinite(errors).any(axis=1)
    reference = np.where(judged, prior, -1.0).argmax(axis=0)[None, None]
    known = np.isfinite(errors) & np.isfinite(np.take_along_axis(errors, reference, axis=0))
    total = (np.where(known, errors, 0.0) / np.maximum(known.sum(axis=(0, 1)), 1)).sum(axis=(0, 1))
    unit = np.where(total > 0, total, 1.0)  # so that no digit depends on the unit of the data
    logs = np.log(np.where(known, errors / unit, 1.0) + _SMALLEST)
    ratios = np.where(known, logs - np.take_along_axis(logs, reference, axis=0), 0.0)
    count = known.sum(axis=1)
    mean = ratios.sum(axis=1) / np.maximum(count, 1)
    squares = np.where(known, (ratios - mean[:, None]) ** 2, 0.0).sum(axis=1)
    effective = np.where(count > 0, 1 + (count - 1) * independent, 0.0)
    variance = (squares * independent + _PRIOR_ORIGINS * _PRIOR_DEVIATION**2) / (effective + _PRIOR_ORIGINS)
    doubt = _DOUBT * variance / np.maximum(effective, 1)
    of_sums = _log_ratio_of_sums(errors / unit, known, reference)
    mean = np.where(of_sums > _CLEARLY_WORSE, np.maximum(mean, of_sums), mean)
    certain = mean**2 / (mean**2 + doubt)
    steepness = STEEPNESS * effective / (effective + _FEW_ORIGINS)
    with np.errstate(divide="ignore"):
        logits = np.log(prior) - steepness * mean * certain
    weights = np.exp(logits - logits.max(axis=0))
    return _without_least(weights / weights.sum(axis=0))


def _without_least(weights: Floats) -> Floats:
    """(series, members) the weights, (members, series), without those that are nearly nothing."""
    kept = np.where(weights < _LEAST, 0.0, weights)
    return np.asarray((kept / kept.sum(axis=0)).T)


def _log_ratio_of_sums(errors: Floats, known: Flags, reference: Integers) -> Floats:
    """(members, series) log of each member's errors together over those of the reference.

    It is what counts where a member was nearly perfect until something changed, and then far off.
    """
    others = np.take_along_axis(errors, reference, axis=0)
    sums, compared = (np.where(known, each, 0.0).sum(axis=1) + _SMALLEST for each in (errors, others))
    return np.asarray(np.log(sums) - np.log(compared))
