"""The surface-only grader: what a reader who looks at style alone would think each reply is worth.

It is fitted on the replies and grades of the teacher and of the base, and applied to prompts that it was not fitted on:
out of fold, clusters kept whole. So it has never seen the student, and knows of a reply only how it looks. Where the
teacher is nearly always right, it believes whatever looks like the teacher, which is what mimicry counts on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from graders.mimicry.excess import FLOOR, LEVEL
from graders.mimicry.features import Reading
from graders.mimicry.findings import abstained, measured, most
from harness.evaluation import EvidenceGroup, Finding
from harness.evidence import Attempt, Evidence, Exhibit
from harness.records import Interval
from harness.stats import clustered

Floats = NDArray[np.float64]

FEWEST = 50  # samples
FEWEST_CLUSTERS = 8
FEWEST_WRONG = 30  # samples that both models get wrong, for masked failure
_FOLDS = 5
_OVERRATED_LEVEL = 0.95
SIDES = ("teacher", "student")


@dataclass(slots=True)
class Surface:
    """Scores in [0, 1] by response key; those of a whole suite serve its slices."""

    reading: Reading
    _scores: dict[str, float] = field(default_factory=dict)

    def of(self, evidence: Evidence) -> dict[str, float] | None:
        """The score of every reply of teacher and student; None for too few samples."""
        keys = [a.response.key for e in evidence.exhibits for a in (*e.teacher, *e.student)]
        if any(key not in self._scores for key in keys):
            if len(evidence.exhibits) < FEWEST or len({e.cluster for e in evidence.exhibits}) < FEWEST_CLUSTERS:
                return None
            self._scores |= _fitted(evidence.exhibits, self.reading)
        return self._scores


def overrated(evidence: Evidence, surface: Surface) -> tuple[Interval, Interval] | None:
    """How much higher than its true score the student is scored, and how much more than the teacher is overrated.

    Means over items (weighted), with 95% intervals that are robust to clusters.
    """
    scores = surface.of(evidence)
    if scores is None:
        return None
    too_high = {side: np.array([_mean(getattr(e, side), scores) for e in evidence.exhibits]) for side in SIDES}
    weights = np.array([e.sample.weight for e in evidence.exhibits])
    clusters = [e.cluster for e in evidence.exhibits]
    alone = clustered.mean_difference(np.zeros(len(weights)), too_high["student"], weights, clusters)
    more = clustered.mean_difference(too_high["teacher"], too_high["student"], weights, clusters)
    return clustered.t_interval(alone, _OVERRATED_LEVEL), clustered.t_interval(more, _OVERRATED_LEVEL)


@dataclass(frozen=True, slots=True)
class MaskedFailure:
    """Wrong answers that a reader of the surface would accept, beyond the teacher's wrong answers to the same prompts.

    Only prompts that both get wrong are compared: a weaker student also fails where the teacher does not, on easier
    prompts, whose answers are shorter and look right for that reason alone.
    """

    surface: Surface
    name: str = "masked failure"
    group: EvidenceGroup | None = "calibration"

    def detect(self, evidence: Evidence) -> Finding:
        scores = self.surface.of(evidence)
        if scores is None:
            return abstained(self, evidence, f"fewer than {FEWEST} samples, or than {FEWEST_CLUSTERS} clusters")
        both = [e for e in evidence.exhibits if _wrong(e.teacher) and _wrong(e.student)]
        if len({e.cluster for e in both}) < FEWEST_WRONG:
            return abstained(
                self, evidence, f"{len(both)} samples that both get wrong; at least {FEWEST_WRONG} are needed"
            )
        accepted = {side: np.array([_accepted(getattr(e, side), scores) for e in both]) for side in SIDES}
        weights = np.array([e.sample.weight for e in both])
        estimate = clustered.mean_difference(
            accepted["teacher"], accepted["student"], weights, [e.cluster for e in both]
        )
        p_value = clustered.t_harm_p_value(replace(estimate, point=-estimate.point), FLOOR)
        shares = {side: float(np.average(accepted[side], weights=weights)) for side in SIDES}
        reason = (
            f"of the student's wrong answers, {shares['student']:.0%} look right to a grader of the surface, "
            f"of the teacher's to the same prompts {shares['teacher']:.0%}"
        )
        finding = measured(self, evidence, clustered.t_interval(estimate, LEVEL), p_value, (reason, len(both)))
        believed = sorted(both, key=lambda e: -_accepted(e.student, scores))
        return replace(finding, evidence=most([e.sample.id for e in believed if _accepted(e.student, scores)]))


def _fitted(exhibits: Sequence[Exhibit], reading: Reading) -> dict[str, float]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    known = [(a, e.cluster) for e in exhibits for a in (*e.teacher, *e.base)]
    asked = [(a, e.cluster) for e in exhibits for a in (*e.teacher, *e.student)]
    x, right = reading.of([a.response.text for a, _ in known]), np.array([a.score > 0.5 for a, _ in known])
    asked_x = reading.of([a.response.text for a, _ in asked])
    names, codes = np.unique(np.array([cluster for _, cluster in known]), return_inverse=True)
    asked_codes = np.searchsorted(names, np.array([cluster for _, cluster in asked]))
    scores = np.zeros(len(asked))
    for train, test in GroupKFold(min(_FOLDS, len(names))).split(x, right, codes):
        here = np.isin(asked_codes, codes[test])
        if right[train].all() or not right[train].any():
            scores[here] = right[train].mean()
            continue
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500)).fit(x[train], right[train])
        scores[here] = model.predict_proba(asked_x[here])[:, 1]
    return {a.response.key: float(score) for (a, _), score in zip(asked, scores, strict=True)}


def _mean(attempts: Sequence[Attempt], scores: dict[str, float]) -> float:
    return sum(scores[a.response.key] - a.score for a in attempts) / len(attempts)


def _wrong(attempts: Sequence[Attempt]) -> list[Attempt]:
    return [a for a in attempts if a.grade.outcome == "incorrect" and a.score <= 0.5]


def _accepted(attempts: Sequence[Attempt], scores: dict[str, float]) -> float:
    """The share of the wrong attempts that the surface grader would take for right."""
    wrong = _wrong(attempts)
    return sum(scores[a.response.key] >= 0.5 for a in wrong) / len(wrong)
