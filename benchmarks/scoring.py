"""Scores as the organisers of the M4 competition define them, shared by the benchmarks.

OWA is the mean of sMAPE and MASE, both over those of Naive2: the last value, seasonally
adjusted where the season is significant. It is computed here and checked against what the
organisers published.
"""

Scores = tuple[float, float]
"""Mean sMAPE and mean MASE."""

PUBLISHED = {
    "yearly": (16.158, 4.370),
    "quarterly": (12.151, 1.497),
    "monthly": (14.235, 1.042),
    "weekly": (9.161, 2.777),
    "daily": (2.319, 3.058),
    "hourly": (18.383, 2.395),
}
"""sMAPE and MASE of Naive2 from the organisers' own forecasts; weekly and hourly on all series,
the others on the samples that `accuracy.py` and `pretrained.py` read."""


def owa(scores: Scores, reference: Scores) -> float:
    """Overall weighted average: 1 is as good as the reference, lower is better."""
    return (scores[0] / reference[0] + scores[1] / reference[1]) / 2


def as_future(past, values):
    """The panel of forecasts, (series, steps), that stand behind `past`."""
    return past.extended(values).tail(values.shape[1])


def scored(past, future, forecast) -> tuple[float, float]:
    """Mean sMAPE and MASE of forecasts that must stand at the very times of `future`."""
    import numpy as np

    from forecast.evaluation import metrics

    assert forecast.ids == future.ids == past.ids
    assert (forecast.times == future.times).all(), "the forecasts stand at other times than the test rows"
    actual, said = (panel.values.reshape(len(past), -1) for panel in (future, forecast))
    scale = metrics.seasonal_scales(past)[:, None]
    return float(np.mean(metrics.smape(actual, said))), float(np.mean(metrics.mase(actual, said, scale)))


def check_published(frequency: str, found: tuple[float, float]) -> None:
    """Stop where Naive2 as computed here is not Naive2 as published."""
    for ours, published in zip(found, PUBLISHED[frequency], strict=True):
        if abs(ours - published) > 0.0006:
            raise SystemExit(f"Naive2 on {frequency}: {found}, published {PUBLISHED[frequency]}")


def naive2(past, horizon: int):
    """(series, horizon) the last value, seasonally adjusted where the season is significant."""
    import numpy as np

    season = past.frequency.default_season
    return np.stack([_naive2_of(series.values, season, horizon) for series in past])


def _naive2_of(values, season: int, horizon: int):
    import numpy as np

    indices = _seasonal_indices(values, season) if _is_seasonal(values, season) else np.ones(season)
    last = len(values) - 1
    return values[-1] / indices[last % season] * indices[(last + 1 + np.arange(horizon)) % season]


def _is_seasonal(values, season: int) -> bool:
    """The organisers' test: the autocorrelation at the season is significant at 90 %."""
    import numpy as np

    rows = len(values)
    if season == 1 or rows < 3 * season:
        return False
    centred = values - values.mean()
    correlation = np.array([centred[lag:] @ centred[: rows - lag] for lag in range(1, season + 1)])
    correlation /= centred @ centred
    limit = 1.645 * np.sqrt((1 + 2 * np.sum(correlation[:-1] ** 2)) / rows)
    return abs(correlation[-1]) > limit


def _seasonal_indices(values, season: int):
    """(season,) factors of the classical multiplicative decomposition; the first is that of row 0."""
    import numpy as np

    weights = np.r_[0.5, np.ones(season - 1), 0.5] / season
    half = season // 2
    ratios = np.full(len(values), np.nan)
    ratios[half:-half] = values[half:-half] / np.convolve(values, weights, "valid")
    means = np.array([np.nanmean(ratios[phase::season]) for phase in range(season)])
    return means / means.mean()
