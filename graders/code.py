"""A program, run against tests in a sandbox: right if it passes all of them.

Nothing runs outside the sandbox, unless the options say `sandbox: none` in so many words; and where the sandbox does
not hold, that is our failure, not the program's. Reading the reply is `code_program`, tests and comparing `code_tests`.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from graders import code_tests
from graders.code_program import NoProgram, Program, read_program
from graders.code_tests import Result, Target, read_target
from graders.options import amount, flag, refuse_unknown
from graders.reading import cut_off, no_answer, no_reply, right, short, spoken, wrong
from graders.sandbox import pool
from graders.sandbox.jail import Kind
from graders.sandbox.worker import Damaged, Limits
from harness.errors import UsageError
from harness.protocols import Grader
from harness.records import Json, Judgement, Response, Sample

version = "2"
needs_target = True

OPTIONS = ("sandbox", "partial", "time_limit_s", "memory_mb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    sandbox: Kind
    partial: bool
    limits: Limits

    def __call__(self, sample: Sample, response: Response) -> Judgement:
        target = read_target(sample.target)
        response = spoken(response)
        if silent := no_reply(response):
            return silent
        try:
            program = read_program(response.text, target.entry if target.kind == "humaneval" else None)
        except NoProgram as error:
            return no_answer(response, str(error))
        if cut_off(response) and not program.closed:
            return no_answer(response, "the program is not complete")
        if fault := pool.fault(self.sandbox):
            return _failed(fault)
        try:
            return self._judged(target, program, response)
        except Damaged as error:
            return _failed(f"the sandbox broke {pool.TRIES} times: {error}")

    def many(self, items: Iterable[tuple[Sample, Response]]) -> Iterator[Judgement]:
        """A judgement for each, in order, as many at a time as there are processors. Raises as a single call does."""
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as threads:
            yield from threads.map(lambda item: self(*item), items)

    def _judged(self, target: Target, program: Program, response: Response) -> Judgement:
        answer = program.text.strip()
        count, passed, first = len(target.cases), 0, ""
        for number, result in enumerate(self._results(target, program), 1):
            if result.no_program and program.form != "fenced":
                return no_answer(response, f"no code block, and the reply itself is no program: {result.detail}")
            passed += result.outcome == "passed"
            if result.outcome != "passed" and not first:
                first = f"test {number} of {count}: {result}"
        if not first:
            return right(answer, f"passed {count} of {count} tests")
        return wrong(answer, first, score=passed / count if self.partial else 0.0)

    def _results(self, target: Target, program: Program) -> Iterator[Result]:
        """Up to the first test that is not passed, unless all count."""
        for case in target.cases:
            job = code_tests.job(target, program, case, self.limits)
            result = code_tests.result(target, case, pool.run(job, self.sandbox))
            yield result
            if result.outcome != "passed" and (result.no_program or not self.partial):
                return


def make(options: Mapping[str, Json]) -> Grader:
    refuse_unknown(options, OPTIONS)
    default = Limits()
    limits = Limits(
        cpu_s=float(amount(options, "time_limit_s")) or default.cpu_s,
        memory_mb=int(amount(options, "memory_mb")) or default.memory_mb,
    )
    return Code(sandbox=_kind(options), partial=flag(options, "partial", False), limits=limits)


def gold(sample: Sample) -> str | None:
    """The canonical solution as a model would write it; None where the target holds none."""
    target = read_target(sample.target)
    return None if target.solution is None else f"```python\n{target.prompt}{target.solution}\n```"


def check_ready(options: Mapping[str, Json]) -> None:
    """Raises UsageError where programs cannot be run as the options ask. Called before any model is asked."""
    if fault := pool.fault(_kind(options)):
        raise UsageError(f"grader code: {fault}; `sandbox: none` runs programs without one, with all your rights")


def _kind(options: Mapping[str, Json]) -> Kind:
    match options.get("sandbox", "bubblewrap"):
        case "bubblewrap":
            return "bubblewrap"
        case "none":
            return "none"
        case other:
            raise ValueError(f'option "sandbox": {other!r} is neither "bubblewrap" nor "none"')


def _failed(reason: str) -> Judgement:
    return Judgement(outcome="failed", score=None, answer=None, reason=short(reason))
