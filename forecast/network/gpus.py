"""The GPUs of this machine, as TensorFlow and the system say."""

import os
import platform
import re
from importlib.util import find_spec
from pathlib import Path

from forecast.data.devices import DeviceFacts
from forecast.network import backend

backend.load()

import tensorflow as tf  # noqa: E402

_DRIVER = Path("/proc/driver/nvidia/version")


def count_gpus() -> int:
    """GPUs that TensorFlow can use."""
    return len(tf.config.list_physical_devices("GPU"))


def device_facts() -> DeviceFacts:
    """What TensorFlow finds here, and what it needs for a GPU."""
    build = tf.sysconfig.get_build_info()
    return DeviceFacts(
        system=platform.uname().system,
        tensorflow=tf.__version__,
        cuda=str(build.get("cuda_version", "")) if tf.test.is_built_with_cuda() else None,
        gpus=tuple(map(_name, tf.config.list_physical_devices("GPU"))),
        driver=driver_version(_DRIVER.read_text(errors="replace")) if _DRIVER.exists() else None,
        device_files=device_files(Path("/dev")),
        libraries=_has_libraries(),
        visible=os.environ.get("CUDA_VISIBLE_DEVICES"),
    )


def driver_version(text: str) -> str:
    """The version in /proc/driver/nvidia/version; "" where it holds none."""
    found = re.search(r"\b\d{3,}(?:\.\d+)+\b", text)
    return found[0] if found else ""


def device_files(folder: Path) -> tuple[str, ...]:
    """The files of GPUs in /dev, in the order of their numbers; that of WSL2 is dxg."""
    numbers = sorted(
        int(path.name.removeprefix("nvidia"))
        for path in folder.glob("nvidia[0-9]*")
        if path.name.removeprefix("nvidia").isdecimal()
    )
    names = [f"nvidia{number}" for number in numbers] + ["dxg"] * (folder / "dxg").exists()
    return tuple(str(folder / name) for name in names)


def _name(device: tf.config.PhysicalDevice) -> str:
    """Such as: NVIDIA A100-SXM4-40GB."""
    details = tf.config.experimental.get_device_details(device)
    return str(details.get("device_name", device.name))


def _has_libraries() -> bool:
    """Whether cuDNN of the extra `gpu` is installed; libraries of the system are not looked for."""
    return find_spec("nvidia") is not None and find_spec("nvidia.cudnn") is not None
