"""The steps of a forward pass for a person and for a program."""

from collections.abc import Mapping

import numpy as np

from forecast.data.arrays import Floats
from forecast.data.cards import Section
from forecast.data.panel import Panel
from forecast.data.results import ResultTable
from forecast.data.written import Labels
from forecast.explaining.steps import Steps
from forecast.forecasters.combination import PRETRAINED
from forecast.phrases import counted
from forecast.reporting.bars import bar
from forecast.reporting.notes import network_name
from forecast.reporting.row_columns import row_columns
from forecast.spec.model import Cell

_ROWS = 26
"""Rows of a window shown to a person, the newest."""

_UNITS = 12
"""Units of the state that are drawn: those that move the answer most."""

_IN_NUMBERS = 4
"""Units of the last step that are shown in numbers."""

_BAR = 10

_LEVELS = "▁▂▃▄▅▆▇█"

_GATES: dict[Cell, dict[str, str]] = {
    "simple-rnn": {},
    "gru": {"update": "update", "reset": "reset"},
    "lstm": {"forget": "forget", "input": "input", "output": "output"},
}
"""Gates of a cell that are shown, and their columns."""


def steps_table(steps: Steps, panel: Panel) -> ResultTable:
    """Columns step, those of the row, the answer, mean gates, and the state: h1, h2, ..."""
    count = len(steps.states)
    table: ResultTable = {"step": np.arange(1, count + 1), **row_columns(panel.tail(count))}
    target = steps.network.spec.target
    if not target.classes:
        table["forecast"] = steps.answers[:, 0]
    elif target.is_event:
        table["probability"] = steps.answers[:, 0, 1]
    else:
        table |= {f"p_{name}": steps.answers[:, 0, index] for index, name in enumerate(target.classes)}
    for name in _GATES[steps.network.spec.network.cell]:
        table[name] = steps.gates[name].mean(axis=1)
    return table | {f"h{unit}": state for unit, state in enumerate(steps.states.T, start=1)}


def steps_sections(steps: Steps, panel: Panel, weights: Mapping[str, float]) -> tuple[Section, ...]:
    """The loop over the rows, and its last step in numbers."""
    return (_loop(steps, panel, weights), _last_step(steps))


def _loop(steps: Steps, panel: Panel, weights: Mapping[str, float]) -> Section:
    count = len(steps.states)
    shown = min(count, _ROWS)
    table: ResultTable = {
        "step": np.array([str(step) for step in range(count - shown + 1, count + 1)], dtype=object),
        **row_columns(panel.tail(shown), most=1),
    }
    if not steps.network.spec.target.classes:
        newest, before = steps.read.window[-shown:, :2].astype(np.float64).T
        table["change"] = _signed(newest - before)
    if steps.gates:
        table["kept"] = _percent(steps.kept[-shown:].mean(axis=1))
    table["state"] = _drawn(steps.states[-shown:, _leading(steps, _UNITS)])
    table |= _answer_columns(steps, shown)
    below = _what_to_see(steps)
    if shown < count:
        left_out = f"not shown   the first {counted(count - shown, 'step')} of {count}: --format csv has all"
        below = (left_out, *below)
    return Section(_title(steps, weights), table, below, spare=("change", "kept"))


def _title(steps: Steps, weights: Mapping[str, float]) -> tuple[str, str]:
    name, network = steps.read.name, steps.network
    share = weights.get(name)
    part = "" if share is None or len(weights) < 2 else f" ({100 * share:.0f} % of the combination)"
    kind = "pretrained " if name == PRETRAINED else ""
    many = f", the first of {len(network.members)} that are averaged," if len(network.members) > 1 else ""
    return (
        f"The {kind}{network_name(network.spec.network)}{part}{many} reads one row after the other:",
        "state = 0; for row in window: state = cell(row, state); answer = weights x state",
    )


def _leading(steps: Steps, count: int) -> np.ndarray:
    """Indices of the units that move the answer most, ascending."""
    moved = np.abs(steps.shares) * np.abs(steps.states).max(axis=0)
    return np.sort(np.argsort(-moved, kind="stable")[:count])


def _drawn(states: Floats) -> Labels:
    """Each state as a row of bars, from -1 to 1."""
    levels = np.rint((np.clip(states, -1, 1) + 1) / 2 * (len(_LEVELS) - 1)).astype(int)
    return np.array(["".join(_LEVELS[level] for level in row) for row in levels.tolist()], dtype=object)


def _answer_columns(steps: Steps, shown: int) -> ResultTable:
    target, answers = steps.network.spec.target, steps.answers[-shown:, 0]
    if not target.classes:
        return {"answer": answers}
    if target.is_event:
        likely, names = answers[:, 1], [f"{100 * each:3.0f} %" for each in answers[:, 1].tolist()]
    else:
        likely, best = answers.max(axis=1), answers.argmax(axis=1)
        names = [
            f"{100 * each:3.0f} % {target.classes[index]}"
            for each, index in zip(likely.tolist(), best.tolist(), strict=True)
        ]
    drawn = [bar(each, _BAR) for each in likely.tolist()]
    return {"answer": np.array(names, dtype=object), "": np.array(drawn, dtype=object)}


def _what_to_see(steps: Steps) -> tuple[str, ...]:
    cell, target = steps.network.spec.network.cell, steps.network.spec.target
    kept = {
        "gru": ("kept        how much of the old state the update gate leaves; the rest is new",),
        "lstm": ("kept        how much of the old cell state the forget gate leaves",),
        "simple-rnn": ("no gates    every step makes the whole state new",),
    }[cell]
    drawn = min(_UNITS, steps.states.shape[1])
    if target.classes:
        what = {"class": "likeliest class in the next row", "label": "likeliest label"}.get(target.kind)
        answer = f"the probability of {'a 1 in the next row' if target.is_event else f'the {what}'}"
    else:
        past = "the last value" if steps.network.spec.season == 1 else "the value one season before it"
        answer = f"the forecast of the next row: {past}, moved by what the network says"
    change = "change      from the row before, as it is read: 1 is a typical change"
    return (
        *(() if target.classes else (change,)),
        *kept,
        f"state       the {drawn} units that move the answer most: a low bar is -1, a high one +1",
        f"answer      {answer}, if the series ended there; watch it move as each row is read",
    )


def _last_step(steps: Steps) -> Section:
    """A column for each unit: from above to below is the way of the calculation."""
    units = _leading(steps, _IN_NUMBERS)
    states, gates = steps.states[:, units], {name: gate[-1, units] for name, gate in steps.gates.items()}
    below: tuple[str, ...] = ("weight      what the answer takes of the new state",)
    numbers = {"old state": steps.earlier(states)[-1]}
    match steps.network.spec.network.cell:
        case "gru":
            numbers |= {name: gates[name] for name in ("update", "reset", "candidate")}
            below = (
                "new state   update x old state + (1 - update) x candidate",
                "reset       near 0 it hides the old state from the candidate",
                *below,
            )
        case "lstm":
            cells = steps.gates["cell"][:, units]
            numbers = {"old cell": steps.earlier(cells)[-1]}
            numbers |= {name: gates[name] for name in ("forget", "input", "candidate")}
            numbers |= {"new cell": cells[-1], "output": gates["output"]}
            below = (
                "new cell    forget x old cell + input x candidate",
                "new state   output x tanh(new cell)",
                *below,
            )
        case _:
            below = ("new state   tanh(weights x row + weights x old state)", *below)
    numbers["new state"] = states[-1]
    numbers["weight"] = steps.shares[units]
    table: ResultTable = {"unit": np.array([*numbers], dtype=object)}
    for index, unit in enumerate(units):
        table[f"h{unit + 1}"] = _signed(np.array([column[index] for column in numbers.values()]))
    return Section(("The last step in numbers, in the units that move the answer most:",), table, below)


def _signed(numbers: Floats) -> Labels:
    return np.array([f"{round(number, 2) + 0.0:5.2f}" for number in numbers.tolist()], dtype=object)


def _percent(shares: Floats) -> Labels:
    return np.array([f"{100 * share:3.0f} %" for share in shares.tolist()], dtype=object)
