import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from harness.stats.clustered import (
    ClusterEstimate,
    effective_n,
    mean_difference,
    t_harm_p_value,
    t_interval,
    t_limits,
    t_safe_p_value,
    t_two_sided_p,
)

thorough = settings(deadline=None, max_examples=50)
estimates = st.builds(
    lambda point, se, clusters, moved: ClusterEstimate(
        point=point, se=se, df=clusters - 1, clusters=clusters, moved=moved and max(moved, abs(point))
    ),
    st.floats(-1, 1),
    st.just(0.0) | st.floats(1e-3, 0.5),
    st.integers(2, 500),
    st.none() | st.floats(0.01, 1),
)


def clustered_scores(seed, items=60, groups=9):
    """Fractional scores, unequal weights, clusters of unequal size."""
    rng = np.random.default_rng(seed)
    teacher, student = rng.binomial(4, 0.7, items) / 4, rng.binomial(4, 0.6, items) / 4
    return teacher, student, rng.gamma(2.0, size=items), rng.integers(0, groups, items)


@pytest.mark.parametrize("seed", range(5))
def test_clusters_of_one_size_give_the_standard_error_of_statsmodels(seed):
    teacher, student, _, _ = clustered_scores(seed, items=60)
    clusters = np.arange(60) % 12
    ours = mean_difference(teacher, student, None, clusters)
    fit = sm.OLS(student - teacher, np.ones(teacher.size)).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "df_correction": True}, use_t=True
    )
    assert (ours.point, ours.se) == pytest.approx((fit.params[0], fit.bse[0]), rel=1e-10)
    assert t_limits(ours, 0.9, (-1, 1)) == pytest.approx(tuple(fit.conf_int(0.1)[0]), rel=1e-10)
    assert ours.df == fit.df_resid_inference == 11


@pytest.mark.parametrize("seed", range(5))
def test_unequal_clusters_give_the_jackknife_that_leaves_out_one_at_a_time(seed):
    teacher, student, weights, clusters = clustered_scores(seed)
    ours = mean_difference(teacher, student, weights, clusters)
    names = np.unique(clusters)
    difference = student - teacher
    left = [np.average(difference[clusters != g], weights=weights[clusters != g]) for g in names]
    point = np.average(difference, weights=weights)
    assert ours.point == pytest.approx(point)
    assert ours.se**2 == pytest.approx((names.size - 1) / names.size * np.sum((np.array(left) - point) ** 2))


def test_single_items_give_the_paired_t_test():
    teacher, student, _, _ = clustered_scores(1, items=400)
    ours = mean_difference(teacher, student, None, None)
    assert t_two_sided_p(ours) == pytest.approx(ttest_1samp(student - teacher, 0).pvalue)
    assert t_safe_p_value(ours, 0.15) == pytest.approx(
        ttest_1samp(student - teacher, -0.15, alternative="greater").pvalue
    )
    assert t_harm_p_value(ours, 0.05) == pytest.approx(ttest_1samp(student - teacher, -0.05, alternative="less").pvalue)


def test_clusters_by_hand():
    # Differences -1 0 | 0 0 | 0 -1, mean -1/3; cluster sums of residuals (-1/3, 2/3, -1/3) / 6; factor 3/2.
    estimate = mean_difference([1, 1, 1, 1, 1, 1], [0, 1, 1, 1, 1, 0], None, ["a", "a", "b", "b", "c", "c"])
    assert estimate.point == pytest.approx(-1 / 3)
    assert estimate.se == pytest.approx((3 / 2 * (1 + 4 + 1) / 9 / 36) ** 0.5)
    assert (estimate.df, estimate.clusters, estimate.moved) == (2, 3, pytest.approx(1 / 3))


def test_a_weight_of_two_is_the_item_twice_in_one_cluster():
    once = mean_difference([1, 1, 0, 1], [0, 1, 1, 1], [2, 1, 1, 1], None)
    twice = mean_difference([1, 1, 1, 0, 1], [0, 0, 1, 1, 1], None, ["a", "a", "b", "c", "d"])
    assert (once.point, once.se, once.df) == pytest.approx((twice.point, twice.se, twice.df))


def test_copies_of_a_cluster_member_add_no_certainty():
    teacher, student, _, _ = clustered_scores(2)
    alone = mean_difference(teacher, student, None, None)
    copied = mean_difference(np.tile(teacher, 5), np.tile(student, 5), None, np.tile(np.arange(teacher.size), 5))
    assert (copied.point, copied.se, copied.df) == pytest.approx((alone.point, alone.se, alone.df))


def test_losses_of_whole_clusters_count_as_fewer_items():
    # 2 of 40 clusters of 5 lost whole, or 10 of 200 items lost one by one in 10 clusters.
    lost = np.repeat(np.arange(40) < 2, 5)
    alone = np.arange(200) % 20 == 0
    clusters = np.repeat(np.arange(40), 5)
    whole, spread = (mean_difference(np.ones(200), 1.0 - x, None, clusters) for x in (lost, alone))
    assert whole.point == spread.point == pytest.approx(-0.05)
    assert whole.effective == pytest.approx(0.05 / whole.se**2 * (1.95996 / 2.02269) ** 2, rel=1e-4)  # t(39)
    assert 36 < whole.effective < 43 and spread.effective == pytest.approx(200)
    assert t_safe_p_value(whole, 0.10) > 0.15 > t_safe_p_value(spread, 0.10)


def test_a_few_losses_are_guarded_by_the_exact_test():
    # 1 loss of 100 items that never win: P(Bin(100, m) <= 1) = 5% at m = 4.656%; the doubt about se takes two items.
    estimate = mean_difference(np.ones(100), np.r_[0.0, np.ones(99)], None, None)
    found = t_interval(estimate, 0.90)
    assert (found.low, found.method) == (pytest.approx(-0.0470, abs=5e-4), "cluster-t-guarded")
    assert t_safe_p_value(estimate, 0.03) == pytest.approx(0.97**100 + 100 * 0.03 * 0.97**99, abs=0.01)
    assert t_limits(estimate, 0.90, (-1, 1))[0] > -0.03  # what the unguarded t interval would have passed


def test_small_differences_everywhere_are_not_rare_losses():
    """Agreement scores that all move by a few points: the t interval stands as it is."""
    difference = np.random.default_rng(0).normal(-0.01, 0.03, 200)
    found = t_interval(mean_difference(np.full(200, 0.5), 0.5 + difference, None, None), 0.90)
    assert found.method == "cluster-t" and found.low > -0.02


@thorough
@given(st.integers(0, 10_000))
def test_the_estimate_mirrors_when_the_models_swap_and_ignores_scale_and_order(seed):
    teacher, student, weights, clusters = clustered_scores(seed, items=20, groups=6)
    one = mean_difference(teacher, student, weights, clusters)
    swapped = mean_difference(student, teacher, weights, clusters)
    order = np.random.default_rng(seed).permutation(20)
    moved = mean_difference(teacher[order], student[order], 7 * weights[order], clusters[order])
    assert (swapped.point, swapped.se) == pytest.approx((-one.point, one.se), abs=1e-12)
    assert (moved.point, moved.se) == pytest.approx((one.point, one.se), abs=1e-12)


@thorough
@given(estimates, st.floats(0.05, 0.999), st.floats(0.05, 0.999))
def test_the_interval_holds_its_point_and_widens(estimate, level, other):
    narrow, wide = (t_interval(estimate, x) for x in sorted((level, other)))
    assert wide.low <= narrow.low + 1e-12 and narrow.high <= wide.high + 1e-12
    assert narrow.low - 1e-12 <= narrow.point <= narrow.high + 1e-12


@thorough
@given(estimates, st.floats(0, 1), st.floats(1e-4, 0.49))
def test_interval_and_p_values_tell_one_story(estimate, margin, alpha):
    interval = t_interval(estimate, 1 - 2 * alpha)
    assume(min(abs(interval.low + margin), abs(interval.high + margin)) > 1e-9)
    assert (t_harm_p_value(estimate, margin) < alpha) == (interval.high < -margin)
    assert (t_safe_p_value(estimate, margin) < alpha) == (interval.low > -margin)


@thorough
@given(estimates, st.floats(1e-4, 0.98))
def test_the_two_sided_p_value_goes_with_the_two_sided_interval(estimate, alpha):
    interval = t_interval(estimate, 1 - alpha)
    assume(min(abs(interval.low), abs(interval.high)) > 1e-9)
    assert (t_two_sided_p(estimate) < alpha) == (not interval.low <= 0 <= interval.high)


def test_models_that_never_differ_prove_only_what_their_number_allows():
    same = np.full(99, 0.7)
    estimate = mean_difference(same, same, None, None)
    assert (estimate.point, estimate.se) == (0.0, 0.0)
    assert t_safe_p_value(estimate, 0.03) == pytest.approx(0.97**99)  # just below 5%: the rule of three
    assert (t_harm_p_value(estimate, 0.03), t_two_sided_p(estimate)) == (1.0, 1.0)
    interval = t_interval(estimate, 0.90)
    assert interval.method == "no-spread"
    assert (interval.low, interval.high) == pytest.approx((-0.0298, 0.0298), abs=5e-5)


def test_a_few_heavy_items_that_agree_prove_little():
    weights = np.r_[np.full(5, 1000.0), np.ones(995)]
    estimate = mean_difference(np.ones(1000), np.ones(1000), weights, None)
    assert estimate.effective == pytest.approx(7.2, abs=0.05)
    assert t_safe_p_value(estimate, 0.03) > 0.5


def test_losing_everywhere_is_harm_only_if_seen_often_enough():
    once = mean_difference([1.0], [0.0], None, None)
    often = mean_difference(np.ones(10), np.zeros(10), None, None)
    assert t_harm_p_value(once, 0.03) == pytest.approx(1.03 / 2)
    assert t_harm_p_value(often, 0.03) == pytest.approx((1.03 / 2) ** 10)
    assert t_two_sided_p(often) == pytest.approx(2 / 2**10)


def test_one_cluster_has_no_standard_error_and_decides_nothing():
    estimate = mean_difference([1, 1, 0, 1], [0, 1, 0, 1], None, ["a"] * 4)
    assert (estimate.se, estimate.df, estimate.clusters) == (0.0, 0, 1)
    interval = t_interval(estimate, 0.90)
    assert interval.high - interval.low == pytest.approx(1.9)
    assert t_safe_p_value(estimate, 0.03) > 0.5 and t_harm_p_value(estimate, 0.03) > 0.5


def test_rounding_is_not_spread():
    teacher = np.array([0.1, 0.2, 0.3, 0.7])
    assert mean_difference(teacher, teacher + 0.1, [0.3, 1.7, 0.9, 1.1], None).se == 0.0


def test_one_heavy_cluster_leaves_few_degrees_of_freedom():
    # One cluster holds 10 of 20 items, ten hold one each: (1/2)^2 + 10 (1/20)^2 = 11/40.
    estimate = mean_difference(np.ones(20), np.arange(20) % 4 > 0, None, [0] * 10 + list(range(1, 11)))
    assert (estimate.clusters, estimate.df) == (11, pytest.approx(40 / 11 - 1))


@pytest.mark.parametrize(
    ("weights", "clusters", "effective"),
    [
        ([1, 1, 1, 1], None, 4.0),
        ([3, 1, 0.5, 0.5], None, 25 / 10.5),
        ([1, 1, 1, 1], ["a", "a", "b", "b"], 2.0),
        ([1, 1, 1, 1], ["a", "a", "a", "b"], 1.6),  # 16 / (9 + 1)
        ([1, 1, 1, 1], ["a", "a", None, None], 16 / 6),
    ],
)
def test_effective_n_by_hand(weights, clusters, effective):
    assert effective_n(weights, clusters) == pytest.approx(effective)


@thorough
@given(st.lists(st.tuples(st.floats(0.01, 100), st.integers(0, 4)), min_size=1, max_size=30))
def test_effective_n_is_capped_by_items_and_clusters(items):
    weights, clusters = zip(*items, strict=True)
    capped = effective_n(weights, clusters)
    assert 1 - 1e-9 <= capped <= effective_n(weights, None) + 1e-9 <= len(items) + 2e-9
    assert capped <= len(set(clusters)) + 1e-9


def test_limits_of_a_difference_stay_within_what_a_difference_can_be():
    scores = np.ones(33), np.r_[np.zeros(32), 1.0]
    for teacher, student in (scores, scores[::-1]):
        found = t_interval(mean_difference(teacher, student, None, np.arange(33) // 3), 0.90)
        assert -1 <= found.low < found.high <= 1
