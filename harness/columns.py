"""Side by side for each student: public benchmarks, the team's own traffic, stress variants, what should be retained.

A pure function of an evaluation and its verdict. Each column is read against the margins of the policy, as the gate
reads a whole suite.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.evaluation import ALL, Comparison, Evaluation
from harness.gate import is_safe
from harness.gate_margins import harm, undecidable
from harness.policy import Policy
from harness.records import Interval
from harness.stats.retention import fieller_of_strata
from harness.verdict import Verdict

ColumnName = Literal["public", "own", "stress", "retained"]
State = Literal["kept", "lost", "not shown"]

TITLES: Mapping[ColumnName, str] = {
    "public": "public benchmarks",
    "own": "own traffic",
    "stress": "under stress",
    "retained": "retained of the base",
}
PLACES: Mapping[ColumnName, str] = {
    "public": "on public benchmarks",
    "own": "at work",
    "stress": "under stress",
    "retained": "about the rest",
}
WORDS: Mapping[ColumnName, Mapping[State, str]] = {
    "public": {"kept": "looks fine on public benchmarks", "lost": "falls behind on public benchmarks"},
    "own": {"kept": "holds at work", "lost": "fails at work"},
    "stress": {"kept": "holds under stress", "lost": "breaks under stress"},
    "retained": {"kept": "has kept the rest", "lost": "has forgotten some of the rest"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The whole suites of one kind, each beside the teacher, or beside the base where abilities should be retained.

    `retention` (95% interval) is that of the only suite, or pooled over several of plain pairs, each counting alike;
    None where it cannot be pooled, so that only the suites' own stand. `state` is read against the margins: "kept" if
    on every suite a loss of its margin is ruled out, "lost" if a larger one is shown on at least one. `reading` says
    it in words.
    """

    name: ColumnName
    suites: tuple[Comparison, ...]
    retention: Interval | None
    state: State
    reading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What stands side by side for a student: the kinds that the evaluation has, and a sentence over all of them."""

    student: str
    columns: tuple[Column, ...]
    reading: str


def columns(evaluation: Evaluation, verdict: Verdict) -> tuple[Columns, ...]:
    """One for each student that was compared, in the order of the evaluation."""
    policy = Policy.model_validate(verdict.policy)
    students = [card.name for card in evaluation.models if card.role == "student"]
    found = ((student, tuple(_columns(student, evaluation, policy))) for student in students)
    return tuple(Columns(student=name, columns=own, reading=_reading(own)) for name, own in found if own)


def _columns(student: str, evaluation: Evaluation, policy: Policy) -> Iterator[Column]:
    cards = {suite.name: suite for suite in evaluation.suites}
    kinds: dict[ColumnName, list[Comparison]] = {name: [] for name in TITLES}
    for c in evaluation.comparisons:
        card = cards.get(c.suite)
        if c.student != student or c.slice.name != ALL or card is None or card.kind == "retain":
            continue
        kinds["stress" if card.kind == "stress" else "public" if card.public else "own"].append(c)
    kinds["retained"] = [c for c in evaluation.beside_base if c.student == student and c.slice.name == ALL]
    for name, suites in kinds.items():
        if suites:
            yield _column(name, suites, policy)


def _column(name: ColumnName, suites: Sequence[Comparison], policy: Policy) -> Column:
    states = [_state(c, policy) for c in suites]
    state: State = "lost" if "lost" in states else "kept" if set(states) == {"kept"} else "not shown"
    telling = [c for c, found in zip(suites, states, strict=True) if found == state]
    return Column(
        name=name,
        suites=tuple(suites),
        retention=_retention(suites),
        state=state,
        reading="; ".join(_shown(c, state, policy) for c in telling),
    )


def _state(c: Comparison, policy: Policy) -> State:
    """A whole suite stands for itself, as with the gate: a loss needs no correction for the number of suites."""
    if undecidable(c, policy) is not None:
        return "not shown"
    if is_safe(c, policy):
        return "kept"
    return "lost" if harm(c, policy.margin(c.suite, c.slice)) <= policy.alpha else "not shown"


def _shown(c: Comparison, state: State, policy: Policy) -> str:
    allowed = f"{policy.margin(c.suite, c.slice) * 100:g} points"
    if state == "lost":
        return f"{c.suite}: a loss of more than {allowed} is shown"
    if state == "kept":
        return f"{c.suite}: a loss of {allowed} or more is ruled out"
    return undecidable(c, policy) or f"{c.suite}: a loss of {allowed} is neither shown nor ruled out"


def _retention(suites: Sequence[Comparison]) -> Interval | None:
    if any(c.undecidable for c in suites):
        return None
    if len(suites) == 1:
        return suites[0].retention95
    cells = [c.cells for c in suites if c.cells is not None and c.cells.n > 1]
    if len(cells) < len(suites) or not any(c.both + c.teacher_only for c in cells):
        return None
    return fieller_of_strata(cells, 0.95)


def _reading(own: Sequence[Column]) -> str:
    """What is shown, then what is not."""
    shown = ", ".join(WORDS[column.name][column.state] for column in own if column.state != "not shown")
    unknown = " and ".join(PLACES[column.name] for column in own if column.state == "not shown")
    return "; ".join(filter(None, (shown, unknown and f"nothing is shown {unknown}")))
