"""The options of `forecast explain`."""

from typing import Annotated

from forecast.cli.options import MODEL, PLAN, option

SeriesName = Annotated[
    str | None,
    option("--series", metavar="ID", help="Series to explain.  [default: the first]", panel=PLAN),
]
Window = Annotated[
    int | None,
    option(
        "--window", metavar="ROWS", help="Rows that are read.  [default: by season and horizon]", panel=PLAN
    ),
]
MemberName = Annotated[
    str | None,
    option(
        "--member",
        metavar="NAME",
        help="Network of the model: gru, pretrained, ...  [default: the one with the largest weight]",
        panel=MODEL,
    ),
]
