import numpy as np
import pytest

from harness.stats.clustered import mean_difference
from harness.stats.wild import wild_bootstrap, wild_harm_p_value, wild_interval, wild_safe_p_value


def drawn(seed, groups, per=6):
    rng = np.random.default_rng(seed)
    clusters = np.repeat(np.arange(groups), rng.integers(1, per, groups))
    lean = rng.normal(0, 0.15, groups)[clusters]
    teacher = rng.random(clusters.size)
    return teacher, np.clip(teacher - 0.05 + lean, 0, 1), rng.gamma(2.0, size=clusters.size), clusters


def t_by_definition(teacher, student, weights, clusters, value, factors):
    """The t values of samples y = value + v_g u_i, by refitting each: the textbook's recipe, cluster by cluster."""
    share = weights / weights.sum()
    names, codes = np.unique(clusters, return_inverse=True)
    residual = student - teacher - value
    found = []
    for v in factors:
        y = value + v[codes] * residual
        mean = share @ y
        sums = np.bincount(codes, share * (y - mean))
        found.append((mean - value) / np.sqrt(names.size / (names.size - 1) * (sums @ sums)))
    return np.array(found)


@pytest.mark.parametrize("value", [0.0, -0.05, 0.1])
def test_every_pattern_of_signs_by_definition(value):
    teacher, student, weights, clusters = drawn(3, 9)
    found = wild_bootstrap(teacher, student, weights, clusters, seed=0)
    signs = np.array([[1 - 2 * ((n >> bit) & 1) for bit in range(9)] for n in range(2**9)], dtype=float)
    t = t_by_definition(teacher, student, weights, clusters, value, signs)
    own = t_by_definition(teacher, student, weights, clusters, value, np.ones((1, 9)))[0]
    assert found.factors == "rademacher" and found.sums.shape == (512, 7)
    if value <= 0:
        assert wild_safe_p_value(found, -value) == pytest.approx(np.mean(t >= own - 1e-9))
        assert wild_harm_p_value(found, -value) == pytest.approx(np.mean(t <= own + 1e-9))


def test_single_items_of_equal_weight_give_the_sign_flip_test():
    # Differences -1 -1 -1 -1 -1 -1 -1 -1 0: |sum| = 8 only if all eight signs agree: 2 of 256.
    found = wild_bootstrap(np.ones(9), np.r_[np.zeros(8), 1], None, None, seed=0)
    assert wild_harm_p_value(found, 0.0) == pytest.approx(1 / 256)


@pytest.mark.parametrize("groups", [5, 9, 20])
def test_interval_and_p_values_tell_one_story(groups):
    found = wild_bootstrap(*drawn(4, groups), seed=1)
    interval = wild_interval(found, 0.90)
    assert interval.low < interval.point < interval.high
    for margin in np.linspace(0, 0.5, 41):
        if min(abs(interval.low + margin), abs(interval.high + margin)) > 2e-3:
            assert (wild_safe_p_value(found, margin) <= 0.05) == (interval.low > -margin)
            assert (wild_harm_p_value(found, margin) <= 0.05) == (interval.high < -margin)


def test_many_equal_clusters_give_the_t_interval():
    rng = np.random.default_rng(5)
    teacher, student = rng.random(1200), rng.random(1200)
    clusters = np.arange(1200) % 300
    wild = wild_interval(wild_bootstrap(teacher, student, None, clusters, seed=2), 0.95)
    estimate = mean_difference(teacher, student, None, clusters)
    assert (wild.low, wild.high) == pytest.approx(
        (estimate.point - 1.968 * estimate.se, estimate.point + 1.968 * estimate.se), abs=0.15 * estimate.se
    )


def test_draws_are_seeded_and_few_clusters_use_webbs_factors():
    data = drawn(6, 6)
    one, same, other = (wild_bootstrap(*data, seed=seed, draws=300) for seed in (1, 1, 2))
    assert one.factors == "webb" and (one.sums == same.sums).all() and not (one.sums == other.sums).all()
    assert one.sums.shape == (301, 7)
    assert np.mean(np.square(one.sums[1:, 3])) == pytest.approx(np.sum(weights_squared(data)), rel=0.3)


def weights_squared(data):
    """Variance of the sum of v W^2 for factors of variance 1."""
    _, _, weights, clusters = data
    return (np.bincount(clusters, weights) / weights.sum()) ** 4


def test_blocks_change_nothing(monkeypatch):
    data = drawn(7, 30)
    whole = wild_bootstrap(*data, seed=3, draws=50)
    monkeypatch.setattr("harness.stats.wild._BLOCK", 100)
    np.testing.assert_allclose(wild_bootstrap(*data, seed=3, draws=50).sums, whole.sums, atol=1e-15)


def test_models_that_never_differ_prove_nothing():
    found = wild_bootstrap(np.ones(20), np.ones(20), None, np.arange(20), seed=0)
    assert wild_safe_p_value(found, 0.0) == wild_harm_p_value(found, 0.0) == 1.0


def test_too_few_clusters_leave_a_limit_open():
    found = wild_bootstrap([1, 1, 1], [0, 1, 1], None, None, seed=0)
    assert wild_interval(found, 0.999).low is None


@pytest.mark.parametrize(("clusters", "draws"), [(["a", "a"], 99), (None, 0)])
def test_one_cluster_or_no_draw_is_refused(clusters, draws):
    with pytest.raises(ValueError, match="two clusters and one draw"):
        wild_bootstrap([1, 0], [0, 1], None, clusters, seed=0, draws=draws)
