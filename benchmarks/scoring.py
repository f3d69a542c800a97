"""Scores as the organisers of the M4 competition define them, shared by the benchmarks.

OWA is the mean of sMAPE and MASE, each relative to that of Naive2: the last value, seasonally
adjusted where the season is significant. Naive2 is computed here and checked against what the
organisers published. `python benchmarks/scoring.py` checks coverage and MSIS on an example.
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
"""sMAPE and MASE of Naive2, from the organisers' own forecasts: weekly and hourly on all series,
the others on the samples that `accuracy.py` and `pretrained.py` read."""


def owa(scores: Scores, reference: Scores) -> float:
    """Overall weighted average: 1 is as good as the reference, lower is better."""
    return (scores[0] / reference[0] + scores[1] / reference[1]) / 2


def as_future(past, values):
    """A panel of the forecasts `values`, (series, steps), for the steps after `past`."""
    return past.extended(values).tail(values.shape[1])


def scored(past, future, forecast) -> tuple[float, float]:
    """Mean sMAPE and MASE of forecasts, which must be for the times of `future`."""
    import numpy as np

    from forecast.evaluation import metrics

    assert forecast.ids == future.ids == past.ids
    assert (forecast.times == future.times).all(), "the forecasts are for other times than the test rows"
    actual, values = (panel.values.reshape(len(past), -1) for panel in (future, forecast))
    scale = metrics.seasonal_scales(past)[:, None]
    return float(np.mean(metrics.smape(actual, values))), float(np.mean(metrics.mase(actual, values, scale)))


def coverage(actual, lower, upper):
    """(steps,) percent of the actual values, (series, steps), within their intervals, ends included."""
    import numpy as np

    return np.where((lower <= actual) & (actual <= upper), 100.0, 0.0).mean(axis=0)


def msis(actual, lower, upper, scale, *, level: float) -> float:
    """Mean scaled interval score: the width plus 2 / alpha for each unit missed by; `level` is in percent."""
    import numpy as np

    missed = np.maximum(lower - actual, 0) + np.maximum(actual - upper, 0)
    return float(np.mean((upper - lower + 2 / (1 - level / 100) * missed) / scale))


def check_published(frequency: str, computed: tuple[float, float]) -> None:
    """Stop where Naive2 as computed here is not Naive2 as published."""
    for ours, published in zip(computed, PUBLISHED[frequency], strict=True):
        if abs(ours - published) > 0.0006:
            raise SystemExit(f"Naive2 on {frequency}: {computed}, published {PUBLISHED[frequency]}")


def naive2(past, horizon: int):
    """(series, horizon) the last value, seasonally adjusted where the season is significant."""
    import numpy as np

    seasons = past.seasons.tolist()
    return np.stack(
        [_naive2_of(series.values, season, horizon) for series, season in zip(past, seasons, strict=True)]
    )


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


def main() -> None:
    """Check coverage and MSIS against numbers computed by hand."""
    import numpy as np

    actual = np.array([[10.0], [20.0], [30.0], [40.0]])
    lower, upper = np.array([[10.0], [21.0], [25.0], [30.0]]), np.array([[11.0], [25.0], [30.0], [39.0]])
    assert coverage(actual, lower, upper).tolist() == [50.0]
    # At 95 % alpha is 0.05, so a unit missed by costs 40; the scale is 2.
    expected = (4 + (4 + 3 * 40) + (4 + 1 * 40)) / 3 / 2
    computed = msis(np.array([9.0, 5.0, 13.0]), np.full(3, 8.0), np.full(3, 12.0), 2.0, level=95)
    assert abs(computed - expected) < 1e-9, (computed, expected)


if __name__ == "__main__":
    main()
