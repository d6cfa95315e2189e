"""Whether the answer of a reply follows from its trace: some step must lead to the number that is answered."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from graders.markers import after_last
from graders.mimicry.equations import Equation
from graders.mimicry.sources import numbers
from graders.number import MARKER
from graders.numerals import last_two, tidy, value

_MARKER = re.compile(MARKER, re.IGNORECASE | re.MULTILINE)
_TENTH = Fraction(1, 10)


@dataclass(frozen=True, slots=True)
class Answer:
    """The number answered, and characters `start` to `end` of the text, where it is stated."""

    worth: Fraction
    start: int
    end: int


def answer_of(text: str, given: str | None) -> Answer | None:
    """The grader's reading of the answer (`given`) if that is a number, else the number after the last marker."""
    body = text.rstrip()
    start = -1
    for match in _MARKER.finditer(body):
        start = match.start()
    worth = None if given is None else value(given.strip())
    if worth is None and start >= 0 and (marked := after_last(_MARKER, body)):
        numerals = last_two(tidy(marked.text))
        worth = value(numerals[0][0]) if len(numerals) == 1 else None
    if worth is None:
        return None
    if start < 0:
        start = max(body.rfind("\n") + 1, body[:-1].rfind(". ") + 1)
    stop = body.find("\n", start)
    return Answer(worth, start, len(body) if stop < 0 else stop)


def follows(answer: Answer, text: str, found: Sequence[Equation], reasoning: str, thought: Sequence[Equation]) -> bool:
    """Whether the answer is the result of a step, or is worked out in words before it is stated.

    `found` are the equations of the text, `thought` those of the reasoning before it.
    """
    steps = [e.result for e in thought if e.result is not None]
    steps += [e.result for e in found if e.result is not None and (e.operands or e.end <= answer.start)]
    if any(same(answer.worth, result) for result in dict.fromkeys(steps)):
        return True
    said = (*_said(reasoning, thought), *_said(text[: answer.start], found))
    return any(answer.worth == worth for worth in said)


def same(answer: Fraction, result: Fraction) -> bool:
    """Whether an answer is a result as it stands, rounded, in percent, or without its sign."""
    a, r = abs(answer), abs(result)
    if a in (r, r * 100, r / 100):
        return True
    return r.denominator != 1 and abs(a - r) < (1 if a.denominator == 1 else _TENTH)


def _said(text: str, found: Sequence[Equation]) -> Iterator[Fraction]:
    """The numbers outside of equations."""
    place = 0
    for worth, start, _ in numbers(text):
        while place < len(found) and found[place].end <= start:
            place += 1
        if place == len(found) or start < found[place].start:
            yield worth
