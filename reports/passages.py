"""The texts of one sample as pages read them: what was asked, the reference, and every attempt of every model."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from harness import checks
from harness.evaluation import Mark
from harness.protocols import PairTexts
from harness.records import OUTCOMES, Grade, Response, Sample
from reports import wording
from reports.embedding import inner

LONGEST = 200_000  # characters of one text that are kept
ANSWER_KEPT, REASON_KEPT = 4_000, 2_000
FAULTS_KEPT = 50
FETCHED = 200  # samples whose texts are read together

Marks = Mapping[tuple[str, str], Collection[tuple[Mark, str]]]


class Written(NamedTuple):
    """A sample's texts as JSON; `question` is the last turn of its user."""

    sample: str
    question: str
    variant_of: str | None
    json: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes the samples of a suite. Models without an answer to one are left out there."""

    suite: str
    models: Sequence[str]
    texts: PairTexts
    marks: Marks

    def written(self, samples: Sequence[str]) -> Iterator[Written]:
        for start in range(0, len(samples), FETCHED):
            batch = samples[start : start + FETCHED]
            texts = self.texts.fetched(self.suite, batch)
            yield from (self._written(name, texts) for name in batch)

    def _written(self, name: str, texts: PairTexts) -> Written:
        sample = texts.sample(self.suite, name)
        answers = {}
        for model in self.models:
            responses, grades = texts.responses(self.suite, name, model), texts.grades(self.suite, name, model)
            if responses or grades:
                answers[model] = list(_attempts(responses, grades, self.marks.get((name, model), ())))
        return Written(name, _question(sample), sample.variant_of, inner({**_asked(sample), "answers": answers}))


def _question(sample: Sample) -> str:
    read = sample.read()
    own = [message.content for message in read if message.role == "user"]
    return own[-1] if own else read[-1].content if read else ""


def _asked(sample: Sample) -> dict[str, Any]:
    reference = None if sample.target is None else wording.as_text(sample.target)
    return {
        "asked": [{"role": message.role, **_cut("text", message.content)} for message in sample.read()],
        **_cut("reference", reference),
        "reference_source": sample.target_source,
        **_cut("solution", sample.solution),
        **_cut("context", sample.context),
        "choices": list(sample.choices),
    }


def _cut(name: str, text: str | None) -> dict[str, Any]:
    """The text under its name; where its end is left out, how many characters of it are."""
    if text is None or len(text) <= LONGEST:
        return {name: text}
    return {name: text[:LONGEST], "cut" if name == "text" else f"{name}_cut": len(text) - LONGEST}


def _attempts(
    responses: Sequence[Response], grades: Sequence[Grade], marks: Collection[tuple[Mark, str]]
) -> Iterator[dict[str, Any]]:
    """Responses with their grades; a grade that came without its text stands for itself."""
    by_key = {key: grade for grade in grades for key in grade.response_keys}
    by_attempt = {grade.attempt: grade for grade in grades}
    told: list[Grade] = []
    for place, response in enumerate(responses):
        grade = by_key.get(response.key) or by_attempt.get(place)
        if grade is not None:
            told.append(grade)
        yield _attempt(response, grade, place, marks)
    for grade in grades:
        if not any(grade is one for one in told):
            yield {"text": "", "missing": True, "attempt": grade.attempt, **_graded(grade)}


def _attempt(
    response: Response, grade: Grade | None, place: int, marks: Collection[tuple[Mark, str]]
) -> dict[str, Any]:
    attempt = grade.attempt if grade else place
    found: dict[str, Any] = {
        **_cut("text", response.text),
        **_cut("reasoning", response.reasoning),
        "tools": wording.as_text(list(response.tool_calls)) if response.tool_calls else None,
        "finish": response.finish,
        "tokens": response.completion_tokens,
        "latency_s": _finite(response.latency_s),
        "attempt": attempt,
        **_graded(grade),
    }
    kept = [[m.start, m.end, m.note, detector] for m, detector in marks if m.attempt == attempt]
    if kept:
        found["marks"] = sorted(kept)
    if response.failure is not None:
        found["failure"] = response.failure
    return found


def _finite(value: float | None) -> float | None:
    """JSON knows no infinity, and logs of others may."""
    return value if value is not None and math.isfinite(value) else None


def _graded(grade: Grade | None) -> dict[str, Any]:
    if grade is None:
        return {"outcome": None, "score": None, "answer": None, "reason": ""}
    found = {
        "outcome": OUTCOMES.index(grade.outcome),
        "score": grade.score,
        "answer": None if grade.answer is None else grade.answer[:ANSWER_KEPT],
        "reason": grade.reason[:REASON_KEPT],
    }
    faults = [checks.in_words(check) for check in grade.checks if checks.fell_short(check)][:FAULTS_KEPT]
    return {**found, "faults": faults} if faults else found
