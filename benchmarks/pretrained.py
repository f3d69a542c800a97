"""Accuracy of `predict` without a model and of default `train`, compared with statistical methods.

Zero-shot is what `forecast predict TRAINFILE` does where there is no model; "train" is
`forecast train TRAINFILE`, then `forecast predict`. The only options are the horizon, and the season
where the times are plain counters. Both run through the Python interface, in this process. The peers
are methods of statsforecast, in the same run on the same rows, with the season of the competition.
Never tune anything on these numbers.

M4: the three samples of `accuracy.py`, those of D1 to D99 with fewer than 999 days, and all weekly
and hourly series. MASE and Naive2 have the season of the competition (1 for weeks and days). The
columns of intervals are of 80 %: coverage at the step where it is lowest and highest, and MSIS.
AutoETS is left out on the hourly series, where it takes four minutes and more.

Short: 60 series at most of each group, drawn with a fixed seed, each forecast as a file of its own.
M1: series whose train part has 30 to 60 rows. Harvests: the newest rows of each, 30 to 60 before
the 6 held out, none missing. OWA of a group; "ahead" is the percentage of series with a smaller
absolute error than the peer's. A series that `train` refuses is forecast zero-shot, and counted.

Coarser: M4 hourly, M4 weekly and M1 monthly, aggregated to the means of several rows, so that the
season is one that no network of the package was trained for; OWA with that season.

AirPassengers: the last 24 of 144; wheat: the last 10 of 117 years; MASE. Cost: CPU seconds of a
whole process that predicts 117 rows, median of 11, and the size of the pretrained files.

The folder given by --data holds the files of `accuracy.py`; m4_daily_sample, m4_weekly and
m4_hourly _train.parquet and _test.parquet (M4Competition/M4-methods); m1_yearly, m1_quarterly and
m1_monthly _train.parquet and _test.parquet (the M1 competition, R package Mcomp); harvest_canada_panel.csv,
harvest_canada_wheat.csv and harvest_fao_dev.csv.gz (agData). Needs `pip install statsforecast pyarrow`.
"""

import statistics
from dataclasses import dataclass
from pathlib import Path

from forecasting import (
    LEVEL,
    Forecasts,
    frame,
    peer,
    stack,
    train_and_predict,
    train_and_predict_or_none,
    zero_shot,
)
from measuring import FORECAST, Row, cost, interleaved, parser, pin, show
from scoring import as_future, check_published, coverage, msis, naive2, owa, scored

SHORT, LONG = 30, 60
"""Rows of a short series."""
DRAWN = 60
"""Maximum number of series in a group of short ones."""
HARVEST_HORIZON = 6
AIR_HORIZON, AIR_SEEDS = 24, 5
WHEAT_HORIZON = 10
SHORT_PEERS = ("AutoETS", "AutoTheta")
COARSER = {
    "M4 hourly, of 3 hours": ("m4_hourly", 3, 8, 16),
    "M4 weekly, of 2 weeks": ("m4_weekly", 2, 26, 6),
    "M1 monthly, of 2 months": ("m1_monthly", 2, 6, 9),
}
"""Name -> files, rows aggregated to one, season and horizon."""


@dataclass(frozen=True, slots=True)
class _Set:
    """A set of the M4 competition."""

    files: str
    horizon: int
    season: int
    """Of MASE, Naive2 and the peers."""
    target: float
    """OWA to reach."""
    season_option: int | None = None
    """Value of --season, where the times are plain counters."""
    peers: tuple[str, ...] = ("AutoETS", "AutoTheta", "Theta")
    sample: bool = False
    """Whether the intervals have a target, those of AutoETS."""

    def read(self, data: Path):
        """Past and future panels, with the season of the competition."""
        from forecast.reading.reader import read_panel

        panels = (read_panel(data / f"{self.files}_{part}.parquet").panel for part in ("train", "test"))
        return tuple(panel.with_season(self.season) for panel in panels)


M4 = {
    "yearly": _Set("m4_yearly_sample", 6, 1, 0.765, sample=True),
    "quarterly": _Set("m4_quarterly_sample", 8, 4, 0.830, sample=True),
    "monthly": _Set("m4_monthly_sample", 18, 12, 0.815, sample=True),
    "daily": _Set("m4_daily_sample", 14, 1, 1.00, season_option=7, sample=True),
    "hourly": _Set("m4_hourly", 48, 24, 0.50, season_option=24, peers=("AutoTheta", "Theta")),
    "weekly": _Set("m4_weekly", 13, 1, 0.80, season_option=52),
}
M1 = {"M1 yearly": (6, 1), "M1 quarterly": (8, 4), "M1 monthly": (18, 12)}
"""Name -> horizon and season."""
HARVESTS = {"harvests of Canada": "harvest_canada_panel.csv", "harvests, FAO": "harvest_fao_dev.csv.gz"}


def main() -> None:
    """Measure and print."""
    parts = {
        **dict.fromkeys(M4, _m4),
        "short": _short,
        "coarser": _coarser,
        "air": _air,
        "wheat": _wheat,
        "cost": _cost,
    }
    arguments = parser(__doc__)
    arguments.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="see above")
    arguments.add_argument("--only", choices=tuple(parts), help="run only this part")
    options = arguments.parse_args()
    pin()
    chosen = [options.only] if options.only else list(parts)
    show(*(parts[part](options.data, part) for part in chosen), as_json=options.json)


def _m4(data: Path, part: str) -> list[Row]:
    chosen = M4[part]
    past, future = chosen.read(data)
    source = data / f"{chosen.files}_train.parquet"
    plain = Forecasts(naive2(past, chosen.horizon))
    reference = scored(past, future, as_future(past, plain.values))
    check_published(part, reference)
    ours = {
        "zero-shot": zero_shot(source, chosen.horizon, season=chosen.season_option),
        "train": train_and_predict(source, chosen.horizon, season=chosen.season_option),
    }
    peers = {name: peer(name, past, chosen.horizon, season=chosen.season) for name in chosen.peers}
    limit = _msis(past, future, peers["AutoETS"]) if "AutoETS" in peers else None
    return [
        _m4_row(part, name, each, (past, future, reference), target=_m4_target(chosen, limit, name in ours))
        for name, each in ({"Naive2": plain} | ours | peers).items()
    ]


def _m4_target(chosen: _Set, limit: float | None, ours: bool) -> str | None:
    if not ours:
        return None
    intervals = f", 77 - 83 %, MSIS < {limit:.4g}" if chosen.sample else ""
    return f"OWA <= {chosen.target:.3f}{intervals}"


def _m4_row(part: str, name: str, forecasts: Forecasts, data, *, target: str | None) -> Row:
    past, future, reference = data
    scores = scored(past, future, as_future(past, forecasts.values))
    covered = None if forecasts.lower is None else _coverage(future, forecasts)
    return {
        f"M4 {part}, {len(past)} series": name,
        "sMAPE": scores[0],
        "MASE": scores[1],
        "OWA": owa(scores, reference),
        "lowest %": None if covered is None else float(covered.min()),
        "at step": None if covered is None else str(covered.argmin() + 1),
        "highest %": None if covered is None else float(covered.max()),
        "at its step": None if covered is None else str(covered.argmax() + 1),
        "MSIS": None if covered is None else _msis(past, future, forecasts),
        "CPU s": forecasts.cpu_s,
        "target": target,
    }


def _coverage(future, forecasts: Forecasts):
    """(horizon,) percent of the series within their intervals at each step."""
    return coverage(future.values.reshape(len(future), -1), forecasts.lower, forecasts.upper)


def _msis(past, future, forecasts: Forecasts) -> float:
    from forecast.evaluation import metrics

    scale = metrics.seasonal_scales(past)[:, None]
    actual = future.values.reshape(len(past), -1)
    return msis(actual, forecasts.lower, forecasts.upper, scale, level=LEVEL)


def _short(data: Path, _part: str) -> list[Row]:
    groups = {name: _m1_group(data, name, horizon) for name, (horizon, _) in M1.items()}
    groups |= {name: _harvest_group(data / file) for name, file in HARVESTS.items()}
    seasons = {name: season for name, (_, season) in M1.items()}
    return [
        row
        for name, (past, future) in groups.items()
        for row in _short_rows(name, past, future, season=seasons.get(name, 1))
    ]


def _short_rows(group: str, past, future, *, season: int) -> list[Row]:
    past = past.with_season(season)
    horizon = len(future.values) // len(future)
    option = None if past.frequency.unit == "year" else season
    files = [frame(past.select([index])) for index in range(len(past))]
    zero = [zero_shot(file, horizon, season=option) for file in files]
    trained = [train_and_predict_or_none(file, horizon, season=option) for file in files]
    forecasts = {
        "zero-shot": stack(zero),
        "train": stack([ours or instead for ours, instead in zip(trained, zero, strict=True)]),
    } | {name: peer(name, past, horizon, season=season) for name in SHORT_PEERS}
    reference = scored(past, future, as_future(past, naive2(past, horizon)))
    scores = {name: scored(past, future, as_future(past, each.values)) for name, each in forecasts.items()}
    return [
        {
            "short series": f"{group}, {len(past)} series: {name}",
            "sMAPE": scores[name][0],
            "MASE": scores[name][1],
            "OWA": owa(scores[name], reference),
            **{
                f"ahead of {other} %": None if name in SHORT_PEERS else _ahead(future, each, forecasts[other])
                for other in SHORT_PEERS
            },
            "refused": str(trained.count(None)) if name == "train" else None,
            "target": None if name in SHORT_PEERS else "OWA < both, ahead > 50 %",
        }
        for name, each in forecasts.items()
    ]


def _ahead(future, ours: Forecasts, theirs: Forecasts) -> float:
    """Percent of the series on which our absolute error is smaller."""
    import numpy as np

    actual = future.values.reshape(len(future), -1)
    errors = [np.abs(actual - each.values).mean(axis=1) for each in (ours, theirs)]
    return 100 * float((errors[0] < errors[1]).mean())


def _m1_group(data: Path, name: str, horizon: int):
    """Past and future of the M1 series whose train part is short."""
    from forecast.reading.reader import read_panel

    files = f"m1_{name.split()[1]}"
    past, future = (read_panel(data / f"{files}_{part}.parquet").panel for part in ("train", "test"))
    assert past.ids == future.ids
    assert (future.lengths == horizon).all()
    chosen = _drawn([index for index, rows in enumerate(past.lengths) if SHORT <= rows <= LONG])
    return past.select(chosen), future.select(chosen)


def _harvest_group(file: Path):
    """The newest rows before the held-out ones, a random number per series; no gaps, not constant."""
    import numpy as np

    from forecast import Columns, ReadSpec
    from forecast.reading.reader import read_panel

    panel = read_panel(file, ReadSpec(Columns("y", "ds", "unique_id"))).panel
    rows = np.random.default_rng(0).integers(SHORT, LONG + 1, len(panel))
    newest = panel.rows(
        np.maximum(panel.lengths - rows - HARVEST_HORIZON, 0),
        np.minimum(panel.lengths, rows + HARVEST_HORIZON),
    )
    fits = [
        index
        for index, series in enumerate(newest)
        if len(series.values) == rows[index] + HARVEST_HORIZON
        and series.observed.all()
        and np.ptp(series.values[:-HARVEST_HORIZON]) > 0
    ]
    chosen = newest.select(_drawn(fits))
    return chosen.first(chosen.lengths - HARVEST_HORIZON), chosen.tail(HARVEST_HORIZON)


def _drawn(indices: list[int]):
    """At most `DRAWN` random indices, the same in every run."""
    import numpy as np

    return np.sort(np.random.default_rng(0).permutation(indices)[:DRAWN])


def _coarser(data: Path, _part: str) -> list[Row]:
    return [row for name, case in COARSER.items() for row in _coarser_rows(name, data, *case)]


def _coarser_rows(name: str, data: Path, files: str, rows: int, season: int, horizon: int) -> list[Row]:
    from forecast import Columns, ReadSpec
    from forecast.reading.reader import read_panel

    table = _coarser_table(data / files, rows, shortest=3 * season + horizon)
    panel = read_panel(table, ReadSpec(Columns("y", "step", "id"))).panel.with_season(season)
    past, future = panel.first(panel.lengths - horizon), panel.tail(horizon)
    known = table[table.groupby("id").cumcount(ascending=False) >= horizon]
    plain = Forecasts(naive2(past, horizon))
    reference = scored(past, future, as_future(past, plain.values))
    forecasts = {
        "Naive2": plain,
        "zero-shot": zero_shot(known, horizon, season=season),
        "train": train_and_predict(known, horizon, season=season),
    } | {other: peer(other, past, horizon, season=season) for other in ("AutoTheta", "Theta")}
    scores = {
        method: scored(past, future, as_future(past, each.values)) for method, each in forecasts.items()
    }
    return [
        {
            "coarser, other seasons": f"{name}, {len(past)} series in seasons of {season}: {method}",
            "sMAPE": scores[method][0],
            "MASE": scores[method][1],
            "OWA": owa(scores[method], reference),
            "CPU s": each.cpu_s,
        }
        for method, each in forecasts.items()
    ]


def _coarser_table(files: Path, rows: int, *, shortest: int):
    """Both parts of each series joined, as means of `rows` rows, where at least `shortest` are left."""
    import numpy as np
    import pandas as pd

    from forecast.reading.reader import read_panel

    parts = [read_panel(files.with_name(f"{files.name}_{part}.parquet")).panel for part in ("train", "test")]
    series = {
        past.id: np.concatenate((past.values, future.values)) for past, future in zip(*parts, strict=True)
    }
    means = {id: all[len(all) % rows :].reshape(-1, rows).mean(axis=1) for id, all in series.items()}
    tables = [
        pd.DataFrame({"id": id, "step": np.arange(len(values)), "y": values})
        for id, values in means.items()
        if len(values) >= shortest
    ]
    return pd.concat(tables)


def _air(data: Path, _part: str) -> list[Row]:
    past, future = _held_out(data / "airpassengers.csv", AIR_HORIZON)
    what, rows = f"AirPassengers, last {AIR_HORIZON}", []
    for cell in ("gru", "lstm"):
        trained = [
            train_and_predict(frame(past), AIR_HORIZON, cell=cell, seed=seed) for seed in range(AIR_SEEDS)
        ]
        mase = [_mase(past, future, each) for each in trained]
        rows.append(_row(what, f"train, {cell}", mase, "MASE <= 0.90"))
        zero = zero_shot(frame(past), AIR_HORIZON, cell=cell)
        rows.append(_row(what, f"zero-shot, {cell}", [_mase(past, future, zero)]))
    return rows + _peer_rows(what, past, future)


def _wheat(data: Path, _part: str) -> list[Row]:
    past, future = _held_out(data / "harvest_canada_wheat.csv", WHEAT_HORIZON)
    methods = {"train": train_and_predict, "zero-shot": zero_shot}
    rows = [
        _row("wheat, last 10", name, [_mase(past, future, method(frame(past), WHEAT_HORIZON))], target)
        for (name, method), target in zip(methods.items(), ("MASE <= 0.80", None), strict=True)
    ]
    return rows + _peer_rows("wheat, last 10", past, future)


def _held_out(file: Path, horizon: int):
    from forecast import Columns, ReadSpec
    from forecast.reading.reader import read_panel

    panel = read_panel(file, ReadSpec(Columns("y", "ds", "unique_id"))).panel
    return panel.first(panel.lengths - horizon), panel.tail(horizon)


def _peer_rows(what: str, past, future) -> list[Row]:
    horizon, season = len(future.values), int(past.seasons[0])
    return [
        _row(what, name, [_mase(past, future, peer(name, past, horizon, season=season))])
        for name in ("AutoETS", "AutoTheta", "Theta")
    ]


def _mase(past, future, forecasts: Forecasts) -> float:
    return scored(past, future, as_future(past, forecasts.values))[1]


def _row(what: str, name: str, mase: list[float], target: str | None = None) -> Row:
    return {
        what: name,
        "MASE": statistics.mean(mase),
        "lowest": min(mase),
        "highest": max(mase),
        "seeds": str(len(mase)) if len(mase) > 1 else None,
        "target": target,
    }


def _cost(data: Path, _part: str) -> list[Row]:
    import forecast

    files = list((Path(forecast.__file__).parent / "pretrained").glob("*.forecast"))
    wheat = data / "harvest_canada_wheat.csv"
    command = [*FORECAST, "predict", wheat, "--target", "y", "--model", "pretrained"]
    cost(command)
    spent = interleaved({"predict": command}, 11)["predict"]
    return [
        {"cost": "zero-shot predict, 117 rows", "result": f"{spent.cpu_s:.3f} CPU s", "target": "< 0.6"},
        {
            "cost": f"pretrained files, {len(files)}",
            "result": f"{sum(file.stat().st_size for file in files):,} bytes",
            "target": "< 2,000,000",
        },
    ]


if __name__ == "__main__":
    main()
