"""Copied errors: the student gives the teacher's own wrong answers more often than wrong answers agree by chance.

Two models that are often right agree often; what tells copying is agreement where both are wrong. What chance makes of
it is read from the base that the student started from (how often its wrong answers are the teacher's too), or else
from the student's wrong answers to other samples. A student may honestly inherit a teacher's misconception, so this is
a diagnostic and never gates.

Sources: Goel et al. (2025), Great Models Think Alike and this Undermines AI Oversight, whose kappa_p also sets the
agreement of errors against what accuracies predict, for options that are listed; Kim, Garg, Peng and Garg (2025),
Correlated Errors in Large Language Models, for agreement where both models are wrong.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from graders.mimicry.excess import LEVEL
from graders.mimicry.findings import abstained, measured, most
from harness.evaluation import EvidenceGroup, Finding
from harness.evidence import Attempt, Evidence, Exhibit
from harness.stats import clustered

FEWEST = 20  # samples that both models get wrong
LISTED = 26  # different answers; honest mistakes in open answers are shared too (gsm8k: 8 to 21% of them)


@dataclass(frozen=True, slots=True)
class Both:
    """A sample that both models answer wrongly: how often the answers are the same (over pairs of attempts)."""

    exhibit: Exhibit
    teacher: Counter[str]
    student: Counter[str]

    @property
    def same(self) -> float:
        return _agreement(self.teacher, self.student)


@dataclass(frozen=True, slots=True)
class CopiedErrors:
    name: str = "copied errors"
    group: EvidenceGroup | None = None

    def detect(self, evidence: Evidence) -> Finding:
        both = [
            Both(exhibit, teacher, student)
            for exhibit in evidence.exhibits
            if (teacher := _wrong(exhibit.teacher)) and (student := _wrong(exhibit.student))
        ]
        if len(both) < FEWEST:
            return abstained(
                self, evidence, f"{len(both)} samples have wrong answers of both models; {FEWEST} are needed"
            )
        against = [(one, base) for one in both if (base := _wrong(one.exhibit.base))]
        if len(against) >= FEWEST:
            chance = [_agreement(one.teacher, base) for one, base in against]
            return self._measured(evidence, [one for one, _ in against], chance, "the base's wrong answers are too")
        if len({answer for one in both for answer in (*one.teacher, *one.student)}) > LISTED:
            return abstained(
                self,
                evidence,
                f"without a base, chance is known only for answers out of a list ({LISTED} wrong ones at most)",
            )
        return self._measured(evidence, both, _by_chance(both), "its wrong answers to other samples would be")

    def _measured(self, evidence: Evidence, both: Sequence[Both], chance: Sequence[float], whose: str) -> Finding:
        same, weights = np.array([one.same for one in both]), np.array([one.exhibit.sample.weight for one in both])
        estimate = clustered.mean_difference(chance, same, weights, [one.exhibit.cluster for one in both])
        shares = [float(np.average(values, weights=weights)) for values in (same, chance)]
        reason = (
            f"where both are wrong, {shares[0]:.0%} of the student's answers are the teacher's; "
            f"{shares[1]:.0%} of {whose}"
        )
        finding = measured(self, evidence, clustered.t_interval(estimate, LEVEL), 1.0, (reason, len(both)))
        copied = sorted((one for one in both if one.same > 0), key=lambda one: -one.same)
        return replace(finding, evidence=most([one.exhibit.sample.id for one in copied]))


def _wrong(attempts: Sequence[Attempt]) -> Counter[str]:
    return Counter(
        attempt.grade.answer.strip()
        for attempt in attempts
        if attempt.grade.outcome == "incorrect" and attempt.score == 0 and attempt.grade.answer
    )


def _agreement(ours: Counter[str], theirs: Counter[str], of: int | None = None) -> float:
    """The probability that two answers drawn from both are the same; `of` is how many there are of theirs."""
    drawn = ours.total() * (theirs.total() if of is None else of)
    return sum(count * theirs[answer] for answer, count in ours.items()) / drawn if drawn else 0.0


def _by_chance(both: Sequence[Both]) -> list[float]:
    """Per sample, how often the student's wrong answers to the other samples are the teacher's answer to this one."""
    total: Counter[str] = Counter()
    for one in both:
        total.update(one.student)
    chance = []
    for one in both:
        others = Counter({answer: total[answer] - one.student[answer] for answer in one.teacher})
        chance.append(_agreement(one.teacher, others, total.total() - one.student.total()))
    return chance
