"""A picture of synthetic series, to see whether they look like life.

python -m forecast.pretraining.gallery --only daily --out daily.svg
"""

import argparse
from pathlib import Path

import numpy as np

from forecast.data.arrays import Floats
from forecast.pretraining import synthetic
from forecast.pretraining.mixes import RECIPES

_COLUMNS, _ROWS = 6, 7
_WIDTH, _HEIGHT, _MARGIN = 170, 80, 8
_POINTS = 200
"""Newest rows of a series that are drawn."""


def main() -> None:
    """Write the picture that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m forecast.pretraining.gallery", description=__doc__)
    parser.add_argument(
        "--only", choices=[name for name in RECIPES if not RECIPES[name].parts], default="daily"
    )
    parser.add_argument("--out", type=Path, required=True, help="SVG file")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    family = RECIPES[options.only].family
    series = [synthetic.draw(family, random) for _ in range(_COLUMNS * _ROWS)]
    options.out.write_text(picture(series), encoding="utf-8")


def picture(series: list[Floats]) -> str:
    """An SVG picture of the series, side by side, each in its own range."""
    lines = []
    for index, values in enumerate(series):
        left, top = index % _COLUMNS * _WIDTH, index // _COLUMNS * _HEIGHT
        newest = values[-_POINTS:]
        low, height = float(newest.min()), float(np.ptp(newest)) or 1.0
        x = left + _MARGIN + np.linspace(0, _WIDTH - 2 * _MARGIN, len(newest))
        y = top + _HEIGHT - _MARGIN - (newest - low) / height * (_HEIGHT - 2 * _MARGIN)
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        lines.append(f'<polyline points="{points}"/>')
    rows = -(-len(series) // _COLUMNS)
    size = f"0 0 {_COLUMNS * _WIDTH} {rows * _HEIGHT}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}">\n'
        '<rect width="100%" height="100%" fill="white"/>\n'
        '<g fill="none" stroke="#1f5fa8" stroke-width="0.8" stroke-linejoin="round">\n'
        + "\n".join(lines)
        + "\n</g>\n</svg>\n"
    )


if __name__ == "__main__":
    main()
