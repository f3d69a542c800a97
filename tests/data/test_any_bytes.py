from pathlib import Path

from hypothesis import given

from tests.fuzz.often import often
from tests.fuzz.promises import reads_or_refuses
from tests.fuzz.texts import SOURCES


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
