"""What a judge said, read to the letter: its last words are the verdict, or there is none.

A verdict that stands earlier may be a quotation of what was judged. What cannot be read is the judge's failure, and so
ours: no score, and never a wrong answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from graders.json_reading import Unreadable, read_object
from graders.reading import cut_off, no_reply, short, spoken
from harness.records import Response

Winner = Literal["A", "B", "tie"]

_VERDICT = re.compile(
    r"""[\s*_\#>`"'-]{0,9} verdict [\s*_`"']{0,5} : [\s*_`"'(\[]{0,9} (?:reply\s)?(?P<winner> A | B | (?:a\s)?tie )
    [\s*_`"')\].!]{0,9}""",
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST = 80  # characters of a line with a verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing that a reply is judged by, and the points that it can get."""

    name: str
    question: str
    points: int = 1


class NoVerdict(ValueError):
    """Why a judge's reply decides nothing."""


def winner(reply: Response) -> Winner:
    """Which of two replies a judge prefers. Raises NoVerdict."""
    lines = [line for line in _said(reply).splitlines() if line.strip()]
    found = [_winner(line) for line in lines]
    if not found or found[-1] is None:
        raise NoVerdict("the judge does not end on a verdict")
    if len(dict.fromkeys(one for one in found if one)) > 1:
        raise NoVerdict("the judge gives two verdicts")
    return found[-1]


def points(reply: Response, criteria: Sequence[Criterion]) -> list[int]:
    """The points that a judge gives, criterion by criterion. Raises NoVerdict."""
    text = _said(reply).rstrip()
    try:
        given = read_object(text)
    except Unreadable as error:
        raise NoVerdict(f"the judge's points cannot be read: {error}") from None
    if not text.removesuffix("```").rstrip().endswith("}"):
        raise NoVerdict("the judge does not end on its points")
    wanted = {criterion.name: criterion.points for criterion in criteria}
    for name in (*wanted, *given):
        if (name in given) != (name in wanted):
            raise NoVerdict(
                f"the judge gives {'no points for' if name in wanted else 'points for an unknown'} {name!r}"
            )
    return [_whole(name, given[name], most) for name, most in wanted.items()]


def _whole(name: str, value: object, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise NoVerdict(f"the judge gives {short(repr(value), 40)} for {name!r}, not a whole number from 0 to {most}")
    return value


def _said(reply: Response) -> str:
    """The judge's words without its thoughts. Raises NoVerdict for a reply that failed or is not whole."""
    said = spoken(reply)
    if reply.failure is None and cut_off(reply):
        raise NoVerdict("the judge's reply was cut off; give its model more `max_tokens`")
    if silent := no_reply(said):
        raise NoVerdict(f"the judge did not answer: {silent.reason}")
    return said.text


def _winner(line: str) -> Winner | None:
    found = _VERDICT.fullmatch(line.strip()) if len(line.strip()) <= _LONGEST else None
    if found is None:
        return None
    said = found["winner"].lower()
    return "A" if said == "a" else "B" if said == "b" else "tie"
