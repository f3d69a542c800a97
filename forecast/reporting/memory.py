"""The memory of networks for a person and for a program: tables, bars, half-lives."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from forecast.data.arrays import Floats
from forecast.data.cards import Section
from forecast.data.panel import Panel
from forecast.data.results import ResultTable
from forecast.explaining.memory import Memory
from forecast.forecasters.combination import PRETRAINED
from forecast.forecasters.recurrent import CELL_NAMES
from forecast.phrases import counted
from forecast.reporting.bars import bars
from forecast.reporting.notes import covariates_line, network_name
from forecast.reporting.row_columns import row_columns

if TYPE_CHECKING:
    from forecast.output.writing import Json

_ROWS = 26
"""Rows of a window shown to a person, the newest: two years of months, and a row on each side."""

_BAR = 10


def memory_table(found: Sequence[Memory], panel: Panel) -> ResultTable:
    """Columns network, step, steps_ago, those of the row, effect (of values), left: a row for each pair."""
    parts = [_long(memory, panel) for memory in found]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _long(memory: Memory, panel: Panel) -> ResultTable:
    horizon, window = memory.left.shape
    rows = np.tile(np.arange(window)[::-1], horizon)
    ago = np.tile(np.arange(1, window + 1), horizon)
    table: ResultTable = {
        "network": np.full(horizon * window, memory.name, dtype=object),
        "step": np.repeat(np.arange(1, horizon + 1), window),
        "steps_ago": ago,
        **{name: column[rows] for name, column in row_columns(panel.tail(window)).items()},
    }
    if memory.effects is not None:
        table["effect"] = memory.effects.ravel()
    return table | {"left": memory.left.ravel()}


def memory_facts(found: Sequence[Memory], weights: Mapping[str, float]) -> "list[dict[str, Json]]":
    """What is known of each network beside its rows; a half-life beyond the window is null."""
    return [
        {
            "name": memory.name,
            "weight": weights.get(memory.name),
            "window": memory.left.shape[1],
            "half_lives": [_finite(number) for number in memory.half_lives.tolist()],
            "effect_of_older_values": None if memory.older is None else memory.older.tolist(),
        }
        for memory in found
    ]


def _finite(number: float) -> float | None:
    return number if np.isfinite(number) else None


def cells_section(found: Sequence[Memory], trained: Sequence[str], panel: Panel) -> Section:
    """Memories of networks of the same window side by side; `trained` is a line about each training."""
    window = found[0].left.shape[1]
    shown = min(window, _ROWS)
    columns = {name: column[::-1] for name, column in row_columns(panel.tail(shown), most=1).items()}
    table: ResultTable = {"ago": np.array([str(ago) for ago in range(1, shown + 1)], dtype=object), **columns}
    for each in found:
        table[CELL_NAMES[each.shape.cell]] = bars(each.left[0, :shown], _BAR, most=1.0)
    lines = []
    for each, line in zip(found, trained, strict=True):
        half = float(each.half_lives[0])
        life = f"{half:.1f} steps" if np.isfinite(half) else f"more than {counted(window, 'step')}"
        lines.append(f"{CELL_NAMES[each.shape.cell]:10}  half-life {life} (+1); {line}")
    if shown < window:
        lines.append(
            f"not shown   {counted(window - shown, 'older row')} of the window: --format csv has all"
        )
    return Section(
        (
            f"{counted(len(found), 'cell')}, trained on the same rows: what the hidden state still holds of "
            "each row, relative to the newest, which is the first line.",
        ),
        table,
        (*lines, "bars        that fall fast are a short memory; a full one is as much as of the newest row"),
    )


def memory_sections(
    found: Sequence[Memory], panel: Panel, weights: Mapping[str, float]
) -> tuple[Section, ...]:
    """One table for each network, with what to see in the last one."""
    return tuple(
        _section(memory, panel, weights, last=index == len(found) - 1) for index, memory in enumerate(found)
    )


def _section(memory: Memory, panel: Panel, weights: Mapping[str, float], *, last: bool) -> Section:
    horizon, window = memory.left.shape
    shown, steps = min(window, _ROWS), _steps_shown(horizon)
    columns = {name: column[::-1] for name, column in row_columns(panel.tail(shown), most=2).items()}
    table: ResultTable = {"ago": np.array([str(ago) for ago in range(1, shown + 1)], dtype=object), **columns}
    if memory.effects is not None:
        for step in steps:
            table[f"+{step}"] = _hundredths(memory.effects[step - 1, :shown])
        table["effect (+1)"] = bars(memory.effects[0, :shown], _BAR)
    table["left"] = _percent(memory.left[0, :shown])
    table["in state"] = bars(memory.left[0, :shown], _BAR, most=1.0)
    answer = "probability" if memory.effects is None else "forecast"
    above = f"{memory_title(memory, weights)}: what is left of each row in its {answer}, newest row first."
    return Section(
        (above,),
        table,
        (*_figures(memory, shown, steps), *(_what_to_see(memory) if last else ())),
        spare=("in state", f"+{horizon}" if horizon > 1 else "effect (+1)"),
    )


def memory_title(memory: Memory, weights: Mapping[str, float]) -> str:
    """Such as "pretrained GRU 64 (2 averaged), 71 % of the combination"."""
    many = f" (mean of {memory.networks})" if memory.networks > 1 else ""
    name = f"{'pretrained ' if memory.name == PRETRAINED else ''}{network_name(memory.shape)}{many}"
    share = weights.get(memory.name)
    return name if share is None or len(weights) < 2 else f"{name}, {100 * share:.0f} % of the combination"


def _steps_shown(horizon: int) -> list[int]:
    """The first step and the last one."""
    return sorted({1, horizon})


def _hundredths(numbers: Floats) -> np.ndarray:
    return np.array([f"{_two_places(number):>5}" for number in numbers.tolist()], dtype=object)


def _two_places(number: float) -> str:
    return f"{round(number, 2) + 0.0:.2f}"  # -0.0 becomes 0.0


def _percent(shares: Floats) -> np.ndarray:
    return np.array([f"{100 * share:3.0f} %" for share in shares.tolist()], dtype=object)


def _figures(memory: Memory, shown: int, steps: list[int]) -> list[str]:
    """The half-life by step, what is read, and what the table leaves out."""
    window = memory.left.shape[1]
    halves = [
        f"{half:.1f} steps" if np.isfinite(half) else f"more than {counted(window, 'step')}"
        for half in memory.half_lives[[step - 1 for step in steps]].tolist()
    ]
    told = halves[0] if memory.effects is None and len(steps) == 1 else _by_step(halves, steps)
    lines = [f"half-life   {told}", f"reads       {reads_line(memory)}"]
    if memory.older is not None:
        older = [_two_places(memory.older[step - 1]) for step in steps]
        lines.append(f"older       {_by_step(older, steps)}, the effect of all values before the window")
    if shown < window:
        rest = (
            "" if memory.effects is None else f", effect {_two_places(memory.effects[0, shown:].sum())} (+1)"
        )
        rows = counted(window - shown, "older row")
        lines.append(f"not shown   {rows} of the window{rest}: --format csv has all")
    return lines


def _by_step(texts: list[str], steps: list[int]) -> str:
    """Such as "2.1 steps (+1), 1.0 steps (+4)"."""
    return ", ".join(f"{text} (+{step})" for text, step in zip(texts, steps, strict=True))


def reads_line(memory: Memory) -> str:
    """Such as "8 rows, of each 13 numbers: the newest values, their level and volatility, ..."."""
    rows = counted(memory.left.shape[1], "row")
    others = covariates_line(memory.spec)
    if memory.effects is None:
        more = f", with {others}" if others else ""
        return f"{rows}, {counted(memory.channels, 'number')} of each{more}"
    what = ", ".join(filter(None, ("the newest values around their level, volatility, age", others)))
    without = f"; taken off first: {', '.join(memory.taken_off)}" if memory.taken_off else ""
    return f"{rows}, {counted(memory.channels, 'number')} of each: {what}{without}"


def _what_to_see(memory: Memory) -> list[str]:
    if memory.effects is None:
        return [
            "left        how strongly the row still moves the probability through the hidden state, in "
            "percent of the newest row; bars that fall fast are a short memory",
        ]
    return [
        "+1          how far the forecast of the next row moves if that row's value is 1 larger; all effects "
        "together are about 1",
        "left        what the hidden state still holds of the row for the forecast of the next row (+1), in "
        "percent of the newest; bars that fall fast are a short memory, bars that rise again a season",
    ]
