"""Warm sandboxes, handed out one job at a time, and thrown away at the first sign of damage.

`fault(kind)` tells why nothing can run here, from a self-test inside a real sandbox; without one nothing runs.
"""

import atexit
import functools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from graders.sandbox.jail import Jail, Kind, candidates
from graders.sandbox.worker import Damaged, Job, Limits, Run, Worker, start

TRIES = 3  # sandboxes that a job may use up
WORN = 500  # runs after which a sandbox is replaced anyway

# Runs inside; prints what is not as it must be.
_PROBE = """
import os, socket, sys, time
def holds(fault, test):
    try:
        ok = test()
    except OSError:
        ok = True
    if not ok:
        print(fault)
def writes(path):
    with open(path, "w") as file:
        file.write("x")
    return False
holds("the user is root", lambda: os.getuid() != 0)
holds("it sees /etc", lambda: not os.path.exists("/etc"))
holds("it sees /proc", lambda: not os.path.exists("/proc"))
holds("it sees a home folder", lambda: not os.path.exists("/home") and not os.path.exists("/root"))
holds("the root is writable", lambda: writes("/probe"))
holds("/dev is writable", lambda: writes("/dev/probe"))
holds("/usr is writable", lambda: writes("/usr/probe"))
holds("there is a network", lambda: [name for _, name in socket.if_nameindex()] in ([], ["lo"]))
holds("it inherits an environment", lambda: set(os.environ) <= set(EXPECTED))
holds("it is not the only one", lambda: os.getpid() < 1000)
writes("/tmp/probe")
born = 0
try:
    while born < 60:
        if os.fork() == 0:
            time.sleep(60)
        born += 1
except OSError:
    pass
holds("it may have any number of processes", lambda: 0 < born < 40)
print("end")
""".replace("EXPECTED", repr(["PATH", "LANG", "HOME", "PYTHONHASHSEED", "LD_LIBRARY_PATH", "PWD", "LC_CTYPE"]))


class Pool:
    """At most as many sandboxes as there are jobs at one time; idle ones wait warm for the next."""

    def __init__(self, jail: Jail) -> None:
        self._jail = jail
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._lock = threading.Lock()
        self._slot = 0
        # One thread that lives as long as the pool: bubblewrap dies with the thread that started it.
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox")

    def run(self, job: Job) -> Run:
        """Raises Damaged where `TRIES` sandboxes did not survive the job."""
        for last in (False,) * (TRIES - 1) + (True,):
            try:
                with self._worker() as worker:
                    return worker.run(job)
            except Damaged:
                if last:
                    raise
        raise AssertionError("unreachable: the last try returns or raises")

    def close(self) -> None:
        with self._lock:
            idle, busy = list(self._idle), list(self._busy)
            self._idle.clear()
        for worker in busy:  # closed by the thread that has it
            worker.kill()
        for worker in idle:
            worker.close()
        self._starter.shutdown()

    @contextmanager
    def _worker(self) -> Iterator[Worker]:
        with self._lock:
            worker = self._idle.pop() if self._idle else None
            self._slot += worker is None
            slot = self._slot
        worker = worker or self._starter.submit(start, self._jail, slot).result()
        with self._lock:
            self._busy.add(worker)
        fit = False
        try:
            if worker.runs == 0:
                worker.greet()
            yield worker
            fit = worker.fit and worker.runs < WORN
        finally:
            with self._lock:
                self._busy.discard(worker)
                if fit:
                    self._idle.append(worker)
            if not fit:
                worker.close()


def run(job: Job, kind: Kind) -> Run:
    """One test in a sandbox. Raises Damaged, also where there is none."""
    pool, fault = _ready(kind)
    if pool is None:
        raise Damaged(fault)
    return pool.run(job)


def fault(kind: Kind) -> str | None:
    """Why nothing can run on this machine, in words that tell the mend; None where it can."""
    pool, fault = _ready(kind)
    return None if pool is not None else fault


def close() -> None:
    """End all sandboxes. The next job starts new ones."""
    for kind in ("bubblewrap", "none"):
        _close(kind)


_lock = threading.Lock()
_found: dict[Kind, tuple[Pool | None, str]] = {}


def _close(kind: Kind) -> None:
    with _lock:
        pool, _ = _found.pop(kind, (None, ""))
    if pool is not None:
        pool.close()


def _ready(kind: Kind) -> tuple[Pool | None, str]:
    with _lock:
        if kind not in _found:
            _found[kind] = _tried(kind)
            _register()
        return _found[kind]


@functools.cache
def _register() -> None:
    atexit.register(close)


def _tried(kind: Kind) -> tuple[Pool | None, str]:
    faults = []
    for jail in candidates(kind):
        pool = Pool(jail)
        wrong = _self_test(pool) if jail.closed else ""
        if not wrong:
            return pool, ""
        pool.close()
        faults.append(wrong)
    if not faults:
        return None, "bubblewrap (bwrap) is not installed; install the package bubblewrap"
    return None, f"bubblewrap is installed, but the sandbox does not hold here: {'; or '.join(faults)}"


def _self_test(pool: Pool) -> str:
    """What is wrong with sandboxes of this kind; nothing if they hold."""
    try:
        run = pool.run(Job(op="stdin", code=_PROBE, limits=Limits(cpu_s=10)))
    except Damaged as error:
        return str(error)
    lines = run.output.decode("utf-8", "replace").split("\n")
    if lines[-2:] != ["end", ""]:
        return f"its self-test did not end ({run.limit or run.report or run.status})"
    return "; ".join(lines[:-2])
