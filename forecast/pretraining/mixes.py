"""What each network of the package is trained on, and how."""

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
UPDATES_AN_EPOCH = 50
"""Between two epochs the learning rate falls a little."""

HELD_OUT = 10
"""One real series in so many is never trained on: intervals are calibrated on it."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One network: its season, what it reads and answers, and what it learns from."""

    season: int | None
    window: int
    horizon: int
    files: tuple[tuple[str, int], ...]
    """Parquet files of real series, and how many times each of their series stands in the mix."""
    longest: int
    """Newest rows of a series that are used."""
    synthetic: int
    """Made-up series in the mix."""
    updates: int
    seasonal: float = 0.8
    """Share of the made-up series that have the season."""
    walking: float = 0.35
    """Share of them whose trend is a random walk."""
    mixtures: int = 0
    """Weighted sums of real series in the mix."""
    members: int = 2
    """Networks whose answers are averaged, each trained on a mix and from weights of its own."""
    parts: tuple[tuple[str, int], ...] = ()
    """Recipes whose series it learns from, each in its own season, and how often they stand in the mix."""

    def spec(self, cell: Cell) -> ModelSpec:
        """The shape of the network."""
        return ModelSpec(WindowSpec(self.window, self.horizon), NetworkSpec(cell, (64,)), self.season)

    def plan(self, *, seed: int) -> TrainingPlan:
        """Its training: a falling learning rate over a known number of updates."""
        return TrainingPlan(
            epochs=self.updates // UPDATES_AN_EPOCH,
            batch_size=BATCH,
            epoch_windows=BATCH * UPDATES_AN_EPOCH,
            learning_rate=2e-3,
            decay="cosine",
            seed=seed,
            device="cpu",
        )


RECIPES: dict[str, Recipe] = {
    "yearly": Recipe(
        1, 48, 6, (("yearly", 3), ("fao", 1), ("m4_yearly", 6)), 200, 6_000, 1_000, walking=0.95
    ),
    "quarterly": Recipe(
        4, 48, 8, (("quarterly", 1), ("m4_quarterly", 4)), 300, 8_000, 3_000, walking=0.9, mixtures=3_000
    ),
    "daily": Recipe(7, 56, 14, (("daily", 1),), 700, 4_000, 3_000, seasonal=0.4, walking=0.65),
    "monthly": Recipe(12, 84, 18, (("monthly", 2), ("m4_monthly", 8)), 400, 8_000, 3_000, mixtures=6_000),
    "hourly": Recipe(24, 120, 48, (("hourly", 1),), 2_000, 1_500, 1_500, members=1),
    "weekly": Recipe(52, 120, 13, (("weekly", 1),), 700, 4_000, 1_500),
    "mixed": Recipe(
        *(None, 84, 18, (), 1_000, 0, 8_000),
        members=1,
        parts=(("yearly", 4), ("quarterly", 1), ("daily", 1), ("monthly", 1), ("hourly", 1), ("weekly", 1)),
    ),
}


@dataclass(frozen=True, slots=True)
class Mix:
    """Series to learn from, and real ones that are never learned from."""

    trained: Panel
    held_out: Panel


def mix(recipe: Recipe, folder: Path, *, seed: int) -> Mix:
    """The series that a recipe learns from, or those of its parts together."""
    parts = [(RECIPES[name], copies) for name, copies in recipe.parts] or [(recipe, 1)]
    trained, held_out = [], []
    for part, copies in parts:
        cut = replace(part, longest=min(part.longest, recipe.longest))
        learned, kept = _series(cut, folder, seed=seed)
        trained.append(learned * copies)
        held_out.append(kept)
    seasons = [part.season or 1 for part, _ in parts]
    return Mix(_panel(trained, seasons), _panel(held_out, seasons))


def _series(recipe: Recipe, folder: Path, *, seed: int) -> tuple[list[Floats], list[Floats]]:
    """Real series, each as often as its file says, with synthetic ones; and real ones that are held out."""
    shortest = recipe.horizon + 8
    once: list[Floats] = []
    copied: list[Floats] = []
    held_out: list[Floats] = []
    for name, copies in recipe.files:
        path = folder / f"{name}.parquet"
        for id, values in corpus.read(path, shortest=shortest, longest=recipe.longest).items():
            if crc32(id.encode()) % HELD_OUT == 0:
                held_out.append(values)
            else:
                once.append(values)
                copied += [values] * copies
    season = recipe.season or 1
    kind = synthetic.Kind(
        season,
        shortest=max(shortest, 2 * season),
        longest=recipe.longest,
        seasonal=recipe.seasonal,
        walking=recipe.walking,
    )
    made = synthetic.mixtures(kind, once, recipe.mixtures, seed=seed + 1)
    return copied + made + synthetic.draw(kind, recipe.synthetic, seed=seed), held_out


def _panel(parts: Sequence[list[Floats]], seasons: Sequence[int]) -> Panel:
    """A panel of series without a clock; those of several parts have seasons of their own."""
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
