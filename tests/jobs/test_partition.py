import json

import numpy as np
import pandas as pd
import pytest

from forecast.errors import DataError, UsageError
from forecast.events import Warned
from forecast.jobs.scan import MARK
from forecast.jobs.split import partition
from forecast.tables.dataset import find_data_set, single
from tests.jobs.test_data_sets import sales

SHOPS = [f"shop {number}" for number in range(20)]


@pytest.fixture
def by_day():
    """All shops, day after day: every series is in every part of the file."""
    return sales(SHOPS).sort_values(["day", "shop"], kind="stable").reset_index(drop=True)


def parts(folder):
    return [pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))]


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "parquet"])
def test_each_series_is_in_one_file_with_all_its_rows_in_order(tmp_path, by_day, suffix):
    path = tmp_path / f"sales.{suffix}"
    by_day.to_parquet(path) if suffix == "parquet" else by_day.to_csv(path, index=False)
    made = partition(single(path), tmp_path / "parts", files=4)
    assert (made.files, made.rows, made.by) == (4, 600, ("shop",))
    found = parts(made.folder)
    owners = [shop for part in found for shop in part["shop"].unique()]
    assert sorted(owners) == sorted(SHOPS)
    whole = pd.concat(found).sort_values(["day", "shop"], kind="stable").reset_index(drop=True)
    pd.testing.assert_frame_equal(whole.astype(str), by_day.astype(str))
    assert all(part["day"].is_monotonic_increasing for part in found)
    assert found[0]["sold"].dtype == (np.int64 if suffix == "parquet" else "str")


def test_the_same_rows_go_to_the_same_files_whatever_they_were_in(tmp_path, by_day):
    by_day.to_csv(tmp_path / "sales.csv", index=False)
    first = partition(single(tmp_path / "sales.csv"), tmp_path / "one", files=3)
    second = partition(find_data_set(first.folder), tmp_path / "two", files=3)
    for one, two in zip(parts(first.folder), parts(second.folder), strict=True):
        pd.testing.assert_frame_equal(one, two)


def test_a_mark_says_by_which_columns(tmp_path, by_day):
    by_day.to_csv(tmp_path / "sales.csv", index=False)
    made = partition(single(tmp_path / "sales.csv"), tmp_path / "parts", by=["shop"], files=2)
    assert json.loads((made.folder / MARK).read_text()) == {"by": ["shop"], "files": 2, "rows": 600}


def test_a_dialect_of_csv_is_kept_as_text(tmp_path):
    rows = [f'"Zürich; Süd";{day:02}.01.2025;1.234,5' for day in range(1, 32)]
    (tmp_path / "a.csv").write_text("\n".join(["Filiale;Tag;Umsatz", *rows]) + "\n", encoding="cp1252")
    made = partition(single(tmp_path / "a.csv"), tmp_path / "parts", by=["Filiale"], files=1)
    (part,) = parts(made.folder)
    assert part.iloc[0].tolist() == ["Zürich; Süd", "01.01.2025", "1.234,5"]
    assert len(part) == 31


def test_a_file_that_cannot_be_read_leaves_nothing(tmp_path, by_day):
    folder = tmp_path / "in"
    folder.mkdir()
    by_day.to_parquet(folder / "a.parquet")
    (folder / "b.parquet").write_bytes((folder / "a.parquet").read_bytes()[:-20])
    with pytest.raises(DataError, match=r"b.parquet: cannot be read"):
        partition(find_data_set(folder), tmp_path / "parts")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


def test_other_columns_are_refused(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    sales(["a"]).to_csv(folder / "a.csv", index=False)
    sales(["b"]).drop(columns="sold").to_csv(folder / "b.csv", index=False)
    with pytest.raises(DataError, match=r'b.csv: has other columns than a.csv: it lacks "sold"'):
        partition(find_data_set(folder), tmp_path / "parts")


def test_what_cannot_be_is_refused(tmp_path, by_day):
    by_day.to_csv(tmp_path / "sales.csv", index=False)
    data = single(tmp_path / "sales.csv")
    with pytest.raises(DataError, match='there is no column "city"'):
        partition(data, tmp_path / "parts", by=["city"])
    with pytest.raises(UsageError, match="--files must be from 1"):
        partition(data, tmp_path / "parts", files=0)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    with pytest.raises(UsageError, match="is not an empty folder"):
        partition(data, tmp_path / "full")


def test_a_file_without_ids_is_refused(tmp_path):
    sales(["a"]).drop(columns="shop").to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(DataError, match="has no column that tells series apart"):
        partition(single(tmp_path / "a.csv"), tmp_path / "parts")


def test_a_long_file_that_is_sorted_by_day_shows_its_series_further_down(tmp_path):
    shops = [f"a shop with a long name, number {number}" for number in range(9_000)]
    rows = [f'"{shop}",2025-01-{day:02},{len(shop)}' for day in range(1, 29) for shop in shops]
    (tmp_path / "days.csv").write_text("\n".join(["shop,day,sold", *rows]) + "\n")
    made = partition(single(tmp_path / "days.csv"), tmp_path / "parts", files=2)
    assert (made.by, made.rows) == (("shop",), 252_000)


def test_files_that_no_series_falls_to_are_not_written(tmp_path):
    sales(["a", "b"]).to_csv(tmp_path / "sales.csv", index=False)
    made = partition(single(tmp_path / "sales.csv"), tmp_path / "parts", files=32)
    assert 1 <= made.files <= 2
    assert len(list(made.folder.glob("*.parquet"))) == made.files
    assert json.loads((made.folder / MARK).read_text())["files"] == made.files


def test_parts_among_the_data_are_refused(tmp_path):
    sales(["a"]).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(UsageError, match="is within the data"):
        partition(find_data_set(tmp_path), tmp_path / "parts")


def test_a_row_without_an_id_is_refused(tmp_path):
    sales(["a", ""]).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(DataError, match=r'a\.csv: 30 rows without a "shop"'):
        partition(single(tmp_path / "a.csv"), tmp_path / "parts", by=["shop"])


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("sold", lambda column: column.astype(str) + ",5"),
        ("day", lambda column: pd.to_datetime(column).dt.strftime("%m/%d/%Y")),
    ],
)
def test_a_file_of_another_notation_is_named(tmp_path, column, change):
    one, two = sales(["a"]), sales(["b"])
    one["sold"] += 0.5
    one["day"] = pd.to_datetime(one["day"]).dt.strftime("%d/%m/%Y")
    two = one.assign(shop="b", **{column: change(sales(["b"])[column])})
    one.to_csv(tmp_path / "a.csv", index=False)
    two.to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(DataError, match=rf'b\.csv: column "{column}" is written otherwise than in a\.csv'):
        partition(find_data_set(tmp_path / "*.csv"), tmp_path / "parts")
    assert not (tmp_path / "parts").exists()


def test_an_id_may_stand_in_the_names_of_folders_alone(tmp_path):
    for shop in ("a", "b", "c"):
        (tmp_path / "in" / f"place={shop}").mkdir(parents=True)
        sales([shop]).drop(columns="shop").to_csv(tmp_path / "in" / f"place={shop}" / "x.csv", index=False)
    made = partition(find_data_set(tmp_path / "in"), tmp_path / "parts")
    assert (made.by, made.rows) == (("place",), 90)


def test_columns_that_scatter_series_are_warned_of(tmp_path, by_day):
    by_day.to_csv(tmp_path / "sales.csv", index=False)
    heard = []
    for number, by in enumerate(["sold", "shop"]):
        partition(single(tmp_path / "sales.csv"), tmp_path / f"{number}", by=[by], listener=heard.append)
    (warned,) = [event.message for event in heard if isinstance(event, Warned)]
    assert warned == (
        "rows of one shop differ in sold, and get into several files; --by shop puts them into one"
    )
