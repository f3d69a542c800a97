from pathlib import Path

import pytest
from hypothesis import given

from tests.fuzz.models import FILES, SEEDS
from tests.fuzz.often import often
from tests.fuzz.promises import opens_or_refuses


@often
@given(FILES)
def test_any_bytes_are_a_usable_model_or_are_refused(tmp_path: Path, content: bytes):
    opens_or_refuses(content, tmp_path / "a.forecast")


@pytest.mark.parametrize("content", SEEDS)
def test_the_models_that_forgeries_start_from_are_valid(tmp_path: Path, content: bytes):
    assert opens_or_refuses(content, tmp_path / "a.forecast") is not None
