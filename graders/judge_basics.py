"""What both ways of judging share: the replies that no judge is asked about, and the grader that checks a judge."""

from collections.abc import Mapping
from dataclasses import dataclass

from graders.judge_prompt import asked_of, reference_of, source_of
from graders.reading import cut_off, no_answer, no_reply, refuses
from harness.protocols import Grader
from harness.records import Check, Judgement, Response, Sample


@dataclass(frozen=True, slots=True)
class Reference:
    """Another grader, which knows the truth where a sample has a target that it can read."""

    name: str
    grader: Grader
    version: str

    def says(self, sample: Sample, response: Response) -> bool | None:
        """Whether the reply is right; None where there is no target, or no answer that can be read."""
        if sample.target is None:
            return None
        try:
            outcome = self.grader(sample, response).outcome
        except ValueError:  # a target for the judge to read, and not for this grader
            return None
        return outcome == "correct" if outcome in ("correct", "incorrect") else None


def unfit(response: Response) -> Judgement | None:
    """The judgement of a reply (without its thoughts) that no judge needs to read; None for one that it must."""
    if silent := no_reply(response):
        return silent
    if refuses(response.text) or cut_off(response):
        return no_answer(response, "the reply stops at the token limit")
    return None


def foreign(sample: Sample, shows_target: bool) -> Mapping[str, str | None]:
    """The texts of a sample that a judge reads beside the replies."""
    return {
        "prompt": asked_of(sample),
        "context": source_of(sample),
        "reference": reference_of(sample.target) if shows_target else None,
    }


def failed(reason: str) -> Judgement:
    return Judgement(outcome="failed", score=None, answer=None, reason=reason)


def share(name: str, hit: bool) -> Check:
    return Check(name=name, kind="share", hits=float(hit), spurious=float(not hit))
