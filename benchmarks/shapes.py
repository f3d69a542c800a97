"""Common sense, measured: made-up series whose continuation anyone can draw.

Each of thirty shapes (lines, meters, growth, weeks, cycles, years in days, ...) is a CSV file of its own,
forecast by the installed command with no option but the horizon: by `predict` without a model, or with
`--verb train` by a model trained on the rows before. Variant 0 is for development; other variants
have other sizes, periods and random numbers. A shape passes when

- its mean absolute error (MAE) is at most 1.3 times that of the best simple rule, plus a quarter of the
  mean change from row to row. The rules: the last value, the value one season before, the line through
  the first and the last value, trend plus seasonal pattern, and for long daily series a regression on
  harmonics of the year and the day of the week. For a cycle the bar is a tenth of the error of the last
  value, 0.9 at least; for a random walk the error of the last value;
- a series that never falls is not forecast to fall;
- its 80 % intervals hold half of the values or more (of a random walk 30 %), do not get narrower by more
  than a fifth from one season to the next, and are, where nothing is uncertain, no wider on average than half
  of the range of the newest 60 values or of those to come.

Faults in the table: error, falls, holds few, narrows, wide; or the message of the command.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from forecasting import Forecasts, Program, ProgramError, csv_text, timestamps
from measuring import Row, parser, pin, show
from numpy.typing import NDArray

Floats = NDArray[Any]

SEASONS = {"D": 7, "MS": 12, "YS": 1, "h": 24, "QS": 4}
"""Frequency -> rows in its default season."""

ROWS, LONG_ROWS = 260, 1500

NEWEST = {"YS": "2023-01-01"}
"""Frequency -> last time of a series; for others December 2024."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A series with the rows that are to be forecast at its end, and what is expected of the forecast."""

    frequency: str
    all_values: Floats
    horizon: int
    kind: Literal["noisy", "exact", "rising", "cycle", "walk"] = "noisy"

    @property
    def season(self) -> int:
        """Rows in its default season."""
        return SEASONS[self.frequency]

    @property
    def past(self) -> Floats:
        """The rows that the command sees."""
        return self.all_values[: -self.horizon]

    @property
    def future(self) -> Floats:
        """The rows to forecast."""
        return self.all_values[-self.horizon :]


def main() -> None:
    """Measure and print."""
    arguments = parser(__doc__)
    Program.add_option(arguments)
    arguments.add_argument("--verb", default="predict", choices=("predict", "train"))
    arguments.add_argument("--variant", type=int, default=0, help="other sizes, periods and seeds [0]")
    arguments.add_argument("names", nargs="*", metavar="NAME", help="run only these shapes")
    options = arguments.parse_args()
    pin()
    program = Program.of(options, trains=options.verb == "train")
    wanted = {n: s for n, s in shapes(options.variant).items() if not options.names or n in options.names}
    rows = []
    for name, shape in wanted.items():
        rows.append(_row(name, shape, program))
        print(f"{name}: {rows[-1]['faults'] or 'passed'}", file=sys.stderr, flush=True)
    passed = sum(not row["faults"] for row in rows)
    show(rows, [{"shapes": "passed", "number": f"{passed} of {len(rows)}"}], as_json=options.json)


def shapes(variant: int) -> dict[str, Shape]:
    """The shapes of a variant, by name."""
    return dict(_Maker.of(variant).shapes())


@dataclass(frozen=True, slots=True)
class _Maker:
    """What the shapes of one variant are made of."""

    variant: int
    level: float
    slope: float
    period: int
    """Rows of a daily cycle."""
    years: int
    """Rows of a yearly cycle."""
    noise: Floats
    long_noise: Floats
    """(3, rows) for the three long series."""

    @staticmethod
    def of(variant: int) -> "_Maker":
        random = np.random.default_rng(variant)
        level, slope, period = ((100, 2, 30), (4000, 9, 17), (35, 0.8, 41))[variant % 3]
        noise = random.normal(0, 1, ROWS)
        long_noise = random.normal(0, 1, (3, LONG_ROWS))
        return _Maker(variant, level, slope, period, (11, 9, 14)[variant % 3], noise, long_noise)

    @property
    def t(self) -> Floats:
        return np.arange(ROWS)

    @property
    def line(self) -> Floats:
        return self.level + self.slope * self.t

    @property
    def week(self) -> Floats:
        """A pattern of seven days."""
        pattern = np.array([10.0, 12, 15, 14, 20, 40, 5])
        return np.asarray(pattern[(self.t + self.variant) % 7])

    @property
    def year(self) -> Floats:
        """A pattern of twelve months."""
        pattern = np.array([5.0, 6, 7, 8, 9, 10, 10, 9, 8, 7, 6, 5])
        return np.asarray(pattern[(self.t + self.variant) % 12])

    def shapes(self) -> Iterator[tuple[str, Shape]]:
        yield from self._lines()
        yield from self._rising()
        yield from self._growth_and_weeks()
        yield from self._cycles()
        yield from self._long()
        yield from self._others()

    def _lines(self) -> Iterator[tuple[str, Shape]]:
        line, slope = self.line, self.slope
        yield "line_daily", Shape("D", line, 14, "exact")
        yield "line_monthly", Shape("MS", line, 24, "exact")
        yield "line_yearly", Shape("YS", line[:90], 6, "exact")
        yield "line_hourly", Shape("h", line, 24, "exact")
        yield "line_noise_daily", Shape("D", line + 1.5 * slope * self.noise, 28)
        yield "line_week_daily", Shape("D", line + 10 * slope * _wave(self.t, 7), 28, "exact")

    def _rising(self) -> Iterator[tuple[str, Shape]]:
        meter = 1e6 * (self.variant + 1) + 30 * self.t + 3 * np.abs(self.noise)
        yield "counter_daily", Shape("D", meter, 28, "rising")
        yield "counter_week_daily", Shape("D", 5e7 + np.cumsum(self.week), 28, "rising")
        yield "counter_yearly", Shape("YS", 1e6 + 30.0 * self.t[:90], 6, "rising")
        yield "counter_monthly", Shape("MS", 2e5 + np.cumsum(self.year), 24, "rising")

    def _growth_and_weeks(self) -> Iterator[tuple[str, Shape]]:
        level, week, noise = self.level, self.week, self.noise
        yield "growth_monthly", Shape("MS", level * 1.02**self.t, 12)
        seasonal = level * 1.01**self.t * (1 + self.year / 20)
        yield "growth_season_monthly", Shape("MS", seasonal, 24, "exact")
        yield "week_daily", Shape("D", week, 28, "exact")
        yield "week_noise_daily", Shape("D", week * np.exp(0.1 * noise), 28)
        yield "week_noise_big_daily", Shape("D", 50 * week * np.exp(0.35 * noise), 28)

    def _cycles(self) -> Iterator[tuple[str, Shape]]:
        t, noise = self.t, self.noise
        daily = 50 + 10 * _wave(t, self.period)
        yield "cycle_daily", Shape("D", daily, 28, "cycle")
        yield "cycle_noise_daily", Shape("D", daily + noise, 28, "cycle")
        yearly = 50 + 10 * _wave(t[:120], self.years) + 0.7 * noise[:120]
        yield "cycle_yearly", Shape("YS", yearly, 12, "cycle")
        yield "cycle_monthly", Shape("MS", 50 + 10 * _wave(t, 40) + noise, 24, "cycle")

    def _long(self) -> Iterator[tuple[str, Shape]]:
        """Seasons longer than the default one."""
        year = _wave(np.arange(LONG_ROWS), 365.25)
        yield "year_in_days", Shape("D", 12 + 9 * year + 2.5 * self.long_noise[0], 90)
        week = 2 * np.resize([0, 3, 5, 4, 8, 15, -6], LONG_ROWS)
        both = 100 + 40 * year + week + 6 * self.long_noise[1]
        yield "year_and_week_in_days", Shape("D", both, 90)
        days = np.repeat([1, 1, 1, 1, 1, 0.4, 0.3], 24)
        hours = np.resize(100 + 50 * _wave(np.arange(168), 24) * days, LONG_ROWS)
        yield "day_and_week_hourly", Shape("h", hours + 3 * self.long_noise[2], 168)

    def _others(self) -> Iterator[tuple[str, Shape]]:
        t, level, slope, noise = self.t, self.level, self.slope, self.noise
        yield "tiny_monthly", Shape("MS", 1e-6 * (10 + self.year), 12, "exact")
        yield "negative_monthly", Shape("MS", -50 + self.year, 12, "exact")
        yield "signs_daily", Shape("D", 10 * _wave(t, 7) + noise, 14)
        yield "shift_daily", Shape("D", np.where(t < 220, level, 3 * level) + 2 * noise, 14)
        yield "constant_daily", Shape("D", np.full(ROWS, 5.0), 14, "exact")
        quarters = self.line[:80] + 4 * slope * np.array([0, 1, 3, -2])[t[:80] % 4]
        yield "quarters", Shape("QS", quarters, 8, "exact")
        yield "saw_hourly", Shape("h", (t % 24).astype(float), 48, "exact")
        yield "random_walk_daily", Shape("D", 10 * level + np.cumsum(noise), 28, "walk")


def _wave(t: Floats, period: float) -> Floats:
    return np.asarray(np.sin(2 * np.pi * t / period))


def _row(name: str, shape: Shape, program: Program) -> Row:
    times = timestamps(len(shape.past), shape.frequency, NEWEST.get(shape.frequency, "2024-12-01"))
    try:
        forecast = program.forecasts(csv_text({"": (times, shape.past.tolist())}), shape.horizon)[""]
    except ProgramError as failure:
        return {"shape": name, "MAE": None, "allowed": None, "held %": None, "faults": str(failure)}
    error, allowed = _mae(forecast.values, shape.future), _allowed_error(shape)
    held = 100 * _held(forecast, shape.future)
    faults = {
        "error": error > allowed,
        "falls": shape.kind == "rising" and _falls(forecast, shape.past),
        "wide": shape.kind in ("exact", "rising") and _is_wide(forecast, shape),
        "holds few": held < (30 if shape.kind == "walk" else 50),
        "narrows": _narrows(forecast, shape.season),
    }
    found = ", ".join(fault for fault, there in faults.items() if there)
    return {"shape": name, "MAE": error, "allowed": allowed, "held %": held, "faults": found}


def _mae(forecast: Floats, actual: Floats) -> float:
    return float(np.abs(forecast - actual).mean())


def _allowed_error(shape: Shape) -> float:
    errors = {name: _mae(values, shape.future) for name, values in _simple_rules(shape).items()}
    bar = min(errors.values())
    if shape.kind == "cycle":
        bar = max(0.1 * errors["last value"], 0.9)
    if shape.kind == "walk":
        bar = errors["last value"]
    return 1.3 * bar + 0.25 * float(np.abs(np.diff(shape.past)).mean())


def _simple_rules(shape: Shape) -> Mapping[str, Floats]:
    past, season, steps = shape.past, shape.season, np.arange(1, shape.horizon + 1)
    slope = (past[-1] - past[0]) / (len(past) - 1)
    rules = {
        "last value": np.full(shape.horizon, past[-1]),
        "season before": past[len(past) - season + (steps - 1) % season],
        "line": past[-1] + slope * steps,
    }
    if season > 1:
        rules["trend and pattern"] = _trend_and_pattern(past, season, steps)
    if shape.frequency == "D" and len(past) > 1000:
        rules["harmonics"] = _harmonics(past, shape.horizon)
    return rules


def _trend_and_pattern(past: Floats, season: int, steps: Floats) -> Floats:
    """The mean deviation of each phase from its season's mean, on a line through these means."""
    count = max(2, min(len(past) // season, 12))
    rows = past[-count * season :].reshape(count, season)
    means = rows.mean(axis=1)
    pattern = (rows - means[:, None]).mean(axis=0)
    slope = (means[-1] - means[0]) / ((count - 1) * season)
    middle = steps + (season - 1) / 2
    return np.asarray(means[-1] + slope * middle + pattern[(steps - 1) % season])


def _harmonics(past: Floats, horizon: int) -> Floats:
    """A regression on two harmonics of the year and on the day of the week."""
    rows = np.arange(len(past) + horizon)
    angles = [2 * np.pi * number * rows / 365.25 for number in (1, 2)]
    waves = [wave(angle) for angle in angles for wave in (np.sin, np.cos)]
    design = np.column_stack([np.ones(len(rows)), *waves, *(rows % 7 == day for day in range(6))])
    fitted = np.linalg.lstsq(design[: len(past)], past, rcond=None)[0]
    return np.asarray((design @ fitted)[len(past) :])


def _falls(forecast: Forecasts, past: Floats) -> bool:
    changes = np.diff(np.append(past[-1], forecast.values))
    return bool((changes < -1e-9 * abs(past[-1])).any())


def _is_wide(forecast: Forecasts, shape: Shape) -> bool:
    newest = np.ptp(shape.past[-60:])
    return bool(newest > 0 and _widths(forecast).mean() > 0.5 * max(newest, np.ptp(shape.future)))


def _held(forecast: Forecasts, actual: Floats) -> float:
    """Share of the actual values within their intervals."""
    tolerance = 1e-9 * np.abs(actual)
    held = (actual >= forecast.lower - tolerance) & (actual <= forecast.upper + tolerance)
    return float(held.mean())


def _narrows(forecast: Forecasts, season: int) -> bool:
    """Whether intervals get narrower by more than a fifth from one season, or week of rows, to the next."""
    widths, rows = _widths(forecast), max(season, 7)
    count = len(widths) // rows
    means = widths[: count * rows].reshape(count, rows).mean(axis=1)
    return bool((means[1:] < 0.8 * means[:-1] - 1e-12).any())


def _widths(forecast: Forecasts) -> Floats:
    return np.asarray(forecast.upper - forecast.lower)


if __name__ == "__main__":
    main()
