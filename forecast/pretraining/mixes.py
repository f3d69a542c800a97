"""The recipes of the pretrained networks: the series that each is trained on, new ones in every round."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from forecast.data.arrays import Floats, bounds_of
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.forecasters.preparation import long_seasons, prepare
from forecast.pretraining import corpus, synthetic
from forecast.pretraining.synthetic import SyntheticFamily
from forecast.pretraining.variations import varied
from forecast.spec.model import Cell, ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.reading import Columns
from forecast.spec.training import TrainingPlan

STEPS = Frequency("step", form="integer")

BATCH = 96
"""Windows of an update."""

ROUND_UPDATES = 250
"""Updates on the series of one round."""

_PREPARED = 0.7
"""Share of the series whose long seasons are removed, as those of a series to forecast are."""


@dataclass(frozen=True, slots=True)
class PretrainingRecipe:
    """One pretrained network: its season, shape and training series."""

    season: int | None
    window: int
    horizon: int
    files: tuple[tuple[str, float], ...]
    """Parquet files of real series, and how often each of their sources is drawn from, relative to others."""
    longest: int
    """Rows of the longest series."""
    updates: int
    lstm_updates: int | None = None
    """Those of an LSTM, whose updates take longest; None for as many."""
    units: int = 128
    frequency: Frequency = STEPS
    """Of the rows; which long seasons there may be follows from it."""
    long_seasons: tuple[float, ...] = ()
    real: float = 0.4
    """Share of the rows that are real series."""
    mixtures: float = 0.15
    """Share of the rows that are mixtures of real series."""
    source_power: float = 0.5
    """Power of the number of its series with which a source is drawn from: many of one source are alike."""
    whole: float = 0.5
    """Share of the real series that are not cut at random."""
    varied: float = 0.3
    """Share of the real series that are variations."""
    seasonal: float = 0.8
    """Fraction of the synthetic series that have the season."""
    random_walks: float = 0.4
    """Fraction of the synthetic series whose trend is a random walk, beside noise and seasons."""
    structural: float = 0.54
    """Fraction of the other synthetic series that are trend, seasons and noise."""
    walks: float = 0.1
    """Fraction of them that are random walks and nothing else."""
    recursive_from: float = 1.0
    """Share of the rounds before those that also train on windows that end in forecasts; 1 for none."""
    members: int = 1
    """Networks whose outputs are averaged, each with a seed of its own for its series and initial weights."""
    round_rows: int = 400_000
    """Rows drawn for a round."""
    more_files: tuple[tuple[str, float], ...] = ()
    """Where given, every second network of a file learns from these instead: networks should be unlike."""
    parts: tuple["PretrainingRecipe", ...] = ()
    """Recipes whose series it is trained on, each in its own season."""

    def spec(self, cell: Cell) -> ModelSpec:
        """The shape of the network."""
        return ModelSpec(WindowSpec(self.window, self.horizon), NetworkSpec(cell, (self.units,)), self.season)

    def plan(self, cell: Cell, *, seed: int) -> TrainingPlan:
        """The training: an epoch is a round, the learning rate decays over all of them."""
        updates = (self.lstm_updates or self.updates) if cell == "lstm" else self.updates
        return TrainingPlan(
            epochs=updates // ROUND_UPDATES,
            batch_size=BATCH,
            epoch_windows=BATCH * ROUND_UPDATES,
            learning_rate=2e-3,
            decay="cosine",
            seed=seed,
            device="cpu",
        )

    @property
    def family(self) -> SyntheticFamily:
        """What its synthetic series are drawn from."""
        return SyntheticFamily(
            season=self.season or 1,
            shortest=self.shortest,
            longest=self.longest,
            seasonal=self.seasonal,
            random_walks=self.random_walks,
            structural=self.structural,
            walks=self.walks,
            long_seasons=self.long_seasons,
        )

    @property
    def shortest(self) -> int:
        """Rows of the shortest series."""
        return max(self.horizon + 12, 2 * (self.season or 1) + self.horizon)


_SEASONS: dict[str, PretrainingRecipe] = {
    "yearly": PretrainingRecipe(
        *(1, 48, 6),
        files=(("corpus/yearly", 3.0), ("fao_inputs_yearly", 1.0), ("m4_yearly_sample_train", 6.0)),
        more_files=(("corpus/yearly", 1.0), ("m4_yearly_sample_train", 20.0)),
        longest=200,
        updates=1_000,
        units=40,
        source_power=1.0,
        whole=1.0,
        varied=0.0,
        real=0.7,
        mixtures=0.0,
        random_walks=0.95,
        structural=1.0,
        walks=0.0,
        members=6,
    ),
    "quarterly": PretrainingRecipe(
        *(4, 48, 8),
        files=(("corpus/quarterly", 1.0), ("corpus2/quarterly", 1.0), ("m4_quarterly_sample_train", 4.0)),
        longest=300,
        updates=3_000,
        units=64,
        source_power=1.0,
        whole=1.0,
        varied=0.0,
        real=0.15,
        mixtures=0.25,
        random_walks=0.9,
        structural=1.0,
        walks=0.0,
        members=2,
    ),
    "daily": PretrainingRecipe(
        *(7, 112, 28),
        files=(("corpus/daily", 1.0), ("corpus2/daily", 1.0)),
        longest=900,
        updates=7_000,
        lstm_updates=3_500,
        recursive_from=0.5,
        frequency=Frequency("day"),
        long_seasons=(365.25,),
        real=0.35,
        mixtures=0.1,
        seasonal=0.5,
        random_walks=0.7,
        structural=0.6,
        walks=0.45,
    ),
    "monthly": PretrainingRecipe(
        *(12, 84, 18),
        files=(("corpus/monthly", 2.0), ("corpus2/monthly", 2.0), ("m4_monthly_sample_train", 8.0)),
        longest=400,
        updates=3_000,
        recursive_from=0.5,
        units=64,
        source_power=1.0,
        whole=1.0,
        varied=0.0,
        real=0.2,
        mixtures=0.35,
        random_walks=0.35,
        structural=1.0,
        walks=0.0,
        members=2,
    ),
    "hourly": PretrainingRecipe(
        *(24, 168, 48),
        files=(("corpus/hourly", 1.0), ("corpus2/hourly", 1.0)),
        longest=1_500,
        updates=6_000,
        lstm_updates=3_000,
        recursive_from=0.5,
        frequency=Frequency("hour", form="datetime"),
        long_seasons=(168.0, 8766.0),
        real=0.5,
        mixtures=0.2,
        random_walks=0.35,
    ),
    "weekly": PretrainingRecipe(
        *(52, 120, 13),
        files=(("corpus/weekly", 1.0), ("corpus2/weekly", 1.0)),
        longest=700,
        updates=4_000,
        lstm_updates=2_000,
        recursive_from=0.5,
        random_walks=0.5,
    ),
}

_OF_ALL = _SEASONS | {
    "yearly": replace(
        _SEASONS["yearly"],
        files=(
            ("corpus/yearly", 3.0),
            ("corpus2/yearly", 0.5),
            ("fao_inputs_yearly", 1.5),
            ("m4_yearly_sample_train", 8.0),
        ),
        more_files=(),
        varied=0.15,
        real=0.5,
        structural=0.85,
        walks=0.1,
    ),
    "quarterly": replace(
        _SEASONS["quarterly"],
        files=(("corpus/quarterly", 1.0), ("corpus2/quarterly", 1.0), ("m4_quarterly_sample_train", 6.0)),
        source_power=0.5,
        whole=0.5,
        varied=0.3,
        real=0.4,
        mixtures=0.2,
        random_walks=0.8,
        structural=0.75,
        walks=0.1,
    ),
}
"""The parts of the network for all seasons: all kinds of synthetic series, for years and quarters too."""

RECIPES = _SEASONS | {
    "mixed": PretrainingRecipe(
        *(None, 84, 18),
        files=(),
        longest=1_000,
        updates=6_000,
        lstm_updates=3_000,
        recursive_from=0.5,
        round_rows=600_000,
        parts=tuple(_OF_ALL.values()),
    ),
}
"""The first three numbers are the season, the window and the horizon."""


class Mix:
    """The endless series of one recipe."""

    def __init__(self, recipe: PretrainingRecipe, folder: Path) -> None:
        """Reads the real series. DataError where a file is missing or is another one."""
        self.recipe = recipe
        self._sources = []
        weights = []
        for name, weight in recipe.files:
            found = corpus.by_source(corpus.read(folder / f"{name}.parquet", shortest=recipe.shortest))
            self._sources += list(found.values())
            weights += [weight * len(series) ** recipe.source_power for series in found.values()]
        self._shares = np.array(weights) / max(sum(weights), 1e-9)

    def draw(self, rows: int, *, seed: int) -> Panel:
        """Series with so many rows in all: real ones, mixtures of them, and synthetic ones."""
        random = np.random.default_rng(seed)
        series: list[Floats] = []
        missing = rows
        while missing > 0:
            values = self._one(random)[:missing]
            missing -= len(values)
            if np.isfinite(values).all():
                series.append(values)
        panel = panel_of([series], [self.recipe.season or 1], self.recipe.frequency)
        found = long_seasons(panel)
        kept = random.random(len(series)) < _PREPARED
        prepared = prepare(panel, 0, [each if keep else () for each, keep in zip(found, kept, strict=True)])
        return replace(prepared.panel, frequency=STEPS)

    def _one(self, random: np.random.Generator) -> Floats:
        recipe, kind = self.recipe, random.random()
        if kind >= recipe.real + recipe.mixtures or not self._sources:
            return synthetic.draw(recipe.family, random)
        if kind >= recipe.real:
            parts = [self._real(random) for _ in range(random.integers(2, 4))]
            return synthetic.mixture(random, recipe.family, parts)
        values = self._stretch(random, self._real(random))
        return varied(random, values) if random.random() < recipe.varied else values

    def _real(self, random: np.random.Generator) -> Floats:
        source = self._sources[random.choice(len(self._sources), p=self._shares)]
        return source[random.integers(len(source))]

    def _stretch(self, random: np.random.Generator, values: Floats) -> Floats:
        """Some rows of a series, half of the time from its end, often all of it."""
        low, high = self.recipe.shortest, min(len(values), self.recipe.longest)
        rows = (
            high
            if random.random() < self.recipe.whole
            else int(np.exp(random.uniform(np.log(low), np.log(high))))
        )
        start = len(values) - rows if random.random() < 0.5 else random.integers(0, len(values) - rows + 1)
        return values[start : start + rows]


class JoinedMix:
    """The series of several recipes in equal parts, each in its own season."""

    def __init__(self, recipe: PretrainingRecipe, folder: Path) -> None:
        self._mixes = [Mix(replace(part, longest=recipe.longest), folder) for part in recipe.parts]

    def draw(self, rows: int, *, seed: int) -> Panel:
        """Series with so many rows in all."""
        share = rows // len(self._mixes)
        sizes = [share] * (len(self._mixes) - 1) + [rows - share * (len(self._mixes) - 1)]
        panels = [mix.draw(size, seed=seed) for mix, size in zip(self._mixes, sizes, strict=True)]
        seasons = [mix.recipe.season or 1 for mix in self._mixes]
        series = [[each.values for each in panel] for panel in panels]
        return panel_of(series, seasons, STEPS)


def mix_of(recipe: PretrainingRecipe, folder: Path) -> Mix | JoinedMix:
    """The series of a recipe, or those of all its parts."""
    return JoinedMix(recipe, folder) if recipe.parts else Mix(recipe, folder)


def mixes_of(recipe: PretrainingRecipe, folder: Path) -> list[Mix | JoinedMix]:
    """What the networks of a file learn from, in turn: one mix, or two where there are `more_files`."""
    turns = [recipe, replace(recipe, files=recipe.more_files)] if recipe.more_files else [recipe]
    return [mix_of(each, folder) for each in turns]


def panel_of(parts: Sequence[list[Floats]], seasons: Sequence[int], frequency: Frequency) -> Panel:
    """One panel of all series, their times plain steps, with the season of its part in each."""
    series = [values for part in parts for values in part]
    mixed = len(parts) > 1
    lengths = np.array([len(values) for values in series])
    return Panel(
        ids=tuple(str(index) for index in range(len(series))),
        times=np.concatenate([np.arange(length) for length in lengths]),
        values=np.concatenate(series),
        observed=np.ones(lengths.sum(), dtype=bool),
        bounds=bounds_of(lengths),
        columns=Columns(target="y", time="step", series="series", season="season" if mixed else None),
        frequency=frequency,
        seasons=np.repeat(seasons, [len(part) for part in parts]),
    )
