"""The command `forecast stream`."""

import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal, cast

import typer

from forecast.cli import options, parsing, paths
from forecast.cli.console import Console
from forecast.cli.help import needed_source
from forecast.cli.option_groups import takes
from forecast.cli.options import MODEL, NETWORK, OUTPUT, PLAN, option
from forecast.cli.process import held_back
from forecast.cli.reading_options import REPAIR, line_spec
from forecast.errors import SOME_SKIPPED, DataError, UsageError
from forecast.spec.reading import ReadSpec

if TYPE_CHECKING:
    from forecast.streaming.answers import AnswerLines
    from forecast.streaming.feed import Feed

SAVE_SECONDS = 10.0
"""Seconds after which the state is saved while lines come."""

Lines = Annotated[
    str | None,
    typer.Argument(
        metavar="DATA",
        help="Lines of CSV, or JSON objects: a file; - for standard input.  [default: standard input]",
        show_default=False,
    ),
]
StateFile = Annotated[
    Path | None,
    option(
        "--state",
        metavar="FILE",
        help="File to continue from and to save the state in.  [default: none, from the model's rows]",
        panel=MODEL,
    ),
]
Horizon = Annotated[
    int,
    option(
        "--horizon", "-H", metavar="ROWS", help="Rows to forecast after each line.  [default: 1]", panel=PLAN
    ),
]
Every = Annotated[
    int,
    option(
        "--every", metavar="N", help="Forecast after every N-th row of a series.  [default: 1]", panel=PLAN
    ),
]
Method = Annotated[
    str | None,
    option(
        "--method",
        metavar="NAME",
        help="Member that forecasts, or combination.  [default: the network alone, which is the fastest]",
        panel=NETWORK,
    ),
]
MemoryName = Annotated[
    Literal["carried", "window"],
    option(
        "--memory",
        metavar="KIND",
        help="Hidden state: carried from row to row, or that of the newest window.  [default: carried]",
        panel=NETWORK,
    ),
]
NewSeries = Annotated[
    bool,
    option("--new-series", help="Series the model does not know start with an empty memory.", panel=NETWORK),
]
OnError = Annotated[
    Literal["stop", "skip"],
    option(
        "--on-error",
        metavar="POLICY",
        help="A line that cannot be read: stop, or skip it and end with exit code 6.  [default: stop]",
        panel=REPAIR,
    ),
]
LineFormat = Annotated[
    Literal["csv", "tsv", "jsonl"],
    option("--format", "-f", metavar="FORMAT", help="csv, tsv or jsonl.  [default: csv]", panel=OUTPUT),
]


@takes("read", line_spec)
def stream(
    ctx: typer.Context,
    data: Lines = None,
    *,
    model: options.ModelToRead = None,
    state: StateFile = None,
    horizon: Horizon = 1,
    level: options.Levels = None,
    every: Every = 1,
    method: Method = None,
    memory: MemoryName = "carried",
    new_series: NewSeries = False,
    read: ReadSpec,
    on_error: OnError = "stop",
    format: LineFormat = "csv",
    digits: options.DigitsText = None,
) -> None:
    """Forecast again after each line of observations.

    forecast stream more.csv --model harvest.forecast
    cat more.csv | forecast stream --model harvest.forecast --state state
    forecast stream more.csv --model harvest.forecast --method combination
    """
    console: Console = ctx.obj
    source = needed_source(ctx, data)
    path = paths.model_to_read(model, source)
    written, levels = parsing.parse_digits(digits), parsing.parse_levels(level)
    if state is not None and any(
        each.exists() and state.exists() and each.samefile(state)
        for each in (path, *([source] if isinstance(source, Path) else []))
    ):
        raise UsageError(f'--state: "{state}" would replace what is read from it')
    from forecast import live, workflow
    from forecast.streaming.answers import AnswerLines

    trained = workflow.load(path)
    console.note("model", str(path))
    feed = live.open_feed(
        trained,
        read=read,
        method=method,
        horizon=horizon,
        levels=levels,
        memory=memory,
        new_series=new_series,
        every=every,
        state=state,
        source="standard input" if isinstance(source, str) else str(source),
        listener=console.listen,
    )
    answers = AnswerLines(feed.stream, format, written)
    with nullcontext(sys.stdin.buffer) if isinstance(source, str) else _opened(source) as lines:
        skipped = _run(feed, answers, cast(BinaryIO, lines), console, skips=on_error == "skip")
    console.note("read", _summary(feed, skipped))
    if skipped:
        raise typer.Exit(SOME_SKIPPED)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=str(path)) from error


def _run(feed: "Feed", answers: "AnswerLines", stream: BinaryIO, console: Console, *, skips: bool) -> int:
    """Answer line after line, each at once; the number of lines skipped.

    A signal waits until a line has been read to its end, so that the state is saved whole.
    """
    from forecast.streaming.lines import LONGEST
    from forecast.streaming.packed import unpacked

    skipped, fills, saved = 0, 0, time.monotonic()
    out = sys.stdout
    if not feed.continued:
        out.write(answers.header)
        out.flush()
    lines = unpacked(stream, feed.source)
    try:
        while line := lines.readline(LONGEST + 2):
            try:
                with held_back():
                    answer = feed.read(line)
            except DataError as error:
                if not skips:
                    raise
                skipped += 1
                console.warn(f"skipped: {error}")
                continue
            if feed.stream.filled > fills:
                feed.note_filled(feed.stream.filled - fills, console.listen)
                fills = feed.stream.filled
            if feed.lines.unknown:
                feed.note_unknown(console.listen)
            if answer is not None:
                out.write(answers.lines(answer))
                out.flush()
            if feed.number % 64 == 0 and time.monotonic() > saved + SAVE_SECONDS:
                saved = time.monotonic()
                with held_back():
                    feed.save()
    finally:
        with held_back():
            feed.save()
    return skipped


def _summary(feed: "Feed", skipped: int) -> str:
    from forecast.phrases import counted

    parts = [counted(feed.number, "line")]
    if skipped:
        parts.append(f"{skipped:,} skipped")
    if feed.stream.filled:
        parts.append(f"{counted(feed.stream.filled, 'row')} filled in")
    return ", ".join(parts)
