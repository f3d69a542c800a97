"""Baselines: simple forecasts that a model must beat to be worth its training."""

from collections.abc import Sequence
from difflib import get_close_matches

from forecast.data.panel import Panel
from forecast.errors import UsageError
from forecast.forecasters.methods import METHODS, Method
from forecast.forecasters.pooled_ridge import PooledRidge, fit_ridge
from forecast.forecasters.protocol import Forecaster
from forecast.spec.model import WindowSpec

BASELINES = ("naive", "seasonal-naive", "drift", "mean", "theta", "ridge", PooledRidge.name)
"""Names of the baselines in tables; all but the last are fitted to each series alone."""


def baseline(name: str) -> str:
    """The baseline of this name, in which words may be apart; a `UsageError` with the nearest one."""
    plain = name.strip().lower().replace(" ", "-").replace("_", "-")
    if plain in METHODS or plain == PooledRidge.name:
        return plain
    known = (*METHODS, PooledRidge.name)
    nearest = get_close_matches(plain, known, n=1)
    raise UsageError(
        f'there is no baseline "{name}"; there are {", ".join(known)}',
        hint=f'did you mean "{nearest[0]}"?' if nearest else "",
    )


def fit_baselines(past: Panel, spec: WindowSpec, *, names: Sequence[str] = BASELINES) -> list[Forecaster]:
    """The baselines of these names, fitted to `past`.

    Without a season the seasonal naive is the naive method; the ridge regression on the windows of all
    series is left out for a single series without covariates, where it adds nothing to that of each series.
    """
    return fitted(past, spec, baselines_of(past, names))


def baselines_of(past: Panel, names: Sequence[str] = BASELINES) -> tuple[str, ...]:
    """The names of those that `fit_baselines` makes for a panel."""
    chosen = apart(names, seasonal=bool((past.seasons > 1).any()))
    if names is BASELINES and len(past) == 1 and not past.covariates:
        return tuple(name for name in chosen if name != PooledRidge.name)
    return chosen


def apart(names: Sequence[str], *, seasonal: bool) -> tuple[str, ...]:
    """The names, each once: without a season the seasonal naive is the naive method."""
    chosen = [baseline(name) for name in names]
    return tuple(
        dict.fromkeys("naive" if name == "seasonal-naive" and not seasonal else name for name in chosen)
    )


def fitted(past: Panel, spec: WindowSpec, names: Sequence[str]) -> list[Forecaster]:
    """All baselines of these names."""
    return [fit_ridge(past, spec) if name == PooledRidge.name else Method(name) for name in names]
