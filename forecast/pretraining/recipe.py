"""What each network of the package was trained on, and how."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecast.data.frequency import Frequency
from forecast.data.panel import Floats, Panel
from forecast.pretraining import corpus, synthetic
from forecast.spec import Columns


@dataclass(frozen=True, slots=True)
class Recipe:
    """One network: its season, what it reads and answers, and its share of real series."""

    season: int
    window: int
    horizon: int
    files: tuple[str, ...]
    """Parquet files of real series in the corpus folder."""
    longest: int
    """Newest rows of a series that are used."""
    synthetic: int
    """Made-up series."""
    copies: int
    """Times that a real series stands beside the made-up ones."""
    updates: int


RECIPES: dict[str, Recipe] = {
    "yearly": Recipe(1, 32, 6, ("yearly", "fao"), 200, 8_000, 2, 3_000),
    "quarterly": Recipe(4, 48, 8, ("quarterly",), 300, 8_000, 3, 4_000),
    "daily": Recipe(7, 56, 14, ("daily",), 700, 4_000, 2, 4_000),
    "monthly": Recipe(12, 84, 18, ("monthly",), 400, 8_000, 3, 6_000),
    "hourly": Recipe(24, 120, 48, ("hourly",), 2_000, 1_500, 1, 3_000),
    "weekly": Recipe(52, 120, 13, ("weekly",), 700, 4_000, 2, 3_000),
}


def series_of(recipe: Recipe, folder: Path, *, seed: int) -> list[Floats]:
    """The real series, each `copies` times, and the synthetic ones."""
    shortest = recipe.horizon + 8
    real = [
        values
        for name in recipe.files
        for values in corpus.read(
            folder / f"{name}.parquet", shortest=shortest, longest=recipe.longest
        ).values()
    ]
    kind = synthetic.Kind(recipe.season, max(shortest, 2 * recipe.season), recipe.longest)
    return real * recipe.copies + synthetic.draw(kind, recipe.synthetic, seed=seed)


def panel_of(series: list[Floats], season: int) -> Panel:
    """A panel of series without a clock."""
    lengths = np.array([len(values) for values in series])
    return Panel(
        ids=tuple(str(index) for index in range(len(series))),
        times=np.concatenate([np.arange(length) for length in lengths]),
        values=np.concatenate(series),
        observed=np.ones(lengths.sum(), dtype=bool),
        bounds=np.concatenate(([0], np.cumsum(lengths))),
        columns=Columns(target="y", time="step", series="series"),
        frequency=Frequency("step", season=season, form="integer"),
    )
