import csv
import io
import json
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.output.writing import CHUNK_ROWS, Format, for_spreadsheets, write

TABLE = {
    "store": np.array(["007", 'a "b", c'], dtype=object),
    "time": np.array([2024, 2025]),
    "forecast": np.array([3.1, float("nan")]),
}


def written(table, format: Format = "csv", **options) -> bytes:
    stream = io.BytesIO()
    write(table, stream, format=format, schema="forecast.predict/1", **options)
    return stream.getvalue()


def test_csv_has_a_header_lf_quotes_and_an_empty_field_for_nan():
    assert written(TABLE) == b'store,time,forecast\n007,2024,3.1\n"a ""b"", c",2025,\n'


def test_tsv_quotes_tabs_and_not_commas():
    table = {"id": np.array(["a,b", "c\td"], dtype=object), "n": np.array([1, 2])}
    assert written(table, "tsv") == b'id\tn\na,b\t1\n"c\td"\t2\n'


def test_a_lone_carriage_return_is_quoted():
    assert written({"id": np.array(["a\rb"], dtype=object)}) == b'id\n"a\rb"\n'


def test_a_column_name_with_a_comma_is_quoted():
    assert written({"a,b": np.array([1])}) == b'"a,b"\n1\n'


def test_escapes_in_ids_stay_in_files():
    assert b"\x1b[31m" in written({"id": np.array(["\x1b[31m"], dtype=object)})


def test_a_table_without_rows_is_its_header():
    assert written({"time": np.array([], dtype=np.int64), "forecast": np.array([])}) == b"time,forecast\n"


@given(st.lists(st.floats(allow_infinity=False), min_size=1))
def test_numbers_in_csv_read_back_the_same(numbers):
    lines = written({"forecast": np.array(numbers)}).decode().split("\n")[1:-1]
    read = [float(line) if line else float("nan") for line in lines]
    np.testing.assert_array_equal(read, numbers)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_ids_in_csv_read_back_the_same(ids):
    data = written({"id": np.array(ids, dtype=object), "n": np.arange(len(ids))}).decode()
    rows = list(csv.reader(io.StringIO(data, newline=""), strict=True))
    assert [row[0] for row in rows[1:]] == ids


def test_json_is_one_document_with_the_schema_first_and_null_for_nan():
    document = json.loads(written(TABLE, "json", facts={"model": "m", "coverage": float("nan")}))
    assert list(document) == ["schema", "model", "coverage", "rows"]
    assert document["schema"] == "forecast.predict/1"
    assert document["coverage"] is None
    assert document["rows"][0] == {"store": "007", "time": 2024, "forecast": 3.1}
    assert document["rows"][1]["forecast"] is None


def test_json_without_rows_is_valid():
    assert json.loads(written({"time": np.array([])}, "json"))["rows"] == []


@pytest.mark.parametrize("format", ["csv", "json", "jsonl"])
def test_no_row_is_lost_or_doubled_where_chunks_meet(format):
    rows = 2 * CHUNK_ROWS + 1
    data = written({"n": np.arange(rows)}, format).decode()
    if format == "json":
        numbers = [row["n"] for row in json.loads(data)["rows"]]
    elif format == "jsonl":
        numbers = [json.loads(line)["n"] for line in data.splitlines()]
    else:
        numbers = [int(line) for line in data.splitlines()[1:]]
    assert numbers == list(range(rows))


def test_json_lines_are_flushed_one_record_at_a_time():
    class Watched(io.BytesIO):
        seen: list[int]

        def flush(self):
            self.seen.append(self.getvalue().count(b"\n"))

    stream = Watched()
    stream.seen = []
    write({"n": np.arange(3)}, stream, format="jsonl", schema="")
    assert stream.seen[:3] == [1, 2, 3]


def test_for_spreadsheets_a_formula_gets_a_mark_and_everything_else_stays():
    table = {
        "=HYPERLINK(1)": np.array(["=A1", "+1", "-x", "@me", "\t=1", "a=b", None], dtype=object),
        "y": np.array([-1.5, 2, 3, 4, 5, 6, np.nan]),
    }
    safe = for_spreadsheets(table)
    assert list(safe) == ["'=HYPERLINK(1)", "y"]
    assert safe["'=HYPERLINK(1)"].tolist() == ["'=A1", "'+1", "'-x", "'@me", "'\t=1", "a=b", None]
    assert safe["y"] is table["y"]


def test_markdown_escapes_bars_and_controls_and_has_the_numbers_of_csv():
    table = {
        "id": np.array(["a|b", "\x1b[1m"], dtype=object),
        "mae": np.array([3.14159, np.nan]),
        "n": np.array([1234, 5]),
    }
    assert written(table, "md").decode().splitlines() == [
        "| id | mae | n |",
        "| :-- | --: | --: |",
        "| a\\|b | 3.14159 | 1234 |",
        "| \\x1b[1m |  | 5 |",
    ]


def test_parquet_reads_back_the_same():
    import pyarrow.parquet

    data = pyarrow.parquet.read_table(io.BytesIO(written(TABLE, "parquet"))).to_pydict()
    assert data["store"] == ["007", 'a "b", c']
    assert data["time"] == [2024, 2025]
    assert data["forecast"][0] == 3.1


def test_300000_rows_of_csv_take_under_three_seconds_of_cpu():
    rows = 300_000
    table = {
        "id": np.array([f"series {row // 4}" for row in range(rows)], dtype=object),
        "time": np.arange(rows),
        "forecast": np.linspace(0, 1, rows),
        "lower_80": np.linspace(0, 1, rows),
    }
    started = time.process_time()
    written(table)
    assert time.process_time() - started < 3
