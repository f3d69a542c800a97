from dataclasses import replace

import numpy as np
import pytest

from forecast.features.covariates import covariate_specs
from forecast.forecasters import pooled_ridge
from forecast.forecasters.pooled_ridge import fit_ridge
from forecast.spec.model import WindowSpec
from forecast.spec.reading import Columns
from tests import shops
from tests.panels import interpolated, panel


def test_ridge_learns_a_rule_that_the_last_value_does_not_know():
    values = 100 + np.tile([0.0, 1.0, 2.0, 1.0], 100)
    history = panel(values)
    forecast = fit_ridge(history, WindowSpec(8, 4)).predict(history, 4).values[0]
    assert forecast == pytest.approx([100, 101, 102, 101], abs=0.3)


def test_ridge_beyond_its_horizon_forecasts_recursively():
    values = 100 + np.tile([0.0, 1.0, 2.0, 1.0], 100)
    ridge = fit_ridge(panel(values), WindowSpec(8, 3))
    first = ridge.predict(panel(values), 3).values[0]
    second = ridge.predict(panel([*values, *first]), 3).values[0]
    assert ridge.predict(panel(values), 5).values[0].tolist() == [*first, *second[:2]]


def test_ridge_without_a_window_to_learn_from_repeats_the_last_season():
    history = panel([1, 2, 3, 4, 5], season=2)
    forecast = fit_ridge(history, WindowSpec(4, 6)).predict(history, 6)
    assert forecast.values.tolist() == [[4, 5, 4, 5, 4, 5]]


def test_ridge_never_learns_from_a_filled_row():
    values = np.concatenate([np.random.default_rng(0).normal(size=40) + 50, [1e6]])
    full = replace(panel(values), observed=np.arange(41) < 40)
    part = panel(values[:40])
    assert fit_ridge(full, WindowSpec(6, 1)).kernel == pytest.approx(fit_ridge(part, WindowSpec(6, 1)).kernel)


def test_ridge_forecasts_follow_the_units_of_the_data():
    values = np.random.default_rng(3).normal(size=60).cumsum() + 30
    spec = WindowSpec(8, 4)
    plain = fit_ridge(panel(values), spec).predict(panel(values), 4).values
    scaled = fit_ridge(panel(values * 1000), spec).predict(panel(values * 1000), 4).values
    assert scaled == pytest.approx(plain * 1000)


def test_ridge_forecasts_a_series_shorter_than_its_window_as_alone():
    rng = np.random.default_rng(4)
    learned = fit_ridge(panel(rng.normal(size=80).cumsum() + 9), WindowSpec(8, 2))
    alone = learned.predict(panel([5, 6]), 2).values[0]
    behind = learned.predict(panel(rng.normal(size=30), [5, 6]), 2).values[1]
    assert alone.tolist() == behind.tolist()
    assert np.isfinite(alone).all()


def test_ridge_of_many_series_learns_the_same_in_any_run_of_series(monkeypatch):
    rng = np.random.default_rng(5)
    history = panel(*(rng.normal(size=length) + 20 for length in (30, 2, 41, 25)))
    whole = fit_ridge(history, WindowSpec(6, 3)).kernel
    monkeypatch.setattr("forecast.forecasters.pooled_ridge._CHUNK_ROWS", 40)
    assert fit_ridge(history, WindowSpec(6, 3)).kernel.tolist() == whole.tolist()


def test_the_ridge_learns_from_no_row_that_knows_what_comes():
    kernels = [fit_ridge(interpolated(later, rows=26), WindowSpec(4, 1)).kernel for later in (60.0, -900.0)]
    assert np.array_equal(*kernels)
    assert kernels[0].any()


def test_the_coefficients_are_those_of_scikit_learn():
    from sklearn.linear_model import Ridge

    rng = np.random.default_rng(6)
    history = panel(*(rng.normal(size=rows).cumsum() + 30 for rows in (60, 9, 90)), season=4)
    spec = WindowSpec(8, 4)
    windows, columns, targets = pooled_ridge._examples(
        history, pooled_ridge._training_rows(history, spec, most=999), spec, ()
    )
    assert columns.shape == (4, len(windows), 0)
    expected = Ridge(alpha=100.0, fit_intercept=False, solver="cholesky").fit(windows, targets).coef_.T
    assert fit_ridge(history, spec).kernel == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(("limit", "value"), [("_MAX_WINDOWS", 10), ("_MAX_NUMBERS", 80)])
def test_of_too_many_windows_evenly_spaced_ones_are_learned_from(monkeypatch, limit, value):
    seen = []
    solve = pooled_ridge._solve
    monkeypatch.setattr(pooled_ridge, "_solve", lambda *arrays: seen.append(arrays) or solve(*arrays))
    monkeypatch.setattr(pooled_ridge, limit, value)
    fit_ridge(panel(np.arange(100.0) ** 1.5), WindowSpec(8, 4))
    ((windows, _, targets),) = seen
    assert (windows.shape, targets.shape) == ((10, 8), (10, 4))


# Covariates


def demand(temperature: str, rows: int = 800, *, ahead: int = 4, category: bool = False):
    """Demand that rises with cold and with heat, on the row itself alone; a panel and the actual values."""
    rng = np.random.default_rng(7)
    heat = rng.uniform(-15, 15, rows + ahead)
    day = np.datetime64("2024-01-01") + np.arange(rows + ahead)
    sold = np.where(heat > 5, 130.0, 100.0) if category else 100 + heat**2 / 5
    shown = np.where(heat > 5, "hot", "mild") if category else heat
    table = [
        {"day": str(day[row]), "sold": f"{sold[row]}" if row < rows else "", "heat": f"{shown[row]}"}
        for row in range(rows + ahead)
    ]
    columns = Columns("sold", "day", None, **{temperature: ("heat",)})
    return shops.panel(table, columns).with_season(1), sold[rows:]


def test_it_reads_known_covariates_of_the_rows_to_forecast_and_their_squares():
    history, actual = demand("known")
    found = fit_ridge(history, WindowSpec(14, 4)).predict(history, 4).values[0]
    assert np.abs(found - actual).mean() < 4
    alone = replace(history, covariates=None, columns=history.columns.alone)
    assert np.abs(fit_ridge(alone, WindowSpec(14, 4)).predict(alone, 4).values[0] - actual).mean() > 8


def test_it_reads_categories():
    history, actual = demand("known", category=True)
    found = fit_ridge(history, WindowSpec(14, 4)).predict(history, 4).values[0]
    assert np.abs(found - actual).mean() < 4


def test_beyond_its_horizon_it_reads_the_covariates_of_the_later_rows():
    history, actual = demand("known")
    found = fit_ridge(history, WindowSpec(14, 2)).predict(history, 4).values[0]
    assert np.abs(found - actual).mean() < 5


def test_a_past_covariate_is_read_at_the_last_row_of_the_window_alone():
    history = shops.panel(columns=Columns("sold", "day", "shop", past=("visitors",)))
    specs = covariate_specs(history, history)
    assert history.covariates is not None
    rows = np.array([5, 30])
    columns = pooled_ridge._covariates_at(history, rows, specs, 3)
    scaled = (history.covariates.past[rows, 0] - specs[0].centre) / specs[0].spread
    for step in columns:
        assert step == pytest.approx(np.stack([scaled, scaled**2], axis=1))


def test_covariates_of_every_role_have_columns():
    history = shops.panel()
    fitted = fit_ridge(history, WindowSpec(6, 3))
    # Visitors and price are numbers, an event and a town are one of two categories.
    assert fitted.kernel.shape == (6 + 4 * 2, 3)
    assert [spec.name for spec in fitted.covariates] == ["visitors", "price", "event", "town"]
    assert (np.abs(fitted.kernel).sum(axis=1) > 0).all()


def test_no_covariate_after_the_origin_is_learned_from():
    """Neither what a past covariate is later nor a later known one changes the coefficients."""
    table = shops.rows(ahead=0)
    later = shops.changed(table, "a", shops.ROWS - 1, {"visitors": "999", "price": "77"})
    first = np.array([shops.ROWS - 1] * 2)
    fitted = [fit_ridge(shops.panel(each).first(first), WindowSpec(6, 3)) for each in (table, later)]
    assert np.array_equal(fitted[0].kernel, fitted[1].kernel)


def test_a_series_is_forecast_with_covariates_as_alone():
    history = shops.panel()
    fitted = fit_ridge(history, WindowSpec(6, 3))
    whole = fitted.predict(history, 4).values
    np.testing.assert_allclose(fitted.predict(history.select([1]), 4).values, whole[[1]], rtol=1e-9)


def test_of_many_categories_the_first_have_columns(monkeypatch):
    monkeypatch.setattr(pooled_ridge, "_MAX_CATEGORIES", 1)
    history = shops.panel()
    assert fit_ridge(history, WindowSpec(6, 3)).kernel.shape == (6 + 2 * 2 + 2 * 1, 3)
