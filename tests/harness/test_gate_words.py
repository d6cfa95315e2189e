"""What the gate says of repeats and of students that look better than their teacher."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from harness.compared import Drawing
from harness.evaluation import Comparison
from harness.gate_words import likely_artefact
from harness.policy import Policy
from harness.records import Outcome
from tests.harness.gate_cases import UNSURE, judged, plain, table

ITEMS = 300
SPREAD = 0.1  # of an item's difference, squared: 687 items would clear a student without loss at 3 points


def repeated(share: float, attempts: float = 2.0, n: int = ITEMS, lost: float = 0.0) -> Comparison:
    """Repeated answers with the spread above; `share` of it comes from drawing them."""
    made = replace(plain(table(n // 2, 0, 0, n - n // 2)), cells=None, flips=SPREAD)
    return replace(
        made,
        se=((SPREAD - lost**2) / n) ** 0.5,
        pupil=replace(made.pupil, accuracy=made.teacher.accuracy - lost),
        drawing=Drawing(attempts=attempts, share=share),
        units=float(n),
    )


def test_a_thousand_items_are_told_with_a_separator() -> None:
    (one,) = judged([plain(table(1000, 300, 19, 0))]).slices
    assert ", n = 1,319); " in one.reason


def test_the_fewest_repeats_that_decide_are_named() -> None:
    """300 items decide a spread of 300 * .03^2 / 6.183 = .0437; five more leave .1 * (1 - .8 * 5 / 7) = .0429."""
    (one,) = judged([repeated(0.8)]).slices
    assert (one.decision, one.items_needed, one.more_items, one.more_repeats) == ("inconclusive", 687, 387, 5)
    assert one.reason.endswith("about 687 items, 387 more; or 5 more answers of both models to each of these")


def test_what_differs_between_items_does_not_fall_with_repeats() -> None:
    (one,) = judged([repeated(0.5)]).slices  # .05 are left, however many answers
    assert (one.more_items, one.more_repeats) == (387, None)
    assert "answers of both" not in one.reason


def test_repeats_are_for_the_loss_that_was_seen_where_one_without_loss_would_have_passed() -> None:
    """1,000 items tell 1.8 points from 3 at a spread of 1000 * .012^2 / 6.183 = .0233; 12 more leave .0229."""
    (one,) = judged([repeated(0.9, n=1000, lost=0.018)]).slices
    assert one.decision == "inconclusive" and one.items_needed is not None and one.items_needed < 1000
    assert one.more_repeats == 12


def test_items_of_unequal_weight_are_reckoned_as_many_as_they_are() -> None:
    """1,000 that tell as much as 250 equal ones: 687 equal ones are 2,748 of these, not fewer than there are."""
    weighted = replace(repeated(0.5, n=1000), effective_n=250.0, units=250.0, se=(SPREAD / 250) ** 0.5)
    (one,) = judged([weighted]).slices
    assert (one.decision, one.items_needed, one.more_items) == ("inconclusive", 2748, 1748)
    assert "about 2,748 items, 1,748 more" in one.reason


def test_single_answers_tell_nothing_of_repeats() -> None:
    (one,) = judged([plain(UNSURE)]).slices
    assert (one.decision, one.more_repeats) == ("inconclusive", None)


def test_repeats_are_no_items() -> None:
    (one,) = judged([repeated(0.9, n=12)], Policy()).slices
    assert one.more_repeats is None and "no verdict from 12 items" in one.reason


def lead(teacher: Mapping[Outcome, float], student: Mapping[Outcome, float]) -> Comparison:
    """A lead of 8 points."""
    c = plain(table(800, 10, 90, 100))
    return replace(c, teacher=replace(c.teacher, shares=teacher), pupil=replace(c.pupil, shares=student), p_value=1e-6)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (
            "truncated",
            "9.0% of the teacher's replies are truncated, 2.0% of the student's; give the teacher more tokens",
        ),
        ("unparsed", "9.0% of the teacher's replies are unparsed, 2.0% of the student's; look at how the grader reads"),
        ("refused", "9.0% of the teacher's replies are refused, 2.0% of the student's; look at what makes"),
    ],
)
def test_a_lead_over_replies_that_are_no_answers_is_called_an_artefact(outcome: Outcome, said: str) -> None:
    c = lead({outcome: 0.09, "correct": 0.8}, {outcome: 0.02, "correct": 0.9})
    assert said in likely_artefact(c)
    assert any(said in warning for warning in judged([c]).warnings)


def test_a_lead_without_such_replies_is_asked_about_grading_and_targets() -> None:
    assert "form the grading favours" in likely_artefact(lead({"truncated": 0.05}, {"truncated": 0.02}))
    assert "seen the targets" in likely_artefact(lead({}, {}))
