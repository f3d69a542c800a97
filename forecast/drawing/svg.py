"""Pictures as SVG, which follow the light or dark setting of the reader."""

from collections.abc import Iterable
from html import escape as escape_html

from forecast.drawing.chart import AREAS, Picture
from forecast.drawing.layout import FONT, Area, Dot, Line, Points, Rule, Shape, Words, sheet_of
from forecast.drawing.palette import COLORS, DASHED, FAINT, WIDTHS, Ground, Part
from forecast.output.escape import escape

_FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def svg_of(picture: Picture) -> str:
    """The whole picture as a file."""
    sheet = sheet_of(picture)
    name, width, height = safe(picture.title or "forecast"), _number(sheet.width), _number(sheet.height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{name}">\n'
        f"<title>{name}</title>\n<style>\n{style()}\n</style>\n"
        f'<rect class="paper" width="100%" height="100%"/>\n{elements(sheet.shapes)}\n</svg>\n'
    )


def style() -> str:
    """The rules for all elements, in the colours of the palette for either ground."""
    parts = COLORS["light"]
    rules = [
        f":root {{ color-scheme: light dark; {_variables('light')} }}",
        f"@media (prefers-color-scheme: dark) {{ :root {{ {_variables('dark')} }} }}",
        f"text {{ fill: var(--text); font: {FONT}px {_FAMILY}; }}",
        ".title { font-size: 15px; font-weight: 600; } .subtitle { font-size: 13px; font-weight: 600; }",
        ".paper { fill: var(--paper); }",
        f".faint {{ fill-opacity: {FAINT}; }}",
        "polyline, line { fill: none; stroke-linejoin: round; stroke-linecap: round; }",
    ]
    for part in parts:
        name = _class(part)
        if part in AREAS:
            rules.append(f".{name} {{ fill: var(--{name}); }}")
        elif part not in ("paper", "text"):
            width = WIDTHS.get(part, 1.6)
            dash = " stroke-dasharray: 3 4;" if part in DASHED else ""
            rules.append(f".{name} {{ stroke: var(--{name}); stroke-width: {width}px;{dash} }}")
            rules.append(f"circle.{name} {{ fill: var(--{name}); }}")
    return "\n".join(rules)


def elements(shapes: Iterable[Shape]) -> str:
    """The shapes as elements; texts of the data are escaped."""
    return "\n".join(map(_element, shapes))


def safe(text: str) -> str:
    """A text as HTML and XML, without control characters."""
    return escape_html(escape(text), quote=True)


def _element(shape: Shape) -> str:
    match shape:
        case Line(points, ink):
            return f'<polyline class="{_class(ink)}" points="{_path(points)}"/>'
        case Area(points, ink, faint):
            return f'<polygon class="{_class(ink)}{" faint" if faint else ""}" points="{_path(points)}"/>'
        case Dot(points, ink):
            (x, y), *_ = points.tolist()
            return f'<circle class="{_class(ink)}" cx="{_number(x)}" cy="{_number(y)}" r="2.2"/>'
        case Rule(points, kind):
            (x1, y1), (x2, y2) = points.tolist()
            ends = f'x1="{_number(x1)}" y1="{_number(y1)}" x2="{_number(x2)}" y2="{_number(y2)}"'
            return f'<line class="{kind}" {ends}/>'
        case Words(points, text, anchor, kind):
            (x, y), *_ = points.tolist()
            place = f'x="{_number(x)}" y="{_number(y)}" text-anchor="{anchor}"'
            return f'<text class="{kind}" {place}>{safe(text)}</text>'


def _path(points: Points) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in points.tolist())


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _class(part: Part) -> str:
    return part.replace(" ", "-")


def _variables(ground: Ground) -> str:
    return " ".join(f"--{_class(part)}: {color};" for part, color in COLORS[ground].items())
