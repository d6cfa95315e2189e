"""From the largest student to the smallest: by parameters, else by what an answer costs, else as the plan has it.

Tokens of an answer are no size: of two students of one size, the terser is not the smaller one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.evaluation import ALL, Comparison, ModelCard, SuiteCard
from harness.records import SuiteKind

Order = Literal["parameters", "cost", "plan"]
SMALLEST: Mapping[Order, str] = {
    "parameters": "the smallest student that passes",
    "cost": "the cheapest student that passes",
    "plan": "the last student in the order of the plan that passes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """Students from the largest to the smallest; `told` says by what, in words."""

    order: Order
    told: str
    names: tuple[str, ...]


def order_of(students: Sequence[ModelCard], costs: Mapping[str, float]) -> Ordering:
    """`costs`: what an answer costs, for the students whose price is known. Equals stay in the order given."""
    sizes = {card.name: card.parameters for card in students if card.parameters is not None}
    names = [card.name for card in students]
    if _tells(sizes, names):
        return Ordering(
            order="parameters", told="by the number of parameters", names=_falling(names, sizes.__getitem__)
        )
    if _tells(costs, names):
        return Ordering(order="cost", told="by what an answer costs", names=_falling(names, costs.__getitem__))
    equal = len(names) > 1 and len(sizes) == len(names)
    why = "all have the same number of parameters" if equal else "not all declare their `parameters`"
    return Ordering(order="plan", told=f"in the order of the plan ({why})", names=tuple(names))


def costs_of(comparisons: Sequence[Comparison], kinds: Mapping[str, SuiteKind]) -> dict[str, float]:
    """What an answer of each student costs on average over the workload's suites; without a price, it is left out."""
    found: dict[str, float] = {}
    for student in dict.fromkeys(c.student for c in comparisons):
        sides = [(c.pupil.cost, c.n) for c in whole_suites(comparisons, student, kinds)]
        known = [(cost, n) for cost, n in sides if cost is not None]
        if known and len(known) == len(sides):
            found[student] = sum(cost * n for cost, n in known) / sum(n for _, n in known)
    return found


def whole_suites(comparisons: Sequence[Comparison], student: str, kinds: Mapping[str, SuiteKind]) -> list[Comparison]:
    """A student's comparisons on the whole suites of the workload."""
    return [
        c
        for c in comparisons
        if c.student == student and c.slice.name == ALL and kinds.get(c.suite, "workload") == "workload"
    ]


def kinds_of(suites: Sequence[SuiteCard]) -> dict[str, SuiteKind]:
    return {suite.name: suite.kind for suite in suites}


def _tells(values: Mapping[str, float], names: Sequence[str]) -> bool:
    """Whether all are known, and not all are the same where there are several."""
    known = [values[name] for name in names if name in values]
    return len(known) == len(names) and (len(names) == 1 or len(set(known)) > 1)


def _falling(names: Sequence[str], value: Callable[[str], float]) -> tuple[str, ...]:
    return tuple(sorted(names, key=value, reverse=True))
