"""The series that each pretrained network is trained on, and its training."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

import numpy as np

from forecast.data.arrays import Floats, bounds_of
from forecast.data.frequency import Frequency
from forecast.data.panel import Panel
from forecast.pretraining import corpus, synthetic
from forecast.spec.model import Cell, ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.reading import Columns
from forecast.spec.training import TrainingPlan

BATCH = 96
UPDATES_PER_EPOCH = 50
"""The learning rate is lowered after every epoch."""

HELD_OUT = 10
"""One real series in this many is never trained on: intervals are calibrated on it."""


@dataclass(frozen=True, slots=True)
class PretrainingRecipe:
    """One pretrained network: its season, shape and training series."""

    season: int | None
    window: int
    horizon: int
    files: tuple[tuple[str, int], ...]
    """Parquet files of real series, and how many copies of each of their series are in the mix."""
    longest: int
    """Rows used of a series, the newest ones."""
    synthetic: int
    """Number of synthetic series in the mix."""
    updates: int
    seasonal: float = 0.8
    """Fraction of the synthetic series that have the season."""
    random_walks: float = 0.35
    """Fraction of the synthetic series whose trend is a random walk."""
    mixtures: int = 0
    """Number of weighted sums of real series in the mix."""
    members: int = 2
    """Networks whose outputs are averaged, each with a seed of its own for its mix and initial weights."""
    parts: tuple[tuple[str, int], ...] = ()
    """Recipes whose series it is trained on, each in its own season, and how many copies of each."""

    def spec(self, cell: Cell) -> ModelSpec:
        """The shape of the network."""
        return ModelSpec(WindowSpec(self.window, self.horizon), NetworkSpec(cell, (64,)), self.season)

    def plan(self, *, seed: int) -> TrainingPlan:
        """The training: a decaying learning rate over a fixed number of updates."""
        return TrainingPlan(
            epochs=self.updates // UPDATES_PER_EPOCH,
            batch_size=BATCH,
            epoch_windows=BATCH * UPDATES_PER_EPOCH,
            learning_rate=2e-3,
            decay="cosine",
            seed=seed,
            device="cpu",
        )


RECIPES: dict[str, PretrainingRecipe] = {
    "yearly": PretrainingRecipe(
        *(1, 48, 6),
        files=(("yearly", 3), ("fao", 1), ("m4_yearly", 6)),
        longest=200,
        synthetic=6_000,
        updates=1_000,
        random_walks=0.95,
    ),
    "quarterly": PretrainingRecipe(
        *(4, 48, 8),
        files=(("quarterly", 1), ("m4_quarterly", 4)),
        longest=300,
        synthetic=8_000,
        updates=3_000,
        random_walks=0.9,
        mixtures=3_000,
    ),
    "daily": PretrainingRecipe(
        *(7, 56, 14),
        files=(("daily", 1),),
        longest=700,
        synthetic=4_000,
        updates=3_000,
        seasonal=0.4,
        random_walks=0.65,
    ),
    "monthly": PretrainingRecipe(
        *(12, 84, 18),
        files=(("monthly", 2), ("m4_monthly", 8)),
        longest=400,
        synthetic=8_000,
        updates=3_000,
        mixtures=6_000,
    ),
    "hourly": PretrainingRecipe(
        *(24, 120, 48), files=(("hourly", 1),), longest=2_000, synthetic=1_500, updates=1_500, members=1
    ),
    "weekly": PretrainingRecipe(
        *(52, 120, 13), files=(("weekly", 1),), longest=700, synthetic=4_000, updates=1_500
    ),
    "mixed": PretrainingRecipe(
        *(None, 84, 18),
        files=(),
        longest=1_000,
        synthetic=0,
        updates=8_000,
        members=1,
        parts=(("yearly", 4), ("quarterly", 1), ("daily", 1), ("monthly", 1), ("hourly", 1), ("weekly", 1)),
    ),
}
"""The first three numbers are the season, the window and the horizon."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Series to train on, and real ones that are held out."""

    training: Panel
    held_out: Panel


def mix(recipe: PretrainingRecipe, folder: Path, *, seed: int) -> Mix:
    """The series of a recipe, or those of all its parts."""
    parts = [(RECIPES[name], copies) for name, copies in recipe.parts] or [(recipe, 1)]
    training, held_out = [], []
    for part, copies in parts:
        shortened = replace(part, longest=min(part.longest, recipe.longest))
        part_training, part_held_out = _series(shortened, folder, seed=seed)
        training.append(part_training * copies)
        held_out.append(part_held_out)
    seasons = [part.season or 1 for part, _ in parts]
    return Mix(_panel(training, seasons), _panel(held_out, seasons))


def _series(recipe: PretrainingRecipe, folder: Path, *, seed: int) -> tuple[list[Floats], list[Floats]]:
    """Training series (copies of real ones, mixtures of them, synthetic ones), and held-out real ones."""
    shortest = recipe.horizon + 8
    real: list[Floats] = []
    copied: list[Floats] = []
    held_out: list[Floats] = []
    for name, copies in recipe.files:
        path = folder / f"{name}.parquet"
        for id, values in corpus.read(path, shortest=shortest, longest=recipe.longest).items():
            if crc32(id.encode()) % HELD_OUT == 0:
                held_out.append(values)
            else:
                real.append(values)
                copied += [values] * copies
    season = recipe.season or 1
    family = synthetic.SyntheticFamily(
        season,
        shortest=max(shortest, 2 * season),
        longest=recipe.longest,
        seasonal=recipe.seasonal,
        random_walks=recipe.random_walks,
    )
    mixtures = synthetic.mixtures(family, real, recipe.mixtures, seed=seed + 1)
    return copied + mixtures + synthetic.draw(family, recipe.synthetic, seed=seed), held_out


def _panel(parts: Sequence[list[Floats]], seasons: Sequence[int]) -> Panel:
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
        frequency=Frequency("step", form="integer"),
        seasons=np.repeat(seasons, [len(part) for part in parts]),
    )
