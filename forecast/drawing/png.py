"""Pictures as PNG: the same shapes as an SVG has, drawn by Pillow on white."""

import io
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.drawing.chart import Picture
from forecast.drawing.layout import FONT, Area, Dot, Line, Rule, Words, sheet_of
from forecast.drawing.palette import COLORS, DASHED, FAINT, WIDTHS, Part

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

SCALE = 2
"""Pixels of the file for each of the layout, so that it is sharp on a fine screen."""

_FINE = 2
"""Lines are drawn so many times larger and made smaller, which smoothes them."""

_FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "C:/Windows/Fonts/arial.ttf",
)
"""Where a font with more than the letters of English is; Pillow's own has these alone."""

_SIZES = {"label": FONT, "title": 15, "subtitle": FONT + 1}


def png_of(picture: Picture) -> bytes:
    """The whole picture as a file."""
    from PIL import Image, ImageDraw

    sheet = sheet_of(picture)
    size = (round(SCALE * sheet.width), round(SCALE * sheet.height))
    large = Image.new("RGB", (size[0] * _FINE, size[1] * _FINE), COLORS["light"]["paper"])
    canvas = ImageDraw.Draw(large)
    for shape in sheet.shapes:
        if not isinstance(shape, Words):
            _draw(canvas, shape, SCALE * _FINE)
    image = large.resize(size, Image.Resampling.BOX)
    canvas = ImageDraw.Draw(image)
    for shape in sheet.shapes:
        if isinstance(shape, Words):
            _write(canvas, shape)
    stream = io.BytesIO()
    image.quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(stream, "PNG")
    return stream.getvalue()


def _draw(canvas: "ImageDraw", shape: Line | Area | Dot | Rule, scale: int) -> None:
    points = [(x, y) for x, y in (shape.points * scale).tolist()]
    part: Part = shape.kind if isinstance(shape, Rule) else shape.ink
    color = COLORS["light"][part]
    if isinstance(shape, Area):
        if shape.faint:
            color = _mixed(color, COLORS["light"]["paper"], FAINT)
        canvas.polygon(points, fill=color)
    elif isinstance(shape, Dot):
        (x, y), size = points[0], 2.2 * scale
        canvas.ellipse((x - size, y - size, x + size, y + size), fill=color)
    else:
        width = WIDTHS.get(part, 1.6)
        for run in _dashes(points, 3 * scale, 4 * scale) if part in DASHED else [points]:
            canvas.line(run, fill=color, width=round(width * scale), joint="curve")


def _mixed(color: str, paper: str, share: float) -> str:
    """A colour of which only a share lies on the paper."""
    parts = [(int(color[at : at + 2], 16), int(paper[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(share * ink + (1 - share) * ground):02x}" for ink, ground in parts)


def _dashes(points: list[tuple[float, float]], on: float, off: float) -> list[list[tuple[float, float]]]:
    """A line in pieces of length `on` with `off` between them."""
    found: list[list[tuple[float, float]]] = []
    done, left, drawn = [points[0]], on, True
    for (x1, y1), (x2, y2) in pairwise(points):
        length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
        at = 0.0
        while length - at > left:
            at += left
            place = (x1 + (x2 - x1) * at / length, y1 + (y2 - y1) * at / length)
            if drawn:
                found.append([*done, place])
            drawn, left, done = not drawn, off if drawn else on, [place]
        left -= length - at
        done.append((x2, y2))
    return [*found, done] if drawn and len(done) > 1 else found


def _write(canvas: "ImageDraw", words: Words) -> None:
    ((x, y),) = (words.points * SCALE).tolist()
    place = {"start": "ls", "middle": "ms", "end": "rs"}[words.anchor]
    font = _font(_SIZES[words.kind] * SCALE, plain=words.text.isascii())
    bold = 0 if words.kind == "label" else 0.4
    canvas.text((x, y), words.text, fill=COLORS["light"]["text"], font=font, anchor=place, stroke_width=bold)


@cache
def _font(size: int, *, plain: bool) -> "FreeTypeFont | ImageFont":
    """Pillow's own font; for letters that it lacks, one of the system, if there is one."""
    from PIL import ImageFont

    path = next((path for path in _FONTS if not plain and Path(path).is_file()), None)
    return ImageFont.load_default(size) if path is None else ImageFont.truetype(path, size)
