"""`forecast predict`, or `train` first, beside statistical methods on seventeen sets of real series.

All methods forecast the same rows from the same origins in one run: the installed command, and with
the season of the set statsforecast's AutoTheta, AutoETS, MSTL (seasons of 7 and 365 days, 24 and 168
hours, where the rows hold two of the longer one) and the seasonal naive method; Prophet where
`--peers` names it. A season of more than 24 rows is left out for AutoTheta and AutoETS. For each: MASE (error
over the mean absolute seasonal change of the rows before the origin), coverage of 80 % intervals in percent,
their interval score in the same unit, CPU seconds. Then geometric means of MASE over the seasonal naive
method's, and of ours over each peer's on the sets that both have.

The sets are listed in development_sets.json (`Set` describes the fields); they are for development:
choices may be made on them, and their sources are in no training corpus. At most 150 series of a set are
drawn with one seed; they get regular times that end together. `--out FILE` adds the results to those in a
JSON file, so that sets and verbs may be run one by one.

The folder given by --data holds the files of `pretrained.py` and `holdouts.py` (of the competitions the train
rows alone are used), and corpus2/daily.parquet and corpus2/hourly.parquet with the columns unique_id (source
and series), ds, y. Sources, days: bakery-chain (ddop), nyc-taxi-trips (toddwschneider/nyc-taxi-data),
london-hires-total (Transport for London, intp8/bb), zh-airport (statistikZH/covid19monitoring),
saopaulo-metro (viniciusoike/metrosp), hongkong-border (UBC-MDS/DSCI-532_2025_10_hong-kong-tracker),
cran-downloads (shahreyar-abeer/cranstars), basel-pedestrians (jwoLondon/mobv); hours: edinburgh-bikes
(ajgeers/edinburgh-bike-counter), pnw-flights and portland14-weather (ismayc/pnwflights14), nab (numenta/NAB).
Needs `pip install statsforecast pyarrow`, and `prophet` for Prophet.
"""

import json
import logging
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from forecasting import LEVEL, Forecasts, Program, csv_text, timestamps
from measuring import Row, cpu_seconds, parser, pin, show
from numpy.typing import NDArray
from scoring import coverage, msis

Floats = NDArray[Any]

Series = dict[str, Floats]
"""Values by id; NaN where missing."""

Method = Callable[[Series, "Set"], dict[str, Forecasts]]
"""The rows before an origin and how they are forecast -> forecasts by id; none where it cannot serve."""

SETS = Path(__file__).with_name("development_sets.json")

MOST_SERIES = 150
"""Series of a set; more are drawn from."""

NAIVE = "seasonal naive"
PEERS = (NAIVE, "AutoTheta", "AutoETS", "MSTL", "Prophet")

LONG_SEASONS = {"D": (7, 365), "h": (24, 168)}
"""Frequency -> both seasons of MSTL where there are rows enough."""

LONGEST_SEASON = 24
"""Longest season of AutoTheta and AutoETS."""

NEWEST = {"h": "2020-03-01", "D": "2020-03-01", "W": "2020-03-01", "YS": "2019-01-01"}
"""Frequency -> last time before the forecast; for others January 2020."""


@dataclass(frozen=True, slots=True)
class Set:
    """A set of series and how it is forecast; the fields are those of the JSON file."""

    file: str
    """In the folder of the data; the name of a competition's set without _train.parquet."""
    season: int
    horizon: int
    freq: str
    keep: int
    """Newest rows before an origin that are used."""
    origins: int
    """Rolling origins, one horizon apart."""
    sources: tuple[str, ...] | None = None
    """First parts of the ids that are used; None for all."""
    columns: tuple[str, str] = ("ds", "y")
    """Time and value."""

    def series(self, folder: Path) -> Series:
        """The series that are long enough, at most `MOST_SERIES`."""
        fewest = max(3 * self.horizon, 2 * self.season + self.horizon, 20)
        series = {id: y for id, y in self._read(folder).items() if np.isfinite(y).sum() >= fewest}
        if len(series) <= MOST_SERIES:
            return series
        ids = list(series)
        drawn = np.random.default_rng(7).choice(len(ids), MOST_SERIES, replace=False)
        return {ids[index]: series[ids[index]] for index in sorted(drawn)}

    def _read(self, folder: Path) -> Series:
        import pandas as pd

        time, value = self.columns
        file = folder / self.file
        if not file.exists():
            file = folder / f"{self.file}_train.parquet"
        table = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file)
        ids = table["unique_id"].astype(str) if "unique_id" in table else pd.Series("one", table.index)
        if self.sources is not None:
            used = ids.str.split(r"[/|]", regex=True).str[0].isin(self.sources)
            table, ids = table[used], ids[used]
        return {
            str(id): rows.sort_values(time)[value].to_numpy(dtype=float)
            for id, rows in table.groupby(ids, sort=False)
        }

    def split(self, series: Series, origin: int) -> tuple[Series, Series]:
        """The rows before an origin, 0 for the newest, and the horizon after it."""
        fewest = max(2 * self.horizon, 2 * self.season, 12)
        after = (origin + 1) * self.horizon
        whole = {
            id: y[: len(y) - origin * self.horizon][-self.keep - self.horizon :]
            for id, y in series.items()
            if len(y) - after >= fewest
        }
        past = {id: y[: -self.horizon] for id, y in whole.items()}
        return past, {id: y[-self.horizon :] for id, y in whole.items()}

    def times(self, rows: int) -> list[str]:
        """Regular times of so many rows, the same last one for all series."""
        return timestamps(rows, self.freq, NEWEST.get(self.freq, "2020-01-01"))


@dataclass(frozen=True, slots=True)
class Result:
    """The scores of a method on a set: means over series and origins."""

    mase: float
    coverage: float
    """Percent of the actual values within 80 % intervals."""
    interval_score: float
    forecasts: int
    """Series times origins."""
    cpu_s: float


Results = dict[str, dict[str, Result]]
"""Set -> method -> result."""


def main() -> None:
    """Measure and print."""
    arguments = parser(__doc__)
    Program.add_option(arguments)
    arguments.add_argument("--train", action="store_true", help="train first, by default settings")
    arguments.add_argument("--no-ours", action="store_true", help="the peers alone")
    arguments.add_argument(
        "--peers",
        default=",".join(PEERS[:-1]),
        metavar="NAMES",
        help=f"some of {', '.join(PEERS)}, with commas between; '' for none [all but Prophet]",
    )
    arguments.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="see above")
    arguments.add_argument("--sets", type=Path, default=SETS, metavar="FILE", help="development_sets.json")
    arguments.add_argument("--out", type=Path, metavar="FILE", help="JSON file that results are added to")
    arguments.add_argument("names", nargs="*", metavar="NAME", help="run only these sets")
    options = arguments.parse_args()
    pin()
    program = None if options.no_ours else Program.of(options, trains=options.train)
    peers = [name for name in options.peers.split(",") if name]
    sets = {name: Set(**fields) for name, fields in json.loads(options.sets.read_text()).items()}
    if peers:
        import statsforecast.models  # noqa: F401  (so that no peer's CPU time holds it)
    results = _load(options.out)
    for name in options.names or sets:
        found = _results(sets[name], options.data, program, peers)
        results[name] = results.get(name, {}) | found
        print(f"{name}: {_short(found)}", file=sys.stderr, flush=True)
        _save(results, options.out)
    show(_rows(results), _means(results), as_json=options.json)


def _load(file: Path | None) -> Results:
    if file is None or not file.exists():
        return {}
    stored = json.loads(file.read_text())
    return {name: {method: Result(**each) for method, each in row.items()} for name, row in stored.items()}


def _save(results: Results, file: Path | None) -> None:
    if file is not None:
        table = {
            name: {method: asdict(each) for method, each in row.items()} for name, row in results.items()
        }
        file.write_text(json.dumps(table, indent=1))


def _results(chosen: Set, folder: Path, program: Program | None, peers: Sequence[str]) -> dict[str, Result]:
    """Method -> result on one set."""
    series = chosen.series(folder)
    scores: dict[str, list[tuple[float, float, float]]] = {}
    spent: dict[str, float] = {}
    for origin in range(chosen.origins):
        past, future = chosen.split(series, origin)
        for name, method in _methods(program, peers).items() if past else ():
            begun = cpu_seconds()
            forecasts = method(past, chosen)
            if forecasts:
                spent[name] = spent.get(name, 0.0) + cpu_seconds() - begun
                scores.setdefault(name, []).extend(_scores(past, future, forecasts, chosen.season))
    return {name: _mean(each, spent[name]) for name, each in scores.items()}


def _mean(scores: Sequence[tuple[float, float, float]], cpu_s: float) -> Result:
    mase, covered, interval_score = np.nanmean(scores, axis=0).tolist()
    return Result(mase, covered, interval_score, len(scores), cpu_s)


def _methods(program: Program | None, peers: Sequence[str]) -> dict[str, Method]:
    methods: dict[str, Method] = {name: partial(_peer, name) for name in peers}
    if program is None:
        return methods
    return {"train" if program.trains else "predict": partial(_ours, program)} | methods


def _ours(program: Program, past: Series, chosen: Set) -> dict[str, Forecasts]:
    data = {id: (chosen.times(len(y)), y.tolist()) for id, y in past.items()}
    columns = ["--id", "unique_id", "--time", "ds", "--target", "y"]
    if chosen.freq == "W":
        columns += ["--season", str(chosen.season)]  # weeks have none by default
    return program.forecasts(csv_text(data), chosen.horizon, columns=columns)


def _scores(
    past: Series, future: Series, forecasts: Mapping[str, Forecasts], season: int
) -> list[tuple[float, float, float]]:
    """MASE, coverage and interval score of each series that moves and has a forecast."""
    scores = []
    for id, y in past.items():
        lag = season if len(y) > season else 1
        scale = np.nanmean(np.abs(y[lag:] - y[:-lag]))
        if not scale > 0 or id not in forecasts:
            continue
        known = np.isfinite(future[id])
        actual = future[id][known][None]
        each = forecasts[id]
        values, lower, upper = (
            np.asarray(part)[known][None] for part in (each.values, each.lower, each.upper)
        )
        mase = float(np.abs(values - actual).mean() / scale)
        covered = float(coverage(actual, lower, upper).mean())
        scores.append((mase, covered, msis(actual, lower, upper, scale, level=LEVEL)))
    return scores


def _peer(name: str, past: Series, chosen: Set) -> dict[str, Forecasts]:
    """The forecasts of a peer, by id; none where it cannot serve. Missing values are interpolated."""
    import pandas as pd

    filled = {id: pd.Series(y).interpolate(limit_direction="both").to_numpy() for id, y in past.items()}
    if name == "Prophet":
        return {id: _prophet(y, chosen) for id, y in filled.items()}
    model = _model(name, chosen, shortest=min(map(len, past.values())))
    return _statistical(model, filled, chosen.horizon) if model is not None else {}


def _model(name: str, chosen: Set, *, shortest: int):
    """The model of statsforecast; None for MSTL without a season."""
    from statsforecast import models

    season = chosen.season
    if name == NAIVE:
        return models.SeasonalNaive(season) if season > 1 else models.Naive()
    if name == "MSTL":
        long = LONG_SEASONS.get(chosen.freq)
        if long and shortest >= 2 * long[-1] + chosen.horizon:
            return models.MSTL(season_length=list(long))
        return models.MSTL(season_length=season) if season > 1 else None
    return getattr(models, name)(season_length=season if season <= LONGEST_SEASON else 1)


def _statistical(model, series: Series, horizon: int) -> dict[str, Forecasts]:
    import pandas as pd
    from statsforecast import StatsForecast
    from statsforecast.models import Naive

    model.alias = "peer"
    rows = [pd.DataFrame({"unique_id": id, "ds": np.arange(len(y)), "y": y}) for id, y in series.items()]
    engine = StatsForecast(models=[model], freq=1, n_jobs=1, fallback_model=Naive(alias="peer"))
    table = engine.forecast(df=pd.concat(rows), h=horizon, level=[round(LEVEL)])
    bounds = [f"peer-{side}-{LEVEL:.0f}" for side in ("lo", "hi")]
    columns = ["peer", *(bound if bound in table else "peer" for bound in bounds)]
    return {
        str(id): Forecasts(*(each[column].to_numpy() for column in columns))
        for id, each in table.groupby("unique_id")
    }


def _prophet(values: Floats, chosen: Set) -> Forecasts:
    import pandas as pd
    from prophet import Prophet

    logging.disable(logging.CRITICAL)
    times = pd.to_datetime(chosen.times(len(values)))
    model = Prophet(interval_width=LEVEL / 100).fit(pd.DataFrame({"ds": times, "y": values}))
    ahead = model.make_future_dataframe(chosen.horizon, freq=chosen.freq).tail(chosen.horizon)
    table = model.predict(ahead)
    return Forecasts(*(table[column].to_numpy() for column in ("yhat", "yhat_lower", "yhat_upper")))


def _short(found: Mapping[str, Result]) -> str:
    """Such as: predict 1.552 / 77, AutoTheta 1.625 / 80."""
    return ", ".join(f"{method} {each.mase:.3f} / {each.coverage:.0f}" for method, each in found.items())


def _rows(results: Results) -> list[Row]:
    return [
        {
            "set": name,
            "method": method,
            "forecasts": str(each.forecasts),
            "MASE": each.mase,
            "coverage %": each.coverage,
            "interval score": each.interval_score,
            "CPU s": each.cpu_s,
        }
        for name, row in results.items()
        for method, each in row.items()
    ]


def _means(results: Results) -> list[Row]:
    """Geometric means of MASE over the seasonal naive method's, and over each other method's."""
    methods = list(dict.fromkeys(method for row in results.values() for method in row))
    rows: list[Row] = []
    for method in methods:
        row: dict[str, str | float | None] = {"geometric mean of MASE (sets)": method}
        for other in (NAIVE, *(each for each in methods if each != NAIVE)):
            ratios = [r[method].mase / r[other].mase for r in results.values() if method in r and other in r]
            mean = f"{statistics.geometric_mean(ratios):.3f} ({len(ratios)})" if ratios else None
            row[f"over {other}"] = mean if method != other else None
        rows.append(row)
    return rows


if __name__ == "__main__":
    main()
