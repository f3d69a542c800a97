"""Pictures as the bytes of a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from forecast.drawing.chart import Picture

Kind = Literal["png", "svg", "html"]

SUFFIXES: dict[str, Kind] = {".png": "png", ".svg": "svg", ".html": "html"}

MOST_CHARTS = 24
"""Series that a file shows where none are chosen."""


def kind_of(file: Path) -> Kind | None:
    """The kind of picture that the suffix of a file names."""
    return SUFFIXES.get(file.suffix.lower())


def image_of(picture: "Picture", kind: Kind) -> bytes:
    """The content of a file of this kind."""
    if kind == "png":
        from forecast.drawing.png import png_of

        return png_of(picture)
    if kind == "svg":
        from forecast.drawing.svg import svg_of

        return svg_of(picture).encode()
    from forecast.drawing.html import page_of

    return page_of(picture).encode()
