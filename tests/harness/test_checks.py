"""The named parts of judgements, added up by hand: attempts, weights, clusters, and what so few replies still allow."""

from collections.abc import Sequence

import pytest
from scipy.stats import binomtest

from harness.checks import averaged, fell_short, in_words, tally
from harness.compared import CheckTally, Tally
from harness.pairing import Item, Scores
from harness.records import Check, CheckKind, Grade, Sample

Attempts = Sequence[Sequence[Check]]


def item(teacher: Attempts, student: Attempts, weight: float = 1.0, cluster: str | None = None) -> Item:
    """One sample; of each attempt the checks."""
    sides = [
        tuple(
            Grade(
                suite="s", sample="1", model=name, attempt=n, outcome="correct", score=1.0, answer="a", reason="",
                grader="fields 1", checks=tuple(checks),
            )
            for n, checks in enumerate(side)
        )
        for name, side in (("teacher", teacher), ("student", student))
    ]  # fmt: skip
    return Item(Sample(id="1", weight=weight, cluster=cluster), sides[0], sides[1], 1.0, 1.0)


def added(*items: Item) -> dict[tuple[CheckKind, str], CheckTally]:
    return {(check.kind, check.name): check for check in tally(items, Scores.of(items))}


def field(hits: float = 0, spurious: float = 0, missed: float = 0, name: str = "total") -> Check:
    return Check(name=name, kind="field", hits=hits, spurious=spurious, missed=missed)


KEPT, BROKEN = (
    Check(name="length", kind="rule", hits=hits, spurious=spurious) for hits, spurious in ((1.0, 0.0), (0.0, 1.0))
)


def test_fields_by_hand() -> None:
    """Four replies: right, wrong (made up and missed), left out, given where nothing was asked for."""
    replies = [field(hits=1), field(spurious=1, missed=1), field(missed=1), field(spurious=1)]
    found = added(*(item([[field(hits=1)]], [[reply]]) for reply in replies))["field", "total"]
    assert found.n == 4
    assert found.teacher == Tally(hits=4, spurious=0, missed=0)
    assert found.pupil == Tally(hits=1, spurious=2, missed=2)
    assert found.pupil.precision == pytest.approx(1 / 3)
    assert found.pupil.recall == pytest.approx(1 / 3)
    assert found.pupil.f1 == pytest.approx(1 / 3)


def test_precision_and_recall_fall_apart_and_nothing_has_none() -> None:
    generous, sparing, silent = (
        Tally(hits=8, spurious=8, missed=0), Tally(hits=2, spurious=0, missed=8), Tally(hits=0, spurious=0, missed=0)
    )  # fmt: skip
    assert (generous.precision, generous.recall) == (0.5, 1.0)
    assert (sparing.precision, sparing.recall) == (1.0, 0.2)
    assert generous.f1 == pytest.approx(2 / 3) and sparing.f1 == pytest.approx(1 / 3)
    assert (silent.precision, silent.recall, silent.f1) == (None, None, None)
    assert Tally(hits=0, spurious=0, missed=3).precision is None


def test_a_rule_never_broken_may_still_be_broken_by_one_percent() -> None:
    found = added(*[item([[KEPT]], [[KEPT]])] * 300)["rule", "length"]
    assert found.pupil is not None and found.pupil.rate95 is not None
    assert (found.pupil.rate95.point, found.pupil.rate95.low) == (0, None)
    assert found.pupil.rate95.high == pytest.approx(1 - 0.05 ** (1 / 300))
    assert f"{found.pupil.rate95.high:.1%}" == "1.0%"


@pytest.mark.parametrize(("broken", "n"), [(1, 20), (7, 50), (20, 20)])
def test_the_limits_of_rules_and_shares_are_those_of_the_exact_binomial(broken: int, n: int) -> None:
    items = [item([[KEPT]], [[BROKEN, Check(name="tone", kind="share", spurious=1)]]) for _ in range(broken)]
    items += [item([[KEPT]], [[KEPT, Check(name="tone", kind="share", hits=1)]]) for _ in range(n - broken)]
    found = added(*items)
    rule, share = found["rule", "length"].pupil, found["share", "tone"].pupil
    assert rule is not None and rule.rate95 is not None and share is not None and share.rate95 is not None
    upper = binomtest(broken, n, alternative="less").proportion_ci(0.95, "exact").high
    both = binomtest(n - broken, n).proportion_ci(0.95, "exact")
    assert rule.rate95.high == pytest.approx(upper)
    assert share.rate95.low == pytest.approx(both.low) and share.rate95.high == pytest.approx(both.high)


def test_attempts_are_averaged_within_the_item() -> None:
    """Four attempts at one item count as much as one at another."""
    found = added(item([[KEPT]], [[KEPT], [BROKEN], [BROKEN], [BROKEN]]), item([[KEPT]], [[KEPT]]))["rule", "length"]
    assert found.pupil is not None and found.pupil.rate95 is not None
    assert found.pupil.rate95.point == pytest.approx(0.75 / 2)


def test_an_attempt_that_did_not_make_a_check_is_left_out_of_its_mean() -> None:
    assert averaged([[KEPT], [], [BROKEN]]) == (Check(name="length", kind="rule", hits=0.5, spurious=0.5),)
    assert averaged([[KEPT], [field(hits=1)]]) == (KEPT, field(hits=1))


def test_weights_count_and_make_the_limit_wider() -> None:
    """A tenth of the traffic breaks the rule, told by items of which nine hardly count."""
    light = [item([[KEPT]], [[KEPT]], weight=0.1) for _ in range(9)]
    found = added(*light, item([[KEPT]], [[KEPT]], weight=9), item([[KEPT]], [[BROKEN]], weight=1.1))["rule", "length"]
    plain = added(*[item([[KEPT]], [[KEPT]])] * 10, item([[KEPT]], [[BROKEN]]))["rule", "length"]
    assert found.n == plain.n == 11
    assert found.pupil is not None and found.pupil.rate95 is not None and found.pupil.rate95.high is not None
    assert plain.pupil is not None and plain.pupil.rate95 is not None and plain.pupil.rate95.high is not None
    assert found.pupil.rate95.point == pytest.approx(1.1 / 11)
    assert plain.pupil.rate95.point == pytest.approx(1 / 11)
    assert found.pupil.rate95.high > plain.pupil.rate95.high + 0.2


def test_replies_of_one_cluster_tell_no_more_than_one() -> None:
    clustered = added(*(item([[KEPT]], [[KEPT]], cluster=f"c{n % 3}") for n in range(30)))["rule", "length"]
    assert clustered.pupil is not None and clustered.pupil.rate95 is not None
    assert clustered.pupil.rate95.high == pytest.approx(1 - 0.05 ** (1 / 3))


def test_a_side_that_was_never_checked_is_unknown_and_not_zero() -> None:
    found = added(item([[]], [[BROKEN]]), item([[]], [[]]))["rule", "length"]
    assert found.teacher is None
    assert (found.n, found.pupil is not None) == (1, True)


def test_the_same_name_of_two_kinds_is_two_checks_in_the_order_of_the_replies() -> None:
    assert list(added(item([[field(name="x")]], [[Check(name="x", kind="rule", hits=1), field(name="x")]]))) == [
        ("field", "x"),
        ("rule", "x"),
    ]
    assert added(item([[]], [[]])) == {}


@pytest.mark.parametrize(
    ("check", "words", "short"),
    [
        (field(hits=2), "total: 2 right", False),
        (field(hits=1, spurious=1, missed=2), "total: 1 right, 1 not right, 2 missed", True),
        (field(missed=1), "total: 1 missed", True),
        (KEPT, "length: kept", False),
        (BROKEN, "length: broken", True),
        (Check(name="length", kind="rule", hits=0.75, spurious=0.25), "length: 0.75 kept, 0.25 broken", True),
        (Check(name="tone", kind="share", hits=1, spurious=2), "tone: 1 of 3", True),
        (Check(name="tone", kind="share", hits=3), "tone: 3 of 3", False),
    ],
)
def test_checks_in_words(check: Check, words: str, short: bool) -> None:
    assert in_words(check) == words
    assert fell_short(check) is short
