"""The series of a mix: endless, of one recipe or of several in their own seasons, none of development."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.errors import DataError
from forecast.pretraining import corpus
from forecast.pretraining.mixes import RECIPES, PretrainingRecipe, mix_of, mixes_of
from tests.panels import wave

YEARLY = PretrainingRecipe(1, 8, 3, (("years", 1),), longest=40, updates=250, mixtures=0.0)
MONTHLY = PretrainingRecipe(12, 24, 6, (("months", 2),), longest=60, updates=250)
MIXED = replace(MONTHLY, season=None, longest=35, files=(), parts=(YEARLY, MONTHLY))
DEVELOPMENT_SETS = Path(__file__).parents[2] / "benchmarks" / "development_sets.json"


def write(path: Path, ids: list[str], *, rows: int, offset: float = 0.0) -> None:
    """A Parquet file of real series with these ids."""
    import pandas as pd

    path.parent.mkdir(parents=True, exist_ok=True)
    values = [offset + wave(rows, seed=seed) for seed in range(len(ids))]
    table = {
        "unique_id": np.repeat(ids, rows),
        "ds": np.tile(np.arange(rows), len(ids)),
        "y": np.concatenate(values),
    }
    pd.DataFrame(table).to_parquet(path)


@pytest.fixture
def folder(tmp_path):
    """A folder with real series of 30 years and of 90 months."""
    write(tmp_path / "years.parquet", [f"a/{index}" for index in range(6)], rows=30)
    write(tmp_path / "months.parquet", [f"b|{index}" for index in range(6)], rows=90)
    return tmp_path


def test_every_source_of_the_development_sets_is_left_out_whatever_stands_between_it_and_the_series():
    sets = json.loads(DEVELOPMENT_SETS.read_text())
    sources = {source for each in sets.values() for source in each.get("sources") or ()}
    assert len(sources) == 12
    for source in sources | set(corpus.SISTERS) | set(corpus.NOT_SHIPPED):
        assert corpus.left_out(f"{source}/x|y")
        assert corpus.left_out(f"{source}|x/y")
    assert not corpus.left_out("cambridge-gas/x|nab")


@pytest.mark.parametrize("name", RECIPES)
def test_no_development_series_is_in_the_mix_of_any_recipe(name, tmp_path):
    recipe = RECIPES[name]
    parts = recipe.parts or (recipe,)
    ids = [f"{source}{between}1" for source in (*corpus.DEVELOPMENT, *corpus.SISTERS) for between in "|/"]
    for part in parts:
        for file, _ in {*part.files, *part.more_files}:
            path = tmp_path / f"{file}.parquet"
            write(path, [*ids, "good/1", "good|2"], rows=200)
            found = corpus.read(path, shortest=part.shortest)
            assert [each.id for each in found] == ["good/1", "good|2"]
    files = [part.files for part in parts] + [part.more_files for part in parts if part.more_files]
    held = 0
    for mix in mixes_of(replace(recipe, longest=210), tmp_path):
        held += sum(len(source) for each in getattr(mix, "_mixes", [mix]) for source in each._sources)
    assert held == 2 * sum(map(len, files))


def test_a_round_has_so_many_rows_and_its_own_series(folder):
    mix = mix_of(MONTHLY, folder)
    first, again, second = (mix.draw(5_000, seed=seed) for seed in (1, 1, 2))
    assert len(first.values) == len(second.values) == 5_000
    assert first.values.tobytes() == again.values.tobytes()
    assert not np.isin(np.round(second.values, 6), np.round(first.values, 6)).all()
    assert set(first.seasons.tolist()) == {12}
    assert first.lengths.max() <= 60


def test_a_mix_of_several_holds_as_many_rows_of_each_in_its_own_season(folder):
    panel = mix_of(MIXED, folder).draw(4_000, seed=0)
    rows = np.bincount(np.repeat(panel.seasons, panel.lengths))
    assert rows[[1, 12]].tolist() == [2_000, 2_000]
    assert panel.lengths.max() <= 35


def test_every_second_network_learns_from_more_files_where_there_are_any(folder):
    first, second = mixes_of(replace(YEARLY, real=1.0, more_files=(("months", 1),)), folder)
    assert first.draw(900, seed=0).lengths[:-1].max() == 30
    assert second.draw(900, seed=0).lengths[:-1].max() == 40  # of 90 rows; 40 is the longest
    assert len(mixes_of(YEARLY, folder)) == 1


def test_without_a_share_of_real_series_all_are_synthetic(folder):
    real = {round(float(value), 9) for each in range(6) for value in wave(90, seed=each)}
    none, all_real = (
        mix_of(replace(MONTHLY, real=share, mixtures=0.0), folder).draw(3_000, seed=3) for share in (0.0, 1.0)
    )
    assert np.mean([round(float(value), 9) in real for value in none.values]) == 0
    assert np.mean([round(float(value), 9) in real for value in all_real.values]) > 0.5


def test_a_missing_file_and_one_of_other_columns_are_data_errors(folder):
    import pandas as pd

    with pytest.raises(DataError, match="no such file"):
        mix_of(replace(YEARLY, files=(("nothing", 1),)), folder)
    pd.DataFrame({"id": ["a"], "y": [1.0]}).to_parquet(folder / "other.parquet")
    (folder / "text.parquet").write_text("unique_id,ds,y\n")
    for name in ("other", "text"):
        with pytest.raises(DataError, match="unique_id, ds and y"):
            mix_of(replace(YEARLY, files=((name, 1),)), folder)


def test_a_gap_ends_a_stretch(tmp_path):
    import pandas as pd

    steps = np.r_[0:10, 20:60]
    pd.DataFrame({"unique_id": "a", "ds": steps, "y": steps * 1.0}).to_parquet(tmp_path / "gap.parquet")
    (series,) = corpus.read(tmp_path / "gap.parquet", shortest=5)
    assert (series.source, series.values.tolist()) == ("gap", np.arange(20.0, 60.0).tolist())
