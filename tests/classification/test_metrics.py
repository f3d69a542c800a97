import numpy as np
import pytest
from sklearn import metrics

from forecast.classification.metrics import (
    ClassPredictions,
    accuracy,
    brier,
    log_loss,
    score_classes,
    verdict_of_classes,
)
from forecast.spec.reading import Target


def drawn(classes, rows=50, seed=0):
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet(np.ones(classes), size=rows)
    return random.integers(0, classes, rows), probabilities


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_metrics_are_those_of_scikit_learn(classes):
    actual, probabilities = drawn(classes)
    names = np.arange(classes)
    assert log_loss(actual, probabilities).mean() == pytest.approx(
        metrics.log_loss(actual, probabilities, labels=names)
    )
    assert accuracy(actual, probabilities).mean() == metrics.accuracy_score(
        actual, probabilities.argmax(axis=1)
    )
    if classes == 2:
        expected = metrics.brier_score_loss(actual, probabilities[:, 1])
    else:
        expected = ((probabilities - np.eye(classes)[actual]) ** 2).sum(axis=1).mean()
    assert brier(actual, probabilities).mean() == pytest.approx(expected)


def test_what_was_called_impossible_costs_as_in_scikit_learn_and_not_infinitely():
    actual, probabilities = np.array([0, 1]), np.array([[0.0, 1.0], [0.0, 1.0]])
    assert log_loss(actual, probabilities).mean() == pytest.approx(
        metrics.log_loss(actual, probabilities, labels=[0, 1])
    )
    assert np.isfinite(log_loss(actual, probabilities)).all()


def test_of_two_classes_as_likely_the_first_is_taken():
    assert accuracy(np.array([0, 1]), np.array([[0.5, 0.5], [0.5, 0.5]])).tolist() == [1.0, 0.0]


def predictions(ours, *, rows=60, block=None, base=0.5):
    """Events that always come, called so likely; base rates call them likely as `base`."""
    probabilities = np.full(rows, ours, dtype=float) if np.isscalar(ours) else np.asarray(ours)
    return ClassPredictions(
        actual=np.ones(rows, dtype=np.int64),
        series=np.arange(rows) % 2,
        step=np.arange(rows) // 2 % 3,
        block=np.arange(rows) if block is None else block,
        row=np.arange(rows) // 2,
        probabilities={
            "GRU": np.stack([1 - probabilities, probabilities], axis=1),
            "base rates": np.tile([1 - base, base], (rows, 1)),
        },
    )


def verdict(of, classes=("0", "1")):
    scores = score_classes(of, ("a", "b"), "id", backtests=3)
    return verdict_of_classes(scores, of, Target("class", classes))


def test_scores_are_means_in_all_by_series_and_by_step():
    probabilities = np.where(np.arange(60) % 2, 0.9, 0.6)
    scores = score_classes(predictions(probabilities), ("a", "b", "never"), "id", backtests=3)
    assert scores.metrics == ("log_loss", "brier", "accuracy", "skill")
    assert scores.overall[0, 0] == pytest.approx(-(np.log(0.6) + np.log(0.9)) / 2)
    assert scores.overall[0, 1] == pytest.approx((0.16 + 0.01) / 2)
    assert scores.overall[0, 3] == pytest.approx(1 - scores.overall[0, 0] / np.log(2))
    assert scores.overall[1, 3] == 0
    assert scores.by_series[0, :2, 0] == pytest.approx([-np.log(0.6), -np.log(0.9)])
    assert np.isnan(scores.by_series[:, 2]).all()
    assert scores.by_step[0, :, 0] == pytest.approx([scores.overall[0, 0]] * 3)
    assert scores.forecasts == 60
    assert scores.forecasts_by_series.tolist() == [30, 30, 0]
    assert scores.forecasts_by_step.tolist() == [20, 20, 20]


def test_a_model_that_is_better_in_every_block_is_useful():
    found = verdict(predictions(0.8))
    assert found.outcome == "useful"
    assert found.text == (
        "useful: log loss 0.223 against 0.693 of base rates, Brier score 0.040 against 0.250 "
        "(paired t-test, 95 %; 3 backtests, 60 forecasts); its probabilities hardly vary"
    )
    assert found.better_by == pytest.approx(1 - np.log(0.8) / np.log(0.5))


def test_a_worse_model_is_no_better():
    assert verdict(predictions(0.3)).outcome == "no better"
    assert verdict(predictions(0.5)).outcome == "no better"


def test_a_model_that_is_better_within_the_noise_is_unclear():
    probabilities = np.where(np.arange(60) % 2, 0.95, 0.271)
    assert verdict(predictions(probabilities)).outcome == "unclear"


def test_rows_that_err_together_count_as_one():
    probabilities = np.where(np.arange(60) % 3 < 2, 0.95, 0.12)
    assert verdict(predictions(probabilities)).outcome == "unclear"
    rested = np.where(np.arange(60) % 3 < 2, 0.95, 0.3)
    apart, together = verdict(predictions(rested)), verdict(predictions(rested, block=np.arange(60) // 20))
    assert "small sample" not in apart.text
    assert "60 forecasts: small sample" in together.text


def test_the_verdict_on_texts_names_the_accuracy():
    assert "accuracy 100 % against 0 %" in verdict(predictions(0.8), classes=("rain", "sun")).text


def test_parts_are_concatenated():
    both = ClassPredictions.concatenated([predictions(0.8, rows=4), predictions(0.2, rows=2)])
    assert len(both.actual) == len(both.block) == 6
    assert both.probabilities["GRU"][:, 1].tolist() == [0.8] * 4 + [0.2] * 2
