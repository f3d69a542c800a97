import os
import signal
import time
from contextlib import suppress
from importlib.util import find_spec
from unittest import mock

import pytest

from forecast.engines import calls
from forecast.engines.calls import Call, Engine, Failure
from forecast.engines.parts import run_partitions
from forecast.errors import EngineError, MissingExtra, UsageError
from tests.engines.parts_of_tests import killed_always, killed_once, process_id, square

ENGINES = [
    Engine(),
    pytest.param(Engine("processes", 2), marks=pytest.mark.slow),
    pytest.param(
        Engine("ray", 2),
        marks=[
            pytest.mark.slow,
            pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed"),
            # Its own files and sockets are closed when they are collected.
            pytest.mark.filterwarnings("ignore::ResourceWarning"),
            pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
        ],
    ),
]

named = pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
GONE = Failure("three: is no number", "leave it out", 3)


@named
def test_every_part_has_its_result_and_those_that_fail_their_reason(engine):
    results = dict(run_partitions(square, range(7), engine))
    assert results == {0: 0, 1: 1, 2: 4, 3: GONE, 4: 16, 5: Failure("ValueError: five"), 6: 36}


@named
def test_a_part_whose_worker_was_killed_is_given_to_another_one(engine, tmp_path):
    if engine.name == "serial":
        pytest.skip("there is no worker beside this process")
    marks = [tmp_path / str(number) for number in range(3)]
    assert dict(run_partitions(killed_once, marks, engine)) == {0: "0", 1: "1", 2: "2"}


@pytest.mark.slow
def test_a_part_that_kills_every_worker_is_given_up_and_the_others_are_done():
    results = dict(run_partitions(killed_always, range(3), Engine("processes", 2)))
    assert results[0] == 0
    assert results[2] == 2
    assert results[1].message.startswith("5 workers died")


@pytest.mark.slow
def test_workers_end_with_an_iterator_that_is_left_early():
    found = run_partitions(process_id, range(50), Engine("processes", 2))
    worker = next(found)[1]
    found.close()
    for _ in range(100):
        with suppress(ProcessLookupError):
            os.kill(worker, 0)
            time.sleep(0.05)
            continue
        break
    with pytest.raises(ProcessLookupError):
        os.kill(worker, signal.SIG_DFL)


def test_a_worker_of_another_version_refuses():
    with mock.patch.object(calls, "__version__", "9.9"):
        result = Call(square, "1.0")(2)
    assert result == Failure(
        "a worker has forecast 9.9, and this is 1.0", "install one version on all machines", 5
    )


def test_no_parts_need_no_engine():
    assert list(run_partitions(square, [], Engine("ray", 2, "nowhere:1"))) == []


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_cluster_that_cannot_be_reached_is_named():
    with pytest.raises(EngineError, match=r"cannot be reached at 127\.0\.0\.1:1") as refused:
        list(run_partitions(square, [1], Engine("ray", 1, "127.0.0.1:1")))
    assert refused.value.exit_code == 5
    assert "ray start --head" in refused.value.hint


def test_without_ray_the_remedy_is_named():
    with mock.patch.dict("sys.modules", {"ray": None}), pytest.raises(MissingExtra) as refused:
        list(run_partitions(square, [1], Engine("ray", 1)))
    assert refused.value.hint == "pip install 'forecast-rnn[ray]'"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("spark", 1), "engine must be one of serial, processes, ray"),
        (("processes", 0), "workers must be from 1 to 1,024"),
        (("serial", 2), "--engine serial has one worker"),
        (("processes", 2, "auto"), "--address is of a Ray cluster"),
    ],
)
def test_an_engine_that_cannot_be_is_refused(arguments, message):
    with pytest.raises(UsageError, match=message):
        Engine(*arguments)
