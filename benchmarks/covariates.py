"""How much covariates improve a forecast, at the same origins and in one run.

Every data set is trained twice with the default settings, without and with its covariates, and scored
by its own backtests on the newest rows: MASE of the combination, of one's own network in it, of the ridge
regression on the network's windows and the same covariates (of a single series without any: on its own
past), and of the Theta method, which reads the target only. Known covariates are actual values, of weather as
well: with a weather forecast instead they are worth less. Never tune anything on these rows.

DATA_FOLDER holds electricity_victoria_daily.csv (daily demand with temperatures and holidays, from
tsibbledata's vic_elec), seattle_weather_daily.csv (vega-datasets' seattle-weather.csv) and
harvest_canada_panel.csv (harvests with the area that was seeded, from agData), each with the
columns unique_id, ds, y; shops.csv is the synthetic sample of this repository.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from measuring import FORECAST, Row, cost, parser, pin, show

SAMPLE = Path(__file__).parents[1] / "sample_data" / "shops.csv"


@dataclass(frozen=True, slots=True)
class Case:
    """A data set and its covariates."""

    name: str
    file: str
    always: tuple[str, ...]
    """Options with and without covariates."""
    covariates: tuple[str, ...]
    """Options that name the covariates."""
    code: int = 0
    """Exit code of the training: 6 where series are skipped."""


CASES = (
    Case(
        "electricity demand, 6 backtests",
        "electricity_victoria_daily.csv",
        ("--target", "y", "--backtests", "6"),
        ("--known", "temp_max", "--known", "temp_mean", "--known", "holiday"),
    ),
    Case(
        "highest temperature, 6 backtests",
        "seattle_weather_daily.csv",
        ("--target", "temp_max", "--backtests", "6"),
        ("--known", "temp_min", "--known", "wind"),
    ),
    Case(
        "harvests",
        "harvest_canada_panel.csv",
        ("--target", "y", "--id", "unique_id"),
        ("--known", "area_seeded_ha", "--static", "crop", "--static", "province"),
        code=6,
    ),
    Case(
        "shops (synthetic)",
        "shops.csv",
        ("--target", "sold", "--id", "shop"),
        (
            *("--past", "visits", "--known", "price", "--known", "promotion"),
            *("--static", "town", "--holidays", "FR"),
        ),
    ),
)


def main() -> None:
    """Measure and print."""
    arguments = parser(__doc__)
    arguments.add_argument("data", type=Path, metavar="DATA_FOLDER", help="see above")
    options = arguments.parse_args()
    pin()
    rows = [row for case in CASES for row in _measured(case, options.data)]
    show(rows, as_json=options.json)


def _measured(case: Case, folder: Path) -> list[Row]:
    """Without and with covariates."""
    return [
        _row(case, folder, "target only", case.always),
        _row(case, folder, "with covariates", (*case.always, *case.covariates)),
    ]


def _row(case: Case, folder: Path, inputs: str, options: tuple[str, ...]) -> Row:
    import forecast

    file = SAMPLE if case.file == SAMPLE.name else folder / case.file
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "m.forecast"
        spent = cost([*FORECAST, "train", file, "--model", path, *options], expected=case.code)
        card = forecast.load(path).card
    scores = card.scores
    mase = dict(zip(scores.models, scores.overall[:, scores.metrics.index("mase")].tolist(), strict=True))
    return {
        "data": case.name,
        "inputs": inputs,
        "origin": card.origin,
        "combination": round(mase[scores.models[0]], 3),
        "network": round(mase[scores.models[1]], 3),
        "ridge": round(mase.get("pooled-ridge", mase["ridge"]), 3),
        "Theta": round(mase["theta"], 3),
        "forecasts": scores.forecasts,
        "CPU s": round(spent.cpu_s, 1),
    }


if __name__ == "__main__":
    main()
