"""The equations of a worked solution, read by a linear tokenizer and worked out exactly; nothing is ever `eval`ed.

Two manners are read: the calculator notes of GSM8K (`<<48/2=24>>`, and then only these), and equations in plain text
(`3 x 6 = 18`). What looks like an equation and cannot be read whole makes the solution unreadable: a step that is
overlooked would make every later one wrong.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

_NUMBER = r"(?:\d{1,3}(?:,\d{3})++(?!\d)|\d{1,15})(?!\d)(?:\.\d{1,12})?+|\.\d{1,12}"
_TOKEN = re.compile(rf"[ \t]*+(?:({_NUMBER})|([-+*/×÷x()%=$]))")
_ORDER = {"+": 1, "-": 1, "*": 2, "/": 2}
_SPELLED = {"×": "*", "x": "*", "÷": "/"}
_LONGEST = 20_000  # characters of a solution that are read
_DEEPEST = 40  # operators of one expression


class Unreadable(ValueError):
    """Why a solution cannot be relied on."""


@dataclass(frozen=True, slots=True)
class Expression:
    """Arithmetic over literals: its tokens as they stand, and in postfix (a number is the index of a literal)."""

    tokens: tuple[str | Fraction, ...]
    postfix: tuple[str | int, ...]

    @property
    def literals(self) -> tuple[Fraction, ...]:
        return tuple(token for token in self.tokens if isinstance(token, Fraction))

    def value(self, literals: Sequence[Fraction]) -> Fraction | None:
        """Its value with these in its literals' places; None for a division by zero."""
        stack: list[Fraction] = []
        for step in self.postfix:
            if isinstance(step, int):
                stack.append(literals[step])
            elif step == "%":
                stack.append(stack.pop() / 100)
            elif step == "neg":
                stack.append(-stack.pop())
            else:
                right, left = stack.pop(), stack.pop()
                if step == "/" and right == 0:
                    return None
                stack.append(_apply(step, left, right))
        return stack[0]

    def text(self, literals: Sequence[str]) -> str:
        """The expression with these texts in its literals' places."""
        given = iter(literals)
        return "".join(next(given) if isinstance(token, Fraction) else token for token in self.tokens)


@dataclass(frozen=True, slots=True)
class Equation:
    expression: Expression
    result: Fraction


def read_equations(solution: str) -> tuple[Equation, ...]:
    """Every equation in order, each found to hold. Raises Unreadable."""
    if len(solution) > _LONGEST:
        raise Unreadable("with a solution too long to read")
    chains = list(_notes(solution) if "<<" in solution else _plain(solution))
    equations = [equation for chain in chains for equation in _equations(chain)]
    if not equations:
        raise Unreadable("with no equation in their solution")
    for equation in equations:
        if equation.expression.value(equation.expression.literals) != equation.result:
            raise Unreadable("with an equation in their solution that does not hold exactly")
    return tuple(equations)


def _notes(solution: str) -> Iterator[list[str]]:
    """The tokens of what stands between `<<` and `>>`."""
    for note in solution.split("<<")[1:]:
        inner, closed, _ = note.partition(">>")
        tokens, end = _tokens(inner, 0)
        if not closed or inner[end:].strip() or "=" not in tokens:
            raise Unreadable("with an equation in their solution that cannot be read")
        yield tokens


def _plain(solution: str) -> Iterator[list[str]]:
    """The tokens of every stretch of plain text that holds an equals sign."""
    at = 0
    while at < len(solution):
        tokens, end = _tokens(solution, at)
        if "=" in tokens:
            yield tokens
        at = max(end, at + 1)
        while at < len(solution) and solution[at].isalnum() and solution[at - 1].isalpha():
            at += 1  # the rest of a word is no token: not the x of "box", nor the 2 of "m2"


def _tokens(text: str, at: int) -> tuple[list[str], int]:
    """The tokens from here on, up to what is none, and where that is."""
    found: list[str] = []
    while match := _TOKEN.match(text, at):
        number, sign = match[1], match[2]
        if sign == "x" and text[match.end() : match.end() + 1].isalpha():
            break
        if sign != "$":
            found.append(number.replace(",", "") if number else _SPELLED.get(sign, sign))
        at = match.end()
    return found, at


def _equations(tokens: list[str]) -> Iterator[Equation]:
    """`a = b = c`: each part but the last with the last as its result."""
    *parts, last = [_parsed(part) for part in _split(tokens)]
    result = last.value(last.literals) if set(last.postfix) <= {0, "neg"} else None
    if result is None or not parts:
        raise Unreadable("with an equation in their solution that cannot be read")
    for part in parts:
        yield Equation(part, result)


def _split(tokens: list[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for token in tokens:
        if token == "=":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _parsed(tokens: list[str]) -> Expression:
    """By two stacks (Dijkstra's shunting yard). Raises Unreadable."""
    out: list[str | int] = []
    waiting: list[str] = []
    kept: list[str | Fraction] = []
    operand = False  # whether what came last is one
    count = 0
    for token in tokens:
        if token[-1].isdigit():
            _require(not operand)
            kept.append(Fraction(token))
            out.append(count)
            count, operand = count + 1, True
            continue
        kept.append(token)
        if token == "(":
            _require(not operand)
            waiting.append(token)
        elif token == ")":
            _require(operand and "(" in waiting)
            while (top := waiting.pop()) != "(":
                out.append(top)
        elif token == "%":
            _require(operand)
            out.append(token)
        elif operand:
            while waiting and _ORDER.get(waiting[-1], 3 if waiting[-1] == "neg" else 0) >= _ORDER[token]:
                out.append(waiting.pop())
            waiting.append(token)
            operand = False
        else:
            _require(token == "-" and len(kept) == 1)
            waiting.append("neg")
    _require(operand and "(" not in waiting and len(out) + len(waiting) <= _DEEPEST)
    return Expression(tuple(kept), (*out, *reversed(waiting)))


def _require(holds: bool) -> None:
    if not holds:
        raise Unreadable("with an equation in their solution that cannot be read")


def _apply(operator: str, left: Fraction, right: Fraction) -> Fraction:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    return left * right if operator == "*" else left / right
