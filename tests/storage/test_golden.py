import json
from pathlib import Path

import numpy as np
import pytest

from forecast.storage.modelfile import FORMAT, encode, load

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
STORED = [*(ROOT / "forecast" / "pretrained").glob("*.forecast"), GOLDEN / f"format-{FORMAT}.forecast"]


@pytest.mark.parametrize("number", range(2, FORMAT + 1))
def test_a_model_of_every_format_forecasts_what_it_did_when_it_was_made(number: int):
    model = load(GOLDEN / f"format-{number}.forecast")
    expected = json.loads((GOLDEN / f"format-{number}.json").read_text())
    forecast = model.predict(model.tail, 6, levels=(80,))
    assert forecast.times.tolist() == expected["times"]
    np.testing.assert_allclose(forecast.values, expected["values"], rtol=1e-5)
    np.testing.assert_allclose(forecast.lower[0], expected["lower"], rtol=1e-5)
    np.testing.assert_allclose(forecast.upper[0], expected["upper"], rtol=1e-5)


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_a_stored_model_is_encoded_to_the_bytes_it_was_read_from(path: Path):
    assert encode(load(path)) == path.read_bytes()
