"""Workers that keep a state from one call to the next: objects here, or actors of a Ray cluster.

What an object answers follows from what it was made of, what it was last given, and the question. So a lost
worker is made again, given the same, and asked again: the answer is the same.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from forecast.engines.calls import Engine
from forecast.errors import UsageError


class Crew(Protocol):
    """Some workers, each with one object of the same class."""

    workers: int

    def start(self, make: Callable[..., object], *arguments: object) -> None:
        """Make the object of every worker, in place of the one it had."""
        ...

    def tell(self, method: str, *arguments: object) -> None:
        """Call a method of every object; it changes what later answers follow from."""
        ...

    def ask(self, method: str, questions: Sequence[tuple[object, ...]]) -> list[object]:
        """What a method answers, of the first object to the first question and so on; it changes nothing.

        `EngineError` where workers are lost again and again.
        """
        ...


class SerialCrew:
    """The objects of all workers in this process, asked one after another."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._objects: list[object] = []

    def start(self, make: Callable[..., object], *arguments: object) -> None:
        """See `Crew`."""
        self._objects = [make(*arguments) for _ in range(self.workers)]

    def tell(self, method: str, *arguments: object) -> None:
        """See `Crew`."""
        for each in self._objects:
            getattr(each, method)(*arguments)

    def ask(self, method: str, questions: Sequence[tuple[object, ...]]) -> list[object]:
        """See `Crew`."""
        pairs = zip(self._objects, questions, strict=False)
        return [getattr(each, method)(*question) for each, question in pairs]


@contextmanager
def crew_of(engine: Engine) -> Iterator[Crew]:
    """The workers of an engine, which end with the block; a `UsageError` for processes, which keep none."""
    if engine.name == "serial":
        yield SerialCrew(1)
        return
    if engine.name == "processes":
        raise UsageError("workers with a state are those of a cluster", hint="--engine ray --workers 2")
    from forecast.engines.cluster import crew_on_cluster

    with crew_on_cluster(engine.workers, engine.address) as crew:
        yield crew
