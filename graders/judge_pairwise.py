"""A judge of pairs: is the student's reply better than the teacher's to the same sample, equally good, or worse?

Judges favour a position, so each pair is shown in both orders, and the score is the mean of both verdicts: 1 or 0 if
the same reply wins twice, one half for ties and for a verdict that flips with the position.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from graders.judge_basics import Reference, failed, foreign, share, unfit
from graders.judge_prompt import Template
from graders.judge_reading import NoVerdict, winner
from graders.reading import no_reply, short, spoken
from harness.protocols import Case
from harness.records import Check, Judgement, Measure, Request, Response

Preferred = Literal["student", "teacher", "neither"]

STABLE = "same verdict in both orders"

_WORTH: dict[Preferred, float] = {"student": 1.0, "neither": 0.5, "teacher": 0.0}
_TOLD: dict[Preferred, str] = {"student": "preferred", "neither": "even", "teacher": "the teacher's is preferred"}
# What stands first and second, in each of the two orders; a tie is nobody's.
_ORDERS: tuple[dict[str, Preferred], ...] = (
    {"A": "student", "B": "teacher", "tie": "neither"},
    {"A": "teacher", "B": "student", "tie": "neither"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairwise:
    """`question`: what is better, in the plan's words."""

    judge: str
    template: Template
    question: str
    shows_target: bool
    reference: Reference | None
    reads_teacher: bool = True
    measure: Measure = "preference"

    @property
    def based_on(self) -> str:
        return f"{self.reference.name} {self.reference.version}" if self.reference else ""

    def asks(self, case: Case) -> Sequence[Request]:
        if self._settled(case):
            return ()
        ours, theirs = spoken(case.response).text, _rival(case).text
        texts = foreign(case.sample, self.shows_target)
        return tuple(
            self.template.request({**texts, "reply_a": first, "reply_b": second}, {"question": self.question})
            for first, second in ((ours, theirs), (theirs, ours))
        )

    def decide(self, case: Case) -> Judgement:
        if settled := self._settled(case):
            return settled
        if len(case.replies) != len(_ORDERS):
            return failed("the judge was not asked")
        try:
            found = [order[winner(reply)] for order, reply in zip(_ORDERS, case.replies, strict=True)]
        except NoVerdict as error:
            return failed(short(str(error)))
        return _preferred(case, found, tuple(self._checks(case, found)))

    def _settled(self, case: Case) -> Judgement | None:
        """The judgement of a reply that needs no judge."""
        ours = unfit(spoken(case.response))
        if case.from_teacher:
            return ours if ours and ours.outcome == "failed" else _even(case, "the reference, which is worth one half")
        if ours and ours.outcome == "failed":
            return ours
        rival = _rival(case) if case.teacher else None
        theirs = unfit(rival) if rival else failed("")
        if rival is None or (theirs and theirs.outcome == "failed"):
            return failed("the teacher has no reply to compare with")
        if ours:
            return _even(case, f"neither answers: {ours.reason}; the teacher: {theirs.reason}") if theirs else ours
        if no_reply(rival):
            return _alone(case)
        if spoken(case.response).text.strip() == rival.text.strip():
            return _even(case, "the same reply as the teacher's")
        return None

    def _checks(self, case: Case, found: Sequence[Preferred]) -> Iterator[Check]:
        yield share(STABLE, found[0] == found[1])
        if self.reference is None:
            return
        ours = self.reference.says(case.sample, case.response)
        theirs = self.reference.says(case.sample, _rival(case))
        if ours is None or theirs is None or ours == theirs:
            return
        better: Preferred = "student" if ours else "teacher"
        yield share(f"prefers the right reply (by {self.reference.name})", all(one == better for one in found))


def _rival(case: Case) -> Response:
    """The teacher's reply beside which this one stands, without its thoughts: the same attempt's, or the first."""
    return spoken(case.teacher[case.attempt] if case.attempt < len(case.teacher) else case.teacher[0])


def _alone(case: Case) -> Judgement:
    """The student answers and the teacher does not: preferred, as the teacher is where only it answers."""
    return Judgement(
        outcome="correct",
        score=1.0,
        answer=short(spoken(case.response).text),
        reason="the teacher's reply holds nothing, so this one is preferred",
    )


def _even(case: Case, reason: str) -> Judgement:
    return Judgement(
        outcome="correct", score=0.5, answer=short(spoken(case.response).text) or None, reason=short(reason)
    )


def _preferred(case: Case, found: Sequence[Preferred], checks: tuple[Check, ...]) -> Judgement:
    score = sum(_WORTH[one] for one in found) / len(found)
    told = f"{_TOLD[found[0]]} if shown first, {_TOLD[found[1]]} if shown second"
    return Judgement(
        outcome="correct" if score >= 0.5 else "incorrect",
        score=score,
        answer=short(spoken(case.response).text),
        reason=f"{_TOLD[found[0]]} in both orders" if found[0] == found[1] else told,
        checks=checks,
    )
