"""How far reviewers agree with the grader and with each other, from marks on drawn pairs only.

A grade counts once for each pair that it stands in: a teacher's grade once beside every student. It weighs one over the
pair's chance of being drawn, so that over-represented lost pairs do not tilt the share (Hajek's estimator: Hajek 1971;
Sarndal, Swensson and Wretman 1992, Model Assisted Survey Sampling, section 5.7). Grades of one sample are one cluster.
The intervals are those of `harness.stats.rates`; they take no credit for strata or for a finite number of pairs, so
they are rather too wide than too narrow.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from harness.evaluation import Evaluation
from harness.records import Interval
from harness.review import (
    CHANGE_KINDS,
    Agreement,
    BetweenReviewers,
    ChangeKind,
    Draw,
    Drawn,
    DrawStanding,
    LostReviewed,
    ReviewMark,
    Reviews,
)
from harness.stats import rates

LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedSide:
    """A reviewer's marks on one model's grades in a drawn pair, attempt by attempt."""

    item: Drawn
    model: str
    marks: tuple[ReviewMark, ...]

    @property
    def decided(self) -> tuple[ReviewMark, ...]:
        return tuple(mark for mark in self.marks if mark.mark != "unsure")

    @property
    def value(self) -> float:
        """The share of the decided marks that are "right"; there must be one."""
        return sum(mark.mark == "right" for mark in self.decided) / len(self.decided)


def reviews(evaluation: Evaluation, digest: str, draws: Sequence[Draw], marks: Sequence[ReviewMark]) -> Reviews:
    """Everything that the marks say of the evaluation whose file has this digest."""
    own = [mark for mark in marks if mark.evaluation == digest]
    teacher = next(model.name for model in evaluation.models if model.role == "teacher")
    held = [(draw, [mark for mark in own if mark.draw == draw.id]) for draw in draws if draw.evaluation == digest]
    return Reviews(
        evaluation=digest,
        draws=tuple(_standing(draw, given, teacher) for draw, given in held),
        agreement=tuple(figure for draw, given in held for figure in _agreement(draw, given, teacher)),
        between=tuple(figure for draw, given in held for figure in _between(draw, given)),
        lost=tuple(figure for draw, given in held for figure in _lost(draw, given, teacher)),
        wrong=tuple(mark for mark in own if mark.mark == "wrong"),
        comments=tuple(mark for mark in own if mark.draw is None),
        stale=len(marks) - len(own),
    )


def _standing(draw: Draw, marks: Sequence[ReviewMark], teacher: str) -> DrawStanding:
    sides = _sides(draw, teacher)
    marked = {(mark.suite, mark.sample, mark.model) for mark in marks}
    return DrawStanding(
        draw=draw.id,
        pairs=len(draw.items),
        grades=len(sides),
        marked=sum((item.suite, item.sample, model) in marked for item, model in sides),
    )


def _sides(draw: Draw, teacher: str) -> list[tuple[Drawn, str]]:
    return [(item, model) for item in draw.items for model in (teacher, item.student)]


def _by_reviewer(marks: Iterable[ReviewMark]) -> dict[str, list[ReviewMark]]:
    found: dict[str, list[ReviewMark]] = {}
    for mark in marks:
        found.setdefault(mark.reviewer, []).append(mark)
    return dict(sorted(found.items()))


def _reviewed(draw: Draw, marks: Iterable[ReviewMark], teacher: str) -> list[MarkedSide]:
    """The marked sides of the draw's pairs."""
    given: dict[tuple[str, str, str], list[ReviewMark]] = {}
    for mark in marks:
        given.setdefault((mark.suite, mark.sample, mark.model), []).append(mark)
    sides = ((item, model, given.get((item.suite, item.sample, model))) for item, model in _sides(draw, teacher))
    return [MarkedSide(item=item, model=model, marks=tuple(found)) for item, model, found in sides if found]


def _agreement(draw: Draw, marks: Sequence[ReviewMark], teacher: str) -> Iterator[Agreement]:
    for reviewer, own in _by_reviewer(marks).items():
        reviewed = _reviewed(draw, own, teacher)
        yield _agreed(draw, reviewer, reviewed, None, None)
        for kind in CHANGE_KINDS:
            if of_kind := [one for one in reviewed if one.item.kind == kind]:
                yield _agreed(draw, reviewer, of_kind, kind, None)
        if any(mark.blind for mark in own):
            for blind in (True, False):
                if apart := _reviewed(draw, (mark for mark in own if mark.blind == blind), teacher):
                    yield _agreed(draw, reviewer, apart, None, blind)


def _agreed(
    draw: Draw, reviewer: str, reviewed: Sequence[MarkedSide], kind: ChangeKind | None, blind: bool | None
) -> Agreement:
    said = [mark.mark for one in reviewed for mark in one.marks]
    return Agreement(
        draw=draw.id,
        reviewer=reviewer,
        kind=kind,
        blind=blind,
        right=said.count("right"),
        wrong=said.count("wrong"),
        unsure=said.count("unsure"),
        share=_share([(one.item, one.value) for one in reviewed if one.decided]),
    )


def _share(values: Sequence[tuple[Drawn, float]]) -> Interval | None:
    """The mean of values in [0, 1] over all pairs that could have been drawn, from those of drawn pairs."""
    if not values:
        return None
    weights = [1 / item.inclusion for item, _ in values]
    clusters = [f"{item.suite}\0{item.sample}" for item, _ in values]
    return rates.mean_share([value for _, value in values], weights, clusters, LEVEL)


def _between(draw: Draw, marks: Sequence[ReviewMark]) -> Iterator[BetweenReviewers]:
    by_grade = {reviewer: {mark.grade: mark.mark for mark in own} for reviewer, own in _by_reviewer(marks).items()}
    for (first, ours), (second, theirs) in combinations(by_grade.items(), 2):
        common = [(ours[grade], theirs[grade]) for grade in ours if grade in theirs]
        if not common:
            continue
        decided = [both for both in common if "unsure" not in both]
        yield BetweenReviewers(
            draw=draw.id,
            first=first,
            second=second,
            n=len(decided),
            same=sum(a == b for a, b in decided) / len(decided) if decided else None,
            kappa=_kappa(decided),
            unsure=len(common) - len(decided),
        )


def _kappa(decided: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa (Cohen 1960). None where all marks are the same, since chance alone then agrees fully."""
    from sklearn.metrics import cohen_kappa_score

    if len({mark for both in decided for mark in both}) < 2:
        return None
    first, second = zip(*decided, strict=True)
    return float(cohen_kappa_score(first, second))


def _lost(draw: Draw, marks: Sequence[ReviewMark], teacher: str) -> Iterator[LostReviewed]:
    """A lost pair hides a grading error if one of its grades was marked wrong; only pairs count with both marked."""
    given = _decided_by_side(marks)
    for student in draw.students:
        lost = [item for item in draw.items if item.kind == "lost" and item.student == student]
        sides_of = ([given.get((item.suite, item.sample, model), []) for model in (teacher, student)] for item in lost)
        said = list(zip(lost, sides_of, strict=True))
        marked = [(item, float(any("wrong" in marks_of for marks_of in sides))) for item, sides in said if all(sides)]
        if marked:
            yield LostReviewed(
                draw=draw.id,
                student=student,
                drawn=len(lost),
                marked=len(marked),
                wrong=sum(int(value) for _, value in marked),
                share=_share(marked),
            )


def _decided_by_side(marks: Iterable[ReviewMark]) -> dict[tuple[str, str, str], list[str]]:
    given: dict[tuple[str, str, str], list[str]] = {}
    for mark in marks:
        if mark.mark != "unsure":
            given.setdefault((mark.suite, mark.sample, mark.model), []).append(mark.mark)
    return given
