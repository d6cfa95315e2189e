"""The warm interpreter: it forks one process per test and is the first process of the sandbox.

As process 1 of its namespace it cannot be killed or stopped from within, and its memory is hidden from programs of the
same user. After each test it kills whatever is left and empties `/tmp`; what cannot be emptied is reported as `dirty`.
Nothing that a program sends is read here: bytes are counted and passed on.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from graders.sandbox.inside import frames, judge, program, syscalls

TICK_MS = 25
STEP_S = 0.05  # processor time that counts as getting on
MOST_FILES = 2_000
REPORT_SHOWN = 8 << 20  # bytes of a report that are passed on
WRITABLE = "/tmp"


@dataclass(slots=True)
class Ends:
    """Our ends of a test's pipes, and what has come through them.

    What goes in is `waiting`, or else the next `relayed` bytes of the pipe `source`, which pass within the kernel: what
    is relayed never stands in the memory from which programs are forked.
    """

    given: int
    printed: int
    said: int
    cap: int
    waiting: memoryview
    source: int = -1
    relayed: int = 0
    output: bytearray = field(default_factory=bytearray)
    report: bytearray = field(default_factory=bytearray)

    def feed(self) -> None:
        """Hands over as much input as the pipe takes."""
        try:
            if self.relayed:
                self.relayed -= os.splice(self.source, self.given, self.relayed, flags=os.SPLICE_F_NONBLOCK)
            else:
                self.waiting = self.waiting[os.write(self.given, self.waiting) :]
        except BlockingIOError:
            return
        except OSError:  # nobody reads it any more
            self.hang_up()
        if not self.waiting and not self.relayed:
            self.hang_up()

    def hang_up(self) -> None:
        if self.given >= 0:
            os.close(self.given)
            self.given = -1

    def skip(self) -> None:
        """Throws away what was not relayed, so that the next command begins where it should."""
        null = os.open(os.devnull, os.O_WRONLY)
        while self.relayed and (gone := os.splice(self.source, null, self.relayed)):
            self.relayed -= gone
        os.close(null)

    def take(self, fd: int) -> bool:
        """Whether there may be more: False at the end of the pipe, or where it is empty."""
        into, cap = (self.output, self.cap) if fd == self.printed else (self.report, REPORT_SHOWN)
        try:
            part = os.read(fd, 1 << 16)
        except OSError:
            return False
        into += part[: cap + 1 - len(into)]
        return bool(part)

    def drain(self) -> None:
        for fd in (self.printed, self.said):
            while self.take(fd) and not self.full:
                pass
            os.close(fd)

    @property
    def full(self) -> bool:
        return len(self.output) > self.cap or len(self.report) > REPORT_SHOWN


@dataclass(slots=True)
class Pace:
    """Whether a test gets on: one that waits is told from one that waits its turn on a busy machine."""

    begun: float
    spent: float = 0.0
    since: float = 0.0

    def idle_s(self, spent: float) -> float:
        """Seconds since it last used the processor for a while; `spent` is its processor time so far."""
        now = time.monotonic()
        if not self.since or spent > self.spent + STEP_S:
            self.spent, self.since = spent, now
        return now - self.since


def main() -> None:
    """Arguments: the user to become, or `-`; whether this is the first process of a sandbox (`jailed`) or not."""
    user, place = sys.argv[1:3]
    commands, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):
        os.dup2(null, fd)
    if user != "-":
        os.setgroups([])
        os.setresgid(int(user), int(user), int(user))
        os.setresuid(int(user), int(user), int(user))
    syscalls.hide_memory()
    syscalls.die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a handler would let the signal through to process 1
    for name in program.WARM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    jailed = place == "jailed" and os.getpid() == 1
    frames.send(answers, json.dumps({"jailed": jailed}).encode())
    os.dup2(null, 2)
    while (command := frames.receive(commands)) is not None:
        header, output, report = tested(json.loads(command), jailed, commands)
        frames.send(answers, json.dumps(header).encode(), output, report)


def tested(job: dict[str, Any], jailed: bool, commands: int) -> tuple[dict[str, Any], bytes, bytes]:
    """How one test went: a header (`limit`, `status`, `cpu_s`, `wall_s`, `dirty`), the output, the report."""
    begun = time.monotonic()
    ends, pids = _start(job, commands)
    try:
        limit = _watched(ends, pids, job, commands)
        ends.hang_up()
    finally:
        status, cpu_s = _ended(pids, jailed)
    ends.skip()
    ends.drain()
    if limit is None and cpu_s > job["cpu_s"]:
        limit = "cpu"
    header = {
        "limit": limit or ("output" if ends.full else None),
        "status": status,
        "cpu_s": cpu_s,
        "wall_s": time.monotonic() - begun,
        "dirty": jailed and not _emptied(),
    }
    return header, bytes(ends.output), bytes(ends.report)


def _start(job: dict[str, Any], commands: int) -> tuple[Ends, tuple[int, ...]]:
    """Forks; the first process is the one whose end is awaited."""
    their_input, given = os.pipe()
    printed, their_output = os.pipe()
    said, their_report = os.pipe()
    theirs = (their_input, their_output, their_report)
    if job["op"] == "check":
        pids = _fork_pair(job, theirs)
    else:
        work = partial(program.call if job["op"] == "call" else program.stdin, job)
        pids = (_fork(work, job, theirs),)
    for fd in theirs:
        os.close(fd)
    for fd in (given, printed, said):
        os.set_blocking(fd, False)
    ends = Ends(given, printed, said, job["output"], memoryview(job["input"].encode("utf-8", "surrogatepass")))
    if job["op"] == "check":  # the test follows
        ends.source, ends.relayed = commands, frames.size(commands) or 0
    return ends, pids


def _fork_pair(job: dict[str, Any], theirs: tuple[int, ...]) -> tuple[int, ...]:
    """The test, and apart from it the program that it asks."""
    ours, other = socket.socketpair()
    null = os.open(os.devnull, os.O_RDWR)
    with ours, other:
        test = _fork(judge.check, job, (theirs[0], null, theirs[2], ours.fileno()))
        asked = _fork(partial(program.serve, job), job, (null, null, other.fileno()))
    os.close(null)
    return test, asked


def _fork(work: Callable[[], None], job: dict[str, Any], descriptors: tuple[int, ...]) -> int:
    pid = os.fork()
    if pid == 0:
        program.run(work, job["limits"], descriptors)
    return pid


def _watched(ends: Ends, pids: tuple[int, ...], job: dict[str, Any], commands: int) -> str | None:
    """Waits until the first process ends; returns which limit was passed, if any."""
    pace = Pace(begun=time.monotonic())
    awaited = os.pidfd_open(pids[0])
    poll = select.poll()
    poll.register(awaited, select.POLLIN)
    poll.register(commands, 0)  # no request can come now: only that the other side is gone
    poll.register(ends.given, select.POLLOUT)
    for fd in (ends.printed, ends.said):
        poll.register(fd, select.POLLIN)
    try:
        while True:
            for fd, _ in poll.poll(TICK_MS):
                if fd == awaited:
                    return None
                if fd == commands:
                    os._exit(0)
                if fd == ends.given:
                    ends.feed()
                    if ends.given < 0:
                        poll.unregister(fd)
                elif not ends.take(fd):
                    poll.unregister(fd)
            if ends.full:
                return "output"
            if limit := _passed(pids, job, pace):
                return limit
    finally:
        os.close(awaited)


def _passed(pids: tuple[int, ...], job: dict[str, Any], pace: Pace) -> str | None:
    times = [_cpu_s(pid) for pid in pids]
    if max(times) > job["cpu_s"]:
        return "cpu"
    if pace.idle_s(sum(times)) > job["idle_s"] or time.monotonic() - pace.begun > job["wall_s"]:
        return "wall"
    tmp = os.statvfs(WRITABLE)
    return "files" if job["tmpfs"] and tmp.f_files - tmp.f_ffree > MOST_FILES else None


def _cpu_s(pid: int) -> float:
    """Processor time of a process that has not been reaped; the clock's number is clock_getcpuclockid's."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def _ended(pids: tuple[int, ...], jailed: bool) -> tuple[int, float]:
    """Kills and buries: exit code of the first process, or minus the signal, and processor time of the busiest."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if jailed:  # elsewhere -1 would mean every process of this user
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
    found = {pid: os.wait4(pid, 0) for pid in pids}
    if jailed:
        with contextlib.suppress(ChildProcessError):
            while True:
                os.wait4(-1, 0)
    busiest = max(used.ru_utime + used.ru_stime for _, _, used in found.values())
    return os.waitstatus_to_exitcode(found[pids[0]][1]), busiest


def _emptied() -> bool:
    """Whether `/tmp` is as it was; what a program has hidden too well makes the sandbox dirty."""
    try:
        for entry in os.scandir(WRITABLE):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.unlink(entry.path)
        return not os.listdir(WRITABLE)
    except (OSError, RecursionError):
        return False
