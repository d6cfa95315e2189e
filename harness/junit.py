"""A verdict as JUnit XML, which CI servers show as tests: a suite for each student and suite, a test for each slice.

What decides is a test that fails or errs; what may stay open is skipped, so that nothing undecided looks passed:

    fail                      failure, unless it is advisory or waived: skipped
    undecided and critical    error
    undecided otherwise       skipped
    pass                      passed

The form is valid by the two schemas that CI servers go by, Ant's (windyroad/JUnit-Schema) and Jenkins' junit-10.xsd.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from xml.etree import ElementTree

from harness.evaluation import ALL, Evaluation
from harness.identity import digest
from harness.printable import printable
from harness.verdict import RequirementVerdict, SliceVerdict, StudentVerdict, Verdict

Part = SliceVerdict | RequirementVerdict
State = Literal["passed", "failure", "error", "skipped"]
NAME_LIMIT, TEXT_LIMIT = 300, 10_000  # characters; names come from outside, and servers keep them in columns
UNTIMED = "0"  # the schemas ask for seconds, and judging takes none worth telling
HOST = "localhost"  # what Ant's schema asks for where the host is not to be told
_UNFIT = re.compile("[\ud800-\udfff\ufffe\uffff]")  # no characters of XML 1.0, and not control characters either


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test: `message` in a line, `text` at length."""

    name: str
    state: State
    message: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The tests of one student: of all its suites together, or of one. `said` belongs to the group as a whole."""

    student: str
    name: str
    cases: tuple[Case, ...]
    said: tuple[str, ...] = ()


def junit(verdict: Verdict, evaluation: Evaluation) -> str:
    """The XML document. Characters that XML cannot hold, and those that would deceive a reader, are written out."""
    root = ElementTree.Element("testsuites")
    for number, group in enumerate(_groups(verdict)):
        root.append(_suite(number, group, _properties(group.student, verdict, evaluation), _moment(evaluation)))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _groups(verdict: Verdict) -> Iterator[Group]:
    if not verdict.students:
        nobody = "no student was judged"
        yield Group(student="viva", name="verdict", cases=(_case("verdict", "error", (nobody,)),))
    for student in verdict.students:
        apart = [one for one in student.requirements if not one.suite]
        whole = (_verdict(student), *map(_requirement, apart))
        yield Group(student=student.student, name=student.student, cases=whole, said=student.warnings)
        parts: tuple[Part, ...] = (*student.slices, *student.requirements)
        for suite in dict.fromkeys(part.suite for part in parts if part.suite):
            yield Group(
                student=student.student,
                name=f"{student.student}: {suite}",
                cases=(
                    *(_slice(one) for one in student.slices if one.suite == suite),
                    *(_requirement(one) for one in student.requirements if one.suite == suite),
                ),
            )


def _verdict(student: StudentVerdict) -> Case:
    state: Mapping[str, State] = {"pass": "passed", "fail": "failure", "inconclusive": "error"}
    return _case("verdict", state[student.decision], student.reasons or (student.decision,))


def _slice(one: SliceVerdict) -> Case:
    return _case("whole suite" if one.slice.name == ALL else str(one.slice), _state(one), _told(one))


def _requirement(one: RequirementVerdict) -> Case:
    where = "" if one.slice.name == ALL else f", {one.slice}"
    return _case(f"{one.kind}.{one.name}{where}", _state(one), _told(one))


def _state(one: Part) -> State:
    if one.decision == "pass":
        return "passed"
    if one.waived is not None or one.tier == "advisory":
        return "skipped"
    if one.decision == "fail":
        return "failure"
    return "error" if one.tier == "critical" else "skipped"


def _told(one: Part) -> tuple[str, ...]:
    """The reason, before it why one that is not met does not count."""
    if one.decision == "pass":
        return (one.reason,)
    if one.waived is not None:
        return (f"{one.waived}; {one.reason}",)
    return (f"advisory: {one.reason}",) if one.tier == "advisory" else (one.reason,)


def _case(name: str, state: State, reasons: Sequence[str]) -> Case:
    return Case(name=name, state=state, message=reasons[0], text="\n".join(reasons))


def _properties(student: str, verdict: Verdict, evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    """What the verdict rests on: another policy, evaluation or model is another test."""
    yield "viva.version", evaluation.viva_version
    yield "policy.digest", digest(dict(verdict.policy))
    yield "evaluation.digest", verdict.evaluation_digest
    if verdict.judged_on is not None:
        yield "judged_on", verdict.judged_on
    for model in evaluation.models:
        if model.role != "student" or model.name == student:
            yield f"{model.role}.name", model.name
            yield f"{model.role}.fingerprint", model.fingerprint


def _suite(number: int, group: Group, properties: Iterable[tuple[str, str]], moment: str | None) -> ElementTree.Element:
    states = [case.state for case in group.cases]
    suite = ElementTree.Element(
        "testsuite",
        {
            "name": _name(group.name),
            "package": _name(group.student),
            "id": str(number),
            "hostname": HOST,
            "tests": str(len(states)),
            "failures": str(states.count("failure")),
            "errors": str(states.count("error")),
            "skipped": str(states.count("skipped")),
            "time": UNTIMED,
            **({} if moment is None else {"timestamp": moment}),
        },
    )
    listed = ElementTree.SubElement(suite, "properties")
    for name, value in properties:
        ElementTree.SubElement(listed, "property", name=name, value=_fit(value, NAME_LIMIT))
    for case in group.cases:
        place = {"name": _name(case.name), "classname": _name(group.name), "time": UNTIMED}
        test = ElementTree.SubElement(suite, "testcase", place)
        if case.state != "passed":
            _outcome(test, case)
    ElementTree.SubElement(suite, "system-out").text = _fit("\n".join(group.said), TEXT_LIMIT)
    ElementTree.SubElement(suite, "system-err")
    return suite


def _outcome(test: ElementTree.Element, case: Case) -> None:
    outcome = ElementTree.SubElement(test, case.state, message=_fit(case.message, TEXT_LIMIT))
    if case.state != "skipped":
        outcome.set("type", "inconclusive" if case.state == "error" else "fail")
        outcome.text = _fit(case.text, TEXT_LIMIT)


def _moment(evaluation: Evaluation) -> str | None:
    """When the evaluation was made, in UTC and without the zone, as Ant's schema has it; None where it is not told."""
    try:
        made = datetime.fromisoformat(evaluation.created_at).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return made.replace(tzinfo=None).isoformat(timespec="seconds")


def _name(text: str) -> str:
    return _fit(text, NAME_LIMIT).strip() or "(no name)"


def _fit(text: str, limit: int) -> str:
    """Text that XML 1.0 can hold, of at most `limit` characters."""
    held = _UNFIT.sub(lambda match: f"\\u{ord(match[0]):04x}", printable(text[:limit]))
    return held if len(held) <= limit and len(text) <= limit else f"{held[: limit - 1]}…"
