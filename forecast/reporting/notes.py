"""Data, a plan and intervals in one line each: the notes that a user reads while the program works."""

from typing import TYPE_CHECKING

import numpy as np

from forecast.data.arrays import Floats
from forecast.data.panel import Panel, time_range
from forecast.data.results import Coverage
from forecast.forecasters.combination import PRETRAINED, Combination
from forecast.forecasters.model import means
from forecast.forecasters.recurrent import CELL_NAMES
from forecast.phrases import counted
from forecast.spec.model import Bounds, ModelSpec, NetworkSpec, Origin

if TYPE_CHECKING:
    from forecast.planning.plan import Plan
    from forecast.reading.reader import ReadResult

_BARS = "▁▂▃▄▅▆▇█"
_BARS_SHOWN = 24

_TOLERANCE = 5.0
"""Percentage points by which intervals may miss their level before they are called too narrow or wide."""

_FEW_ERRORS = 30
"""Errors under which the coverage of intervals says little."""

_WEIGHTS: dict[Origin, str] = {
    "scratch": "",
    "fine-tuned": ", pretrained, fine-tuned",
    "averaged": ", pretrained, fine-tuned",
    "pretrained": ", pretrained",
    "continued": ", continued from a model",
}


def rows_line(panel: Panel) -> str:
    """Such as "60 rows, 1964 to 2023, yearly" or "13,000 rows in 151 series of 20 to 117, ..."."""
    rows = f"{len(panel.values):,} rows"
    if len(panel) > 1:
        low, high = panel.lengths.min(), panel.lengths.max()
        rows += f" in {len(panel):,} series of {low:,}" + (f" to {high:,}" if low < high else " each")
    if panel.target.kind == "label":  # the order of the rows is their only time
        return rows
    return f"{rows}, {' to '.join(time_range(panel))}, {panel.frequency.adjective}"


def data_line(reading: "ReadResult") -> str:
    """What was read: rows, gaps, classes, and the shape of a single series."""
    panel = reading.panel
    parts = [rows_line(panel)]
    if panel.target.kind != "label":
        filled = int((~panel.observed).sum())
        zeros = f"{reading.zeros:,} filled with 0" if reading.zeros else ""
        parts += [f"{filled:,} filled"] if filled else []
        parts += [zeros] if zeros else []
        parts += [] if filled or zeros else ["no gaps"]
    if panel.target.classes:
        parts.append(f"{len(panel.target.classes)} classes")
    shape = len(panel) == 1 and not panel.target.classes
    return ", ".join(parts) + (f"     {sparkline(panel.values)}" if shape else "")


def sparkline(values: Floats) -> str:
    """A series as a row of bars, each the mean of a stretch of it."""
    size = np.abs(values).max() or 1.0  # 1e308 and -1e308 are further apart than floats go
    parts = np.array_split(values / size, min(len(values), _BARS_SHOWN))
    means = np.array([part.mean() for part in parts])
    low, high = means.min(), means.max()
    span = high - low
    height = (means - low) / span if span > 0 else np.full(len(means), 0.5)
    return "".join(_BARS[int(level)] for level in np.round(height * (len(_BARS) - 1)))


def guesses(reading: "ReadResult") -> str:
    """Such as "time=year  target=tons"."""
    return "  ".join(f"{part}={guess}" for part, guess, _ in reading.guesses)


def skipped(reading: "ReadResult", *, most: int = 5) -> list[str]:
    """Series skipped, each with its reason, and how many more there are."""
    named = [f'"{series.id}": {series.reason}' for series in reading.skipped[:most]]
    more = len(reading.skipped) - len(named)
    return [*named, f"and {more:,} more"] if more else named


def short_line(panel: Panel, least: int, effect: str, *, most: int = 5) -> str:
    """Series with under `least` rows, if there are others too; "" for none.

    Such as '"c" (2 rows), "d" (1 row) and 3 more: too few rows for ...'.
    """
    short = [index for index, rows in enumerate(panel.lengths.tolist()) if rows < least]
    if not short or len(short) == len(panel):
        return ""
    named = [f'"{panel.ids[index]}" ({counted(int(panel.lengths[index]), "row")})' for index in short[:most]]
    more = f" and {len(short) - most:,} more" if len(short) > most else ""
    return f"{', '.join(named)}{more}: {effect}"


METHOD_NAMES = {
    "theta": "Theta",
    "ets": "ETS",
    "harmonic": "harmonic regression",
    "croston": "Croston",
    "seasonal-drift": "seasonal drift",
    "seasonal-naive": "seasonal naive",
    "naive": "last value",
}
"""Methods that are written otherwise in a sentence than in options."""


def plan_line(plan: "Plan", *, any_long: bool = True) -> str:
    """Such as "GRU 32 · reads 8 steps, forecasts 4 · 49 windows · combined with Theta, ridge".

    `any_long` is whether some series has a long season.
    """
    recipe, spec = plan.recipe, plan.recipe.spec
    if not recipe.trains:
        season = "" if spec.season == 1 else f"season {season_name(spec.season)}"
        parts = [
            members_line(plan.combination, any_long=any_long),
            f"forecasts {plan.horizon}",
            season,
            "nothing is trained",
        ]
        return " · ".join(filter(None, parts))
    network = network_name(spec.network) + (f" x {recipe.ensemble}" if recipe.ensemble > 1 else "")
    if spec.target.kind == "label":
        rows = f"{plan.windows:,} series of up to {spec.windows.window} rows"
        return f"{network} · one of {classes(spec)} for each of {rows}"
    parts = [
        f"{network}{_WEIGHTS[recipe.origin]}",
        f"reads {spec.windows.window} steps, forecasts {plan.horizon}",
        classes(spec) if spec.target.classes else "",
        "" if spec.season == 1 else f"season {season_name(spec.season)}",
        counted(plan.windows, "window"),
        covariates_line(spec),
        f"combined with {members_line(plan.combination, any_long=any_long)}"
        if plan.combination.members
        else "",
    ]
    return " · ".join(filter(None, parts))


def members_line(combination: Combination, *, any_long: bool = True) -> str:
    """Such as "pretrained GRU, Theta, ridge, last value": those that have a forecast.

    A harmonic regression has none where no series has a long season.
    """
    methods = [
        METHOD_NAMES.get(name, name)
        for name in combination.methods
        if any_long or name != "harmonic" or len(combination.members) == 1
    ]
    networks = [
        f"pretrained {CELL_NAMES[network.spec.network.cell]}"
        if name == PRETRAINED
        else CELL_NAMES[network.spec.network.cell]
        for name, network in combination.networks
    ]
    return ", ".join([*networks, *methods])


def network_name(network: NetworkSpec) -> str:
    """Such as "GRU 64+32"."""
    return f"{CELL_NAMES[network.cell]} {'+'.join(str(units) for units in network.units)}"


def classes(spec: ModelSpec) -> str:
    """Such as "5 classes"; "an event" for 0/1."""
    return "an event" if spec.target.is_event else f"{len(spec.target.classes)} classes"


def season_name(season: int | None) -> str:
    """Such as "12", "none" and "of each series"."""
    return {1: "none", None: "of each series"}.get(season, str(season))


def covariates_line(spec: ModelSpec) -> str:
    """Such as "3 covariates, calendar, holidays of FR"; "" for none."""
    count = len(spec.covariates)
    parts = [
        counted(count, "covariate") if count else "",
        "calendar" if spec.calendar.phases else "",
        f"holidays of {spec.calendar.holidays}" if spec.calendar.holidays else "",
    ]
    return ", ".join(filter(None, parts))


def coverage(found: Coverage) -> str:
    """Such as "80 % intervals covered 83 % of held-out values"."""
    if np.isnan(found.achieved):
        return f"{found.nominal:g} % intervals: {found.errors:,} errors are too few to measure their coverage"
    remark = ""
    if found.errors < _FEW_ERRORS:
        remark = f" (only {found.errors} errors)"
    elif abs(found.achieved - found.nominal) > _TOLERANCE:
        remark = " (too narrow)" if found.achieved < found.nominal else " (too wide)"
    return f"{found.nominal:g} % intervals covered {found.achieved:.0f} % of held-out values{remark}"


def windows_line(panel: Panel, plan: "Plan") -> str:
    """Such as "60 rows - window 8 - horizon 4 + 1 = 49 windows"; "" where no network is trained."""
    if not plan.recipe.trains:
        return ""
    windows = counted(plan.windows, "window")
    window, horizon = plan.recipe.spec.windows.window, plan.recipe.spec.trained_horizon
    if plan.recipe.spec.target.kind == "label":
        return f"one of each series, up to {window} rows = {windows}"
    rows = "rows" if len(panel) > 1 else f"{len(panel.values):,} rows"
    each = " of each series" if len(panel) > 1 else ""
    own = "" if horizon == plan.horizon else " of the network"
    return f"{rows} - window {window} - horizon {horizon}{own} + 1{each} = {windows}"


def means_line(panel: Panel, bounds: Bounds) -> str:
    """What is said of series whose forecast is a mean because demand is intermittent; "" without any."""
    found = np.flatnonzero(means(panel, None)) if bounds.statistic is None else np.arange(0)
    if not len(found):
        return ""
    zeros = f"{np.mean(panel.select(found).values == 0):.0%} of the steps"
    if len(panel) > 1:
        zeros += f" of {len(found):,} of {len(panel):,} series"
    said = "forecasts are the mean (expected demand)" + (", not whole numbers" if bounds.whole else "")
    return f"{zeros} are 0: {said}; --statistic median gives the median"


def untrained_line(combination: Combination, *, any_long: bool) -> str:
    """Such as "pretrained GRU, Theta, ridge, weighted by their past errors"."""
    line = members_line(combination, any_long=any_long)
    return line if len(combination.members) == 1 else f"{line}, weighted by their past errors"
