"""What an expression is worth, exactly: fractions, never `eval`, and with a bound on everything.

A value carries how far it may be off because the numbers in it were rounded, so that `3.33 x 3 = 10` need not count
as false. A percentage is read in three ways, since people write `50 + 20% = 60` as well as `20% of 50 = 10`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Percent = Literal["hundredth", "plain", "relative"]

_BITS = 8_000  # of numerator and denominator
_EXPONENT = 200
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "negative": 3, "^": 4, "over": 5}
_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, and how far the exact one may be from it."""

    worth: Fraction
    slack: Fraction = _ZERO
    percent: bool = False


Item = Amount | str  # an operator, a bracket, or "%"


def evaluate(items: Sequence[Item], percent: Percent) -> Amount | None:
    """The worth of a well-formed expression; None where it has none (division by zero) or it is too large.

    Operators: `+ - * / ^`, `negative` before its operand, and `over` for the bar of a fraction, which binds first.
    """
    amounts: list[Amount] = []
    pending: list[str] = []
    try:
        for item in items:
            if isinstance(item, Amount):
                amounts.append(item)
            elif item == "%":
                amounts.append(_percentage(amounts.pop(), percent))
            elif item == "(" or item == "negative":
                pending.append(item)
            elif item == ")":
                while pending[-1] != "(":
                    _apply(pending.pop(), amounts, percent)
                pending.pop()
            else:
                while pending and pending[-1] != "(" and _first(pending[-1], item):
                    _apply(pending.pop(), amounts, percent)
                pending.append(item)
        while pending:
            _apply(pending.pop(), amounts, percent)
    except (ZeroDivisionError, OverflowError, IndexError):
        return None
    return amounts[0] if len(amounts) == 1 else None


def _first(before: str, operator: str) -> bool:
    """Whether an operator is applied before the one that follows it; powers are read from the right."""
    return _BINDS[before] > _BINDS[operator] or (_BINDS[before] == _BINDS[operator] and operator != "^")


def _percentage(amount: Amount, percent: Percent) -> Amount:
    scale = 1 if percent == "plain" else 100
    return Amount(amount.worth / scale, amount.slack / scale, percent=True)


def _apply(operator: str, amounts: list[Amount], percent: Percent) -> None:
    b = amounts.pop()
    if operator == "negative":
        amounts.append(Amount(-b.worth, b.slack))
        return
    a = amounts.pop()
    if percent == "relative" and b.percent and not a.percent and operator in "+-":
        b = Amount(a.worth * b.worth, abs(a.worth) * b.slack)
    made = _OPERATIONS[operator](a, b)
    if max(made.worth.numerator.bit_length(), made.worth.denominator.bit_length()) > _BITS:
        raise OverflowError
    amounts.append(made)


def _sum(a: Amount, b: Amount) -> Amount:
    return Amount(a.worth + b.worth, a.slack + b.slack, a.percent and b.percent)


def _difference(a: Amount, b: Amount) -> Amount:
    return Amount(a.worth - b.worth, a.slack + b.slack, a.percent and b.percent)


def _product(a: Amount, b: Amount) -> Amount:
    return Amount(a.worth * b.worth, abs(a.worth) * b.slack + abs(b.worth) * a.slack + a.slack * b.slack)


def _quotient(a: Amount, b: Amount) -> Amount:
    worth = a.worth / b.worth
    least = abs(b.worth) - b.slack
    return Amount(worth, (a.slack + abs(worth) * b.slack) / least if least > 0 else abs(worth))


def _power(a: Amount, b: Amount) -> Amount:
    exponent = b.worth
    if exponent.denominator != 1 or abs(exponent) > _EXPONENT:
        raise OverflowError
    if max(a.worth.numerator.bit_length(), a.worth.denominator.bit_length()) * abs(exponent) > _BITS:
        raise OverflowError
    worth = a.worth ** int(exponent)
    return Amount(worth, abs(exponent * worth / a.worth) * a.slack if a.worth else _ZERO)


_OPERATIONS = {"+": _sum, "-": _difference, "*": _product, "/": _quotient, "over": _quotient, "^": _power}
