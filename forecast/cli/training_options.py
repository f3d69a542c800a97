"""The options that say how a network is trained: `training` of the command train."""

import re
from typing import Annotated

import typer

from forecast.cli.options import TRAINING
from forecast.errors import UsageError
from forecast.spec.training import Device, TrainingPlan

_PLAN = TrainingPlan()

Clip = Annotated[
    float,
    typer.Option("--clip", metavar="NORM", help="Norm a gradient is clipped to.", rich_help_panel=TRAINING),
]
Patience = Annotated[
    int,
    typer.Option(
        "--patience", metavar="N", help="Epochs without progress before the end.", rich_help_panel=TRAINING
    ),
]
Seed = Annotated[
    int,
    typer.Option("--seed", metavar="N", help="Same data and seed, same model.", rich_help_panel=TRAINING),
]
DeviceName = Annotated[
    Device,
    typer.Option("--device", metavar="DEVICE", help="auto, cpu or gpu.", rich_help_panel=TRAINING),
]
MaxTime = Annotated[
    str | None,
    typer.Option(
        "--max-time", metavar="TIME", help="Stop learning after 90, 90s, 5m, 1h.", rich_help_panel=TRAINING
    ),
]

_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s?)?", re.ASCII)


def seconds(text: str) -> float:
    """Seconds in "90", "90s", "5m", "1h" or "1h30m"."""
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        raise UsageError(f'--max-time: "{text}" is not a length of time', hint="write 90, 90s, 5m or 1h")
    hours, minutes, rest = (float(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + rest


def training_plan(
    *,
    clip: Clip = _PLAN.clip,
    patience: Patience = _PLAN.patience,
    seed: Seed = _PLAN.seed,
    device: DeviceName = _PLAN.device,
    max_time: MaxTime = None,
) -> TrainingPlan:
    """How a network is trained, from the options of a command; epochs and sizes are left to the planning."""
    return TrainingPlan(
        clip=clip,
        patience=patience,
        seed=seed,
        device=device,
        max_seconds=None if max_time is None else seconds(max_time),
    )
