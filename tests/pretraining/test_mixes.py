"""The series of a mix: those of one recipe, or of several, each in its own season."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.pretraining import mixes, synthetic
from forecast.pretraining.mixes import RECIPES, PretrainingRecipe, mix
from tests.panels import wave

YEARLY = PretrainingRecipe(1, 8, 3, (("years", 1),), longest=20, synthetic=4, updates=50)
MONTHLY = PretrainingRecipe(12, 24, 6, (("months", 2),), longest=60, synthetic=5, updates=50)
MIXED = replace(MONTHLY, season=None, longest=40, files=(), parts=(("yearly", 3), ("monthly", 1)))
REAL = 6
"""Real series of each file; the first is held out."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with real series of 30 years and of 90 months."""
    import pandas as pd

    monkeypatch.setattr(mixes, "RECIPES", {"yearly": YEARLY, "monthly": MONTHLY})
    monkeypatch.setattr(mixes, "crc32", lambda name: int(not name.endswith(b"0")))
    for name, rows in (("years", 30), ("months", 90)):
        ids = np.repeat([f"{name}{index}" for index in range(REAL)], rows)
        steps = np.tile(np.arange(rows), REAL)
        values = np.concatenate([wave(rows, seed=seed) for seed in range(REAL)])
        pd.DataFrame({"unique_id": ids, "ds": steps, "y": values}).to_parquet(tmp_path / f"{name}.parquet")
    return tmp_path


def test_a_mix_of_one_recipe_has_its_season_alone(folder):
    training = mix(MONTHLY, folder, seed=0).training
    assert training.columns.season is None
    assert set(training.seasons.tolist()) == {12}
    assert len(training) == 2 * (REAL - 1) + 5


def test_a_mix_of_several_holds_each_part_as_often_as_it_says_and_in_its_own_season(folder):
    training = mix(MIXED, folder, seed=0).training
    assert np.bincount(training.seasons)[[1, 12]].tolist() == [3 * (REAL - 1 + 4), 2 * (REAL - 1) + 5]
    yearly = mix(YEARLY, folder, seed=0).training
    assert training.values[: len(yearly.values)].tolist() == yearly.values.tolist()


def test_no_series_of_a_mix_of_several_is_longer_than_it_says(folder):
    assert mix(MONTHLY, folder, seed=0).training.lengths.max() > 40
    assert mix(MIXED, folder, seed=0).training.lengths.max() == 40


def test_what_is_held_out_has_its_own_season_too(folder):
    held_out = mix(MIXED, folder, seed=0).held_out
    assert held_out.seasons.tolist() == [1, 12]


def test_the_parts_of_the_mixed_recipe_are_the_recipes_of_the_package():
    assert {name for name, _ in RECIPES["mixed"].parts} == RECIPES.keys() - {"mixed"}


def test_mixtures_are_sums_of_learned_series_alone_and_of_their_size(folder):
    plain = mix(MONTHLY, folder, seed=0).training
    mixed = mix(replace(MONTHLY, mixtures=50), folder, seed=0).training
    made = [each.values for each in mixed][len(plain) - 5 : -5]
    assert len(made) == 50
    assert {len(values) for values in made} <= set(range(24, 61))
    sizes = np.array([np.abs(values).mean() for values in made])
    assert sizes == pytest.approx(np.ones(50), rel=1e-9)


def test_mixtures_of_series_that_were_never_negative_are_never_negative():
    family = synthetic.SyntheticFamily(1, shortest=10, longest=20, seasonal=0, random_walks=0)
    ones, late = np.ones(20), np.concatenate([np.zeros(10), np.full(10, 2.0)])
    assert min(made.min() for made in synthetic.mixtures(family, [ones, late], 40, seed=0)) == 0
