"""The draw: sizes, weights and probabilities, and that weighted accuracy estimates accuracy on the traffic."""

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from harness.errors import UsageError
from harness.stats.clustered import mean_difference, t_interval
from suites.production.draw import allocate, draw, inclusion_probabilities

DRAWS, MANY = 1000, 4000  # seeds from 0 on
BLOCK = 500
TAILS = (1.8, 4.0)  # exponents: a tenth of the requests with most of the traffic, and hardly any repeated


def population(tail: float = 1.8, n: int = 6000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Strata of very different sizes, traffic with a long tail, and scores that depend on both. Shapes (n,)."""
    rng = np.random.default_rng(11)
    strata = rng.choice(8, n, p=[0.5, 0.2, 0.12, 0.08, 0.05, 0.03, 0.015, 0.005])
    traffic = np.minimum(rng.zipf(tail, n), 400).astype(np.float64)
    skill = 0.55 + 0.05 * strata + 0.08 * np.log(traffic) / np.log(400)
    return strata.astype(np.int64), traffic, (rng.random(n) < skill).astype(np.float64)


@cache
def estimates(tail: float, draws: int = DRAWS) -> tuple[np.ndarray, np.ndarray, float]:
    """Point and 95% limits of n draws, shapes (n,) and (n, 2), and the accuracy on the whole traffic."""
    strata, traffic, scores = population(tail)
    points, limits = [], []
    for seed in range(draws):
        drawn = draw(strata, traffic, 600, 20, seed)
        estimate = mean_difference(np.zeros(600), scores[drawn.rows], drawn.weights, None)
        interval = t_interval(estimate, 0.95)
        points.append(interval.point)
        limits.append((interval.low, interval.high))
    return np.array(points), np.array(limits), float(np.average(scores, weights=traffic))


def errors_off(points: np.ndarray, truth: float) -> float:
    """The mean's distance from the truth in standard errors."""
    return float((points.mean() - truth) / points.std(ddof=1) * math.sqrt(points.size))


@pytest.mark.parametrize("tail", TAILS)
def test_weighted_accuracy_is_unbiased_for_the_traffic(tail: float) -> None:
    points, _, truth = estimates(tail)
    assert abs(errors_off(points, truth)) < 4
    assert abs(points.mean() - truth) < 0.004


@pytest.mark.slow
@pytest.mark.parametrize("tail", TAILS)
def test_many_draws_leave_no_bias(tail: float) -> None:
    """Of 8 blocks of 500 draws each lies outside 2 standard errors in one case of 20: three or more in 1 of 170."""
    points, _, truth = estimates(tail, MANY)
    assert abs(errors_off(points, truth)) < 4
    assert abs(points.mean() - truth) < 0.002
    assert sum(abs(errors_off(block, truth)) > 2 for block in points.reshape(-1, BLOCK)) <= 2


@pytest.mark.parametrize(("tail", "most"), [(1.8, 1.0), (4.0, 0.99)])
def test_its_interval_holds_the_truth_often_enough(tail: float, most: float) -> None:
    """A few requests that carry most of the traffic are always drawn; the interval takes them for chance, too."""
    _, limits, truth = estimates(tail)
    held = int(((limits[:, 0] <= truth) & (truth <= limits[:, 1])).sum())
    assert binomtest(held, DRAWS, 0.93, alternative="less").pvalue > 0.001
    assert held <= most * DRAWS


def test_without_the_weights_the_estimate_would_be_off() -> None:
    """The test of bias can fail: the plain mean of the same samples is biased by more than ten standard errors."""
    strata, traffic, scores = population()
    plain = np.array([scores[draw(strata, traffic, 600, 20, seed).rows].mean() for seed in range(100)])
    assert abs(plain.mean() - estimates(TAILS[0])[2]) > 10 * plain.std(ddof=1) / 10


def test_draws_follow_the_inclusion_probabilities() -> None:
    """Every row, those that are never drawn too, is drawn as often as its probability says, but for chance."""
    strata, traffic, _ = population(n=300)
    _, codes, counts = np.unique(strata, return_inverse=True, return_counts=True)
    sizes, _ = allocate(counts, np.bincount(codes, weights=traffic).astype(np.float64), 60, 4)
    chance = np.zeros(300)
    for code, size in enumerate(sizes):
        chance[codes == code] = inclusion_probabilities(traffic[codes == code], int(size))
    runs = 2000
    hits = np.zeros(300)
    for seed in range(runs):
        drawn = draw(strata, traffic, 60, 4, seed)
        hits[drawn.rows] += 1
        assert np.allclose(drawn.inclusion, chance[drawn.rows])
    assert chance.min() > 0
    error = np.sqrt(chance * (1 - chance) / runs)
    assert (np.abs(hits / runs - chance) <= 5 * error + 1e-9).all()


def test_weights_sum_to_the_traffic_of_every_stratum() -> None:
    strata, traffic, _ = population()
    drawn = draw(strata, traffic, 600, 20, 3)
    for code in range(8):
        assert math.fsum(drawn.weights[strata[drawn.rows] == code]) == traffic[strata == code].sum()
    assert math.fsum(drawn.weights) == traffic.sum()
    assert (drawn.rows[1:] > drawn.rows[:-1]).all()
    assert np.allclose(drawn.weights, traffic[drawn.rows] / drawn.inclusion)


def test_uncertain_samples_of_a_stratum_weigh_the_same() -> None:
    strata, traffic, _ = population()
    drawn = draw(strata, traffic, 600, 20, 3)
    for code in range(8):
        uncertain = drawn.weights[(strata[drawn.rows] == code) & (drawn.inclusion < 1)]
        assert np.allclose(uncertain, uncertain[:1])


def test_every_stratum_gets_its_floor_or_all_it_has() -> None:
    strata = np.repeat(np.arange(4), [5, 30, 1000, 3000])
    drawn = draw(strata, np.ones(4035), 400, 20, 1)
    counts = np.bincount(strata[drawn.rows]).tolist()
    assert counts[:2] == [5, 20]
    assert sum(counts) == 400
    assert counts[2] / counts[3] == pytest.approx(1 / 3, abs=0.01)  # the rest in proportion to traffic
    assert drawn.floor == 20


def test_a_floor_that_does_not_fit_is_lowered_and_told() -> None:
    strata = np.repeat(np.arange(10), 50)
    drawn = draw(strata, np.ones(500), 75, 20, 1)
    assert drawn.floor == 7
    assert np.bincount(strata[drawn.rows]).min() == 7
    assert drawn.rows.size == 75


def test_77_strata_with_a_floor_of_20_fill_1540_samples() -> None:
    strata = np.repeat(np.arange(77), 40)
    drawn = draw(strata, np.ones(3080), 1540, 20, 7)
    assert np.bincount(strata[drawn.rows]).tolist() == [20] * 77
    assert math.fsum(drawn.weights) == 3080


def test_all_are_taken_where_there_are_no_more() -> None:
    traffic = np.array([1.0, 5.0, 2.0])
    drawn = draw(np.array([4, 4, 9]), traffic, 100, 20, 1)
    assert drawn.rows.tolist() == [0, 1, 2]
    assert drawn.weights.tolist() == traffic.tolist()
    assert drawn.inclusion.tolist() == [1.0, 1.0, 1.0]


def test_a_seed_gives_one_draw() -> None:
    strata, traffic, _ = population()
    same = [draw(strata, traffic, 100, 5, 3).rows.tolist() for _ in range(2)]
    assert same[0] == same[1]
    assert same[0] != draw(strata, traffic, 100, 5, 4).rows.tolist()


def test_fractions_go_to_the_largest_remainders() -> None:
    sizes, floor = allocate(np.array([100, 100, 100]), np.array([45.0, 35.0, 20.0]), 11, 1)
    assert (sizes.tolist(), floor) == ([5, 4, 2], 1)  # 4.95, 3.85, 2.2


def test_what_carries_too_much_is_taken_for_certain() -> None:
    chance = inclusion_probabilities(np.array([100.0, 10.0, 1.0, 1.0, 1.0]), 3)
    assert chance.tolist() == pytest.approx([1, 1, 1 / 3, 1 / 3, 1 / 3])


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_sizes_and_weights_always_fit(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 60))
    strata = np.array(data.draw(st.lists(st.integers(0, 4), min_size=n, max_size=n)), dtype=np.int64)
    traffic = np.array(data.draw(st.lists(st.integers(1, 10_000), min_size=n, max_size=n)), dtype=np.float64)
    size = data.draw(st.integers(len(set(strata.tolist())), 80))
    drawn = draw(strata, traffic, size, data.draw(st.integers(0, 30)), data.draw(st.integers(0, 5)))
    assert drawn.rows.size == min(size, n) == len(set(drawn.rows.tolist()))
    assert (drawn.weights > 0).all()
    assert ((drawn.inclusion > 0) & (drawn.inclusion <= 1)).all()
    assert math.fsum(drawn.weights) == pytest.approx(traffic.sum(), rel=1e-12)
    assert (np.bincount(strata[drawn.rows], minlength=5)[np.unique(strata)] >= 1).all()


def test_too_few_samples_for_the_strata_are_refused() -> None:
    with pytest.raises(UsageError, match="3 samples cannot stand for 4 strata"):
        draw(np.arange(4), np.ones(4), 3, 1, 0)


@pytest.mark.parametrize("traffic", [[1.0, 0.0], [1.0, -1.0], [1.0, math.nan], [1.0, math.inf]])
def test_traffic_is_positive(traffic: list[float]) -> None:
    with pytest.raises(ValueError, match="positive"):
        draw(np.array([0, 1]), np.array(traffic), 2, 1, 0)


def test_shapes_must_fit() -> None:
    with pytest.raises(ValueError, match="shape"):
        draw(np.array([0, 1]), np.ones(3), 2, 1, 0)
