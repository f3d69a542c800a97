"""Where a training runs: on the CPU or a GPU, and whether XLA compiles it."""

from forecast.errors import UsageError
from forecast.network import backend
from forecast.network.batches import BatchSizes
from forecast.spec.training import TrainingPlan

backend.load()

import tensorflow as tf  # noqa: E402

XLA_UPDATES = 3_000
"""Expected updates above which XLA pays: it compiles 2 s longer and runs small batches 2-3 times faster."""

_XLA_BATCH_STEPS = 8_192
"""Window steps in a batch above which XLA no longer runs faster."""

_GPU_BATCH_STEPS = 8_192
"""Window steps in a batch from which on `auto` uses a GPU: below, launching kernels takes longer
than the arithmetic on one core."""

_EXPECTED_EPOCHS = 100


def uses_xla(plan: TrainingPlan, sizes: BatchSizes) -> bool:
    """Whether XLA makes a training on a CPU faster."""
    expected = min(plan.epochs, _EXPECTED_EPOCHS) * sizes.updates
    return sizes.batch_steps <= _XLA_BATCH_STEPS and expected > XLA_UPDATES


def choose_device(plan: TrainingPlan, sizes: BatchSizes) -> tuple[str, str]:
    """TensorFlow's name of the device to train on, "cpu" or "gpu", and the reason."""
    available = bool(tf.config.list_physical_devices("GPU"))
    if plan.device == "gpu" and not available:
        raise UsageError(
            "--device gpu: TensorFlow finds no GPU here",
            hint="leave it out to train on the CPU; pip install 'forecast-rnn[gpu]' for one of NVIDIA's",
        )
    if plan.device != "auto":
        return plan.device, "requested"
    if not available:
        return "cpu", "no GPU found"
    if sizes.batch_steps < _GPU_BATCH_STEPS:
        return "cpu", "batches too small for a GPU to be faster"
    return "gpu", "large batches"
