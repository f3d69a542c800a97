import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast.forecasters.weighting import STEEPNESS, member_weights

EQUAL = np.ones(2)


def errors(*members: list[float]) -> np.ndarray:
    """(members, origins, 1) errors of one series."""
    return np.array(members, dtype=float)[..., None]


def weights(*members: list[float], prior=None, **more) -> np.ndarray:
    given_prior = np.ones(len(members)) if prior is None else np.asarray(prior, dtype=float)
    return member_weights(errors(*members), given_prior, **more)[0]


def test_without_origins_the_prior_decides():
    prior = np.array([1.0, 3.0])
    assert member_weights(np.empty((2, 0, 3)), prior).tolist() == [[0.25, 0.75]] * 3
    of_series = np.array([[1.0, 1.0, 0.0], [3.0, 1.0, 2.0]])
    assert member_weights(np.empty((2, 0, 3)), of_series).tolist() == [[0.25, 0.75], [0.5, 0.5], [0, 1]]


def test_equal_errors_leave_the_prior():
    assert weights([1, 2, 3], [1, 2, 3], prior=[1, 3]) == pytest.approx([0.25, 0.75])


def test_the_better_member_has_more_and_more_with_more_origins():
    shares = [weights([1.0] * origins, [1.3] * origins)[0] for origins in (1, 2, 4, 8, 50)]
    assert shares[0] > 0.5
    assert (np.diff(shares) > 0).all()
    # In the end weights fall with the power STEEPNESS of the errors.
    assert shares[-1] == pytest.approx(1 / (1 + 1.3**-STEEPNESS), abs=0.02)


def test_a_difference_that_varies_from_origin_to_origin_counts_for_less():
    steady = weights([1, 1, 1, 1], [0.8, 0.8, 0.8, 0.8])
    wild = weights([1, 1, 1, 1], [1.2, 0.64 / 1.2, 1.2, 0.64 / 1.2])
    assert steady[1] > wild[1] > 0.5


def test_a_member_that_was_perfect_until_something_changed_is_judged_by_its_errors_together():
    before = weights([1.0] * 5, [1e-9] * 5)
    after = weights([1.0] * 5 + [8.0], [1e-9] * 5 + [20.0])
    assert before.tolist() == [0, 1]
    assert after[0] > 0.5


def test_a_member_several_times_worse_gets_nothing():
    assert weights([1.0] * 6, [4.0] * 6, [1.0] * 6).tolist() == [0.5, 0, 0.5]


def test_origins_that_overlap_count_for_less():
    apart, close = (weights([1.0] * 8, [1.2] * 8, independent=share) for share in (1.0, 0.1))
    assert 0.5 < close[0] < apart[0]
    one = weights([1.0], [1.2])
    assert weights([1.0] * 8, [1.2] * 8, independent=0.0) == pytest.approx(one)


def test_each_series_has_its_own_weights_and_independence():
    both = np.concatenate([errors([1, 1], [1.5, 1.4]), errors([2, 1], [1, 1])], axis=2)
    found = member_weights(both, EQUAL, np.array([0.3, 1.0]))
    assert found[0] == pytest.approx(weights([1, 1], [1.5, 1.4], independent=0.3))
    assert found[1] == pytest.approx(weights([2, 1], [1, 1]))


def test_the_prior_of_one_series_changes_nothing_for_another():
    found = np.random.default_rng(0).uniform(0.5, 2, size=(3, 5, 3))
    prior = np.array([[0.5, 0.1, 0.1], [0.3, 0.3, 0.9], [0.2, 0.6, 0.3]])
    whole = member_weights(found, prior)
    for series in range(3):
        alone = member_weights(found[..., [series]], prior[:, [series]])
        assert alone[0] == pytest.approx(whole[series])


def test_a_member_without_errors_keeps_its_share_of_the_prior():
    nan = np.nan
    alone = weights([1, 1, 1], [1.2, 1.2, 1.2])
    found = weights([1, 1, 1], [1.2, 1.2, 1.2], [nan, nan, nan])
    assert found[2] == pytest.approx(found[0])  # as good as the reference, for all that is known
    assert found[0] / found[1] == pytest.approx(alone[0] / alone[1])


def test_a_member_is_compared_where_the_reference_has_an_error_too():
    nan = np.nan
    found = weights([nan, 1, 1, 1], [5, 1, 1, 1], prior=[2, 1])
    assert found == pytest.approx([2 / 3, 1 / 3])
    part = weights([1, 1, 9, 9], [1.2, 1.2, nan, nan])
    assert part == pytest.approx(weights([1, 1], [1.2, 1.2]), abs=1e-6)


def test_a_member_without_any_error_gets_all():
    assert weights([0, 0, 0, 0], [1, 1, 1, 1]).tolist() == [1, 0]
    assert weights([0, 0], [0, 0], prior=[1, 3]) == pytest.approx([0.25, 0.75])


def test_the_unit_of_the_errors_changes_nothing():
    once = weights([1, 2, 1], [1.5, 1.1, 3])
    for factor in (1e-300, 1e-9, 1e9, 1e300):
        scaled = weights(*(np.array([[1, 2, 1], [1.5, 1.1, 3]]) * factor).tolist())
        assert scaled == pytest.approx(once, rel=1e-9)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    arrays(float, (4, 3, 5), elements=st.one_of(st.floats(0, 1e12), st.just(np.nan))),
    arrays(float, 4, elements=st.floats(0.01, 1)),
    st.floats(0, 1),
)
def test_weights_are_shares_whatever_the_errors(found, prior, independent):
    result = member_weights(found, prior, independent)
    assert result.shape == (5, 4)
    assert (result >= 0).all()
    assert result.sum(axis=1) == pytest.approx(np.ones(5))


def test_the_order_of_the_members_changes_nothing():
    found = np.random.default_rng(0).uniform(0.5, 2, size=(4, 5, 3))
    found[1, 2] = np.nan
    prior, order = np.array([0.2, 1.0, 0.3, 0.1]), [2, 0, 3, 1]
    assert member_weights(found[order], prior[order]) == pytest.approx(member_weights(found, prior)[:, order])
