"""The engine "ray": tasks of Ray, on a cluster that is started here and ended, or on one that runs already.

Everything that the program knows of Ray is in this module.
"""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

from forecast.engines.calls import MOST_ATTEMPTS, Call, Failure, gave_up
from forecast.engines.processes import ONE_THREAD
from forecast.errors import EngineError, MissingExtra
from forecast.version import __version__

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

_OF_ITS_OWN = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # its servers listen to 127.0.0.1 alone
    "RAY_worker_niceness": "0",  # its workers are this program: on a busy machine 15 leaves them no time
}
"""Settings of a cluster of one machine, which Ray reads when it is imported."""

_SECONDS_TO_CONNECT = 10.0


def run_on_cluster(
    call: Call, parts: Sequence[object], workers: int, address: str | None
) -> Iterator[tuple[int, object]]:
    """See `run_partitions`."""
    with cluster(workers, address) as ray:
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
def cluster(workers: int, address: str | None) -> Iterator[ModuleType]:
    """The module `ray`, connected; the connection, and a cluster of one's own, end with the block.

    Within such a block, and where the program is connected already, there is nothing to start or end.
    """
    os.environ |= _SETTINGS | (_OF_ITS_OWN if address is None else {})
    try:
        import ray
    except ImportError:
        raise MissingExtra("--engine ray needs Ray", hint="pip install 'forecast-rnn[ray]'") from None
    if ray.is_initialized():  # within the block of another one
        yield ray
        return
    quiet = {"logging_level": "ERROR", "log_to_driver": False}
    is_main = threading.current_thread() is threading.main_thread()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM) if is_main}
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
    finally:
        # Ray's own handlers would end the program in the middle of what it has to tidy up.
        if handlers:
            for number, handler in handlers.items():
                signal.signal(number, handler)
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


@contextmanager
def crew_on_cluster(workers: int, address: str | None) -> Iterator["ActorCrew"]:
    """See `crew.crew_of`."""
    with cluster(workers, address) as ray:
        crew = ActorCrew(ray, workers)
        try:
            yield crew
        finally:
            crew.end()


class ActorCrew:
    """Actors of Ray, each made again where it is lost."""

    def __init__(self, ray: ModuleType, workers: int) -> None:
        self.workers = workers
        self._ray = ray
        self._actors: list[Any] = []
        self._made: tuple[object, ...] = ()
        self._given: dict[str, tuple[object, ...]] = {}
        """The newest arguments of each method that was called, in the order of the methods."""

    def start(self, make: Callable[..., object], *arguments: object) -> None:
        """See `Crew`."""
        self.end()
        self._made, self._given = (make, *arguments), {}
        self._actors = [self._new() for _ in range(self.workers)]

    def tell(self, method: str, *arguments: object) -> None:
        """See `Crew`."""
        # One copy in the store of the cluster serves all workers, and those that replace them.
        self._given.pop(method, None)
        shared = tuple(self._ray.put(each) for each in arguments)
        self._results([(method, *shared)] * self.workers)
        self._given[method] = shared

    def ask(self, method: str, questions: Sequence[tuple[object, ...]]) -> list[object]:
        """See `Crew`."""
        return self._results([(method, *question) for question in questions])

    def end(self) -> None:
        """End all actors."""
        for actor in self._actors:
            self._ray.kill(actor)
        self._actors = []

    def _new(self) -> Any:  # noqa: ANN401 - Ray's handles have no type
        actor = self._ray.remote(num_cpus=1, runtime_env={"env_vars": ONE_THREAD})(_Actor)
        return actor.remote(__version__, *self._made)

    def _results(self, calls: Sequence[tuple[object, ...]]) -> list[object]:
        """The result of each call, the first by the first actor."""
        waiting = [actor.call.remote(*call) for actor, call in zip(self._actors, calls, strict=False)]
        pairs = enumerate(zip(calls, waiting, strict=False))
        return [self._result(number, call, each) for number, (call, each) in pairs]

    def _result(self, number: int, call: tuple[object, ...], waiting: "Reference") -> object:
        for _ in range(MOST_ATTEMPTS):
            try:
                return self._ray.get(waiting)
            except self._ray.exceptions.RayActorError:
                self._actors[number] = self._new()
                for method, arguments in self._given.items():
                    self._actors[number].call.remote(method, *arguments)
                waiting = self._actors[number].call.remote(*call)
            except self._ray.exceptions.RayTaskError as error:
                failure = Failure.of(error.cause if isinstance(error.cause, Exception) else error)
                message = f"a worker of the cluster failed: {failure.message}"
                raise EngineError(message, hint=failure.hint) from None
        raise EngineError(f"{MOST_ATTEMPTS} workers died one after another", hint=gave_up().hint)


class _Actor:
    """The object of one worker."""

    def __init__(self, version: str, make: Callable[..., object], *arguments: object) -> None:
        if version != __version__:
            raise EngineError(f"a worker has forecast {__version__}, and this is {version}")
        self._object = make(*arguments)

    def call(self, method: str, *arguments: object) -> object:
        """What a method of the object answers."""
        return getattr(self._object, method)(*arguments)
