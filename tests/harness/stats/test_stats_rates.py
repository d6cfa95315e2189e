import numpy as np
import pytest
from scipy.stats import binomtest

from harness.stats.clustered import effective_n
from harness.stats.rates import effective_items, interval, mean_share, upper_bound


@pytest.mark.parametrize(("broken", "n"), [(0, 100), (1, 100), (7, 40), (40, 40)])
def test_whole_counts_give_clopper_and_pearson(broken, n):
    exact = binomtest(broken, n).proportion_ci(0.90, method="exact")
    assert upper_bound(broken / n, n, 0.95).high == pytest.approx(exact.high)
    found = interval(broken / n, n, 0.90)
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))


def test_none_of_three_hundred_still_allows_one_percent():
    found = upper_bound(0.0, 300, 0.95)
    assert (found.point, found.low) == (0.0, None)
    assert found.high == pytest.approx(1 - 0.05 ** (1 / 300)) == pytest.approx(0.00994, abs=5e-6)


def test_equal_single_items_count_in_full():
    broken = np.arange(200) < 6
    assert effective_items(broken, None, None, 0.9) == pytest.approx(199)  # p q / se^2 with se^2 = p q / (n - 1)


def test_clusters_broken_whole_count_as_one_item_each():
    clusters = np.repeat(np.arange(40), 5)
    whole = np.repeat(np.arange(40) < 4, 5)
    assert effective_items(whole, None, clusters, 0.9) < 40 < effective_items(np.arange(200) % 10 == 0, None, None, 0.9)
    # Nothing broken: how the clusters hang together cannot be seen, so a cluster counts as one item.
    assert effective_items(np.zeros(200), None, clusters, 0.9) == pytest.approx(40)


def test_weights_move_the_mean_and_cost_items():
    broken, weights = np.r_[np.ones(5), np.zeros(95)], np.r_[np.full(5, 3.0), np.ones(95)]
    found = mean_share(broken, weights, None, 0.90)
    assert found.point == pytest.approx(15 / 110)
    assert found.high > interval(15 / 110, 100, 0.90).high


def test_averages_of_attempts_tell_more_than_yes_or_no():
    rng = np.random.default_rng(2)
    values = rng.binomial(8, 0.5, 100) / 8
    found, coarse = mean_share(values, None, None, 0.95), interval(values.mean(), 100, 0.95)
    assert found.high - found.low < 0.6 * (coarse.high - coarse.low)
    assert found.low < values.mean() < found.high


def test_a_mean_share_without_spread_keeps_the_doubt_of_its_size():
    assert mean_share(np.ones(50), None, None, 0.90).low == pytest.approx(0.05 ** (1 / 50))


@pytest.mark.slow
@pytest.mark.parametrize("alike", [0.0, 0.5, 1.0])
def test_the_upper_bound_of_a_rule_holds_whatever_clusters_are_like(alike):
    """4,000 samples of 20 clusters of 5, true rate 5%. By Korn and Graubard's number it holds in 89.6% at 0.5."""
    rng = np.random.default_rng(3)
    clusters = np.repeat(np.arange(20), 5)
    n = effective_n(np.ones(100), clusters)
    shape = {0.0: np.full((4000, 20), 0.05), 1.0: (rng.random((4000, 20)) < 0.05) * 1.0}
    shares = shape.get(alike, rng.beta(0.05, 0.95, (4000, 20)))  # an intraclass correlation of 1 / (0.05 + 0.95 + 1)
    rates = rng.binomial(5, shares).sum(axis=1) / 100
    held = sum(upper_bound(rate, n, 0.95).high >= 0.05 for rate in rates)
    assert binomtest(held, 4000, 0.95, alternative="less").pvalue > 0.01


@pytest.mark.parametrize("values", [[], [0.5, 1.5], [[0.1]], [float("nan")]])
def test_what_is_no_share_is_refused(values):
    with pytest.raises(ValueError, match=r"in \[0, 1\]"):
        mean_share(values, None, None, 0.95)
