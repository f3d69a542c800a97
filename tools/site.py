"""The documentation as a static site: python -m tools.site FOLDER. Any warning is an error.

The pages of docs/, the README and other pages of the repository are copied with their links between each
other; links to files that are no pages become plain text. Reference pages are generated from the program.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import reference

ROOT = Path(__file__).parents[1]

OTHERS = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "benchmarks/README.md": "measured.md",
    "sample_data/README.md": "sample_data.md",
    "tests/fuzz/README.md": "fuzz.md",
}
"""Pages outside of docs/, and their names in the site."""

GENERATED = {
    "commands.md": reference.commands_page,
    "python_functions.md": reference.python_page,
    "exit_codes.md": reference.exit_codes_page,
}

NAVIGATION = {
    "Start": ("index", "tutorial", "recurrent-network"),
    "How to": (
        "analysts",
        "shell",
        "python",
        "covariates",
        "labels",
        "stream",
        "drift",
        "pictures",
        "report",
        "repair",
        "devices",
        "scale",
    ),
    "Reference": ("commands", "python_functions", "exit_codes", "input", "json", "glossary"),
    "Explanation": (
        *("combination", "pretrained", "training-data", "synthetic-series", "laboratory"),
        *("promises", "measured", "architecture"),
    ),
    "Project": ("changelog", "contributing", "security", "sample_data", "fuzz"),
}
"""Headings and their pages; those that are not here are left out, pages of no heading are under How to."""

SETTINGS = """site_name: forecast
site_description: From a CSV to a judged recurrent forecaster, in one command
docs_dir: pages
theme:
  name: readthedocs
  highlightjs: false
plugins: [search]
markdown_extensions: [tables, fenced_code, toc]
validation:
  nav: {omitted_files: warn, not_found: warn, absolute_links: warn}
  links: {not_found: warn, anchors: warn, absolute_links: warn, unrecognized_links: warn}
"""


def pages() -> dict[Path, str]:
    """Each page of the repository, and its name in the site."""
    return {ROOT / "docs" / path.name: path.name for path in (ROOT / "docs").glob("*.md")} | {
        ROOT / path: name for path, name in OTHERS.items()
    }


def with_links(text: str, page: Path, names: dict[Path, str]) -> str:
    """The text of a page with its links to other pages as in the site; others lose their link."""

    def linked(match: re.Match[str]) -> str:
        words, target = match[1], match[2]
        if target.startswith(("http:", "https:", "#", "mailto:")):
            return match[0]
        path, mark, anchor = target.partition("#")
        found = (page.parent / path).resolve()
        if found.suffix != ".md" and found.is_file() and found.is_relative_to(ROOT / "docs"):
            return f"[{words}]({found.relative_to(ROOT / 'docs')})"
        return f"[{words}]({names[found]}{mark}{anchor})" if found in names else words

    parts = re.split(r"(```.*?```)", text, flags=re.DOTALL)
    return "".join(
        part if part.startswith("```") else re.sub(r"\[([^\]\[]*)\]\(([^)\s]+)\)", linked, part)
        for part in parts
    )


def write_pages(folder: Path) -> None:
    """Write the settings and all pages of the site."""
    names, target = pages(), folder / "pages"
    target.mkdir(parents=True)
    for path, name in names.items():
        text = with_links(path.read_text(encoding="utf-8"), path, names)
        (target / name).write_text(text, encoding="utf-8")
    for path in (ROOT / "docs").rglob("*"):
        if path.is_file() and path.suffix != ".md":
            copy = target / path.relative_to(ROOT / "docs")
            copy.parent.mkdir(exist_ok=True)
            shutil.copy(path, copy)
    for name, page in GENERATED.items():
        (target / name).write_text(page(), encoding="utf-8")
    there = {path.stem for path in target.glob("*.md")}
    named = {page for group in NAVIGATION.values() for page in group}
    lines = ["nav:"]
    for heading, group in NAVIGATION.items():
        others = sorted(there - named) if heading == "How to" else []
        lines.append(f"  - {heading}:")
        lines += [f"      - {page}.md" for page in (*group, *others) if page in there]
    (folder / "mkdocs.yml").write_text(SETTINGS + "\n".join([*lines, ""]), encoding="utf-8")


def main() -> None:
    """Build the site in the folder of the first argument."""
    out = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        write_pages(Path(name))
        # Not --quiet: then --strict finds nothing.
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean"]
        subprocess.run([*command, "--site-dir", str(out)], cwd=name, check=True)
    print(f"site: {out}/index.html, {len(list(out.rglob('*.html')))} pages")


if __name__ == "__main__":
    main()
