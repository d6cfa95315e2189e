import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binomtest

from harness.stats.cliff import find_cliff
from harness.stats.inputs import paired_scores


def ladder(seed, per, gap, levels=9, clusters=None):
    """Items of difficulty 1..levels; the teacher falls from 98% to 60%, the student by `gap` logits more."""
    rng = np.random.default_rng(seed)
    difficulty = np.repeat(np.arange(1.0, levels + 1), per)
    easy = 4 - 3.6 * (difficulty - 1) / (levels - 1)
    luck = rng.random(difficulty.size)  # both models see the same item: right and wrong go together

    def answers(logit):
        own = rng.random(difficulty.size)
        return (np.where(rng.random(difficulty.size) < 0.7, luck, own) < expit(logit)).astype(float)

    labels = None if clusters is None else rng.integers(0, clusters, difficulty.size)
    return difficulty, paired_scores(answers(easy), answers(easy - gap(difficulty)), None, labels)


def smooth(difficulty):
    return 0.2 + 0.15 * difficulty


def level(difficulty):
    return np.full(difficulty.size, 0.5)


def cliff_after_six(difficulty):
    return 0.2 + 1.2 * np.maximum(difficulty - 6, 0)


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_cliff_is_found_where_it_stands(seed):
    found = find_cliff(*ladder(seed, 200, cliff_after_six), seed=seed)
    assert found.found == "cliff" and found.bic_broken < found.bic_straight
    assert abs(found.knot.point - 6) <= 1
    assert found.knot.low <= found.knot.point <= found.knot.high
    assert found.drop.high < -0.15 and found.drop.low < found.drop.point
    assert [rung.n for rung in found.levels] == [200] * 9


def test_clusters_are_resampled_whole():
    found = find_cliff(*ladder(1, 120, cliff_after_six, clusters=100), seed=0)
    assert found.found == "cliff" and found.drop.method == "cluster-bootstrap"


def test_a_plain_bend_of_accuracy_is_no_cliff():
    """A gap that is straight in logits widens in points where the teacher falls: that is difficulty, not a cliff."""
    found = find_cliff(*ladder(2, 2000, smooth), seed=0)
    points = [rung.student - rung.teacher for rung in found.levels]
    assert found.found == "none" and min(points) < 3 * points[0]


def test_a_gap_that_closes_is_no_cliff():
    found = find_cliff(*ladder(3, 400, lambda d: 3.0 - 0.5 * np.minimum(d, 5)), seed=0)
    assert found.found == "none"


def false_cliffs(runs, per, gap):
    return sum(find_cliff(*ladder(seed + 500, per, gap), seed=seed).found == "cliff" for seed in range(runs))


@pytest.mark.parametrize("gap", [smooth, level])
def test_without_a_cliff_none_is_found(gap):
    """200 replications of 540 items: the binomial interval of the false finds must hold 5% or lie below."""
    assert binomtest(false_cliffs(200, 60, gap), 200).proportion_ci(0.95).low <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize("per", [25, 100, 1000])
@pytest.mark.parametrize("gap", [smooth, level])
def test_without_a_cliff_none_is_found_at_any_size(per, gap):
    """1,000 replications each."""
    assert binomtest(false_cliffs(1000, per, gap), 1000).proportion_ci(0.95).low <= 0.05


@pytest.mark.slow
def test_the_interval_of_the_drop_holds_the_drop():
    """300 planted cliffs of 1,800 items, the true drop known from 405,000 items: 90% or more of those found hold it."""
    difficulty, scores = ladder(0, 45_000, cliff_after_six)
    above = difficulty > 6
    difference = scores.student - scores.teacher
    truth = difference[above].mean() - difference[~above].mean()
    found = [find_cliff(*ladder(seed + 1, 200, cliff_after_six), seed=seed) for seed in range(300)]
    held = [f.drop.low <= truth <= f.drop.high for f in found if f.drop is not None]
    assert len(held) > 285
    assert np.mean(held) > 0.9


def test_few_levels_and_few_items_abstain():
    difficulty, scores = ladder(1, 100, smooth, levels=5)
    found = find_cliff(difficulty, scores, seed=0)
    assert (found.found, found.bic_straight, found.knot) == ("abstained", None, None)
    assert "5 levels" in found.reason
    assert find_cliff(*ladder(1, 10, smooth, levels=9), seed=0).found == "abstained"  # joined by twos: four levels


def test_many_small_levels_are_joined():
    rng = np.random.default_rng(4)
    difficulty = rng.random(600)
    teacher = (rng.random(600) < 0.9).astype(float)
    found = find_cliff(difficulty, paired_scores(teacher, teacher, None, None), seed=0)
    assert found.found == "none" and len(found.levels) == 12
    assert min(rung.n for rung in found.levels) >= 50
    assert [rung.difficulty for rung in found.levels] == sorted(rung.difficulty for rung in found.levels)


@pytest.mark.parametrize(
    ("difficulty", "student", "message"),
    [([1, 2], [0, 1, 1], "one finite"), ([1, 2, np.nan], [0, 1, 1], "finite"), ([1, 2, 3], [0, 1, 2], r"in \[0, 1\]")],
)
def test_what_is_no_ladder_is_refused(difficulty, student, message):
    with pytest.raises(ValueError, match=message):
        find_cliff(difficulty, paired_scores([1, 1, 1], student, None, None), seed=0)
