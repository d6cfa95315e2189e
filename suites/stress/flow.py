"""From the numbers of a prompt through the equations of its solution to its gold: what may change, what follows.

Every literal of every equation must come from somewhere that is certain: a numeral of the prompt, a percentage of it as
a decimal, the result of an earlier equation, or a constant that the prompt's own words bring along (`half`, `dozen`,
`week`, ...). Where a literal could come from several places, none of them may change, so that it does not matter which
it was; a numeral whose value equals a count in the solution's own shape (three addends, four steps) may not either.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from harness.records import Sample
from suites.stress.equations import Equation, Unreadable, read_equations
from suites.stress.making import Abstained, asked, gold_number, is_worked, written
from suites.stress.numbers import Numbers, read_numbers

# By these words an answer moves in steps that equations do not show.
_STEPWISE = re.compile(
    r"\b(?:free|rounded|rounds|rounding|round (?:up|down|off|to)|nearest|remainders?"
    r"|every (?:other|second|third|fourth))\b",
    re.IGNORECASE,
)
_MOST_NUMERALS = 50
_NO_SOURCE = "whose solution uses a number that is neither in the prompt in digits nor an earlier result"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a literal may come from: a numeral of the prompt, an earlier result, or (both None) a constant."""

    numeral: int | None = None
    result: int | None = None
    divisor: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A prompt bound to its solution. `origins[i][j]` is that of the j-th literal of the i-th equation.

    `free` are the numerals that may change, each of which the gold depends on. `annotated` tells that the solution
    writes its equations as `<<a=b>>`.
    """

    text: str
    numbers: Numbers
    equations: tuple[Equation, ...]
    origins: tuple[tuple[Origin, ...], ...]
    free: tuple[int, ...]
    annotated: bool

    @property
    def base(self) -> tuple[Fraction, ...]:
        return tuple(numeral.value for numeral in self.numbers.numerals)

    def literals(self, at: int, values: Sequence[Fraction], results: Sequence[Fraction]) -> list[Fraction]:
        """What stands in the literals' places of one equation, by the prompt's values and the results so far."""
        found = []
        for origin, literal in zip(self.origins[at], self.equations[at].expression.literals, strict=True):
            if origin.numeral is not None:
                found.append(values[origin.numeral] / origin.divisor)
            else:
                found.append(literal if origin.result is None else results[origin.result])
        return found

    def results(self, values: Sequence[Fraction]) -> list[Fraction] | None:
        """What the equations give for these values of the prompt's numerals; None for a division by zero."""
        found: list[Fraction] = []
        for at, equation in enumerate(self.equations):
            result = equation.expression.value(self.literals(at, values, found))
            if result is None:
                return None
            found.append(result)
        return found

    def alike_results(self, values: Sequence[Fraction]) -> list[Fraction] | None:
        """The results where they keep the base's shape, else None.

        Whole results stay whole, digits as many, signs the same, and all values of prompt and solution in the same
        order: it holds whatever the solution decided without writing it down, such as which of two is cheaper.
        """
        found: list[Fraction] = []
        for at, equation in enumerate(self.equations):
            result = equation.expression.value(self.literals(at, values, found))
            if result is None or not _alike(equation.result, result):
                return None
            found.append(result)
        olds = [*self.base, *self.numbers.fixed, *(equation.result for equation in self.equations)]
        return found if _same_order(olds, [*values, *self.numbers.fixed, *found]) else None

    def prompt(self, texts: Mapping[int, str]) -> str:
        """The prompt with these texts in its numerals' places."""
        parts, at = [], 0
        for index, numeral in enumerate(self.numbers.numerals):
            parts += [self.text[at : numeral.start], texts.get(index, numeral.text)]
            at = numeral.end
        return "".join(parts) + self.text[at:]

    def solution(self, values: Sequence[Fraction], results: Sequence[Fraction]) -> str:
        """The equations with these values, and the gold. The words between them spoke of other numbers and are gone."""
        lines = []
        for at, equation in enumerate(self.equations):
            shown = [written(value) or "?" for value in self.literals(at, values, results)]
            left, right = equation.expression.text(shown), written(results[at])
            lines.append(f"{left} = <<{left}={right}>>{right}" if self.annotated else f"{left} = {right}")
        return "\n".join([*lines, f"#### {written(results[-1])}"])


def read_flow(sample: Sample) -> Flow | Abstained:
    """The flow of a sample whose gold is certain, with at least one numeral free to change."""
    request = asked(sample)
    if isinstance(request, Abstained):
        return request
    solution = sample.solution or (str(sample.target) if is_worked(sample.target) else "")
    gold = gold_number(sample.target)
    if not solution.strip():
        return Abstained("without a worked solution")
    if gold is None:
        return Abstained("whose target is no single number")
    if any(c.isdigit() for m in sample.messages if m.role == "system" for c in m.content):
        return Abstained("with numbers in a system message")
    if _STEPWISE.search(request.text):
        return Abstained("that may round, or give something free")
    try:
        equations = read_equations(solution)
    except Unreadable as error:
        return Abstained(str(error))
    if equations[-1].result != gold:
        return Abstained("whose solution does not end on its target")
    return _bound(request.text, equations, "<<" in solution)


def _bound(text: str, equations: tuple[Equation, ...], annotated: bool) -> Flow | Abstained:
    numbers = read_numbers(text)
    if len(numbers.numerals) > _MOST_NUMERALS:
        return Abstained("with more numbers than a word problem has")
    candidates = list(_candidates(numbers, equations))
    if not all(choice for row in candidates for choice in row):
        return Abstained(_NO_SOURCE)
    above = _numerals_above(candidates)
    used = frozenset().union(*above) if above else frozenset()
    if _leaves_a_result_unused(candidates):
        return Abstained("with a result in their solution that no later step uses")
    unsure = numbers.unsure()
    if any(i not in used and i not in unsure for i in range(len(numbers.numerals))):
        return Abstained("with a number in the prompt that their solution does not use")
    counts = _counts(equations)
    fixed = unsure | {i for i, n in enumerate(numbers.numerals) if n.value in counts}
    fixed |= _of_several(candidates, above)
    free = tuple(sorted(above[-1] - fixed))
    if not free:
        return Abstained("in which every number may have several sources, or stands for a date, a time or a count")
    origins = tuple(tuple(choice[0] for choice in row) for row in candidates)
    return Flow(text=text, numbers=numbers, equations=equations, origins=origins, free=free, annotated=annotated)


def _candidates(numbers: Numbers, equations: Sequence[Equation]) -> Iterator[list[tuple[Origin, ...]]]:
    """For each literal of each equation, every place that it may come from."""
    for at, equation in enumerate(equations):
        row = []
        for literal in equation.expression.literals:
            found = [Origin(numeral=i) for i, n in enumerate(numbers.numerals) if n.value == literal]
            found += [
                Origin(numeral=i, divisor=100)
                for i, n in enumerate(numbers.numerals)
                if n.percent and n.value == literal * 100
            ]
            found += [Origin(result=i) for i in _distinct(equations[:at]) if equations[i].result == literal]
            found += [Origin()] if literal in numbers.fixed else []
            row.append(tuple(found))
        yield row


def _distinct(equations: Sequence[Equation]) -> Iterator[int]:
    """The indices of equations, those that only repeat an earlier one left out."""
    seen = set()
    for index, equation in enumerate(equations):
        if equation.expression.tokens not in seen:
            seen.add(equation.expression.tokens)
            yield index


def _numerals_above(candidates: Sequence[list[tuple[Origin, ...]]]) -> list[frozenset[int]]:
    """For each equation, the numerals that it depends on, whichever candidates are the true ones."""
    found: list[frozenset[int]] = []
    for row in candidates:
        origins = [origin for choice in row for origin in choice]
        here = frozenset(o.numeral for o in origins if o.numeral is not None)
        found.append(here.union(*(found[o.result] for o in origins if o.result is not None)))
    return found


def _leaves_a_result_unused(candidates: Sequence[list[tuple[Origin, ...]]]) -> bool:
    """Then a step was taken without being written down, and its numbers cannot be told from the prompt's."""
    taken = {origin.result for row in candidates for choice in row for origin in choice}
    return any(at not in taken for at in range(len(candidates) - 1))


def _of_several(candidates: Sequence[list[tuple[Origin, ...]]], above: Sequence[frozenset[int]]) -> frozenset[int]:
    """The numerals that a literal with several candidates depends on."""
    found: set[int] = set()
    for row in candidates:
        for choice in row:
            if len(choice) > 1:
                found |= {o.numeral for o in choice if o.numeral is not None}
                found = found.union(*(above[o.result] for o in choice if o.result is not None))
    return frozenset(found)


def _counts(equations: Sequence[Equation]) -> frozenset[Fraction]:
    """How often things happen in a solution (equations, addends, equal literals): a prompt's number may count them."""
    counts = [len(equations)]
    for equation in equations:
        counts += Counter(equation.expression.literals).values()
        counts.append(1 + sum(token in ("+", "-") for token in equation.expression.tokens))
    counts += Counter(v for e in equations for v in set(e.expression.literals)).values()
    return frozenset(Fraction(n) for n in counts)


def _alike(old: Fraction, new: Fraction) -> bool:
    if old.denominator == 1 and new.denominator != 1:
        return False
    if (new > 0) != (old > 0) or (new < 0) != (old < 0):
        return False
    shown, was = written(new), written(old)
    if shown is None or was is None or len(shown.partition(".")[0]) != len(was.partition(".")[0]):
        return False
    return len(shown.partition(".")[2]) <= len(was.partition(".")[2])


def _same_order(olds: Sequence[Fraction], news: Sequence[Fraction]) -> bool:
    ranked = sorted(range(len(olds)), key=olds.__getitem__)
    return all(news[a] < news[b] if olds[a] < olds[b] else news[a] == news[b] for a, b in pairwise(ranked))
