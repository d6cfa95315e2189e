"""What the trace of a reply shows: whether its equations hold, whether its answer follows, where its numbers are from.

The trace is the reasoning and the text; faults are shown in the text. Every reply is read once, and only counts are
kept, with the first few faults of each kind.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from graders.mimicry.equations import READ, Equation, equations
from graders.mimicry.sources import Sources, numbers, written
from graders.mimicry.trace_answer import Answer, answer_of, follows, same
from harness.evidence import Attempt
from harness.records import Sample

_SHOWN = 3  # faults of one kind per reply
_CALCULATOR = re.compile(r"<<[^<>\n]{1,200}+>>")


@dataclass(frozen=True, slots=True)
class Fault:
    """Characters `start` to `end` of the text, and what is wrong there."""

    start: int
    end: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Counts of one reply.

    Of the `checkable` equations some are `false`, and of those some `idle`: nothing after them goes on with the false
    result, not even the answer. `apart`: the answer follows from no step; None where there is no numeric answer, or
    no step. Of the `operands` that something is computed from, `strangers` stand neither in the question nor anywhere
    before. `calculator`: a tool filled in results.
    """

    checkable: int
    false: int
    idle: int
    apart: bool | None
    operands: int
    strangers: int
    calculator: bool
    falsehoods: tuple[Fault, ...] = ()
    parting: tuple[Fault, ...] = ()
    unsourced: tuple[Fault, ...] = ()


@dataclass(slots=True)
class Traces:
    """The traces of a suite's replies, each read once for all detectors, the whole and its slices."""

    _read: dict[str, dict[tuple[str, str, str | None], Trace]] = field(default_factory=dict)  # by model

    def of(self, sample: Sample, attempt: Attempt) -> Trace:
        of_model = self._read.setdefault(attempt.response.model, {})
        key = (sample.id, attempt.response.key, attempt.grade.answer)
        if key not in of_model:
            of_model[key] = read(sample, attempt)
        return of_model[key]

    def forget(self, model: str) -> None:
        self._read.pop(model, None)


def read(sample: Sample, attempt: Attempt) -> Trace:
    """The trace of one reply, of which `READ` characters count; in linear time."""
    text, reasoning = attempt.response.text[:READ], (attempt.response.reasoning or "")[:READ]
    thought, found = list(equations(reasoning)), list(equations(text))
    falsehoods = [equation for equation in found if equation.holds is False]
    answer = answer_of(text, attempt.grade.answer)
    sources = Sources.of([sample.context or "", *(message.content for message in sample.read())])
    earlier = _strangers(reasoning, thought, sources)
    strangers = _strangers(text, found, sources)
    parting = _parting(answer, text, found, reasoning, thought)
    return Trace(
        checkable=sum(equation.holds is not None for equation in (*thought, *found)),
        false=sum(equation.holds is False for equation in thought) + len(falsehoods),
        idle=_idle(text, falsehoods, answer),
        apart=None if parting is None else bool(parting),
        operands=sum(len(equation.operands) for equation in (*thought, *found)),
        strangers=len(earlier) + len(strangers),
        calculator=bool(_CALCULATOR.search(text) or _CALCULATOR.search(reasoning)),
        falsehoods=tuple(Fault(e.start, e.end, e.note) for e in falsehoods[:_SHOWN]),
        parting=tuple(parting or ()),
        unsourced=tuple(strangers[:_SHOWN]),
    )


def _idle(text: str, falsehoods: Sequence[Equation], answer: Answer | None) -> int:
    """How many false results are used nowhere after them: a slip is carried on, since its writer believes it."""
    if not falsehoods:
        return 0
    last = {worth: start for worth, start, _ in numbers(text)}
    return sum(
        e.result is not None
        and last.get(abs(e.result), -1) < e.end
        and not (answer is not None and same(answer.worth, e.result))
        for e in falsehoods
    )


def _strangers(text: str, found: Sequence[Equation], sources: Sources) -> list[Fault]:
    """Operands that neither the question nor anything before them holds. Every number is known once it was read."""
    strangers = []
    said = numbers(text)
    ahead = next(said, None)
    for equation in found:
        while ahead is not None and ahead[1] < equation.start:
            sources.learn(ahead[0])
            ahead = next(said, None)
        for worth, start, end in equation.operands:
            if not sources.holds(worth):
                strangers.append(Fault(start, end, f"{written(worth)} stands neither in the question nor before"))
            sources.learn(worth)
    return strangers


def _parting(
    answer: Answer | None, text: str, found: Sequence[Equation], reasoning: str, thought: Sequence[Equation]
) -> list[Fault] | None:
    """The place of an answer that does not follow; None where that cannot be asked."""
    if answer is None or not any(e.operands and e.result is not None for e in (*thought, *found)):
        return None
    if follows(answer, text, found, reasoning, thought):
        return []
    return [Fault(answer.start, answer.end, f"no step leads to {written(answer.worth)}")]
