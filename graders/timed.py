"""A worker process that answers one JSON line with another, and ends when an answer costs too much.

Symbolic mathematics has inputs that take years, and some of its loops are C code that no exception can leave: a signal
handler or a thread would wait with them. So such work is done in a process of its own. It limits its memory and its
processor time itself (the kernel ends it, also when we are gone), and another takes its place. Processor time counts,
not time on the clock: a busy machine must not turn right answers into unread ones.
"""

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

from harness.records import Json

OUT_OF_MEMORY = 3  # the status with which a worker ends that was refused memory

_READY_S = 120.0  # on the clock, for a worker to load its libraries
_PATIENCE = 30  # seconds on the clock for each second of processor time


class OverspentError(Exception):
    """A worker ended over a question: its time or memory was spent, or it crashed. The text says which."""


class TimedWorker:
    """A script that answers lines on its standard output; started with the first question, and again after each end.

    The script gets two arguments, the seconds of processor time for each question and the bytes of memory, and says
    `{}` once it is ready. Questions of several threads are asked one after another.
    """

    def __init__(self, script: Path, cpu_s: int, memory: int) -> None:
        # -P: the folder of the script must not hide modules of the standard library, such as `math`.
        self._command = [sys.executable, "-P", str(script), str(cpu_s), str(memory)]
        self._cpu_s = cpu_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: weakref.finalize[..., TimedWorker] | None = None

    def ask(self, question: Json) -> Json:
        """Raises OverspentError; OSError when no worker starts, or when one neither answers nor spends its time."""
        with self._lock:
            try:
                process = self._process or self._start()
                _write(process, question)
                line = _line(process, time.monotonic() + self._cpu_s * _PATIENCE)
                if line is None:
                    raise OverspentError(self._cause(process.wait()))
                answer: Json = json.loads(line)
                return answer
            except BaseException:  # Ctrl-C too: the answer to this question must not become that to the next
                self._stop()
                raise

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            self._command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C in a terminal is ours to handle
        )
        self._process, self._end = process, weakref.finalize(self, _end, process)
        if _line(process, time.monotonic() + _READY_S) is None:
            raise OSError(f"{Path(self._command[2]).name} does not start (status {process.wait()})")
        return process

    def _stop(self) -> None:
        if self._end is not None:
            self._end()
        self._process = self._end = None

    def _cause(self, status: int) -> str:
        if status == -signal.SIGXCPU:
            return f"took more than {self._cpu_s} s of processor time"
        return "took too much memory" if status == OUT_OF_MEMORY else f"broke down (status {status})"


def _write(process: subprocess.Popen[bytes], question: Json) -> None:
    """A question that finds no reader is answered by the end of the worker's output."""
    assert process.stdin is not None
    left = memoryview(json.dumps(question).encode() + b"\n")
    try:
        while left:
            left = left[os.write(process.stdin.fileno(), left) :]
    except BrokenPipeError:
        pass


def _line(process: subprocess.Popen[bytes], deadline: float) -> bytes | None:
    """The next line of the worker, or None at the end of its output. Raises TimeoutError (an OSError)."""
    assert process.stdout is not None
    parts: list[bytes] = []
    poll = select.poll()
    poll.register(process.stdout)
    while not (parts and parts[-1].endswith(b"\n")):
        if not poll.poll(1000 * max(0.0, deadline - time.monotonic())):
            raise TimeoutError("the worker neither answers nor spends its time; is the machine overloaded?")
        parts.append(os.read(process.stdout.fileno(), 1 << 16))
        if not parts[-1]:
            return None
    return b"".join(parts)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
