"""A model as one HTML page to hand over: data, verdict, scores, backtests, weights, memory, card."""

import shlex
from pathlib import Path

import numpy as np

from forecast.data.cards import Losses, ModelCard
from forecast.data.evaluation import KeptBacktests
from forecast.data.results import Forecast, Probabilities, ResultTable
from forecast.drawing import html
from forecast.drawing.chart import Chart, Curve, Picture
from forecast.drawing.charts import loss_chart
from forecast.drawing.svg import safe
from forecast.drawing.ticks import Counter
from forecast.explaining.memory import Memory, memories
from forecast.forecasters.combination import PRETRAINED
from forecast.forecasters.model import RecurrentForecaster
from forecast.output.terminal import is_number, texts
from forecast.phrases import counted, shown
from forecast.reporting import notes
from forecast.reporting.model_card import model_card
from forecast.reporting.score_table import score_table
from forecast.version import __version__

MOST_CHARTS = 6
"""Series that are drawn, and whose forecasts are in the table."""

_MOST_ROWS = 48
"""Rows of the table of forecasts."""

_NO_FILE = ("standard input", "data", "frame")
"""What the card calls data that were in no file."""

NEWEST_ROWS = (
    "This page holds the newest rows of the data that the model was trained on, and its forecasts: treat it "
    "as the data themselves."
)

_FEW_VALUES = 30
"""Values of a step under which its coverage says little."""

_BACKTESTS = (
    "From each origin, a dotted line, the model forecast rows that it had not seen. The intervals are "
    "calibrated on errors at earlier origins."
)


def report_page(
    model: RecurrentForecaster,
    *,
    found: Forecast | Probabilities | None,
    forecast: Picture | None,
    backtests: Picture | None,
) -> str:
    """The page of a model.

    `found` is its forecast after the rows that it keeps, `forecast` the picture of that, and `backtests` that
    of the backtests of its training; None where there is nothing to draw.
    """
    name = safe(_name(model.card.source))
    sections = [
        ("Verdict", _verdict(model.card)),
        ("Forecast", _forecast(model, found, forecast)),
        ("Accuracy", _accuracy(model.card)),
        ("Combination", _weights(model)),
        ("Backtests", _picture(backtests, _BACKTESTS)),
        ("Coverage of the intervals by step", _coverage(model.card.backtests)),
        ("Training", _training(model.card.losses)),
        ("Memory of the networks", _memory(model)),
        ("Model card", _card(model)),
        ("Repeat it", _command(model.card)),
    ]
    body = "\n".join(
        f'<section id="{title.split()[0].lower()}">\n<h2>{title}</h2>\n{content}\n</section>'
        for title, content in sections
        if content
    )
    head = (
        f'<h1>Forecast report: {name}</h1>\n<p class="lead">{safe(_data(model))}</p>\n'
        f'<p class="notice">{NEWEST_ROWS}</p>'
    )
    foot = f'<p class="small">Made by forecast {safe(__version__)}. The page fetches nothing.</p>'
    css = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    return html.page(f"Forecast report: {name}", f"{head}\n{body}\n{foot}", css)


def _name(source: str) -> str:
    return source if source in _NO_FILE else Path(source).name


def _data(model: RecurrentForecaster) -> str:
    card = model.card
    many = f" in {card.series:,} series" if card.series > 1 else ""
    rows = f"{counted(card.rows, 'row')}{many}"
    target = shown(model.read.columns.target or "")
    if model.spec.target.kind == "label":
        return f"{rows}, target {target}"
    return f"{rows}, {card.first_time} to {card.last_time}, {model.frequency.adjective}, target {target}"


def _verdict(card: ModelCard) -> str:
    if card.verdict is None:
        return "<p>The model was not evaluated.</p>"
    lines = [f'<p class="verdict">{safe(card.verdict.text)}</p>']
    if card.coverage is not None:
        lines.append(f"<p>{safe(notes.coverage(card.coverage))}</p>")
    return "\n".join(lines)


def _forecast(
    model: RecurrentForecaster, found: Forecast | Probabilities | None, picture: Picture | None
) -> str:
    if found is None:
        return ""
    table = found.to_table()
    rows = len(next(iter(table.values())))
    some = {name: column[:_MOST_ROWS] for name, column in table.items()}
    parts = [_picture(picture), _table(some)]
    series = len(model.tail)
    if picture is not None and series > len(picture.charts):
        parts.append(_small(f"The first {len(picture.charts)} of {series:,} series."))
    if rows > _MOST_ROWS:
        parts.append(_small(f"The first {_MOST_ROWS} of {rows:,} rows."))
    return "\n".join(filter(None, parts))


def _accuracy(card: ModelCard) -> str:
    scores = card.scores
    if scores is None:
        return ""
    backtests, forecasts = counted(scores.backtests, "backtest"), counted(scores.forecasts, "forecast")
    words = (
        "MAE is the mean absolute error in the unit of the data; MASE is the error relative to the usual "
        "change; skill is the part of the error of the seasonal naive forecast that is avoided. "
        if "mase" in scores.metrics
        else ""
    )
    note = _small(f"{words}{backtests}, {forecasts}, on rows not trained on.")
    return f"{_table(score_table(scores), members=True)}\n{note}"


def _weights(model: RecurrentForecaster) -> str:
    """The members as bars, the heaviest first."""
    weights = model.mean_weights
    if weights is None or model.spec.target.classes:
        return ""
    names = [notes.members_line(model.combination.only([name])) for name in model.combination.members]
    rows = []
    for name, weight in sorted(zip(names, weights, strict=True), key=lambda each: -each[1]):
        rows.append(
            f"<span>{safe(name)}</span>"
            '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
            f'<rect class="interval" width="{100 * weight:.1f}" height="10"/></svg>'
            f"<span>{100 * weight:.0f} %</span>"
        )
    many = " (means over the series)" if len(model.tail) > 1 else ""
    text = f"The forecast is a weighted mean; the weights follow from errors at earlier origins{many}."
    return f"<p>{text}</p>\n" + '<div class="weights">\n' + "\n".join(rows) + "\n</div>"


def _coverage(kept: KeptBacktests | None) -> str:
    """The share of actual values within the intervals, by step of the horizon."""
    if kept is None or np.isnan(kept.covered).all():
        return ""
    steps = np.arange(1.0, len(kept.covered) + 1)
    nominal = Curve(f"nominal: {kept.level:g} %", "reference", steps, np.full(len(steps), kept.level))
    covered = Curve("percent of values within the interval", "forecast", steps, kept.covered)
    chart = Chart("", (nominal, covered), Counter())
    least, most = int(kept.counts.min()), int(kept.counts.max())
    numbers = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    few = ": one more or less within changes it much" if least < _FEW_VALUES else ""
    few = _small(f"Of {numbers} values for each step{few}.")
    return f"{_picture(Picture('coverage by step', (chart,)), small=True)}\n{few}"


def _training(losses: Losses | None) -> str:
    if losses is None:
        return ""
    text = "Training and validation loss by epoch: no epoch improved the initial weights, which are used."
    if losses.best_epoch:
        text = (
            f"Training and validation loss by epoch. The best epoch is {losses.best_epoch}, the dotted line; "
            "for so many the network was trained on all rows."
        )
    return _picture(Picture("loss by epoch", (loss_chart(losses),)), text, small=True)


def _memory(model: RecurrentForecaster) -> str:
    """How much of each older row is left in the answer of each network, for the first series."""
    if not model.combination.networks or not len(model.tail):
        return ""
    weights = dict(zip(model.combination.members, model.mean_weights or [], strict=False))
    found = memories(model, model.tail.select([0]))
    picture = Picture("memory", tuple(_memory_chart(memory, weights) for memory in found))
    halves = "; ".join(_half_life(memory) for memory in found)
    text = (
        "How much of a row that was read so many steps ago is left in the answer, in percent of the newest "
        f"row: the exact gradient through the recurrent state. Half-life of the first step: {halves}."
    )
    return _picture(picture, text, small=True)


def _memory_chart(memory: Memory, weights: dict[str, float]) -> Chart:
    ago = np.arange(1.0, memory.left.shape[1] + 1)
    curves = [Curve("forecast of the next row", "forecast", ago, 100 * memory.left[0])]
    if len(memory.left) > 1:
        curves.insert(0, Curve("forecast of the last row", "training", ago, 100 * memory.left[-1]))
    name = f"{'pretrained ' if memory.name == PRETRAINED else ''}{notes.network_name(memory.shape)}"
    share = f" ({100 * weights[memory.name]:.0f} %)" if memory.name in weights else ""
    return Chart(name + share, tuple(curves), Counter())


def _half_life(memory: Memory) -> str:
    half = float(memory.half_lives[0])
    window = counted(memory.left.shape[1], "step")
    return f"{memory.name} {f'{half:.1f} steps' if np.isfinite(half) else f'more than {window}'}"


def _card(model: RecurrentForecaster) -> str:
    rows = "\n".join(
        f"<tr><td>{safe(label)}</td><td>{safe(text)}</td></tr>" for label, text in model_card(model).lines
    )
    return f'<div class="scroll"><table class="card">\n{rows}\n</table></div>'


def _command(card: ModelCard) -> str:
    return f"<pre>{safe(train_command(card))}</pre>\n" + _small(
        "The same data, options, seed and versions give the same model; the data are the same where their "
        f"digest is {card.data_sha256}."
    )


def train_command(card: ModelCard) -> str:
    """The command line that makes the model again, in the folder of the data."""
    source = "DATA" if card.source in _NO_FILE else card.source
    # A name that begins with - would be read as an option.
    data = f"./{source}" if source.startswith("-") else source
    return shlex.join(["forecast", "train", data, *card.options])


def _picture(picture: Picture | None, text: str = "", *, small: bool = False) -> str:
    if picture is None:
        return ""
    words = f"<p>{safe(text)}</p>\n" if text else ""
    return f"{words}{html.legend(picture)}\n{html.charts(picture, small=small)}"


def _table(table: ResultTable, *, members: bool = False) -> str:
    """A table whose numbers are aligned right; names that are indented are those of members."""
    kinds = [' class="number"' if is_number(column) else "" for column in table.values()]
    columns = texts(table)
    head = "".join(f"<th{kind}>{safe(name)}</th>" for kind, name in zip(kinds, columns, strict=True))
    rows = "\n".join(_row(row, kinds, members) for row in zip(*columns.values(), strict=True))
    return f'<div class="scroll"><table>\n<tr>{head}</tr>\n{rows}\n</table></div>'


def _row(cells: tuple[str, ...], kinds: list[str], members: bool) -> str:
    kind = ' class="member"' if members and cells[0].startswith(" ") else ""
    filled = "".join(f"<td{each}>{safe(cell)}</td>" for each, cell in zip(kinds, cells, strict=True))
    return f"<tr{kind}>{filled}</tr>"


def _small(text: str) -> str:
    return f'<p class="small">{safe(text)}</p>'
