"""Where the documentation is: in the package, or beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def folder() -> Path:
    """The folder of the pages."""
    installed = _PACKAGE / "docs"
    return installed if installed.is_dir() else _PACKAGE.parent / "docs"


def pages() -> dict[str, Path]:
    """Each page by its name, in alphabetical order."""
    return {path.stem: path for path in sorted(folder().glob("*.md"))}


def titles() -> dict[str, str]:
    """The heading of each page."""
    return {name: _title(path) for name, path in pages().items()}


def _title(path: Path) -> str:
    with path.open(encoding="utf-8") as lines:
        return next((line.strip("# \n") for line in lines if line.startswith("# ")), "")
