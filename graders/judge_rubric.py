"""A judge by rubric: points for each criterion, added up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from graders.judge_basics import Reference, failed, foreign, share, unfit
from graders.judge_prompt import Template
from graders.judge_reading import Criterion, NoVerdict, points
from graders.reading import short, spoken
from harness.protocols import Case
from harness.records import Check, Json, Judgement, Measure, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """`enough`: the share of all points from which a reply is right."""

    judge: str
    template: Template
    criteria: tuple[Criterion, ...]
    enough: Fraction
    shows_target: bool
    reference: Reference | None
    reads_teacher: bool = False
    measure: Measure = "accuracy"

    @property
    def based_on(self) -> str:
        return f"{self.reference.name} {self.reference.version}" if self.reference else ""

    def asks(self, case: Case) -> Sequence[Request]:
        response = spoken(case.response)
        if unfit(response):
            return ()
        texts = {**foreign(case.sample, self.shows_target), "reply": response.text}
        return (self.template.request(texts, said(self.criteria)),)

    def decide(self, case: Case) -> Judgement:
        response = spoken(case.response)
        if judged := unfit(response):
            return judged
        if len(case.replies) != 1:
            return failed("the judge was not asked")
        try:
            given = points(case.replies[0], self.criteria)
        except NoVerdict as error:
            return failed(short(str(error)))
        score = Fraction(sum(given), sum(one.points for one in self.criteria))
        told = "; ".join(f"{one.name} {got} of {one.points}" for one, got in zip(self.criteria, given, strict=True))
        return Judgement(
            outcome="correct" if score >= self.enough else "incorrect",
            score=float(score),
            answer=short(response.text),
            reason=short(told),
            checks=tuple(self._checks(case, given, score >= self.enough)),
        )

    def _checks(self, case: Case, given: Sequence[int], is_right: bool) -> Iterator[Check]:
        for one, got in zip(self.criteria, given, strict=True):
            yield Check(name=one.name, kind="share", hits=got, spurious=one.points - got)
        truth = self.reference.says(case.sample, case.response) if self.reference else None
        if self.reference and truth is not None:
            yield share(f"agrees where {self.reference.name} says {'right' if truth else 'wrong'}", is_right == truth)


def said(criteria: Sequence[Criterion]) -> dict[str, Json]:
    """What the plan says to the judge, by the names that a template uses."""
    rows: list[Json] = [{"name": one.name, "question": one.question, "points": one.points} for one in criteria]
    form = ", ".join(f'"{one.name}": <0 to {one.points}>' for one in criteria)
    return {"criteria": rows, "form": f"{{{form}}}"}
