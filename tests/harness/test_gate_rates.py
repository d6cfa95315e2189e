"""Caps and rules: passed when more is ruled out, failed when more is shown, and open in between."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from harness.compared import CheckTally, Tally
from harness.evaluation import Comparison, Slice, SuiteCard
from harness.gate import judge
from harness.gate_rates import percent_of
from harness.policy import Policy
from harness.policy_terms import Caps
from harness.records import Outcome
from harness.stats import rates
from harness.verdict import Decision, RequirementVerdict
from tests.harness.gate_cases import GOOD, asked, card, evaluation, found, judged, part, plain, table

quick = settings(deadline=None, max_examples=40)
ORDER: tuple[Decision, ...] = ("fail", "inconclusive", "pass")


def ended(n: int, outcome: Outcome, count: int, piece: Slice | None = None, failed: int | None = 0) -> Comparison:
    """Items whose models never differ; `count` of the student's answers ended so."""
    c = plain(table(n, 0, 0, 0), piece)
    shares: Mapping[Outcome, float] = {"correct": 1 - count / n, outcome: count / n}
    side = replace(c.pupil, outcomes={"correct": n - count, outcome: count}, shares=shares, failed=failed)
    return replace(c, pupil=side)


def capped(c: Comparison, percent: float, outcome: Outcome = "refused", **more: float) -> RequirementVerdict:
    policy = Policy(caps=Caps.model_validate({outcome: percent}), margin_points=50, **more)  # type: ignore[arg-type]
    return asked(judged([c], policy), f"caps.{outcome}")


@pytest.mark.parametrize(
    ("n", "count", "percent", "decision"),
    [
        (299, 0, 1, "pass"),  # none of 299 allows 0.997%
        (298, 0, 1, "inconclusive"),  # and none of 298 just over 1%: never refused is not enough
        (500, 4, 2, "pass"),
        (500, 5, 2, "inconclusive"),  # half the cap was seen, and 2.1% is still possible
        (500, 15, 2, "inconclusive"),  # 3% was seen: above the cap, but not shown
        (500, 17, 2, "fail"),
        (100, 1, 1, "inconclusive"),
        (100, 100, 99, "inconclusive"),
        (500, 500, 99, "fail"),
        (19, 0, 90, "inconclusive"),  # too few items for any verdict
        (19, 19, 1, "inconclusive"),
    ],
)
def test_a_cap_is_decided_by_exact_limits(n: int, count: int, percent: float, decision: str) -> None:
    assert capped(ended(n, "refused", count), percent).decision == decision


@quick
@given(st.integers(20, 800), st.floats(0, 1), st.sampled_from((0.5, 1.0, 5.0, 20.0, 80.0)))
def test_a_cap_says_what_the_binomial_test_says(n: int, share: float, percent: float) -> None:
    count = round(n * share)
    within = binomtest(count, n, percent / 100, alternative="less").pvalue <= 0.05
    over = binomtest(count, n, percent / 100, alternative="greater").pvalue <= 0.05
    expected = "pass" if within else "fail" if over else "inconclusive"
    assert capped(ended(n, "truncated", count), percent, "truncated").decision == expected


@quick
@given(st.integers(2, 400), st.floats(0, 1), st.floats(0.1, 99), st.floats(0.1, 99))
def test_a_higher_cap_never_makes_it_worse(n: int, share: float, one: float, two: float) -> None:
    c = ended(n, "unparsed", round(n * share))
    low, high = (capped(c, percent, "unparsed").decision for percent in sorted((one, two)))
    assert ORDER.index(low) <= ORDER.index(high)


def test_an_open_cap_says_how_many_more_items_would_tell() -> None:
    one = capped(ended(100, "refused", 0), 1)
    assert one.more_items == 199
    assert one.reason == (
        "math: 0% (90% interval 0% to 2.95%) of 100 answers are refusals; a share above 1% is neither shown nor ruled "
        "out; about 199 more items like these would tell"
    )
    assert capped(ended(299, "refused", 0), 1).decision == "pass"
    assert capped(ended(100, "refused", 1), 1).more_items is None  # at its cap, nothing tells
    assert capped(ended(19, "refused", 0), 1).reason == "math: no verdict from 19 items; at least 20 are asked for"


def test_clusters_count_as_one_item_each() -> None:
    c = ended(400, "refused", 0)
    assert capped(replace(c, clusters=30), 1).decision == "inconclusive"
    assert capped(replace(c, clusters=300), 1).decision == "pass"
    assert "no verdict from 7 clusters" in capped(replace(c, clusters=7), 90).reason


def test_shares_of_the_traffic_count_and_not_those_of_the_sample() -> None:
    c = ended(400, "refused", 40)
    heavy = replace(c, pupil=replace(c.pupil, shares={"correct": 1.0, "refused": 0.0}))
    assert (capped(c, 1).decision, capped(heavy, 1).decision) == ("fail", "pass")
    older = replace(c, pupil=replace(c.pupil, shares={}))
    assert (capped(older, 1).decision, capped(older, 1).seen) == ("fail", 0.1)


def test_a_student_is_judged_by_its_caps() -> None:
    refusing = [ended(500, "refused", 40)]
    verdict = judged(refusing, Policy(caps=Caps(refused=1)))
    assert (verdict.decision, verdict.reasons) == ("fail", (asked(verdict, "caps.refused").reason,))
    assert judged(refusing).decision == "pass"
    open_still = judged([ended(200, "refused", 1)], Policy(caps=Caps(refused=1), margin_points=5))
    assert (open_still.decision, found(open_still, "all").decision) == ("inconclusive", "pass")
    passed = judged([ended(500, "refused", 0)], Policy(caps=Caps(refused=1)))
    assert (passed.decision, len(passed.reasons)) == ("pass", 2)


def test_caps_of_an_advisory_suite_are_advice() -> None:
    refusing = [plain(GOOD, suite="code"), ended(500, "refused", 40)]
    verdict = judged(refusing, Policy(caps=Caps(refused=1), advisory=("math",)))
    assert verdict.reasons == ("code: how answers ended is not known",)
    assert len(verdict.warnings) == 1 and "a share above 1% is shown" in verdict.warnings[0]


def test_slices_have_caps_only_by_name_and_the_most_exact_counts() -> None:
    compared = [ended(500, "refused", 0), ended(500, "refused", 40, part("1")), ended(500, "refused", 40, part("2"))]
    assert judged(compared, Policy(caps=Caps(refused=1))).decision == "pass"
    named = judged(compared, Policy(caps=Caps(slices={"level": {"refused": 20}, "math: level=1": {"refused": 1}})))
    assert [(str(r.slice), r.decision, r.allowed) for r in named.requirements] == [
        ("level=1", "fail", 0.01),
        ("level=2", "pass", 0.2),
    ]


def test_many_claims_of_failure_are_corrected_and_passes_are_not() -> None:
    suspect = ended(500, "refused", 17)  # p = .03
    assert capped(suspect, 2).decision == "fail"
    three = judged([suspect], Policy(caps=Caps(refused=2, truncated=2, unparsed=2)))
    refused = asked(three, "caps.refused")
    assert refused.decision == "inconclusive" and "but not after correction for many claims" in refused.reason
    assert asked(three, "caps.truncated").decision == "pass"


@pytest.mark.parametrize(
    ("failed", "percent", "decision"),
    [(0, 0, "pass"), (1, 0, "inconclusive"), (5, 1, "pass"), (6, 1, "inconclusive"), (None, 50, "inconclusive")],
)
def test_our_failures_never_fail_a_student(failed: int | None, percent: float, decision: str) -> None:
    c = ended(500 - (failed or 0), "refused", 0, failed=failed)
    one = capped(c, percent, "failed")
    assert one.decision == decision
    if failed == 6:
        assert (
            one.reason
            == "math: we failed on 6 of 500 answers (1.2%), more than 1%, so too much is missing for a verdict"
        )


def ruled(n: int, broken: int, name: str = "polite", effective: float | None = None) -> Comparison:
    bound = rates.upper_bound(broken / n, n, 0.95)
    pupil = Tally(hits=n - broken, spurious=broken, missed=0, rate95=bound, effective_n=effective or float(n))
    c = plain(table(n, 0, 0, 0))
    return replace(c, checks=(CheckTally(name=name, kind="rule", n=n, teacher=pupil, pupil=pupil),))


@pytest.mark.parametrize(
    ("n", "broken", "percent", "decision"),
    [
        (300, 0, 1, "pass"),  # 0 of 300 allows about 1%
        (290, 0, 1, "inconclusive"),
        (300, 12, 1, "fail"),
        (300, 3, 2, "inconclusive"),
        (19, 0, 50, "inconclusive"),
    ],
)
def test_rules_are_held_to_their_highest_rate(n: int, broken: int, percent: float, decision: str) -> None:
    verdict = judged([ruled(n, broken)], Policy(rules={"polite": percent}, margin_points=50))
    assert asked(verdict, "rules.polite").decision == decision
    by_default = judged([ruled(n, broken)], Policy(other_rules=percent, margin_points=50))
    assert asked(by_default, "rules.polite").decision == decision


def test_a_rule_of_its_own_comes_before_that_of_all_others() -> None:
    policy = Policy(rules={"polite": 50}, other_rules=1)
    assert asked(judged([ruled(300, 60)], policy), "rules.polite").decision == "pass"
    assert asked(judged([ruled(300, 60, "short")], Policy(other_rules=1)), "rules.short").decision == "fail"
    assert judged([ruled(300, 60)]).requirements == ()


def test_the_number_of_independent_answers_counts() -> None:
    one = asked(judged([ruled(300, 0, effective=30.0)], Policy(rules={"polite": 1})), "rules.polite")
    assert (one.decision, one.more_items) == ("inconclusive", 269)
    few = asked(judged([ruled(300, 0, effective=12.0)], Policy(rules={"polite": 50})), "rules.polite")
    assert few.reason == 'math: the rule "polite": no verdict from 12 answers; at least 20 are asked for'


def test_a_rule_that_nobody_reported_is_not_passed() -> None:
    verdict = judged([ruled(300, 0)], Policy(rules={"polit": 1}))
    assert verdict.decision == "inconclusive"
    assert verdict.reasons == ('no answer was checked by the rule "polit"; did you mean "polite"?',)
    c = ruled(300, 0)
    unknown = replace(c, checks=(replace(c.checks[0], pupil=None),))
    assert asked(judged([unknown], Policy(rules={"polite": 1})), "rules.polite").decision == "inconclusive"
    older = replace(c.checks[0], pupil=Tally(hits=300, spurious=0, missed=0, rate95=c.checks[0].pupil.rate95))  # type: ignore[union-attr]
    assert judged([replace(c, checks=(older,))], Policy(rules={"polite": 1})).decision == "inconclusive"


def test_caps_and_rules_of_what_is_no_workload_are_advice() -> None:
    stress = replace(ended(500, "refused", 100), suite="math.stress")
    cards = tuple(
        SuiteCard(name=name, fingerprint=name, n=1, slices=(), kind=kind)  # type: ignore[arg-type]  # two of the kinds
        for name, kind in (("math", "workload"), ("math.stress", "stress"))
    )
    whole = replace(evaluation([ended(500, "refused", 0), stress], [card("small")]), suites=cards)
    (verdict,) = judge(whole, Policy(caps=Caps(refused=1)), "d").students
    assert (verdict.decision, len(verdict.warnings)) == ("pass", 1)


@pytest.mark.parametrize(
    ("share", "shown"), [(0.0, "0%"), (0.0295, "2.95%"), (0.02, "2%"), (1.0, "100.0%"), (0.123, "12.3%")]
)
def test_shares_as_people_read_them(share: float, shown: str) -> None:
    assert percent_of(share) == shown
