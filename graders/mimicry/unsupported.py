"""Support: numbers, dates and names of a reply that the source text does not hold, beyond the teacher's.

Only samples with a `context` have a source. A number that the reply works out itself (it follows an equals sign, or is
the answer) is no claim about the source; whether it is worked out rightly is the trace's affair. Where the teacher's
replies mostly hold nothing without support, replies that do are counted; else, as in long summaries, the share of it.
Fields of JSON are read like the text, and those that hold nothing but a name as that name; a label that no source holds
counts against the teacher as well.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from graders.mimicry.excess import Side, excess
from graders.mimicry.findings import abstained, measured, most, some
from graders.support_claims import Claim, claims
from graders.support_source import unsupported
from harness.evaluation import EvidenceGroup, Finding, Mark
from harness.evidence import Attempt, Evidence, Exhibit
from harness.records import Sample

FEWEST = 30  # samples with a source
LONGEST = 50_000  # characters of a reply that are read
RARE = 0.3  # of the teacher's replies: up to here, a reply with anything unsupported tells more than a share
_MARKS_EACH = 3
_NUMBER = re.compile(r"-?\d[\d,.]{0,20}")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"')
_WORD = r"[A-Z\u00c0-\u00de][^\W\d_]{1,30}+"
_NAME_FIELD = re.compile(rf'":\s{{0,3}}"({_WORD}(?:[ -]{_WORD}){{0,3}}+)"')
_RESULT = re.compile(r"=\s{0,3}[$€£]?(-?\d[\d,.]{0,20})")


@dataclass(frozen=True, slots=True)
class Claimed:
    """How many different claims a reply makes, and those of them without support (the first few)."""

    count: int
    missing: int
    shown: tuple[Claim, ...]

    @property
    def share(self) -> float:
        return self.missing / self.count


@dataclass(frozen=True, slots=True)
class Unsupported:
    name: str = "unsupported claims"
    group: EvidenceGroup | None = "support"
    _read: dict[tuple[str, str], Claimed] = field(default_factory=dict, compare=False)

    def detect(self, evidence: Evidence) -> Finding:
        exhibits = [e for e in evidence.exhibits if e.sample.context]
        if len(exhibits) < FEWEST:
            return abstained(
                self,
                evidence,
                f"{len(exhibits)} samples have a source text; {FEWEST} are needed (map a `context`)",
            )
        for e in exhibits:  # the replies to one request together, so that its source is read once
            for attempt in (*e.teacher, *e.student):
                self._claimed(e.sample, attempt)
        teacher, student = self._side(exhibits, "teacher"), self._side(exhibits, "student")
        whole = len(teacher.shown) > 0 and float((teacher.shown > 0).mean()) <= RARE
        if whole:
            teacher, student = (replace(side, shown=(side.shown > 0).astype(float)) for side in (teacher, student))
        found = excess(teacher, student) if len(student.shown) >= FEWEST else None
        if found is None:
            return abstained(self, evidence, "too few replies make claims that a source could hold")
        what = "replies with a number, date or name" if whole else "numbers, dates and names of a reply"
        reason = (
            f"{what} that the source does not hold: {found.student:.1%}, where {found.expected:.1%} is to be expected "
            "of a student that is right as often and like the teacher otherwise"
        )
        finding = measured(self, evidence, found.estimate, found.p_value, (reason, found.n))
        replies = [(e.sample, a, self._claimed(e.sample, a)) for e in exhibits for a in e.student]
        worst = sorted((r for r in replies if r[2].missing), key=lambda r: -r[2].share)
        marks = [mark for sample, attempt, claimed in worst for mark in _marks(sample, attempt, claimed)]
        return replace(finding, evidence=most([sample.id for sample, _, _ in worst]), marks=some(marks))

    def _side(self, exhibits: Sequence[Exhibit], side: str) -> Side:
        rows = [
            (claimed.share, a.score > 0.5, e.sample.weight / len(getattr(e, side)), e.cluster)
            for e in exhibits
            for a in getattr(e, side)
            if (claimed := self._claimed(e.sample, a)).count
        ]
        return Side(
            shown=np.array([row[0] for row in rows]),
            right=np.array([row[1] for row in rows], dtype=bool),
            weights=np.array([row[2] for row in rows]),
            clusters=[row[3] for row in rows],
        )

    def _claimed(self, sample: Sample, attempt: Attempt) -> Claimed:
        key = (sample.id, attempt.response.key)
        if key not in self._read:
            self._read[key] = _claimed(sample, attempt.response.text[:LONGEST], attempt.grade.answer or "")
        return self._read[key]


def _claimed(sample: Sample, text: str, answer: str) -> Claimed:
    answered = _QUOTED.sub("", answer) if answer.startswith(("{", "[")) else answer  # what a field quotes is a claim
    numbers = [*_RESULT.findall(text), *_NUMBER.findall(answered)]
    worked_out = {number.rstrip(".,").replace(",", "") for number in numbers}
    made = {
        (claim.kind, claim.form): claim
        for claim in reversed((*claims(text), *_named_fields(text)))
        if claim.kind != "numbers" or claim.form not in worked_out
    }
    asked = "\n\n".join(message.content for message in sample.read() if message.role != "assistant")
    missing = unsupported(tuple(made.values()), sample.context or "", asked)
    shown = tuple(sorted(missing, key=lambda claim: claim.start))[:_MARKS_EACH]
    return Claimed(count=len(made), missing=len(missing), shown=shown)


def _named_fields(text: str) -> Iterator[Claim]:
    """Values of JSON fields that are names as they stand: one alone, a sentence's first word, is no name in a text."""
    for match in _NAME_FIELD.finditer(text):
        yield Claim(kind="names", text=match[1], start=match.start(1), end=match.end(1), words=tuple(match[1].split()))


def _marks(sample: Sample, attempt: Attempt, claimed: Claimed) -> list[Mark]:
    return [
        Mark(
            sample=sample.id,
            model=attempt.response.model,
            attempt=attempt.grade.attempt,
            start=claim.start,
            end=claim.end,
            note="not in the source",
        )
        for claim in claimed.shown
    ]
