"""How often `forecast drift` finds a drift: where nothing changed (false alarms), and where something did.

Series of six kinds, 120 rows to train on (`--quick`, no network is trained) and 40 new ones. Unchanged, the
new rows are drawn as the old ones; changed, from the tenth of them on the level rises by two standard
deviations of the innovations a row for ten rows ("trend"), or the innovations are twice as large ("noise").
Panels of 20 independent series; each series is judged at `--alpha` alone (its three tests by Holm), as a
single file would be.
"""

import sys

import numpy as np
import pandas as pd
from measuring import Row, parser, show

import forecast
from forecast.evaluation.drift import holm

TRAINED, NEW, SERIES, CHANGE = 120, 40, 20, 10


def main() -> None:
    """Measure and print."""
    arguments = parser(__doc__)
    arguments.add_argument("--rounds", type=int, default=5, help="panels of each kind [5]")
    arguments.add_argument("--alpha", type=float, default=0.01, help="false alarms [0.01]")
    options = arguments.parse_args()
    rows: list[Row] = []
    for kind in KINDS:
        found: dict[str, list[bool]] = {"unchanged": [], "trend": [], "noise": []}
        for number in range(options.rounds):
            for change, hits in found.items():
                hits += _drifted(kind, change, number, options.alpha)
        rows.append(
            {"kind": kind, **{change: round(float(np.mean(hits)), 3) for change, hits in found.items()}}
        )
        print(rows[-1], file=sys.stderr)
    every = {
        change: float(np.mean([row[change] for row in rows])) for change in ("unchanged", "trend", "noise")
    }
    rows.append({"kind": "all", **{change: round(share, 3) for change, share in every.items()}})
    show(rows, as_json=options.json)


def _drifted(kind: str, change: str, number: int, alpha: float) -> list[bool]:
    """Whether each series of one panel is found to have drifted."""
    random = np.random.default_rng([number, KINDS.index(kind)])
    months = pd.period_range("2000-01", periods=TRAINED + NEW, freq="M").astype(str)
    panel = np.stack([_series(kind, change, random) for _ in range(SERIES)])
    frame = pd.DataFrame(
        {
            "id": np.repeat([f"s{index:02}" for index in range(SERIES)], TRAINED + NEW),
            "month": np.tile(months, SERIES),
            "y": panel.ravel(),
        }
    )
    old = frame[np.tile(np.arange(TRAINED + NEW) < TRAINED, SERIES)]
    model = forecast.train(old, quick=True, horizon=6, season=12 if kind == "season" else 1).model
    report = forecast.drift(frame, model=model, alpha=alpha)
    every = np.stack([report.p_coverage, report.p_level, report.p_standstill])
    return [bool(holm(p, alpha).any()) for p in every.T]


KINDS = ("noise", "walk", "ar", "season", "heavy", "counts")


def _series(kind: str, change: str, random: np.random.Generator) -> np.ndarray:
    rows = np.arange(TRAINED + NEW)
    size = np.where((change == "noise") & (rows >= TRAINED + CHANGE), 2.0, 1.0)
    shock = random.normal(size=len(rows)) * size
    if kind == "heavy":
        shock = random.standard_t(3, size=len(rows)) * size / np.sqrt(3)
    moved = 2.0 * np.clip(rows - TRAINED - CHANGE, 0, 10) if change == "trend" else 0.0
    if kind == "walk":
        return 100 + np.cumsum(shock) + moved
    if kind == "counts":
        return random.poisson(np.maximum(9 + 3 * moved + 6 * (size - 1) * shock, 0)).astype(float)
    values = shock
    if kind == "ar":
        values = np.empty(len(rows))
        last = 0.0
        for row, each in enumerate(shock):
            last = values[row] = 0.7 * last + each
    if kind == "season":
        values = values + 5 * np.sin(2 * np.pi * rows / 12) + 0.1 * rows
    return 100 + values + moved


if __name__ == "__main__":
    main()
