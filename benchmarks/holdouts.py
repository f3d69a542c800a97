"""Accuracy of default `train` on seven well-known single series, each with its last two horizons held out.

The installed command trains on the rows before the hold-out, with no option but the horizon, and `predict`
forecasts the rows held out: fourteen models. MASE: the mean absolute error over the mean absolute seasonal
change of the rows trained on. The last row is the geometric mean of the fourteen. Options after `--` go
to `forecast train`: `-- --from scratch`. Never tune anything on these numbers.

The folder given by --data holds airpassengers.csv and sunspots_monthly.csv, sunspots_yearly.csv (Rdatasets:
AirPassengers, sunspots, sunspot.year), co2_mauna_loa_monthly.csv (datasets/co2-ppm),
electricity_victoria_daily.csv (tsibbledata, vic_elec), seattle_weather_daily.csv (vega-datasets) and
harvest_canada_wheat.csv (agData), with the columns ds and y; of the weather temp_max is forecast, of the
monthly sunspots the newest 1,200 months are used.
"""

import csv
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

from forecasting import Program, csv_text
from measuring import Row, cpu_seconds, parser, pin, show

HELD_OUT = 2
"""Horizons held out of each series."""


@dataclass(frozen=True, slots=True)
class Source:
    """A series and how it is forecast."""

    file: str
    horizon: int
    season: int
    """Of the scale of MASE."""
    target: str = "y"
    newest: int | None = None
    """Newest rows that are used; None for all."""


SOURCES = {
    "AirPassengers, 12 months": Source("airpassengers.csv", 12, 12),
    "CO2, 12 months": Source("co2_mauna_loa_monthly.csv", 12, 12),
    "electricity, 14 days": Source("electricity_victoria_daily.csv", 14, 7),
    "sunspots, 12 months": Source("sunspots_monthly.csv", 12, 12, newest=1200),
    "sunspots, 4 years": Source("sunspots_yearly.csv", 4, 1),
    "Seattle temp_max, 14 days": Source("seattle_weather_daily.csv", 14, 7, target="temp_max"),
    "Canadian wheat, 4 years": Source("harvest_canada_wheat.csv", 4, 1),
}


def main() -> None:
    """Measure and print."""
    arguments = parser(__doc__)
    Program.add_option(arguments)
    arguments.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="see above")
    arguments.add_argument("--only", choices=tuple(SOURCES), help="run only this series")
    arguments.add_argument("train_options", nargs="*", metavar="-- OPTION", help="options of forecast train")
    options = arguments.parse_args()
    pin()
    program = Program.of(options, trains=True, train_options=options.train_options)
    rows, all_scores = [], []
    for name in [options.only] if options.only else SOURCES:
        begun = cpu_seconds()
        scores = _scores(SOURCES[name], options.data, program)
        rows.append(_row(name, scores, cpu_seconds() - begun))
        all_scores += scores
        print(f"{name}: {', '.join(f'{score:.3f}' for score in scores)}", file=sys.stderr, flush=True)
    total = sum(float(row["CPU s"] or 0) for row in rows)
    mean = {**_row("geometric mean", [], total), "newest": statistics.geometric_mean(all_scores)}
    show([*rows, mean], as_json=options.json)


def _scores(source: Source, folder: Path, program: Program) -> list[float]:
    """MASE of each hold-out, the oldest first."""
    times, values = _read(source, folder / source.file)
    scores, horizon = [], source.horizon
    for number in range(HELD_OUT, 0, -1):
        origin = len(values) - number * horizon
        past, future = values[:origin], values[origin : origin + horizon]
        forecast = program.forecasts(csv_text({"": (times[:origin], past)}), horizon)[""]
        scale = statistics.fmean(abs(a - b) for a, b in zip(past[source.season :], past, strict=False))
        errors = [abs(a - b) for a, b in zip(forecast.values, future, strict=True)]
        scores.append(float(statistics.fmean(errors) / scale))
    return scores


def _read(source: Source, file: Path) -> tuple[list[str], list[float]]:
    """Times and values of the rows that have a value."""
    with file.open(newline="") as lines:
        rows = [(row["ds"], row[source.target]) for row in csv.DictReader(lines)]
    known = [(time, float(value)) for time, value in rows if value not in ("", "NA")]
    known = known[-source.newest :] if source.newest else known
    return [time for time, _ in known], [value for _, value in known]


def _row(name: str, scores: list[float], cpu_s: float) -> Row:
    older, newest = scores or (None, None)
    return {"MASE of default train": name, "older": older, "newest": newest, "CPU s": cpu_s}


if __name__ == "__main__":
    main()
