from dataclasses import replace

import pytest

from forecast.data.devices import DeviceFacts
from forecast.reporting.devices import devices_card, devices_facts, devices_paragraph

GOOD = DeviceFacts(
    system="Linux",
    tensorflow="2.21.0",
    cuda="12.5.1",
    gpus=("NVIDIA A100-SXM4-40GB",),
    driver="550.54.15",
    device_files=("/dev/nvidia0",),
    libraries=True,
    visible=None,
)
NONE = replace(GOOD, gpus=())
BARE = replace(NONE, driver=None, device_files=(), libraries=False)


def test_gpus_that_are_found_are_named():
    assert devices_paragraph(GOOD) == (
        "TensorFlow 2.21.0, built with CUDA 12.5.1, finds 1 GPU: NVIDIA A100-SXM4-40GB. `train` uses it "
        "where batches are large, with --device gpu for any batch, and takes its memory as it needs it."
    )
    two = devices_paragraph(replace(GOOD, gpus=("NVIDIA H200", "NVIDIA H200")))
    assert "finds 2 GPUs: NVIDIA H200, NVIDIA H200. `train` uses the first where" in two


def test_a_machine_without_any_is_told_all_that_is_missing_in_the_order_to_do_it():
    assert devices_paragraph(BARE) == (
        "TensorFlow 2.21.0, built with CUDA 12.5.1, finds no GPU, so networks are trained on the CPU. There "
        "is no driver of NVIDIA (neither /proc/driver/nvidia nor /dev/nvidia0). NVIDIA's libraries (CUDA, "
        "cuDNN) are not installed beside TensorFlow. Where the machine has an NVIDIA GPU, install its "
        "driver, or give a container its GPU (docker run --gpus all). Then: pip install 'forecast-rnn[gpu]'"
    )


@pytest.mark.parametrize(
    ("changed", "why", "remedy"),
    [
        ({"visible": "-1"}, '"-1", which hides every GPU', "Unset CUDA_VISIBLE_DEVICES."),
        ({"visible": ""}, '"", which hides every GPU', "Unset CUDA_VISIBLE_DEVICES."),
        ({"visible": "1,0"}, '"1,0", which names no GPU that is there', "Unset CUDA_VISIBLE_DEVICES."),
        ({"visible": "all"}, "names no GPU that is there", "Unset CUDA_VISIBLE_DEVICES."),
        ({"cuda": None}, "built without CUDA", "In a new environment: pip install 'forecast-rnn[gpu]'"),
        ({"libraries": False}, "libraries (CUDA, cuDNN) are not", "Then: pip install 'forecast-rnn[gpu]'"),
        ({"device_files": ()}, "driver 550.54.15 is loaded, but", "Run nvidia-smi once as root"),
        ({"device_files": (), "driver": ""}, "NVIDIA's driver is loaded, but", "docker run --gpus all"),
        ({}, "the driver may be older", "forecast check --devices --debug"),
        ({"visible": "0"}, "the driver may be older", "Update the driver"),
        ({"visible": "GPU-8932f937"}, "the driver may be older", "Update the driver"),
        ({"device_files": ("/dev/dxg",), "driver": None}, "the driver may be older", "Update the driver"),
        ({"system": "Darwin"}, "on Linux only, this is macOS", "on a machine with Linux"),
        ({"system": "Windows"}, "on Linux only, this is Windows", "in WSL2"),
    ],
)
def test_each_obstacle_has_its_remedy(changed, why, remedy):
    text = devices_paragraph(replace(NONE, **changed))
    assert "finds no GPU, so networks are trained on the CPU." in text
    assert why in text
    assert remedy in text
    assert "\n" not in text


def test_the_facts_one_by_one():
    lines = dict(devices_card(replace(BARE, visible="-1")).lines)
    assert (lines["gpus"], lines["driver"], lines["CUDA_VISIBLE_DEVICES"]) == ("none", "none", '"-1"')
    assert lines["summary"] == devices_paragraph(replace(BARE, visible="-1"))
    assert dict(devices_card(replace(NONE, driver="")).lines)["driver"] == "loaded"
    facts = devices_facts(GOOD)
    assert (facts["gpus"], facts["visible"], facts["libraries"]) == (["NVIDIA A100-SXM4-40GB"], None, True)
