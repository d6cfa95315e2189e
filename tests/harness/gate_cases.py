"""Comparisons and evaluations made up for tests of the gate, with what it reads of them."""

import math
from collections.abc import Sequence
from datetime import date

from harness.compared import PairedCells, Side
from harness.evaluation import Comparison, Evaluation, ModelCard, Slice
from harness.gate import judge
from harness.policy import Policy
from harness.stats import paired
from harness.verdict import RequirementVerdict, SliceVerdict, StudentVerdict

MATH500 = PairedCells(both=229, teacher_only=57, student_only=71, neither=143)
LEVELS = {  # 500 graded answers of two published 27B models, by level
    "1": PairedCells(both=32, teacher_only=8, student_only=1, neither=2),
    "2": PairedCells(both=65, teacher_only=9, student_only=9, neither=7),
    "3": PairedCells(both=60, teacher_only=16, student_only=12, neither=17),
    "4": PairedCells(both=46, teacher_only=14, student_only=29, neither=39),
    "5": PairedCells(both=26, teacher_only=10, student_only=20, neither=78),
}
GOOD = PairedCells(both=900, teacher_only=10, student_only=10, neither=80)
BAD = PairedCells(both=700, teacher_only=200, student_only=10, neither=90)
UNSURE = PairedCells(both=80, teacher_only=6, student_only=4, neither=10)
WORSE_PERHAPS = LEVELS["1"]  # 16 points worse: p .03 against a loss of 3, alone


def table(both: int, teacher_only: int, student_only: int, neither: int) -> PairedCells:
    return PairedCells(both=both, teacher_only=teacher_only, student_only=student_only, neither=neither)


def part(value: str, name: str = "level") -> Slice:
    return Slice(name=name, value=value)


def side(accuracy: float) -> Side:
    return Side(accuracy=accuracy, outcomes={}, completion_tokens=None, latency_s=None)


def plain(cells: PairedCells, piece: Slice | None = None, student: str = "small", suite: str = "math") -> Comparison:
    """The comparison of plain pairs, with what the gate reads of it."""
    n, lost, gained = cells.n, cells.teacher_only, cells.student_only
    squares = (lost + gained) / n - ((gained - lost) / n) ** 2
    return Comparison(
        suite=suite,
        student=student,
        slice=piece or Slice(),
        n=n,
        clusters=None,
        effective_n=float(n),
        cells=cells,
        se=math.sqrt(max(squares, 0) / max(n - 1, 1)),
        df=n - 1,
        teacher=side((cells.both + lost) / n),
        pupil=side((cells.both + gained) / n),
        delta95=paired.interval(cells, 0.95),
        delta90=paired.interval(cells, 0.9),
        retention95=None,
        retention90=None,
        conditional95=None,
        conditional90=None,
        flips=(lost + gained) / n,
        p_value=None,
        p_adjusted=None,
        items_needed=None,
        losses={},
        dropped={},
    )


def card(name: str, role: str = "student", failure: str | None = None) -> ModelCard:
    return ModelCard(name=name, role=role, fingerprint=name, failure=failure)  # type: ignore[arg-type]


def evaluation(comparisons: Sequence[Comparison], models: Sequence[ModelCard] | None = None) -> Evaluation:
    names = dict.fromkeys(c.student for c in comparisons)
    return Evaluation(
        name="test",
        created_at="2026-01-01T00:00:00+00:00",
        viva_version="0",
        plan={},
        models=(card("big", "teacher"), *(models if models is not None else (card(name) for name in names))),
        suites=(),
        comparisons=tuple(comparisons),
    )


def judged(
    comparisons: Sequence[Comparison],
    policy: Policy | None = None,
    failure: str | None = None,
    today: date | None = None,
) -> StudentVerdict:
    models = [card("small", failure=failure)]
    return judge(evaluation(comparisons, models), policy or Policy(), "digest", today).students[0]


def asked(verdict: StudentVerdict, name: str) -> RequirementVerdict:
    """The requirement of that name, of which there is one."""
    (one,) = [one for one in verdict.requirements if f"{one.kind}.{one.name}" == name]
    return one


def found(verdict: StudentVerdict, piece: str, suite: str = "math") -> SliceVerdict:
    return next(s for s in verdict.slices if (s.suite, str(s.slice)) == (suite, piece))
