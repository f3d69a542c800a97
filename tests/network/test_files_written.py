"""A training writes its model and nothing else: no settings of Keras, no code translated by TensorFlow."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.measuring import ROOT, run

pytestmark = pytest.mark.tensorflow

KILLED_AFTER_ITS_FIRST_EPOCHS = """
import os, signal, sys
from forecast.events import EpochEnded
from forecast.network import device
from forecast.network.fit import Trainer
from forecast.spec.model import ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.training import TrainingPlan
from tests.panels import panel, wave

def listen(event):
    if isinstance(event, EpochEnded):
        os.kill(os.getpid(), signal.SIGKILL)

device.XLA_UPDATES = int(sys.argv[1])
waves = panel(wave(60))
spec = ModelSpec(WindowSpec(12, 4), NetworkSpec("gru", (6,), dropout=0.3), 1)
Trainer(spec, TrainingPlan(device="cpu"), waves, listener=listen).find_epochs(waves, stage="killed")
"""


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """Empty folders for HOME and for temporary files."""
    for name in ("home", "temporary"):
        (tmp_path / name).mkdir()
    return {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "temporary"), "PYTHONPATH": str(ROOT)}


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_training_writes_nothing_but_its_model(tmp_path, surroundings):
    data = ROOT / "sample_data" / "harvest.csv"
    ran = run(
        *("train", data, "--from", "scratch", "--epochs", "2", "--model", tmp_path / "m.forecast"),
        folder=tmp_path,
        env=surroundings,
    )
    assert ran.code == 0
    assert files(tmp_path) == ["m.forecast"]


@pytest.mark.parametrize("xla_updates", [10**9, 0], ids=["function", "xla"])
def test_a_killed_training_leaves_no_file_behind(tmp_path, surroundings, xla_updates):
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AFTER_ITS_FIRST_EPOCHS, str(xla_updates)],
        env={**os.environ, **surroundings},
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        check=False,
    )
    assert done.returncode == -9, done.stderr.decode()
    assert files(tmp_path) == []


def test_a_keras_json_in_the_home_folder_changes_nothing(tmp_path, surroundings):
    settings = tmp_path / "home" / ".keras" / "keras.json"
    settings.parent.mkdir()
    settings.write_text('{"floatx": "float16", "epsilon": 0.5, "backend": "jax"}')
    script = (
        "import os; from forecast.network import backend; backend.load()\n"
        "from keras import config\n"
        "print(config.floatx(), config.epsilon(), config.backend(), 'KERAS_HOME' in os.environ)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **surroundings},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["float32", "1e-07", "tensorflow", "False"]
