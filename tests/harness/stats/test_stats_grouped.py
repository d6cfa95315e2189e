import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.stats.clustered import mean_difference
from harness.stats.grouped import contrasts, mean_differences
from harness.stats.inputs import paired_scores

thorough = settings(deadline=None, max_examples=40)


def drawn(seed, items=80, clusters=12, groups=5):
    rng = np.random.default_rng(seed)
    teacher, student = rng.binomial(2, 0.8, items) / 2, rng.binomial(2, 0.7, items) / 2
    of_cluster = None if clusters is None else rng.integers(0, clusters, items)
    return paired_scores(teacher, student, rng.gamma(2.0, size=items), of_cluster), rng.integers(-1, groups, items)


@thorough
@given(st.integers(0, 10_000), st.sampled_from([None, 4, 12]))
def test_every_group_is_what_it_is_alone(seed, clusters):
    scores, groups = drawn(seed, clusters=clusters)
    found = mean_differences(scores, groups, 6)
    for group in range(6):
        mine = groups == group
        if not mine.any():
            assert found.n[group] == 0 and np.isnan(found.point[group]) and np.isnan(found.se[group])
            continue
        alone = mean_difference(scores.teacher[mine], scores.student[mine], scores.weights[mine], scores.codes[mine])
        ours = found.estimate(group)
        assert found.n[group] == mine.sum()
        assert (ours.df, ours.clusters) == (pytest.approx(alone.df), alone.clusters)
        assert (ours.point, ours.se, ours.moved) == pytest.approx((alone.point, alone.se, alone.moved), abs=1e-9)
        assert ours.effective == pytest.approx(alone.effective, rel=1e-6)


def test_a_group_without_items_has_no_estimate():
    scores, groups = drawn(1)
    with pytest.raises(ValueError, match="group 5 has no items"):
        mean_differences(scores, groups, 6).estimate(5)


@pytest.mark.parametrize("groups", [[0, 1], [0.0] * 80, np.full(80, 6), np.full(80, -2)])
def test_numbers_that_do_not_fit_are_refused(groups):
    with pytest.raises(ValueError, match="group number"):
        contrasts(drawn(1)[0], groups, 6)


@thorough
@given(st.integers(0, 10_000), st.sampled_from([None, 4, 12]))
def test_contrasts_by_definition(seed, clusters):
    """The variance is the sum, over all clusters, of the squared sums of the items' influence on the difference."""
    scores, groups = drawn(seed, clusters=clusters)
    found = contrasts(scores, groups, 5)
    loss, w = scores.teacher - scores.student, scores.weights
    for group in range(5):
        mine = groups == group
        if mine.sum() < 2 or found.clusters[group] < 2:
            continue
        inside, outside = np.average(loss[mine], weights=w[mine]), np.average(loss[~mine], weights=w[~mine])
        influence = np.where(mine, w * (loss - inside) / w[mine].sum(), -w * (loss - outside) / w[~mine].sum())
        sums = np.bincount(scores.codes, influence)
        held = np.unique(scores.codes[mine]).size
        assert found.excess[group] == pytest.approx(inside - outside)
        assert found.loss[group] == pytest.approx(inside)
        assert found.se[group] == pytest.approx(np.sqrt(sums @ sums * held / (held - 1)))


def test_all_items_leave_no_rest_to_compare_with():
    scores, _ = drawn(2)
    assert np.isnan(contrasts(scores, np.zeros(80, dtype=int), 1).excess[0])
