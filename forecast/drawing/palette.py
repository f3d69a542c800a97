"""The colours of pictures in files, on a light and on a dark ground."""

from typing import Literal

from forecast.drawing.chart import Ink

Ground = Literal["light", "dark"]
Part = Ink | Literal["paper", "text", "grid", "axis", "mark"]

COLORS: dict[Ground, dict[Part, str]] = {
    "light": {
        "paper": "#ffffff",
        "text": "#374151",
        "grid": "#e5e7eb",
        "axis": "#9ca3af",
        "mark": "#9ca3af",
        "history": "#111827",
        "actual": "#c2570c",
        "filled": "#9ca3af",
        "reference": "#9ca3af",
        "forecast": "#0b6bcb",
        "training": "#6b7280",
        "validation": "#0b6bcb",
        "interval": "#b9d6f2",
        "wide interval": "#dcebf9",
    },
    "dark": {
        "paper": "#111418",
        "text": "#c5cad3",
        "grid": "#272c34",
        "axis": "#6b7280",
        "mark": "#6b7280",
        "history": "#eceef2",
        "actual": "#f59e4c",
        "filled": "#6b7280",
        "reference": "#6b7280",
        "forecast": "#58a6ff",
        "training": "#9ca3af",
        "validation": "#58a6ff",
        "interval": "#1d4570",
        "wide interval": "#172c44",
    },
}

WIDTHS: dict[Part, float] = {"forecast": 2.2, "validation": 2.2, "grid": 1, "axis": 1, "mark": 1}
"""Of lines, in pixels, where they are not 1.6."""

DASHED: tuple[Part, ...] = ("filled", "reference", "mark")
"""Lines that are not drawn through."""
