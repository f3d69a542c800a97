"""The options of pictures."""

from pathlib import Path
from typing import Annotated

from forecast.cli.options import OUTPUT, PICTURE, option

PictureFile = Annotated[
    Path | None,
    option(
        "--output",
        "-o",
        metavar="FILE",
        help="Picture to write, whole or not at all: .png, .svg, .html or .txt.  [default: standard output]",
        panel=OUTPUT,
    ),
]
ReportFile = Annotated[
    Path | None,
    option(
        "--output",
        "-o",
        metavar="FILE",
        help="HTML file to write, whole or not at all; - for standard output.  [default: STEM.html, here]",
        panel=OUTPUT,
    ),
]
DrawnSeries = Annotated[
    list[str] | None,
    option(
        "--series",
        metavar="ID",
        help="Series to draw; repeat for several.  [default: the first ones]",
        panel=PICTURE,
    ),
]
HistoryRows = Annotated[
    str | None,
    option(
        "--history",
        metavar="ROWS|all",
        help="Rows drawn before the forecast.  [default: eight times the horizon, or three seasons]",
        panel=PICTURE,
    ),
]
AsOfToDraw = Annotated[
    str | None,
    option(
        "--as-of",
        metavar="DATE",
        help="Draw the forecast that would have been made on DATE, and the actual values after it.",
        panel=PICTURE,
    ),
]
NoPlot = Annotated[bool, option("--no-plot", help="No picture under the table.", panel=OUTPUT)]
Backtest = Annotated[
    bool,
    option("--backtest", help="Draw the forecasts at each origin, and the actual values.", panel=PICTURE),
]
Loss = Annotated[
    bool, option("--loss", help="Draw training and validation loss of the model by epoch.", panel=PICTURE)
]
