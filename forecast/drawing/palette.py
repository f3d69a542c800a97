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
        "class 1": "#0072b2",
        "class 2": "#e69f00",
        "class 3": "#009e73",
        "class 4": "#cc79a7",
        "class 5": "#56b4e9",
        "class 6": "#d55e00",
        "class 7": "#f0e442",
        "other classes": "#9ca3af",
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
        "class 1": "#2b8fd1",
        "class 2": "#e6a11a",
        "class 3": "#14a67d",
        "class 4": "#cf86b0",
        "class 5": "#7cc4ee",
        "class 6": "#df6b1c",
        "class 7": "#e8dc55",
        "other classes": "#6b7280",
    },
}

WIDTHS: dict[Part, float] = {"forecast": 2.2, "validation": 2.2, "grid": 1, "axis": 1, "mark": 1}
"""Of lines, in pixels, where they are not 1.6."""

FAINT = 0.35
"""How much of its colour an area has that is drawn faintly."""

DASHED: tuple[Part, ...] = ("filled", "reference", "mark")
"""Lines that are not drawn through."""
