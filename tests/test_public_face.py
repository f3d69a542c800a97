import ast
import subprocess
import sys
from pathlib import Path

import pytest

import forecast

SOURCE = Path(forecast.__file__)


@pytest.mark.parametrize("name", forecast.__all__)
def test_every_public_name_can_be_had(name):
    assert getattr(forecast, name).__name__ == name


def test_the_names_for_type_checkers_are_the_public_names():
    (block,) = [node for node in ast.parse(SOURCE.read_text()).body if isinstance(node, ast.If)]
    imported = {alias.name for line in block.body for alias in line.names}
    assert imported == set(forecast.__all__)
    assert sorted(imported) == sorted(name for names in forecast._HOMES.values() for name in names)


def test_a_name_that_is_not_public_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        forecast.trian  # noqa: B018


def test_importing_the_package_loads_nothing_of_weight():
    code = "import sys, forecast; print(sorted({'numpy', 'pandas', 'typer', 'rich'} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_type_checkers_find_the_package_typed():
    assert (SOURCE.parent / "py.typed").is_file()
