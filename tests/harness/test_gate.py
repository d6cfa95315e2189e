"""The gate passes on evidence, fails on evidence, and says that it does not know in all other cases."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from harness.collect import Collected
from harness.compare import compare, suite_card
from harness.compared import PairedCells
from harness.errors import UsageError
from harness.evaluation import Comparison, MimicryLabel, Profile, Slice, Style, SuiteCard
from harness.gate import judge, worst
from harness.gate_words import points
from harness.plan import SuiteSpec
from harness.policy import Policy
from harness.protocols import Loaded
from harness.records import Grade, Sample
from harness.stats import clustered
from harness.suite import make_suite
from harness.verdict import Decision, StudentVerdict, Verdict
from tests.harness.gate_cases import (
    BAD,
    GOOD,
    LEVELS,
    MATH500,
    UNSURE,
    WORSE_PERHAPS,
    card,
    evaluation,
    found,
    judged,
    part,
    plain,
    table,
)

ROUNDING = 1e-7


@pytest.mark.parametrize(
    ("cells", "margin", "decision"),
    [
        (GOOD, 3, "pass"),
        (MATH500, 3, "pass"),
        (MATH500, 0.5, "inconclusive"),  # 2.8 points better, yet 0.9 worse is not ruled out
        (table(500, 0, 0, 0), 3, "pass"),
        (table(50, 0, 0, 0), 3, "inconclusive"),  # never wrong in 50 leaves about 3 / 50
        (table(440, 20, 20, 20), 3, "pass"),
        (table(440, 30, 10, 20), 3, "inconclusive"),  # 4 points lost
        (UNSURE, 3, "inconclusive"),
        (table(80, 8, 2, 10), 3, "inconclusive"),  # 6 points lost of 100: more than the margin, but not shown
        (BAD, 3, "fail"),
        (BAD, 18, "inconclusive"),
        (BAD, 22, "pass"),
        (table(0, 500, 0, 0), 3, "fail"),
        (table(0, 0, 500, 0), 3, "pass"),
    ],
)
def test_the_decision_on_plain_pairs(cells: PairedCells, margin: float, decision: str) -> None:
    verdict = judged([plain(cells)], Policy(margin_points=margin))
    assert verdict.decision == verdict.slices[0].decision == decision
    assert verdict.reasons == (verdict.slices[0].reason,)


counts = st.integers(0, 120)
tables = st.builds(table, counts, counts, counts, counts).filter(lambda cells: cells.n > 0)
margins = st.sampled_from((0.5, 1.0, 3.0, 5.0, 10.0, 30.0))
quick = settings(deadline=None, max_examples=20)


@quick
@given(tables, margins, st.integers(2, 60))
@example(GOOD, 3.0, 20)
@example(BAD, 3.0, 20)
def test_a_decision_and_the_interval_beside_it_never_disagree(cells: PairedCells, margin: float, least: int) -> None:
    c = plain(cells)
    (verdict,) = judged([c], Policy(margin_points=margin, min_items=least)).slices
    assert c.delta90 is not None and c.delta90.low is not None and c.delta90.high is not None
    if cells.n < least:
        assert verdict.decision == "inconclusive"
    elif verdict.decision == "pass":
        assert c.delta90.low > -margin / 100 - ROUNDING
    elif verdict.decision == "fail":
        assert c.delta90.high < -margin / 100 + ROUNDING
    else:
        assert c.delta90.low < -margin / 100 + ROUNDING
        assert c.delta90.high > -margin / 100 - ROUNDING


@settings(deadline=None, max_examples=6)
@given(tables, margins)
def test_a_slice_that_passes_or_fails_has_its_interval_on_that_side(cells: PairedCells, margin: float) -> None:
    """In company, a slice needs more evidence to fail and just as much to pass."""
    company = [plain(LEVELS[level], part(level)) for level in "23"]
    c = plain(cells, part("1"))
    verdict = found(judged([*company, c], Policy(margin_points=margin)), "level=1")
    alone = found(judged([c], Policy(margin_points=margin)), "level=1")
    assert c.delta90 is not None and c.delta90.low is not None and c.delta90.high is not None
    assert (verdict.decision == "pass") == (alone.decision == "pass")
    if verdict.decision == "pass":
        assert c.delta90.low > -margin / 100 - ROUNDING
    if verdict.decision == "fail":
        assert alone.decision == "fail" and c.delta90.high < -margin / 100 + ROUNDING


@quick
@given(tables, margins, margins)
def test_a_wider_margin_never_takes_a_pass_away_nor_makes_a_failure(cells: PairedCells, one: float, two: float) -> None:
    narrow, wide = (judged([plain(cells)], Policy(margin_points=m)).decision for m in sorted((one, two)))
    order = ("fail", "inconclusive", "pass")
    assert order.index(narrow) <= order.index(wide)


def robust(
    teacher: Sequence[float], student: Sequence[float], weights: Sequence[float], clusters: Sequence[str] | None
) -> Comparison:
    """The comparison of weighted and clustered items, as `harness.compare` makes it."""
    samples = [
        Sample(id=f"s{n}", messages=(), weight=weight, cluster=clusters[n] if clusters else None)
        for n, weight in enumerate(weights)
    ]
    grades = [
        Grade(
            suite="math",
            sample=f"s{n}",
            model=name,
            attempt=0,
            outcome="correct" if score == 1 else "incorrect",
            score=score,
            answer=None,
            reason="",
            grader="g",
        )
        for name, scores in (("big", teacher), ("small", student))
        for n, score in enumerate(scores)
    ]
    suite = make_suite(SuiteSpec(name="math"), Loaded(samples=samples))
    found = Collected(suites=(suite,), models=[card("big", "teacher"), card("small")])
    return compare(found, grades, Policy())[0][0]


scores = st.sampled_from((0.0, 1.0, 1.0, 1.0, 0.5))
items = st.lists(
    st.tuples(scores, scores, st.sampled_from((1.0, 1.0, 2.0, 5.0)), st.integers(0, 30)), min_size=2, max_size=80
)


@quick
@given(items, margins, st.booleans())
def test_weighted_and_clustered_items_are_judged_as_their_interval_says(
    rows: list[tuple[float, float, float, int]], margin: float, in_clusters: bool
) -> None:
    teacher, student, weights, clusters = zip(*rows, strict=True)
    assume(any(t != s for t, s in zip(teacher, student, strict=True)))  # else see the test below
    c = robust(teacher, student, weights, [f"c{number}" for number in clusters] if in_clusters else None)
    (verdict,) = judged([c], Policy(margin_points=margin)).slices
    assert c.delta90 is not None and c.delta90.low is not None and c.delta90.high is not None
    if c.effective_n < 20 or (c.clusters is not None and c.clusters < 8):
        assert verdict.decision == "inconclusive"
    if verdict.decision == "pass":
        assert c.delta90.low > -margin / 100 - ROUNDING
    if verdict.decision == "fail":
        assert c.delta90.high < -margin / 100 + ROUNDING


def test_one_great_cluster_that_never_differs_proves_little() -> None:
    """940 of 1,000 items share a cluster: the interval counts 1.1 clusters and reaches to -0.93, the gate counts 61."""
    clusters = ["great"] * 940 + [f"c{n}" for n in range(60)]
    c = robust([1.0] * 1000, [1.0] * 1000, [1.0] * 1000, clusters)
    assert c.delta90 is not None and c.delta90.low is not None and c.delta90.low < -0.9
    assert judged([c], Policy(margin_points=5)).decision == "inconclusive"


@pytest.mark.parametrize(("clusters", "decision"), [(7, "inconclusive"), (8, "fail")])
def test_fewer_than_eight_clusters_decide_nothing(clusters: int, decision: str) -> None:
    names = [f"c{n % clusters}" for n in range(160)]
    c = robust([1.0] * 160, [float(n % 11 == 0) for n in range(160)], [1.0] * 160, names)
    verdict = judged([c])
    assert verdict.decision == decision
    assert ("no verdict from 7 clusters; at least 8 are needed" in verdict.reasons[0]) == (clusters == 7)


@pytest.mark.parametrize("cells", [table(19, 0, 0, 0), table(0, 19, 0, 0), table(0, 0, 19, 0), table(10, 3, 3, 3)])
def test_too_few_items_decide_nothing_whatever_they_show(cells: PairedCells) -> None:
    verdict = judged([plain(cells)], Policy(margin_points=60))
    assert verdict.decision == "inconclusive"
    assert verdict.reasons == ("math: no verdict from 19 items; at least 20 are asked for",)
    assert (verdict.slices[0].p_harm, verdict.slices[0].p_harm_adjusted) == (None, None)
    assert judged([plain(cells)], Policy(margin_points=60, min_items=19)).decision != "inconclusive" or cells.n != 19


def test_effective_items_are_what_counts() -> None:
    c = replace(plain(GOOD), effective_n=19.4)
    assert judged([c]).reasons == ("math: no verdict from 19 effective items; at least 20 are asked for",)


def test_what_is_too_small_to_judge_does_not_make_the_family_larger() -> None:
    tiny = [plain(table(10, 5, 0, 4), part(str(n), "tiny")) for n in range(20)]
    assert found(judged([plain(GOOD), plain(BAD, part("1")), *tiny]), "level=1").decision == "fail"
    one = found(judged([plain(GOOD), plain(WORSE_PERHAPS, part("1"))]), "level=1")
    many = found(judged([plain(GOOD), plain(WORSE_PERHAPS, part("1")), *tiny]), "level=1")
    assert many.p_harm_adjusted == one.p_harm_adjusted == one.p_harm


def test_a_critical_slice_that_is_undecided_leaves_the_student_undecided() -> None:
    comparisons = [plain(GOOD), plain(GOOD, part("1")), plain(UNSURE, part("2"))]
    verdict = judged(comparisons, Policy(critical=("level",)))
    assert verdict.decision == "inconclusive"
    assert [reason.startswith("math, level=2: 2.0 points worse") for reason in verdict.reasons] == [True]
    assert judged(comparisons).decision == "pass"
    assert judged(comparisons, Policy(critical=("level=1",))).decision == "pass"


def test_a_supporting_slice_fails_the_student_only_after_holm() -> None:
    one = [plain(GOOD), plain(WORSE_PERHAPS, part("1"))]
    assert judged(one).decision == "fail"
    level_1 = found(judged(one), "level=1")
    assert level_1.p_harm is not None and 0.01 < level_1.p_harm == level_1.p_harm_adjusted < 0.05

    two = [*one, plain(GOOD, part("2"))]
    corrected = found(judged(two), "level=1")
    assert corrected.p_harm_adjusted == pytest.approx(2 * level_1.p_harm)
    assert (judged(two).decision, corrected.decision) == ("pass", "inconclusive")
    assert "an unconfirmed loss: more than 3 points is likely" in corrected.reason
    assert "but not after correction for 2 slices" in corrected.reason

    certain = [plain(GOOD), plain(BAD, part("1")), *(plain(GOOD, part(str(n))) for n in range(2, 12))]
    assert judged(certain).decision == "fail"
    assert judged(certain).named("fail") == ("math: level=1",)


def test_the_whole_suite_is_not_part_of_the_family_of_slices() -> None:
    slices = [plain(GOOD, part(str(n))) for n in range(20)]
    whole = found(judged([plain(WORSE_PERHAPS), *slices]), "all")
    assert (whole.decision, whole.p_harm_adjusted) == ("fail", whole.p_harm)


def test_advisory_never_decides() -> None:
    comparisons = [plain(GOOD), plain(BAD, part("1")), plain(UNSURE, part("2"))]
    verdict = judged(comparisons, Policy(advisory=("level",)))
    assert (verdict.decision, found(verdict, "level=1").decision) == ("pass", "fail")
    assert judged(comparisons, Policy(other_slices="advisory")).decision == "pass"
    assert judged(comparisons, Policy(advisory=("level=2",))).decision == "fail"


def test_an_advisory_suite_takes_its_slices_along() -> None:
    comparisons = [plain(GOOD), plain(BAD, suite="drafts")]
    assert judged(comparisons).decision == "fail"
    assert judged(comparisons, Policy(advisory=("drafts",))).decision == "pass"
    with_slice = [*comparisons, plain(BAD, part("1"), suite="drafts")]
    assert judged(with_slice, Policy(advisory=("drafts",))).decision == "pass"
    assert judged(with_slice, Policy(advisory=("drafts",), critical=("drafts: level=1",))).decision == "fail"


def test_where_nothing_binds_nothing_is_passed() -> None:
    assert judged([plain(BAD)], Policy(advisory=("math",))).decision == "inconclusive"


def test_every_suite_must_pass() -> None:
    assert judged([plain(GOOD), plain(GOOD, suite="code")]).decision == "pass"
    assert judged([plain(GOOD), plain(UNSURE, suite="code")]).decision == "inconclusive"
    assert judged([plain(UNSURE), plain(BAD, suite="code")]).decision == "fail"


@pytest.mark.parametrize(
    ("cells", "decision"), [(GOOD, "inconclusive"), (UNSURE, "inconclusive"), (BAD, "fail"), (None, "inconclusive")]
)
def test_a_model_that_failed_never_passes(cells: PairedCells | None, decision: str) -> None:
    verdict = judged([plain(cells)] if cells else [], failure="CUDA out of memory")
    assert verdict.decision == decision
    assert ("CUDA out of memory" in verdict.reasons[0]) == (decision == "inconclusive")


def test_nothing_to_compare_is_nothing_known() -> None:
    verdict = judged([])
    assert (verdict.decision, verdict.reasons) == ("inconclusive", ("nothing could be compared",))
    assert judge(evaluation([]), Policy(), "d").decision == "inconclusive"


def skythought() -> Verdict:
    """Judged from grades, so that the whole and the slices come out of one comparison."""
    marks = [
        (level, t, s)
        for level, c in LEVELS.items()
        for (t, s), count in {(1, 1): c.both, (1, 0): c.teacher_only, (0, 1): c.student_only, (0, 0): c.neither}.items()
        for _ in range(count)
    ]
    samples = [Sample(id=f"s{n}", messages=(), slices={"level": level}) for n, (level, _, _) in enumerate(marks)]
    grades = [
        Grade(
            suite="math500",
            sample=f"s{n}",
            model=name,
            attempt=0,
            outcome="correct" if score else "incorrect",
            score=score,
            answer=None,
            reason="",
            grader="g",
        )
        for n, (_, teacher, student) in enumerate(marks)
        for name, score in (("big", teacher), ("small", student))
    ]
    suite = make_suite(SuiteSpec(name="math500"), Loaded(samples=samples))
    collected = Collected(suites=(suite,), models=[card("big", "teacher"), card("small")])
    comparisons, _ = compare(collected, grades, Policy())
    assert comparisons[0].cells == MATH500
    return judge(evaluation(comparisons, [card("small")]), Policy(margin_points=3), "d")


def test_published_answers_pass_with_an_unconfirmed_loss_on_the_easiest_level() -> None:
    verdict = skythought()
    (student,) = verdict.students
    assert verdict.decision == student.decision == "pass"
    assert student.reasons[0].startswith("math500: 2.8 points better (90% interval −0.9 to +6.5, n = 500)")
    level_1 = found(student, "level=1", "math500")
    assert level_1.decision == "inconclusive"
    assert level_1.p_harm is not None and round(level_1.p_harm, 2) in (0.02, 0.03)
    assert level_1.p_harm_adjusted == pytest.approx(5 * level_1.p_harm)
    assert 0.11 <= level_1.p_harm_adjusted <= 0.16
    assert "16.3 points worse" in level_1.reason and "not after correction" in level_1.reason
    assert level_1.is_suspected and level_1.more_items == 77  # 11.0 * 9 / 43 / (.163 - .03)^2, less the 43 there are
    assert level_1.reason.endswith("about 77 more items would confirm it")
    assert student.named("fail") == ()


def test_an_unconfirmed_loss_is_the_first_warning_and_the_first_of_what_is_undecided() -> None:
    (student,) = skythought().students
    assert student.warnings[0] == found(student, "level=1", "math500").reason
    assert student.named("inconclusive") == tuple(f"math500: level={n}" for n in (1, 3, 2))
    assert [s.is_suspected for s in student.slices if s.slice.value != "1"] == [False] * 5


def test_the_items_that_it_takes_would_confirm_a_loss_that_is_what_it_seems() -> None:
    """Level 1 with the items more that are asked for, all shares as seen: shown, corrected for five slices."""
    seen, grown = LEVELS["1"], (43 + 77) / 43
    more = table(*(round(n * grown) for n in (seen.both, seen.teacher_only, seen.student_only, seen.neither)))
    others = [plain(cells, part(level)) for level, cells in LEVELS.items() if level != "1"]
    assert found(judged([plain(MATH500), plain(more, part("1")), *others]), "level=1").decision == "fail"


def test_of_many_unconfirmed_losses_the_likeliest_are_told() -> None:
    likely = [plain(WORSE_PERHAPS, part(str(n))) for n in range(8)]
    told = judged([plain(GOOD), *likely])
    assert told.decision == "pass"
    assert len(told.warnings) == 6 and told.warnings[-1].startswith("3 more unconfirmed losses")
    advisory = judged([plain(GOOD), *likely], Policy(other_slices="advisory"))
    assert advisory.warnings == ()
    critical = judged([plain(GOOD), *likely], Policy(critical=("level",)))
    assert critical.decision == "inconclusive" and critical.warnings == ()  # they are the reasons


def test_crossings_do_not_make_the_family_of_the_slices_larger() -> None:
    crossings = [replace(plain(GOOD), slice=Slice.crossing(("level", "1"), ("tone", str(n)))) for n in range(20)]
    alone = found(judged([plain(GOOD), plain(WORSE_PERHAPS, part("1"))]), "level=1")
    beside = found(judged([plain(GOOD), plain(WORSE_PERHAPS, part("1")), *crossings]), "level=1")
    assert beside.p_harm_adjusted == alone.p_harm_adjusted


def test_a_name_that_is_no_slice_is_refused_with_the_nearest() -> None:
    comparisons = [plain(GOOD), plain(GOOD, part("easy", "difficulty"))]
    for policy in (Policy(critical=("dificulty",)), Policy(advisory=("dificulty",)), Policy(margins={"dificulty": 2})):
        with pytest.raises(UsageError, match='"dificulty", which is no suite or slice.*did you mean "difficulty"'):
            judge(evaluation(comparisons), policy, "d")
    with pytest.raises(UsageError, match='did you mean "difficulty=easy"'):
        judge(evaluation(comparisons), Policy(critical=("difficulty=eazy",)), "d")


def test_every_way_to_name_a_slice_is_known() -> None:
    comparisons = [plain(GOOD), plain(GOOD, part("1"))]
    names = ("math", "level", "level=1", "math: level=1")
    assert judge(evaluation(comparisons), Policy(critical=names), "d").decision == "pass"


def test_the_worst_student_decides() -> None:
    comparisons = [plain(GOOD, student="good"), plain(UNSURE, student="unsure"), plain(BAD, student="bad")]
    verdict = judge(evaluation(comparisons), Policy(), "d")
    assert {s.student: s.decision for s in verdict.students} == {
        "good": "pass",
        "unsure": "inconclusive",
        "bad": "fail",
    }
    assert verdict.decision == "fail"
    assert judge(evaluation(comparisons[:2]), Policy(), "d").decision == "inconclusive"
    assert judge(evaluation(comparisons[:1]), Policy(), "d").decision == "pass"


@pytest.mark.parametrize(
    ("parts", "whole"),
    [((), "inconclusive"), (("pass",), "pass"), (("pass", "inconclusive"), "inconclusive"), (("pass", "fail"), "fail")],
)
def test_the_whole_is_as_good_as_its_worst_part(parts: tuple[str, ...], whole: str) -> None:
    assert worst(parts) == whole  # type: ignore[arg-type]  # literals


def test_slices_of_one_student_do_not_correct_those_of_another() -> None:
    comparisons = [plain(GOOD), plain(WORSE_PERHAPS, part("1"))]
    others = [plain(GOOD, part(str(n)), student="other") for n in range(20)]
    assert judge(evaluation([*others, *comparisons]), Policy(), "d").students[1].decision == "fail"


def test_base_and_teacher_are_not_judged() -> None:
    comparisons = [plain(GOOD), plain(BAD, student="raw")]
    verdict = judge(evaluation(comparisons, [card("small"), card("raw", "base")]), Policy(), "d")
    assert ([s.student for s in verdict.students], verdict.decision) == (["small"], "pass")


def test_a_slice_is_judged_by_its_own_margin() -> None:
    comparisons = [plain(GOOD), plain(BAD, part("1"))]
    verdict = judged(comparisons, Policy(margin_points=3, margins={"level=1": 22}))
    assert (verdict.decision, found(verdict, "level=1").margin, found(verdict, "all").margin) == ("pass", 0.22, 0.03)
    assert judged(comparisons, Policy(slice_margin_points=22)).decision == "pass"


def test_alpha_is_the_evidence_asked_for() -> None:
    nearly = [plain(table(440, 24, 18, 18))]
    assert [judged(nearly, Policy(alpha=alpha)).decision for alpha in (0.01, 0.05, 0.2)] == [
        "inconclusive",
        "inconclusive",
        "pass",
    ]


def test_items_needed_are_told_only_where_they_are() -> None:
    verdict = judged([plain(GOOD), plain(UNSURE, part("1")), plain(BAD, part("2"))])
    assert [s.items_needed for s in verdict.slices] == [None, 687, None]
    assert "about 687 items" in verdict.slices[1].reason


def test_a_verdict_says_what_it_was_made_of() -> None:
    verdict = judge(evaluation([plain(GOOD)]), Policy(margin_points=4), "0123")
    assert (verdict.evaluation_digest, verdict.policy["margin_points"], verdict.schema_version) == ("0123", 4, 1)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.028, "+2.8"), (-0.009, "−0.9"), (0.0, "0.0"), (-0.0004, "0.0"), (None, "unbounded"), (-1.0, "−100.0")],
)
def test_points_as_people_read_them(value: float | None, shown: str) -> None:
    assert points(value) == shown


@pytest.mark.parametrize("policy", [Policy(), Policy(critical=("level",))], ids=["a suite", "a critical slice"])
def test_what_could_not_be_compared_at_all_is_not_passed(policy: Policy) -> None:
    """The student has no graded answer in the suite `code`, and none to level 2 of `math`."""
    marks = [(1.0, 1.0)] * 400 + [(1.0, None)] * 400
    samples = [Sample(id=f"s{n}", messages=(), slices={"level": "12"[n >= 400]}) for n in range(800)]
    grades = [
        Grade(
            suite="math",
            sample=f"s{n}",
            model=name,
            attempt=0,
            outcome="failed" if score is None else "correct",
            score=score,
            answer=None,
            reason="",
            grader="g",
        )
        for n, pair in enumerate(marks)
        for name, score in zip(("big", "small"), pair, strict=True)
    ]
    code = make_suite(SuiteSpec(name="code"), Loaded(samples=[Sample(id="c", messages=())]))
    suites = (make_suite(SuiteSpec(name="math"), Loaded(samples=samples)), *([code] if not policy.critical else []))
    collected = Collected(suites=suites, models=[card("big", "teacher"), card("small")])
    comparisons, _ = compare(collected, grades, policy)
    whole = replace(evaluation(comparisons, [card("small")]), suites=tuple(suite_card(suite) for suite in suites))
    verdict = judge(whole, policy, "d")
    assert verdict.decision == "inconclusive"


def test_a_margin_for_a_group_of_slices_is_used_or_refused() -> None:
    verdict = judged([plain(GOOD), plain(BAD, part("1"))], Policy(margins={"level": 22}))
    assert found(verdict, "level=1").margin == 0.22


def test_every_whole_suite_may_be_called_advisory_at_once() -> None:
    assert judged([plain(BAD)], Policy(advisory=("all",))).slices[0].tier == "advisory"


def test_the_cluster_robust_p_values_and_the_interval_agree_without_spread() -> None:
    """100 items that stand alone and never differ: the interval says about -0.03."""
    estimate = clustered.mean_difference([1.0] * 100, [1.0] * 100, None, None)
    low = clustered.t_interval(estimate, 0.9).low
    assert low is not None
    assert clustered.t_safe_p_value(estimate, -low) == pytest.approx(0.05)


def judged_with(kind: str, comparisons: Sequence[Comparison], policy: Policy) -> StudentVerdict:
    """The suite `more` is of this kind; `math` is the workload."""
    cards = (
        SuiteCard(name="math", fingerprint="m", n=1, slices=()),
        SuiteCard(name="more", fingerprint="o", n=1, slices=(), kind=kind),  # type: ignore[arg-type]
    )
    whole = replace(evaluation(comparisons, [card("small")]), suites=cards)
    return judge(whole, policy, "digest").students[0]


@pytest.mark.parametrize("kind", ["stress", "retain"])
def test_what_is_no_workload_counts_only_where_it_is_named(kind: str) -> None:
    compared = [plain(GOOD), replace(plain(BAD), suite="more"), replace(plain(BAD, part("1")), suite="more")]
    unnamed = judged_with(kind, compared, Policy())
    assert (unnamed.decision, found(unnamed, "all", "more").tier) == ("pass", "advisory")
    assert unnamed.named("fail") == ()
    by_slice = judged_with(kind, compared, Policy(critical=("level",)))
    assert (by_slice.decision, found(by_slice, "level=1", "more").tier) == ("pass", "advisory")
    assert judged_with(kind, compared, Policy(critical=("more",))).decision == "fail"
    assert judged_with(kind, compared, Policy(critical=("more: level=1",))).decision == "fail"
    assert judged_with("workload", compared, Policy()).decision == "fail"


def test_variants_do_not_make_the_family_of_the_workloads_claims_larger() -> None:
    alone = [plain(GOOD), plain(WORSE_PERHAPS, part("1"))]
    more = [*alone, *(replace(plain(WORSE_PERHAPS, part(str(n))), suite="more") for n in range(9))]
    before = found(judged_with("stress", alone, Policy()), "level=1")
    after = found(judged_with("stress", more, Policy()), "level=1")
    assert after.p_harm_adjusted == before.p_harm_adjusted
    mixed = found(judged_with("workload", more, Policy()), "level=1")
    assert mixed.p_harm_adjusted is not None and before.p_harm_adjusted is not None
    assert mixed.p_harm_adjusted > before.p_harm_adjusted


def of_mimicry(label: MimicryLabel, part: Slice) -> Profile:
    style = Style(distance=0.1, floor=0.1, threshold=0.3, close=True, auc=None)
    return Profile(
        suite="math", student="small", slice=part, label=label, reason="trace and support are flagged", style=style
    )


@pytest.mark.parametrize(
    ("mimicry", "label", "part", "decision", "warned"),
    [
        ("fail", "SUPERFICIAL MIMICRY", Slice(), "fail", False),
        ("warn", "SUPERFICIAL MIMICRY", Slice(), "pass", True),
        ("ignore", "SUPERFICIAL MIMICRY", Slice(), "pass", False),
        ("fail", "SUPERFICIAL MIMICRY", Slice(name="level", value="1"), "pass", True),
        ("fail", "WEAKER", Slice(), "pass", False),
        ("fail", "INCONCLUSIVE", Slice(), "pass", False),
    ],
)
def test_superficial_mimicry_fails_warns_or_is_ignored(
    mimicry: str, label: MimicryLabel, part: Slice, decision: Decision, warned: bool
) -> None:
    policy = Policy(margin_points=5, mimicry=mimicry)  # type: ignore[arg-type]  # one of the three
    profiled = replace(evaluation([plain(GOOD)]), profiles=(of_mimicry(label, part),))
    (verdict,) = judge(profiled, policy, "digest").students
    assert verdict.decision == decision
    assert bool(verdict.warnings) == warned
    if decision == "fail":
        assert any("superficial mimicry" in reason for reason in verdict.reasons)


def better(p_value: float | None, cells: PairedCells = GOOD, piece: Slice | None = None) -> Comparison:
    return replace(plain(cells, piece), p_value=p_value)


MORE_RIGHT = table(800, 10, 90, 100)


def test_a_student_that_beats_its_teacher_beyond_chance_is_suspicious() -> None:
    verdict = judged([better(0.4), better(1e-6, MORE_RIGHT, part("1"))])
    assert verdict.decision == "pass"
    (warning,) = verdict.warnings
    assert warning.startswith("math, level=1: 8.0 points better beyond chance (p = 2e-06 after correction")


@pytest.mark.parametrize(
    ("c", "why"),
    [
        (better(0.2, MORE_RIGHT), "chance"),
        (better(1e-6, BAD), "worse"),
        (better(None, MORE_RIGHT), "not tested"),
        (better(1e-6, table(0, 0, 19, 0)), "too few"),
        (replace(better(1e-6, MORE_RIGHT), undecidable="no ceiling"), "no verdict can come of it"),
    ],
)
def test_what_is_no_lead_is_not_suspicious(c: Comparison, why: str) -> None:
    assert judged([c]).warnings == (), why


def test_leads_are_corrected_for_how_many_slices_were_looked_at() -> None:
    lead = better(0.02, MORE_RIGHT, part("1"))
    assert len(judged([better(0.9), lead]).warnings) == 1
    assert judged([better(0.9), lead, *(better(0.9, GOOD, part(str(n))) for n in range(2, 4))]).warnings == ()


def test_an_undecided_slice_says_how_many_more_items_would_decide() -> None:
    verdict = judged([plain(GOOD), plain(UNSURE, part("1"))])
    one = found(verdict, "level=1")
    assert (one.items_needed, one.more_items) == (687, 587)
    assert one.reason.endswith("would be cleared by about 687 items, 587 more")
    assert found(verdict, "all").more_items is None


def test_where_enough_items_did_not_clear_it_the_loss_that_was_seen_is_taken_for_true() -> None:
    """440 would clear a student without loss; at 2 points lost of 3, nine times as many are needed."""
    (one,) = judged([plain(table(440, 30, 20, 10))]).slices
    assert (one.decision, one.items_needed) == ("inconclusive", 687)
    (lossy,) = judged([plain(table(1000, 70, 30, 0))]).slices
    assert lossy.items_needed is not None and lossy.items_needed < 1100
    assert lossy.more_items is not None and lossy.more_items > 10_000
    assert f"about {lossy.more_items:,} more would decide" in lossy.reason
    (at_the_margin,) = judged([plain(table(940, 40, 10, 10))]).slices
    assert at_the_margin.more_items is None and "likely has some" in at_the_margin.reason


def test_too_few_items_say_how_many_more_are_asked_for() -> None:
    (one,) = judged([plain(table(12, 0, 0, 0))], Policy(margin_points=90)).slices
    assert (one.items_needed, one.more_items) == (20, 8)


def test_every_student_has_its_own_family_of_claims() -> None:
    """Standing beside others costs a student nothing: its figures alone decide."""
    alone = judged([plain(GOOD), plain(WORSE_PERHAPS, part("1"))])
    others = [plain(GOOD, student="other"), plain(GOOD, part("1"), student="other")]
    whole = judge(evaluation([plain(GOOD), plain(WORSE_PERHAPS, part("1")), *others]), Policy(), "d")
    assert whole.students[0].slices == alone.slices


def test_the_retained_suite_is_no_workload_until_it_is_named() -> None:
    verdict = judged_with("retain", [plain(GOOD), replace(plain(BAD), suite="more")], Policy(critical=("more",)))
    assert verdict.reasons[0].startswith("more: ")


def test_replies_that_could_not_be_graded_are_told_beside_the_verdict() -> None:
    c = plain(GOOD)
    verdict = judged([replace(c, pupil=replace(c.pupil, failed=12))], Policy(margin_points=5))
    assert verdict.decision == "pass"
    assert any("12 of the student's replies are missing or could not be graded" in w for w in verdict.warnings)


def test_nothing_passes_while_more_is_missing_than_the_margin() -> None:
    """Were all that is missing wrong, a loss beyond the margin would be hidden."""
    easy, whole = plain(GOOD, part("easy")), plain(GOOD)
    whole = replace(whole, pupil=replace(whole.pupil, failed=0))
    missing = replace(easy, pupil=replace(easy.pupil, failed=53))  # of 1,053: just above 5%
    verdict = judged([whole, missing], Policy(margin_points=5, critical=("level",)))
    assert verdict.decision == "inconclusive"
    assert "53 of 1,053 replies (5.03%) are missing" in verdict.reasons[0]
    assert [s.decision for s in verdict.slices] == ["pass", "inconclusive"]
    fewer = replace(easy, pupil=replace(easy.pupil, failed=52))
    assert judged([whole, fewer], Policy(margin_points=5, critical=("level",))).decision == "pass"
    allowed = Policy.model_validate({"margin_points": 5, "critical": ["level"], "caps": {"failed": 10}})
    assert judged([whole, missing], allowed).decision == "pass"


def test_what_is_missing_takes_back_no_loss_that_is_shown() -> None:
    c = plain(BAD)
    assert judged([replace(c, pupil=replace(c.pupil, failed=900))], Policy(margin_points=5)).decision == "fail"


def test_a_flagged_sign_without_the_label_is_told_beside_the_verdict() -> None:
    profile = replace(of_mimicry("INCONCLUSIVE", Slice()), flagged=("trace",))
    profiled = replace(evaluation([plain(GOOD)]), profiles=(profile,))
    for mimicry, told in (("fail", True), ("ignore", False)):
        policy = Policy(margin_points=5, mimicry=mimicry)  # type: ignore[arg-type]  # one of the three
        (verdict,) = judge(profiled, policy, "digest").students
        assert any("a sign of mimicry" in warning for warning in verdict.warnings) == told
