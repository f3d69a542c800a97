"""Verbs of rows that come one by one."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict, Unpack

from forecast.data.digits import Digits
from forecast.data.drift import DriftReport
from forecast.errors import UsageError
from forecast.events import Listener, Note, Warned, ignore
from forecast.forecasters.model import RecurrentForecaster
from forecast.phrases import counted, listed
from forecast.reporting.history import history_of, read_as
from forecast.spec.limits import MAX_HORIZON, check_range
from forecast.spec.reading import ReadSpec
from forecast.streaming.answers import AnswerLines
from forecast.streaming.feed import SOURCE, Feed
from forecast.streaming.filling import MOST_ROWS
from forecast.streaming.history import Continued, continued
from forecast.streaming.running import Memory
from forecast.streaming.stream import Stream
from forecast.tables.source import Source


class StreamOptions(TypedDict, total=False):
    """How a stream forecasts; see `open_feed`."""

    read: ReadSpec | None
    method: str | None
    horizon: int
    levels: Sequence[float]
    memory: Memory
    new_series: bool
    every: int
    state: Path | None
    listener: Listener


def open_feed(
    model: RecurrentForecaster,
    *,
    read: ReadSpec | None = None,
    method: str | None = None,
    horizon: int = 1,
    levels: Sequence[float] = (80.0,),
    memory: Memory = "carried",
    new_series: bool = False,
    every: int = 1,
    state: Path | None = None,
    source: str = SOURCE,
    listener: Listener = ignore,
) -> Feed:
    """A model that is ready for lines, continued from its state file if there is one.

    The listener hears what forecasts, and what is left out.
    """
    check_range("horizon", horizon, 1, MAX_HORIZON)
    check_range("every", every, 1, MAX_HORIZON)
    if state is not None and not model.file:
        raise UsageError(
            "a state belongs to a model file, and this model has none", hint="save the model first"
        )
    spec = read_as(model, read)
    stream = Stream(
        model,
        method=method,
        horizon=horizon,
        levels=levels,
        memory=memory,
        new_series=new_series,
        policy=spec.policy,
    )
    feed = Feed(stream, spec.notation, state_file=state, every=every, source=source)
    listener(Note("stream", _described(stream)))
    if any(covariate.role == "known" for covariate in stream.kind.spec.covariates):
        listener(Note("known", "covariates of the rows ahead are those of the newest row"))
    if state is not None:
        listener(Note("state", f"{state}: continued" if feed.continued else f"{state}: new"))
    return feed


def drift(
    model: RecurrentForecaster,
    source: Source,
    *,
    read: ReadSpec | None = None,
    alpha: float = 0.01,
    listener: Listener = ignore,
) -> DriftReport:
    """Whether rows newer than those that the model was trained on are still like these.

    They follow the rows that the model keeps: rows of the data that are not newer are ignored, and rows
    missing between are filled as gaps are. The listener hears of both.
    """
    from forecast.tasks.drift import drift_of

    if not 0 < alpha < 1:
        raise UsageError(f"--alpha must be between 0 and 1, not {alpha:g}", hint="write --alpha 0.01")
    panel = history_of(model, source, read, listener)
    found = continued(model, panel, read_as(model, read).policy.gaps_or_default)
    _note_joint(found, listener)
    return drift_of(model, found.panel, alpha)


def _note_joint(found: Continued, listener: Listener) -> None:
    """What is said of the rows between those of the model and the new ones."""
    if found.known:
        rows = counted(found.known, "row")
        listener(Note("known", f"{rows} not newer than those of the model: ignored"))
    if found.missing:
        gaps, rows = counted(len(found.missing), "gap"), counted(sum(found.missing), "row")
        listener(Note("repaired", f"{gaps} of {rows} after those of the model {found.filled}"))
    if found.alone:
        why = f"more than {MOST_ROWS:,} rows missing after those of the model"
        listener(Warned(f"{why}: tested by their own first rows: {listed(found.alone)}"))


def _described(stream: Stream) -> str:
    """What forecasts, and what is left out."""
    members, shares = stream.model.combination.members, stream.model.mean_weights
    if stream.settings is None:
        what = f"{stream.method} alone" if stream.method in members else ", ".join(members)
        return f"{what}, computed again from the newest rows after each line"
    how = "its hidden state carried from row to row"
    if stream.settings.memory == "window":
        how = "which reads the newest window after each row"
    left = [
        name if shares is None else f"{name} {100 * shares[index]:.0f} %"
        for index, name in enumerate(members)
        if name != stream.method
    ]
    text = f"{stream.method} alone, {how}"
    return (
        text
        if not left
        else f"{text}; left out: {', '.join(left)} (--method combination has all, more slowly)"
    )


def stream(
    model: RecurrentForecaster,
    rows: Iterable[Mapping[str, Any] | str],
    *,
    digits: Digits = "full",
    **options: Unpack[StreamOptions],
) -> Iterator[dict[str, Any]]:
    """One dictionary for each row that is forecast; `options` are those of `open_feed`."""
    feed = open_feed(model, **options, source="rows")
    answers = AnswerLines(feed.stream, "jsonl", digits)
    try:
        for row in rows:
            line = row if isinstance(row, str) else json.dumps(dict(row), default=str)
            answer = feed.read(line.encode())
            if feed.lines.unknown:
                feed.note_unknown(options.get("listener", ignore))
            if answer is not None:
                yield from (json.loads(each) for each in answers.lines(answer).splitlines())
    finally:
        feed.save()
