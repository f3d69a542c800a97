import gzip

import numpy as np
import pandas as pd
import pytest

from forecast.errors import DataError
from forecast.reading.reader import read_panel
from forecast.spec.reading import Columns, ReadSpec
from forecast.tables.dataset import find_data_set, single


def sales(shops, days=30, start="2025-01-01"):
    return pd.DataFrame(
        {
            "shop": np.repeat(shops, days),
            "day": np.tile(pd.date_range(start, periods=days).strftime("%Y-%m-%d"), len(shops)),
            "sold": np.arange(days * len(shops)) % 11 + 5,
        }
    )


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "stores"
    path.mkdir()
    sales(["a", "b"]).to_csv(path / "one.csv", index=False)
    sales(["c"]).to_parquet(path / "two.parquet")
    (path / "three.csv.gz").write_bytes(gzip.compress(sales(["d"]).to_csv(index=False).encode()))
    (path / "_notes.csv").write_text("not,data\n")
    (path / "readme.md").write_text("# stores\n")
    return path


def test_a_folder_is_read_as_one_table(folder):
    panel = read_panel(folder).panel
    assert panel.ids == ("a", "b", "c", "d")
    assert panel.lengths.tolist() == [30] * 4
    assert panel.values[60] == 5


def test_a_glob_names_some_files(folder):
    assert read_panel(f"{folder}/*.csv").panel.ids == ("a", "b")
    assert [file.name for file in find_data_set(f"{folder}/t*").files] == ["three.csv.gz", "two.parquet"]


def test_files_of_years_continue_each_other(tmp_path):
    sales(["a"]).to_csv(tmp_path / "y1.csv", index=False)
    sales(["a"], start="2025-01-31").to_csv(tmp_path / "y2.csv", index=False)
    panel = read_panel(tmp_path).panel
    assert panel.lengths.tolist() == [60]


def test_folders_of_hive_are_columns(tmp_path):
    for region in ("north", "south%20east"):
        (tmp_path / f"region={region}").mkdir()
        sales(["a"]).to_parquet(tmp_path / f"region={region}" / "part.parquet")
    data = find_data_set(tmp_path)
    assert [file.keys for file in data.files] == [(("region", "north"),), (("region", "south east"),)]
    panel = read_panel(tmp_path, ReadSpec(Columns("sold", "day", "region"))).panel
    assert panel.ids == ("north", "south east")


def test_rows_are_counted_before_they_are_read(folder):
    rows = {file.name: file.rows for file in find_data_set(folder).files}
    assert rows["two.parquet"] == 30
    assert 20 < rows["one.csv"] < 100


def test_other_columns_are_named(folder):
    sales(["e"]).rename(columns={"sold": "amount"}).to_csv(folder / "zz.csv", index=False)
    with pytest.raises(DataError, match=r'zz\.csv: has other columns .* lacks "sold" and has "amount"'):
        read_panel(folder)


def test_a_bad_value_is_found_in_its_file(folder):
    text = (folder / "one.csv").read_text().replace("2025-01-03,7", "2025-01-03,seven", 1)
    (folder / "one.csv").write_text(text)
    with pytest.raises(DataError, match=r'one\.csv, line 4, column "sold": "seven" is not a number'):
        read_panel(folder)


def test_files_are_chosen_evenly(tmp_path):
    for number in range(9):
        sales(["a"]).to_parquet(tmp_path / f"{number}.parquet")
    data = find_data_set(tmp_path)
    assert [file.name[0] for file in data.evenly(3, 1_000).files] == ["0", "4", "8"]
    assert [file.name[0] for file in data.evenly(3, 65).files] == ["0", "8"]
    assert [file.name[0] for file in data.evenly(3, 1).files] == ["0"]
    assert len(data.evenly(20, 1_000).files) == 9


@pytest.mark.parametrize("pattern", ["nothing-*.csv", "sub/*/x.csv"])
def test_a_glob_without_files_is_refused(tmp_path, pattern):
    with pytest.raises(DataError, match="matches no file"):
        find_data_set(tmp_path / pattern)


def test_one_file_is_a_data_set_too(folder):
    assert single(folder / "two.parquet").rows == 30
