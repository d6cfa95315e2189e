"""The equations of a text, and whether they hold: `6 x 11 = 77` does not.

Only what can be told for certain is judged: numbers on both sides and something computed. A side with an unknown, mixed
units or a number in doubtful spelling is not checked. A result is true to the digits that it shows (`12 / 7 = 1.71`),
and a running total (`3 + 4 = 7 + 2 = 9`) is read as its writer meant it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from graders.mimicry.equation_tokens import Token, tokens
from graders.mimicry.equation_values import Amount, Percent, evaluate
from graders.mimicry.expressions import Piece, Run, pieces
from graders.mimicry.sources import written

READ = 100_000  # characters of a text that are looked at
_READINGS: tuple[Percent, ...] = ("hundredth", "plain", "relative")
_MODULAR = re.compile(r"≡|\\equiv|\bp?mod\b|≠|\\neq?\b")  # residues, and trials that are found not to fit
_NEAR = 100  # characters
_SHOWN = 60
_FLOAT = Fraction(1, 10**12)  # what a calculator's floating point may leave
_FAR = Fraction(1, 10)  # "about 200" says nothing against 190


@dataclass(frozen=True, slots=True, kw_only=True)
class Equation:
    """One relation, characters `start` to `end`. `holds` is None where it cannot be checked.

    `operands` are the numbers that something is computed from, with their places, and `result` what stands alone on
    the right. `note` says what is wrong.
    """

    start: int
    end: int
    holds: bool | None
    operands: tuple[tuple[Fraction, int, int], ...] = ()
    result: Fraction | None = None
    note: str = ""


def equations(text: str) -> Iterator[Equation]:
    """The equations of the first `READ` characters, in order and in linear time; each link of a chain is one."""
    text = text[:READ]
    found = pieces(tokens(text))
    for place, piece in enumerate(found):
        if isinstance(piece, Token) and piece.kind == "relation":
            right = _beside(found, place, 1)
            if right is not None:
                yield _equation(text, _beside(found, place, -1), right, piece)


def _beside(found: Sequence[Piece], place: int, step: int) -> Run | None:
    """The run before or after a relation, which may stand on another line."""
    for there in (place + step, place + 2 * step):
        if not 0 <= there < len(found):
            return None
        piece = found[there]
        if isinstance(piece, Run):
            return piece
        if piece.kind != "line":
            return None
    return None


def _equation(text: str, left: Run | None, right: Run, relation: Token) -> Equation:
    result = _alone(right)
    if left is None or left.bare or left.doubtful or right.doubtful or not right.closed:
        start = relation.start if left is None else left.start
        return Equation(start=start, end=right.end, holds=None, result=_alone(right), operands=_computed(left, right))
    holds = _holds(left, right, relation.text == "≈")
    if holds is False and _MODULAR.search(text, max(0, left.start - _NEAR), right.end + _NEAR):
        holds = None
    return Equation(
        start=_start(text, left),
        end=right.end,
        holds=holds,
        operands=_computed(left, right),
        result=result,
        note="" if holds is not False else _correction(text, left, right),
    )


def _start(text: str, run: Run) -> int:
    """With the name of the fraction that an expression begins with."""
    for name in ("\\frac", "\\dfrac", "\\tfrac"):
        if text.endswith(name, 0, run.start):
            return run.start - len(name)
    return run.start


def _computed(*runs: Run | None) -> tuple[tuple[Fraction, int, int], ...]:
    return tuple(operand for run in runs if run is not None and not run.bare for operand in run.operands)


def _alone(run: Run) -> Fraction | None:
    amount = evaluate(run.items, "plain") if run.bare and run.closed and not run.doubtful else None
    return None if amount is None else amount.worth


def _holds(left: Run, right: Run, about: bool) -> bool | None:
    lefts, rights = _worths(left), _worths(right)
    if not lefts or not rights:
        return None
    if any(_agree(a, b, left, right, about) for a in lefts for b in rights):
        return True
    if not right.bare and any(a.worth == right.operands[0][0] for a in lefts):
        return True  # a running total
    if _proper_fraction(left) and any(b.worth >= 1 for b in rights):
        return None  # "2/5 = 12.8 hectares": of what was said before
    if left.units | right.units and (left.mixed or right.mixed or len(left.units | right.units) > 1):
        return None
    if any(_near(a, b, about) for a in lefts for b in rights):
        return None
    return False


def _proper_fraction(run: Run) -> bool:
    if len(run.operands) != 2 or not any(item in ("/", "over") for item in run.items):
        return False
    return abs(run.operands[0][0]) < abs(run.operands[1][0])


def _worths(run: Run) -> list[Amount]:
    readings = _READINGS if "%" in run.items else _READINGS[:1]
    return [amount for reading in readings if (amount := evaluate(run.items, reading)) is not None]


def _agree(a: Amount, b: Amount, left: Run, right: Run, about: bool) -> bool:
    apart = abs(a.worth - b.worth)
    if apart <= _FLOAT * max(abs(a.worth), abs(b.worth)):
        return True
    return any(run.bare and apart < _last_digit(run, amount, about) for run, amount in ((left, a), (right, b)))


def _last_digit(run: Run, amount: Amount, about: bool) -> Fraction:
    """What one more in the last digit shown would add: a result may be rounded or cut there."""
    unit = run.scale / (100 if amount.percent and amount.worth != run.operands[0][0] else 1)
    if run.decimals > 0:
        return unit * Fraction(1, 10**run.decimals)
    if not about:
        return unit if unit > 1 else Fraction(0)
    whole = abs(int(run.operands[0][0]))
    while whole and whole % 10 == 0:
        whole, unit = whole // 10, unit * 10
    return unit


def _near(a: Amount, b: Amount, about: bool) -> bool:
    """Whether rounding on the way, or to a whole number of things, may explain the difference."""
    apart = abs(a.worth - b.worth)
    whole = apart < 1 and (a.worth.denominator == 1) != (b.worth.denominator == 1)
    return apart <= a.slack + b.slack or whole or (about and apart <= _FAR * max(abs(a.worth), abs(b.worth)))


def _correction(text: str, left: Run, right: Run) -> str:
    worth, shown = _worths(left)[0].worth, _worths(right)[0].worth
    expression = " ".join(text[_start(text, left) : left.end].split())
    if len(expression) > _SHOWN:
        expression = expression[:_SHOWN] + "..."
    return f"{expression} is {written(worth)}, not {written(shown)}"
