"""The ladder: the students from the largest to the smallest, the smallest that passes, and what each step down costs.

A pure function of an evaluation and its verdict. Each student keeps the decision that the gate gave it; published
figures without items stand beside them as unpaired rungs and decide nothing.
"""

from collections.abc import Iterator, Mapping, Sequence

from harness import published
from harness.compare import standing
from harness.compared import Side, Spent
from harness.evaluation import ALL, Comparison, Evaluation, ModelCard, Step
from harness.gate_margins import place
from harness.gate_words import points
from harness.ladder_order import SMALLEST, Order, costs_of, kinds_of, order_of, whole_suites
from harness.ladder_published import merged, published_rungs, published_steps
from harness.parameters import in_words
from harness.rungs import UNPAIRED, Ladder, Rung, StepDown
from harness.verdict import StudentVerdict, Verdict

SPENT: tuple[Spent, ...] = ("completion_tokens", "latency_s", "cost")


def ladder(evaluation: Evaluation, verdict: Verdict) -> Ladder:
    """The students of an evaluation, with the models that others published."""
    kinds = kinds_of(evaluation.suites)
    students = [card for card in evaluation.models if card.role == "student"]
    ordering = order_of(students, costs_of(evaluation.comparisons, kinds))
    cards = {card.name: card for card in students}
    judged = {student.student: student for student in verdict.students}
    measured = [_rung(cards[name], judged.get(name), evaluation) for name in ordering.names]
    held_against = published.references(evaluation.published, evaluation)
    others = published_rungs(evaluation.published, held_against)
    passing = [rung.model for rung in measured if rung.decision == "pass"]
    smallest = passing[-1] if passing else None
    closest = None if passing else _closest(measured, judged)
    return Ladder(
        order=ordering.order,
        ordered=ordering.told,
        rungs=merged(measured, others, ordering.order),
        steps=(*map(_paired_step, evaluation.steps), *published_steps(others, evaluation.published)),
        smallest=smallest,
        closest=closest,
        sentence=_sentence(measured, ordering.order, smallest, closest, judged),
        notes=tuple(_notes(measured, evaluation, smallest)),
    )


def _rung(card: ModelCard, judged: StudentVerdict | None, evaluation: Evaluation) -> Rung:
    kinds = kinds_of(evaluation.suites)
    workload = [c for c in evaluation.comparisons if kinds.get(c.suite, "workload") == "workload"]
    whole = whole_suites(workload, card.name, kinds)
    return Rung(
        model=card.name,
        role="student",
        paired=True,
        parameters=card.parameters,
        decision=judged.decision if judged else None,
        reason=judged.reasons[0] if judged and judged.reasons else "",
        parts=tuple(c for c in workload if c.student == card.name),
        labels={p.suite: p.label for p in evaluation.profiles if p.student == card.name and p.slice.name == ALL},
        spent={what: mean for what in SPENT if (mean := _mean(what, whole)) is not None},
        unpaired=published.measured_beside(evaluation, card),
    )


def _mean(what: Spent, whole: Sequence[Comparison]) -> float | None:
    """What an answer takes on average over suites; None unless it is known on all of them."""
    known = [(taken, c.n) for c in whole if (taken := _taken(c.pupil, what)) is not None]
    if not known or len(known) < len(whole):
        return None
    return sum(taken * n for taken, n in known) / sum(n for _, n in known)


def _taken(side: Side, what: Spent) -> float | None:
    found: Mapping[Spent, float | None] = {
        "latency_s": side.latency_s,
        "completion_tokens": side.completion_tokens,
        "cost": side.cost,
    }
    return found[what]


def _paired_step(step: Step) -> StepDown:
    c = step.comparison
    moved = c.pupil.accuracy - c.teacher.accuracy
    spent = {what: (_taken(c.teacher, what), _taken(c.pupil, what)) for what in SPENT}
    return StepDown(
        larger=step.larger,
        smaller=c.student,
        paired=True,
        suite=c.suite,
        slice=c.slice,
        measure=c.measure,
        n=c.n,
        delta=moved,
        delta95=c.delta95,
        wrong_per_1000=-1000 * moved,
        shown=standing(c) in ("better", "worse"),
        saved={what: more - less for what, (more, less) in spent.items() if more is not None and less is not None},
    )


def _closest(measured: Sequence[Rung], judged: Mapping[str, StudentVerdict]) -> str | None:
    """The student whose worst critical part of the workload is nearest to being cleared; nobody without any figure."""
    worst = {rung.model: _worst(rung, judged.get(rung.model)) for rung in measured}
    known = {model: found[0] for model, found in worst.items() if found is not None}
    return max(known, key=known.__getitem__) if known else None


def _worst(rung: Rung, judged: StudentVerdict | None) -> tuple[float, Comparison, float] | None:
    """How far the lower 90% end of the worst critical part lies above minus its margin; the part, and the margin."""
    limits = {(c.suite, c.slice): c for c in rung.parts}
    critical = (
        [s for s in judged.slices if s.tier == "critical" and s.kind == "workload" and s.waived is None]
        if judged
        else []
    )
    found = [
        (-1.0 if c.delta90 is None or c.delta90.low is None else c.delta90.low + s.margin, c, s.margin)
        for s in critical
        if (c := limits.get((s.suite, s.slice))) is not None and c.undecidable is None
    ]
    return min(found, key=lambda one: one[0]) if found and len(found) == len(critical) else None


def _sentence(
    measured: Sequence[Rung],
    order: Order,
    smallest: str | None,
    closest: str | None,
    judged: Mapping[str, StudentVerdict],
) -> str:
    sizes = {rung.model: rung.parameters for rung in measured}
    if smallest is not None:
        size = sizes[smallest]
        shown = f" ({in_words(size)} parameters)" if size is not None else ""
        if len(measured) == 1:
            return f"{smallest}{shown} passes"
        return f"{smallest}{shown} is {SMALLEST[order]}"
    none = "the only student does not pass" if len(measured) == 1 else f"none of the {len(measured)} students passes"
    if closest is None or len(measured) == 1:
        return none
    return f"{none}; {closest} comes closest: {_what_is_missing(closest, measured, judged)}"


def _what_is_missing(closest: str, measured: Sequence[Rung], judged: Mapping[str, StudentVerdict]) -> str:
    rung = next(rung for rung in measured if rung.model == closest)
    found = _worst(rung, judged.get(closest))
    if found is None or found[0] > 0:  # margins are kept, and something else is not
        return rung.reason
    _, c, margin = found
    low = None if c.delta90 is None else c.delta90.low
    lost = "any loss" if low is None else f"a loss of up to {points(low).lstrip('−')} points"
    return f"on {place(c.suite, c.slice)} {lost} is not ruled out, and {margin * 100:g} are allowed"


def _notes(measured: Sequence[Rung], evaluation: Evaluation, smallest: str | None) -> Iterator[str]:
    if smallest is not None:
        above = measured[: [rung.model for rung in measured].index(smallest)]
        if others := [rung.model for rung in above if rung.decision != "pass"]:
            yield (
                f"{', '.join(others)} {'is' if len(others) == 1 else 'are'} not smaller than {smallest} and "
                f"{'does' if len(others) == 1 else 'do'} not pass: of several students one may pass by chance, so look "
                "closer before relying on it"
            )
    if len(measured) > 1 and not evaluation.steps:
        yield "the steps are not worked out in this run; `viva grade RUN` does it without asking a model"
    if evaluation.published:
        yield UNPAIRED
