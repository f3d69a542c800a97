"""The options that say where the files of a data set are worked on."""

import os
from dataclasses import dataclass
from typing import Annotated

from forecast.cli.options import option
from forecast.engines.calls import Engine, EngineName

FILES = "Many files"

_Engine = Annotated[
    EngineName | None,
    option(
        "--engine",
        metavar="NAME",
        help="Where files are worked on: serial, processes or ray.  [default: serial, or as --workers and "
        "--address say]",
        panel=FILES,
    ),
]
_Workers = Annotated[
    int | None,
    option(
        "--workers", metavar="N", help="Files worked on at once.  [default: as many as cores]", panel=FILES
    ),
]
_Address = Annotated[
    str | None,
    option(
        "--address",
        metavar="HOST:PORT",
        help="Ray cluster to join; auto finds that of this machine.  [default: a new one]",
        panel=FILES,
    ),
]

Sample = Annotated[
    int | None,
    option(
        "--sample",
        metavar="N",
        help="Series to train on, of a data set larger than memory.  [default: as many as have a million "
        "rows]",
        panel=FILES,
    ),
]
Per = Annotated[
    str | None,
    option(
        "--per",
        metavar="COLUMN",
        help="One model for each value of this column, all in one file.",
        panel=FILES,
    ),
]
Average = Annotated[
    bool,
    option(
        "--average",
        help="With --engine ray: all workers train each network, and their weights are averaged.",
        panel=FILES,
    ),
]


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """The engine, and whether the user asked for one."""

    engine: Engine
    given: bool


def engine_choice(
    *, engine: _Engine = None, workers: _Workers = None, address: _Address = None
) -> EngineChoice:
    """The engine of the options: --workers alone means processes, --address alone means ray."""
    given = (engine, workers, address) != (None, None, None)
    several: EngineName = "processes" if given else "serial"
    name = engine or ("ray" if address is not None else several)
    count = (1 if name == "serial" else _cores()) if workers is None else workers
    return EngineChoice(Engine(name, count, address), given)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
