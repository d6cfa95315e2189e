"""Agreement: the teacher's own replies as the reference, its agreement with itself as the ceiling."""

import pytest

from graders.registry import GRADERS
from harness.protocols import Case, CaseGrader
from harness.records import Finish, Json, Judgement, Response, Sample

SORRY = "I'm sorry, but I can't help with that."
LABELS = {"labels": ["billing", "delivery", "returns"]}


def reply(text: str, key: str, finish: Finish = "stop") -> Response:
    return Response(key=key, model="m", text=text, finish=finish)


def decided(
    text: str, teacher: list[str], by: str = "exact", options: Json = None, *, own: int | None = None
) -> Judgement:
    """A student's reply beside the teacher's; `own`: it is this one of the teacher's."""
    grader = GRADERS["agreement"].make({"by": by, "options": options or {}})
    assert isinstance(grader, CaseGrader) and grader.measure == "agreement" and grader.judge is None
    replies = tuple(reply(said, f"t{n}") for n, said in enumerate(teacher))
    response = reply(text, "s") if own is None else replies[own]
    case = Case(sample=Sample(id="1"), response=response, teacher=replies, from_teacher=own is not None)
    assert not grader.asks(case)
    return grader.decide(case)


@pytest.mark.parametrize(
    ("text", "teacher", "by", "options", "outcome", "score"),
    [
        ("Paris", ["Paris"], "exact", {}, "correct", 1),
        ("Paris", ["paris"], "exact", {}, "incorrect", 0),
        ("Paris", ["paris"], "exact", {"ignore_case": True}, "correct", 1),
        ("So it is 1,200.", ["Answer: 1200"], "number", {}, "correct", 1),
        ("So it is 1,201.", ["Answer: 1200"], "number", {}, "incorrect", 0),
        ("Category: delivery", ["delivery"], "label", LABELS, "correct", 1),
        ("Category: delivery", ["delivery", "returns", "delivery", "delivery"], "label", LABELS, "correct", 0.75),
        ("Category: delivery", ["delivery", "returns"], "label", LABELS, "incorrect", 0.5),
        ("Category: delivery", ["I do not know", "delivery"], "label", LABELS, "correct", 1),  # no reference in it
        (r"\boxed{\frac{1}{2}}", ["The answer is 0.5"], "math", {}, "correct", 1),
        ('{"a": 1}', ['Here: {"a": 1}'], "fields", {}, "correct", 1),
        (SORRY, [SORRY], "label", LABELS, "correct", 1),
        ("delivery", [SORRY], "label", LABELS, "incorrect", 0),
        (SORRY, ["delivery"], "label", LABELS, "refused", 0),
        (SORRY, ["delivery", SORRY], "label", LABELS, "incorrect", 0.5),
        ("hm", ["delivery"], "label", LABELS, "unparsed", 0),
        ("", ["delivery"], "label", LABELS, "unparsed", 0),
    ],
)
def test_a_students_reply_beside_the_teachers(
    text: str, teacher: list[str], by: str, options: Json, outcome: str, score: float
) -> None:
    found = decided(text, teacher, by, options)
    assert (found.outcome, found.score) == (outcome, score)


def test_the_teacher_is_judged_by_its_other_attempts() -> None:
    replies = ["delivery", "delivery", "returns"]
    scores = [decided("", replies, "label", LABELS, own=n).score for n in range(3)]
    assert scores == [0.5, 0.5, 0]


def test_a_teacher_asked_once_agrees_with_itself() -> None:
    assert decided("", ["delivery"], "label", LABELS, own=0).score == 1


@pytest.mark.parametrize("teacher", [[], ["no label here"], ["", ""]])
def test_without_a_reference_it_is_our_failure(teacher: list[str]) -> None:
    assert decided("delivery", teacher, "label", LABELS).outcome == "failed"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"by": "exacct"}, 'no grader "exacct"'),
        ({"by": "code"}, "cannot take one reply"),
        ({"by": "x.py:f"}, "names a file"),
        ({"by": "agreement"}, "cannot take one reply"),
        ({"by": "exact", "options": {"ignore_cases": True}}, "ignore_cases"),
        ({"by": "exact", "options": []}, "mapping"),
        ({"using": "exact"}, "using"),
    ],
)
def test_wrong_options_are_told(options: dict[str, Json], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        GRADERS["agreement"].make(options)
