"""What every detector hands over, put together in one place: abstentions, and estimates before any correction."""

from collections.abc import Sequence
from math import isfinite

from harness.evaluation import Finding, Mark
from harness.evidence import Evidence
from harness.protocols import Detector
from harness.records import Interval

ALPHA = 0.05
MOST_EVIDENCE = 20  # samples that a finding names
MOST_MARKS = 60


def abstained(detector: Detector, evidence: Evidence, reason: str) -> Finding:
    return Finding(
        detector=detector.name,
        suite=evidence.suite,
        student=evidence.student,
        slice=evidence.slice,
        state="abstained",
        estimate=None,
        reason=reason,
        group=detector.group,
        n=len(evidence.exhibits),
    )


def measured(
    detector: Detector, evidence: Evidence, estimate: Interval, p_value: float, told: tuple[str, int]
) -> Finding:
    """A finding by its own p-value, which the profile corrects for all that looked; `told` is the reason and n."""
    reason, n = told
    if not isfinite(p_value):
        return abstained(detector, evidence, "the samples leave no error to judge by; are they one cluster?")
    return Finding(
        detector=detector.name,
        suite=evidence.suite,
        student=evidence.student,
        slice=evidence.slice,
        state="flagged" if detector.group is not None and p_value <= ALPHA else "clear",
        estimate=estimate,
        reason=reason,
        group=detector.group,
        p_value=p_value if detector.group is not None else None,
        n=n,
    )


def most(samples: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(samples))[:MOST_EVIDENCE]


def some(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    return tuple(marks)[:MOST_MARKS]
