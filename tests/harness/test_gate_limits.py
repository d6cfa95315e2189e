"""Limits on time, tokens and money, and what errors cost: shown, ruled out, or open."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from harness.compared import PairedCells, Side, Spent, Spread
from harness.evaluation import Comparison
from harness.gate_limits import amount
from harness.policy import Policy
from harness.policy_terms import Costly, Limit, Limits
from harness.verdict import Decision, RequirementVerdict
from tests.harness.gate_cases import BAD, GOOD, UNSURE, asked, found, judged, part, plain, table

quick = settings(deadline=None, max_examples=40)
ORDER: tuple[Decision, ...] = ("fail", "inconclusive", "pass")


def took(side: Side, figure: Spent, mean: float, se: float, n: int = 1000) -> Side:
    spreads = {**side.spreads, figure: Spread(se=se, df=n - 1.0, n=n)}
    return replace(side, spreads=spreads, **{figure: mean})  # type: ignore[arg-type]  # the name of a figure


def timed(mean: float, se: float, teacher: float | None = None, n: int = 1000) -> Comparison:
    c = plain(GOOD)
    with_teacher = c.teacher if teacher is None else took(c.teacher, "latency_s", teacher, 0.0, n)
    return replace(c, teacher=with_teacher, pupil=took(c.pupil, "latency_s", mean, se, n))


def limited(c: Comparison, **limit: float) -> RequirementVerdict:
    return asked(judged([c], Policy(limits=Limits(latency_s=Limit(**limit)))), "limits.latency_s")


@pytest.mark.parametrize(
    ("mean", "se", "decision"),
    [
        (1.8, 0.1, "pass"),
        (1.85, 0.1, "inconclusive"),  # below the limit, and 2.01 is possible
        (2.1, 0.1, "inconclusive"),
        (2.2, 0.1, "fail"),
        (2.0, 0.0, "pass"),  # at most 2 is allowed
        (2.01, 0.0, "fail"),
        (2.0, 0.1, "inconclusive"),
    ],
)
def test_a_mean_is_held_to_an_amount(mean: float, se: float, decision: str) -> None:
    assert limited(timed(mean, se), at_most=2.0).decision == decision


def test_limits_say_what_the_t_test_says() -> None:
    seconds = [1.0 + 0.05 * (n % 17) for n in range(200)]
    c = timed(sum(seconds) / 200, float(stats.sem(seconds)), n=200)
    for most in (1.35, 1.38, 1.4, 1.42, 1.45):
        within = stats.ttest_1samp(seconds, most, alternative="less").pvalue <= 0.05
        over = stats.ttest_1samp(seconds, most, alternative="greater").pvalue <= 0.05
        assert limited(c, at_most=most).decision == ("pass" if within else "fail" if over else "inconclusive")


@pytest.mark.parametrize(
    ("teacher", "share", "decision"),
    [(4.0, 0.5, "pass"), (3.0, 0.5, "inconclusive"), (2.0, 0.5, "fail"), (0.0, 0.5, "fail")],
)
def test_a_mean_is_held_to_a_multiple_of_the_teachers(teacher: float, share: float, decision: str) -> None:
    one = limited(timed(1.5, 0.1, teacher), of_teacher=share)
    assert (one.decision, one.allowed) == (decision, share)
    assert one.seen == (1.5 / teacher if teacher else None)


def test_the_teachers_own_spread_counts() -> None:
    c = timed(1.5, 0.01, 4.0)
    assert limited(c, of_teacher=0.4).decision == "pass"
    doubtful = replace(c, teacher=took(c.teacher, "latency_s", 4.0, 1.0))
    assert limited(doubtful, of_teacher=0.4).decision == "inconclusive"


def test_both_limits_must_hold() -> None:
    policy = Policy(limits=Limits(latency_s=Limit(at_most=2, of_teacher=0.1)))
    verdict = judged([timed(1.5, 0.01, 4.0)], policy)
    assert [r.decision for r in verdict.requirements] == ["pass", "fail"]
    assert verdict.decision == "fail"
    assert verdict.reasons == (
        "math: answers take 1.5 s on average, 0.375 times the teacher's 4; more than 0.1 times the teacher's is shown",
    )


def test_a_mean_that_is_not_known_is_never_passed() -> None:
    c = timed(1.0, 0.01)
    cost = Policy(limits=Limits(cost_per_1000=Limit(at_most=5)))
    assert judged([c], cost).reasons == ("math: what answers cost (`endpoint.price` tells it) is not known",)
    relative = judged([c], Policy(limits=Limits(latency_s=Limit(of_teacher=0.5))))
    assert relative.reasons == ("math: the teacher's: how long answers take is not known",)
    no_spread = replace(c, pupil=replace(c.pupil, spreads={}))  # of an older viva
    assert limited(no_spread, at_most=100).decision == "inconclusive"


@pytest.mark.parametrize(("n", "df"), [(19, 18.0), (1, 0.0), (500, 0.0)])
def test_a_mean_of_too_few_is_never_passed(n: int, df: float) -> None:
    c = timed(1.0, 0.0, n=n)
    c = replace(c, pupil=replace(c.pupil, spreads={"latency_s": Spread(se=0.0, df=df, n=n)}))
    assert limited(c, at_most=100).decision == "inconclusive"
    assert limited(replace(timed(1.0, 0.0), clusters=7), at_most=100).decision == "inconclusive"


def test_costs_are_told_for_a_thousand_requests() -> None:
    c = plain(GOOD)
    c = replace(c, pupil=took(c.pupil, "cost", 0.003, 0.0001))
    one = asked(judged([c], Policy(limits=Limits(cost_per_1000=Limit(at_most=4)))), "limits.cost_per_1000")
    assert (one.decision, one.seen) == ("pass", pytest.approx(3.0))
    assert one.reason == "math: answers cost 3 for 1,000 requests; a mean above 4 for 1,000 requests is ruled out"


def test_an_open_limit_says_how_many_more_items_would_tell() -> None:
    """At 1,000 items 1.9 +- 0.1 is open; the error must fall to 0.1 / 1.645, for which it takes 2,706."""
    one = limited(timed(1.9, 0.1), at_most=2)
    assert (one.decision, one.more_items) == ("inconclusive", 1706)
    assert limited(timed(2.0, 0.1), at_most=2).more_items is None


@quick
@given(st.floats(0, 10), st.floats(0, 3), st.floats(0.1, 10), st.floats(0.1, 10))
def test_a_higher_limit_never_makes_it_worse(mean: float, se: float, one: float, two: float) -> None:
    for key in ("at_most", "of_teacher"):
        low, high = (limited(timed(mean, se, 2.0), **{key: most}).decision for most in sorted((one, two)))
        assert ORDER.index(low) <= ORDER.index(high)


def costing(cells: PairedCells, cap: float | None, per_error: float = 10.0) -> RequirementVerdict:
    policy = Policy(
        costly=(Costly(slice="level=1", per_error=per_error, cost_per_1000=cap),), other_slices="supporting"
    )
    return asked(judged([plain(GOOD), plain(cells, part("1"))], policy), "costly.level=1")


@pytest.mark.parametrize(
    ("cells", "cap", "decision"),
    [
        (GOOD, 300, "pass"),  # a loss of 3 points or more is ruled out
        (BAD, 300, "fail"),  # 19 points: 1,900 for 1,000 requests
        (UNSURE, 300, "inconclusive"),
        (BAD, 20_000, "pass"),  # more than all answers wrong
        (table(19, 0, 0, 0), 20_000, "inconclusive"),
    ],
)
def test_the_cost_of_errors_is_a_margin_in_other_words(cells: PairedCells, cap: float, decision: str) -> None:
    one = costing(cells, cap)
    assert one.decision == decision
    if cap < 10_000:
        by_margin = judged([plain(GOOD), plain(cells, part("1"))], Policy(margins={"level=1": cap / 100}))
        assert found(by_margin, "level=1").decision == decision


def test_a_cost_without_a_cap_is_shown_and_decides_nothing() -> None:
    one = costing(BAD, None)
    assert (one.tier, one.decision, one.seen) == ("advisory", "pass", pytest.approx(1900))
    assert one.reason.startswith(
        "math, level=1: wrong answers cost 1,900 more per 1,000 requests than the teacher's (90%"
    )
    assert one.reason.endswith("at 10 each")
    policy = Policy(costly=(Costly(slice="math", per_error=10),))
    assert judged([plain(GOOD)], policy).decision == "pass"


def test_an_undecided_cost_of_a_supporting_slice_leaves_the_student_undecided() -> None:
    compared = [plain(GOOD), plain(UNSURE, part("1"))]
    assert judged(compared).decision == "pass"
    costly = Costly(slice="level=1", per_error=10, cost_per_1000=300)
    assert judged(compared, Policy(costly=(costly,))).decision == "inconclusive"
    assert judged(compared, Policy(costly=(costly,), advisory=("level",))).decision == "pass"


@pytest.mark.parametrize("measure", ["agreement", "preference", "mixed"])
def test_what_is_no_accuracy_has_no_wrong_answers_to_pay_for(measure: str) -> None:
    c = replace(plain(GOOD), measure=measure)  # type: ignore[arg-type]  # one of the measures
    one = asked(judged([c], Policy(costly=(Costly(slice="math", per_error=1, cost_per_1000=900),))), "costly.math")
    assert one.decision == "inconclusive"


@quick
@given(st.integers(0, 60), st.integers(0, 60), st.floats(1, 9000), st.floats(1, 9000))
def test_a_higher_cost_allowed_never_makes_it_worse(lost: int, gained: int, one: float, two: float) -> None:
    cells = table(100, lost, gained, 20)
    low, high = (costing(cells, cap).decision for cap in sorted((one, two)))
    assert ORDER.index(low) <= ORDER.index(high)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (-0.0, "0"), (1234.5, "1,234"), (0.0375, "0.0375"), (-12.34, "−12.3"), (99.99, "100")],
)
def test_amounts_as_people_read_them(value: float, shown: str) -> None:
    assert amount(value) == shown
