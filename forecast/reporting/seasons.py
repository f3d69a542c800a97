"""The seasons of some data with their evidence, in one line: the same in `check`, `train` and `show`."""

from dataclasses import dataclass

import numpy as np

from forecast.data.panel import Panel
from forecast.forecasters.combination import Combination
from forecast.forecasters.decomposition import FoundSeason
from forecast.forecasters.preparation import long_seasons
from forecast.forecasters.seasonality import season_evidence
from forecast.forecasters.theta import rows_read

MOST_TESTED = 1000
"""Series whose season is tested, spread evenly over all."""

_FEWEST = 3
"""Fewest seasons of rows that are tested."""


@dataclass(frozen=True, slots=True)
class Seasonality:
    """The evidence for the season that the networks read."""

    season: int | None
    """Rows in the period that was tested; None where each series has its own."""
    series: int
    """Series that were long enough to be tested."""
    seasonal: int
    """Of them, those that pass the test."""
    correlation: float | None
    """Autocorrelation at the season beside the trend, of a single series."""
    limit: float | None
    """Autocorrelation that noise exceeds in one of twenty series."""


@dataclass(frozen=True, slots=True)
class Seasons:
    """The seasons of a panel."""

    short: Seasonality | None
    """None where the panel has no season, where it was not tested, and of classes."""
    long: tuple[tuple[FoundSeason, ...], ...]
    """Of each series, those longer than the short one."""
    periods: tuple[float, ...] | None
    """The longer seasons that were requested; None where they were to be found."""

    @property
    def any_long(self) -> bool:
        """Whether some series has a long season: without one a harmonic regression has no forecast."""
        return any(self.long)

    @property
    def different(self) -> tuple[FoundSeason, ...]:
        """The long seasons, of each period the strongest one."""
        every = sorted((season for some in self.long for season in some), key=lambda each: each.strength)
        strongest = {season.period: season for season in every}
        return tuple(strongest[period] for period in sorted(strongest))


def seasons_of(panel: Panel, combination: Combination, *, tested: bool = True) -> Seasons:
    """The seasons of a panel that is read with the season of the plan; short ones only if `tested`."""
    if panel.target.classes or panel.target.kind == "label":
        return Seasons(None, (), ())
    long = () if combination.periods == () else long_seasons(panel, combination.periods)
    return Seasons(seasonality(panel) if tested else None, long, combination.periods)


def seasonality(panel: Panel) -> Seasonality | None:
    """The evidence for the season of each series; None where none is long enough to have any."""
    if panel.target.classes:
        return None
    long = np.flatnonzero((panel.seasons > 1) & (panel.lengths >= _FEWEST * panel.seasons))
    if not len(long):
        return None
    some = panel.select(long[np.linspace(0, len(long) - 1, min(len(long), MOST_TESTED)).astype(np.int64)])
    seasons = some.seasons.tolist()
    newest = some.tail(np.array([rows_read(season) for season in seasons]))
    scaled = [each.values / (np.abs(each.values).max() or 1.0) for each in newest]
    evidence = [season_evidence(each, season) for each, season in zip(scaled, seasons, strict=True)]
    passed = sum(correlation > limit for correlation, limit in evidence)
    single = evidence[0] if len(panel) == 1 else (None, None)
    return Seasonality(seasons[0] if panel.columns.season is None else None, len(scaled), passed, *single)


def seasons_line(found: Seasons, panel: Panel, *, short: bool = True) -> str:
    """Such as "12 rows (autocorrelation 0.86 beside the trend, noise has up to 0.25)", then longer ones.

    "" for classes, and with `short` false where there is no long season.
    """
    if panel.target.classes or panel.target.kind == "label":
        return ""
    parts = [_short(found.short)] if found.short is not None else []
    parts += _long(found, panel)
    if parts or not short:
        return ", ".join(parts)
    if found.periods == () and panel.columns.season is None:
        return "none (requested)"
    default, rows = panel.frequency.default_season, int(panel.lengths.max(initial=0))
    if default > 1 and rows < _FEWEST * default:
        return f"none: {rows:,} rows are fewer than three seasons of {default}"
    return "none found"


def _short(found: Seasonality) -> str:
    if found.correlation is None:
        season = f"{found.season} rows" if found.season else "their own season"
        return f"{season} in {found.seasonal:,} of {found.series:,} series"
    evidence = f"autocorrelation {found.correlation:.2f} beside the trend, noise has up to {found.limit:.2f}"
    return f"{'' if found.seasonal else 'no season of '}{found.season} rows ({evidence})"


def _long(found: Seasons, panel: Panel) -> list[str]:
    periods = sorted({season.period for some in found.long for season in some})
    if found.periods is not None:
        return [_requested(period, used=period in periods) for period in found.periods]
    if len(panel) == 1:
        return [_found(season) for season in found.long[0]] if found.long else []
    counts = {period: sum(any(s.period == period for s in some) for some in found.long) for period in periods}
    calendar = {s.period for some in found.long for s in some if not s.cycle}
    named = [
        f"{period:g} rows in {counts[period]:,} of {len(panel):,} series"
        for period in periods
        if period in calendar
    ]
    cycles = sum(any(season.cycle for season in some) for some in found.long)
    return [*named, *([f"a cycle in {cycles:,} series"] if cycles else [])]


def _requested(period: float, *, used: bool) -> str:
    return f"{period:.6g} rows ({'requested' if used else 'requested, but no series holds two of them'})"


def _found(season: FoundSeason) -> str:
    kind = "a cycle of " if season.cycle else ""
    share = f"explains {100 * season.strength:.0f} % of what trend and shorter seasons leave"
    return f"{kind}{season.period:.6g} rows ({share})"
