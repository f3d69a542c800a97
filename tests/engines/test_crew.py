from importlib.util import find_spec

import pytest

from forecast.engines.calls import Engine
from forecast.engines.crew import SerialCrew, crew_of
from forecast.errors import EngineError, UsageError
from tests.engines.parts_of_tests import Adder

RAY = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_objects_are_told_alike_and_asked_each_its_question():
    crew = SerialCrew(3)
    crew.start(Adder, 100)
    crew.tell("add", 10)
    assert crew.ask("sum", [(1,), (2,), (3,)]) == [111, 112, 113]
    assert crew.ask("sum", [(5,)]) == [115]
    crew.start(Adder, 0)
    assert crew.ask("sum", [(1,), (2,), (3,)]) == [1, 2, 3]


def test_processes_keep_no_state():
    with pytest.raises(UsageError, match="are those of a cluster"), crew_of(Engine("processes", 2)):
        pass


def test_without_an_engine_there_is_one_worker():
    with crew_of(Engine()) as crew:
        assert crew.workers == 1


class TestActors:
    pytestmark = RAY

    def test_a_lost_worker_is_made_again_told_the_same_and_asked_again(self, tmp_path):
        with crew_of(Engine("ray", 2)) as crew:
            crew.start(Adder, 100)
            crew.tell("add", 10)
            crew.tell("add", 20)
            # The first call of each of the two marks kills the worker that it reaches.
            marks = [(1, tmp_path / "one"), (2, tmp_path / "two")]
            assert crew.ask("sum_or_die", marks) == [121, 122]
            assert [mark.exists() for _, mark in marks] == [True, True]
            assert crew.ask("sum", [(3,), (4,)]) == [123, 124]
            with pytest.raises(EngineError, match="a worker of the cluster failed: three: is no number"):
                crew.ask("sum", [(1,), ("three",)])
