"""Grading: what machines must offer, graders that judge many at once, and failures that stay ours."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from harness.collect import Answer, Collected
from harness.errors import UsageError
from harness.grading import assign, check_gold, grade_all, pending
from harness.plan import SuiteSpec
from harness.progress import Silent
from harness.protocols import Grader, Loaded
from harness.records import Json, Judgement, Message, Outcome, Response, Sample
from harness.store import open_store
from harness.suite import Suite, make_suite


@dataclass
class Together:
    """Judges many at once; breaks on the text "break", together and alone."""

    batches: list[int] = field(default_factory=list)
    alone: int = 0

    def __call__(self, sample: Sample, response: Response) -> Judgement:
        self.alone += 1
        return self._judge(response)

    def many(self, items: Iterable[tuple[Sample, Response]]) -> Iterator[Judgement]:
        asked = list(items)
        self.batches.append(len(asked))
        yield from (self._judge(response) for _, response in asked)

    def _judge(self, response: Response) -> Judgement:
        if response.text == "break":
            raise RuntimeError("the sandbox fell over")
        outcome: Outcome = "correct" if response.text == "4" else "incorrect"
        return Judgement(outcome=outcome, score=float(outcome == "correct"), answer=response.text, reason="")


@dataclass
class Kind:
    grader: Together
    version: str = "1"
    needs_target: bool = True
    missing: str | None = None

    def make(self, options: Mapping[str, Json]) -> Grader:
        return self.grader

    def gold(self, sample: Sample) -> str | None:
        return None

    def check_ready(self, options: Mapping[str, Json]) -> None:
        if self.missing:
            raise UsageError(self.missing)


def suite_of(n: int) -> Suite:
    samples = [Sample(id=f"s{i}", messages=(Message(role="user", content=f"q{i}"),), target="4") for i in range(n)]
    return make_suite(SuiteSpec(name="sums", grader="together"), Loaded(samples=samples))


def outcomes(texts: list[str], grader: Together) -> list[Outcome]:
    suite = suite_of(len(texts))
    answers = [
        Answer(suite="sums", sample=f"s{i}", attempt=0, response=Response(key=f"k{i}", model="m", text=text))
        for i, text in enumerate(texts)
    ]
    with open_store(None) as store:
        waiting = pending(Collected(suites=(suite,), answers=answers), assign((suite,), {"together": Kind(grader)}))
        first = grade_all(waiting, store, Silent())
        again = grade_all(waiting, store, Silent())
    assert [g.outcome for g in again] == [g.outcome for g in first]
    return [grade.outcome for grade in first]


def test_what_can_be_judged_together_is() -> None:
    grader = Together()
    assert outcomes(["4", "5", "4"], grader) == ["correct", "incorrect", "correct"]
    assert (grader.batches, grader.alone) == ([3], 0)


def test_one_that_breaks_a_batch_fails_alone() -> None:
    grader = Together()
    assert outcomes(["4", "break", "5", "4"], grader) == ["correct", "failed", "incorrect", "correct"]
    assert grader.alone >= 3


def test_an_interruption_costs_no_judgement_that_was_made() -> None:
    class Tired(Together):
        def many(self, items: Iterable[tuple[Sample, Response]]) -> Iterator[Judgement]:
            yield self._judge(next(iter(items))[1])
            raise KeyboardInterrupt

    suite = suite_of(2)
    responses = [Response(key=f"k{i}", model="m", text="4") for i in range(2)]
    answers = [Answer(suite="sums", sample=f"s{i}", attempt=0, response=r) for i, r in enumerate(responses)]
    with open_store(None) as store:
        with pytest.raises(KeyboardInterrupt):
            waiting = pending(
                Collected(suites=(suite,), answers=answers), assign((suite,), {"together": Kind(Tired())})
            )
            grade_all(waiting, store, Silent())
        assert store.counts()["grades"] == 1


def test_a_machine_that_lacks_something_is_told_before_any_model_is_asked() -> None:
    kind = Kind(Together(), missing="no sandbox here; install bubblewrap")
    with pytest.raises(UsageError, match="no sandbox here; install bubblewrap"):
        check_gold(assign((suite_of(1),), {"together": kind}))
