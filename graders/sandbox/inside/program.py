"""The process in which an unread program runs: what it may use, what it starts from, and what it says of its end.

Everything here happens after the fork, in a process that the program owns from then on: nothing that it reports is more
than its own word. The standard output is what it printed; descriptor 3 is where its report goes.
"""

import atexit
import builtins
import json
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any, NoReturn

from graders.sandbox.inside import syscalls, values

REPORT = 3  # the descriptor of the report; for a function that is asked again and again, of the channel to who asks
CHANNEL = 4  # for who asks
STACK = 120 << 20  # bytes; mappings of a process begin 128 MiB below its stack, so more could not be used
ENDED, FAILED = 0, 77  # exit statuses of this file, by which a report is expected
SURROUNDINGS = "graders"  # modules that a program has no business with

# What LiveCodeBench puts before every program (lcb_runner/evaluation/testing_util.py): many were written to rely on it.
_STARRED = (
    *("string", "re", "datetime", "collections", "heapq", "bisect", "copy", "math", "random", "statistics"),
    *("itertools", "functools", "operator", "io", "sys", "json", "builtins", "typing"),
)
PREAMBLE = "\n".join(
    [f"from {name} import *" for name in _STARRED]
    + [f"import {name}" for name in _STARRED[:-2]]
    + ["sys.setrecursionlimit(50000)"]
)
WARM = (*_STARRED, "array", "decimal", "fractions", "queue", "time", "types", "dataclasses", "enum", "cmath", "numbers")


def run(work: Callable[[], None], limits: dict[str, int], descriptors: tuple[int, ...]) -> NoReturn:
    """Confine this process, then `work`; never returns. Descriptors: input, output, report, for a test the channel."""
    try:
        _settle(descriptors)
        _limit(limits)
        work()
        finish()
        os._exit(ENDED)
    finally:  # whatever a program throws at its end: the caller's loop must never run twice
        os._exit(FAILED)


def stdin(job: dict[str, Any]) -> None:
    """A whole program, which reads what it is given and prints."""
    _executed(job["code"], job["preamble"])


def call(job: dict[str, Any]) -> None:
    """A function, or a method of the class `Solution`, called once; the report is its value."""
    function = _found(_executed(job["code"], job["preamble"]), job["entry"])
    arguments = values.load(job["arguments"])
    try:
        text = values.dump(function(*arguments))
    except BaseException as error:
        _fail(error, "run")
    report({"value": text})


def serve(job: dict[str, Any]) -> None:
    """A function, called as often as questions come on the channel; values go back, never what they are made of."""
    channel = os.fdopen(os.dup(REPORT), "rb")
    function = _found(_executed(job["code"], job["preamble"]), job["entry"])
    report({"ready": True})
    for line in channel:
        try:
            arguments, named = values.load(line)
            answer = {"value": values.dump(function(*arguments, **named))}
        except BaseException as error:
            answer = {"error": type(error).__name__}
        report(answer)


def report(what: dict[str, Any]) -> None:
    data = memoryview((json.dumps(what) + "\n").encode())
    while data:
        data = data[os.write(REPORT, data) :]


def finish() -> None:
    """What the interpreter does at its end: wait for threads, run what was registered, write what is buffered."""
    threading._shutdown()  # type: ignore[attr-defined]  # the interpreter's own way; there is no public one
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()


def _executed(source: str, preamble: bool) -> dict[str, Any]:
    """The names that a program defines, after it has run as `__main__`."""
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    if preamble:
        exec(PREAMBLE, module.__dict__)
    try:
        code = compile(source, "main.py", "exec", dont_inherit=True)
    except BaseException as error:
        _fail(error, "compile")
    try:
        exec(code, module.__dict__)
    except SystemExit:  # an ordinary end, whatever the status: as in LiveCodeBench
        pass
    except BaseException as error:
        _fail(error, "run")
    return module.__dict__


def _found(namespace: dict[str, Any], entry: str) -> Callable[..., Any]:
    try:
        solution = namespace.get("Solution")
        function = getattr(solution(), entry) if hasattr(solution, entry) and solution else namespace[entry]
        if not callable(function):
            raise NameError(entry)
    except BaseException as error:
        _fail(NameError() if isinstance(error, KeyError) else error, "entry")
    return function  # type: ignore[no-any-return]  # callable, which is all that is asked


def _fail(error: BaseException, stage: str) -> NoReturn:
    line, trace = getattr(error, "lineno", None), error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "main.py":
            line = trace.tb_lineno
        trace = trace.tb_next
    error.__traceback__ = None  # frees what the frames hold, where memory ran out
    report({"error": type(error).__name__, "line": line if isinstance(line, int) else None, "stage": stage})
    try:
        finish()
    finally:
        os._exit(FAILED)


def _settle(descriptors: tuple[int, ...]) -> None:
    """Own session, own streams, no other descriptor, and no sight of the modules that brought the program here."""
    os.setsid()
    for number, fd in zip((0, 1, REPORT, CHANNEL), descriptors, strict=False):
        os.dup2(fd, number)
    os.closerange(REPORT + len(descriptors) - 2, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        stream = os.fdopen(number, mode, encoding="utf-8", errors="surrogateescape", closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    builtins.exit = builtins.quit = sys.exit  # type: ignore[assignment]  # the module `site` makes them otherwise
    sys.argv = ["main.py"]
    sys.path[:] = [entry for entry in sys.path if entry.startswith(sys.base_prefix)]
    for name in [name for name in sys.modules if name.partition(".")[0] == SURROUNDINGS]:
        del sys.modules[name]


def _limit(limits: dict[str, int]) -> None:
    for name, value in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value + 1 if name == "CPU" else value))
    syscalls.refuse_dangerous_calls()
