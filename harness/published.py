"""Beside figures that others published: there are no pairs, so two rates and two numbers of items are all there is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.evaluation import ALL, Comparison, Evaluation, ModelCard, PublishedScore
from harness.records import Interval
from harness.stats import unpaired

LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpaired:
    """A model's rate on a suite beside another's that was published, or both published; rates in [0, 1].

    `delta` is the rate less the other's and `retention` the quotient of the two, None where the other's is 0. Both
    intervals (95%, independent proportions) are None where a number of items is not known. `measured`: the rate is
    ours, in this evaluation.
    """

    suite: str
    model: str
    rate: float
    n: int | None
    beside: str
    beside_rate: float
    beside_n: int | None
    delta: float
    delta95: Interval | None
    retention: float | None
    retention95: Interval | None
    measured: bool
    source: str = ""


def beside(score: PublishedScore, other: PublishedScore) -> Unpaired:
    """One published figure beside another one of the same suite."""
    return _unpaired(score.suite, (score.model, score.rate, score.n), other, measured=False)


def measured_beside(evaluation: Evaluation, student: ModelCard) -> tuple[Unpaired, ...]:
    """A student's own accuracy beside the published teacher's, and beside what was published for the student itself.

    Only on suites whose name the published figures have, and where the score is an accuracy.
    """
    whole = [c for c in evaluation.comparisons if c.student == student.name and c.slice.name == ALL]
    return tuple(
        _unpaired(c.suite, (student.name, c.pupil.accuracy, _items(c)), score, measured=True)
        for c in whole
        if c.measure == "accuracy"
        for score in evaluation.published
        if score.suite == c.suite and (score.role == "teacher" or score.model.casefold() in _names(student))
    )


def references(published: Sequence[PublishedScore], evaluation: Evaluation | None) -> Mapping[str, PublishedScore]:
    """For each suite the teacher's figure that published students are held against.

    That of the published teacher, else what the teacher of this evaluation was measured at.
    """
    found: dict[str, PublishedScore] = {}
    for score in (*(s for s in published if s.role == "teacher"), *_measured_teacher(evaluation)):
        found.setdefault(score.suite, score)
    return found


def _measured_teacher(evaluation: Evaluation | None) -> Iterator[PublishedScore]:
    teacher = next((m for m in evaluation.models if m.role == "teacher"), None) if evaluation else None
    for c in evaluation.comparisons if evaluation else ():
        if teacher and c.slice.name == ALL and c.measure == "accuracy":
            yield PublishedScore(
                model=teacher.name,
                role="teacher",
                suite=c.suite,
                rate=c.teacher.accuracy,
                n=_items(c),
                source="measured here",
            )


def _names(card: ModelCard) -> set[str]:
    """What a model is called: here, and on the Hub without its owner."""
    of_hub = card.described.get("model")
    names = {card.name, of_hub.rsplit("/", 1)[-1] if isinstance(of_hub, str) else card.name}
    return {name.casefold() for name in names}


def _items(c: Comparison) -> int:
    """How many equally heavy, independent items a rate rests on."""
    return max(1, int(c.effective_n if c.clusters is None else min(c.effective_n, c.clusters)))


def _unpaired(suite: str, ours: tuple[str, float, int | None], other: PublishedScore, measured: bool) -> Unpaired:
    model, rate, n = ours
    figures = None if n is None else (rate, n, other.rate, other.n, LEVEL)
    return Unpaired(
        suite=suite,
        model=model,
        rate=rate,
        n=n,
        beside=other.model,
        beside_rate=other.rate,
        beside_n=other.n,
        delta=rate - other.rate,
        delta95=unpaired.difference_from_published(*figures) if figures else None,
        retention=rate / other.rate if other.rate else None,
        retention95=unpaired.retention_of_published(*figures) if figures else None,
        measured=measured,
        source=other.source,
    )
