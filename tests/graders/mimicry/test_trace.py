"""What is read from one reply, and what that says of a student."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from graders.mimicry.trace import Trace, Traces, read
from graders.mimicry.trace_signs import trace_signs
from harness.evaluation import Finding
from harness.evidence import Attempt, Evidence, Exhibit
from harness.records import Message, Sample

Make = Callable[..., Attempt]
Reply = Callable[[random.Random, int, int], tuple[str, int]]

PROMPT = "Six kettles at $11 each and a lamp at $54, less 20%; what is the price of all 7?"


def traced(make: Make, text: str, *, answer: str | None = None, reasoning: str | None = None) -> Trace:
    attempt = make(text, 1.0, answer=answer)
    attempt = replace(attempt, response=replace(attempt.response, reasoning=reasoning))
    return read(Sample(id="a", messages=(Message(role="user", content=PROMPT),)), attempt)


def test_equations_are_counted_in_reasoning_and_text(attempt: Make) -> None:
    trace = traced(attempt, "6 x 11 = 77\n77 + 54 = 131", reasoning="x = 5, 6 + 11 = 18", answer="131")
    assert (trace.checkable, trace.false) == (3, 2)
    assert [fault.note for fault in trace.falsehoods] == ["6 x 11 is 66, not 77"]


@pytest.mark.parametrize(
    ("text", "answer", "idle"),
    [
        ("6 x 11 = 77\n77 + 54 = 131\nTotal: $131", "131", 0),
        ("6 x 11 = 77\nThat makes 77 dollars.", None, 0),
        ("66 + 54 = 130", "130", 0),
        ("6 x 11 = 77\n66 + 54 = 120\nTotal: $120", "120", 1),
        ("6 x 11 = 77\nTotal: $66", "66", 1),
        ("6 x 11 = 66", "66", 0),
    ],
)
def test_a_false_result_that_is_carried_on_is_not_idle(attempt: Make, text: str, answer: str, idle: int) -> None:
    assert traced(attempt, text, answer=answer).idle == idle


@pytest.mark.parametrize(
    ("text", "answer", "apart"),
    [
        ("6 x 11 = 66\n66 + 54 = 120\nTotal: $120", "120", False),
        ("6 x 11 = 66\nTotal: $120", "120", True),
        ("6 x 11 = 77\nTotal: $66", "66", True),
        ("6 x 11 = 66\nSo with the lamp it is 120.\nTotal: $120", "120", False),
        ("6 x 11 = 66\nTotal: $6", "6", True),
        ("100 / 7 = 14.29\nAnswer: 14", "14", False),
        ("100 / 7 = 14.29\nAnswer: 15", "15", False),
        ("100 / 7 = 14.29\nAnswer: 16", "16", True),
        ("1 / 4 = 0.25\nAnswer: 25%", "25", False),
        ("54 - 66 = -12\nAnswer: 12", "12", False),
        ("Total: 66 + 54 = 120", "120", False),
        ("6 x 11 = 66 and x = 120\nAnswer: 120", "120", False),
        ("6 x 11 = 66\nAnswer = 120", "120", True),
        ("6 x 11 = 66\nDecision: reject", "reject", None),
        ("Total: $120", "120", None),
        ("6 x 11 = 66\nThe answer is 67.", None, True),
    ],
)
def test_an_answer_must_be_the_result_of_a_step(
    attempt: Make, text: str, answer: str | None, apart: bool | None
) -> None:
    trace = traced(attempt, text, answer=answer)
    assert trace.apart is apart
    assert bool(trace.parting) == bool(apart)


def test_the_contradicted_answer_is_marked(attempt: Make) -> None:
    text = "6 x 11 = 77\nTotal: $66\nHave a nice day"
    (fault,) = traced(attempt, text, answer="66").parting
    assert text[fault.start : fault.end] == "Total: $66"
    assert fault.note == "no step leads to 66"


@pytest.mark.parametrize(
    ("text", "strangers"),
    [
        ("6 x 11 = 66", []),
        ("6 x 13 = 78", ["13"]),
        ("66 + 54 = 120", ["66"]),
        ("6 x 11 = 66, 66 + 54 = 120", []),
        ("66 + 50 = 116, 116 + 4 = 120", ["66"]),
        ("6 x 11 = 66, 66 + 50 = 116, 116 + 4 = 120", []),
        ("54 * 0.8 = 43.2", []),
        ("54 * 80 / 100 = 43.2", []),
        ("A dozen is 12, so 12 * 17 = 204", ["17"]),
        ("The fee is 17. 17 + 54 = 71", []),
        ("54 / 2 = 27 and 27 * 60 = 1620", []),
        ("17 + 17 = 34", ["17"]),
        ("x = 17", []),
    ],
)
def test_numbers_must_come_from_somewhere(attempt: Make, text: str, strangers: list[str]) -> None:
    trace = traced(attempt, text)
    assert [text[f.start : f.end] for f in trace.unsourced] == strangers
    assert trace.strangers == len(strangers)


def test_hostile_replies_are_read_in_bounded_memory_and_keep_few_faults(attempt: Make) -> None:
    trace = traced(attempt, "1 + 1 = 3\n" * 50_000 + "\ud800\x00", answer="9" * 5000)
    assert trace.false > 1000
    assert len(trace.falsehoods) == 3
    assert traced(attempt, "9" * 1_000_000, answer="1" * 250).apart is None


def _sum(rng: random.Random, a: int, b: int) -> tuple[str, int]:
    return f"{a} x {b} = {a * b}\n{a * b} + 3 = {a * b + 3}\nTotal: ${a * b + 3}", a * b + 3


def _sloppy(slips: float, misreadings: float) -> Reply:
    """Slips that are carried on, and numbers that are misread: how anyone errs."""

    def reply(rng: random.Random, a: int, b: int) -> tuple[str, int]:
        b += rng.random() < misreadings
        product = a * b + (10 if rng.random() < slips else 0)
        total = product + 3 + (1 if rng.random() < slips else 0)
        return f"{a} x {b} = {product}\n{product} + 3 = {total}\nTotal: ${total}", total

    return reply


def _mimic(share: float) -> Reply:
    """The right total under steps that do not hold."""

    def reply(rng: random.Random, a: int, b: int) -> tuple[str, int]:
        text, total = _sum(rng, a, b)
        return (f"{a} x {b} = {a * b + a}\nTotal: ${total}" if rng.random() < share else text), total

    return reply


def _case(
    make: Make, exhibit: Callable[..., Exhibit], evidence: Callable[..., Evidence], teacher: Reply, student: Reply
) -> dict[str, Finding]:
    rng = random.Random(3)
    exhibits = []
    for number in range(300):
        a, b = rng.randint(5, 40), rng.randint(5, 40)
        sides = []
        for reply in (teacher, student):
            text, total = reply(rng, a, b)
            sides.append([make(text, float(total == a * b + 3), answer=str(total))])
        exhibits.append(exhibit(f"s{number}", *sides, prompt=f"{a} lamps at ${b} and $3 shipping"))
    found = evidence(exhibits)
    return {detector.name: detector.detect(found) for detector in trace_signs(Traces())}


@pytest.mark.parametrize("student", [_sloppy(0.02, 0.04), _sloppy(0.15, 0.1), _sloppy(0.3, 0.04), _sloppy(0.02, 0.4)])
def test_an_honest_student_is_clear_however_weak(
    attempt: Make, exhibit: Callable[..., Exhibit], evidence: Callable[..., Evidence], student: Reply
) -> None:
    found = _case(attempt, exhibit, evidence, _sloppy(0.03, 0.06), student)
    assert {f.state for f in found.values()} == {"clear"}
    assert all(f.group == "trace" and f.p_value is not None for f in found.values())


def test_a_mimic_is_flagged_with_marks(
    attempt: Make, exhibit: Callable[..., Exhibit], evidence: Callable[..., Evidence]
) -> None:
    found = _case(attempt, exhibit, evidence, _sloppy(0.03, 0.06), _mimic(0.2))
    assert {name for name, f in found.items() if f.state == "flagged"} == {
        "false equations",
        "broken trace",
        "answer apart",
    }
    broken = found["broken trace"]
    assert broken.estimate is not None and broken.estimate.point == pytest.approx(0.2, abs=0.06)
    assert 0 < len(broken.evidence) <= 20
    assert {mark.note.partition(" is ")[1] for mark in found["false equations"].marks} == {" is "}


def test_a_calculator_or_a_format_that_is_not_read_makes_it_abstain(
    attempt: Make, exhibit: Callable[..., Exhibit], evidence: Callable[..., Evidence]
) -> None:
    def calculated(rng: random.Random, a: int, b: int) -> tuple[str, int]:
        return f"{a} x {b} = <<{a}*{b}={a * b}>>{a * b}\nTotal: ${a * b + 3}", a * b + 3

    found = _case(attempt, exhibit, evidence, calculated, calculated)
    assert "calculator" in found["false equations"].reason
    assert "calculator" in found["broken trace"].reason
    assert "100.0% of the teacher's right answers" in found["answer apart"].reason
    assert found["unsourced numbers"].state == "clear"

    found = _case(attempt, exhibit, evidence, _mimic(0.5), _mimic(0.5))
    assert "look false, more than 2%" in found["false equations"].reason


def test_too_few_replies_make_it_abstain(
    attempt: Make, exhibit: Callable[..., Exhibit], evidence: Callable[..., Evidence]
) -> None:
    few = evidence([exhibit(f"s{n}", [attempt("2 + 2 = 4", 1.0)], [attempt("2 + 2 = 5", 1.0)]) for n in range(29)])
    many = evidence([exhibit(f"s{n}", [attempt("four", 1.0)], [attempt("2 + 2 = 5", 1.0)]) for n in range(40)])
    for detector in trace_signs(Traces()):
        assert detector.detect(few).state == "abstained"
        assert detector.detect(many).state == "abstained"
    assert "29 replies of the student" in trace_signs(Traces())[0].detect(few).reason
    assert "the teacher has too few" in trace_signs(Traces())[0].detect(many).reason
