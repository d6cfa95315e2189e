"""Evidence made up by hand: one exhibit after the other, with what each model answered and was worth."""

from collections.abc import Callable, Sequence

import pytest

from harness.compared import Side
from harness.evaluation import Comparison, Slice
from harness.evidence import Attempt, Evidence, Exhibit
from harness.records import Grade, LogprobSummary, Message, Response, Sample
from harness.stats import clustered

Attempts = Sequence[Attempt]


def _attempt(
    text: str, score: float, *, answer: str | None = "7", logprob: float | None = None, grader: str = "number 1"
) -> Attempt:
    """A reply; the log-probability is the mean of its tokens."""
    summary = None if logprob is None else LogprobSummary(mean=logprob, least=logprob, first=logprob)
    grade = Grade(
        suite="sums",
        sample="?",
        model="m",
        attempt=0,
        outcome="correct" if score == 1 else "incorrect",
        score=score,
        answer=answer,
        reason="",
        grader=grader,
    )
    return Attempt(Response(key=f"{text}|{score}|{logprob}", model="m", text=text, logprob=summary), grade)


def _exhibit(
    name: str,
    teacher: Attempts,
    student: Attempts,
    *,
    base: Attempts = (),
    variants: Sequence[Exhibit] = (),
    family: str | None = None,
    prompt: str = "How many?",
    context: str | None = None,
    weight: float = 1.0,
) -> Exhibit:
    sample = Sample(
        id=name,
        messages=(Message(role="user", content=prompt),),
        family=family,
        context=context,
        weight=weight,
        variant_of=name.partition("~")[0] if family else None,
    )
    return Exhibit(
        sample=sample, teacher=tuple(teacher), student=tuple(student), base=tuple(base), variants=tuple(variants)
    )


def _evidence(exhibits: Sequence[Exhibit], part: Slice | None = None) -> Evidence:
    scores = {
        side: [sum(a.score for a in getattr(e, side)) / len(getattr(e, side)) for e in exhibits]
        for side in ("teacher", "student")
    }
    estimate = clustered.mean_difference(scores["teacher"], scores["student"], None, None)

    def side(name: str) -> Side:
        accuracy = sum(scores[name]) / len(exhibits)
        return Side(accuracy=accuracy, outcomes={}, completion_tokens=None, latency_s=None)

    comparison = Comparison(
        suite="sums",
        student="small",
        slice=part or Slice(),
        n=len(exhibits),
        clusters=None,
        effective_n=float(len(exhibits)),
        cells=None,
        se=estimate.se,
        df=estimate.df,
        teacher=side("teacher"),
        pupil=side("student"),
        delta95=clustered.t_interval(estimate, 0.95),
        delta90=clustered.t_interval(estimate, 0.9),
        retention95=None,
        retention90=None,
        conditional95=None,
        conditional90=None,
        flips=0.0,
        p_value=None,
        p_adjusted=None,
        items_needed=None,
        losses={},
        dropped={},
    )
    return Evidence(
        suite="sums",
        student="small",
        slice=part or Slice(),
        exhibits=list(exhibits),
        comparison=comparison,
        teacher="big",
        base="raw" if any(e.base for e in exhibits) else None,
    )


@pytest.fixture
def attempt() -> Callable[..., Attempt]:
    return _attempt


@pytest.fixture
def exhibit() -> Callable[..., Exhibit]:
    return _exhibit


@pytest.fixture
def evidence() -> Callable[..., Evidence]:
    return _evidence
