"""Overconfidence: a student that does not know when it is wrong, where the teacher does.

Confidence is the mean log-probability of the answer's tokens, or with three attempts or more the share of them that
give the same answer. What counts is how well it tells right answers from wrong ones (the area under the ROC curve),
which does not depend on how many are wrong. Pairs are formed within answers of one grader only: a suite that mixes
tasks would otherwise measure which task is easier. A weaker student that errs where it is unsure keeps its area.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from scipy.stats import t as student_t

from graders.mimicry.excess import FLOOR, LEVEL
from graders.mimicry.findings import abstained, measured, most
from graders.mimicry.variants import restatements
from harness.evaluation import EvidenceGroup, Finding
from harness.evidence import Attempt, Evidence, Exhibit
from harness.records import Interval

Floats = NDArray[np.float64]

FEWEST_EACH = 5  # right and wrong answers of either model
FEWEST = 30  # answers with a confidence
REPEATS = 3

Confidence = Callable[[Sequence[Attempt]], Iterable[float | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A stratified area under the ROC curve; `parts` are the answers' shares in its error, which sum to about 0.

    `right` and `wrong` count clusters: attempts at one sample are no independent answers.
    """

    area: float
    right: int
    wrong: int
    parts: Floats
    clusters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overconfidence:
    name: str = "overconfidence"
    group: EvidenceGroup | None = "calibration"

    def detect(self, evidence: Evidence) -> Finding:
        exhibits = [one for exhibit in evidence.exhibits for one in (exhibit, *restatements(exhibit))]
        confidence = _way(exhibits)
        if confidence is None:
            return abstained(
                self,
                evidence,
                "no confidence: neither log-probabilities (`decoding: {logprobs: 1}`) nor attempts (`repeats: 4`)",
            )
        areas = {side: _area(exhibits, side, confidence) for side in ("teacher", "student")}
        for side, found in areas.items():
            if found is None or min(found.wrong, found.right) < FEWEST_EACH:
                wrong, right = (0, 0) if found is None else (found.wrong, found.right)
                return abstained(
                    self,
                    evidence,
                    f"the {side} has {wrong} wrong and {right} right answers to tell apart by confidence; "
                    f"{FEWEST_EACH} of each are needed",
                )
        teacher, student = areas["teacher"], areas["student"]
        assert teacher is not None and student is not None
        return self._measured(evidence, exhibits, teacher, student)

    def _measured(self, evidence: Evidence, exhibits: Sequence[Exhibit], teacher: Area, student: Area) -> Finding:
        point = teacher.area - student.area
        se, df = _error(teacher, student)
        half = float(student_t.ppf((1 + LEVEL) / 2, df)) * se
        interval = Interval(point=point, low=point - half, high=point + half, level=LEVEL, method="stratified-auc")
        p_value = float(student_t.sf((point - FLOOR) / se, df))
        reason = (
            f"confidence tells right from wrong answers with an area of {student.area:.2f}, "
            f"the teacher's with {teacher.area:.2f}"
        )
        finding = measured(self, evidence, interval, p_value, (reason, student.right + student.wrong))
        return replace(finding, evidence=most(_surest_wrong(exhibits)))


def _way(exhibits: Sequence[Exhibit]) -> Confidence | None:
    """How confidence is had, for both models in the same way; None where it is not."""
    if not exhibits:
        return None
    if sum(_has_logprobs(e.teacher) and _has_logprobs(e.student) for e in exhibits) >= max(FEWEST, len(exhibits) / 2):
        return _by_logprob
    if sum(min(len(e.teacher), len(e.student)) >= REPEATS for e in exhibits) >= FEWEST:
        return _by_agreement
    return None


def _has_logprobs(attempts: Sequence[Attempt]) -> bool:
    return any(attempt.response.logprob is not None for attempt in attempts)


def _by_logprob(attempts: Sequence[Attempt]) -> Iterable[float | None]:
    return (a.response.logprob.mean if a.response.logprob else None for a in attempts)


def _by_agreement(attempts: Sequence[Attempt]) -> Iterable[float | None]:
    """The share of the other attempts with the same answer."""
    answers = [a.grade.answer for a in attempts]
    for number, answer in enumerate(answers):
        others = answers[:number] + answers[number + 1 :]
        yield sum(other == answer for other in others) / len(others) if len(answers) >= REPEATS and answer else None


def _area(exhibits: Sequence[Exhibit], side: str, confidence: Confidence) -> Area | None:
    """None where no stratum holds both right and wrong answers."""
    rows: list[tuple[str, bool, float, str]] = []
    for exhibit in exhibits:
        attempts = getattr(exhibit, side)
        for attempt, value in zip(attempts, confidence(attempts), strict=True):
            if value is not None and attempt.grade.answer is not None:
                rows.append((attempt.grade.grader, attempt.score > 0.5, value, exhibit.cluster))
    strata = np.array([row[0] for row in rows])
    right = np.array([row[1] for row in rows], dtype=bool)
    values = np.array([row[2] for row in rows])
    won, pairs = np.zeros(len(rows)), np.zeros(len(rows))
    for stratum in dict.fromkeys(strata.tolist()):
        here = strata == stratum
        good, bad = here & right, here & ~right
        if good.any() and bad.any():
            won[good], won[bad] = _placements(values[good], values[bad])
            pairs[good], pairs[bad] = bad.sum(), good.sum()
    total = float(pairs[right].sum())
    if not total:
        return None
    area = float((won[right] * pairs[right]).sum() / total)
    counted = pairs > 0
    return Area(
        area=area,
        right=len({row[3] for row, is_right, used in zip(rows, right, counted, strict=True) if is_right and used}),
        wrong=len({row[3] for row, is_right, used in zip(rows, right, counted, strict=True) if used and not is_right}),
        parts=((won - area) * pairs / total)[counted],
        clusters=tuple(row[3] for row, used in zip(rows, counted, strict=True) if used),
    )


def _placements(right: Floats, wrong: Floats) -> tuple[Floats, Floats]:
    """For each right answer the share of wrong ones below it, for each wrong one the share of right ones above it."""
    ranks = rankdata(np.concatenate([right, wrong]))
    above = (ranks[: len(right)] - rankdata(right)) / len(wrong)
    below = 1 - (ranks[len(right) :] - rankdata(wrong)) / len(right)
    return above, below


def _error(teacher: Area, student: Area) -> tuple[float, float]:
    """Standard error of the difference and its degrees of freedom.

    By the placement values, summed within clusters over both models: DeLong et al. (1988), Biometrics 44:837-845, and
    Obuchowski (1997), Biometrics 53:567-578. It is 0 where confidence tells all apart, which few wrong answers do by
    chance; so neither model's counts for less than by Hanley and McNeil (1982), Radiology 143:29-36.
    """
    _, codes = np.unique(np.array([*teacher.clusters, *student.clusters]), return_inverse=True)
    sums = np.bincount(codes, weights=np.concatenate([teacher.parts, -student.parts]))
    variance = float((sums**2).sum() * len(sums) / max(1, len(sums) - 1))
    least = _hanley_mcneil(teacher) + _hanley_mcneil(student)
    df = min(teacher.wrong, student.wrong, teacher.right, student.right) - 1
    return float(np.sqrt(max(variance, least))), float(df)


def _hanley_mcneil(area: Area) -> float:
    m, n = area.right, area.wrong
    a = (area.area * m * n + 1) / (m * n + 2)
    q1, q2 = a / (2 - a), 2 * a**2 / (1 + a)
    return (a * (1 - a) + (m - 1) * (q1 - a**2) + (n - 1) * (q2 - a**2)) / (m * n)


def _surest_wrong(exhibits: Sequence[Exhibit]) -> list[str]:
    """Samples that the student answers wrongly, the surest first."""
    wrong = [
        (a.response.logprob.mean, e.sample.id)
        for e in exhibits
        for a in e.student
        if a.score <= 0.5 and a.response.logprob is not None and a.grade.answer is not None
    ]
    return [sample for _, sample in sorted(wrong, reverse=True)]
