"""The options of `forecast explain`."""

from typing import Annotated

from forecast.cli.options import PLAN, option

SeriesName = Annotated[
    str | None,
    option("--series", metavar="ID", help="Series to explain.  [default: the first]", panel=PLAN),
]
