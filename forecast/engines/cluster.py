"""The engine "ray": tasks of Ray, on a cluster that is started here and ended, or on one that runs already.

Everything that the program knows of Ray is in this module.
"""

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

from forecast.engines.calls import MOST_ATTEMPTS, Call, Failure, gave_up
from forecast.engines.processes import ONE_THREAD
from forecast.errors import EngineError, MissingExtra

if TYPE_CHECKING:
    from ray import ObjectRef as Reference

TASKS_IN_FLIGHT = 4
"""Tasks for each worker that are given to the cluster at once; the others wait here."""

_OBJECT_STORE_BYTES = 256 << 20
"""Memory for the values of tasks, which are names and counts."""

_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",  # no figures about its use leave the machine
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # what it would warn of otherwise
}

_LOOPBACK_ONLY = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
"""A cluster of one machine: its servers listen to 127.0.0.1 alone. Ray reads it when it is imported."""

_SECONDS_TO_CONNECT = 10.0


def run_on_cluster(
    call: Call, parts: Sequence[object], workers: int, address: str | None
) -> Iterator[tuple[int, object]]:
    """See `run_partitions`."""
    with _cluster(workers, address) as ray:
        task = ray.remote(num_cpus=1, max_retries=MOST_ATTEMPTS - 1, runtime_env={"env_vars": ONE_THREAD})(
            _called
        )
        waiting = list(enumerate(parts))[::-1]
        running: dict[Reference, int] = {}
        while waiting or running:
            while waiting and len(running) < TASKS_IN_FLIGHT * workers:
                number, part = waiting.pop()
                running[task.remote(call, part)] = number
            ended, _ = ray.wait(list(running), num_returns=1)
            for reference in ended:
                yield running.pop(reference), _result(ray, reference)


def _called(call: Call, part: object) -> object:
    return call(part)


def _result(ray: ModuleType, reference: "Reference") -> object:
    try:
        return ray.get(reference)
    except ray.exceptions.WorkerCrashedError:
        return gave_up()
    except ray.exceptions.OutOfMemoryError:
        return gave_up()
    except ray.exceptions.RayError as error:
        if "No module named" in str(error):
            raise EngineError(
                "a worker of the cluster has no forecast",
                hint="install the same version of forecast on all its machines",
            ) from None
        return Failure.of(error)


@contextmanager
def _cluster(workers: int, address: str | None) -> Iterator[ModuleType]:
    """The module `ray`, connected; the connection, and a cluster of one's own, end with the block."""
    os.environ |= _SETTINGS | (_LOOPBACK_ONLY if address is None else {})
    try:
        import ray
    except ImportError:
        raise MissingExtra("--engine ray needs Ray", hint="pip install 'forecast-rnn[ray]'") from None
    quiet = {"logging_level": "ERROR", "log_to_driver": False}
    try:
        if address is None:
            ray.init(
                num_cpus=workers,
                include_dashboard=False,
                object_store_memory=_OBJECT_STORE_BYTES,
                **quiet,
            )
        else:
            _knock(address)
            ray.init(address=address, **quiet)
    except (OSError, RuntimeError, ValueError) as error:
        where = "be started here" if address is None else f"be reached at {address}"
        reason = str(error).strip().splitlines()[:1] or [type(error).__name__]
        raise EngineError(
            f"a Ray cluster cannot {where}: {reason[0]}",
            hint="" if address is None else "ray start --head starts one and prints its address; ray status",
        ) from None
    # Ray prints what happens to its workers on standard output, which is for results.
    ray._private.worker._worker_logs_enabled = False
    try:
        yield ray
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Raise an `OSError` where nothing listens at HOST:PORT: Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if host:
        socket.create_connection((host, int(port)), timeout=_SECONDS_TO_CONNECT).close()
