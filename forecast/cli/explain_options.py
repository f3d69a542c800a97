"""The options of `forecast explain`."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from forecast.cli import options, parsing
from forecast.cli.delivery import Delivery, plan_delivery
from forecast.cli.options import MODEL, NETWORK, PLAN, option
from forecast.cli.training_options import TRAINING

if TYPE_CHECKING:
    from forecast.data.digits import Digits

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
Windows = Annotated[
    list[str] | None,
    option(
        "--window",
        metavar="ROWS",
        help="Lengths to compare; repeat, or 8,16,32.  [default: 8,16,32,64]",
        panel=PLAN,
    ),
]
Cells = Annotated[
    list[str] | None,
    option(
        "--cell",
        metavar="CELL",
        help="Cells to compare; repeat, or lstm,gru.  [default: simple-rnn,lstm,gru]",
        panel=NETWORK,
    ),
]
CellsToTrain = Annotated[
    list[str] | None,
    option(
        "--cell",
        metavar="CELL",
        help="Train these cells on DATA and set them side by side: simple-rnn,lstm,gru.",
        panel=NETWORK,
    ),
]
Asked = Annotated[
    Literal["first", "next"],
    option(
        "--ask",
        metavar="ROW",
        help="Value that is asked for: first, of rows in random order, or next, in their order.  "
        "[default: first]",
        panel=PLAN,
    ),
]
StartOfGates = Annotated[
    Literal["open", "keras"],
    option(
        "--gates",
        metavar="START",
        help="Gates at the start: open, or half open as in keras.  [default: open]",
        panel=NETWORK,
    ),
]
Clip = Annotated[
    float,
    option(
        "--clip", metavar="NORM", help="Gradient clipping norm, 0 for none.  [default: 1]", panel=TRAINING
    ),
]
Seed = Annotated[int, option("--seed", metavar="N", help="Random seed.  [default: 0]", panel=TRAINING)]
MemberName = Annotated[
    str | None,
    option(
        "--member",
        metavar="NAME",
        help="Network of the model: gru, pretrained, ...  [default: the one with the largest weight]",
        panel=MODEL,
    ),
]


@dataclass(frozen=True, slots=True)
class Written:
    """How a lesson is written."""

    format: options.OutputFormat
    json: bool
    digits: "Digits"
    output: Path | None

    def planned(self, *inputs: str | Path | None) -> Delivery:
        """The delivery; a `UsageError` where the file would replace one of the inputs."""
        return plan_delivery(
            self.format, json=self.json, output=self.output, inputs=inputs, digits=self.digits
        )


def written_as(
    *,
    format: options.FormatName = "auto",
    json: options.AsJson = False,
    digits: options.DigitsText = None,
    output: options.Output = None,
) -> Written:
    """The options of all lessons about how they are written."""
    return Written(format, json, parsing.parse_digits(digits), output)
