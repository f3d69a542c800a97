"""A function of one part, called for many parts on an engine: here, in processes, or on a Ray cluster.

A part is small (names and options, no data) and the function is pure: what it writes follows from its part
alone. So a part whose worker died is given to another one, which writes the same bytes.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from forecast.engines.calls import Call, Engine, Failure

P = TypeVar("P")
R = TypeVar("R")


def run_partitions(
    function: Callable[[P], R], parts: Sequence[P], engine: Engine
) -> Iterator[tuple[int, R | Failure]]:
    """The position of each part and what `function` gives for it, in the order in which they end.

    `function` is a name of a module, and it and its parts can be pickled. An exception of one part is its
    `Failure`, and so are `MOST_ATTEMPTS` workers that died over it; the other parts go on. `EngineError`
    where the engine cannot be started or reached. Workers end with the iterator, where it is left early too.
    """
    call = Call(function)
    if engine.name == "serial" or not parts:
        results: Iterator[tuple[int, object]] = ((number, call(part)) for number, part in enumerate(parts))
    elif engine.name == "processes":
        from forecast.engines.processes import run

        results = run(call, parts, min(engine.workers, len(parts)))
    else:
        from forecast.engines.cluster import run_on_cluster

        results = run_on_cluster(call, parts, engine.workers, engine.address)
    return results  # type: ignore[return-value]


@contextmanager
def kept(engine: Engine) -> Iterator[None]:
    """Start what the engine needs once, for all calls of `run_partitions` in the block."""
    if engine.name != "ray":
        yield
        return
    from forecast.engines.cluster import cluster

    with cluster(engine.workers, engine.address):
        yield
