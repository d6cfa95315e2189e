"""From grades to comparisons: every student beside the teacher, item by item, on the whole suite and on each slice.

`harness.pairing` makes the pairs; here stand the figures.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from harness import attempts, checks
from harness.collect import Collected
from harness.evaluation import Comparison, Pair, Slice, Step, SuiteCard
from harness.grading import grades_by_item
from harness.ladder_order import costs_of, order_of
from harness.pairing import Floats, Item, Scores, Table, tabulate, within
from harness.policy import Policy
from harness.records import OUTCOMES, Grade, Outcome
from harness.sides import Known, side_of
from harness.stats import clustered, multiplicity, power
from harness.suite import Suite

DISCOVERY_RATE = 0.1
FEWEST_ITEMS = 20
FEWEST_CLUSTERS = 8  # below, cluster-robust standard errors are too small to decide on


def compare(
    found: Collected, grades: Sequence[Grade], policy: Policy
) -> tuple[tuple[Comparison, ...], tuple[Pair, ...]]:
    """Comparisons (whole suite first, then slices in natural order) and pairs, for every suite and student."""
    teacher = next(m.name for m in found.models if m.role == "teacher")
    return _beside(teacher, [m.name for m in found.models if m.role not in ("teacher", "judge")], found, grades, policy)


def beside_incumbent(
    incumbent: str, found: Collected, grades: Sequence[Grade], policy: Policy
) -> tuple[Comparison, ...]:
    """The other students beside the student that serves today. In these, `teacher` is the incumbent's side.

    Both sides' agreement is with the teacher, so that no ceiling needs to be known.
    """
    rivals = [m.name for m in found.models if m.role == "student" and m.name != incumbent]
    return tuple(replace(c, undecidable=None) for c in _beside(incumbent, rivals, found, grades, policy)[0])


def beside_base(found: Collected, grades: Sequence[Grade], policy: Policy) -> tuple[Comparison, ...]:
    """The students beside their base, on the suites of what they should retain. `teacher` is the base's side."""
    retained = tuple(suite for suite in found.suites if suite.kind == "retain")
    base = next((m.name for m in found.models if m.role == "base"), None)
    if base is None or not retained:
        return ()
    students = [m.name for m in found.models if m.role == "student"]
    beside = _beside(base, students, replace(found, suites=retained), grades, policy)[0]
    return tuple(replace(c, undecidable=None) for c in beside)


def steps_down(
    found: Collected, grades: Sequence[Grade], comparisons: Sequence[Comparison], policy: Policy
) -> list[Step]:
    """Each student beside the next larger one, whose side is `teacher` in these; agreement as beside an incumbent."""
    kinds = {suite.spec.name: suite.kind for suite in found.suites}
    students = [card for card in found.models if card.role == "student"]
    names = order_of(students, costs_of(comparisons, kinds)).names
    return [
        Step(larger=larger, comparison=replace(c, undecidable=None))
        for larger, smaller in pairwise(names)
        for c in _beside(larger, [smaller], found, grades, policy)[0]
    ]


def standing(c: Comparison) -> str:
    """A candidate beside an incumbent: what the 95% interval shows, and for slices whether it outlasts correction.

    A slice's difference is confirmed at a false discovery rate of 10% (Benjamini-Hochberg over the suite's slices). Too
    few items or clusters tell nothing, as with the gate.
    """
    if c.effective_n < FEWEST_ITEMS or (c.clusters is not None and c.clusters < FEWEST_CLUSTERS):
        return "too few to tell"
    interval = c.delta95
    if interval is None or interval.low is None or interval.high is None or interval.low <= 0 <= interval.high:
        return "no difference shown"
    word = "better" if interval.low > 0 else "worse"
    is_confirmed = c.slice == Slice() or (c.p_adjusted is not None and c.p_adjusted <= DISCOVERY_RATE)
    return word if is_confirmed else f"{word}, unconfirmed"


def _beside(
    reference: str, pupils: Sequence[str], found: Collected, grades: Sequence[Grade], policy: Policy
) -> tuple[tuple[Comparison, ...], tuple[Pair, ...]]:
    by_item = grades_by_item(grades)
    known = Known.of(found, by_item)
    comparisons: list[Comparison] = []
    pairs: list[Pair] = []
    for suite in found.suites:
        for pupil in pupils:
            table = tabulate(suite, reference, pupil, by_item)
            comparisons += _compare_table(table, known, policy)
            pairs += [_pair(table, item) for item in table.items]
    return tuple(comparisons), tuple(pairs)


def slices_of(suite: Suite) -> list[Slice]:
    """Every slice that the samples declare, or those the plan names, then the crossings; values in natural order."""
    wanted = suite.spec.slices
    values: dict[str, dict[str, None]] = {}
    for sample in suite.samples:
        for name, value in sample.slices.items():
            if wanted is None or name in wanted:
                values.setdefault(name, {})[value] = None
    names = wanted if wanted is not None else tuple(values)
    plain = [Slice(name=n, value=v) for n in names for v in sorted(values.get(n, ()), key=_natural)]
    return [*plain, *(piece for one, other in suite.spec.crossings for piece in _crossed(suite, one, other))]


def _crossed(suite: Suite, one: str, other: str) -> list[Slice]:
    """The crossings of two slices that hold a sample."""
    met = {(s.slices[one], s.slices[other]) for s in suite.samples if one in s.slices and other in s.slices}
    ordered = sorted(met, key=lambda values: [_natural(value) for value in values])
    return [Slice.crossing((one, a), (other, b)) for a, b in ordered]


def suite_card(suite: Suite) -> SuiteCard:
    parts = slices_of(suite)
    return SuiteCard(
        name=suite.spec.name,
        fingerprint=suite.fingerprint,
        n=len(suite.samples),
        slices=tuple(dict.fromkeys(part.name for part in parts)),
        parts=(Slice(), *parts),
        kind=suite.kind,
        origin=suite.origin,
        notes=suite.notes,
        public=bool(suite.spec.public),
    )


def _natural(value: str) -> list[tuple[int, int, str]]:
    familiar = ("easy", "medium", "hard")
    if value in familiar:
        return [(0, familiar.index(value), "")]
    return [(1, int(p), "") if p.isdecimal() else (2, 0, p) for p in re.split(r"(\d+)", value) if p]


def _compare_table(table: Table, known: Known, policy: Policy) -> list[Comparison]:
    if not table.items:
        return []
    whole = _comparison(table, Slice(), known, policy)
    parts = [
        _comparison(part, piece, known, policy)
        for piece in slices_of(table.suite)
        if (part := within(table, piece)).items
    ]
    adjusted = discovery_p_values([part.slice for part in parts], [part.p_value for part in parts])
    found = [whole, *(replace(part, p_adjusted=p) for part, p in zip(parts, adjusted, strict=True))]
    return [replace(c, fractional=True) for c in found] if _gives_fractions(table.items) else found


def _gives_fractions(items: Sequence[Item]) -> bool:
    """Whether the suite's graders give partial credit, so that slices without any are still called alike."""
    return any(grade.score not in (None, 0, 1) for item in items for grade in (*item.teacher, *item.student))


def discovery_p_values(pieces: Sequence[Slice], p_values: Sequence[float | None]) -> list[float | None]:
    """Benjamini-Hochberg over a suite's slices and, apart from them, over its crossings, so that these cost nothing."""
    adjusted = list(p_values)
    for family in (False, True):
        members = [n for n, piece in enumerate(pieces) if bool(piece.crossed) == family]
        for n, p in zip(members, multiplicity.benjamini_hochberg([p_values[n] for n in members]), strict=True):
            adjusted[n] = p
    return adjusted


def _comparison(table: Table, piece: Slice, known: Known, policy: Policy) -> Comparison:
    scores = Scores.of(table.items)
    estimate = clustered.mean_difference(scores.teacher, scores.student, scores.weights, scores.clusters)
    difference = scores.student - scores.teacher
    return Comparison(
        suite=table.suite.spec.name,
        student=table.student,
        slice=piece,
        n=len(table.items),
        clusters=None if scores.clusters is None else estimate.clusters,
        effective_n=clustered.effective_n(scores.sizes, None),
        se=estimate.se,
        df=estimate.df,
        teacher=side_of(table.teacher, table, scores, known),
        pupil=side_of(table.student, table, scores, known),
        flips=float(np.average(np.abs(difference), weights=scores.sizes)),
        p_adjusted=None,
        items_needed=_items_needed(difference, scores, policy, table, piece),
        losses=_losses(table.items, scores.sizes),
        dropped={why: len(samples) for why, samples in table.dropped.items()},
        units=estimate.effective,
        measure=scores.measure,
        undecidable=_undecidable(table.items),
        checks=checks.tally(table.items, scores),
        noise=attempts.noise_floor(table.items, scores),
        at_k=attempts.at_k(table.items, scores),
        drawing=attempts.drawing(table.items, scores, estimate.se),
        **scores.figures(estimate),
    )


def _items_needed(difference: Floats, scores: Scores, policy: Policy, table: Table, piece: Slice) -> int:
    """Items like these that would decide at the policy's margin; without disagreement a share of 1 / n is assumed."""
    spread = float(np.average(difference**2, weights=scores.sizes)) or 1 / len(difference)
    needed = power.items_needed(min(1.0, spread), policy.margin(table.suite.spec.name, piece), alpha=policy.alpha)
    return power.as_weighted(needed, len(difference), clustered.effective_n(scores.sizes, None))


def _undecidable(items: Sequence[Item]) -> str | None:
    """Why no verdict can come of these scores: without a ceiling, agreement with the teacher tells nothing."""
    once = sum(len(i.teacher) == 1 and i.teacher[0].measure == "agreement" for i in items)
    if not once:
        return None
    of = "" if once == len(items) else f" at {once:,} of {len(items):,} samples"
    return f"the teacher answered once{of}, so its agreement with itself is not known; ask with `repeats: 4`"


def _losses(items: Sequence[Item], sizes: Floats) -> dict[Outcome, float]:
    """The teacher's lead by what the student did: shares of all items (weighted) that sum to minus the delta."""
    total = dict.fromkeys(OUTCOMES, 0.0)
    for item, size in zip(items, sizes, strict=True):
        for grade in item.student:
            lead = item.teacher_score - (grade.score or 0.0)
            total[grade.outcome] += float(size) * lead / len(item.student)
    return {outcome: part / float(sizes.sum()) for outcome, part in total.items() if part}


def _pair(table: Table, item: Item) -> Pair:
    teacher, student = _typical(item.teacher), _typical(item.student)
    return Pair(
        suite=table.suite.spec.name,
        sample=item.sample.id,
        student=table.student,
        slices=item.sample.slices,
        weight=item.sample.weight,
        teacher_score=item.teacher_score,
        student_score=item.student_score,
        teacher_outcome=teacher.outcome,
        student_outcome=student.outcome,
        teacher_answer=teacher.answer,
        student_answer=student.answer,
    )


def _typical(grades: Sequence[Grade]) -> Grade:
    """The first attempt with the most frequent outcome."""
    common = Counter(grade.outcome for grade in grades).most_common(1)[0][0]
    return next(grade for grade in grades if grade.outcome == common)
