import ast
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "forecast"
TESTS = Path(__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

FLOORS: list[set[str]] = [
    {"phrases", "version"},
    {"errors"},
    {"events", "serialize", "atomic"},
    {"spec", "engines"},
    {"data"},
    {"features"},
    {"tables", "forecasters", "output"},
    {"reading", "drawing"},
    {"diagnostics", "storage"},
    {"evaluation", "network"},
    {"classification"},
    {"streaming"},
    {"planning", "explaining"},
    {"tasks"},
    {"reporting", "pretraining"},
    {"training"},
    {"workflow", "class_pictures"},
    {"hindcast", "pictures", "live", "jobs"},
    {"api", "api_data", "api_files", "api_live", "api_pictures", "cli"},
    {"commands"},
    {"app"},
    {"__init__", "__main__"},
]
"""The rooms of the house, the ground first. Imports run from later ones to earlier ones only."""

GROUND = FLOORS[0] | FLOORS[1] | FLOORS[2]

MAY_IMPORT = {
    "tables": GROUND | {"spec", "data"},
    "reading": GROUND | {"spec", "data", "tables"},
    "evaluation": GROUND
    | {"spec", "data", "forecasters.protocol", "forecasters.baselines", "forecasters.methods"},
    "forecasters": GROUND | {"spec", "data", "features"},
    "output": GROUND | {"data"},
    "drawing": GROUND | {"data", "output.escape"},
    "spec": GROUND,
    "engines": GROUND,
    **{name: {"errors", "phrases"} for name in FLOORS[2]},
}
"""Rooms that may import less than all that lies below them."""

LIBRARIES = {
    "keras": {"network"},
    "tensorflow": {"network"},
    "typer": {"cli", "commands", "app"},
    "rich": {"cli", "output"},
    "PIL": {"drawing"},
    "matplotlib": set(),
    "sklearn": {"explaining"},
    "pandas": {"api_data", "tables", "data", "output", "pretraining", "reporting"},
    "pyarrow": {"tables", "output", "jobs"},
    "ray": {"engines"},
    "safetensors": {"storage"},
    "pickle": set(),
    "cPickle": set(),
    "dill": set(),
    "cloudpickle": set(),
    "joblib": set(),
    "shelve": set(),
    "marshal": set(),
    "h5py": set(),
}
"""Where a library may be imported at all."""

HEAVY = ("keras", "tensorflow", "sklearn", "pandas", "pyarrow", "PIL", "matplotlib", "rich", "ray")
"""Libraries that a module may import only inside a function, save those that are there for them."""

BUILT_FOR_KERAS = "network"


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def place(path: Path) -> str:
    return str(path.relative_to(PACKAGE.parent))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(nodes: Iterator[ast.AST] | list[ast.stmt]) -> Iterator[str]:
    """Dotted name of everything imported: `from a import b` is a.b."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def ours(path: Path) -> Iterator[str]:
    """What a module imports of the house, without "forecast."."""
    for name in imports(ast.walk(tree(path))):
        if name.startswith("forecast.") and name != "forecast.__version__":
            yield name.removeprefix("forecast.")


def test_every_module_has_a_floor():
    assert {room(path) for path in MODULES} <= set().union(*FLOORS)


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_imports_run_downward_only(path: Path):
    here = room(path)
    below = set().union(*(floor for floor in FLOORS[: next(i for i, f in enumerate(FLOORS) if here in f)]))
    allowed = MAY_IMPORT.get(here, below)
    upward = [
        name
        for name in ours(path)
        if name.split(".")[0] != here and not any(f"{name}.".startswith(f"{part}.") for part in allowed)
    ]
    assert upward == []


def test_no_modules_import_each_other_in_a_circle():
    names = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in MODULES}
    used = {name: list(ours(path)) for name, path in names.items()}
    imported = {
        name: {other for other in names for one in used[name] if f"{one}.".startswith(f"{other}.")}
        for name in names
    }
    list(TopologicalSorter(imported).static_order())  # raises CycleError


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_library_is_imported_only_where_it_belongs(path: Path):
    here = room(path)
    found = {name.split(".")[0] for name in imports(ast.walk(tree(path)))}
    assert [name for name in sorted(found & LIBRARIES.keys()) if here not in LIBRARIES[name]] == []


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_heavy_library_waits_inside_the_function_that_needs_it(path: Path):
    if room(path) == BUILT_FOR_KERAS:
        return
    found = {name.split(".")[0] for name in imports(tree(path).body)}
    assert found & set(HEAVY) == set()


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*/__init__.py")), ids=place)
def test_the_front_of_a_folder_holds_a_docstring_and_nothing_else(path: Path):
    if path.parent == PACKAGE:
        return
    assert ast.get_docstring(tree(path))
    assert len(tree(path).body) == 1


def test_no_folder_holds_more_than_15_percent_of_all_lines():
    sizes = Counter()
    for path in MODULES:
        sizes[room(path)] += len(path.read_text(encoding="utf-8").splitlines())
    assert {name: size for name, size in sizes.items() if size > 0.15 * sizes.total()} == {}


def test_the_tests_have_the_folders_of_the_package():
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    tests = {path.name for path in TESTS.iterdir() if path.is_dir() and any(path.glob("test_*.py"))}
    assert tests <= folders
    assert folders - tests <= {"spec"}  # whose values are tested by what they are for


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_no_module_is_longer_than_400_lines_and_no_function_than_50(path: Path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    functions = (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef))
    long = {function.name: lines(function) for function in functions if lines(function) > 50}
    assert long == {}


def lines(function: ast.FunctionDef) -> int:
    """Lines of a function without its docstring; of a command, whose signature lists options, of its body."""
    parameters = function.args.args
    is_command = bool(parameters) and parameters[0].arg == "ctx"
    documented = ast.get_docstring(function) is not None
    docstring = function.body[0].end_lineno - function.body[0].lineno + 1 if documented else 0
    if is_command:
        return function.end_lineno - function.body[0].end_lineno
    return function.end_lineno - function.lineno + 1 - docstring


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_nothing_runs_code_that_came_as_data(path: Path):
    calls = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    names = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
    methods = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
    keywords = {keyword.arg for call in calls for keyword in call.keywords}
    assert names & {"eval", "exec", "compile", "__import__"} == set()
    assert methods & {"load_model", "from_config", "import_module", "system", "read_pickle"} == set()
    assert keywords & {"shell", "allow_pickle"} == set()


def modules_loaded(*arguments: str) -> set[str]:
    """Top names of all modules in a fresh process after `forecast` ran with these arguments and said yes."""
    script = (
        "import contextlib, io, json, sys\n"
        "from forecast.__main__ import main\n"
        "sys.argv = ['forecast', *sys.argv[1:]]\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
        "    main()\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))\n"
    )
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    assert "error" not in done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("library", "arguments"),
    [("numpy", ["--help"]), ("numpy", ["train", "--help"]), ("numpy", ["--version"])],
)
def test_help_loads_nothing_of_weight(library: str, arguments: list[str]):
    loaded = modules_loaded(*arguments)
    assert loaded & {library, *HEAVY} - {"rich"} == set()


def test_predict_loads_nothing_of_weight_but_numpy():
    model = Path(__file__).parent / "golden" / "format-2.forecast"
    loaded = modules_loaded("predict", "--model", str(model), "--format", "csv")
    assert "numpy" in loaded
    assert loaded & {*HEAVY, "scipy", "pydantic"} == set()
