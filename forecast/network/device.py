"""Where a training runs and how: decided from plan, sizes and number of GPUs, without TensorFlow."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from forecast.errors import UsageError
from forecast.spec.training import TrainingPlan

Loops: TypeAlias = Literal["keras", "custom gradient"]
"""Keras' own recurrent layers, which on a GPU are cuDNN's, or those of `bptt`, faster on a CPU."""

XLA_UPDATES = 3_000
"""Expected updates above which XLA pays: it compiles 2 s longer and runs small batches 2-3 times faster."""

_XLA_BATCH_STEPS = 8_192
"""Window steps in a batch above which XLA no longer runs faster."""

GPU_PRODUCTS = 8_192 * 16_000
"""Window steps in a batch times weights from which on `auto` uses a GPU: about 10 ms of one core. With less,
launching the kernels of an update may take longer than its arithmetic on a CPU. No GPU was measured."""

_EXPECTED_EPOCHS = 100


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a training runs, and what differs there."""

    device: Literal["cpu", "gpu"]
    """TensorFlow's name of it."""
    reason: str
    loops: Loops
    xla: bool
    plan: TrainingPlan
    """The plan with the batches for this device."""

    def __str__(self) -> str:
        """Such as: CPU with XLA (no GPU found)."""
        return f"{self.device.upper()}{' with XLA' if self.xla else ''} ({self.reason})"


def place(plan: TrainingPlan, *, batch_steps: int, updates: int, weights: int, gpus: int) -> Placement:
    """The placement of a training of a network with so many weights where TensorFlow finds so many GPUs.

    `batch_steps` are the window steps in a batch on a CPU, `updates` those of an epoch. A UsageError where
    a GPU is asked for and there is none.
    """
    device, reason = _choose(plan, batch_steps * weights, gpus)
    if device == "gpu":
        return Placement("gpu", reason, "keras", False, with_gpu_batches(plan))
    return Placement("cpu", reason, "custom gradient", _uses_xla(plan, batch_steps, updates), plan)


def with_gpu_batches(plan: TrainingPlan) -> TrainingPlan:
    """The plan with its batch size for GPUs, and as many updates in an epoch."""
    if plan.gpu_batch_size is None:
        return plan
    windows = plan.epoch_windows and plan.epoch_windows * plan.gpu_batch_size // plan.batch_size
    return replace(plan, batch_size=plan.gpu_batch_size, epoch_windows=windows)


def _choose(plan: TrainingPlan, products: int, gpus: int) -> tuple[Literal["cpu", "gpu"], str]:
    """The device, and the reason."""
    if plan.device == "gpu" and not gpus:
        raise UsageError(
            "--device gpu: TensorFlow finds no GPU here",
            hint="forecast check --devices says why; leave --device out to train on the CPU",
        )
    if plan.device != "auto":
        return plan.device, "requested"
    if not gpus:
        return "cpu", "no GPU found"
    if products < GPU_PRODUCTS:
        return "cpu", "batches too small for a GPU to be faster"
    return "gpu", "large batches"


def _uses_xla(plan: TrainingPlan, batch_steps: int, updates: int) -> bool:
    """Whether XLA makes a training on a CPU faster."""
    expected = min(plan.epochs, _EXPECTED_EPOCHS) * updates
    return batch_steps <= _XLA_BATCH_STEPS and expected > XLA_UPDATES
