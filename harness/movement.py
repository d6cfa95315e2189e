"""What changed between two runs, and which model it was: the teacher, a student, both or neither.

Only samples count that both runs asked in the same words, with the same target, and that both models answered in both:
so the four scores of a sample belong together, and the change of the difference is the student's change less the
teacher's. A model has moved where the 95% interval of its change excludes 0. Not to have moved is not shown by that: it
may have moved by less than so many samples can tell, and the intervals say by how much.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from harness.compare import DISCOVERY_RATE, FEWEST_CLUSTERS, FEWEST_ITEMS, discovery_p_values
from harness.evaluation import ALL, Slice
from harness.pairing import Item, Scores
from harness.records import Interval, Role
from harness.stats import clustered
from harness.two_runs import Beside, Finished, Models, beside, left_out, regraded
from harness.verdict import Decision, StudentVerdict, Verdict

Mover = Literal["teacher", "student", "both", "neither", "too few to tell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The mean score of one model on the common samples, before and after, with the 95% interval of the change.

    `p_adjusted` is that of no change after Benjamini-Hochberg over the suite's slices; None for whole suites.
    """

    before: float
    after: float
    change95: Interval | None
    p_value: float | None
    p_adjusted: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A student and its teacher on one slice. `lead95`: the change of student minus teacher; `moved`: which it was.

    Names are those of the later run.
    """

    suite: str
    student: str
    slice: Slice
    n: int
    clusters: int | None
    teacher: Change
    pupil: Change
    lead95: Interval | None
    moved: Mover


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A sample on which a model's score is another one now (mean over attempts)."""

    suite: str
    sample: str
    model: str
    role: Role
    before: float
    after: float
    slices: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the gate said before and after: of a student as a whole (`slice` None) or of one of its slices.

    A decision of None: that run did not judge it.
    """

    student: str
    suite: str
    slice: Slice | None
    before: Decision | None
    after: Decision | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """All that changed. `left_out`: by suite, why samples of either run could not be compared, and how many.

    `regraded`: by suite, how many of the models' samples another grader judged, or another version of it: what changed
    there may be the grading.
    """

    models: tuple[Models, ...]
    moves: tuple[Move, ...]
    flips: tuple[Flip, ...]
    rulings: tuple[Ruling, ...]
    left_out: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    regraded: Mapping[str, int] = field(default_factory=dict)
    unmatched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quad:
    """One sample's items: each model against its earlier self."""

    teacher: Item
    pupil: Item


def movement(before: Finished, after: Finished) -> Movement:
    """What changed from one run to the other."""
    both = beside(before, after)
    _, *students = both.models
    return Movement(
        models=both.models,
        moves=tuple(
            move for suite in both.samples for student in students for move in _moves(suite, student, both, after)
        ),
        flips=tuple(_flips(both)),
        rulings=tuple(_rulings(students, before.verdict, after.verdict)),
        left_out=left_out(before, after, both),
        regraded=regraded(both),
        unmatched=both.unmatched,
    )


def _quads(suite: str, student: Models, both: Beside) -> list[_Quad]:
    teacher, pupil = (
        {item.sample.id: item for item in both.items[suite, model.after]} for model in (both.models[0], student)
    )
    return [_Quad(teacher=teacher[sample], pupil=pupil[sample]) for sample in teacher if sample in pupil]


def _moves(suite: str, student: Models, both: Beside, after: Finished) -> list[Move]:
    quads = _quads(suite, student, both)
    if not quads:
        return []
    whole = _move(suite, student.after, Slice(), quads)
    pieces = next((card.parts for card in after.evaluation.suites if card.name == suite), ())
    inside = ((piece, _within(quads, piece)) for piece in pieces if piece.name != ALL)
    parts = [_move(suite, student.after, piece, held) for piece, held in inside if held]
    held_pieces = [part.slice for part in parts]
    teachers = discovery_p_values(held_pieces, [part.teacher.p_value for part in parts])
    pupils = discovery_p_values(held_pieces, [part.pupil.p_value for part in parts])
    return [whole, *(_confirmed(part, t, p) for part, t, p in zip(parts, teachers, pupils, strict=True))]


def _within(quads: Sequence[_Quad], piece: Slice) -> list[_Quad]:
    return [quad for quad in quads if piece.holds(quad.pupil.sample.slices)]


def _move(suite: str, student: str, piece: Slice, quads: Sequence[_Quad]) -> Move:
    teacher, teacher_scores = _change([quad.teacher for quad in quads])
    pupil, scores = _change([quad.pupil for quad in quads])
    leads = (teacher_scores.student - teacher_scores.teacher, scores.student - scores.teacher)
    clusters = None if scores.clusters is None else len(set(scores.clusters))
    move = Move(
        suite=suite,
        student=student,
        slice=piece,
        n=len(quads),
        clusters=clusters,
        teacher=teacher,
        pupil=pupil,
        lead95=_doubled(clustered.mean_difference(leads[0] / 2, leads[1] / 2, scores.weights, scores.clusters)),
        moved="neither",
    )
    return replace(move, moved=_mover(move, scores))


def _change(items: Sequence[Item]) -> tuple[Change, Scores]:
    scores = Scores.of(items)
    estimate = clustered.mean_difference(scores.teacher, scores.student, scores.weights, scores.clusters)
    figures = scores.figures(estimate)
    before, after = (float(np.average(side, weights=scores.sizes)) for side in (scores.teacher, scores.student))
    return Change(before=before, after=after, change95=figures["delta95"], p_value=figures["p_value"]), scores


def _doubled(halved: clustered.ClusterEstimate) -> Interval:
    """Changes of a difference lie in [-2, 2]: halved they are what the interval and its guard are made for."""
    found = clustered.t_interval(halved, 0.95)
    low, high = (None if limit is None else 2 * limit for limit in (found.low, found.high))
    return replace(found, point=2 * found.point, low=low, high=high)


def _mover(move: Move, scores: Scores) -> Mover:
    if clustered.effective_n(scores.sizes, None) < FEWEST_ITEMS:
        return "too few to tell"
    if move.clusters is not None and move.clusters < FEWEST_CLUSTERS:
        return "too few to tell"
    return _which(_is_shown(move.teacher), _is_shown(move.pupil))


def _which(teacher: bool, pupil: bool) -> Mover:
    if teacher and pupil:
        return "both"
    return "teacher" if teacher else "student" if pupil else "neither"


def _is_shown(change: Change) -> bool:
    interval = change.change95
    return (
        interval is not None and interval.low is not None and interval.high is not None
        and not interval.low <= 0 <= interval.high
    )  # fmt: skip


def _confirmed(part: Move, teacher: float | None, pupil: float | None) -> Move:
    """On a slice, a change counts only if it outlasts correction for the number of slices."""
    made = replace(part, teacher=replace(part.teacher, p_adjusted=teacher), pupil=replace(part.pupil, p_adjusted=pupil))
    if part.moved == "too few to tell":
        return made
    holds = [p is not None and p <= DISCOVERY_RATE for p in (teacher, pupil)]
    return replace(made, moved=_which(_is_shown(part.teacher) and holds[0], _is_shown(part.pupil) and holds[1]))


def _flips(both: Beside) -> Iterator[Flip]:
    for (suite, name), items in both.items.items():
        role = next(model.role for model in both.models if model.after == name)
        for item in items:
            if item.teacher_score != item.student_score:
                yield Flip(
                    suite=suite,
                    sample=item.sample.id,
                    model=name,
                    role=role,
                    before=item.teacher_score,
                    after=item.student_score,
                    slices=item.sample.slices,
                )


def _rulings(students: Sequence[Models], before: Verdict, after: Verdict) -> Iterator[Ruling]:
    """The decisions that differ."""
    for student in students:
        old = next((one for one in before.students if one.student == student.before), None)
        new = next((one for one in after.students if one.student == student.after), None)
        said = [_said(old), _said(new)]
        for suite, piece in dict.fromkeys([*said[0], *said[1]]):
            first, last = (decisions.get((suite, piece)) for decisions in said)
            if first != last:
                yield Ruling(student=student.after, suite=suite, slice=piece, before=first, after=last)


def _said(one: StudentVerdict | None) -> dict[tuple[str, Slice | None], Decision]:
    if one is None:
        return {}
    return {("", None): one.decision, **{(s.suite, s.slice): s.decision for s in one.slices}}
