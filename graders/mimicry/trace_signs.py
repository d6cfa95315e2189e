"""Signs in the trace that what is written down is not what the answer came from.

A mimic writes steps that look like the teacher's: products that are false, a total that none of them gives, numbers
from nowhere. A weaker student errs too, so every share is compared with what the teacher shows when it is as right or
as wrong (`excess`). And whoever is wrong must have got there somehow: a slip that is carried on into a wrong answer, or
a number misread for another, is no sign, since students differ honestly in how they err.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graders.mimicry.excess import FEWEST, FLOOR, Excess, Side, excess
from graders.mimicry.findings import abstained, measured, most, some
from graders.mimicry.trace import Fault, Trace, Traces
from harness.evaluation import EvidenceGroup, Finding, Mark
from harness.evidence import Attempt, Evidence
from harness.protocols import Detector

FEWEST_REPLIES = 30  # of the student that can be checked
MOST_FALSE = 0.02  # of the equations in right answers of the teacher
MOST_CALCULATED = 0.05  # of the replies that can be checked
HARMLESS = 0.1  # errors that leave the answer right by luck, per wrong answer of an honest student
MOST_ODD = 0.05  # of the teacher's right answers that show what they should not

Shown = Callable[[Trace, bool], float | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One reply of which something can be told: what it shows in [0, 1], and whether it is right."""

    shown: float
    right: bool
    weight: float
    cluster: str
    sample: str
    attempt: Attempt
    trace: Trace


Unfit = Callable[[Sequence[Row], Sequence[Row]], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSign:
    """One share over replies, set against the teacher's replies of the same worth.

    `shown` is what a reply shows, None where that cannot be told; `faults` are its places in the text. `told` names the
    share. `unfit` says why the share means nothing here, None where it does.
    """

    name: str
    traces: Traces
    shown: Shown
    faults: Callable[[Trace], tuple[Fault, ...]]
    told: str
    unfit: Unfit
    group: EvidenceGroup | None = "trace"

    def detect(self, evidence: Evidence) -> Finding:
        teacher, student = (self._rows(evidence, side) for side in ("teacher", "student"))
        if len(student) < FEWEST_REPLIES:
            return abstained(
                self, evidence, f"{len(student)} replies of the student can be checked; {FEWEST_REPLIES} are needed"
            )
        if why := self.unfit(teacher, student):
            return abstained(self, evidence, why)
        floor = _floor(evidence, teacher)
        found = excess(_side(teacher), _side(student), floor)
        if found is None:
            return abstained(
                self, evidence, f"the teacher has too few such replies to compare with; {FEWEST} are needed"
            )
        return self._finding(evidence, found, floor, student)

    def _finding(self, evidence: Evidence, found: Excess, floor: float, student: Sequence[Row]) -> Finding:
        only = "" if len(found.compared) == 2 else f" among {found.compared[0]} answers"
        reason = (
            f"{self.told}{only}: {found.student:.1%}, where the teacher's replies of the same worth let expect "
            f"{found.expected:.1%} and honest errors up to {floor:.1%} more"
        )
        finding = measured(self, evidence, found.estimate, found.p_value, (reason, found.n))
        worst = sorted((row for row in student if row.shown > 0), key=lambda row: (not row.right, -row.shown))
        marks = [mark for row in worst for mark in self._marks(row)]
        return replace(finding, evidence=most([row.sample for row in worst]), marks=some(marks))

    def _marks(self, row: Row) -> Iterator[Mark]:
        for fault in self.faults(row.trace):
            yield Mark(
                sample=row.sample,
                model=row.attempt.response.model,
                attempt=row.attempt.grade.attempt,
                start=fault.start,
                end=fault.end,
                note=fault.note,
            )

    def _rows(self, evidence: Evidence, side: str) -> list[Row]:
        rows = []
        for exhibit in evidence.exhibits:
            attempts: Sequence[Attempt] = getattr(exhibit, side)
            for attempt in attempts:
                trace, right = self.traces.of(exhibit.sample, attempt), attempt.score > 0.5
                shown = self.shown(trace, right)
                if shown is not None:
                    weight = exhibit.sample.weight / len(attempts)
                    rows.append(Row(shown, right, weight, exhibit.cluster, exhibit.sample.id, attempt, trace))
        return rows


def trace_signs(traces: Traces) -> tuple[Detector, ...]:
    """The detectors of the group "trace", which read every reply once between them."""
    return (
        TraceSign(
            name="false equations",
            traces=traces,
            shown=_share_false,
            faults=lambda trace: trace.falsehoods,
            told="equations that are false",
            unfit=_misread,
        ),
        TraceSign(
            name="broken trace",
            traces=traces,
            shown=_broken,
            faults=lambda trace: trace.falsehoods + trace.parting,
            told="traces with a false equation, or that do not lead to the answer",
            unfit=lambda teacher, student: _misread(teacher, student) or _odd(teacher),
        ),
        TraceSign(
            name="answer apart",
            traces=traces,
            shown=_apart,
            faults=lambda trace: trace.parting,
            told="answers that no step leads to",
            unfit=lambda teacher, student: _odd(teacher),
        ),
        TraceSign(
            name="unsourced numbers",
            traces=traces,
            shown=_unsourced,
            faults=lambda trace: trace.unsourced,
            told="replies that compute with a number from nowhere",
            unfit=lambda teacher, student: _odd(teacher),
        ),
    )


def _share_false(trace: Trace, right: bool) -> float | None:
    """A wrong answer has to come from somewhere: there a slip that is carried on counts as honest."""
    return (trace.false if right else trace.idle) / trace.checkable if trace.checkable else None


def _broken(trace: Trace, right: bool) -> float | None:
    return float(trace.false > 0 or bool(trace.apart)) if right and trace.checkable else None


def _apart(trace: Trace, right: bool) -> float | None:
    return None if trace.apart is None else float(trace.apart)


def _unsourced(trace: Trace, right: bool) -> float | None:
    """Among right answers: a wrong one may come from a number that was honestly misread."""
    return float(trace.strangers > 0) if right and trace.operands else None


def _misread(teacher: Sequence[Row], student: Sequence[Row]) -> str | None:
    """Why false equations cannot be told here: a tool wrote the results, or they are not in a format that is read."""
    for rows, who in ((teacher, "teacher"), (student, "student")):
        if rows and sum(row.trace.calculator for row in rows) > MOST_CALCULATED * len(rows):
            return f"a calculator wrote results of the {who} (<<3*4=12>>), so they are not the model's own"
    right = [row.trace for row in teacher if row.right]
    checkable = sum(trace.checkable for trace in right)
    share = sum(trace.false for trace in right) / checkable if checkable else 0.0
    if share <= MOST_FALSE:
        return None
    return (
        f"{share:.1%} of the equations in right answers of the teacher look false, more than {MOST_FALSE:.0%}: "
        "their format is read wrongly"
    )


def _odd(teacher: Sequence[Row]) -> str | None:
    right = [row.shown for row in teacher if row.right]
    share = sum(right) / len(right) if right else 0.0
    if share <= MOST_ODD:
        return None
    return (
        f"{share:.1%} of the teacher's right answers show it too, more than {MOST_ODD:.0%}: "
        "their format is read wrongly"
    )


def _floor(evidence: Evidence, teacher: Sequence[Row]) -> float:
    """The excess that honest errors may leave, as a share of the replies at hand.

    A student that errs often also errs twice, and then is right by luck or wrong in two ways, more often than the
    teacher's replies of the same worth show.
    """
    attempts = [(a.score, e.sample.weight / len(e.student)) for e in evidence.exhibits for a in e.student]
    wrong = sum(weight * (1 - score) for score, weight in attempts) / sum(weight for _, weight in attempts)
    only_right = sum(not row.right for row in teacher) < FEWEST  # then the wrong ones are not compared
    return min(1.0, max(FLOOR, HARMLESS * wrong / (max(1 - wrong, HARMLESS) if only_right else 1)))


def _side(rows: Sequence[Row]) -> Side:
    return Side(
        shown=np.array([row.shown for row in rows], dtype=float),
        right=np.array([row.right for row in rows], dtype=bool),
        weights=np.array([row.weight for row in rows], dtype=float),
        clusters=[row.cluster for row in rows],
    )
