import numpy as np

from forecast.tables.columns import Column
from forecast.tables.table import Table

DAY = Column("day", ["mon", "total", "tue"], np.array([0, 0, 1, 2], np.int32))
SOLD = Column("sold", ["7", "3"], np.array([0, 1, 0, 1], np.int32))
TABLE = Table("shop.csv", (DAY, SOLD), 4, line=lambda row: f"line {row + 2}")


def cells(table):
    return [[column.texts[code] for code in column.codes] for column in table.columns]


def test_selected_rows_keep_their_lines_and_lose_texts_that_no_row_holds():
    kept = TABLE.select(np.array([False, True, False, True]))
    assert (kept.rows, cells(kept)) == (2, [["mon", "tue"], ["3", "3"]])
    assert [column.texts for column in kept.columns] == [["mon", "tue"], ["3"]]
    assert [kept.where(row) for row in (0, 1)] == ["shop.csv, line 3", "shop.csv, line 5"]


def test_texts_of_selected_rows_are_in_order_of_appearance():
    kept = TABLE.select(np.array([False, True, True, True]))
    assert kept.columns[1].texts == ["3", "7"]


def test_a_table_that_keeps_every_row_is_the_same():
    assert TABLE.select(np.ones(4, dtype=bool)) is TABLE


def test_a_field_keeps_the_name_of_its_column_in_the_data():
    def heading(row, column):
        return f"{column.name} {row}" if column is SOLD else column.name

    table = Table("shop.csv", (DAY, SOLD), 4, line=str, heading=heading)
    kept = table.select(np.array([True, False, False, True]))
    assert kept.where(1, kept.columns[1]) == 'shop.csv, 3, column "sold 3"'
    assert kept.where(1, kept.columns[0]) == 'shop.csv, 3, column "day"'
