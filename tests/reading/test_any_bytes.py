from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.spec.reading import Columns, Notation, Policy, ReadSpec
from tests.fuzz.often import often
from tests.fuzz.promises import reads_or_refuses
from tests.fuzz.texts import SOURCES

pytestmark = pytest.mark.slow


def maybe(*values: object) -> st.SearchStrategy:
    return st.none() | st.sampled_from(values)


WAYS = st.builds(
    ReadSpec,
    st.builds(Columns, time=maybe("time", "year")),
    st.builds(
        Notation,
        delimiter=maybe(*",;\t| ^"),
        encoding=maybe("utf-8", "cp1252", "utf-16-le", "utf-7", "shift_jis"),
        decimal=maybe(".", ","),
        thousands=maybe(" ", "'", "_"),
        date_format=maybe("%Y", "%d.%m.%y", "%Y-%m-%d", "%Y-%m-%dT%H:%M%z", "excel", "epoch", "epoch-ns"),
        header=maybe(1, 2, 5, 900),
    ),
    st.builds(
        Policy,
        gaps=maybe("error", "interpolate", "hold", "season"),
        duplicates=maybe("first", "last", "sum", "mean"),
        resample=maybe("sum", "mean", "first", "last", "min", "max"),
    ),
    frequency=maybe("yearly", "MS", "W", "daily", "B", "15min", "2-hourly", "step", "never"),
    wide=st.booleans(),
)


@often
@given(SOURCES, WAYS)
def test_any_bytes_read_in_any_way_give_a_panel_or_are_refused(content: bytes, way: ReadSpec):
    reads_or_refuses(content, way)


@often
@given(SOURCES)
def test_any_bytes_give_a_panel_that_can_be_forecast_or_are_refused(content: bytes):
    reads_or_refuses(content)


@often
@given(SOURCES)
def test_a_file_and_a_stream_of_the_same_bytes_give_the_same(tmp_path: Path, content: bytes):
    path = tmp_path / "data"
    path.write_bytes(content)
    from_file, from_stream = reads_or_refuses(path), reads_or_refuses(content)
    assert (from_file is None) == (from_stream is None)
    if from_file is not None:
        assert from_file.panel.ids == from_stream.panel.ids
        assert from_file.panel.values.tobytes() == from_stream.panel.values.tobytes()
        assert from_file.panel.times.tobytes() == from_stream.panel.times.tobytes()
