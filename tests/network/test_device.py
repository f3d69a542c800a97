"""The decision where and how to train, and the code path of a GPU, which TensorFlow runs on the CPU here."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from forecast.errors import UsageError
from forecast.events import Note
from forecast.forecasters.recurrent import Network
from forecast.network import backend, bptt, gpus
from forecast.network.batches import BatchSizes
from forecast.network.device import GPU_PRODUCTS, place, with_gpu_batches
from forecast.network.fit import Trainer
from forecast.spec.model import ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.training import TrainingPlan
from tests.panels import panel, wave

backend.load()

import tensorflow as tf  # noqa: E402

PLAN = TrainingPlan(epochs=12, batch_size=16, learning_rate=1e-2, patience=12)
WEIGHTS = 16_000


@pytest.fixture(scope="module")
def waves():
    return panel(wave(60, season=4), wave(45, season=4, seed=1), season=4)


def spec(cell: str) -> ModelSpec:
    return ModelSpec(WindowSpec(12, 4), NetworkSpec(cell, (6,)), 4)


def placed(gpus: int, batch_steps: int = 768, weights: int = WEIGHTS, updates: int = 10, **plan):
    plan = replace(PLAN, **plan)
    return place(plan, batch_steps=batch_steps, updates=updates, weights=weights, gpus=gpus)


@pytest.mark.parametrize(
    ("asked", "gpus", "batch_steps", "text", "loops"),
    [
        ("auto", 0, 8_192, "CPU (no GPU found)", "custom gradient"),
        ("auto", 1, 8_191, "CPU (batches too small for a GPU to be faster)", "custom gradient"),
        ("auto", 1, 8_192, "GPU (large batches)", "keras"),
        ("cpu", 1, 8_192, "CPU (requested)", "custom gradient"),
        ("gpu", 2, 12, "GPU (requested)", "keras"),
    ],
)
def test_where_a_training_runs_and_with_which_layers(asked, gpus, batch_steps, text, loops):
    found = placed(gpus, batch_steps, device=asked)
    assert (str(found), found.loops) == (text, loops)


def test_a_large_network_uses_a_gpu_for_small_batches():
    assert placed(1, 768, weights=800_000).device == "gpu"
    assert placed(1, 768, weights=GPU_PRODUCTS // 768).device == "cpu"


def test_a_gpu_that_is_not_there_is_refused_with_how_to_find_out_why():
    with pytest.raises(UsageError, match="--device gpu: TensorFlow finds no GPU") as failure:
        placed(0, device="gpu")
    assert failure.value.exit_code == 2
    assert "forecast check --devices" in failure.value.hint


@pytest.mark.parametrize(
    ("device", "updates", "batch_steps", "xla"),
    [
        ("cpu", 1_000, 8_192, True),
        ("cpu", 1_000, 8_193, False),  # no faster
        ("cpu", 250, 8_192, False),  # 3,000 updates: compiled in the time that it saves
        ("gpu", 1_000, 8_192, False),  # cuDNN's kernels are none of XLA's
    ],
)
def test_xla_compiles_long_trainings_of_small_batches_on_a_cpu(device, updates, batch_steps, xla):
    found = placed(1, batch_steps, updates=updates, device=device)
    assert found.xla is xla
    assert ("XLA" in str(found)) is xla


def test_batches_grow_on_a_gpu_alone_and_an_epoch_has_as_many_updates():
    plan = {"gpu_batch_size": 32, "epoch_windows": 24, "batch_size": 8}
    cpu, gpu = (placed(1, device=device, **plan).plan for device in ("cpu", "gpu"))
    assert (cpu.batch_size, cpu.epoch_windows) == (8, 24)
    assert (gpu.batch_size, gpu.epoch_windows, gpu.epochs) == (32, 96, cpu.epochs)
    assert gpu.learning_rate == cpu.learning_rate
    large = panel(wave(200, season=4), season=4)
    assert [BatchSizes.of(spec("gru"), each, large).updates for each in (cpu, gpu)] == [3, 3]
    assert with_gpu_batches(PLAN) == PLAN
    assert with_gpu_batches(replace(PLAN, gpu_batch_size=64)).epoch_windows is None


@pytest.fixture(scope="module", params=["simple-rnn", "lstm", "gru"])
def both(request, waves):
    """(trainer, weights of the refit) as on a CPU and as on a GPU, whose operations run on the CPU here."""
    # Where there is a GPU its products have fewer digits, unless this is said.
    tf.config.experimental.enable_tensor_float_32_execution(False)
    trained = []
    for device in ("cpu", "gpu"):
        placement, events = placed(1, device=device), []
        trainer = Trainer(spec(request.param), PLAN, waves, listener=events.append, placement=placement)
        assert Note("device", f"{device.upper()} (requested)") in events
        trainer.find_epochs(waves, stage="choosing the number of epochs")
        trained.append((trainer, trainer.fit(waves, 6, stage="refit")))
    return trained


def test_the_path_of_a_gpu_trains_as_that_of_the_cpu(both, waves):
    (cpu, cpu_weights), (gpu, gpu_weights) = both
    layers = [trainer._model.get_layer("layer0") for trainer, _ in both]
    assert [isinstance(layer, bptt._CustomGradient) for layer in layers] == [True, False]
    losses = cpu.losses.training
    assert len(losses) == PLAN.epochs
    assert losses[-1] < 0.8 * losses[0]
    # Losses are kept with five digits; float32 sums in another order differ in the seventh.
    for name in ("training", "validation"):
        assert getattr(gpu.losses, name) == pytest.approx(getattr(cpu.losses, name), rel=1e-4)
    assert gpu.losses.best_epoch == cpu.losses.best_epoch
    forecasts = [
        Network(cpu.spec, (weights,)).predict(waves, 4).values for weights in (cpu_weights, gpu_weights)
    ]
    assert np.ptp(forecasts[0]) > 0.1
    np.testing.assert_allclose(forecasts[1], forecasts[0], rtol=1e-4, atol=1e-5)


class Config:
    """A part of `tf.config` on a machine with two GPUs."""

    def __init__(self, error: Exception | None = None) -> None:
        self.grown, self._error = [], error
        self.experimental = SimpleNamespace(set_memory_growth=self._set)

    def list_physical_devices(self, kind: str) -> list[str]:
        return [f"{kind}:0", f"{kind}:1"]

    def _set(self, gpu: str, grows: bool) -> None:
        if self._error:
            raise self._error
        self.grown.append((gpu, grows))


def test_memory_of_every_gpu_grows():
    config = Config()
    backend.grow_memory_of_gpus(config)
    assert config.grown == [("GPU:0", True), ("GPU:1", True)]


def test_a_program_that_has_used_its_gpus_keeps_its_own_way():
    config = Config(RuntimeError("Physical devices cannot be modified after being initialized"))
    backend.grow_memory_of_gpus(config)
    assert config.grown == []


def test_the_facts_of_this_machine_are_those_of_tensorflow(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    facts = gpus.device_facts()
    assert (facts.tensorflow, facts.visible) == (tf.__version__, "-1")
    assert len(facts.gpus) == gpus.count_gpus()


def test_files_and_version_of_a_driver(tmp_path):
    for name in ("nvidia10", "nvidia0", "nvidiactl", "nvidia-uvm", "dxg", "null"):
        (tmp_path / name).touch()
    assert gpus.device_files(tmp_path) == tuple(
        str(tmp_path / name) for name in ("nvidia0", "nvidia10", "dxg")
    )
    line = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\n"
    assert gpus.driver_version(line + "GCC version:  gcc version 11.4.0\n") == "550.54.15"
    assert gpus.driver_version("") == ""
