"""A panel, a plan and a model in words, for notes and cards."""

import numpy as np

from forecast.data.arrays import Floats
from forecast.data.panel import Panel, time_range
from forecast.data.results import Coverage
from forecast.forecasters.combination import NAME_SUFFIXES
from forecast.forecasters.recurrent import CELL_NAMES, RecurrentForecaster
from forecast.phrases import counted
from forecast.planning.plan import Plan
from forecast.reading.reader import ReadResult
from forecast.spec.model import ModelSpec, Origin

_BARS = "▁▂▃▄▅▆▇█"
_BARS_SHOWN = 24


_MADE: dict[Origin, str] = {
    "scratch": "",
    "fine-tuned": ", pretrained, fine-tuned",
    "pretrained": ", pretrained",
    "continued": ", trained on from a model",
}


def rows_of(panel: Panel) -> str:
    """Words like "60 rows, 1964 to 2023, yearly" or "13,000 rows in 151 series of 20 to 117, ..."."""
    rows = f"{len(panel.values):,} rows"
    if len(panel) > 1:
        low, high = panel.lengths.min(), panel.lengths.max()
        rows += f" in {len(panel):,} series of {low:,}" + (f" to {high:,}" if low < high else " each")
    if panel.target.kind == "label":
        return rows
    return f"{rows}, {' to '.join(time_range(panel))}, {panel.frequency.adjective}"


def seen(reading: ReadResult) -> str:
    """What was read, in one line: rows, gaps, and the shape of a single series."""
    panel = reading.panel
    filled = int((~panel.observed).sum())
    if panel.target.kind == "label":
        return f"{rows_of(panel)}, {len(panel.target.classes)} classes"
    gaps = f"{filled:,} filled" if filled else "no gaps"
    if panel.target.classes:
        return f"{rows_of(panel)}, {gaps}, {len(panel.target.classes)} classes"
    shape = f"     {sparkline(panel.values)}" if len(panel) == 1 else ""
    return f"{rows_of(panel)}, {gaps}{shape}"


def sparkline(values: Floats) -> str:
    """A series as a row of bars, each the mean of a stretch of it."""
    size = np.abs(values).max() or 1.0  # 1e308 and -1e308 are further apart than numbers go
    parts = np.array_split(values / size, min(len(values), _BARS_SHOWN))
    means = np.array([part.mean() for part in parts])
    low, high = means.min(), means.max()
    span = high - low
    share = (means - low) / span if span > 0 else np.full(len(means), 0.5)
    return "".join(_BARS[int(level)] for level in np.round(share * (len(_BARS) - 1)))


def guesses(reading: ReadResult) -> str:
    """Words like "time=year  target=tons"."""
    return "  ".join(f"{part}={guess}" for part, guess, _ in reading.guesses)


def skipped(reading: ReadResult, *, most: int = 5) -> list[str]:
    """Series left out, each with its reason, and how many more there are."""
    named = [f'"{series.id}": {series.reason}' for series in reading.skipped[:most]]
    more = len(reading.skipped) - len(named)
    return [*named, f"and {more:,} more"] if more else named


def planned(plan: Plan) -> str:
    """Words like "window 8 -> next 4 · 49 windows · GRU 32"."""
    recipe, spec = plan.recipe, plan.recipe.spec
    season = "" if spec.season == 1 else f" · season {_season(spec.season)}"
    network = f"{CELL_NAMES[spec.network.cell]} {_layers(spec.network.units)}"
    if recipe.members > 1:
        network += f" x {recipe.members}"
    combine = NAME_SUFFIXES[recipe.combine]
    if spec.target.kind == "label":
        read = f"{plan.windows:,} series of up to {spec.windows.window} rows"
        return f"{read} -> one of {classes(spec)} · {network}"
    if spec.target.classes:
        network += f", {classes(spec)}"
    beside = read_beside(spec)
    return (
        f"window {spec.windows.window} -> next {plan.horizon}{season} · {plan.windows:,} windows · "
        f"{network}{_MADE[recipe.origin]}{combine}{f' · {beside}' if beside else ''}"
    )


def classes(spec: ModelSpec) -> str:
    """Words like "5 classes"; "an event" of noughts and ones."""
    return "an event" if spec.target.is_event else f"{len(spec.target.classes)} classes"


def _season(season: int | None) -> str:
    """Words like "12", "none" and "each series its own"."""
    return {1: "none", None: "each series its own"}.get(season, str(season))


def read_beside(spec: ModelSpec) -> str:
    """What a network reads beside the target: "3 covariates, calendar, holidays of FR", or nothing."""
    count = len(spec.covariates)
    parts = [
        counted(count, "covariate") if count else "",
        "calendar" if spec.calendar.phases else "",
        f"holidays of {spec.calendar.holidays}" if spec.calendar.holidays else "",
    ]
    return ", ".join(filter(None, parts))


def coverage(kept: Coverage) -> str:
    """What intervals promised and what they kept: "80 % asked, 83 % achieved"."""
    if np.isnan(kept.achieved):
        return f"{kept.nominal:g} % asked; {kept.errors:,} errors are too few to tell what was achieved"
    few = f" (only {kept.errors} errors)" if kept.errors < 30 else ""
    return f"{kept.nominal:g} % asked, {kept.achieved:.0f} % achieved{few}"


def arithmetic(panel: Panel, plan: Plan) -> str:
    """Words like "60 rows - window 8 - horizon 4 + 1 = 49 windows"."""
    window, horizon = plan.recipe.spec.windows.window, plan.recipe.spec.trained_horizon
    if plan.recipe.spec.target.kind == "label":
        return f"one of each series, up to {window} rows = {plan.windows:,} windows"
    if len(panel) > 1:
        return f"rows - window {window} - horizon {horizon} + 1 of each series = {plan.windows:,} windows"
    return f"{len(panel.values):,} rows - window {window} - horizon {horizon} + 1 = {plan.windows:,} windows"


def pretrained(model: RecurrentForecaster) -> str:
    """Words like "the pretrained GRU for monthly rows in seasons of 12, blended with Theta"."""
    kinds = {1: "without a season", None: "with seasons of their own"}
    season = kinds.get(model.spec.season, f"in seasons of {model.spec.season}")
    blended = NAME_SUFFIXES[model.network.combine].removeprefix(" + ")
    combine = blended and f", blended with {'the ' if blended[0].islower() else ''}{blended}"
    cell = CELL_NAMES[model.spec.network.cell]
    return f"the pretrained {cell} for {model.frequency.adjective} rows {season}{combine}"


def _layers(units: tuple[int, ...]) -> str:
    return "+".join(str(count) for count in units)
