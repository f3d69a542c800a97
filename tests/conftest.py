"""Which tests need TensorFlow.

A test has the marker `tensorflow` if it, or its module, imports a package named below. A module that trains
in another way, through `forecast.train` or the command line, says `pytestmark = pytest.mark.tensorflow`.
A test without the marker that builds anything of Keras fails here.
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.abc import MetaPathFinder
from pathlib import Path
from unittest import mock

import pytest

LIBRARIES = ("keras", "tensorflow")
NEED_TENSORFLOW = (*LIBRARIES, "forecast.network", "forecast.training")
WHOLE_MODULE = "(module)"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import a module of deselected TensorFlow tests: that would take seconds."""
    left_out = "not tensorflow" in config.option.markexpr and collection_path.suffix == ".py"
    return True if left_out and WHOLE_MODULE in _importers(collection_path) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and _importers(item.path) & {WHOLE_MODULE, item.originalname}:
            item.add_marker(pytest.mark.tensorflow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    if item.get_closest_marker("tensorflow"):
        return (yield)
    with _keras_refused():
        return (yield)


@cache
def _importers(path: Path) -> frozenset[str]:
    """Names of functions that import a package of TensorFlow, and WHOLE_MODULE if the module itself does."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    found = {function.name for function in functions if _needs_tensorflow(ast.walk(function))}
    return frozenset(found | ({WHOLE_MODULE} if _needs_tensorflow(module.body) else set()))


def _needs_tensorflow(nodes: Iterable[ast.AST]) -> bool:
    names: list[str] = []
    for node in nodes:
        if isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names += (f"{node.module}.{alias.name}" for alias in node.names)
    return any(f"{name}.".startswith(f"{needed}.") for name in names for needed in NEED_TENSORFLOW)


@contextmanager
def _keras_refused() -> Iterator[None]:
    """Fail a test that imports Keras or, where an earlier test has imported it, makes a layer of it."""
    if "keras" in sys.modules:
        with mock.patch("keras.Layer.__init__", side_effect=_refuse):
            yield
        return
    sys.meta_path.insert(0, _Refusing())
    try:
        yield
    finally:
        del sys.meta_path[0]


class _Refusing(MetaPathFinder):
    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        del path, target
        if fullname in LIBRARIES:
            _refuse()


def _refuse(*_given: object, **_named: object) -> None:
    pytest.fail("a test that uses Keras needs the marker: pytestmark = pytest.mark.tensorflow")
