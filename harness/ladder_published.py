"""Models that others published, as rungs of a ladder: unpaired, and never judged."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from harness import published
from harness.evaluation import PublishedScore, Slice
from harness.ladder_order import Order
from harness.published import Unpaired
from harness.rungs import UNPAIRED, Ladder, Rung, StepDown


def published_ladder(scores: Sequence[PublishedScore]) -> Ladder:
    """Published figures alone, without a run: students beside the published teacher, and step by step."""
    rungs = published_rungs(scores, published.references(scores, None))
    sized = all(rung.parameters is not None for rung in rungs if rung.role == "student")
    order: Order = "parameters" if sized else "plan"
    students = sum(rung.role == "student" for rung in rungs)
    return Ladder(
        order=order,
        ordered="by the number of parameters" if sized else "in the order of the file (not all tell their parameters)",
        rungs=merged((), rungs, order),
        steps=tuple(published_steps(rungs, scores)),
        smallest=None,
        closest=None,
        sentence=f"{students} published students: figures without items, so nothing is judged",
        notes=(UNPAIRED,),
    )


def merged(measured: Sequence[Rung], others: Sequence[Rung], order: Order) -> tuple[Rung, ...]:
    """Published students stand among the measured ones by size, where that is the order; else they follow."""
    students = [rung for rung in others if rung.role == "student"]
    if order == "parameters":
        placed = [rung for rung in (*measured, *students) if rung.parameters is not None]
        ranked = sorted(placed, key=lambda rung: rung.parameters or 0.0, reverse=True)
    else:
        ranked = list(measured)
    return (*ranked, *(rung for rung in students if rung not in ranked), *(r for r in others if r.role != "student"))


def published_rungs(scores: Sequence[PublishedScore], held_against: Mapping[str, PublishedScore]) -> list[Rung]:
    """Published models but for the teachers, which are what the others are held against."""
    models = dict.fromkeys(score.model for score in scores if score.role != "teacher")
    return [_published_rung([s for s in scores if s.model == model], held_against) for model in models]


def _published_rung(own: Sequence[PublishedScore], held_against: Mapping[str, PublishedScore]) -> Rung:
    return Rung(
        model=own[0].model,
        role=own[0].role,
        paired=False,
        parameters=own[0].parameters,
        unpaired=tuple(published.beside(s, held_against[s.suite]) for s in own if s.suite in held_against),
        source=own[0].source,
    )


def published_steps(rungs: Sequence[Rung], scores: Sequence[PublishedScore]) -> Iterator[StepDown]:
    """Each published student beside the next larger one, on every benchmark that both have."""
    students = [rung for rung in rungs if rung.role == "student"]
    if all(rung.parameters is not None for rung in students):
        students.sort(key=lambda rung: rung.parameters or 0.0, reverse=True)
    figures = {(score.model, score.suite): score for score in scores}
    for larger, smaller in pairwise(rung.model for rung in students):
        for suite in dict.fromkeys(score.suite for score in scores if score.model == smaller):
            if (larger, suite) in figures:
                yield _unpaired_step(published.beside(figures[smaller, suite], figures[larger, suite]))


def _unpaired_step(found: Unpaired) -> StepDown:
    limits = found.delta95
    return StepDown(
        larger=found.beside,
        smaller=found.model,
        paired=False,
        suite=found.suite,
        slice=Slice(),
        measure="accuracy",
        n=found.n,
        delta=found.delta,
        delta95=limits,
        wrong_per_1000=-1000 * found.delta,
        shown=limits is not None and ((limits.low or 0.0) > 0 or (limits.high or 0.0) < 0),
    )
