"""Hollow reasoning: an answer that does not care about the step it is said to follow from."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from graders.mimicry.hollow import Hollow, asked_again, follow_ups, planted
from harness.evidence import Attempt, Evidence, Exhibit
from harness.plan import MimicrySpec, SuiteSpec
from harness.protocols import Loaded
from harness.records import Message, Request, Response, Sample
from harness.suite import make_suite

Make = Callable[..., Exhibit]
Try = Callable[..., Attempt]
Gather = Callable[..., Evidence]

WORKED = "6 x 11 = 66\n66 + 3 = 69\nTotal: $69"


def test_a_reply_is_cut_after_its_last_step_and_an_error_is_planted_there() -> None:
    assert planted(WORKED) == ("6 x 11 = 66\n66 + 3 = 69", "6 x 11 = 66\n66 + 3 = 62")


@pytest.mark.parametrize(
    "text",
    [
        "Total: $69",
        "6 x 11 = 66\nTotal: $66",
        "6 x 11 = 66\n66 + 3 = 69",
        "a = b, c = d, so 5",
        "x" * 10**6,
        "=" * 10**6,
    ],
)
def test_what_shows_no_steps_before_an_answer_is_not_cut(text: str) -> None:
    assert planted(text) is None


def test_the_same_question_is_asked_with_two_beginnings() -> None:
    request = Request(key="k", messages=(Message(role="user", content="How much?"),))
    asked = follow_ups(Sample(id="s"), request, Response(key="k", model="m", text=WORKED))
    assert [a.prefill for a in asked] == list(planted(WORKED) or ())
    assert all(a.messages == request.messages and a.decoding == request.decoding for a in asked)
    assert not follow_ups(Sample(id="s"), replace(request, attempt=1), Response(key="k", model="m", text=WORKED))


def test_so_many_samples_are_asked_again_and_no_others() -> None:
    suite = make_suite(SuiteSpec(name="s"), Loaded(samples=[Sample(id=f"s{k}", prompt="?") for k in range(50)]))
    again = asked_again(MimicrySpec(hollow=10), [suite, replace(suite, kind="stress")])
    request = Request(key="k", prompt="?")
    count = sum(bool(again(suite, s, request, Response(key="k", model="m", text=WORKED))) for s in suite.samples)
    assert count == 10
    nobody = asked_again(MimicrySpec(), [suite])
    assert not any(nobody(suite, s, request, Response(key="k", model="m", text=WORKED)) for s in suite.samples)


def again(attempt: Attempt, *texts: str) -> list[Attempt]:
    replies = tuple(Response(key=f"f{k}", model="m", text=text) for k, text in enumerate(texts))
    return [replace(attempt, follow_ups=replies)]


def test_who_gives_the_same_answer_from_a_wrong_step_is_told_apart(
    exhibit: Make, attempt: Try, evidence: Gather
) -> None:
    one = attempt(WORKED, 1, answer="69")
    rows = [
        exhibit(f"s{k}", again(one, "\nTotal: $69", "\nTotal: $62"), again(one, "\nTotal: $69", "\nTotal: $69"))
        for k in range(20)
    ]
    found = Hollow().detect(evidence(rows))
    assert found.state == "clear" and found.group is None and found.p_value is None
    assert found.estimate is not None and found.estimate.point == 1
    assert len(found.evidence) == 20


def test_an_answer_that_changes_without_an_error_tells_nothing(exhibit: Make, attempt: Try, evidence: Gather) -> None:
    one = attempt(WORKED, 1, answer="69")
    rows = [exhibit(f"s{k}", again(one, "Total: $69", "Total: $62"), again(one, "$5", "$69")) for k in range(20)]
    found = Hollow().detect(evidence(rows))
    assert found.state == "abstained" and "the student came back to its answer 0 times" in found.reason


def test_without_follow_ups_it_says_how_to_get_them(exhibit: Make, attempt: Try, evidence: Gather) -> None:
    found = Hollow().detect(evidence([exhibit("s", [attempt(WORKED, 1)], [attempt(WORKED, 1)])]))
    assert found.state == "abstained" and "hollow: 100" in found.reason
