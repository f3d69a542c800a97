"""A made-up panel of the sales of two shops, with covariates of every kind."""

import io
from collections.abc import Mapping, Sequence

import numpy as np

from forecast.data.panel import Panel
from forecast.features.covariates import covariate_specs
from forecast.reading.reader import ReadResult, read_panel
from forecast.spec.model import Calendar, Cell, ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.reading import Columns, ReadSpec

ROWS, AHEAD = 40, 4
"""Days with sales, and later days of which only the known covariates are given."""

COLUMNS = Columns("sold", "day", "shop", past=("visitors",), known=("price", "event"), static=("town",))

Row = dict[str, str]


def rows(*, ahead: int = AHEAD, shops: Sequence[str] = ("a", "b")) -> list[Row]:
    """The rows of the file, shop by shop; a shop's are the same whichever the others are."""
    return [row for shop in shops for row in _rows_of(shop, ahead)]


def _rows_of(shop: str, ahead: int) -> list[Row]:
    random = np.random.default_rng(ord(shop))
    days = np.datetime64("2024-12-01") + np.arange(ROWS + ahead)
    price, event = random.choice([2.0, 2.5, 3.0], len(days)), random.choice(["fair", "none"], len(days))
    visitors = random.integers(50, 90, len(days))
    sold = np.round(visitors / price * np.where(event == "fair", 2, 1))
    return [
        {
            "shop": shop,
            "day": str(day),
            "sold": f"{sold[index]:g}" if index < ROWS else "",
            "visitors": str(visitors[index]) if index < ROWS else "",
            "price": f"{price[index]:g}",
            "event": str(event[index]),
            "town": {"a": "Lyon", "b": "Nice"}.get(shop, "Metz"),
        }
        for index, day in enumerate(days)
    ]


def changed(table: Sequence[Row], shop: str, index: int, values: Mapping[str, str]) -> list[Row]:
    """The same rows with other values in row `index` of a shop."""
    indices = [number for number, row in enumerate(table) if row["shop"] == shop]
    copy = list(table)
    copy[indices[index]] = {**table[indices[index]], **values}
    return copy


def written(table: Sequence[Row], *columns: str) -> io.BytesIO:
    """The rows as a CSV file, of all columns or of some."""
    names = columns or tuple(table[0])
    lines = [",".join(names), *(",".join(row[name] for name in names) for row in table)]
    return io.BytesIO(("\n".join(lines) + "\n").encode())


def reading(table: Sequence[Row], columns: Columns = COLUMNS) -> ReadResult:
    """The rows as they are read."""
    return read_panel(written(table), ReadSpec(columns))


def panel(table: Sequence[Row] | None = None, columns: Columns = COLUMNS) -> Panel:
    """The panel of the rows, or of all."""
    return reading(rows() if table is None else table, columns).panel


def spec(of: Panel, *, cell: Cell = "gru", calendar: bool = True) -> ModelSpec:
    """A network that reads all covariates of a panel, and the calendar."""
    christmas = tuple(int(np.datetime64(f"{year}-12-25").astype(int)) for year in range(2020, 2050))
    return ModelSpec(
        WindowSpec(6, 3),
        NetworkSpec(cell, (4,)),
        1,
        covariates=covariate_specs(of, of),
        calendar=Calendar(True, "FR", christmas) if calendar else Calendar(),
    )
