import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast.diagnostics.clean import clean_table
from forecast.errors import DataError
from forecast.output.writing import write
from forecast.reading.reader import read_panel
from forecast.spec.reading import Columns, Notation, Policy, ReadSpec


def read(content, **spec):
    return read_panel(io.BytesIO(content.encode() if isinstance(content, str) else content), ReadSpec(**spec))


def written(panel, format="csv"):
    stream = io.BytesIO()
    write(clean_table(panel), stream, format=format, schema="test/1")
    return stream.getvalue()


def assert_same(one, other):
    assert other.ids == one.ids
    assert other.frequency == one.frequency
    assert np.array_equal(other.times, one.times)
    assert np.array_equal(other.values, one.values)
    assert np.array_equal(other.bounds, one.bounds)
    assert other.observed.all()


def test_the_repaired_file_is_sorted_and_has_one_row_a_step():
    content = "year,id,y\n2003,b,4\n2001,b,2\n2001,a,1\n2002,a,\n2003,a,3\n"
    panel = read(content, policy=Policy(gaps="interpolate", missing="hold")).panel
    assert written(panel) == b"id,year,y\na,2001,1\na,2002,1\na,2003,3\nb,2001,2\nb,2002,3\nb,2003,4\n"


STARTS = {
    "years": [str(1500 + row) for row in range(12)],
    "steps": [str(7 * row) for row in range(12)],
    "quarters": [f"{2000 + row // 4}Q{row % 4 + 1}" for row in range(12)],
    "month ends": (np.arange("2019-02", "2020-02", dtype="M8[M]").astype("M8[D]") - np.timedelta64(1, "D"))
    .astype(str)
    .tolist(),
    "days": (np.datetime64("2019-02-25") + np.arange(12)).astype(str).tolist(),
    "working days": [str(np.busday_offset("2019-02-25", row)) for row in range(12)],
    "hours of a zone": [f"2019-02-25T{row:02d}:30:00+05:30" for row in range(12)],
    "quarter hours": (np.datetime64("2019-02-25T23:00") + 15 * np.arange(12)).astype(str).tolist(),
}


@pytest.mark.parametrize("times", STARTS.values(), ids=STARTS)
@pytest.mark.parametrize("absent", [(), (3, 4, 8)])
def test_reading_what_was_written_gives_the_same_panel_and_nothing_to_repair(times, absent):
    rows = [f"{time},{index / 7}" for index, time in enumerate(times) if index not in absent]
    panel = read("\n".join(["time,y", *rows])).panel
    again = read(written(panel))
    assert_same(panel, again.panel)
    assert again.repairs == ()


ids = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=5)
numbers = st.one_of(st.none(), st.floats(-1e308, 1e308), st.integers(-3, 3))


fills = st.sampled_from([None, "hold", "season", "interpolate"])
policies = st.builds(Policy, gaps=fills, missing=fills, duplicates=st.sampled_from(["first", "sum", "mean"]))


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(ids, st.lists(numbers, max_size=9), min_size=1, max_size=4),
    st.integers(2, 9),
    policies,
)
def test_any_panel_comes_back_as_it_was(series, absent, policy):
    cells = [
        (id, str(2000 + row), "" if value is None else repr(value))
        for id, values in series.items()
        for row, value in enumerate([1.0, 1.5, *values])
        if row != absent
    ]
    lines = ["id,year,y", *(",".join(['"' + id.replace('"', '""') + '"', *rest]) for id, *rest in cells)]
    columns = Columns("y", "year", "id")
    every = Notation(missing_marks=("none",))
    try:
        panel = read("\n".join(lines), columns=columns, notation=every, policy=policy).panel
    except DataError:
        return  # too many holes
    again = read(written(panel), columns=columns, notation=every)
    assert_same(panel, again.panel)
    assert again.repairs == ()


def test_a_wide_file_comes_out_long():
    panel = read("year,oats,rye\n2001,1,\n2002,2,5\n2003,3,6\n", wide=True).panel
    assert written(panel) == (
        b"series,year,value\noats,2001,1\noats,2002,2\noats,2003,3\nrye,2002,5\nrye,2003,6\n"
    )
    assert_same(panel, replace(read(written(panel)).panel, frequency=panel.frequency))


def test_a_column_alone_stays_alone():
    panel = read("y\n1\n2\n3.5\n").panel
    assert written(panel) == b"y\n1.0\n2.0\n3.5\n"


def test_covariates_are_in_the_clean_table_and_those_known_ahead_go_on():
    content = (
        "shop,month,sold,price,weather,size\n"
        "a,2020-01,5,1.5,sun,10\na,2020-02,6,,rain,10\na,2020-04,8,2,sun,10\na,2020-05,,2.5,,10\n"
        "b,2020-01,1,3,sun,20\nb,2020-02,2,3,sun,20\nb,2020-03,3,4,rain,20\n"
    )
    columns = Columns("sold", "month", "shop", past=("weather",), known=("price",), static=("size",))
    panel = read(content, columns=columns).panel
    lines = written(panel).decode().splitlines()
    assert lines[:6] == [
        "shop,month,sold,weather,price,size",
        "a,2020-01,5,sun,1.5,10",
        "a,2020-02,6,rain,1.5,10",
        "a,2020-03,6,rain,1.5,10",
        "a,2020-04,8,sun,2.0,10",
        "a,2020-05,,,2.5,10",
    ]
    again = read(written(panel), columns=columns).panel
    assert_same(panel, again)
    for part in ("past", "known", "known_bounds", "static"):
        assert np.array_equal(getattr(again.covariates, part), getattr(panel.covariates, part))
    assert again.covariates.vocabularies == panel.covariates.vocabularies
