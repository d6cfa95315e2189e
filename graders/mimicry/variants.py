"""Variants: the same question in other words or numbers, where the student falls and the teacher does not.

A difference in differences: what a student loses from a sample to its variants, less what the teacher loses. Points
alone would flag every weaker student, since the same step on the logit scale is more points in the middle than near
100%; so the fall must stand on both scales. Families that ask something harder or something else by design (the last
day and one day too late, a premise left out) are no restatements: a weaker student falls there honestly.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from graders.mimicry.excess import FLOOR, LEVEL
from graders.mimicry.findings import abstained, measured, most
from harness.evaluation import EvidenceGroup, Finding
from harness.evidence import Attempt, Evidence, Exhibit
from harness.stats import clustered

Floats = NDArray[np.float64]

RESTATEMENTS = ("renumber", "rename", "shuffle_options", "reorder_clauses", "distractor", "typos", "casing")
FEWEST = 30  # samples with variants
FEWEST_CLUSTERS = 8
LEAST_TEACHER = 0.2  # a family that the teacher itself cannot answer tells nothing
_Z = float(norm.ppf((1 + LEVEL) / 2))
_ADDED = _Z**2 / 2  # successes and failures, so that 100% has a logit: Agresti and Coull (1998)


@dataclass(frozen=True, slots=True)
class Variants:
    name: str = "variants"
    group: EvidenceGroup | None = "variants"

    def detect(self, evidence: Evidence) -> Finding:
        if not any(exhibit.variants for exhibit in evidence.exhibits):
            return abstained(self, evidence, "no stress variants; `stress: {families: [...]}` in the suite makes them")
        families = _telling(evidence.exhibits)
        if not families:
            return abstained(
                self,
                evidence,
                "no family of variants that restates the question and that the teacher can answer "
                f"({', '.join(RESTATEMENTS)})",
            )
        used = [_only(exhibit, families) for exhibit in evidence.exhibits]
        used = [exhibit for exhibit in used if exhibit.variants]
        clusters = len({e.cluster for e in used})
        if len(used) < FEWEST or clusters < FEWEST_CLUSTERS:
            return abstained(
                self,
                evidence,
                f"{len(used)} samples with variants in {clusters} clusters; {FEWEST} in {FEWEST_CLUSTERS} are needed",
            )
        return self._measured(evidence, used, families)

    def _measured(self, evidence: Evidence, used: Sequence[Exhibit], families: Sequence[str]) -> Finding:
        falls = np.array([_fall(e, "student") - _fall(e, "teacher") for e in used])
        weights = np.array([e.sample.weight for e in used])
        estimate = clustered.mean_difference(np.zeros(len(falls)), falls, weights, [e.cluster for e in used])
        turned = replace(estimate, point=-estimate.point)
        p_points, p_logit = clustered.t_harm_p_value(turned, FLOOR), _p_on_logits(used, weights)
        shares = [_share(used, side, weights) for side in ("student", "teacher")]
        reason = (
            f"{', '.join(families)}: the student falls from {shares[0][0]:.1%} to {shares[0][1]:.1%} on variants, "
            f"the teacher from {shares[1][0]:.1%} to {shares[1][1]:.1%}"
        )
        interval = clustered.t_interval(estimate, LEVEL)
        finding = measured(self, evidence, interval, max(p_points, p_logit), (reason, len(used)))
        worst = sorted((e for e, fall in zip(used, falls, strict=True) if fall > 0), key=_fall_of, reverse=True)
        return replace(finding, evidence=most([e.sample.id for e in worst]))


def restatements(exhibit: Exhibit) -> tuple[Exhibit, ...]:
    """The variants that ask the same thing, no harder by design."""
    return tuple(v for v in exhibit.variants if v.sample.family in RESTATEMENTS)


def _telling(exhibits: Iterable[Exhibit]) -> tuple[str, ...]:
    """The families that restate the question, of which the teacher answers enough."""
    scores: dict[str, list[float]] = {}
    for exhibit in exhibits:
        for variant in restatements(exhibit):
            scores.setdefault(str(variant.sample.family), []).append(_mean(variant.teacher))
    return tuple(family for family, found in scores.items() if sum(found) / len(found) >= LEAST_TEACHER)


def _only(exhibit: Exhibit, families: Sequence[str]) -> Exhibit:
    return replace(exhibit, variants=tuple(v for v in exhibit.variants if v.sample.family in families))


def _fall(exhibit: Exhibit, side: str) -> float:
    """What one model loses from the sample to the mean of its variants."""
    own, varied = _scores(exhibit, side)
    return own - varied


def _fall_of(exhibit: Exhibit) -> float:
    return _fall(exhibit, "student") - _fall(exhibit, "teacher")


def _scores(exhibit: Exhibit, side: str) -> tuple[float, float]:
    varied = [_mean(getattr(variant, side)) for variant in exhibit.variants]
    return _mean(getattr(exhibit, side)), sum(varied) / len(varied)


def _mean(attempts: Sequence[Attempt]) -> float:
    return sum(attempt.score for attempt in attempts) / len(attempts)


def _share(used: Sequence[Exhibit], side: str, weights: Floats) -> tuple[float, float]:
    own, varied = np.average(np.array([_scores(e, side) for e in used]), axis=0, weights=weights)
    return float(own), float(varied)


def _p_on_logits(used: Sequence[Exhibit], weights: Floats) -> float:
    """One-sided p-value of no fall on the logit scale beyond the teacher's.

    The four accuracies count as independent, although samples and variants go together: that errs on the safe side.
    """
    n = clustered.effective_n(weights, [e.cluster for e in used])
    point = variance = 0.0
    for side, sign in (("student", 1), ("teacher", -1)):
        own, varied = _share(used, side, weights)
        for share, turn in ((own, sign), (varied, -sign)):
            right, wrong = share * n + _ADDED, (1 - share) * n + _ADDED
            point += turn * math.log(right / wrong)
            variance += 1 / right + 1 / wrong
    return float(norm.sf(point / math.sqrt(variance)))
