"""Pictures of a terminal for the README, from real runs: python -m tools.terminal [NAME ...]

Each picture is what some commands print on a terminal of 90 columns with 256 colours, as SVG. Text is text;
blocks, braille and lines are shapes, so that no font decides how they look. Nothing is fetched, and the
colours follow the light or dark setting of the reader.
"""

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from forecast.drawing.svg import safe

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "pictures"

COLUMNS = 90

PICTURES: dict[str, tuple[str, ...]] = {
    "train": ("forecast train sample_data/weather.csv --target temp_max",),
    "plot": ("forecast plot sample_data/co2.csv --history 84 --horizon 24",),
    "memory": ("forecast explain memory sample_data/harvest.csv --cell simple-rnn,lstm,gru",),
}
"""Name of each picture and its commands; they run one after another in one folder."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell is written; colours are numbers of the 256, None is that of the terminal."""

    ink: int | None = None
    ground: int | None = None
    bold: bool = False
    dim: bool = False


Cell = tuple[str, Style]
"""A sign and how it is written."""

PLAIN = Style()

_CODES = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\x1b\][^\x07]*\x07|\x1b.|([\r\n\b\t])|(.)", re.DOTALL)


class Screen:
    """Lines of cells as a terminal shows them after all that was written to it."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.lines: list[list[Cell]] = [[]]
        self._row = self._column = 0
        self._style = PLAIN

    def write(self, text: str) -> None:
        """Show a text with its escape sequences: colours, movements, deletions; others do nothing."""
        for found in _CODES.finditer(text):
            numbers, command, control, sign = found.groups()
            if sign:
                self._put(sign)
            elif control:
                self._control(control)
            elif command == "m":
                self._style = styled(self._style, numbers)
            elif command:
                self._move(command, int(numbers) if numbers.isdecimal() else 0)

    def _put(self, sign: str) -> None:
        if self._column == self.columns:
            self._control("\n")
            self._column = 0
        line = self.lines[self._row]
        line += [(" ", PLAIN)] * (self._column + 1 - len(line))
        line[self._column] = (sign, self._style)
        self._column += 1

    def _control(self, sign: str) -> None:
        if sign == "\r":
            self._column = 0
        elif sign == "\b":
            self._column = max(self._column - 1, 0)
        elif sign == "\n":
            self._row += 1
            if self._row == len(self.lines):
                self.lines.append([])

    def _move(self, command: str, number: int) -> None:
        count = max(number, 1)
        if command == "A":
            self._row = max(self._row - count, 0)
        elif command == "B":
            self._row = min(self._row + count, len(self.lines) - 1)
        elif command == "C":
            self._column = min(self._column + count, self.columns)
        elif command == "D":
            self._column = max(self._column - count, 0)
        elif command == "G":
            self._column = count - 1
        elif command == "K":
            del self.lines[self._row][0 if number else self._column :]
        elif command == "J":
            del self.lines[self._row][self._column :], self.lines[self._row + 1 :]


def styled(style: Style, numbers: str) -> Style:
    """A style after a sequence of `m`, such as "1;38;5;33"."""
    codes = [int(each or 0) for each in numbers.split(";")]
    while codes:
        code = codes.pop(0)
        if code in (38, 48) and codes[:1] == [5]:
            number = codes[1]
            del codes[:2]
            style = replace(style, ink=number) if code == 38 else replace(style, ground=number)
        elif code == 0:
            style = PLAIN
        elif code in (1, 2):
            style = replace(style, bold=style.bold or code == 1, dim=style.dim or code == 2)
        elif code == 22:
            style = replace(style, bold=False, dim=False)
        elif code == 39:
            style = replace(style, ink=None)
        elif code == 49:
            style = replace(style, ground=None)
        elif code // 10 in (3, 9):
            style = replace(style, ink=code % 10 + (8 if code >= 90 else 0))
        elif code // 10 in (4, 10):
            style = replace(style, ground=code % 10 + (8 if code >= 100 else 0))
    return style


def run(line: str, folder: Path) -> str:
    """What a command prints on a terminal, with its escape sequences."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    environment |= {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), "LINES": "40"}
    script = f'forecast() {{ "{sys.executable}" -m forecast "$@"; }}; {line}'
    with subprocess.Popen(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        parts = []
        while part := _read(ours):
            parts.append(part)
    os.close(ours)
    if process.returncode:
        raise SystemExit(f"{line}: exit code {process.returncode}\n{b''.join(parts).decode()}")
    return b"".join(parts).decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # the end of a terminal
        return b""


def session(commands: tuple[str, ...], folder: Path) -> list[list[Cell]]:
    """The lines of a terminal after some commands, each behind a prompt."""
    screen = Screen(COLUMNS)
    for command in commands:
        screen.write(f"\x1b[1;32m$\x1b[0m \x1b[1m{command}\x1b[0m\r\n")
        screen.write(run(command, folder))
    lines = [list(line) for line in screen.lines]
    while lines and not "".join(sign for sign, _ in lines[-1]).strip():
        lines.pop()
    return lines


WIDTH, HEIGHT = 8.4, 19.0
"""Of a cell, in pixels."""

SIZE = 14
"""Of the letters."""

LEFT, TOP = 18.0, 46.0

FONT = "ui-monospace, SFMono-Regular, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace"

LIGHT = ("#24292f", "#cf222e", "#1a7f37", "#9a6700", "#0969da", "#8250df", "#1b7c83", "#6e7781")
DARK = ("#8b949e", "#ff7b72", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#c9d1d9")
"""The first eight colours on either ground."""

_STEPS = (0, 95, 135, 175, 215, 255)
_SIDES = {"─": "lr", "│": "ud", "┌": "dr", "┐": "dl", "└": "ur", "┘": "ul", "├": "udr", "┤": "udl"}
_SIDES |= {"┬": "ldr", "┴": "lur", "┼": "ludr", "━": "lr", "╴": "l", "╶": "r", "╸": "l", "╺": "r"}
_BLOCKS = {sign: (index + 1) / 8 for index, sign in enumerate("▁▂▃▄▅▆▇█")}
_BARS = {sign: (7 - index) / 8 for index, sign in enumerate("▉▊▋▌▍▎▏")}
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row of each bit of a braille character."""


def svg_of(lines: list[list[Cell]], title: str) -> str:
    """Lines of cells as a picture of a window."""
    width, height = LEFT * 2 + COLUMNS * WIDTH, TOP + len(lines) * HEIGHT + 12
    colors = sorted({ink for line in lines for _, style in line for ink in (style.ink, style.ground) if ink})
    body = [_rectangle(0, 0, width, height, "paper", round=10)]
    body += [f'<circle class="dot" cx="{20 + 18 * index}" cy="20" r="5.5"/>' for index in range(3)]
    for row, line in enumerate(lines):
        body += _line(line, TOP + row * HEIGHT)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" role="img" '
        f'width="{_n(width)}" height="{_n(height)}">\n<title>{safe(title)}</title>\n'
        f"<style>\n{_rules(colors)}\n</style>\n" + "\n".join(body) + "\n</svg>\n"
    )


def _rules(colors: list[int]) -> str:
    """The colours, of either ground."""
    grounds = {
        "light": {"paper": "#f6f8fa", "ink": "#1f2328", "edge": "#d0d7de"},
        "dark": {"paper": "#0d1117", "ink": "#e6edf3", "edge": "#30363d"},
    }
    palettes = {"light": LIGHT, "dark": DARK}
    texts = {}
    for ground, parts in grounds.items():
        few = {f"c{number}": palettes[ground][number % 8] for number in colors if number < 16}
        texts[ground] = " ".join(f"--{name}: {color};" for name, color in (parts | few).items())
    rules = [
        f":root {{ color-scheme: light dark; {texts['light']} }}",
        f"@media (prefers-color-scheme: dark) {{ :root {{ {texts['dark']} }} }}",
        f"text {{ font: {SIZE}px {FONT}; fill: var(--ink); white-space: pre; }}",
        ".paper { fill: var(--paper); stroke: var(--edge); } .dot { fill: var(--edge); }",
        ".ink { fill: var(--ink); } .bold { font-weight: 600; } .dim { opacity: 0.6; }",
    ]
    for number in colors:
        color = f"var(--c{number})" if number < 16 else _of_256(number)
        rules.append(f".c{number} {{ fill: {color}; }} text.c{number} {{ fill: {color}; }}")
    return "\n".join(rules)


def _of_256(number: int) -> str:
    if number >= 232:
        return "#" + f"{8 + 10 * (number - 232):02x}" * 3
    red, rest = divmod(number - 16, 36)
    return "#" + "".join(f"{_STEPS[part]:02x}" for part in (red, *divmod(rest, 6)))


def _line(line: list[Cell], top: float) -> Iterator[str]:
    """The elements of one line: grounds, then shapes and texts, of each run of one style."""
    column = 0
    for style, group in groupby(line, key=lambda cell: cell[1]):
        signs = "".join(sign for sign, _ in group)
        if style.ground is not None:
            yield _rectangle(LEFT + column * WIDTH, top, len(signs) * WIDTH, HEIGHT, f"c{style.ground}")
        yield from _run(signs, column, top, style)
        column += len(signs)


def _run(signs: str, column: int, top: float, style: Style) -> Iterator[str]:
    kind = ("ink" if style.ink is None else f"c{style.ink}") + (" dim" if style.dim else "")
    # A bar that grows to the right has space above and below it, unlike one that grows upward.
    inset = 2.0 if style.ink is None and not set(signs) & set("▁▂▃▄▅▆▇▒") else 0.0
    shapes = [_shape(sign, LEFT + (column + at) * WIDTH, top, inset) for at, sign in enumerate(signs)]
    paths = [path for path in shapes if path]
    if paths:
        faint = ' fill-opacity="0.45"' if "▒" in signs or "░" in signs else ""
        yield f'<path class="{kind}"{faint} d="{"".join(paths)}"/>'
    words = "".join(" " if path else sign for sign, path in zip(signs, shapes, strict=True))
    for found in re.finditer(r"\S+(?: \S+)*", words):
        x, length = LEFT + (column + found.start()) * WIDTH, len(found[0]) * WIDTH
        bold = " bold" if style.bold else ""
        yield (
            f'<text class="{kind}{bold}" x="{_n(x)}" y="{_n(top + 14)}" textLength="{_n(length)}" '
            f'lengthAdjust="spacingAndGlyphs">{safe(found[0])}</text>'
        )


def _shape(sign: str, x: float, y: float, inset: float) -> str:
    """The path of a block, of dots or of lines; "" for a letter."""
    if sign in _BARS or (sign == "█" and inset):
        return _box(x, y + inset, WIDTH * _BARS.get(sign, 1.0), HEIGHT - 2 * inset)
    if sign in _BLOCKS:
        tall = HEIGHT * _BLOCKS[sign]
        return _box(x, y + HEIGHT - tall, WIDTH, tall)
    if sign in "▒░":
        return _box(x, y, WIDTH, HEIGHT)
    if "⠀" < sign <= "⣿":
        bits = ord(sign) - ord("⠀")
        places = [place for bit, place in enumerate(_DOTS) if bits >> bit & 1]
        return "".join(
            _box(x + (right + 0.5) * WIDTH / 2 - 1.15, y + (down + 0.5) * HEIGHT / 4 - 1.15, 2.3, 2.3)
            for right, down in places
        )
    middle, centre = x + WIDTH / 2, y + HEIGHT / 2
    if sign == "┊":
        return "".join(_box(middle - 0.6, y + part * HEIGHT / 4 + 1, 1.2, 2.4) for part in range(4))
    thick = 2.4 if sign in "━╸╺" else 1.2
    sides = {
        "l": (x, centre - thick / 2, WIDTH / 2 + thick / 2, thick),
        "r": (middle - thick / 2, centre - thick / 2, WIDTH / 2 + thick / 2, thick),
        "u": (middle - thick / 2, y, thick, HEIGHT / 2 + thick / 2),
        "d": (middle - thick / 2, centre - thick / 2, thick, HEIGHT / 2 + thick / 2),
    }
    return "".join(_box(*sides[side]) for side in _SIDES.get(sign, ""))


def _box(x: float, y: float, width: float, height: float) -> str:
    return f"M{_n(x)} {_n(y)}h{_n(width)}v{_n(height)}h-{_n(width)}z"


def _rectangle(x: float, y: float, width: float, height: float, kind: str, *, round: int = 0) -> str:
    corners = f' rx="{round}"' if round else ""
    edge = 0.5 if round else 0.0
    return (
        f'<rect class="{kind}" x="{_n(x + edge)}" y="{_n(y + edge)}" width="{_n(width - 2 * edge)}" '
        f'height="{_n(height - 2 * edge)}"{corners}/>'
    )


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def main() -> None:
    """Make the pictures that are named, or all; those before them are run too, for their files."""
    wanted = set(sys.argv[1:] or PICTURES)
    if unknown := wanted - set(PICTURES):
        raise SystemExit(f"no picture {', '.join(sorted(unknown))}; there are {', '.join(PICTURES)}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "sample_data", folder / "sample_data")
        for picture, commands in PICTURES.items():
            lines = session(commands, folder)
            if picture in wanted:
                path = FOLDER / f"terminal-{picture}.svg"
                path.write_text(svg_of(lines, "; ".join(commands)), encoding="utf-8")
                print(f"{path.relative_to(ROOT)}: {len(lines)} lines, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
