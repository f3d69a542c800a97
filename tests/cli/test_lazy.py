import subprocess
import sys

import typer

from forecast.app import app

STARTED = "import sys, typer; from forecast.app import app; program = typer.main.get_command(app); "
LOADED = "print(sorted(name for name in sys.modules if name.startswith('forecast.commands.')))"


def loaded(code: str) -> str:
    script = STARTED + code + LOADED
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout


def test_the_program_starts_without_any_command_and_knows_their_names():
    assert loaded("assert 'train' in program.commands and 'trian' not in program.commands; ") == "[]\n"


def test_a_command_loads_its_module_alone():
    assert loaded("program.commands['show']; ") == "['forecast.commands.show']\n"
    assert loaded("program.commands['explain'].commands; ") == "['forecast.commands.explain']\n"


def test_every_command_has_the_name_it_is_called_with():
    for name, command in typer.main.get_command(app).commands.items():
        if name == "explain":
            assert {part: inner.name for part, inner in command.commands.items()} == {
                part: part for part in ("windows", "step", "memory", "gradients", "order")
            }
        else:
            assert command.name == name
