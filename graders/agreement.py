"""No gold: the teacher's own replies are the reference, and its agreement with itself is the ceiling.

Each reply is graded, by another grader, against what the teacher answered to the same sample: a student's against all
of the teacher's attempts, a teacher's against its other attempts. The score is the mean. This measures agreement, never
accuracy: where the teacher errs, a student that errs alike agrees.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from graders.options import refuse_unknown
from graders.reading import no_reply, refuses, right, short, spoken, wrong
from harness.errors import nearest
from harness.protocols import Case, CaseGrader, Grader, GraderKind, NamesRules, ReadsReference
from harness.records import Json, Judgement, Measure, Outcome, Request, Response, Sample

version = "1"

OPTIONS = ("by", "options")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """`kind`, `options` and `grader`: what tells whether two replies say the same."""

    kind: ReadsReference
    options: Mapping[str, Json]
    grader: Grader
    based_on: str
    judge: str | None = None
    reads_teacher: bool = True
    measure: Measure = "agreement"

    def asks(self, case: Case) -> Sequence[Request]:
        """Nobody is asked anything."""
        return ()

    def decide(self, case: Case) -> Judgement:
        others = [r for r in case.teacher if not (case.from_teacher and r.key == case.response.key)]
        if case.from_teacher and not others:  # it agrees with itself, which tells nothing: the comparison says so
            others = [case.response]
        found = [judged for other in others if (judged := self._against(case, other))]
        scored = [judged for judged in found if judged.score is not None]
        if scored:
            return _mean(scored)
        if found:  # our own failures, which are nobody's disagreement
            return found[0]
        return no_reply(case.response) or Judgement(
            outcome="failed", score=None, answer=None, reason="no reply of the teacher's holds an answer to agree with"
        )

    def check(self, samples: Sequence[Sample]) -> None:
        """Raises ValueError where replies cannot be read at all: `label` without labels, a rule without its value."""
        for sample in samples:
            try:
                self._reference(sample, Response(key="none", model="none", text="none", finish="stop"))
            except ValueError as error:
                raise ValueError(f'sample "{sample.id}": {error}') from None

    def rule_names(self, samples: Sequence[Sample]) -> Iterable[str]:
        return self.grader.rule_names(samples) if isinstance(self.grader, NamesRules) else ()

    def _against(self, case: Case, other: Response) -> Judgement | None:
        """The reply judged by another one; None where that neither answers nor declines."""
        reference = self._reference(case.sample, other)
        if reference is not None:
            return self.grader(replace(case.sample, target=reference), case.response)
        if not _declines(other):
            return None
        if _declines(case.response) and self._reference(case.sample, case.response) is None:
            return right("(declined)", "both decline")
        return no_reply(case.response) or wrong("(answered)", "answers where the teacher declines")

    def _reference(self, sample: Sample, response: Response) -> Json:
        return self.kind.reference(sample, response, self.options)


@dataclass(frozen=True, slots=True)
class Kind:
    """The grader kind; `graders` are those that can tell whether two replies agree, by name; `names`, all names."""

    graders: Callable[[str], GraderKind]
    names: Callable[[], Iterable[str]]
    version: str = version
    needs_target: bool = False

    def make(self, options: Mapping[str, Json]) -> CaseGrader:
        refuse_unknown(options, OPTIONS)
        by, given = options.get("by", "exact"), options.get("options", {})
        if not isinstance(by, str) or not isinstance(given, dict):
            raise ValueError('"by" names a grader, and "options" is a mapping of its options')
        if ":" in by:
            raise ValueError(f'option "by": {by!r} names a file; one of viva\'s own graders compares')
        try:
            kind = self.graders(by)
        except KeyError:
            raise ValueError(f'option "by": there is no grader "{by}"{nearest(by, self.names())}') from None
        if not isinstance(kind, ReadsReference):
            raise ValueError(f'option "by": grader "{by}" cannot take one reply for the target of another')
        grader = kind.make(given)
        assert not isinstance(grader, CaseGrader)
        return Agreement(kind=kind, options=given, grader=grader, based_on=f"{by} {kind.version}")

    def gold(self, sample: Sample) -> str | None:
        """None: a target is not looked at."""
        return None


def _declines(response: Response) -> bool:
    return response.finish == "refusal" or refuses(spoken(response).text)


def _mean(found: Sequence[Judgement]) -> Judgement:
    """The judgements against each of the teacher's replies as one: the mean score."""
    from harness.checks import averaged  # numpy is not loaded where graders are only named

    score = sum(judged.score or 0.0 for judged in found) / len(found)
    agreed = sum(judged.outcome == "correct" for judged in found)
    outcome: Outcome = found[0].outcome
    if score > 0.5:
        outcome = "correct"
    elif score or outcome == "correct":
        outcome = "incorrect"  # it agrees with some of them, so it is neither unread nor declined
    first = next((judged for judged in found if judged.outcome == outcome), found[0])
    return Judgement(
        outcome=outcome,
        score=score,
        answer=first.answer,
        reason=short(f"agrees with {agreed} of {len(found)} replies of the teacher's; {first.reason}"),
        checks=averaged(judged.checks for judged in found),
    )
