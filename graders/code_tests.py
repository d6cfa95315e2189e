"""Tests of programs: what a target asks, how one test is run, and what became of it.

Outputs and values are compared here, outside the sandbox, by LiveCodeBench's rules (lcb_runner/evaluation/
testing_util.py): expected outputs never stand where a program could read them.
"""

import json
import signal
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, DecimalException
from typing import Literal, cast

from graders.code_program import Program, defines
from graders.options import amount
from graders.reading import short
from graders.sandbox.inside import values
from graders.sandbox.worker import Job, Limits, Run
from harness.records import Json

TargetKind = Literal["stdin", "functional", "humaneval"]
Outcome = Literal["passed", "wrong answer", "time limit", "memory limit", "runtime error"]

_SHOWN = 40  # characters of an output in a reason: enough to see, too few to learn a hidden test by
_KEYS = {
    "stdin": ("tests", "entry", "time_limit_s", "starter_code"),
    "functional": ("tests", "entry", "time_limit_s", "starter_code"),
    "humaneval": ("entry", "prompt", "test", "solution", "time_limit_s"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test: what goes in, and what must come out."""

    given: str
    wanted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The tests of a sample. `prompt` and `test` are the sources of HumanEval, where the whole test is one case."""

    kind: TargetKind
    cases: tuple[Case, ...]
    entry: str | None = None
    prompt: str = ""
    test: str = ""
    solution: str | None = None
    time_limit_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    outcome: Outcome
    detail: str = ""
    no_program: bool = False

    def __str__(self) -> str:
        return f"{self.outcome} ({self.detail})" if self.detail else self.outcome


def read_target(target: Json) -> Target:
    """Raises ValueError with what is wrong with it."""
    if not isinstance(target, dict) or target.get("kind") not in _KEYS:
        raise ValueError(f"target {short(repr(target), 80)} names no kind of test; known: {', '.join(_KEYS)}")
    kind = cast(TargetKind, target["kind"])
    for name in target:
        if name not in ("kind", *_KEYS[kind]):
            raise ValueError(f'target of kind "{kind}" has an unknown key "{name}"')
    limit = None
    if target.get("time_limit_s") is not None:
        limit = float(amount(target, "time_limit_s"))
        if not limit:
            raise ValueError("time_limit_s of the target is 0")
    if kind == "humaneval":
        sources = {name: _text(target, name) for name in ("entry", "prompt", "test")}
        solution = _text(target, "solution") if target.get("solution") is not None else None
        whole = (Case(given="", wanted=""),)
        return Target(kind=kind, cases=whole, solution=solution, time_limit_s=limit, **sources)
    entry = _text(target, "entry") if kind == "functional" else None
    cases = tuple(_cases(target.get("tests"), kind))
    return Target(kind=kind, cases=cases, entry=entry, time_limit_s=limit)


def job(target: Target, program: Program, case: Case, limits: Limits) -> Job:
    """What the sandbox is asked for one test."""
    limits = replace(limits, cpu_s=target.time_limit_s or limits.cpu_s)
    if target.kind == "stdin":
        return Job(op="stdin", code=program.text, input=case.given, preamble=True, limits=limits)
    if target.kind == "functional":
        arguments = values.dump([json.loads(line) for line in case.given.split("\n") if line.strip()])
        return Job(
            op="call", code=program.text, entry=target.entry or "", arguments=arguments, preamble=True, limits=limits
        )
    return Job(
        op="check",
        code=_whole(target, program),
        entry=target.entry or "",
        prompt=target.prompt,
        test=target.test,
        limits=limits,
    )


def result(target: Target, case: Case, run: Run) -> Result:
    """What became of one test. The program's own word counts only against it, or as the value that is compared."""
    said = run.report or {}
    if run.limit in ("cpu", "wall"):
        return Result(outcome="time limit", detail="" if run.limit == "cpu" else "it waits")
    if run.limit == "memory" or "MemoryError" in (said.get("error"), _fault(said)):
        return Result(outcome="memory limit")
    if run.limit is not None:
        what = "more output than is read" if run.limit == "output" else "more files than are kept"
        return Result(outcome="runtime error", detail=what)
    if target.kind == "humaneval":
        return _checked(said, run)
    if "error" in said:
        return _raised(said)
    if run.status != 0:
        return Result(outcome="runtime error", detail=_ending(run.status))
    if target.kind == "stdin":
        return _printed(run.output.decode("utf-8", "replace"), case.wanted)
    return _returned(said.get("value"), case.wanted)


def _whole(target: Target, program: Program) -> str:
    """The prompt of HumanEval, with its imports, and the program, which defines the function again or continues it."""
    if defines(program.text, target.entry or ""):
        return f"{target.prompt}\n\n{program.text}\n"
    rest = textwrap.indent(program.text, "    ") if program.form == "fenced" else program.text
    return f"{target.prompt}{rest}\n"


def _text(target: Mapping[str, Json], name: str) -> str:
    value = target.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f'target of kind "{target["kind"]}": "{name}" is {short(repr(value), 40)}, not a text')
    return value


def _cases(tests: Json, kind: TargetKind) -> Iterator[Case]:
    if not isinstance(tests, list) or not tests:
        raise ValueError('target has no "tests"')
    for number, test in enumerate(tests, 1):
        given, wanted = (test.get("input"), test.get("output")) if isinstance(test, dict) else (None, None)
        if not isinstance(given, str) or not isinstance(wanted, str):
            raise ValueError(f"test {number} of the target lacks an input or an output, each a text")
        if kind == "functional":
            try:
                for line in [*given.split("\n"), wanted]:
                    json.loads(line or "null")
            except ValueError:
                raise ValueError(
                    f"test {number} of the target: its input or output is not made of JSON values"
                ) from None
        yield Case(given=given, wanted=wanted)


def _checked(said: Mapping[str, Json], run: Run) -> Result:
    """A HumanEval test. What it says is its own word: it runs apart from the program."""
    if said.get("passed") is True and run.status == 0:
        return Result(outcome="passed")
    fault = said.get("fault")
    if isinstance(fault, dict) and said.get("error") != "AssertionError":
        return _raised(fault)
    if said.get("error") == "AssertionError":
        return Result(outcome="wrong answer", detail="an assertion of the test fails")
    if said.get("error") in (None, "Lost", "BrokenPipeError"):
        return Result(outcome="runtime error", detail="the program ended before the test did")
    return Result(outcome="wrong answer", detail=f"the test stops with {_name(said.get('error'))}")


def _raised(said: Mapping[str, Json]) -> Result:
    line = said.get("line")
    place = f", line {line}" if isinstance(line, int) else ""
    name = _name(said.get("error"))
    if said.get("stage") == "entry":
        return Result(outcome="runtime error", detail=f"the function or method is not there: {name}")
    unread = said.get("stage") == "compile" and name in ("SyntaxError", "IndentationError", "TabError", "ValueError")
    return Result(outcome="runtime error", detail=f"{name}{place}", no_program=unread)


def _printed(printed: str, wanted: str) -> Result:
    """Line by line, white space around each line and around the whole apart; else number by number, as decimals."""
    got_lines, wanted_lines = ([line.strip() for line in text.strip().split("\n")] for text in (printed, wanted))
    if len(got_lines) != len(wanted_lines):
        return Result(outcome="wrong answer", detail=f"{len(got_lines)} lines, expected {len(wanted_lines)}")
    for number, (got, line) in enumerate(zip(got_lines, wanted_lines, strict=True), 1):
        if got != line and not _same_numbers(got, line):
            shown = f"{short(got, _SHOWN)!r}, expected {short(line, _SHOWN)!r}"
            return Result(outcome="wrong answer", detail=f"line {number}: {shown}")
    return Result(outcome="passed")


def _same_numbers(got: str, wanted: str) -> bool:
    try:
        return [Decimal(part) for part in got.split()] == [Decimal(part) for part in wanted.split()]
    except (DecimalException, ValueError):
        return False


def _returned(text: Json, wanted: str) -> Result:
    """Python's own equality; a tuple counts as a list where it is the whole value, but not within."""
    if not isinstance(text, str):
        return Result(outcome="runtime error", detail="it ended without a value")
    try:
        value = values.load_to_compare(text)
        expected = json.loads(wanted)
        if (list(value) if isinstance(value, tuple) else value) == expected:
            return Result(outcome="passed")
    except (ValueError, RecursionError) as error:
        return Result(outcome="runtime error", detail=f"its value cannot be read: {type(error).__name__}")
    shown = f"{short(repr(value), _SHOWN)}, expected {short(wanted, _SHOWN)}"
    return Result(outcome="wrong answer", detail=shown)


def _fault(said: Mapping[str, Json]) -> Json:
    fault = said.get("fault")
    return fault.get("error") if isinstance(fault, dict) else None


def _name(error: Json) -> str:
    return error[:40] if isinstance(error, str) and error.isidentifier() else "an error"


def _ending(status: int | None) -> str:
    if status is not None and status < 0:
        try:
            return f"ended by {signal.Signals(-status).name}"
        except ValueError:
            return f"ended by signal {-status}"
    return f"it ended with status {status}"
