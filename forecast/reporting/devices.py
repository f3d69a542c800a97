"""What TensorFlow finds to train on, why no GPU, and what to do: facts in words."""

import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from forecast.data.cards import Card
from forecast.data.devices import DeviceFacts
from forecast.phrases import counted

if TYPE_CHECKING:
    from forecast.output.writing import Json

_NAMES = {"Darwin": "macOS"}


def devices_paragraph(facts: DeviceFacts) -> str:
    """What is found, each reason why no GPU is, and what to do about it."""
    build = "built without CUDA" if facts.cuda is None else f"built with CUDA {facts.cuda}".rstrip()
    found = f"TensorFlow {facts.tensorflow}, {build}, finds"
    if facts.gpus:
        return (
            f"{found} {counted(len(facts.gpus), 'GPU')}: {', '.join(facts.gpus)}. `train` uses "
            f"{'it' if len(facts.gpus) == 1 else 'the first'} where batches are large, with --device gpu for "
            "any batch, and takes its memory as it needs it."
        )
    reasons, remedies = zip(*_obstacles(facts), strict=True)
    return f"{found} no GPU, so networks are trained on the CPU. {' '.join(reasons)} {' '.join(remedies)}"


def devices_card(facts: DeviceFacts) -> Card:
    """The facts one by one, and the paragraph."""
    driver = facts.driver if facts.driver != "" else "loaded"
    lines = {
        "system": facts.system,
        "tensorflow": facts.tensorflow,
        "cuda": facts.cuda,
        "gpus": ", ".join(facts.gpus),
        "driver": driver,
        "device_files": ", ".join(facts.device_files),
        "libraries": "installed" if facts.libraries else None,
        "CUDA_VISIBLE_DEVICES": "not set" if facts.visible is None else f'"{facts.visible}"',
        "summary": devices_paragraph(facts),
    }
    return Card("devices", tuple((label, text or "none") for label, text in lines.items()))


def devices_facts(facts: DeviceFacts) -> "dict[str, Json]":
    """The same for a program, see docs/json.md."""
    plain = {name: list(part) if isinstance(part, tuple) else part for name, part in asdict(facts).items()}
    return {**plain, "summary": devices_paragraph(facts)}


def _obstacles(facts: DeviceFacts) -> list[tuple[str, str]]:
    """Each reason why there is no GPU, and its remedy; the first is to be solved first."""
    if facts.system != "Linux":
        where = "in WSL2" if facts.system == "Windows" else "on a machine with Linux"
        name = _NAMES.get(facts.system, facts.system)
        return [
            (f"TensorFlow uses NVIDIA's GPUs on Linux only, this is {name}.", f"Install forecast {where}.")
        ]
    checks = (_driver, _hidden, _build)
    found = [obstacle for check in checks if (obstacle := check(facts)) is not None]
    return found or [
        (
            "A driver and the libraries are there: the driver may be older than this version of CUDA, or the "
            "GPU too old for it.",
            "Update the driver; `forecast check --devices --debug` shows what TensorFlow says.",
        )
    ]


def _driver(facts: DeviceFacts) -> tuple[str, str] | None:
    container = "give a container its GPU (docker run --gpus all)"
    if facts.device_files:
        return None
    if facts.driver is None:
        return (
            "There is no driver of NVIDIA (neither /proc/driver/nvidia nor /dev/nvidia0).",
            f"Where the machine has an NVIDIA GPU, install its driver, or {container}.",
        )
    return (
        f"NVIDIA's driver {facts.driver} is loaded, but there is no /dev/nvidia0.".replace("  ", " "),
        f"Run nvidia-smi once as root, or {container}.",
    )


def _hidden(facts: DeviceFacts) -> tuple[str, str] | None:
    """CUDA reads the list up to the first entry that names no GPU."""
    if facts.visible is None:
        return None
    first = facts.visible.split(",")[0].strip()
    there = sum(re.fullmatch(r".*nvidia\d+", path) is not None for path in facts.device_files)
    if first.isdecimal() and (not there or int(first) < there):
        return None
    if first.startswith(("GPU-", "MIG-")):
        return None
    why = "hides every GPU" if first in ("", "-1") else "names no GPU that is there"
    return f'CUDA_VISIBLE_DEVICES is "{facts.visible}", which {why}.', "Unset CUDA_VISIBLE_DEVICES."


def _build(facts: DeviceFacts) -> tuple[str, str] | None:
    install = "pip install 'forecast-rnn[gpu]'"
    if facts.cuda is None:
        return "This build of TensorFlow cannot use CUDA.", f"In a new environment: {install}"
    if not facts.libraries:
        return "NVIDIA's libraries (CUDA, cuDNN) are not installed beside TensorFlow.", f"Then: {install}"
    return None
