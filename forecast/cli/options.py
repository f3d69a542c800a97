"""Every argument and option once: its name, its type, its help, and how its text is read."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from forecast.errors import UsageError
from forecast.spec.model import Cell
from forecast.spec.reading import ReadSpec
from forecast.spec.training import Combine, Start

COLUMNS = "Columns"
PLAN = "Plan"
VALUES = "Values"
NETWORK = "Network"
TRAINING = "Training"
MODEL = "Model"
JUDGEMENT = "Judgement"
OUTPUT = "Output"
REPAIRED = "Repair"
MESSAGES = "Messages"

OutputFormat = Literal["auto", "table", "csv", "tsv", "json", "jsonl", "md", "parquet"]

Data = Annotated[
    str | None,
    typer.Argument(
        metavar="DATA", help="A file, plain or gzip; - or nothing: standard input.", show_default=False
    ),
]
ModelArgument = Annotated[
    Path | None, typer.Argument(metavar="MODEL", help="The model file.", show_default=False)
]

Horizon = Annotated[
    int | None,
    typer.Option("--horizon", "-H", metavar="ROWS", help="Rows to forecast.", rich_help_panel=PLAN),
]
Window = Annotated[
    str | None,
    typer.Option(
        "--window",
        metavar="ROWS",
        help="Rows the network reads; search: try a few.",
        rich_help_panel=PLAN,
    ),
]
Season = Annotated[
    str | None,
    typer.Option(
        "--season",
        metavar="ROWS|NAME",
        help="Rows in a period, 1 is none; or the column that tells each series its own.",
        rich_help_panel=PLAN,
    ),
]

CalendarToRead = Annotated[
    bool,
    typer.Option(
        "--calendar", help="Read where a row stands in its day, week and year.", rich_help_panel=PLAN
    ),
]
Holidays = Annotated[
    str | None,
    typer.Option(
        "--holidays", metavar="PLACE", help="Read the holidays of FR, or of US-CA.", rich_help_panel=PLAN
    ),
]
Future = Annotated[
    str | None,
    typer.Option(
        "--future",
        metavar="FILE",
        help="Rows of what is known ahead, as forecast future writes them.",
        rich_help_panel=PLAN,
    ),
]
FutureMissing = Annotated[
    Literal["hold", "season"] | None,
    typer.Option(
        "--future-missing",
        metavar="POLICY",
        help="What is not known ahead: hold the last value, or that of a season before.",
        rich_help_panel=PLAN,
    ),
]

Minimum = Annotated[
    float | None,
    typer.Option(
        "--min",
        metavar="NUMBER",
        help="No forecast is lower; 0 for data that never are.",
        rich_help_panel=VALUES,
    ),
]
Maximum = Annotated[
    float | None,
    typer.Option("--max", metavar="NUMBER", help="No forecast is higher.", rich_help_panel=VALUES),
]
Whole = Annotated[
    bool | None,
    typer.Option(
        "--integer/--no-integer",
        help="Forecast whole numbers or any; as the data are otherwise.",
        show_default=False,
        rich_help_panel=VALUES,
    ),
]

StartName = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="START",
        help="pretrained, scratch, or a model file to train on; chosen by the data otherwise.",
        rich_help_panel=NETWORK,
    ),
]
CombineName = Annotated[
    Combine | None,
    typer.Option(
        "--blend",
        metavar="METHOD",
        help="theta or last-value: a part of it theirs; none; chosen by the data otherwise.",
        rich_help_panel=NETWORK,
    ),
]
Members = Annotated[
    int,
    typer.Option("--members", metavar="N", help="Networks to train and average.", rich_help_panel=NETWORK),
]
CellName = Annotated[
    Cell | None,
    typer.Option(
        "--cell",
        metavar="CELL",
        help="simple-rnn, lstm or gru; chosen by the data otherwise.",
        rich_help_panel=NETWORK,
    ),
]
CellOrBest = Annotated[
    Literal["simple-rnn", "lstm", "gru", "best"] | None,
    typer.Option(
        "--cell",
        metavar="CELL",
        help="simple-rnn, lstm or gru; best: try all three.",
        rich_help_panel=NETWORK,
    ),
]
Units = Annotated[
    str | None,
    typer.Option("--units", metavar="N,N", help="Units of each layer: 64 or 64,32.", rich_help_panel=NETWORK),
]
Dropout = Annotated[
    float | None,
    typer.Option(
        "--dropout", metavar="SHARE", help="Share of a layer dropped in training.", rich_help_panel=NETWORK
    ),
]

Epochs = Annotated[
    int | None,
    typer.Option(
        "--epochs",
        metavar="N",
        help="Epochs at most; chosen by the data otherwise.",
        rich_help_panel=TRAINING,
    ),
]
BatchSize = Annotated[
    int | None,
    typer.Option(
        "--batch-size",
        metavar="N",
        help="Windows in one update; chosen by the data otherwise.",
        rich_help_panel=TRAINING,
    ),
]
LearningRate = Annotated[
    float | None,
    typer.Option(
        "--learning-rate", metavar="RATE", help="Size of the first steps.", rich_help_panel=TRAINING
    ),
]
Backtests = Annotated[
    int | None,
    typer.Option(
        "--backtests",
        metavar="N",
        help="Origins to forecast from and be judged at.",
        rich_help_panel=JUDGEMENT,
    ),
]
RequireSkill = Annotated[
    bool,
    typer.Option(
        "--require-skill", help="Exit 10 unless it beats every baseline.", rich_help_panel=JUDGEMENT
    ),
]
Level = Annotated[
    str | None,
    typer.Option(
        "--level",
        metavar="PERCENT",
        help="Coverage the report checks.  [default: 80]",
        rich_help_panel=JUDGEMENT,
    ),
]
Levels = Annotated[
    list[str] | None,
    typer.Option(
        "--level",
        metavar="PERCENT",
        help="Interval that holds so often; repeat, or 80,95.  [default: 80]",
        rich_help_panel=PLAN,
    ),
]
Baselines = Annotated[
    list[str] | None,
    typer.Option(
        "--baseline",
        metavar="NAME",
        help="Judge these beside it; repeat, or naive,drift.",
        rich_help_panel=JUDGEMENT,
    ),
]
Refit = Annotated[
    bool, typer.Option("--refit", help="Train anew at every origin.", rich_help_panel=JUDGEMENT)
]
By = Annotated[
    Literal["model", "series", "step"],
    typer.Option("--by", metavar="PART", help="model, series or step.", rich_help_panel=JUDGEMENT),
]

ModelToWrite = Annotated[
    Path | None,
    typer.Option(
        "--model",
        metavar="PATH",
        help="Where to save it; DATA.forecast here otherwise.",
        rich_help_panel=MODEL,
    ),
]
ModelToRead = Annotated[
    Path | None,
    typer.Option(
        "--model",
        metavar="PATH",
        help="The model; else $FORECAST_MODEL, else the only *.forecast here.",
        rich_help_panel=MODEL,
    ),
]
ModelToPredict = Annotated[
    Path | None,
    typer.Option(
        "--model",
        metavar="PATH",
        help="The model, or pretrained; else $FORECAST_MODEL, else the only *.forecast here, "
        "else pretrained.",
        rich_help_panel=MODEL,
    ),
]
Resume = Annotated[
    bool,
    typer.Option("--resume", help="Go on with the training that was interrupted.", rich_help_panel=MODEL),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print the plan and train nothing.", rich_help_panel=MODEL)
]

FormatName = Annotated[
    OutputFormat,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="table, csv, tsv, json, jsonl, md, parquet; auto: a table on a terminal, else csv.",
        rich_help_panel=OUTPUT,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="The same as --format json.", rich_help_panel=OUTPUT)]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write to FILE, whole or not at all; format by its suffix.",
        rich_help_panel=OUTPUT,
    ),
]

ExcelSafe = Annotated[
    bool,
    typer.Option("--excel-safe", help="Write ids like =A1 as '=A1, in CSV and TSV.", rich_help_panel=OUTPUT),
]
Fix = Annotated[
    bool, typer.Option("--fix", help="Print the repaired data instead.", rich_help_panel=REPAIRED)
]

Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Results and errors only.", rich_help_panel=MESSAGES)
]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Decisions and their reasons too.", rich_help_panel=MESSAGES)
]
Debug = Annotated[
    bool, typer.Option("--debug", help="Tracebacks, and TensorFlow's own log.", rich_help_panel=MESSAGES)
]
ColorName = Annotated[
    Literal["auto", "always", "never"] | None,
    typer.Option("--color", metavar="WHEN", help="auto, always or never.", rich_help_panel=MESSAGES),
]


def start(text: str | None) -> Start | Path | None:
    """What training starts from: one of two words, else the path of a model."""
    match text:
        case None | "pretrained" | "scratch":
            return text
        case _:
            return Path(text)


def window(text: str | None) -> int | None:
    """Rows of a window; None where it is left open, or to be searched."""
    if text is None or text == "search":
        return None
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise UsageError(f'--window: "{text}" is not a number of rows', hint="write 24, or search")
    return int(text)


def season(text: str | None, read: ReadSpec) -> tuple[int | None, ReadSpec]:
    """The season of all series, and how data are read: with the column of seasons, where that is named."""
    if text is None or re.fullmatch(r"[+-]?\d{1,9}", text, re.ASCII):
        return (None if text is None else int(text)), read
    if _is_number(text):
        raise UsageError(
            f'--season: "{text}" is neither a number of rows nor a column\'s name',
            hint="write --season 12, or the name of the column that tells each series its own",
        )
    return None, replace(read, columns=replace(read.columns, season=text))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def units(text: str) -> tuple[int, ...]:
    """Units of each layer in "64" or "64,32"."""
    parts = [part.strip() for part in text.split(",")]
    if not all(re.fullmatch(r"\d{1,9}", part, re.ASCII) for part in parts):
        raise UsageError(f'--units: "{text}" is not a list of whole numbers', hint="write 64 or 64,32")
    return tuple(int(part) for part in parts)


def levels(texts: list[str] | None) -> tuple[float, ...]:
    """Coverages in percent, ascending and each once, from "80" and "80,95"; 80 where none is named."""
    return tuple(sorted({_level(name) for name in names(texts or ["80"])}))


def only_level(text: str | None) -> float:
    """The one coverage in percent that `train` reports on."""
    (first, *more) = levels(None if text is None else [text])
    if more:
        raise UsageError("--level: train reports on one level", hint="predict takes several")
    return first


def names(texts: list[str] | None) -> tuple[str, ...]:
    """The names in a repeated option that also takes commas, in order."""
    parts = (part.strip() for text in texts or () for part in text.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def _level(text: str) -> float:
    try:
        level = float(text.removesuffix("%"))
    except ValueError:
        raise UsageError(f'--level: "{text}" is not a number', hint="write --level 80") from None
    if 0 < level < 1:
        raise UsageError(f"--level is in percent, not {text}", hint=f"write --level {100 * level:g}")
    if not 1 <= level <= 99:
        raise UsageError(f"--level must be between 1 and 99 percent, not {text}")
    return level
