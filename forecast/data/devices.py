"""What is known of the devices of a machine."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What TensorFlow finds, and what it needs for a GPU."""

    system: str
    """Name of the operating system, such as "Linux", "Darwin" or "Windows"."""
    tensorflow: str
    """Its version."""
    cuda: str | None
    """Version of CUDA that it was built with, None for a build without."""
    gpus: tuple[str, ...]
    """Names of the GPUs that it finds."""
    driver: str | None
    """Version of NVIDIA's driver, "" where it is loaded but says none; None without a driver."""
    device_files: tuple[str, ...]
    """Files of GPUs, such as /dev/nvidia0."""
    libraries: bool
    """Whether NVIDIA's libraries are installed for this Python."""
    visible: str | None
    """CUDA_VISIBLE_DEVICES; None where it is not set."""
