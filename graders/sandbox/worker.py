"""One sandbox, seen from outside: a job goes in, what became of it comes out, and nothing that comes is trusted.

Every wait has an end. A sandbox that does not answer, or answers with something else, is `Damaged`, and its jobs belong
in another one.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import IO, Any, Literal

from graders.sandbox.inside import frames
from graders.sandbox.jail import Jail, environment
from graders.sandbox.usage import Usage, usage
from harness.records import Json

Op = Literal["stdin", "call", "check"]
Limit = Literal["cpu", "wall", "output", "files", "memory"]

TICK_S = 0.05
START_S = 20.0  # a machine under load may take seconds to start an interpreter
GRACE_S = 10.0  # beyond the wall clock limit, after which the sandbox itself must have failed
LARGEST = 64 << 20  # bytes of a message that are believed


class Damaged(Exception):
    """The sandbox is gone or cannot be used any more; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one test. `cpu_s` counts processor time, so that a busy machine does not turn a verdict."""

    cpu_s: float = 6.0
    memory_mb: int = 1024
    output_bytes: int = 8 << 20
    processes: int = 32
    files: int = 64
    file_bytes: int = 16 << 20

    @property
    def idle_s(self) -> float:
        """Seconds that a test may wait without using the processor."""
        return self.cpu_s

    @property
    def wall_s(self) -> float:
        """The end in any case, far off: a test gets little of a busy machine."""
        return 10 * self.cpu_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One test: which program runs how (see `inside/program.py`) and within what limits."""

    op: Op
    code: str
    limits: Limits
    input: str = ""
    entry: str = ""
    arguments: str = ""
    prompt: str = ""
    test: str = ""
    preamble: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a test ended. `status`: the exit code, or minus the signal; None where the sandbox had to be killed."""

    limit: Limit | None
    status: int | None
    cpu_s: float
    wall_s: float
    output: bytes
    report: Mapping[str, Json] | None
    dirty: bool = False


class Worker:
    """A started sandbox. Not for several threads at once."""

    def __init__(self, jail: Jail, process: "subprocess.Popen[bytes]", errors: IO[bytes]) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._jail = jail
        self._process = process
        self._errors = errors
        self._into, self._from = process.stdin.fileno(), process.stdout.fileno()
        os.set_blocking(self._into, False)
        os.set_blocking(self._from, False)
        self._poll = select.poll()
        self._poll.register(self._from, select.POLLIN)
        self.runs = 0
        self.fit = True

    def greet(self) -> None:
        """Wait until the interpreter is warm. Raises Damaged with what bubblewrap said."""
        said = self._object(self._receive(time.monotonic() + START_S))
        if said.get("jailed") is not self._jail.closed:
            raise Damaged("the interpreter did not become the first process of a sandbox")

    def run(self, job: Job) -> Run:
        """Raises Damaged; the worker must be closed then."""
        self.runs += 1
        self.fit = False
        begun = time.monotonic()
        deadline = begun + job.limits.wall_s + GRACE_S
        before = usage(self._process.pid)
        self._send(_messages(self._order(job), job), deadline)
        try:
            header = self._object(self._receive(deadline, partial(self._watch, job.limits, before)))
        except _TooMuch as error:
            self.kill()
            spent = time.monotonic() - begun
            return Run(limit=error.limit, status=None, cpu_s=0.0, wall_s=spent, output=b"", report=None, dirty=True)
        output, report = self._receive(deadline), self._receive(deadline)
        try:
            run = Run(output=output, report=_report(report), **header)
        except TypeError as error:
            raise Damaged(f"a strange answer: {error}") from None
        self.fit = not run.dirty
        return run

    def kill(self) -> None:
        """Ends everything inside: with process 1 of the namespace the kernel kills all others."""
        with contextlib.suppress(ProcessLookupError):
            if self._process.returncode is None:  # else the number may be another's by now
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        self.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                stream.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _watch(self, limits: Limits, before: Usage) -> None:
        """Raises _TooMuch. What limits a process does not limit its children, of which there may be many."""
        now = usage(self._process.pid, inherited=before.memory)
        if now.memory > limits.memory_mb << 20:
            raise _TooMuch("memory")
        if now.cpu_s - before.cpu_s > limits.cpu_s + 1:  # a process alone is stopped at the limit itself
            raise _TooMuch("cpu")

    def _order(self, job: Job) -> dict[str, Any]:
        limits = job.limits
        bounds = {
            "AS": limits.memory_mb << 20,
            "CPU": int(limits.cpu_s) + 2,
            "FSIZE": limits.file_bytes,
            "NOFILE": limits.files,
            "CORE": 0,
            "STACK": 120 << 20,  # the most that grows: mappings begin 128 MiB below the stack
        }
        if self._jail.closed:  # elsewhere it would count every process of this user
            bounds["NPROC"] = limits.processes
        return {
            **{name: getattr(job, name) for name in ("op", "code", "input", "entry", "arguments")},
            "preamble": job.preamble,
            "cpu_s": limits.cpu_s,
            "wall_s": limits.wall_s,
            "idle_s": limits.idle_s,
            "output": limits.output_bytes,
            "tmpfs": self._jail.closed,
            "limits": bounds,
        }

    def _send(self, messages: bytes, deadline: float) -> None:
        data = memoryview(messages)
        while data:
            try:
                data = data[os.write(self._into, data) :]
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Damaged("it takes no more input") from None
                select.select([], [self._into], [], TICK_S)
            except OSError as error:
                raise Damaged(f"it is gone ({error.strerror})") from None

    def _receive(self, deadline: float, watch: Callable[[], None] = lambda: None) -> bytes:
        """The next message; `watch` is called again and again until it begins."""
        size = frames.LENGTH.unpack(self._exactly(frames.LENGTH.size, deadline, watch))[0]
        if size > LARGEST:
            raise Damaged(f"a message of {size} bytes")
        return self._exactly(size, deadline, lambda: None)

    def _exactly(self, size: int, deadline: float, watch: Callable[[], None]) -> bytes:
        got = bytearray()
        while len(got) < size:
            if not self._poll.poll(TICK_S * 1000):
                if time.monotonic() > deadline:
                    raise Damaged("it does not answer")
                watch()
                continue
            part = os.read(self._from, size - len(got))
            if not part:
                raise Damaged(f"it is gone{self._complaint()}")
            got += part
        return bytes(got)

    def _complaint(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read(4096).decode("utf-8", "replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""

    def _object(self, message: bytes) -> dict[str, Any]:
        try:
            said = json.loads(message)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise Damaged("a strange answer")
        return said


class _TooMuch(Exception):
    """All processes of the sandbox together use more than one may."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.limit = limit


def _messages(order: dict[str, Any], job: Job) -> bytes:
    """What goes in: the order, and for a check the test by itself, which only the testing process may read."""
    first = frames.pack(json.dumps(order).encode())
    if job.op != "check":
        return first
    return first + frames.pack(json.dumps({"prompt": job.prompt, "test": job.test, "entry": job.entry}).encode())


def start(jail: Jail, slot: int) -> Worker:
    """Begins a sandbox without waiting for it. The calling thread must outlive it: bubblewrap dies with its parent."""
    errors = tempfile.TemporaryFile()  # noqa: SIM115  # belongs to the worker, which closes it
    try:
        process = subprocess.Popen(
            jail.command(slot),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            bufsize=0,
            cwd="/",
            env=environment(),
            start_new_session=True,
        )
    except OSError as error:
        errors.close()
        raise Damaged(f"it cannot be started: {error.strerror}") from None
    return Worker(jail, process, errors)


def _report(data: bytes) -> Mapping[str, Json] | None:
    """The last line that a program said of itself, if it is a JSON object."""
    try:
        said = json.loads(data.strip().rpartition(b"\n")[2] or b"null")
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
