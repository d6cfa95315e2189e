"""The process in which a test function runs, apart from the program that it tests.

HumanEval's way is to run program and test in one process, where the program can make the test say anything: by an
object that equals everything, by leaving with status 0, by replacing what the test calls. Here the test calls a
stand-in that sends its arguments to the program's own process and gets plain values back.
"""

import builtins
import json
import os
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from graders.sandbox.inside import values
from graders.sandbox.inside.program import CHANNEL, report

LONGEST = 16 << 20  # bytes of one answer


class Lost(Exception):
    """The program's process has ended, or said something that is no answer."""


class Candidate:
    """Stands in for the function under test."""

    def __init__(self, channel: int) -> None:
        self._questions: BinaryIO = os.fdopen(os.dup(channel), "wb", buffering=0)
        self._answers: BinaryIO = os.fdopen(channel, "rb")
        self.fault: dict[str, Any] | None = None

    def wait(self) -> None:
        """Until the program has been read and run. Raises Lost."""
        said = self._next()
        if not said.get("ready"):
            self.fault = said
            raise Lost

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self._questions.write(values.dump((arguments, named)).encode() + b"\n")
        said = self._next()
        if "error" in said:
            self.fault = said
            raise _error(said["error"])
        try:
            return values.load(said["value"])
        except (KeyError, TypeError) as error:
            raise Lost from error

    def _next(self) -> dict[str, Any]:
        line = self._answers.readline(LONGEST)
        try:
            said = json.loads(line)
        except ValueError as error:
            raise Lost from error
        if not isinstance(said, dict):
            raise Lost
        return said


def _error(name: object) -> Exception:
    """The built-in exception of this name, for tests that expect one. An AssertionError would look like their own."""
    kind: object = getattr(builtins, name, None) if isinstance(name, str) else None
    if not (isinstance(kind, type) and issubclass(kind, Exception)) or issubclass(kind, AssertionError | UnicodeError):
        return Lost()
    return kind()


def check() -> None:
    """The test comes in as JSON, after the program's process has been forked: nothing of it can be found there.

    The report: whether the test came to its end; else what stopped it, and whether that was the program's fault.
    """
    candidate = Candidate(CHANNEL)
    job = json.load(sys.stdin)
    try:
        candidate.wait()
        _test(job, candidate)()
    except BaseException as error:
        report({"error": type(error).__name__, "fault": candidate.fault})
    else:
        report({"passed": True})


def _test(job: dict[str, Any], candidate: Candidate) -> Callable[[], object]:
    """The test function, beside what the prompt defines and without a line of the program."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(job["prompt"], "prompt.py", "exec", dont_inherit=True), namespace)
    namespace[job["entry"]] = candidate
    exec(compile(job["test"], "test.py", "exec", dont_inherit=True), namespace)
    return lambda: namespace["check"](candidate)
