"""Synthetic series, and variations of real ones."""

import numpy as np
import pytest

from forecast.pretraining import events, synthetic, waves
from forecast.pretraining.variations import VARIATIONS
from tests.panels import wave

FAMILY = synthetic.SyntheticFamily(
    7, shortest=40, longest=400, seasonal=0.8, random_walks=0.4, long_seasons=(365.25,)
)


def strength(values: np.ndarray, period: int) -> float:
    """Share of the variance that the means of the phases of a period explain."""
    whole = values[: len(values) // period * period].reshape(-1, period)
    return float(whole.mean(axis=0).var() / values.var())


def test_series_are_finite_and_vary_in_length_and_kind():
    random = np.random.default_rng(0)
    series = [synthetic.draw(FAMILY, random) for _ in range(400)]
    assert all(np.isfinite(values).all() for values in series)
    lengths = [len(values) for values in series]
    assert min(lengths) >= 40
    assert max(lengths) <= 400
    assert np.quantile(lengths, 0.9) > 3 * np.quantile(lengths, 0.1)
    counters = [v for v in series if (np.diff(v) >= 0).all() and v[-1] > v[0]]
    sparse = [v for v in series if (v == 0).mean() > 0.3]
    negative = [v for v in series if v.min() < 0]
    whole = [v for v in series if (v == np.round(v)).all()]
    for kind in (counters, sparse, negative, whole):
        assert 4 <= len(kind) <= 150


def test_a_gaussian_process_with_a_periodic_kernel_alone_repeats_itself():
    draws = [waves.gaussian_process(np.random.default_rng(seed), 280, (7.0,)) for seed in range(60)]
    assert sum(strength(draw, 7) > 0.99 for draw in draws) >= 5
    assert sum(strength(draw, 7) < 0.3 for draw in draws) >= 20
    assert all(draw.std() == pytest.approx(1) for draw in draws)


@pytest.mark.parametrize("period", [7, 12, 52])
def test_a_season_has_its_period(period):
    draws = [waves.season(np.random.default_rng(seed), period, 20 * period) for seed in range(20)]
    assert np.median([strength(draw, period) for draw in draws]) > 0.8


def test_a_steady_cycle_has_another_period_than_the_season():
    draws = [waves.cycle(np.random.default_rng(seed), 300, shortest=10.0) for seed in range(40)]
    powers = [np.abs(np.fft.rfft(draw - draw.mean())) ** 2 for draw in draws]
    periods = [300 / (1 + int(np.argmax(power[1:]))) for power in powers]
    assert min(periods) > 7
    assert len(set(periods)) > 15


def test_an_autoregressive_path_follows_its_equation():
    assert waves.autoregressive(np.array([1.0, 0, 0, 1.0]), 0.5, -0.25).tolist() == [1.0, 0.5, 0.0, 0.875]


def test_closed_phases_are_the_same_in_every_season_and_never_all():
    for seed in range(30):
        factor = events.closed_phases(np.random.default_rng(seed), 7, 70)
        assert (factor.reshape(10, 7) == factor[:7]).all()
        assert factor.max() == 1


def test_holidays_come_every_year():
    factor = events.holidays(np.random.default_rng(1), 365.25, 1461, length=1)
    changed = np.flatnonzero(factor != 1)
    assert 8 <= len(changed) <= 40
    years = [np.sum(changed // 365.25 == year) for year in range(4)]
    assert min(years) > 0


def test_counts_have_the_mean_asked_for():
    drawn = events.counts(np.random.default_rng(0), np.ones(4_000), mean=3.0)
    assert drawn.mean() == pytest.approx(3.0, rel=0.1)
    assert (drawn == np.round(drawn)).all()


def test_mixtures_are_of_size_one_and_never_negative_where_no_part_is():
    random = np.random.default_rng(0)
    ones, late = np.ones(60), np.concatenate([np.zeros(30), np.full(30, 2.0)])
    made = [synthetic.mixture(random, FAMILY, [ones, late]) for _ in range(40)]
    assert min(values.min() for values in made) >= 0
    sizes = [
        np.abs(synthetic.mixture(random, FAMILY, [wave(80, seed=1), wave(90, seed=2)])).mean()
        for _ in range(9)
    ]
    assert sizes == pytest.approx(np.ones(9), rel=1e-9)


@pytest.mark.parametrize("variation", VARIATIONS)
def test_a_variation_is_another_series_of_the_same_length_and_stays_above_zero(variation):
    values = 10 + wave(100, seed=0)
    changed = variation(np.random.default_rng(0), values)
    assert changed.shape == values.shape
    assert np.isfinite(changed).all()
    assert (changed != values).any()
    assert values.min() > 0
    assert changed.min() > 0
