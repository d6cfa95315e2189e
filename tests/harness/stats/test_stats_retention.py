import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import beta, multinomial, norm
from scipy.stats import t as student_t

from harness.compared import PairedCells
from harness.stats.clustered import mean_difference, t_interval
from harness.stats.retention import conditional, conditional_weighted, fieller, fieller_of_strata

thorough = settings(deadline=None, max_examples=50)
cell_counts = st.tuples(*[st.integers(0, 40)] * 4)


def outcomes(both, teacher_only, student_only, neither):
    """The 0/1 scores behind the four cells."""
    counts = (both, teacher_only, student_only, neither)
    return np.repeat([1.0, 1.0, 0.0, 0.0], counts), np.repeat([1.0, 0.0, 1.0, 0.0], counts)


@pytest.mark.parametrize(
    ("counts", "retention", "kept"),
    [
        ((436, 306, 79, 498), (0.69407, 0.65137, 0.73787), 0.58760),
        ((198, 260, 88, 773), (0.62445, 0.56277, 0.68938), 0.43231),
        ((382, 360, 76, 501), (0.61725, 0.57438, 0.66118), 0.51482),
    ],
)
def test_retention_on_published_solutions(counts, retention, kept):
    interval = fieller(*outcomes(*counts), None, None, 0.95)
    assert (interval.point, interval.low, interval.high) == pytest.approx(retention, abs=5e-6)
    cells = PairedCells(both=counts[0], teacher_only=counts[1], student_only=counts[2], neither=counts[3])
    assert conditional(cells, 0.95).point == pytest.approx(kept, abs=5e-6)
    assert conditional_weighted(*outcomes(*counts), None, None, 0.95).point == pytest.approx(kept, abs=5e-6)


def test_accuracy_kept_is_not_answers_kept():
    cells = PairedCells(both=38, teacher_only=12, student_only=7, neither=43)
    assert fieller(*outcomes(38, 12, 7, 43), None, None, 0.95).point == pytest.approx(0.90)
    assert conditional(cells, 0.95).point == pytest.approx(0.76)


@thorough
@given(cell_counts, st.floats(0.5, 0.99))
def test_fieller_solves_its_defining_equation(counts, level):
    assume(counts[0] + counts[1] > 0)
    teacher, student = outcomes(*counts)
    interval = fieller(teacher, student, None, None, level)
    assume(interval.method == "fieller")
    for limit in (interval.low, interval.high):
        residual = student - limit * teacher
        if limit > 0:  # a limit of 0 is cut
            z = abs(residual.mean()) / (residual.std(ddof=1) / residual.size**0.5)
            assert z == pytest.approx(norm.isf((1 - level) / 2), rel=1e-6)


@thorough
@given(cell_counts, st.floats(0.5, 0.99), st.floats(0.5, 0.99))
def test_fieller_holds_its_point_and_widens(counts, level, other):
    assume(counts[0] + counts[1] > 0)
    narrow, wide = (fieller(*outcomes(*counts), None, None, x) for x in sorted((level, other)))
    if wide.method == "fieller-unbounded":
        assert (wide.low, wide.high) == (None, None)
    else:
        assert 0 <= wide.low <= narrow.low + 1e-12 and narrow.high <= wide.high + 1e-12
        assert narrow.low <= narrow.point <= narrow.high


def test_fieller_and_delta_agree_on_whether_the_models_differ():
    teacher, student = outcomes(30, 9, 3, 12)
    clusters = np.arange(teacher.size) % 18
    estimate = mean_difference(teacher, student, None, clusters)
    for level in np.linspace(0.5, 0.99, 20):
        ratio, delta = fieller(teacher, student, None, clusters, level), t_interval(estimate, level)
        assert (ratio.high < 1) == (delta.high < 0)


def test_single_clusters_and_equal_weights_change_nothing():
    teacher, student = outcomes(30, 9, 3, 12)
    plain = fieller(teacher, student, None, None, 0.9)
    said = fieller(teacher, student, np.full(teacher.size, 0.3), np.arange(teacher.size), 0.9)
    assert (said.point, said.low, said.high) == pytest.approx((plain.point, plain.low, plain.high))


def test_few_clusters_widen_retention():
    teacher, student = outcomes(30, 9, 3, 12)
    plain = fieller(teacher, student, None, None, 0.9)
    clustered = fieller(teacher, student, None, np.arange(teacher.size) // 6, 0.9)
    assert clustered.low < plain.low < plain.high < clustered.high


@pytest.mark.parametrize(
    ("counts", "clusters"),
    [
        ((1, 1, 0, 30), None),  # 2 right of 32: the teacher may be near 0
        ((20, 5, 5, 10), ["one"] * 40),
        ((1, 0, 0, 0), None),
    ],
)
def test_retention_is_unbounded_when_the_teacher_may_be_near_zero(counts, clusters):
    interval = fieller(*outcomes(*counts), None, clusters, 0.95)
    assert (interval.low, interval.high, interval.method) == (None, None, "fieller-unbounded")
    assert interval.point == pytest.approx((counts[0] + counts[2]) / (counts[0] + counts[1]))


def test_perfect_retention_leaves_the_doubt_of_its_size():
    small, large = (fieller(*outcomes(n, 0, 0, n), None, None, 0.90) for n in (30, 300))
    assert small.point == large.point == 1.0 and small.method == "no-spread"
    assert small.low < large.low < 1.0 < large.high < small.high
    assert large.low == pytest.approx(1 - (1 - 0.05 ** (1 / 600)) / 0.5)


def test_nothing_retained_leaves_the_doubt_of_its_size():
    interval = fieller(*outcomes(0, 50, 0, 0), None, None, 0.90)
    assert (interval.point, interval.low) == (0.0, 0.0)
    assert interval.high == pytest.approx(1 - 0.05 ** (1 / 50))


@pytest.mark.parametrize("estimate", [fieller, conditional_weighted])
def test_a_teacher_that_is_never_right_retains_nothing_to_compare(estimate):
    with pytest.raises(ValueError, match="right somewhere"):
        estimate([0, 0], [1, 0], None, None, 0.95)


def test_conditional_retention_needs_a_right_teacher():
    with pytest.raises(ValueError, match="right somewhere"):
        conditional(PairedCells(both=0, teacher_only=0, student_only=3, neither=1), 0.95)


@pytest.mark.parametrize("level", [0.0, 1.0, 95])
def test_levels_are_checked(level):
    with pytest.raises(ValueError, match="strictly between"):
        fieller([1, 0], [1, 0], None, None, level)


def test_conditional_weighted_by_hand():
    # Shares .6, .2, .2 where the teacher is right, the student 0, 1, 1: 2/5. Left out one by one: 1, 1/4, 1/4.
    interval = conditional_weighted([1, 1, 1, 0], [0, 1, 1, 1], [3, 1, 1, 9], None, 0.25)
    half = student_t.isf(0.375, 1 / 0.44 - 1) * (2 / 3 * (0.6**2 + 0.15**2 + 0.15**2)) ** 0.5
    assert (interval.point, interval.low, interval.high) == pytest.approx((0.4, 0.4 - half, 0.4 + half), abs=1e-5)


def test_conditional_weighted_stays_a_share_and_never_certain():
    teacher, student = outcomes(30, 1, 0, 10)
    assert conditional_weighted(teacher, student, None, None, 0.95).high == 1.0
    kept = conditional_weighted(*outcomes(30, 0, 0, 10), None, None, 0.90)
    assert (kept.point, kept.high, kept.method) == (1.0, 1.0, "no-spread")
    assert kept.low == pytest.approx(0.05 ** (1 / 30))


def test_large_samples_make_the_two_conditional_intervals_one():
    counts = (4360, 3060, 790, 4980)
    cells = PairedCells(both=counts[0], teacher_only=counts[1], student_only=counts[2], neither=counts[3])
    one, other = conditional(cells, 0.95), conditional_weighted(*outcomes(*counts), None, None, 0.95)
    assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=2e-4)


def missed(n, probabilities, level):
    """The exact probability that the interval lies above the true ratio, and below it, over all tables that matter."""
    both, lost, gained, _ = probabilities
    truth, above, below = (both + gained) / (both + lost), 0.0, 0.0
    gains = range(n + 1) if gained else (0,)
    for table in ((a, b, c, n - a - b - c) for c in gains for b in range(n + 1 - c) for a in range(n + 1 - b - c)):
        chance = multinomial.pmf(table, n, probabilities)
        if chance < 1e-6 or table[0] + table[1] == 0:
            continue
        found = fieller(*outcomes(*table), None, None, level)
        above += chance * (found.low is not None and found.low > truth + 1e-12)
        below += chance * (found.high is not None and found.high < truth - 1e-12)
    return above, below


def test_rare_losses_are_not_read_as_none():
    """Without the guard, 19.0% of these samples put the whole 90% interval above the truth (nominal: 5%)."""
    above, below = missed(60, (0.94, 0.05, 0.0, 0.01), 0.90)
    assert 0.005 < above < 0.065 and below < 0.065


@pytest.mark.slow
@pytest.mark.parametrize("n", [30, 60, 100])
@pytest.mark.parametrize("probabilities", [(0.96, 0.03, 0.0, 0.01), (0.45, 0.05, 0.01, 0.49), (0.6, 0.1, 0.05, 0.25)])
def test_the_ratio_is_rarely_missed_on_either_side(n, probabilities):
    above, below = missed(n, probabilities, 0.90)
    assert above < 0.067 and below < 0.067


def test_the_guard_is_the_exact_limit_of_the_lost_answers():
    found = fieller(*outcomes(56, 1, 0, 3), None, None, 0.90)
    assert found.method == "fieller-guarded"
    assert found.low == pytest.approx(1 - beta.isf(0.05, 2, 56))  # Clopper and Pearson: 1 lost of 57


def test_weights_and_clusters_are_guarded_too():
    teacher, student = outcomes(56, 1, 1, 2)
    clusters = np.arange(60) // 2
    found = fieller(teacher, student, np.linspace(1, 2, 60), clusters, 0.90)
    assert found.method == "fieller-guarded"
    delta = t_interval(mean_difference(teacher, student, np.linspace(1, 2, 60), clusters), 0.90)
    assert (found.high < 1) == (delta.high < 0) and found.low < 1


def test_many_losses_need_no_guard():
    assert fieller(*outcomes(436, 306, 79, 498), None, None, 0.95).method == "fieller"


def stratum(both, teacher_only, student_only, neither):
    return PairedCells(both=both, teacher_only=teacher_only, student_only=student_only, neither=neither)


@pytest.mark.parametrize("counts", [(436, 306, 79, 498), (56, 1, 0, 3), (30, 0, 0, 10), (3, 1, 1, 40)])
def test_one_stratum_is_pooled_to_itself(counts):
    alone, pooled = fieller(*outcomes(*counts), None, None, 0.95), fieller_of_strata([stratum(*counts)], 0.95)
    assert pooled.method == alone.method
    assert (pooled.point, pooled.low, pooled.high) == pytest.approx((alone.point, alone.low, alone.high))


def test_strata_by_hand():
    """500 items at 90% and 80%, 1,000 at 80% and 60%: each suite counts alike, so 140 of 170 are retained.

    The limits are those of the linearised ratio, from which Fieller's differ little at such numbers.
    """
    strata = [stratum(350, 100, 50, 0), stratum(500, 300, 100, 100)]
    found = fieller_of_strata(strata, 0.95)
    assert (found.method, found.point) == ("fieller", pytest.approx(14 / 17))
    kept, lost = 3 / 17, -14 / 17  # student less ratio times teacher: both right, and only the teacher; 1 where gained
    first = 0.7 * kept**2 + 0.2 * lost**2 + 0.1 - (0.7 * kept + 0.2 * lost + 0.1) ** 2
    second = 0.5 * kept**2 + 0.3 * lost**2 + 0.1 - (0.5 * kept + 0.3 * lost + 0.1) ** 2
    se = ((first / 499 + second / 999) / 4) ** 0.5 / 0.85
    assert (found.low, found.high) == pytest.approx((14 / 17 - 1.96 * se, 14 / 17 + 1.96 * se), abs=1e-3)


def test_strata_that_tell_nothing_are_refused():
    for strata in ([], [stratum(1, 0, 0, 0)], [stratum(0, 0, 3, 3)]):
        with pytest.raises(ValueError, match="retention needs"):
            fieller_of_strata(strata, 0.95)
