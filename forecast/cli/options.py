"""Arguments and options that several commands share: name, type and help.

Each help text is a noun phrase and, where it is not "off", the default.
"""

from pathlib import Path
from typing import Annotated, Literal

import typer

from forecast.cli import completion
from forecast.spec.model import Cell, Statistic
from forecast.spec.training import Combine, Method

PLAN = "Plan"
NETWORK = "Network"
MODEL = "Model"
EVALUATION = "Evaluation"
OUTPUT = "Output"
PICTURE = "Picture"
MESSAGES = "Messages"

OutputFormat = Literal["auto", "table", "csv", "tsv", "json", "jsonl", "md", "parquet"]


def option(
    *flags: str,
    help: str,
    panel: str,
    metavar: str | None = None,
    complete: completion.Completer | None = None,
) -> object:
    """An option under the heading `panel`; its default is written in `help`, in words where that is best.

    `complete` gives the words that the shell offers.
    """
    return typer.Option(
        *flags,
        metavar=metavar,
        help=help,
        show_default=False,
        rich_help_panel=panel,
        autocompletion=complete,
    )


Data = Annotated[
    str | None,
    typer.Argument(
        metavar="DATA",
        help="A file, plain or gzip, or a folder or 'glob' of files; - for standard input.  "
        "[default: standard input]",
        show_default=False,
    ),
]
DataToContinue = Annotated[
    str | None,
    typer.Argument(
        metavar="DATA",
        help="A file, plain or gzip, or a folder or 'glob' of files; - for standard input.  "
        "[default: what is piped in, else the rows that "
        "the model keeps]",
        show_default=False,
    ),
]
ModelArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="MODEL",
        help="Model file.  [default: $FORECAST_MODEL, else the only *.forecast here]",
        show_default=False,
        autocompletion=completion.models,
    ),
]

Page = Annotated[
    str | None,
    typer.Argument(
        metavar="PAGE",
        help="Name of a page.  [default: the list of pages]",
        show_default=False,
        autocompletion=completion.pages,
    ),
]
FirstModel = Annotated[
    Path,
    typer.Argument(metavar="MODEL", help="Model file.", show_default=False, autocompletion=completion.models),
]
SecondModel = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL", help="Another one.", show_default=False, autocompletion=completion.models
    ),
]
DataToCompare = Annotated[
    str | None,
    typer.Argument(
        metavar="DATA",
        help="Rows to forecast: a file, plain or gzip; - for standard input.  [default: none, the scores of "
        "their own backtests]",
        show_default=False,
    ),
]

Horizon = Annotated[
    int | None,
    option(
        "--horizon",
        "-H",
        metavar="ROWS",
        help="Number of rows to forecast.  [default: by frequency, 12 for months]",
        panel=PLAN,
    ),
]
HorizonToPredict = Annotated[
    int | None,
    option(
        "--horizon",
        "-H",
        metavar="ROWS",
        help="Number of rows to forecast.  [default: the model's; pretrained by frequency, 12 for months]",
        panel=PLAN,
    ),
]
HorizonOfModel = Annotated[
    int | None,
    option(
        "--horizon",
        "-H",
        metavar="ROWS",
        help="Number of rows to forecast.  [default: the model's]",
        panel=PLAN,
    ),
]
HorizonOfModels = Annotated[
    int | None,
    option(
        "--horizon",
        "-H",
        metavar="ROWS",
        help="Number of rows to forecast.  [default: the shorter one of the models']",
        panel=PLAN,
    ),
]
Season = Annotated[
    str | None,
    option(
        "--season",
        metavar="ROWS|NAME",
        complete=completion.columns,
        help="Rows in one period, 1 for no season, or 7,365.25 for several; or the column with the season "
        "of each series.  [default: by frequency, longer ones found in the data]",
        panel=PLAN,
    ),
]
MethodName = Annotated[
    Method | None,
    option(
        "--method",
        metavar="NAME",
        help="The only method that forecasts: gru, lstm, simple-rnn, pretrained, theta, ets, ridge, ...  "
        "[default: combination]",
        panel=NETWORK,
    ),
]
CombineName = Annotated[
    Combine | None,
    option(
        "--combine",
        metavar="HOW",
        help="weighted by past errors, or none: the network alone.  [default: weighted]",
        panel=NETWORK,
    ),
]
Future = Annotated[
    str | None,
    option(
        "--future",
        metavar="FILE",
        help="Rows with the known covariates of the times to forecast, as written by forecast future.",
        panel=PLAN,
    ),
]
FutureMissing = Annotated[
    Literal["hold", "season"] | None,
    option(
        "--future-missing",
        metavar="POLICY",
        help="Known covariates without a future value: hold the last value, or season, the value one "
        "season before.  [default: an error]",
        panel=PLAN,
    ),
]
CellName = Annotated[
    Cell | None,
    option(
        "--cell",
        metavar="CELL",
        help="Recurrent cell: simple-rnn, lstm or gru.  [default: gru]",
        panel=NETWORK,
    ),
]

StatisticName = Annotated[
    Statistic | None,
    option(
        "--statistic",
        metavar="NAME",
        help="Forecasts are the mean or the median.  [default: mean of intermittent demand, else median]",
        panel=PLAN,
    ),
]

Backtests = Annotated[
    int | None,
    option(
        "--backtests",
        metavar="N",
        help="Number of backtest origins.  [default: by the number of rows]",
        panel=EVALUATION,
    ),
]
AsOf = Annotated[
    str | None,
    option(
        "--as-of",
        metavar="DATE",
        help="The forecast that would have been made on DATE, from rows up to it, beside the actual values.",
        panel=PLAN,
    ),
]
AsOfToEvaluate = Annotated[
    str | None,
    option(
        "--as-of",
        metavar="DATE",
        help="Score the forecast that would have been made on DATE, from rows up to it.",
        panel=EVALUATION,
    ),
]
Levels = Annotated[
    list[str] | None,
    option(
        "--level",
        metavar="PERCENT",
        help="Prediction interval, percent; repeat, or 80,95.  [default: 80]",
        panel=PLAN,
    ),
]
TotalOnly = Annotated[
    bool, option("--total", help="The sum over the horizon, with its own interval.", panel=PLAN)
]
Baselines = Annotated[
    list[str] | None,
    option(
        "--baseline",
        metavar="NAME",
        complete=completion.baselines,
        help="Baselines to compare with; repeat, or naive,drift.  "
        "[default: last value, seasonal naive, drift, mean, theta, ridge]",
        panel=EVALUATION,
    ),
]
Refit = Annotated[bool, option("--refit", help="Train again at every origin.", panel=EVALUATION)]
RequireSkill = Annotated[
    bool, option("--require-skill", help="Exit code 10 unless every baseline is beaten.", panel=EVALUATION)
]
By = Annotated[
    Literal["model", "series", "step"],
    option(
        "--by", metavar="PART", help="Scores by model, series or step.  [default: model]", panel=EVALUATION
    ),
]

ModelToWrite = Annotated[
    Path | None,
    option(
        "--model",
        metavar="PATH",
        complete=completion.models,
        help="Model file to write.  [default: STEM.forecast for STEM.csv, here]",
        panel=MODEL,
    ),
]
ModelToRead = Annotated[
    Path | None,
    option(
        "--model",
        metavar="PATH",
        complete=completion.models,
        help="Model file.  [default: $FORECAST_MODEL; else STEM.forecast for DATA called STEM.csv; else "
        "the only *.forecast here]",
        panel=MODEL,
    ),
]
ModelToPredict = Annotated[
    Path | None,
    option(
        "--model",
        metavar="PATH",
        complete=completion.models_or_pretrained,
        help="Model file, or pretrained.  [default: $FORECAST_MODEL; else STEM.forecast for DATA called "
        "STEM.csv, or pretrained; else the only *.forecast here]",
        panel=MODEL,
    ),
]
ModelToShow = Annotated[
    Path | None,
    option("--model", metavar="PATH", complete=completion.models, help="The same as MODEL.", panel=MODEL),
]
Resume = Annotated[bool, option("--resume", help="Continue an interrupted training.", panel=MODEL)]
DryRun = Annotated[bool, option("--dry-run", help="Print the plan without training.", panel=MODEL)]

FormatName = Annotated[
    OutputFormat,
    option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="table, csv, tsv, json, jsonl, md or parquet.  [default: auto, table on a terminal, else csv]",
        panel=OUTPUT,
    ),
]
AsJson = Annotated[bool, option("--json", help="Short for --format json.", panel=OUTPUT)]
Output = Annotated[
    Path | None,
    option(
        "--output",
        "-o",
        metavar="FILE",
        help="File to write, whole or not at all; its suffix sets the format.  [default: standard output]",
        panel=OUTPUT,
    ),
]
DigitsText = Annotated[
    str | None,
    option(
        "--digits",
        metavar="N|full",
        help="Significant digits of numbers, or full for all.  [default: three decimals more than the data "
        "have; in tables four digits]",
        panel=OUTPUT,
    ),
]
PredictionsFile = Annotated[
    Path | None,
    option(
        "--predictions",
        metavar="FILE",
        help="File for each forecast with its actual value, origin and interval; its suffix sets the "
        "format: .csv, .tsv, .json, .jsonl, .md or .parquet.",
        panel=OUTPUT,
    ),
]
ExcelSafe = Annotated[
    bool, option("--excel-safe", help="Ids such as =A1 written as '=A1, in CSV and TSV.", panel=OUTPUT)
]
SkippedFile = Annotated[
    Path | None,
    option(
        "--skipped",
        metavar="FILE",
        help="File to list the skipped series in: JSON lines of id, reason, place.",
        panel=OUTPUT,
    ),
]
Devices = Annotated[
    bool, option("--devices", help="What networks are trained on, and why no GPU; no DATA.", panel=OUTPUT)
]
Fix = Annotated[bool, option("--fix", help="Print the repaired data instead of the report.", panel=OUTPUT)]

Quiet = Annotated[bool, option("--quiet", "-q", help="Results and errors only.", panel=MESSAGES)]
Verbose = Annotated[bool, option("--verbose", "-v", help="Decisions with their reasons.", panel=MESSAGES)]
Debug = Annotated[bool, option("--debug", help="Tracebacks and TensorFlow's own log.", panel=MESSAGES)]
ColorName = Annotated[
    Literal["auto", "always", "never"] | None,
    option(
        "--color",
        metavar="WHEN",
        help="Colors: auto, always or never.  [default: auto, on a terminal]",
        panel=MESSAGES,
    ),
]


def untrained_options(
    *,
    season: Season = None,
    cell: CellName = None,
    method: MethodName = None,
    combine: CombineName = None,
    statistic: StatisticName = None,
) -> dict[str, object]:
    """What forecasts where there is no model, by name; None where it is not given."""
    return dict(locals())
