import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from harness.compared import PairedCells
from harness.stats.clustered import mean_difference, t_harm_p_value
from harness.stats.multiplicity import holm
from harness.stats.paired import cells, harm_p_value, interval, limits, mcnemar, newcombe, safe_p_value


def table(both, teacher_only, student_only, neither):
    return PairedCells(both=both, teacher_only=teacher_only, student_only=student_only, neither=neither)


def swapped(pairs):
    return table(pairs.both, pairs.student_only, pairs.teacher_only, pairs.neither)


GSM8K = [  # both/b/c/neither, delta, its 95% limits and McNemar's p on published solutions
    (table(436, 306, 79, 498), (-0.17210, -0.19948, -0.14420), 1.24e-32),
    (table(198, 260, 88, 773), (-0.13040, -0.15715, -0.10346), 7.47e-21),
    (table(382, 360, 76, 501), (-0.21531, -0.24375, -0.18621), 2.89e-45),
]
LEVEL_1 = table(32, 8, 1, 2)  # MATH-500 level 1: 8 lost, 1 gained of 43
MATH_500 = table(229, 57, 71, 143)

counts = st.integers(0, 60)
tables = st.builds(table, counts, counts, counts, counts).filter(lambda pairs: pairs.n > 0)
margins = st.floats(0, 1)
levels = st.floats(0.05, 0.999)
thorough = settings(deadline=None, max_examples=60)


@pytest.mark.parametrize(("pairs", "limits", "_p"), GSM8K)
def test_newcombe_on_published_solutions(pairs, limits, _p):
    interval = newcombe(pairs, 0.95)
    assert (interval.point, interval.low, interval.high) == pytest.approx(limits, abs=5e-6)
    assert interval.method == "newcombe-paired"


@pytest.mark.parametrize(("pairs", "_limits", "p"), GSM8K)
def test_mcnemar_on_published_solutions(pairs, _limits, p):
    assert mcnemar(pairs) == pytest.approx(p, rel=5e-3)


@pytest.mark.parametrize(
    ("pairs", "limits"),
    [
        (table(36, 2, 12, 0), (0.0569, 0.3404)),  # Newcombe (1998), Statistics in Medicine 17:2635-2650
        (table(1, 1, 7, 12), (0.0256, 0.5069)),  # Fagerland et al. (2014), Statistics in Medicine 33:2850-2875
        (table(30, 0, 0, 0), (-0.1135, 0.1135)),  # by hand: phi 0, z^2 / (n + z^2)
        (table(0, 30, 0, 0), (-1.0, -0.8395)),  # by hand: the same times the square root of 2
    ],
)
def test_newcombe_on_textbook_tables(pairs, limits):
    interval = newcombe(pairs, 0.95)
    assert (interval.low, interval.high) == pytest.approx(limits, abs=5e-5)


@pytest.mark.parametrize(
    ("lost", "gained", "p"),
    [(0, 0, 1.0), (3, 3, 1.0), (5, 0, 2 / 32), (8, 1, 20 / 512), (1, 8, 20 / 512)],
)
def test_mcnemar_by_hand(lost, gained, p):
    assert mcnemar(table(10, lost, gained, 10)) == pytest.approx(p)


def test_cells_count_who_was_right():
    assert cells([1, 1, 1, 0, 0], [1, 0, 0, 1, 0]) == table(1, 2, 1, 1)
    assert cells(np.array([True, False]), np.array([True, True])) == table(1, 0, 1, 0)


@pytest.mark.parametrize(
    ("teacher", "student", "message"),
    [([1, 0.5], [1, 0], "scores of 0 or 1"), ([1, 0], [1, 2], "scores of 0 or 1"), ([], [], "at least one")],
)
def test_cells_refuse_what_is_not_right_or_wrong(teacher, student, message):
    with pytest.raises(ValueError, match=message):
        cells(teacher, student)


@pytest.mark.parametrize("estimate", [newcombe, harm_p_value, safe_p_value])
def test_nothing_was_compared(estimate):
    with pytest.raises(ValueError, match="at least one pair"):
        estimate(table(0, 0, 0, 0), 0.5)


def test_the_loss_at_level_1_is_unconfirmed():
    assert harm_p_value(LEVEL_1, 0.03) == pytest.approx(0.0312, abs=5e-5)
    assert 5 * harm_p_value(LEVEL_1, 0.03) == pytest.approx(0.156, abs=5e-4)  # Holm's first step over five levels


@pytest.mark.parametrize(
    ("pairs", "margin", "harm", "safe"),
    [
        (table(97, 3, 0, 0), 0.03, 1.0, 0.64725),  # the point is the margin; P(Bin(100, 3%) <= 3)
        (table(0, 10, 0, 0), 1.0, 1.0, 1.0),  # nothing is worse than losing everything
        (table(50, 0, 0, 50), 1.0, 1.0, 0.0),  # and no level reaches that far from agreement
        (table(50, 0, 0, 50), 0.0, 1.0, 1.0),
    ],
)
def test_margin_tests_at_their_edges(pairs, margin, harm, safe):
    assert (harm_p_value(pairs, margin), safe_p_value(pairs, margin)) == pytest.approx((harm, safe), abs=1e-5)


def test_p_values_stay_distinct_far_in_the_tail():
    assert 0 < harm_p_value(table(0, 500, 0, 0), 0.0) < harm_p_value(table(0, 300, 0, 0), 0.0) < 1e-100


@pytest.mark.parametrize("margin", [-0.1, 3])
@pytest.mark.parametrize("p_value", [harm_p_value, safe_p_value])
def test_a_margin_outside_the_scale_is_refused(p_value, margin):
    with pytest.raises(ValueError, match="outside"):
        p_value(LEVEL_1, margin)


@pytest.mark.parametrize("estimate", [newcombe, interval])
@thorough
@given(tables, levels, levels)
def test_the_interval_holds_its_point_stays_in_range_and_widens(estimate, pairs, level, other):
    narrow, wide = (estimate(pairs, x) for x in sorted((level, other)))
    assert wide.low <= narrow.low <= narrow.point <= narrow.high <= wide.high
    assert max(-wide.low, wide.high) <= 1 + 1e-12


@pytest.mark.parametrize("estimate", [newcombe, interval])
@thorough
@given(tables, levels)
def test_the_interval_mirrors_when_the_models_swap(estimate, pairs, level):
    one, other = estimate(pairs, level), estimate(swapped(pairs), level)
    assert (other.point, other.low, other.high) == pytest.approx((-one.point, -one.high, -one.low), abs=1e-12)


@thorough
@given(st.lists(tables, min_size=1, max_size=5), levels)
def test_many_tables_at_once_are_each_table_alone(several, level):
    stacked = [(p.both, p.teacher_only, p.student_only, p.neither) for p in several]
    low, high = limits(stacked, level)
    alone = [interval(pairs, level) for pairs in several]
    assert low == pytest.approx([i.low for i in alone], abs=1e-12)
    assert high == pytest.approx([i.high for i in alone], abs=1e-12)


@pytest.mark.parametrize("tables", [[[1, 2, 3]], [1, 2, 3, 4], [[0, 0, 0, 0]], [[5, -1, 0, 0]]])
def test_what_is_no_table_is_refused(tables):
    with pytest.raises(ValueError, match="four counts"):
        limits(tables, 0.9)


@thorough
@given(tables, margins, st.floats(1e-6, 0.49))
@example(LEVEL_1, 0.03, 0.05)
@example(table(229, 57, 71, 143), 0.03, 0.05)
@example(table(30, 0, 0, 30), 0.05, 0.05)
def test_interval_and_p_values_tell_one_story(pairs, margin, alpha):
    found = interval(pairs, 1 - 2 * alpha)
    harm, safe = harm_p_value(pairs, margin), safe_p_value(pairs, margin)
    assume(min(abs(found.low + margin), abs(found.high + margin)) > 1e-9)
    assert (harm < alpha) == (found.high < -margin)
    assert (safe < alpha) == (found.low > -margin)
    assert harm + safe > 1 - 1e-9


@thorough
@given(tables, st.floats(1e-6, 0.49))
def test_the_p_value_is_the_alpha_whose_limit_is_the_margin(pairs, alpha):
    losing = pairs if pairs.teacher_only >= pairs.student_only else swapped(pairs)
    assume(losing.teacher_only < losing.n)
    found = interval(losing, 1 - 2 * alpha)
    assert safe_p_value(losing, -found.low) == pytest.approx(alpha, rel=1e-6)
    if found.high <= 0:
        assert harm_p_value(losing, -found.high) == pytest.approx(alpha, rel=1e-6)


def test_no_loss_seen_allows_what_the_exact_test_allows():
    # Newcombe's limits for phi = 870/900: Wilson's half width 0.1039 times sqrt(2 (1 - phi)). But 0.9513^60 = 5%.
    pairs = table(30, 0, 0, 30)
    assert newcombe(pairs, 0.90).low == pytest.approx(-0.0268, abs=5e-5)
    assert (interval(pairs, 0.90).low, interval(pairs, 0.90).method) == (
        pytest.approx(-(1 - 0.05 ** (1 / 60))),
        "newcombe-guarded",
    )
    assert safe_p_value(pairs, 0.03) == pytest.approx(0.97**60)
    assert safe_p_value(table(50, 0, 0, 49), 0.03) < 0.05 < safe_p_value(table(50, 0, 0, 48), 0.03)


def test_many_losses_and_gains_leave_newcombe_alone():
    for pairs, _, _ in GSM8K:
        assert interval(pairs, 0.95) == newcombe(pairs, 0.95)


@thorough
@given(tables, margins, margins)
def test_a_wider_margin_makes_harm_harder_to_show(pairs, margin, other):
    small, large = sorted((margin, other))
    assert harm_p_value(pairs, small) <= harm_p_value(pairs, large) + 1e-12
    assert safe_p_value(pairs, large) <= safe_p_value(pairs, small) + 1e-12


def test_the_student_that_gains_overall_passes_at_three_points():
    """MATH-500 of the same two models: +2.8 points, and no loss of 3 points is left possible."""
    found = interval(MATH_500, 0.90)
    assert (found.point, found.low) == (pytest.approx(0.028), pytest.approx(-0.009, abs=1e-3))
    assert safe_p_value(MATH_500, 0.03) < 0.01 and harm_p_value(MATH_500, 0.03) > 0.99


def test_the_loss_at_level_1_is_suspected_by_every_method_and_by_none_after_holm():
    teacher, student = np.repeat([1.0, 1, 0, 0], (32, 8, 1, 2)), np.repeat([1.0, 0, 1, 0], (32, 8, 1, 2))
    by_t = t_harm_p_value(mean_difference(teacher, student, None, None), 0.03)
    by_score = harm_p_value(LEVEL_1, 0.03)
    assert 0.02 < by_t < 0.03 < by_score < 0.0315
    for p in (by_t, by_score):
        assert 0.11 < (holm([p, 0.5, 0.9, 1.0, 1.0])[0] or 0) < 0.16
    assert mcnemar(LEVEL_1) == pytest.approx(0.0391, abs=5e-5)
