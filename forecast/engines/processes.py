"""The engine "processes": each worker is one process, replaced where it dies."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for

from forecast.engines.calls import MOST_ATTEMPTS, Call, gave_up

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
    ),
    "1",
)
"""Settings of a worker: workers share the cores, and threads would add in another order than one."""


def run(call: Call, parts: Sequence[object], workers: int) -> Iterator[tuple[int, object]]:
    """See `run_partitions`."""
    # A pool of one process for each worker: a pool of several is broken as a whole when one of them dies.
    pools: dict[int, ProcessPoolExecutor] = {}
    waiting = list(enumerate(parts))[::-1]
    attempts = [0] * len(parts)
    running: dict[Future[object], tuple[int, int]] = {}
    try:
        while waiting or running:
            for worker in set(range(workers)) - {worker for worker, _ in running.values()}:
                if waiting:
                    number, part = waiting.pop()
                    attempts[number] += 1
                    pool = pools.setdefault(worker, _pool())
                    running[_submitted(pool, call, part)] = (worker, number)
            ended, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                worker, number = running.pop(future)
                if not isinstance(future.exception(), BrokenProcessPool):
                    yield number, future.result()
                    continue
                pools.pop(worker).shutdown()
                if attempts[number] == MOST_ATTEMPTS:
                    yield number, gave_up()
                else:
                    waiting.append((number, parts[number]))
    finally:
        for pool in pools.values():
            _end(pool)


def _pool() -> ProcessPoolExecutor:
    # Forked processes would share locks and threads of this one.
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _prepare)


def _submitted(pool: ProcessPoolExecutor, call: Call, part: object) -> "Future[object]":
    """The part in the pool, whose process may have died since its last part."""
    try:
        return pool.submit(call, part)
    except BrokenProcessPool as error:
        broken: Future[object] = Future()
        broken.set_exception(error)
        return broken


def _prepare() -> None:
    """Have a worker leave signals of the terminal to its parent, and end with it."""
    os.environ.update(ONE_THREAD)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


def _end(pool: ProcessPoolExecutor) -> None:
    """End the process of a pool, in the middle of its part too."""
    for process in list((pool._processes or {}).values()):
        process.kill()
    pool.shutdown(wait=True, cancel_futures=True)
